# What the jobs of a row can say; it comes before each of them.

complain() {
    echo "guest: $*"
    exit 1
}

# within SECONDS COMMAND...: whether it comes true in that time.
within() {
    end=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -le $end ] || return 1
        sleep 0.2
    done
}

# while_runs PROCESS COMMAND...: whether it comes true before the process has ended.
while_runs() {
    watched=$1
    shift
    until "$@"; do
        [ -e "/proc/$watched/exe" ] || return 1
        sleep 0.2
    done
}

# while_simulated COMMAND...: whether it comes true while the $simulation runs, or in a minute where that is not seen.
while_simulated() {
    if [ -n "${simulation:-}" ]; then
        while_runs "$simulation" "$@"
    else
        within 60 "$@"
    fi
}

# The guest is 192.0.2.2 behind the attached link, which is at $device.
network() {
    ip link set "${device:-eth0}" up
    ip addr add 192.0.2.2/24 dev "${device:-eth0}" 2>/dev/null
    ip route replace default via 192.0.2.1
}

# Starts strongSwan with one connection, of which the lines are on standard input. $libipsec: kernel-libipsec when ESP is
# not to be in the kernel; $charon: a setting; $authby: secret when it is not said; $certificate: its own; $more: lines, too, that
# are words.
ipsec_daemon() {
    : >/var/log/charon.log
    cat >/etc/strongswan.conf <<CONFIGURATION
charon {
    load_modular = no
    ${charon:-}
    i_dont_care_about_security_and_use_aggressive_mode_psk = yes
    load = random nonce x509 revocation constraints pubkey pkcs1 pem openssl gmp ${libipsec:-} kernel-netlink socket-default stroke
    filelog {
        charon {
            path = /var/log/charon.log
            default = 1
            flush_line = yes
        }
    }
}
CONFIGURATION
    printf '%s\n' 'config setup' 'conn row' ' keyexchange=ikev1' " authby=${authby:-secret}" " left=${left:-192.0.2.2}" " ike=$ike!" \
        "${esp:+ esp=$esp!}" "${ah:+ ah=$ah!}" >/etc/ipsec.conf
    { cat; printf '%s\n' ${more:-}; } | sed 's/^/ /' >>/etc/ipsec.conf
    echo ': PSK "Fourteen words"' >/etc/ipsec.secrets
    if [ "${authby:-}" = rsasig ]; then
        cp /certificates/root.pem /etc/ipsec.d/cacerts/
        cp "/certificates/${certificate:-real}.pem" /etc/ipsec.d/certs/own.pem
        cp "/certificates/${certificate:-real}-key.pem" /etc/ipsec.d/private/own.pem
        echo " leftcert=own.pem" >>/etc/ipsec.conf
        echo ": RSA own.pem" >>/etc/ipsec.secrets
    fi
    /bin/ip xfrm state flush
    /bin/ip xfrm policy flush
    /usr/lib/ipsec/starter --daemon charon >/var/log/starter.log 2>&1
    within 60 grep -q "added configuration 'row'" /var/log/charon.log ||
        complain "strongSwan does not start: $(tail -q -n 1 /var/log/starter.log /var/log/charon.log)"
}

ipsec_connect() {
    /usr/lib/ipsec/stroke up row >/var/log/stroke.log 2>&1
    grep -q established /var/log/stroke.log || complain "no connection: $(tail -n 1 /var/log/stroke.log)"
}

# The simulation may have certificates to make first.
simulation_answers() {
    for attempt in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        ping -c 1 -W 5 "${right:-131.107.5.20}" >/dev/null && return
    done
    complain "the simulation does not answer"
}

