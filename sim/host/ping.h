#ifndef VPNSIM_HOST_PING_H
#define VPNSIM_HOST_PING_H

#include "host/host.h"

#include <stdbool.h>
#include <stdint.h>

/** A series of ICMP or ICMPv6 echo requests, as the ping command sends them. */
struct ping_config {
    const char *name;              /**< shown in events; borrowed for the run */
    struct ip_address destination; /**< of either version of IP */
    uint32_t count;
    instant interval;
    uint32_t size; /**< octets of echo data, up to 65,507 */
    bool dont_fragment;
    uint8_t ttl; /**< 0: the stack's default */
};

/**
 * Starts to ping from @p host now. Events: ping.reply for each reply, ping.error for each ICMP
 * error or request that could not be sent, and ping.finished at the end: as soon as every request
 * is answered, else four seconds after the last one.
 */
enum status ping_start(struct host *host, const struct ping_config *config);

#endif
