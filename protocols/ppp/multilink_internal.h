#ifndef VPNSIM_PPP_MULTILINK_INTERNAL_H
#define VPNSIM_PPP_MULTILINK_INTERNAL_H

#include "ppp/multilink.h"

/* What multilink.c (links, output), multilink_send.c and multilink_receive.c share. */

/** Bits of packet.extent of a fragment that is held. */
#define MULTILINK_BEGINS 1
#define MULTILINK_ENDS   2

/** The sequence numbers of received fragments are counted modulo this plus one. */
static inline uint32_t multilink_mask(bool short_sequence)
{
    return short_sequence ? 0xfff : 0xffffff;
}

void multilink_drop(struct multilink *self, instant now, const char *reason, struct packet *packet);

/** Delivers and gives up what can be, after .held or the links have changed. */
void multilink_advance(struct multilink *self, instant now);

#endif
