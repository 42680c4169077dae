# The rows about IPsec; daemons.sh reads this.

# gateway_pair NAME "IKE AND ESP OF STRONGSWAN" ARGUMENT...: both ends begin once.
gateway_pair() {
    pair=$1
    settings=$2
    shift 2
    gateway_row "ipsec-gateway-$pair-initiates" initiates "$@"
    gateway_row "ipsec-gateway-$pair-answers" answers "$@"
    settings=
}

gateway_pair 3des-sha1-group-2 "ike=3des-sha1-modp1024 esp=3des-sha1"
gateway_pair aes128-sha1-group-5 "ike=aes128-sha1-modp1536 esp=aes128-sha1" -p ike=aes128-sha1-5 -p proposals=esp-aes128-sha1
gateway_pair aes256-sha256-group-14 "ike=aes256-sha256-modp2048 esp=aes256-sha256" -p ike=aes256-sha256-14 -p proposals=esp-aes256-sha256
gateway_pair 3des-md5 "ike=3des-md5-modp1024 esp=3des-md5" -p ike=3des-md5-2 -p proposals=esp-3des-md5
gateway_pair ah-sha1 "ike=3des-sha1-modp1024 ah=sha1" -p proposals=ah-sha1
gateway_pair aggressive "ike=3des-sha1-modp1024 esp=3des-sha1 more=aggressive=yes" -p mode=aggressive
skip_row ipsec-gateway-des "Debian's strongSwan has no DES"
