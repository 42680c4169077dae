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
pptp_client pptp-client-pap works "$(demand pap)
$plain" -p authentication=pap $none
pptp_client pptp-client-chap-md5 works "$(demand chap)
$plain" -p authentication=chap-md5 $none
pptp_client pptp-client-ms-chap works "$(demand mschap)
$strong" -p authentication=ms-chap
pptp_client pptp-client-ms-chap-v2 works "$(demand mschap-v2)
$strong"
pptp_client pptp-client-eap-md5 works "$(demand eap)
$plain" -p authentication=eap-md5 $none
for profile in rfc linux windows-98 windows-nt4 windows-xp server-2003-standard server-2008; do
    pptp_client pptp-client-$profile works "$(demand mschap-v2)
$strong" -p profile=$profile
done
pptp_client pptp-client-mppe-none works "$(demand mschap-v2)
$plain" $none
pptp_client pptp-client-mppe-40 works "$(demand mschap-v2)
require-mppe-40
novj" -p strengths=40
pptp_client pptp-client-mppe-128-stateful works "$(demand mschap-v2)
require-mppe-128
mppe-stateful
novj" -p stateless=no
pptp_client pptp-client-mppe-40-stateful works "$(demand mschap-v2)
require-mppe-40
mppe-stateful
novj" -p strengths=40 -p stateless=no
pptp_client pptp-client-vj works "$(demand mschap-v2)
require-mppe-128" -p vj=yes
pptp_client pptp-client-ipx works "$(demand mschap-v2)
$strong" -p "networks=ip ipx"
pptp_client pptp-client-ipv6cp works "$(demand mschap-v2)
$strong
+ipv6" -p "networks=ip ipv6"
pptp_client pptp-client-loss works "$(demand mschap-v2)
$strong" -p loss=2%
pptp_client pptp-client-loss-stateful works "$(demand mschap-v2)
require-mppe-128
mppe-stateful
novj" -p loss=2% -p stateless=no
pptp_client pptp-client-reordering works "$(demand mschap-v2)
$strong" -p reorder=5%
allowed="authentication fail"
pptp_client pptp-client-wrong-password refused "$(demand mschap-v2)
$strong" -p password=Coffee4One
allowed=
during='(sleep 9; killall -9 pptpd pptpctrl pppd; ip link set eth0 down) >/dev/null 2>&1 & echo $! >/run/jobs'
pptp_client pptp-client-server-stops server-stops "$(demand mschap-v2)
$strong"
during=
allowed="No response to|Peer not responding|Serial link|EOF|Modem hangup"
pptp_client pptp-client-vanishes vanishes "$(demand mschap-v2)
$strong
lcp-echo-interval 1
lcp-echo-failure 3"
allowed=

# ---- pptp-linux calls the simulation ----
pptp_server pptp-server-pap works "$plain
$(printf '%s\n' "$only" | grep -v refuse-pap)" -p authentication=pap $none
pptp_server pptp-server-chap-md5 works "$plain
$(printf '%s\n' "$only" | grep -v -x refuse-chap)" -p authentication=chap-md5 $none
pptp_server pptp-server-ms-chap works "$strong
$(printf '%s\n' "$only" | grep -v -x refuse-mschap)" -p authentication=ms-chap
pptp_server pptp-server-ms-chap-v2 works "$strong"
pptp_server pptp-server-eap-md5 works "$plain
$(printf '%s\n' "$only" | grep -v refuse-eap)" -p authentication=eap-md5 $none
for profile in rfc linux windows-nt4 windows-2000 server-2008; do
    pptp_server pptp-server-$profile works "$strong" -p profile=$profile
done
pptp_server pptp-server-mppe-none works "$plain" $none
pptp_server pptp-server-mppe-40 works "require-mppe-40
novj" -p strengths=40
pptp_server pptp-server-mppe-128-stateful works "require-mppe-128
mppe-stateful
novj" -p stateless=no
pptp_server pptp-server-mppe-40-stateful works "require-mppe-40
mppe-stateful
novj" -p strengths=40 -p stateless=no
pptp_server pptp-server-vj works "require-mppe-128" -p vj=yes
pptp_server pptp-server-ipx works "$strong" -p "networks=ip ipx"
pptp_server pptp-server-ipv6cp works "$strong
+ipv6" -p "networks=ip ipv6"
pptp_server pptp-server-loss works "$strong" -p loss=2%
pptp_server pptp-server-loss-stateful works "require-mppe-128
mppe-stateful
novj" -p loss=2% -p stateless=no
pptp_server pptp-server-reordering works "$strong" -p reorder=5%
allowed="authentication failed|E=691|Authentication fail"
pptp_server pptp-server-wrong-password refused "$strong
password Coffee4One"
allowed="hangup|Connection terminated|EOF|closing|Input/output"
guest_case=stops
pptp_server pptp-server-stops works "$strong" -p stops=5s
guest_case=vanishes
pptp_server pptp-server-client-vanishes works "$strong"
guest_case=
allowed=
