#!/bin/sh
# machine.sh FOLDER: makes FOLDER/vmlinuz and FOLDER/initrd out of Debian's packages, which are downloaded
# and unpacked there and not installed: the guest's file system for a virtual machine. What runs in it is a
# shell, and the end of the shell is that of the machine.
set -eu
mkdir -p "$1"
folder=$(CDPATH='' cd -- "$1" && pwd)
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
sh "$here/build.sh" "$folder/guest"
package=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9][^ ]*\)$/\1/p' | head -n 1)
[ -n "$package" ] || {
    echo "machine.sh: Debian's lists of packages name no kernel for this architecture" >&2
    exit 1
}
made_of="$package $(cat "$here/init.sh" "$here/build.sh" "$0" | cksum)"
[ "$(cat "$folder/made-of" 2>/dev/null)" != "$made_of" ] || exit 0
rm -rf "$folder/made-of" "$folder/kernel"
mkdir -p "$folder/kernel/packages"
cd "$folder/kernel/packages"
apt-get download "$package" >../download.log 2>&1 || {
    cat ../download.log >&2
    echo "machine.sh: Debian's kernel could not be downloaded" >&2
    exit 1
}
dpkg-deb -x ./*.deb ..
cd ../lib/modules/*
version=$(basename "$PWD")
modules="$folder/guest/system/lib/modules/$version"
rm -rf "$modules"
for part in crypto lib arch/x86/crypto net/core net/ipv4 net/ipv6 net/key net/l2tp net/xfrm drivers/virtio drivers/net/ppp \
    drivers/net/slip drivers/net/net_failover.ko drivers/net/virtio_net.ko; do
    mkdir -p "$modules/kernel/$(dirname "$part")"
    cp -r "kernel/$part" "$modules/kernel/$part"
done
cp modules.builtin modules.order "$modules"
mv "../../../boot/vmlinuz-$version" "$folder/vmlinuz"
rm -rf "$folder/kernel"
cd "$folder/guest/system"
bin/busybox depmod -b . "$version"
cp init.sh init
find . \( -path ./jobs -o -path './lib/modules/*' ! -path "./lib/modules/$version*" \) -prune -o -print |
    bin/busybox cpio -o -H newc 2>/dev/null | gzip -1 >"$folder/initrd"
echo "$made_of" >"$folder/made-of"
