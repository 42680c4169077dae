#!/bin/sh
# The guest's first process: sets up the machine, then does the jobs that the host puts into /jobs.
PATH=/bin:/sbin:/usr/bin:/usr/sbin
export PATH
mount -t proc proc /proc
mount -t sysfs sys /sys
for folder in /run /tmp /var; do
    mount -t tmpfs tmpfs $folder
done
mkdir -p /dev/pts /var/log /var/run /run/lock /run/pppd
mount -t devpts devpts /dev/pts
for module in ppp_mppe ppp_async ppp_synctty ppp_deflate bsd_comp pptp l2tp_ppp xfrm_user esp4 ah4 cbc authenc echainiv hmac des_generic arc4 md5 sha1_generic sha256_generic aes_generic; do
    modprobe -q $module
done
syslogd -O /var/log/messages
ip link set lo up
hostname guest
rm -f /var/lock; ln -s /run/lock /var/lock
echo "$(cut -d' ' -f1 /proc/uptime)" >/jobs/ready.new
mv /jobs/ready.new /jobs/ready
while :; do
    # What the host has renamed may seem to be there when it is not.
    if [ -e /jobs/next ] && mv /jobs/next /jobs/current 2>/dev/null; then
        sh /jobs/current >/jobs/output 2>&1
        echo $? >/jobs/status.new
        mv /jobs/status.new /jobs/status
    fi
    sleep 0.1
done
