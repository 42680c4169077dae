#!/bin/sh
# build.sh FOLDER: makes FOLDER/system, the file system of a small Linux guest with the VPN daemons, out
# of Debian's packages, which are downloaded and unpacked there and not installed. The guest is
# User-mode Linux: a process without privileges.
set -eu
folder=$1
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
packages="libc6 libcrypt1 libpam0g libpcap0.8 libssl3 libsystemd0 libdbus-1-3 libcap2 libgcrypt20 libgpg-error0 liblzma5
libzstd1 liblz4-1 libaudit1 libcap-ng0 libwrap0 libnsl2 libtirpc3 libgssapi-krb5-2 libkrb5-3 libk5crypto3
libcom-err2 libkrb5support0 libkeyutils1 busybox-static kmod libkmod2 iproute2 libbpf1 libbsd0 libmd0 libelf1 zlib1g
libmnl0 libxtables12 libdb5.3 libselinux1 libpcre2-8-0 ppp pptpd pptp-linux xl2tpd strongswan-starter strongswan-charon
strongswan-libcharon libstrongswan libstrongswan-standard-plugins libcharon-extra-plugins libgmp10 libip4tc2
softether-vpnserver softether-vpncmd softether-common libreadline8 libtinfo6 user-mode-linux"
# One builds, others wait.
mkdir -p "$(dirname -- "$folder")"
exec 9>"$folder.lock"
flock 9
stamp="$folder/system/made-of"

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$packages" ]; then
    cp "$here/init.sh" "$folder/system/init.sh"
    exit 0
fi
rm -rf "$folder"
mkdir -p "$folder/packages" "$folder/system"
cd "$folder/packages"
# shellcheck disable=SC2086 # the list is meant to be split
download() { apt-get download $packages >"$folder/download.log" 2>&1; }
sudo=
[ "$(id -u)" -eq 0 ] || sudo=sudo
# The lists of packages may be missing or old on a new machine.
download || { $sudo apt-get update >/dev/null 2>&1 && download; } || {
    cat "$folder/download.log" >&2
    echo "build.sh: the guest's packages could not be downloaded" >&2
    exit 1
}
for package in *.deb; do
    dpkg-deb -x "$package" "$folder/system"
done
rm -rf "$folder/packages"
cd "$folder/system"
mv usr/bin/linux.uml "$folder/linux"
mkdir -p proc sys dev tmp run var jobs lib/modules
mv usr/lib/uml/modules/* lib/modules/
rm -rf usr/share/doc usr/share/man usr/share/locale lib/systemd usr/lib/debug
# Nobody waits for what they do.
rm -rf etc/ppp/ip-* etc/ppp/ip-*.d etc/ppp/ipv6-*
# What no package has unpacked, busybox does.
for applet in $(bin/busybox --list); do
    [ -e "bin/$applet" ] || [ -e "sbin/$applet" ] || [ -e "usr/bin/$applet" ] || [ -e "usr/sbin/$applet" ] ||
        ln -s busybox "bin/$applet"
done
echo "root:x:0:0:root:/:/bin/sh" >etc/passwd
echo "root:x:0:" >etc/group
cp "$here/init.sh" init.sh
chmod 755 init.sh
printf '%s' "$packages" >"$stamp"
