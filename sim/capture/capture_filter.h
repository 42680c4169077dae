#ifndef VPNSIM_CAPTURE_CAPTURE_FILTER_H
#define VPNSIM_CAPTURE_CAPTURE_FILTER_H

#include "base/status.h"
#include "net/capture_tap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Link types of captures, numbered as in the header of a pcap file. */
#define CAPTURE_ETHERNET     1
#define CAPTURE_RAW_IP       101 /**< IP datagrams */
#define CAPTURE_PPP_WITH_DIR 204
#define CAPTURE_GRE          252 /**< GRE packets, as exported PDUs of Wireshark: GRE alone has no type */
#define CAPTURE_L2TP         (252 | 1 << 16) /**< L2TP messages, as exported PDUs as well */

/** The number that the header of a pcap file has for one of the above. */
#define CAPTURE_LINK_TYPE(link_type) ((link_type)&0xffff)

/** A compiled libpcap filter expression for frames of one link type. */
struct capture_filter;

/**
 * Compiles @p expression (the language of tcpdump; "" matches every frame) for frames of @p
 * link_type. Names of hosts, networks and ports are refused, because their meaning would depend on
 * the machine.
 *
 * For CAPTURE_PPP_WITH_DIR the filter sees each frame in its full form whatever was compressed
 * away: one octet of direction, 03, two octets of protocol, payload. So "ip", "tcp port 80",
 * "inbound", "outbound" and "ppp[2:2] = 0xc021" work on PPP frames.
 * For CAPTURE_GRE it sees the GRE packet: "link[0:2] = 0x3081" is data with an acknowledgment.
 * For CAPTURE_L2TP it sees the L2TP message: "link[0] & 0x80 != 0" is one of control.
 *
 * STATUS_INVALID with one line about the mistake in @p error, which holds @p error_size octets, or
 * STATUS_NO_MEMORY. The result belongs to the caller.
 */
enum status capture_filter_compile(const char *expression, int link_type,
                                   struct capture_filter **filter, char *error, size_t error_size);

/** Whether a frame, as a tap of that link type is shown it, matches. */
bool capture_filter_matches(struct capture_filter *filter, enum tap_direction direction,
                            const uint8_t *frame, size_t length);

/** NULL is allowed. */
void capture_filter_destroy(struct capture_filter *filter);

#endif
