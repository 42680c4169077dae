#ifndef VPNSIM_NODES_BUNDLE_PORT_H
#define VPNSIM_NODES_BUNDLE_PORT_H

#include "nodes/ppp_port.h"
#include "ppp/multilink.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * A PPP port whose session is one link of a bundle: it goes as far as authentication, and what
 * comes behind that is the bundle's. Lives beside the port, whose .membership it is.
 */
struct bundle_link {
    struct ppp_port *port;
    struct bundle_port *bundle; /**< NULL: it is part of none */
    uint32_t number;            /**< as multilink knows it */
};

/**
 * A PPP port whose frames several links carry together (RFC 1990): the network phase of a bundle. A
 * link that has not agreed on multilink makes a bundle by itself, without multilink headers.
 */
struct bundle_port {
    struct ppp_port ppp;     /**< first: the bundle is a PPP port */
    struct ppp_bundle terms; /**< what the first link has brought */
    struct multilink multilink;
    struct bundle_link *links[MULTILINK_LINKS];
    unsigned link_count;
    struct packet_queue whole; /**< packets that came without multilink header */
};

/** Makes @p port, which has been initialised, one whose sessions are links of a bundle. */
void bundle_link_init(struct bundle_link *link, struct ppp_port *port);

/** A bundle without links; closed. The arguments are those of ppp_port_init(). */
void bundle_port_init(struct bundle_port *bundle, struct host *host, struct tap_point *taps,
                      ppp_port_event *event, void *owner);

/**
 * Begins the network phase with the terms of @p first, an authenticated link that then joins. False
 * as ppp_port_open().
 */
bool bundle_port_open(struct bundle_port *bundle, const struct bundle_link *first,
                      const struct ppp_port_habits *habits,
                      const struct ppp_session_config *config);

/**
 * Adds an authenticated link that transmits with @p rate_bps. NULL, or why it cannot be part of the
 * open bundle: a reason of ppp_bundle_refusal(), "too-many-links" or "bundle-ended".
 */
const char *bundle_port_join(struct bundle_port *bundle, struct bundle_link *link,
                             uint64_t rate_bps);

/** The link carries nothing any more; nothing happens when it is part of no bundle. */
void bundle_link_leave(struct bundle_link *link);

/** The peer's Protocol-Reject on this link names @p protocol, which is the bundle's. */
void bundle_link_protocol_rejected(struct bundle_link *link, uint32_t protocol);

/** For ppp_port.c: a frame on @p link was damaged on the way. */
void bundle_link_damaged(struct bundle_link *link);

/** For ppp_port.c: takes what has come over @p link for the network phase. */
void bundle_link_receive(struct bundle_link *link, uint16_t protocol, struct packet *packet);

#endif
