#!/bin/sh
# userland.sh VPNSIM PEER FOLDER CASE: the simulation against a daemon that needs nothing of the kernel but UDP and
# TUN or TAP devices. The daemons are those of the guest in FOLDER, which is not started: its programs run here, in
# namespaces and with a root folder of their own. What a case leaves is in FOLDER/rows/CASE, as that of daemons.sh.
# Exit status 77: not permitted here.
set -u
vpnsim=$1
peer=$2
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/namespace.sh"
mkdir -p "$3/rows"
folder=$(CDPATH='' cd -- "$3" && pwd)
[ "${VPNSIM_INTEROP_INSIDE:-}" = yes ] || sh "$here/guest/build.sh" "$folder/guest" ||
    skip "Debian's packages for the guest cannot be downloaded"
enter_namespace "chroot tshark" "--mount --pid --fork --kill-child --mount-proc" "$here/userland.sh" "$@"
. "$here/judge.sh"
begin_case
row="$folder/rows/userland-$4"
rm -rf "$row"
mkdir -p "$row"
port=4000
simulation=

# The root folder of the daemons is where only this namespace sees it: the guest's programs, which they cannot
# change, and the rest of their own.
root=/mnt
new_root() {
    mount -t tmpfs root "$root" || skip "no file system is permitted here"
    for part in bin sbin lib lib64 usr; do
        mkdir "$root/$part"
        mount --bind -o ro "$folder/guest/system/$part" "$root/$part" || skip "no file system is permitted here"
    done
    mkdir -p "$root/dev/net" "$root/proc" "$root/tmp" "$root/run/lock" "$root/var/log" "$root/opt"
    ln -s /run "$root/var/run"
    for device in null zero random urandom net/tun; do
        : >"$root/dev/$device"
        mount --bind "/dev/$device" "$root/dev/$device"
    done
    mount -t proc proc "$root/proc"
    cp -a "$folder/guest/system/etc" "$root/etc"
    cp "$peer" "$root/opt/peer"
}

# job LINE...: the daemons' side runs the lines.
job() {
    {
        cat "$here/guest/row.sh" "$here/guest/softether.sh"
        printf '%s\n' device=tap0 "port=$port" "simulation=$simulation" "$settings" "$@"
    } >"$root/job"
    PATH=/opt:/bin:/sbin:/usr/bin:/usr/sbin chroot "$root" /bin/sh /job >>"$row/guest.log" 2>&1
}

# simulate ARGUMENT...: begins to.
simulate() {
    "$vpnsim" run -o "$row" -p "port=$port" "$@" >"$row/said" 2>&1 &
    simulation=$!
    processes="$processes $simulation"
}

# conclude COMMAND: the daemons' side has ended with $guest_status; the command tells its logs.
conclude() {
    [ $guest_status -eq 0 ] || [ -z "$simulation" ] || kill $simulation 2>/dev/null
    wait $simulation
    status=$?
    job "$1"
    reason=$(passes "$row" $guest_status $status) && exit 0
    echo "$reason; see $row"
    tail -n 30 "$row/said" "$row/guest.log"
    exit 1
}

# charon, which has ESP in its own process and therefore in UDP. charon initiates|answers SETTINGS ARGUMENT...
charon() {
    settings="libipsec=kernel-libipsec $2"
    case=$1
    shift 2
    # It may read the packet that began it all, right behind the third message of quick mode, before it has its policies.
    [ "$case" = answers ] || allowed='discarding inbound IP packet 10.0.0.10 == 10.9.0.1 \[1\] due to policy'
    case $settings in
    *rsasig*) "$vpnsim" certificates -c "$case" -o "$root/certificates" "$here/gateway-userland.xml" >/dev/null || exit 1 ;;
    esac
    job gateway
    guest_status=$?
    if [ $guest_status -eq 0 ]; then
        simulate -c "$case" "$@" "$here/gateway-userland.xml"
        if [ "$case" = answers ]; then job gateway_asks; else job gateway_is_asked; fi
        guest_status=$?
    fi
    conclude logs
}

# softether works|refused ARGUMENT...
softether() {
    # What it says of a connection that ended as it should, and of its parameters.
    allowed='Compiled .* by Unknown at Unknown|"No error\."|Timeout: 20 seconds'
    [ "$1" = works ] || allowed="$allowed|User authentication failed\\."
    settings=
    case=$1
    shift
    job softether_server
    guest_status=$?
    if [ $guest_status -eq 0 ]; then
        simulate -c "$case" "$@" "$here/softether.xml"
        [ "$case" = refused ] || job softether_asks
        guest_status=$?
    fi
    conclude softether_logs
}

new_root
machine
# Only IPv4 is simulated.
ip link set tap0 addrgenmode none
first_proposal="ike=3des-sha1-modp1024 esp=3des-sha1"
by_certificate="authby=rsasig ike=aes256-sha256-modp2048 esp=aes256-sha256 more='rightid=\"CN=gateway.example.com\"'"
case $4 in
charon-psk-initiates) charon initiates "$first_proposal" ;;
charon-psk-answers) charon answers "$first_proposal" ;;
charon-rsa-initiates) charon initiates "$by_certificate" -p key-of=192.0.2.3 -p ike=aes256-sha256-14 -p proposals=esp-aes256-sha256 ;;
charon-rsa-answers) charon answers "$by_certificate" -p key-of=192.0.2.3 -p ike=aes256-sha256-14 -p proposals=esp-aes256-sha256 ;;
softether-server-2008) softether works ;;
softether-windows-xp) softether works -p profile=windows-xp ;;
softether-wrong-password) softether refused -p password=Coffee ;;
*)
    echo "userland.sh: there is no case $4" >&2
    exit 2
    ;;
esac
