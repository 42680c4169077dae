#!/bin/sh
# kernel.sh VPNSIM PEER CASE: a case of the tests against the kernel of this machine, in a network
# namespace of its own that is gone when the case is. Exit status 77: not permitted here.
set -u
vpnsim=$1
peer=$2
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
chain=$here/chain.xml
router=192.0.2.1
. "$here/namespace.sh"
enter_namespace "traceroute nsenter" "" "$here/kernel.sh" "$@"
begin_case

die() {
    echo "$*"
    for file in said said.err log log.err; do
        [ -s $file ] && sed "s/^/  $file: /" $file
    done
    exit 1
}

# simulate ARGUMENT...: runs the chain until the case ends; returns when it answers.
simulate() {
    "$vpnsim" run -q -o out -p duration=1h "$@" "$chain" >>log 2>>log.err &
    simulation=$!
    processes="$processes $simulation"
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        ping -q -c 1 -W 1 $router >/dev/null 2>&1 && return
    done
    die "the simulation does not answer"
}

# does STATUS COMMAND...: what it says is in said.
does() {
    wanted=$1
    shift
    "$@" >said 2>said.err
    status=$?
    [ $status -eq "$wanted" ] || die "$*: exit status $status, not $wanted"
}

says() { grep -q -e "$1" said || die "lacks: $1"; }

case_ping() {
    machine
    simulate
    for size in 0 1 56 1472 1473 1480 4000 8000 65507; do
        does 0 ping -c 2 -i 0.05 -W 5 -s $size 198.51.100.10
        says '2 packets transmitted, 2 received, 0% packet loss'
    done
}

case_arp() {
    machine
    simulate
    does 0 ip neigh show 192.0.2.1
    says '192.0.2.1 dev tap0 lladdr 0[26]:.* REACHABLE'
    ip neigh flush dev tap0
    does 0 ping -q -c 1 198.51.100.10
    # The simulated router answers for itself alone.
    does 1 ping -q -c 1 -W 2 192.0.2.77
    does 0 ip neigh show 192.0.2.77
    says 'FAILED\|INCOMPLETE'
}

case_traceroute() {
    machine
    simulate
    # Probes to a router that asks for an address wait there, and not all can.
    does 0 ping -c 1 -W 5 198.51.100.10
    does 0 traceroute -N 1 -n -q 1 -w 2 198.51.100.10
    awk 'NR > 1 { printf "%s ", $2 }' said >hops
    [ "$(cat hops)" = "192.0.2.1 10.1.0.2 10.2.0.2 198.51.100.10 " ] || die "the way is $(cat hops)"
    does 0 traceroute -I -N 1 -n -q 1 -w 2 198.51.100.10
    [ "$(grep -c ms said)" -eq 4 ] || die "with ICMP the way has other hops"
}

case_path_mtu() {
    machine
    simulate -p mtu=1200
    does 1 ping -c 2 -i 0.2 -W 1 -M do -s 1472 198.51.100.10
    says 'Frag needed and DF set (mtu = 1200)'
    does 0 ip route get 198.51.100.10
    says 'mtu 1200'
    does 0 ping -c 1 -W 2 -M do -s 1172 198.51.100.10
    # TCP sets DF on every packet, and goes on with shorter ones.
    ip route flush cache
    does 0 "$peer" send 198.51.100.10 445 200000
    does 0 ip route get 198.51.100.10
    says 'mtu 1200'
    does 0 "$peer" receive 198.51.100.10 445 200000
}

case_tcp() {
    machine
    simulate -p loss=1%
    does 0 "$peer" send 198.51.100.10 445 3000000
    does 0 "$peer" receive 198.51.100.10 445 3000000
}

case_udp() {
    machine
    simulate
    does 0 "$peer" udp 198.51.100.10 7 20 0
    does 0 "$peer" udp 198.51.100.10 7 50 1400
    does 0 "$peer" udp 198.51.100.10 7 5 20000
}