# transfers [ADDRESS]: pings and transfers to a simulated machine; with IPv6 datagrams that are answered.
transfers() {
    to=${1:-${inside:-10.0.0.10}}
    ping -c 4 -i 0.2 -s 1000 $to || complain "no ping crosses"
    case $to in
    *:*)
        # The first answer is lost to the discovery of the path MTU (RFC 8201 section 3).
        ping -c 1 -W 1 -s 3000 $to >/dev/null
        peer udp $to 7 20 3000 || complain "datagrams of 3000 octets do not come back"
        # By this one the simulation knows that all have, and may end.
        ping -c 1 -W 1 $to >/dev/null
        return 0
        ;;
    esac
    peer send $to 445 100000 || complain "sending fails"
    peer receive $to 445 100000 || complain "receiving fails"
}

# The guest's network inside the tunnel, and of IPv6 where $six says so.
gateway_network() {
    network
    ip addr add 10.9.0.1/32 dev lo 2>/dev/null
    ip route replace 10.0.0.0/24 via 192.0.2.1 src 10.9.0.1
    [ -n "${six:-}" ] || return 0
    /bin/ip -6 addr add 2001:db8:2::2/64 dev "${device:-eth0}" nodad 2>/dev/null
    /bin/ip -6 route replace default via 2001:db8:2::1
    /bin/ip -6 addr add fd00:9::1/128 dev lo 2>/dev/null
    /bin/ip -6 route replace fd00:a::/64 via 2001:db8:2::1 src fd00:9::1
}

# The other end of an IPsec tunnel, ready to be asked and to ask.
gateway() {
    end_all
    gateway_network
    rm -f /var/log/ppp.log /var/log/xl2tpd.log /var/log/peer.log
    : >/var/log/messages
    printf '%s\n' "leftsubnet=${leftsubnet:-10.9.0.0/24}" "right=${right:-131.107.5.20}" "rightsubnet=${rightsubnet:-10.0.0.0/24}" \
        "auto=${auto:-add}" | ipsec_daemon || exit 1
    peer serve "$port" >/var/log/peer.log 2>&1 &
    peer udp-echo 7 >>/var/log/peer.log 2>&1 &
}

gateway_is_asked() {
    while_simulated has_logged 'CHILD_SA row.* established' || complain "no connection: $(tail -n 1 /var/log/charon.log)"
    transfers
}

gateway_asks() {
    simulation_answers
    ipsec_connect
    transfers
}

has_logged() { grep -q "$1" /var/log/charon.log; }

# pings COUNT: every one of them has to come back, whatever goes on. The simulation knows by those after them that all
# have come, and may end before it answers.
pings() {
    ping -i 0.1 -c "$1" "${inside:-10.0.0.10}" >/run/pings
    grep -q ', 0% packet loss' /run/pings || complain "$(grep loss /run/pings)"
    ping -c 3 "${inside:-10.0.0.10}" >/dev/null
    return 0
}

has_begun_anew() { [ "$(grep -c 'CHILD_SA row.*established' /var/log/charon.log)" -ge 2 ]; }

anew() {
    within 60 has_begun_anew || complain "nobody begins anew"
    pings 20
}

# unplug SECONDS: nothing comes and goes for so long.
unplug() {
    ip link set "${device:-eth0}" down
    sleep "$1"
    gateway_network
}

# The simulated gateway has vanished: this end notices, and asks when it is back.
miss() {
    within 60 has_logged 'DPD check timed out' || complain "it is not missed"
    simulation_answers
    ipsec_connect
    anew
}

programs="/usr/sbin/pppd /usr/sbin/pptpd /usr/sbin/pptpctrl /usr/sbin/pptp /usr/sbin/xl2tpd /usr/lib/ipsec/charon /usr/lib/ipsec/starter /bin/peer"

# Those of the daemons' processes that are there; pptpd's call themselves otherwise. Each process that
# the guest begins costs a tenth of a second here, so this begins none.
daemons() {
    for process in /proc/[0-9]*; do
        [ -e "$process/exe" ] || continue
        for program in $programs; do
            [ ! "$process/exe" -ef "$program" ] || echo "${process#/proc/}"
        done
    done
}

