#ifndef VPNSIM_PPP_LCP_INTERNAL_H
#define VPNSIM_PPP_LCP_INTERNAL_H

#include "ppp/lcp.h"

/* What lcp.c (codes and timers), lcp_request.c (our options) and lcp_judge.c (the peer's) share. */

#define LCP_PROTOCOL 0xc021

/* A link that cannot carry this is of no use, and RFC 1661 section 6.1 gives no lower bound. */
#define LCP_SMALLEST_MRU 128

/* Options of our own request, as bits of lcp.asks. */
enum lcp_ask {
    LCP_ASK_MRU = 1 << 0,
    LCP_ASK_ACCM = 1 << 1,
    LCP_ASK_AUTHENTICATION = 1 << 2,
    LCP_ASK_MAGIC_NUMBER = 1 << 3,
    LCP_ASK_PFC = 1 << 4,
    LCP_ASK_ACFC = 1 << 5,
    LCP_ASK_FCS = 1 << 6,
    LCP_ASK_PADDING = 1 << 7,
    LCP_ASK_CALLBACK = 1 << 8,
    LCP_ASK_MRRU = 1 << 9,
    LCP_ASK_SHORT_SEQUENCE = 1 << 10,
    LCP_ASK_ENDPOINT = 1 << 11,
    LCP_ASK_LINK_DISCRIMINATOR = 1 << 12,
};

/*
 * Options (RFC 1661 section 6), data behind Type and Length:
 *
 *   1  MRU                        2 octets
 *   2  ACCM                       4 octets (RFC 1662 section 7.1)
 *   3  Authentication-Protocol    2 octets of protocol, then data
 *   5  Magic-Number               4 octets
 *   7  Protocol-Field-Compression               none
 *   8  Address-and-Control-Field-Compression    none
 *   9  FCS-Alternatives           1 octet, set of alternatives (RFC 1570 section 2.1)
 *  10  Self-Describing-Padding    1 octet, largest pad (RFC 1570 section 2.2)
 *  13  Callback                   1 octet of operation, then a message (RFC 1570 section 2.3)
 *  17  Multilink-MRRU             2 octets (RFC 1990 section 5.1.1)
 *  18  Short-Sequence-Number-Header            none (RFC 1990 section 5.1.2)
 *  19  Endpoint-Discriminator     1 octet of class, up to 20 of address (RFC 1990 section 5.1.3)
 *  23  Link-Discriminator         2 octets (RFC 2125 section 7.1)
 */

static inline struct lcp *lcp_of(struct ppp_control *control)
{
    return (struct lcp *)(void *)control;
}

/** A new magic number: never zero, which is none (RFC 1661 section 6.4). */
uint32_t lcp_draw_magic(struct lcp *lcp);

void lcp_notify(struct lcp *lcp, instant now, enum ppp_control_notice notice, uint32_t value);

/* Operations of lcp_request.c. */
void lcp_reset(struct ppp_control *control);
void lcp_write_request(struct ppp_control *control, struct wire_writer *writer);
void lcp_acked(struct ppp_control *control, instant now, const struct ppp_option *option);
void lcp_naked(struct ppp_control *control, instant now, const struct ppp_option *option);
void lcp_rejected(struct ppp_control *control, instant now, const struct ppp_option *option);

/* Operations of lcp_judge.c. */
enum ppp_verdict lcp_judge(struct ppp_control *control, const struct ppp_option *option,
                           struct wire_writer *nak);
void lcp_accept_none(struct ppp_control *control);
void lcp_accept(struct ppp_control *control, const struct ppp_option *option);

#endif
