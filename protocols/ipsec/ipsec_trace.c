#include "ipsec/ipsec_trace.h"

#include <stddef.h>

const struct trace_declaration ipsec_trace_declarations[] = {
    {"ipsec.sa.added",
     "id direction protocol spi mode source destination encryption encryption-key integrity "
     "integrity-key udp-encapsulation policy",
     "A security association can be used. One event for each direction and protocol; source and "
     "destination are those of its packets, and the keys are in it."},
    {"ipsec.sa.rekey-due", "id reason spi",
     "A security association has reached a soft limit: a successor is due. reason: time, octets."},
    {"ipsec.sa.removed", "id reason spi",
     "The security associations of one negotiation are gone; spi is the inbound one. reason: "
     "deleted, time, octets, sequence, idle."},
    {"ipsec.acquire", "policy local remote protocol local-port remote-port",
     "A packet must be protected and no security association exists for it yet."},
    {"ipsec.acquire.failed", "policy remote held",
     "No security association came; held packets that had waited for it were dropped."},
    {"ipsec.peer.moved", "id peer port",
     "Authenticated packets come from another address or port: the NAT in front of the peer has "
     "changed its mapping."},
    {"ipsec.path-mtu", "id mtu",
     "A router cannot forward protected packets longer than this to the peer."},
    {NULL, NULL, NULL},
};
