# The rows about L2TP without IPsec; daemons.sh reads this.

# Only the method called $1, and the other lines.
prove() {
    printf '%s\n' "$only" | grep -v -x "refuse-$1"
    shift
    printf '%s\n' "$@"
}
clear="-p encryption=none"
listener="$(demand mschap-v2)
nomppe"

# ---- The simulation calls xl2tpd, as LAC ----
for method in pap:pap chap:chap-md5 mschap:ms-chap mschap-v2:ms-chap-v2 eap:eap-md5; do
    client_row l2tp "l2tp-client-${method#*:}" works "$(demand "${method%%:*}")
nomppe" -p "authentication=${method#*:}" $clear
done
settings="tls=yes"
client_row l2tp l2tp-client-eap-tls works "$(demand eap)
nomppe" -p authentication=eap-tls $clear
settings=
for profile in rfc linux windows-xp server-2008; do
    client_row l2tp "l2tp-client-$profile" works "$listener" -p "profile=$profile" $clear
done
settings="tunnel_lines='challenge+=+yes'"
client_row l2tp l2tp-client-secret works "$listener" -p secret=Open-Sesame $clear
client_row l2tp l2tp-client-secret-of-both works "$listener" -p secret=Open-Sesame -p challenge=yes $clear
client_row l2tp l2tp-client-hidden-calls works "$listener" -p secret=Open-Sesame -p challenge=yes -p hidden=calls $clear
settings=
skip_row l2tp-client-hidden "xl2tpd looks for the secret only when it answers a challenge, and reveals what SCCRQ hides without it"
client_row l2tp l2tp-client-loss works "$listener" -p loss=2% $clear
client_row l2tp l2tp-client-reordering works "$listener" -p reorder=5% $clear
scenario=client-l2tp
client_row l2tp l2tp-client-two-calls two-calls "$listener" $clear
# Linux 6.1 finds the session of a packet by the ports alone, and two tunnels have the same; xl2tpd itself looks at the tunnel.
userspace="global_lines=force+userspace+=+yes"
settings=$userspace
client_row l2tp l2tp-client-two-tunnels two-calls "$listener" -p tunnel=own $clear
settings=
allowed="No response to|Peer not responding|Serial link|EOF|Modem hangup|Maximum retries exceeded"
proof="No response to 3 echo-requests"
client_row l2tp l2tp-client-vanishes returns "$listener
lcp-echo-interval 1
lcp-echo-failure 3" $clear
allowed=
proof=
scenario=
during='(when_connected 6 && killall xl2tpd) >/dev/null 2>&1 & echo $! >/run/jobs'
client_row l2tp l2tp-client-server-stops server-stops "$listener" $clear
during='(when_connected 6 && killall -9 xl2tpd pppd; ip link set eth0 down) >/dev/null 2>&1 & echo $! >/run/jobs'
client_row l2tp l2tp-client-server-vanishes server-stops "$listener" $clear
during=
allowed="authenticat|E=691"
client_row l2tp l2tp-client-wrong-password refused "$listener" -p password=Coffee4One $clear
allowed=
allowed="Invalid authentication|Invalid challenge|Bad exit status handling attribute 0"
settings="tunnel_lines='challenge+=+yes'"
client_row l2tp l2tp-client-wrong-secret no-tunnel "$listener" -p secret=Close-Sesame $clear
settings=
allowed=

# ---- xl2tpd calls the simulation, which is LNS ----
for method in pap:pap chap:chap-md5 mschap:ms-chap mschap-v2:ms-chap-v2 eap:eap-md5; do
    server_row l2tp "l2tp-server-${method#*:}" works "$(prove "${method%%:*}" nomppe)" \
        -p "authentication=${method#*:}" $clear
done
server_row l2tp l2tp-server-eap-tls works "nomppe
$(printf '%s\n' "$only" | grep -v refuse-eap)
ca /etc/ppp/root.pem
cert /etc/ppp/alice.pem
key /etc/ppp/alice-key.pem
need-peer-eap" -p authentication=eap-tls $clear
for profile in rfc linux windows-2000 server-2008; do
    server_row l2tp "l2tp-server-$profile" works nomppe -p "profile=$profile" $clear
done
settings="tunnel_lines='challenge+=+yes'"
server_row l2tp l2tp-server-secret works nomppe -p secret=Open-Sesame $clear
server_row l2tp l2tp-server-secret-of-both works nomppe -p secret=Open-Sesame -p challenge=yes $clear
server_row l2tp l2tp-server-hidden-calls works nomppe -p secret=Open-Sesame -p challenge=yes -p hidden=calls $clear
settings=
skip_row l2tp-server-hidden "the same of SCCRP"
allowed="lost or reordered|discarding"
server_row l2tp l2tp-server-loss works nomppe -p loss=2% $clear
server_row l2tp l2tp-server-reordering works nomppe -p reorder=5% $clear
allowed=
guest_case=works
skip_row l2tp-server-two-calls "xl2tpd ends with a segmentation fault when it is told to place another call in a tunnel"
settings="$userspace lacs='vpn second' meanwhile='within 30 is_up ppp1 || complain no second call; ip route replace 10.0.0.0/24 dev ppp1'"
server_row l2tp l2tp-server-two-tunnels two-calls nomppe $clear
settings="meanwhile='lose_power 40; l2tp_call_again'"
patience=200
server_row l2tp l2tp-server-client-vanishes again nomppe -p duration=200s -p stops=199s -p away=199s $clear
patience=
settings=
guest_case=stops
server_row l2tp l2tp-server-stops works nomppe -p stops=30s $clear
guest_case=
allowed="authenticat|E=691"
server_row l2tp l2tp-server-wrong-password refused "nomppe
password Coffee4One" $clear
allowed=
