# What the jobs of a row can say; it comes before each of them.

complain() {
    echo "guest: $*"
    exit 1
}

# The guest is 192.0.2.2 behind the attached link.
network() {
    ip link set eth0 up
    ip addr add 192.0.2.2/24 dev eth0 2>/dev/null
    ip route replace default via 192.0.2.1
}

# Those of the daemons' processes that are left; pptpd's call themselves otherwise.
daemons() {
    for entry in /proc/[0-9]*; do
        case $(readlink "$entry/exe") in
        */pppd | */pptpd | */pptpctrl | */bcrelay | */pptp | */xl2tpd | */peer) echo "${entry#/proc/}" ;;
        esac
    done
}

end_all() {
    for process in $(cat /run/jobs 2>/dev/null); do
        kill "$process" 2>/dev/null
    done
    for attempt in 1 2 3 4 5 6 7 8 9 10; do
        left=$(daemons)
        [ -n "$left" ] || break
        kill -9 $left 2>/dev/null
        sleep 0.2
    done
    rm -rf /run/jobs /var/run/*.pid /run/lock/*
}

secrets() {
    echo '* * "Tea4Two!" *' >/etc/ppp/chap-secrets
    echo 'alice * "Tea4Two!" *' >>/etc/ppp/chap-secrets
    cp /etc/ppp/chap-secrets /etc/ppp/pap-secrets
    chmod 600 /etc/ppp/*-secrets
}

# The options of pppd that every row has; those of the row are on standard input.
options() {
    printf '%s\n' lock debug nodefaultroute nobsdcomp nodeflate 'logfile /var/log/ppp.log' >"$1"
    cat >>"$1"
    : >/etc/ppp/options
    : >/var/log/ppp.log
    : >/var/log/messages
}

# Lets pptpd answer, and a transfer server behind it.
pptp_server() {
    end_all
    network
    secrets
    options /etc/ppp/pptpd-options
    printf '%s\n' 'option /etc/ppp/pptpd-options' 'localip 10.9.0.1' 'remoteip 10.9.0.100-110' >/etc/pptpd.conf
    pptpd || complain "pptpd does not start"
    peer serve 4000 >/var/log/peer.log 2>&1 &
    for attempt in 1 2 3 4 5 6 7 8 9 10; do
        netstat -ltn | grep -q ':1723 ' && return
        sleep 0.1
    done
    complain "pptpd does not listen"
}

# Whether an interface is up within so many seconds.
await_ppp() {
    left=$(($1 * 5))
    while [ $left -gt 0 ]; do
        ip addr show up dev ppp0 2>/dev/null | grep -q 'inet ' && return
        kill -0 "$daemon" 2>/dev/null || return 1
        left=$((left - 1))
        sleep 0.2
    done
    return 1
}

await_end() {
    left=$(($1 * 5))
    while kill -0 "$daemon" 2>/dev/null; do
        left=$((left - 1))
        [ $left -gt 0 ] || return 1
        sleep 0.2
    done
}

exchange() {
    ip route add 10.0.0.0/24 dev ppp0
    ping -c 3 -s 1000 10.0.0.10 || complain "no ping crosses"
    peer send 10.0.0.10 445 100000 || complain "sending fails"
    peer receive 10.0.0.10 445 100000 || complain "receiving fails"
}

# Calls the simulated server, as the case says.
pptp_client() {
    end_all
    network
    secrets
    options /run/options
    ping -c 1 -W 10 131.107.5.20 >/dev/null || complain "the simulation does not answer"
    pppd file /run/options noauth nodetach user alice ipparam vpn pty 'pptp 131.107.5.20 --nolaunchpppd' &
    daemon=$!
    case $1 in
    refused)
        await_ppp 30 && complain "it was let in"
        return 0
        ;;
    esac
    await_ppp 30 || complain "no connection: $(tail -n 1 /var/log/ppp.log)"
    exchange
    case $1 in
    works)
        kill -TERM $daemon
        await_end 10 || complain "pppd does not end"
        ;;
    vanishes)
        killall -9 pptp pppd
        ip link set eth0 down
        ;;
    stops)
        await_end 60 || complain "pppd does not notice"
        ;;
    esac
}

# The logs, and quiet.
finish() {
    end_all
    cat /var/log/ppp.log /var/log/peer.log /var/log/messages 2>/dev/null
    dmesg -c | grep -i -E 'ppp|gre|l2tp|mppe'
    return 0
}
