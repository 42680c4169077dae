# The rows about L2TP under IPsec; daemons.sh reads this.

plain_ppp="nomppe
novj"
# strongSwan's name of a transform of phase 1: strongswan_ike 3des-sha1-2
strongswan_ike() { echo "$1" | sed 's/-2$/-modp1024/; s/-5$/-modp1536/; s/-14$/-modp2048/'; }

# ipsec_client NAME CASE "MORE SETTINGS" PHASE-1 PHASE-2 ARGUMENT...: the simulation calls, by these transforms.
ipsec_client() {
    row_name="l2tp-ipsec-client-$1"
    row_case=$2
    settings="ike=$(strongswan_ike "$4") esp=$5 $3"
    phases="-p ike=$4 -p proposals=esp-$5"
    shift 5
    client_row l2tp "$row_name" "$row_case" "$(demand mschap-v2)
$plain_ppp" -p ipsec=yes -p encryption=none $phases "$@"
    settings=
}

# ipsec_server likewise: strongSwan and xl2tpd call.
ipsec_server() {
    row_name="l2tp-ipsec-server-$1"
    row_case=$2
    settings="ike=$(strongswan_ike "$4") esp=$5 $3"
    phases="-p ike=$4 -p proposals=esp-$5"
    shift 5
    guest_case=works
    server_row l2tp "$row_name" "$row_case" "$plain_ppp" -p ipsec=yes -p encryption=none $phases "$@"
    guest_case=
    settings=
}

# What the profiles offer by themselves.
settings="ike=3des-sha1-modp1024 esp=3des-sha1"
client_row l2tp l2tp-ipsec-client-windows-2000 works "$(demand mschap-v2)
nomppe" -p ipsec=yes -p encryption=none
settings="ike=3des-sha1-modp2048 esp=3des-sha1"
client_row l2tp l2tp-ipsec-client-windows-xp works "$(demand mschap-v2)
nomppe" -p ipsec=yes -p encryption=none -p profile=windows-xp
settings="ike=aes128-sha1-modp2048 esp=aes128-sha1"
client_row l2tp l2tp-ipsec-client-server-2008 works "$(demand mschap-v2)
nomppe" -p ipsec=yes -p encryption=none -p profile=server-2008
settings="ike=3des-sha1-modp1024 esp=3des-sha1"
server_row l2tp l2tp-ipsec-server-2003 works nomppe -p ipsec=yes -p encryption=none
server_row l2tp l2tp-ipsec-server-2000 works nomppe -p ipsec=yes -p encryption=none -p profile=windows-2000
settings=

