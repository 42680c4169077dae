# The rows about L2TP under IPsec; daemons.sh reads this.

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
