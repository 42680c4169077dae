# What the jobs of a row with SoftEther's VPN server can say; it comes behind row.sh.

# What its administrator says: a hub with one user, whose network is the TAP device tap_vpn, and who gets an
# address there by DHCP. The server is 10.9.0.1.
softether_commands() {
    cat <<'COMMANDS'
HubDelete DEFAULT
HubCreate lab /PASSWORD:none
BridgeCreate lab /DEVICE:vpn /TAP:yes
Hub lab
UserCreate alice /GROUP:none /REALNAME:none /NOTE:none
UserPasswordSet alice /PASSWORD:Tea4Two!
DhcpSet /START:10.9.0.100 /END:10.9.0.110 /MASK:255.255.255.0 /EXPIRE:7200 /GW:10.9.0.1 /DNS:none /DNS2:none /DOMAIN:none /LOG:yes
SecureNatHostSet /MAC:none /IP:10.9.0.254 /MASK:255.255.255.0
NatDisable
DhcpEnable
SecureNatEnable
IPsecEnable /L2TP:yes /L2TPRAW:no /ETHERIP:no /PSK:"Fourteen words" /DEFAULTHUB:lab
COMMANDS
}

has_tap() { ip link show tap_vpn >/dev/null 2>&1; }

# Lets SoftEther's server answer.
softether_server() {
    network
    mkdir -p /var/lib/softether /var/log/softether /run/softether
    /usr/libexec/softether/vpnserver/vpnserver execsvc >/var/log/vpnserver.log 2>&1 &
    while_runs $! listens t 5555 || complain "SoftEther's server does not start"
    softether_commands >/run/commands
    /usr/libexec/softether/vpncmd/vpncmd localhost:5555 /SERVER /IN:/run/commands >/var/log/vpncmd.log 2>&1 ||
        complain "SoftEther's server is not set up: $(tail -n 1 /var/log/vpncmd.log)"
    within 120 listens u 500 || complain "SoftEther's server has no IKE"
    within 120 has_tap || complain "SoftEther's server has no TAP device"
    ip addr add 10.9.0.1/24 dev tap_vpn
    ip link set tap_vpn up
    peer serve "$port" >/var/log/peer.log 2>&1 &
}

client_answers() { ping -c 1 -W 1 10.9.0.100 >/dev/null; }

# The server's network talks to the client, which gets the first address.
softether_asks() {
    while_simulated client_answers || complain "no client: $(tail -n 1 /var/log/softether/server_log/*)"
    transfers 10.9.0.100
}

has_no_server() { ! pidof vpnserver >/dev/null; }

# The server ends, and its logs are told.
softether_logs() {
    kill $(pidof vpnserver)
    within 120 has_no_server || echo "guest: the server does not end"
    cat /var/log/softether/*_log/*.log /var/log/softether/security_log/*/*.log /var/log/vpnserver.log /var/log/peer.log
}
