#ifndef VPNSIM_HOST_TRANSFER_H
#define VPNSIM_HOST_TRANSFER_H

#include "host/host.h"
#include "host/transfer_protocol.h"

#include <stdint.h>

/** One TCP transfer between a host and a tcp-server. */
struct transfer_config {
    const char *name; /**< shown in events, seed of the octets sent; borrowed for the run */
    ipv4_address destination;
    uint16_t port;
    uint64_t size; /**< octets */
    enum transfer_direction direction;
};

/**
 * Connects from @p host now and sends, or asks for and reads, config->size octets; every octet is
 * compared with what was sent. Events: transfer.started, and at the end transfer.finished (with
 * "intact" yes or no and the octets that arrived), or transfer.failed with a reason when the
 * connection ended early. STATUS_NOT_FOUND: no route; transfer.failed has been emitted.
 */
enum status transfer_start(struct host *host, const struct transfer_config *config);

#endif
