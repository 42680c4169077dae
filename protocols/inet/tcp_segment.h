#ifndef VPNSIM_INET_TCP_SEGMENT_H
#define VPNSIM_INET_TCP_SEGMENT_H

#include "base/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Octets of a TCP header without options, and the most with them (RFC 9293 section 3.1). */
#define TCP_HEADER_SIZE     20
#define TCP_HEADER_MAX_SIZE 60
/** Most blocks that fit the options (RFC 2018 section 3). */
#define TCP_SACK_BLOCKS 4

/** The control bits of RFC 9293 section 3.1 (CWR and ECE: RFC 3168), as they lie in the octet. */
enum {
    TCP_FLAG_FIN = 0x01,
    TCP_FLAG_SYN = 0x02,
    TCP_FLAG_RST = 0x04,
    TCP_FLAG_PSH = 0x08,
    TCP_FLAG_ACK = 0x10,
    TCP_FLAG_URG = 0x20,
    TCP_FLAG_ECE = 0x40,
    TCP_FLAG_CWR = 0x80,
};

/** Octets received out of order, [left, right) (RFC 2018 section 3). */
struct tcp_sack_block {
    uint32_t left;
    uint32_t right;
};

/**
 * A TCP header in host order, with the options known here. Options of other kinds are skipped when
 * decoding.
 */
struct tcp_segment {
    uint16_t source_port;
    uint16_t destination_port;
    uint32_t sequence;
    uint32_t acknowledgment;
    uint8_t flags;
    uint8_t header_length; /**< octets with options; set by both decode and encode */
    uint16_t window;       /**< as on the wire, not scaled */
    uint16_t checksum;     /**< set by decode; encode writes it as it is here */
    uint16_t urgent_pointer;
    bool has_mss;
    bool has_window_scale;
    bool sack_permitted;
    bool has_timestamps;
    uint8_t sack_block_count;
    uint8_t window_scale; /**< shift count (RFC 7323 section 2.2) */
    uint16_t mss;
    uint32_t timestamp;
    uint32_t timestamp_echo;
    struct tcp_sack_block sack_blocks[TCP_SACK_BLOCKS];
};

/**
 * Decodes the header at the start of @p octets. NULL: @p segment is complete; else a fixed phrase
 * that says what is wrong: "short-header", "bad-header-length", "bad-option". The checksum is not
 * verified here.
 */
const char *tcp_segment_decode(const uint8_t *octets, size_t length, struct tcp_segment *segment);

/**
 * Writes the header and its options, padded to a multiple of four octets, and sets header_length.
 * The options come in the order and with the padding of Windows: MSS; NOP, Window Scale; NOP, NOP,
 * SACK-Permitted; NOP, NOP, Timestamps; NOP, NOP, SACK. The writer fails when the room or the 40
 * octets of options do not suffice.
 */
void tcp_segment_encode(struct wire_writer *writer, struct tcp_segment *segment);

#endif
