#include "inet/inet_trace.h"

#include <stddef.h>

const struct trace_declaration inet_trace_declarations[] = {
    {"arp.resolved", "address mac", "A neighbour's hardware address became known or changed."},
    {"arp.failed", "address", "Nobody answered the ARP requests for an address."},
    {"neighbor.resolved", "address mac",
     "The hardware address of a neighbor became known by Neighbor Discovery, or changed."},
    {"neighbor.failed", "address", "Nobody answered the Neighbor Solicitations for an address."},
    {"neighbor.unreachable", "address",
     "A neighbor no longer answers probes (Neighbor Unreachability Detection)."},
    {NULL, NULL, NULL},
};
