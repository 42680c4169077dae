# The rows about PPTP; daemons.sh reads this.

# What pppd demands of a caller, and of the encryption.
only="refuse-pap
refuse-chap
refuse-mschap
refuse-mschap-v2
refuse-eap"
demand() { printf '%s\n' "$only" | grep -v -x "refuse-$1"; echo "require-$1"; }
plain="nomppe
novj"
strong="require-mppe-128
novj"

# ---- The simulation calls pptpd ----
none="-p encryption=none"
client_row pptp pptp-client-pap works "$(demand pap)
$plain" -p authentication=pap $none
client_row pptp pptp-client-chap-md5 works "$(demand chap)
$plain" -p authentication=chap-md5 $none
client_row pptp pptp-client-ms-chap works "$(demand mschap)
$strong" -p authentication=ms-chap
client_row pptp pptp-client-ms-chap-v2 works "$(demand mschap-v2)
$strong"
client_row pptp pptp-client-eap-md5 works "$(demand eap)
$plain" -p authentication=eap-md5 $none
settings="tls=yes"
client_row pptp pptp-client-eap-tls works "$(demand eap)
$strong" -p authentication=eap-tls
settings=
for profile in rfc linux windows-98 windows-nt4 windows-xp server-2003-standard server-2008; do
    client_row pptp pptp-client-$profile works "$(demand mschap-v2)
$strong" -p profile=$profile
done
client_row pptp pptp-client-mppe-none works "$(demand mschap-v2)
$plain" $none
client_row pptp pptp-client-mppe-40 works "$(demand mschap-v2)
require-mppe-40
novj" -p strengths=40
client_row pptp pptp-client-mppe-128-stateful works "$(demand mschap-v2)
require-mppe-128
mppe-stateful
novj" -p stateless=no
client_row pptp pptp-client-mppe-40-stateful works "$(demand mschap-v2)
require-mppe-40
mppe-stateful
novj" -p strengths=40 -p stateless=no
client_row pptp pptp-client-vj works "$(demand mschap-v2)
require-mppe-128" -p vj=yes
client_row pptp pptp-client-ipx works "$(demand mschap-v2)
$strong" -p "networks=ip ipx"
client_row pptp pptp-client-ipv6cp works "$(demand mschap-v2)
$strong
+ipv6" -p "networks=ip ipv6"
client_row pptp pptp-client-loss works "$(demand mschap-v2)
$strong" -p loss=2%
skip_row pptp-client-loss-stateful "Linux changes the key at every flushed packet, against RFC 3078 section 3.1"
client_row pptp pptp-client-loss-stateful-linux works "$(demand mschap-v2)
require-mppe-128
mppe-stateful
novj" -p loss=2% -p stateless=no -p profile=linux
client_row pptp pptp-client-reordering works "$(demand mschap-v2)
$strong" -p reorder=5%
allowed="authenticat|E=691"
client_row pptp pptp-client-wrong-password refused "$(demand mschap-v2)
$strong" -p password=Coffee4One
allowed=
during='(when_connected 4 && killall pptpd pptpctrl) >/dev/null 2>&1 & echo $! >/run/jobs'
client_row pptp pptp-client-server-stops server-stops "$(demand mschap-v2)
$strong"
during='(when_connected 4 && killall -9 pptpd pptpctrl pppd; ip link set eth0 down) >/dev/null 2>&1 & echo $! >/run/jobs'
client_row pptp pptp-client-server-vanishes server-stops "$(demand mschap-v2)
$strong"
during=
allowed="No response to|Peer not responding|Serial link|EOF|Modem hangup"
client_row pptp pptp-client-vanishes vanishes "$(demand mschap-v2)
$strong
lcp-echo-interval 1
lcp-echo-failure 3"
allowed=

# Through the simulated NAT, which maps GRE by its addresses.
client_row pptp pptp-client-nat works "$(demand mschap-v2)
$strong" -p translates-at=real

# ---- pptp-linux calls the simulation ----
server_row pptp pptp-server-pap works "$plain
$(printf '%s\n' "$only" | grep -v refuse-pap)" -p authentication=pap $none
server_row pptp pptp-server-chap-md5 works "$plain
$(printf '%s\n' "$only" | grep -v -x refuse-chap)" -p authentication=chap-md5 $none
server_row pptp pptp-server-ms-chap works "$strong
$(printf '%s\n' "$only" | grep -v -x refuse-mschap)" -p authentication=ms-chap
server_row pptp pptp-server-ms-chap-v2 works "$strong"
server_row pptp pptp-server-eap-md5 works "$plain
$(printf '%s\n' "$only" | grep -v refuse-eap)" -p authentication=eap-md5 $none
server_row pptp pptp-server-eap-tls works "$strong
$(printf '%s\n' "$only" | grep -v refuse-eap)
ca /etc/ppp/root.pem
cert /etc/ppp/alice.pem
key /etc/ppp/alice-key.pem
need-peer-eap" -p authentication=eap-tls
for profile in rfc linux windows-nt4 windows-2000 server-2008; do
    server_row pptp pptp-server-$profile works "$strong" -p profile=$profile
done
server_row pptp pptp-server-mppe-none works "$plain" $none
server_row pptp pptp-server-mppe-40 works "require-mppe-40
novj" -p strengths=40
server_row pptp pptp-server-mppe-128-stateful works "require-mppe-128
mppe-stateful
novj" -p stateless=no
server_row pptp pptp-server-mppe-40-stateful works "require-mppe-40
mppe-stateful
novj" -p strengths=40 -p stateless=no
server_row pptp pptp-server-vj works "require-mppe-128" -p vj=yes
server_row pptp pptp-server-ipx works "$strong" -p "networks=ip ipx"
server_row pptp pptp-server-ipv6cp works "$strong
+ipv6" -p "networks=ip ipv6"
allowed="lost or reordered|discarding"
server_row pptp pptp-server-loss works "$strong" -p loss=2%
skip_row pptp-server-loss-stateful "the same"
server_row pptp pptp-server-loss-stateful-linux works "require-mppe-128
mppe-stateful
novj" -p loss=2% -p stateless=no -p profile=linux
server_row pptp pptp-server-reordering works "$strong" -p reorder=5%
allowed=
server_row pptp pptp-server-nat works "$strong" -p translates-at=edge
allowed="authenticat|E=691"
server_row pptp pptp-server-wrong-password refused "$strong
password Coffee4One"
allowed="hangup|Connection terminated|EOF|closing|Input/output"
guest_case=stops
server_row pptp pptp-server-stops works "$strong" -p stops=20s
guest_case=vanishes
server_row pptp pptp-server-client-vanishes works "$strong"
guest_case=
allowed=
