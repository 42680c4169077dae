# The rows about L2TP without IPsec; daemons.sh reads this.

# Only the method called $1, and the other lines.
prove() {
    printf '%s\n' "$only" | grep -v -x "refuse-$1"
    shift
    printf '%s\n' "$@"
}

for method in pap:pap chap:chap-md5 mschap:ms-chap mschap-v2:ms-chap-v2 eap:eap-md5; do
    client_row l2tp "l2tp-client-${method#*:}" works "$(demand "${method%%:*}")
nomppe" -p "authentication=${method#*:}" -p encryption=none
done
for profile in rfc linux windows-xp server-2008; do
    client_row l2tp "l2tp-client-$profile" works "$(demand mschap-v2)
nomppe" -p "profile=$profile" -p encryption=none
done
settings="tunnel_lines='challenge+=+yes'"
client_row l2tp l2tp-client-secret works "$(demand mschap-v2)
nomppe" -p secret=Open-Sesame -p encryption=none
settings="tunnel_lines='challenge+=+yes hidden+bit+=+yes'"
client_row l2tp l2tp-client-hidden works "$(demand mschap-v2)
nomppe" -p secret=Open-Sesame -p hidden=yes -p encryption=none
settings=
client_row l2tp l2tp-client-loss works "$(demand mschap-v2)
nomppe" -p loss=2% -p encryption=none
client_row l2tp l2tp-client-reordering works "$(demand mschap-v2)
nomppe" -p reorder=5% -p encryption=none
allowed="authenticat|E=691"
client_row l2tp l2tp-client-wrong-password refused "$(demand mschap-v2)
nomppe" -p password=Coffee4One -p encryption=none
allowed=

for method in pap:pap chap:chap-md5 mschap:ms-chap mschap-v2:ms-chap-v2 eap:eap-md5; do
    server_row l2tp "l2tp-server-${method#*:}" works "$(prove "${method%%:*}" nomppe)" \
        -p "authentication=${method#*:}" -p encryption=none
done
for profile in rfc linux windows-2000 server-2008; do
    server_row l2tp "l2tp-server-$profile" works nomppe -p "profile=$profile" -p encryption=none
done
settings="tunnel_lines='challenge+=+yes'"
server_row l2tp l2tp-server-secret works nomppe -p secret=Open-Sesame -p encryption=none
settings="tunnel_lines='challenge+=+yes hidden+bit+=+yes'"
server_row l2tp l2tp-server-hidden works nomppe -p secret=Open-Sesame -p hidden=yes -p encryption=none
settings=
allowed="lost or reordered|discarding"
server_row l2tp l2tp-server-loss works nomppe -p loss=2% -p encryption=none
server_row l2tp l2tp-server-reordering works nomppe -p reorder=5% -p encryption=none
allowed=
allowed="authenticat|E=691"
server_row l2tp l2tp-server-wrong-password refused "nomppe
password Coffee4One" -p encryption=none
allowed=
