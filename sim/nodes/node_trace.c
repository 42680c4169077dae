#include "nodes/node_trace.h"

#include "gre/gre_trace.h"
#include "host/host_stack.h"
#include "host/host_stack_ipv6.h"
#include "ike/ike_trace.h"
#include "inet/inet_trace.h"
#include "inet/tcp_trace.h"
#include "ipsec/ipsec_trace.h"
#include "l2tp/l2tp_trace.h"
#include "net/link.h"
#include "net/telephone.h"
#include "nodes/nat_router.h"
#include "ppp/auth/ppp_auth.h"
#include "ppp/ppp_trace.h"
#include "pptp/pptp_trace.h"

#include <stddef.h>

const struct trace_declaration node_trace_declarations[] = {
    {"packet.dropped", "protocol reason serial",
     "A packet ends here. \"protocol\" is the layer that decided, \"reason\" a fixed phrase, "
     "\"serial\" the packet's number in the run (0: unknown)."},
    {"dial.started", "connection server number protocol",
     "A machine starts to dial a VPN server's address or a telephone number."},
    {"dial.demanded", "connection serial",
     "A packet was routed to a demand-dial connection that is not up, and makes it dial."},
    {"dial.connected", "connection server address encryption strength",
     "A dial has succeeded: IP may flow. \"encryption\" is mppe, ipsec or none, \"strength\" the "
     "key "
     "length in bits."},
    {"dial.failed", "connection error reason",
     "A dial has failed; \"error\" is the number that Windows shows, such as 691 or 721."},
    {"router.logged", "id interface error",
     "Windows writes an event into its system log; id 20111: a demand-dial connection could not be "
     "completed."},
    {"dial.type-failed", "connection protocol error reason",
     "A type of tunnel has given no call; the connection now tries its next type."},
    {"dial.disconnected", "connection error reason",
     "A connection that had been up has ended; error 631 when the user hung up."},
    {"dial.link-ended", "connection modem error reason",
     "One of the calls of a connection has ended or could not be made; the others go on."},
    {"dial.callback-awaited", "connection modem number delay",
     "The server has agreed to call this machine back, after so many seconds and at that number, "
     "which is empty when the server knows it. The call is over, and the modem waits for the "
     "next."},
    {"vpn.verdict", "connection verdict",
     "What the connection is: \"VPN connection\", or \"tunnel, not a VPN connection\" when nothing "
     "encrypts it."},
    {"server.caller.connected", "port user from address strength",
     "A caller is through: its user name, where it calls from and the address it was given."},
    {"server.caller.disconnected", "port user address", "A caller's network phase has ended."},
    {"server.callback.started", "port user number", "The server calls a caller back."},
    {"server.call.refused", "reason from",
     "The server refuses a call; reason ports-in-use when every PPTP port is busy, or "
     "address-not-allowed for a caller that is not on its list."},
    {"server.password.changed", "user known",
     "A caller has changed the expired password of its account; known is what the server has of "
     "the "
     "new one, password or hash."},
    {"server.pool.exhausted", "", "A caller is there and no address is left for it."},
    {"server.failed", "port reason", "A service could not use its port."},
    {"ping.reply", "name from sequence size ttl rtt-us", "A reply to a ping has come."},
    {"ping.error", "name sequence from type code reason",
     "A ping was answered by an ICMP error, or could not be sent (then with a reason)."},
    {"ping.finished", "name destination sent received", "A series of pings is over."},
    {"ipx.received", "source destination type octets",
     "An IPX datagram has come in over PPP; addresses are NETWORK.NODE, type 2 is an echo."},
    {"netbeui.received", "source destination command octets",
     "A NetBIOS frame has come in over PPP; command 10 asks for a name, 14 says that it is here."},
    {"network-ping.reply", "name protocol sequence", "A reply to a network-ping has come."},
    {"network-ping.finished", "name protocol sent received", "A network-ping is over."},
    {"transfer.started", "name destination port octets",
     "A TCP transfer of so many octets begins with its connection."},
    {"transfer.finished", "name octets intact",
     "A TCP transfer is over; \"intact\" is yes when every octet arrived as it was sent."},
    {"transfer.failed", "name octets reason",
     "A TCP transfer ended early; \"octets\" had been sent, or received intact."},
    {"udp-stream.finished", "name sent replies", "A UDP stream is over."},
    {"tcp-script.connected", "name remote local-port remote-port",
     "A connection of a TCP script stands."},
    {"tcp-script.received", "name octets", "So many octets have come for a TCP script."},
    {"tcp-script.ended", "name reason",
     "A connection of a TCP script is over: closed, peer-closed, reset, reset-here, refused, "
     "timed-out, unreachable or no-route."},
    {NULL, NULL, NULL},
};

const struct trace_declaration *const node_trace_tables[] = {
    base_trace_declarations,
    node_trace_declarations,
    pptp_trace_declarations,
    gre_trace_declarations,
    ppp_trace_declarations,
    ppp_auth_trace_declarations,
    tcp_trace_declarations,
    inet_trace_declarations,
    host_stack_trace_declarations,
    link_trace_declarations,
    modem_trace_declarations,
    nat_trace_declarations,
    l2tp_trace_declarations,
    ipsec_trace_declarations,
    host_stack_ipv6_trace_declarations,
    ike_trace_declarations,
    NULL,
};
