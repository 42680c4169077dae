#ifndef VPNSIM_NET_ETHERNET_SWITCH_H
#define VPNSIM_NET_ETHERNET_SWITCH_H

#include "net/link.h"
#include "net/node.h"

#include <stddef.h>
#include <stdint.h>

/** Stations a switch remembers when its configuration does not say. */
#define ETHERNET_SWITCH_TABLE_SIZE 1024
/** How long it remembers a silent one then: the default of IEEE 802.1D. */
#define ETHERNET_SWITCH_AGEING (300 * INSTANT_SECOND)

struct ethernet_switch_config {
    const char *name;              /**< the node's name; borrowed for the run */
    const char *const *port_names; /**< port_count texts, borrowed for the run */
    size_t port_count;
    size_t table_size; /**< stations remembered, rounded up to a power of two; 0: the default */
    instant ageing;    /**< forget a station not heard for so long; 0: the default */
};

struct switch_station;

/**
 * A learning bridge (IEEE 802.1D without the spanning tree): a node of kind "switch" whose ports
 * are devices to be put on links with link_attach(). A frame for a known station leaves by that
 * station's port alone; one for an unknown station or a group leaves by every other port that is
 * on a link, in the order of the ports.
 *
 * The table is bounded: where it is full, the station heard longest ago among those of the same
 * hash is forgotten. Drops are packet.dropped events of protocol "ethernet" at the node, with the
 * reasons "truncated" (no whole header), "reserved-address" (01-80-C2-00-00-0x stays on its
 * segment), "same-port" (the station is where the frame came from) and "no-port" (nowhere to go).
 */
struct ethernet_switch {
    struct node node; /**< first, so that a struct node of this class is a switch */
    struct device *ports;
    size_t port_count;
    struct switch_station *stations;
    size_t station_mask; /**< size of the table - 1 */
    instant ageing;
};

/** A switch in the simulation's arena, its ports not attached yet; NULL when memory is short. */
struct ethernet_switch *ethernet_switch_create(struct simulation *simulation,
                                               const struct ethernet_switch_config *config);

/** The port called @p name; NULL when there is none. */
struct device *ethernet_switch_port(struct ethernet_switch *bridge, const char *name);

#endif
