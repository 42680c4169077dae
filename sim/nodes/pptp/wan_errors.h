#ifndef VPNSIM_NODES_PPTP_WAN_ERRORS_H
#define VPNSIM_NODES_PPTP_WAN_ERRORS_H

#include "core/timer.h"
#include "gre/gre_tunnel.h"
#include "nodes/pptp/pptp_link.h"

#include <stdint.h>

/**
 * WAN-Error-Notify of the answering end of one call after another (RFC 2637 section 2.14). A tunnel
 * has no line whose errors could be counted; what goes wrong on it is told in the nearest field:
 * malformed packets as framing errors, packets that never came as buffer overruns, and
 * acknowledgments that never came as time-outs. When there is news it is told, once a minute at
 * most.
 */
struct wan_errors {
    struct pptp_link *link;       /**< of the current call */
    const struct gre_tunnel *gre; /**< of the current call */
    struct timer timer;
    uint64_t told; /**< errors of all kinds that have been told */
    uint16_t call_id;
};

void wan_errors_init(struct wan_errors *self);

/** The call @p call_id over @p link is connected: its errors are told from now on. */
void wan_errors_begin(struct wan_errors *self, struct pptp_link *link, uint16_t call_id,
                      const struct gre_tunnel *gre);

/** The call is over. Nothing happens when none has begun. */
void wan_errors_end(struct wan_errors *self);

#endif
