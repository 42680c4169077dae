#include "inet/inet_trace.h"

#include <stddef.h>

const struct trace_declaration inet_trace_declarations[] = {
    {"arp.resolved", "address mac", "A neighbour's hardware address became known or changed."},
    {"arp.failed", "address", "Nobody answered the ARP requests for an address."},
    {NULL, NULL, NULL},
};