end_all() {
    [ ! -e /run/jobs ] || kill $(cat /run/jobs) 2>/dev/null
    for attempt in 1 2 3 4 5 6 7 8 9 10; do
        alive=$(daemons)
        [ -n "$alive" ] || break
        kill -9 $alive 2>/dev/null
        sleep 0.1
    done
    rm -rf /run/jobs /var/run/*.pid /run/lock/*
}

# The options of pppd that every row has, and what the last row has left of its logs is gone; those of the row
# are on standard input. $tls: whom EAP-TLS knows; of the others pppd demands EAP-MD5.
options() {
    printf '%s\n' debug nodefaultroute nobsdcomp nodeflate 'logfile /var/log/ppp.log' >"$1"
    cat >>"$1"
    echo "${tls:+alice * - /etc/ppp/server.pem /etc/ppp/root.pem /etc/ppp/server-key.pem *}" >/etc/ppp/eaptls-server
    : >/etc/ppp/options
    : >/var/log/ppp.log
    : >/var/log/messages
    rm -f /var/log/charon.log /var/log/xfrm.log /var/log/xl2tpd.log /var/log/peer.log
}

# Whether somebody has the port. listens t|u PORT
listens() { netstat "-l$1n" | grep -q ":$2 "; }

# Starts a transfer server behind a daemon that answers. serve DAEMON t|u PORT
serve() {
    peer serve "$port" >/var/log/peer.log 2>&1 &
    within 10 listens "$2" "$3" || complain "$1 does not listen"
}

# prepare FILE: what the last row has left is gone, and the options of pppd are in FILE.
prepare() {
    end_all
    network
    options "$1"
}

# Lets pptpd answer.
pptp_server() {
    prepare /etc/ppp/pptpd-options
    printf '%s\n' 'option /etc/ppp/pptpd-options' 'localip 10.9.0.1' 'remoteip 10.9.0.100-110' >/etc/pptpd.conf
    pptpd || complain "pptpd does not start"
    serve pptpd t 1723
}

has_ended() { ! kill -0 "$daemon" 2>/dev/null; }

# xl2tpd stays when its pppd has failed.
is_over() { has_ended || grep -q 'Connection terminated' /var/log/ppp.log; }
is_up() { [ -e "/sys/class/net/${1:-ppp0}" ] && ip addr show up dev "${1:-ppp0}" | grep -q 'inet '; }
is_decided() { is_up || is_over; }

# Whether an interface is up within so many seconds.
await_ppp() { within "$1" is_decided && is_up; }

# An interface is up and leads to the intranet.
reach_the_intranet() {
    await_ppp 30 || complain "no connection: $(tail -n 1 /var/log/ppp.log)"
    ip route replace 10.0.0.0/24 dev "$1"
}

# What follows once the daemon calls; the end is the command to hang up. After what happens $meanwhile, data has to
# cross again.
carry_out() {
    case $1 in
    refused)
        await_ppp 30 && complain "it was let in"
        return 0
        ;;
    esac
    reach_the_intranet ppp0
    transfers
    if [ -n "${meanwhile:-}" ]; then
        eval "$meanwhile"
        transfers
    fi
    case $1 in
    works)
        $2
        within 10 has_ended || complain "pppd does not end"
        ;;
    vanishes)
        ip link set eth0 down
        ;;
    stops)
        within 60 is_over || complain "pppd does not notice"
        ;;
    esac
}

# Calls the simulated server by PPTP, as the case says.
pptp_client() {
    prepare /run/options
    simulation_answers
    pppd file /run/options noauth nodetach user alice ipparam vpn pty 'pptp 131.107.5.20 --nolaunchpppd' &
    daemon=$!
    carry_out "$1" "kill -TERM $daemon"
}

# The configuration of xl2tpd, of which every section has the lines in $tunnel_lines, with + for blanks.
l2tp_configuration() {
    mkdir -p /var/run/xl2tpd /run/xl2tpd
    printf '%s\n' '[global]' 'port = 1701' 'auth file = /etc/xl2tpd/l2tp-secrets' ${global_lines:-} | tr '+' ' ' >/run/xl2tpd.conf
    for section in "$@"; do
        printf '%s\n' "$section" 'pppoptfile = /run/options' 'ppp debug = yes' 'length bit = yes' $tunnel_lines | tr '+' ' '
    done >>/run/xl2tpd.conf
    echo "* * Open-Sesame" >/etc/xl2tpd/l2tp-secrets
}

l2tp_answers() {
    [ -z "${ike:-}" ] || printf '%s\n' type=transport leftprotoport=17/1701 right=%any rightprotoport=17/%any auto=add | ipsec_daemon || exit 1
    xl2tpd -D -c /run/xl2tpd.conf >>/var/log/xl2tpd.log 2>&1 &
    serve xl2tpd u 1701
}

# Lets xl2tpd answer.
l2tp_server() {
    prepare /run/options
    ip addr add 10.9.1.1/32 dev lo 2>/dev/null
    l2tp_configuration '[lns default]
ip range = 10.9.0.100-10.9.0.110
local ip = 10.9.0.1
name = guest'
    l2tp_answers
}

# Once somebody has been connected for a while.
when_connected() { within 90 is_up && sleep "$1"; }

# Nothing that runs is left, and nobody is told.
kill_all() {
    kill -9 $(daemons)
    rm -rf /var/run/*.pid /run/lock/*
}

# lose_power SECONDS: as if the machine did.
lose_power() {
    ip link set eth0 down
    kill_all
    sleep "$1"
    network
}

# The server is away; once that has been noticed, and it is back, there is another call.
server_vanished() {
    within 90 grep -q 'DPD check timed out' /var/log/charon.log || complain "strongSwan does not notice"
    kill_all
    sleep 30
    l2tp_call_again
}

l2tp_call() {
    if [ -n "${ike:-}" ]; then
        printf '%s\n' type=transport leftprotoport=17/1701 right=131.107.5.20 rightprotoport=17/1701 auto=add | ipsec_daemon || exit 1
        ipsec_connect
    fi
    xl2tpd -D -c /run/xl2tpd.conf >>/var/log/xl2tpd.log 2>&1 &
    daemon=$!
}

# Calls again, after the last call has ended somehow.
l2tp_call_again() {
    : >/var/log/ppp.log
    l2tp_call
    reach_the_intranet ppp0
}

# Calls the simulated server by L2TP.
l2tp_client() {
    prepare /run/options
    printf '%s\n' noauth 'user alice' >>/run/options
    simulation_answers
    for lac in ${lacs:-vpn}; do
        set -- "$@" "[lac $lac]
lns = 131.107.5.20
autodial = yes
redial = no"
    done
    what=$1
    shift
    l2tp_configuration "$@"
    l2tp_call
    carry_out "$what" "l2tp_hang_up"
}

ppp_is_gone() { ! ip link show ppp0 >/dev/null 2>&1; }

l2tp_hang_up() {
    echo "d vpn" >/var/run/xl2tpd/l2tp-control
    within 10 ppp_is_gone
    kill $daemon
}

# The daemons end, and their logs are told.
logs() {
    if [ -e /var/log/charon.log ]; then
        /bin/ip -s xfrm state >/var/log/xfrm.log
        grep -v '[[:space:]]0$' /proc/net/xfrm_stat >>/var/log/xfrm.log
    fi
    end_all
    # What charon has told the kernel stays when it is killed, and would protect and lead away what the next row sends.
    [ ! -e /var/log/charon.log ] || {
        /bin/ip xfrm state flush
        /bin/ip xfrm policy flush
        /bin/ip route flush table 220 2>/dev/null
    }
    cat /var/log/charon.log /var/log/xfrm.log /var/log/ppp.log /var/log/xl2tpd.log /var/log/peer.log /var/log/messages 2>/dev/null
}

# What is to be told at the end of a row.
finish() {
    logs
    dmesg -c | grep -i -E 'ppp|gre|l2tp|mppe'
    return 0
}
