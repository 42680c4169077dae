#!/bin/sh
# The guest's first process: sets up the machine, then does the jobs that the host puts into /jobs. A line on
# the serial port is the number of one: to look for it again and again costs a fifth of a processor here.
# Each has names of its own, for the guest remembers what was in a file that the host has replaced.
PATH=/bin:/sbin:/usr/bin:/usr/sbin
export PATH
mount -t proc proc /proc
mount -t sysfs sys /sys
for folder in /run /tmp /var; do
    mount -t tmpfs tmpfs $folder
done
[ -c /dev/null ] || mount -t devtmpfs dev /dev
mkdir -p /dev/pts /var/log /var/run /run/lock /run/pppd
mount -t devpts devpts /dev/pts
modprobe -q -a virtio_pci virtio_net ppp_mppe ppp_async ppp_synctty ppp_deflate bsd_comp pptp l2tp_ppp l2tp_netlink \
    xfrm_user esp4 ah4 esp6 ah6 xfrm4_tunnel xfrm6_tunnel af_key \
    cbc ctr ecb gcm authenc authencesn echainiv seqiv hmac cmac xcbc drbg ansi_cprng jitterentropy_rng des_generic arc4 \
    md4 md5 sha1_generic sha256_generic sha512_generic aes_generic
syslogd -O /var/log/messages
ip link set lo up
hostname guest
rm -f /var/lock; ln -s /run/lock /var/lock
# Every peer has the same name and secret.
umask 077
printf '%s\n' '* * "Tea4Two!" *' 'alice * "Tea4Two!" *' >/etc/ppp/chap-secrets
cp /etc/ppp/chap-secrets /etc/ppp/pap-secrets
: >/etc/ppp/options >/etc/ppp/eaptls-server
chmod 600 /etc/ppp/*-secrets
umask 022
# The certificates of the time are signed with SHA-1, which Debian's OpenSSL refuses by default.
mkdir -p /usr/lib/ssl
printf '%s\n' 'openssl_conf = all' '[all]' 'ssl_conf = ssl' '[ssl]' 'system_default = defaults' '[defaults]' \
    'CipherString = DEFAULT:@SECLEVEL=0' >/etc/ppp/openssl.cnf
cp /etc/ppp/openssl.cnf /usr/lib/ssl/openssl.cnf
# In a virtual machine (machine.sh) there is nobody at the console but the user.
[ -d /jobs ] || {
    setsid cttyhack sh
    poweroff -f
}
# The kernel is not to look for more modules by itself: it does so for whatever it does not know, each time for a second,
# during which an association of IPsec is there and does not work yet, or an interface is asked for that does not exist.
echo >/proc/sys/kernel/modprobe
exec 3</dev/ttyS0
echo yes >/jobs/ready
while read -r number <&3; do
    (. "/jobs/job-$number") >/jobs/output 2>&1 </dev/null 3<&-
    echo $? >"/jobs/status-$number"
done
