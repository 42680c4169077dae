#ifndef VPNSIM_HOST_PACKET_INJECTION_H
#define VPNSIM_HOST_PACKET_INJECTION_H

#include "host/host.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** IP datagrams with any contents, such as no proper implementation would send. */
struct packet_injection_config {
    ipv4_address source; /**< IPV4_ANY: the address that the route would choose */
    ipv4_address destination;
    uint8_t protocol;
    const uint8_t *octets; /**< behind the IP header; borrowed for the run */
    size_t length;
    uint32_t count;   /**< datagrams */
    instant interval; /**< from one to the next */
    uint32_t senders; /**< that take turns: source and the addresses behind it; 0 or 1: one */
    bool numbered;    /**< four octets at number_at are greater by one in each than before */
    size_t number_at;
};

/** Starts to send from @p host now. STATUS_NO_MEMORY. */
enum status packet_injection_start(struct host *host, const struct packet_injection_config *config);

#endif
