# The rows about IPsec between gateways; daemons.sh reads this.

# gateway_pair NAME CASE "SETTINGS OF THE GUEST" ARGUMENT...: both ends begin once.
gateway_pair() {
    pair=$1
    happens=$2
    settings=$3
    shift 3
    gateway_row "ipsec-gateway-$pair-initiates" "$happens" initiates "$@"
    gateway_row "ipsec-gateway-$pair-answers" "$happens" answers "$@"
    meanwhile=
}

# gateway_suite CIPHER HASH GROUP: the same for both phases.
gateway_suite() {
    case $3 in
    2) modp=modp1024 ;;
    5) modp=modp1536 ;;
    14) modp=modp2048 ;;
    esac
    gateway_pair "$1-$2-group-$3" works "ike=$1-$2-$modp esp=$1-$2" -p "ike=$1-$2-$3" -p "proposals=esp-$1-$2"
}

usual="ike=3des-sha1-modp1024 esp=3des-sha1"

# ---- Algorithms: every cipher with every hash and every group, and every hash with every group ----
gateway_suite 3des md5 5
gateway_suite 3des sha1 2
gateway_suite 3des sha256 14
gateway_suite aes128 md5 14
gateway_suite aes128 sha1 5
gateway_suite aes128 sha256 2
gateway_suite aes256 md5 2
gateway_suite aes256 sha1 14
gateway_suite aes256 sha256 5
gateway_suite aes256 sha256 14
gateway_suite des md5 2
for hash in md5 sha1 sha256; do
    gateway_pair "ah-$hash" works "ike=3des-sha1-modp1024 ah=$hash" -p "proposals=ah-$hash" -p carrier=ah
done

# ---- Modes and proofs ----
gateway_pair aggressive works "$usual more=aggressive=yes" -p mode=aggressive
gateway_pair pfs-group-2 works "ike=3des-sha1-modp1024 esp=3des-sha1-modp1024" -p pfs=2
gateway_pair pfs-group-14 works "ike=aes128-sha1-modp2048 esp=aes128-sha1-modp2048" -p ike=aes128-sha1-14 -p proposals=esp-aes128-sha1 -p pfs=14
names='rightid="CN=gateway.example.com"'
gateway_pair rsa works "$usual authby=rsasig more='$names'" -p key-of=192.0.2.99
gateway_pair rsa-aggressive works "$usual authby=rsasig more='$names aggressive=yes'" -p key-of=192.0.2.99 -p mode=aggressive

# ---- Renewal under traffic: by the simulated end, and by strongSwan, which needs time for what is new ----
early="margintime=6s rekeyfuzz=0%"
meanwhile="pings 200"
gateway_pair rekey-phase-2 rekeys "$usual" -p lifetime=20s -p overlap=10s
meanwhile="pings 200"
gateway_pair rekey-phase-2-pfs rekeys "ike=3des-sha1-modp1024 esp=3des-sha1-modp1024" -p lifetime=20s -p overlap=10s -p pfs=2
meanwhile="pings 200"
gateway_pair peer-rekeys-phase-2 rekeys "$usual more='lifetime=15s $early'"
meanwhile="pings 200"
gateway_pair rekey-phase-1 rekeys "$usual" -p ike-lifetime=20s -p phase=1
meanwhile="pings 200"
gateway_pair peer-rekeys-phase-1 rekeys "$usual more='ikelifetime=15s $early'" -p phase=1
meanwhile="pings 200"
gateway_pair rekey-both rekeys-both "$usual" -p lifetime=20s -p overlap=10s -p ike-lifetime=25s

# ---- Delete, and dead peers ----
meanwhile=anew
gateway_pair deletes deletes "$usual auto=route"
meanwhile="sleep 5
/usr/lib/ipsec/stroke down row
anew"
gateway_pair peer-deletes deleted "$usual auto=route"
gateway_pair dpd asks "$usual"
watch="dpdaction=clear dpddelay=1s dpdtimeout=10s"
meanwhile="within 40 has_logged DPD_ACK || complain 'it does not answer'"
gateway_pair peer-dpd asked "$usual more='$watch'"
allowed="error writing to socket: Network is unreachable"
meanwhile="sleep 8
unplug 32
anew"
gateway_pair dpd-peer-vanishes peer-vanishes "$usual auto=route" -p duration=150s
allowed="DPD check timed out|retransmit"
meanwhile=miss
gateway_pair peer-dpd-vanishes vanishes "$usual auto=route more='$watch'" -p duration=150s
allowed=

# ---- Address translation ----
gateway_pair peer-behind-nat works "$usual" -p outside=edge -p tunnel-remote=131.107.5.1 -p "carrier=udp port 4500"
gateway_pair behind-nat works "$usual right=192.0.2.1 more=rightid=131.107.5.20" -p outside=real -p hidden=131.107.5.20 -p "carrier=udp port 4500"
meanwhile="pings 200"
gateway_pair peer-behind-nat-rekey rekeys "$usual" -p outside=edge -p tunnel-remote=131.107.5.1 -p "carrier=udp port 4500" -p lifetime=20s -p overlap=10s

# ---- IPv6 inside, outside, and both ----
outer="six=yes left=2001:db8:2::2 right=2001:db8:5::20"
inner="inside=fd00:a::10 leftsubnet=fd00:9::/64 rightsubnet=fd00:a::/64"
six="-p tunnel-local=2001:db8:5::20 -p tunnel-remote=2001:db8:2::2"
# shellcheck disable=SC2086 # several words
gateway_pair ipv4-in-ipv6 works "$usual $outer" $six
scenario=gateway-ipv6
gateway_pair ipv6-in-ipv4 works "$usual six=yes $inner"
# shellcheck disable=SC2086
gateway_pair ipv6-esp works "$usual $outer $inner" $six
# shellcheck disable=SC2086
gateway_pair ipv6-ah works "ike=3des-sha1-modp1024 ah=sha1 $outer $inner" $six -p proposals=ah-sha1 -p carrier=ah
scenario=
settings=