case_icmp() {
    machine
    simulate
    does 0 "$peer" refused 198.51.100.10 9
    does 1 ping -c 1 -W 5 198.51.100.77
    says 'From 10.2.0.2 icmp_seq=1 Destination Host Unreachable'
    does 1 ping -c 1 -W 2 203.0.113.1
    says 'Destination Net Unreachable\|Destination Host Unreachable'
    does 1 ping -c 1 -W 2 -t 2 198.51.100.10
    says 'From 10.1.0.2 icmp_seq=1 Time to live exceeded'
}

# The simulated machine asks, the real one answers.
case_callee() {
    machine
    background "$peer" serve 4000
    background "$peer" udp-echo 4007
    does 0 "$vpnsim" run -o out "$here/chain-callee.xml"
    says '7 of 7 expectations hold'
}

case_namespace() {
    unshare --net sleep 60 &
    elsewhere=$!
    processes="$processes $elsewhere"
    enter="nsenter --target $elsewhere --net"
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        [ "$(readlink /proc/$elsewhere/ns/net)" != "$(readlink /proc/self/ns/net)" ] && break
        sleep 0.1
    done
    $enter ip tuntap add dev tap0 mode tap || die "no TAP device"
    $enter ip addr add 192.0.2.2/24 dev tap0
    $enter ip link set tap0 up
    background "$vpnsim" run -q -o out -p namespace=/proc/$elsewhere/ns/net "$here/chain.xml"
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        $enter ping -q -c 1 -W 1 192.0.2.1 >said 2>&1 && return
    done
    die "no answer in the other namespace"
}

case_garbage() {
    machine
    simulate
    does 0 "$peer" garbage tap0 5000
    does 0 ping -c 3 -i 0.05 -W 5 198.51.100.10
    says '3 received'
}

# readable FILE: a capture that ended early is whole.
readable() {
    [ "$(wc -c <"$1")" -gt 100 ] || die "$1 is empty"
    command -v tshark >/dev/null || return 0
    tshark -n -r "$1" -T fields -e frame.number >frames 2>errors || die "$1 is not readable: $(cat errors)"
    [ -s frames ] || die "$1 holds no frame"
}

case_vanishes() {
    machine
    simulate
    ip link del tap0
    wait $simulation
    status=$?
    [ $status -eq 3 ] || die "exit status $status, not 3"
    grep -q '^vpnsim: chain: link:access: the attached device is gone at [0-9.]* s; the files written so far are complete$' log.err ||
        die "no message"
    readable out/chain/captures/link-access.pcap
}

case_signal() {
    machine
    simulate
    kill -TERM $simulation
    wait $simulation
    status=$?
    [ $status -eq 143 ] || die "exit status $status, not 143"
    readable out/chain/captures/link-access.pcap
}

# A device that is down loses what is sent to it, and comes back.
case_down() {
    machine
    simulate
    ip link set tap0 down
    sleep 0.2
    ip link set tap0 up
    ip route add default via 192.0.2.1
    does 0 ping -c 2 -i 0.05 -W 5 198.51.100.10
}

case_taken() {
    machine
    simulate
    does 3 "$vpnsim" run -q -o other "$here/chain.xml"
    grep -q "^vpnsim: chain: $here/chain.xml:[0-9]*: cannot use the TAP device tap0: Device or resource busy\$" said.err ||
        die "no message"
}

case_permission() {
    machine
    command -v setpriv >/dev/null || skip "there is no setpriv"
    # Others need not be allowed to look where the project is.
    cp "$vpnsim" "$here/chain.xml" .
    chmod 755 "$work"
    mkdir -m 777 out
    does 3 setpriv --reuid=65534 --clear-groups ./vpnsim run -q -o out "$work/chain.xml"
    grep -q "^vpnsim: chain: $work/chain.xml:[0-9]*: cannot .*: \(Operation not permitted\|Permission denied\)\$" said.err ||
        die "no message"
}

