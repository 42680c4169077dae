#ifndef VPNSIM_HOST_UDP_STREAM_H
#define VPNSIM_HOST_UDP_STREAM_H

#include "host/host.h"

#include <stdint.h>

/** A train of UDP datagrams of one size at a fixed pace. */
struct udp_stream_config {
    const char *name;              /**< shown in events; borrowed for the run */
    struct ip_address destination; /**< of either version of IP */
    uint16_t port;
    uint32_t size;    /**< octets of UDP data, up to 65,507 */
    uint32_t count;   /**< datagrams */
    instant interval; /**< from one to the next */
};

/**
 * Starts to send from @p host now. Two seconds after the last datagram udp-stream.finished tells
 * how many were sent and how many answers came back. Each datagram starts with its number, 32 bit.
 */
enum status udp_stream_start(struct host *host, const struct udp_stream_config *config);

#endif
