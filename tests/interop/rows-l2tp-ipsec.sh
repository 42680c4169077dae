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
for suite in 3des:2 3des:14 aes128:5 aes128:14 aes256:2 aes256:14; do
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
patience=240
lasting="-p duration=200s -p stops=199s -p away=199s"
scenario=client-l2tp
ipsec_client rekeyed-here rekeys '' aes128-sha1-14 aes128-sha1 -p ike-lifetime=45s -p lifetime=20s -p profile=linux
ipsec_client rekeyed-there rekeys "more='$short'" aes128-sha1-14 aes128-sha1 -p profile=linux
ipsec_server rekeyed-here rekeys "meanwhile='sleep 60'" aes128-sha1-14 aes128-sha1 -p ike-lifetime=45s -p lifetime=20s \
    -p profile=linux $lasting
ipsec_server rekeyed-there rekeys "more='$short' meanwhile='sleep 60'" aes128-sha1-14 aes128-sha1 -p profile=linux $lasting

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
proof="received DELETE for ESP CHILD_SA"
ipsec_client deletes two-calls '' 3des-sha1-2 3des-sha1
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
