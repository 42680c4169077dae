#ifndef VPNSIM_NODES_NETWORK_PING_H
#define VPNSIM_NODES_NETWORK_PING_H

#include "ipx/ipx.h"
#include "nbf/nbf_frame.h"
#include "nodes/other_networks.h"

/** What a network-ping of the timeline says; texts are borrowed for the run. */
struct network_ping_config {
    const char *name;
    uint16_t protocol; /**< PPP_PROTOCOL_IPX or PPP_PROTOCOL_NBF */
    uint32_t count;
    instant interval;
    uint32_t size; /**< IPX: octets of echo data, up to 512 */
};

/** The longest .size. */
#define NETWORK_PING_SIZE_MAX 512

/**
 * Asks the machine at the other end of the link: by IPX echo requests to its node, or by NetBIOS
 * name queries for the name it told in NBFCP. Events network-ping.reply and network-ping.finished.
 * STATUS_NO_MEMORY.
 */
enum status network_ping_start(struct other_networks *networks,
                               const struct network_ping_config *config);

/** Answers that have come in. */
void network_ping_ipx_reply(struct other_networks *networks, const struct ipx_header *header,
                            const uint8_t *data, size_t length);
void network_ping_name_recognized(struct other_networks *networks, const struct nbf_frame *frame);

#endif