# Ciphers and groups.
for suite in 3des:2 3des:5 3des:14 aes128:2 aes128:5 aes128:14 aes256:2 aes256:5 aes256:14; do
    cipher=${suite%:*}
    group=${suite#*:}
    ipsec_client "$cipher-sha1-group-$group" works '' "$cipher-sha1-$group" "$cipher-sha1"
    ipsec_server "$cipher-sha1-group-$group" works '' "$cipher-sha1-$group" "$cipher-sha1"
done

by_certificate=authby=rsasig
# Certificates; the addresses of the documentation have nobody who would know the key.
for profile in windows-2000 windows-xp linux; do
    ipsec_client "certificates-$profile" works "$by_certificate certificate=server" 3des-sha1-2 3des-sha1 \
        -p by-key=203.0.113.0/24 -p "profile=$profile"
done
for profile in server-2003-standard server-2008 linux; do
    ipsec_server "certificates-$profile" works "$by_certificate certificate=alice more='rightid=\"CN=vpn.example.com\"'" 3des-sha1-2 3des-sha1 \
        -p by-key=203.0.113.0/24 -p "profile=$profile"
done

# The keys of both phases are changed, by the one or the other end.
short="ikelifetime=45s lifetime=20s margintime=4s rekeyfuzz=0%"
# With the lifetimes at their end strongSwan deletes what the simulation deletes at the same time, and misses it.
prompt="charon='delete_rekeyed = yes'"
patience=240
lasting="-p duration=200s -p stops=199s -p away=199s"
scenario=client-l2tp
for way in "" nat-; do
    through=${way:+-p translates-at=real}
    ipsec_client ${way}rekeyed-here rekeys "" aes128-sha1-14 aes128-sha1 -p ike-lifetime=45s -p lifetime=20s -p profile=linux $through
    ipsec_client ${way}rekeyed-there rekeys "more='$short' $prompt" aes128-sha1-14 aes128-sha1 -p profile=linux $through
    through=${way:+-p translates-at=edge}
    ipsec_server ${way}rekeyed-here rekeys "meanwhile='ping -q -c 120 -i 0.5 10.0.0.10'" aes128-sha1-14 aes128-sha1 -p ike-lifetime=45s -p lifetime=20s \
        -p profile=linux $lasting $through
    ipsec_server ${way}rekeyed-there rekeys "more='$short' $prompt meanwhile='pings 600'" aes128-sha1-14 aes128-sha1 -p profile=linux $lasting $through
done

# They are deleted under a call: of phase 2, and of both phases.
for profile in windows-2000 windows-xp linux; do
    during='(when_connected 8 && /usr/lib/ipsec/stroke down-nb "row{*}") >/dev/null 2>&1 & echo $! >/run/jobs'
    ipsec_client "phase-2-deleted-$profile" deleted '' 3des-sha1-2 3des-sha1 -p "profile=$profile"
    during='(when_connected 8 && /usr/lib/ipsec/stroke down-nb "row[*]") >/dev/null 2>&1 & echo $! >/run/jobs'
    ipsec_client "both-deleted-$profile" deleted '' 3des-sha1-2 3des-sha1 -p "profile=$profile"
    during=
done
for profile in server-2003-standard server-2008 linux; do
    ipsec_server "phase-2-deleted-$profile" deleted "meanwhile='/usr/lib/ipsec/stroke down \"row{*}\"; sleep 1; ipsec_connect'" \
        3des-sha1-2 3des-sha1 -p "profile=$profile" $lasting
    ipsec_server "both-deleted-$profile" deleted "meanwhile='/usr/lib/ipsec/stroke down \"row[*]\"; sleep 1; ipsec_connect'" \
        3des-sha1-2 3des-sha1 -p "profile=$profile" $lasting
done
proof="received DELETE for IKE_SA"
ipsec_client deletes deletes '' 3des-sha1-2 3des-sha1
proof=

# One end goes away without a word and comes back; the other notices by dead peer detection. The tunnel that is
# left over has the ports of the new one, so that xl2tpd itself carries the data where it answers.
watchful="dpdaction=clear dpddelay=2s dpdtimeout=8s"
gone="No response to|Peer not responding|Serial link|EOF|Modem hangup|timed out|Maximum retries exceeded|giving up|unable to|network is unreachable"
allowed=$gone
proof="DPD check timed out"
ipsec_client vanishes returns-under-ipsec "more='$watchful' $userspace" 3des-sha1-2 3des-sha1 -p profile=linux -p dead-peer-detection=2s
proof=
ipsec_server server-vanishes again-under-ipsec "more='$watchful' meanwhile='server_vanished'" 3des-sha1-2 3des-sha1 \
    -p profile=linux -p dead-peer-detection=2s -p stops=199s -p away=20s
during='(when_connected 8 && lose_power 40 && l2tp_answers) >/dev/null 2>&1 & echo $! >/run/jobs'
ipsec_client server-vanishes server-returns "$userspace" 3des-sha1-2 3des-sha1 -p profile=linux -p dead-peer-detection=2s
during=
ipsec_server client-vanishes again-under-ipsec "meanwhile='lose_power 40; l2tp_call_again'" 3des-sha1-2 3des-sha1 \
    -p profile=linux -p dead-peer-detection=2s $lasting
allowed=
scenario=
patience=

# Through the simulated NAT, behind which the client is.
for profile in windows-xp server-2008 linux; do
    ipsec_client "nat-$profile" works '' 3des-sha1-2 3des-sha1 -p translates-at=real -p "profile=$profile"
done
for profile in server-2003-standard server-2008 linux; do
    ipsec_server "nat-$profile" works '' 3des-sha1-2 3des-sha1 -p translates-at=edge -p "profile=$profile"
done

ipsec_client nat-certificates works "$by_certificate certificate=server" 3des-sha1-2 3des-sha1 -p by-key=203.0.113.0/24 -p translates-at=real -p profile=linux
ipsec_server nat-certificates works "$by_certificate certificate=alice more='rightid=\"CN=vpn.example.com\"'" 3des-sha1-2 3des-sha1 \
    -p by-key=203.0.113.0/24 -p translates-at=edge -p profile=linux

# Two clients behind it at the same time. Windows begins from port 1701, others from any (RFC 3193 section 4).
scenario=client-neighbors
ipsec_client nat-two-clients works "" 3des-sha1-2 3des-sha1 -p profile=linux -p neighbor-port=40001
scenario=
skip_row l2tp-ipsec-client-nat-two-clients-windows-xp "Linux answers two callers with one address and port by the latest security association, and xl2tpd takes them for one"
for profile in server-2003-standard server-2008 linux; do
    ipsec_server "nat-two-clients-$profile" neighbors "meanwhile='pings 100'" 3des-sha1-2 3des-sha1 -p translates-at=edge -p "profile=$profile" \
        -p neighbor-follows=1
done
