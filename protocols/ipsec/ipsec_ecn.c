#include "ipsec/ipsec_private.h"

/* Explicit congestion notification through tunnels, RFC 3168 sections 9.1 and 9.2. */

#define FIELD   0x03
#define NOT_ECT 0x00
#define ECT_0   0x02
#define CE      0x03

uint8_t ipsec_ecn_outer(enum ipsec_ecn ecn, bool copies, uint8_t inner)
{
    uint8_t tos = copies ? inner : 0;
    switch (ecn) {
    case IPSEC_ECN_COPIED:
        break;
    case IPSEC_ECN_LIMITED:
        return (uint8_t)(tos & ~FIELD);
    case IPSEC_ECN_FULL:
        return (uint8_t)((tos & ~FIELD) | ((inner & FIELD) == CE ? ECT_0 : inner & FIELD));
    }
    return tos;
}

bool ipsec_ecn_leave(enum ipsec_ecn ecn, uint8_t outer, struct packet *packet,
                     struct ipsec_datagram *datagram)
{
    const unsigned inner = datagram->tos & FIELD;
    if (ecn == IPSEC_ECN_COPIED || (outer & FIELD) != CE || inner == CE)
        return true;
    if (ecn == IPSEC_ECN_LIMITED || inner == NOT_ECT)
        return false;
    ipsec_datagram_set_tos(packet, datagram, (uint8_t)(datagram->tos | CE));
    return true;
}