# The first router translates, and nobody beyond knows the way to the real machine's own address.
case_nat() {
    sed -e 's|<router name="r1">|<nat-router name="r1" outside="east">|' -e '0,\|</router>|s||</nat-router>|' \
        -e '/destination="192.0.2.0.24"/d' "$chain" >nat.xml
    chain=nat.xml
    machine
    simulate
    does 0 ping -c 3 -i 0.05 -W 5 -s 4000 198.51.100.10
    does 0 "$peer" send 198.51.100.10 445 1000000
    does 0 "$peer" receive 198.51.100.10 445 1000000
    does 0 "$peer" udp 198.51.100.10 7 20 3000
    does 0 "$peer" refused 198.51.100.10 9
    does 0 traceroute -N 1 -n -q 1 -w 2 198.51.100.10
    awk 'NR > 1 { printf "%s ", $2 }' said >hops
    [ "$(cat hops)" = "192.0.2.1 10.1.0.2 10.2.0.2 198.51.100.10 " ] || die "the way is $(cat hops)"
}

# The real machine over IPv6: 2001:db8:1::2, its router is simulated.
machine_ipv6() {
    chain=$here/chain-ipv6.xml
    router=2001:db8:1::1
    ip link set lo up
    ip tuntap add dev tap0 mode tap
    ip -6 addr add 2001:db8:1::2/64 dev tap0 nodad 2>said.err || skip "this kernel has no IPv6"
    ip link set tap0 up
    ip -6 route add default via 2001:db8:1::1
}

case_ipv6_ping() {
    machine_ipv6
    simulate
    for size in 0 1 56 1452 1453 1460 4000 8000 60000; do
        does 0 ping -6 -c 2 -i 0.05 -W 5 -s $size 2001:db8:2::10
        says '2 packets transmitted, 2 received, 0% packet loss'
    done
    does 0 ip -6 neigh show 2001:db8:1::1
    says 'lladdr 0[26]:.* router REACHABLE'
    # The kernel probes what it has not heard of; a simulated neighbor answers, and nobody else does.
    ip -6 neigh change 2001:db8:1::1 dev tap0 nud stale lladdr 02:00:00:00:00:01
    ip -6 neigh flush dev tap0
    does 0 ping -6 -c 1 -W 5 2001:db8:2::10
    does 1 ping -6 -c 1 -W 2 2001:db8:1::77
}

case_ipv6_errors() {
    machine_ipv6
    simulate
    does 0 traceroute -6 -N 1 -n -q 1 -w 2 2001:db8:2::10
    awk 'NR > 1 { printf "%s ", $2 }' said >hops
    [ "$(cat hops)" = "2001:db8:1::1 2001:db8:12::2 2001:db8:2::10 " ] || die "the way is $(cat hops)"
    does 1 ping -6 -c 1 -W 2 -t 2 2001:db8:2::10
    says 'From 2001:db8:12::2 icmp_seq=1 Time exceeded: Hop limit'
    does 1 ping -6 -c 1 -W 2 2001:db8:dead::1
    says 'From 2001:db8:12::2 icmp_seq=1 Destination unreachable: No route'
    does 1 ping -6 -c 1 -W 5 2001:db8:2::77
    says 'From 2001:db8:12::2 icmp_seq=1 Destination unreachable: Address unreachable'
}

case_ipv6_path_mtu() {
    machine_ipv6
    simulate -p mtu=1300
    does 1 ping -6 -c 2 -i 0.2 -W 1 -M do -s 1452 2001:db8:2::10
    says 'Packet too big: mtu=1300'
    does 0 ip -6 route get 2001:db8:2::10
    says 'mtu 1300'
    # Longer ones are cut by the kernel, and the answers by the simulated host.
    does 0 ping -6 -c 3 -i 0.2 -W 2 -s 3000 2001:db8:2::10
}

"case_$3"
