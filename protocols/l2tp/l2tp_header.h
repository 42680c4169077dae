#ifndef VPNSIM_L2TP_L2TP_HEADER_H
#define VPNSIM_L2TP_L2TP_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** UDP port of L2TP and of L2F, RFC 2661 section 8.1. */
#define L2TP_UDP_PORT 1701
/** The Ver field of L2TP; 1 would be L2F. */
#define L2TP_VERSION 2
/** Octets of a control message's header, and of a whole ZLB acknowledgment. */
#define L2TP_CONTROL_HEADER_LENGTH 12
/** Octets of the longest header of a data message, offset pad apart. */
#define L2TP_DATA_HEADER_MAXIMUM 14

/** Bits of the first word, RFC 2661 section 3.1. */
enum l2tp_flag {
    L2TP_FLAG_TYPE = 0x8000,     /**< T: a control message */
    L2TP_FLAG_LENGTH = 0x4000,   /**< L: the Length field is there */
    L2TP_FLAG_RESET = 0x2000,    /**< R of the drafts before the RFC, which reserves the bit */
    L2TP_FLAG_SEQUENCE = 0x0800, /**< S: Ns and Nr are there */
    L2TP_FLAG_OFFSET = 0x0200,   /**< O: the Offset Size field is there */
    L2TP_FLAG_PRIORITY = 0x0100, /**< P: of data messages only */
};

/** The header of either kind of message in host order. Fields whose bit is not set are 0. */
struct l2tp_header {
    uint16_t flags;         /**< the first word without Ver */
    uint16_t length;        /**< Length: the whole message; set when encoding with L too */
    uint16_t tunnel_id;     /**< the receiver's */
    uint16_t session_id;    /**< the receiver's; 0 in messages of the tunnel */
    uint16_t ns;            /**< sequence number of this message */
    uint16_t nr;            /**< the one expected next; reserved in data messages */
    uint16_t offset_size;   /**< octets of pad behind the Offset Size field */
    uint16_t header_length; /**< set by decoding: octets before the payload, pad included */
};

/** What is wrong with a header. */
enum l2tp_header_error {
    L2TP_HEADER_OK,
    L2TP_HEADER_TRUNCATED,     /**< shorter than its own fields */
    L2TP_HEADER_BAD_VERSION,   /**< L2F or something unknown */
    L2TP_HEADER_BAD_LENGTH,    /**< Length says more than there is or less than the header */
    L2TP_HEADER_BAD_CONTROL,   /**< a control message without L or S, or with O or P */
    L2TP_HEADER_RESERVED_BITS, /**< a bit that this receiver does not take */
};

/** The phrase of @p error in "packet.dropped" ("bad-version"). */
const char *l2tp_header_error_text(enum l2tp_header_error error);

/**
 * Reads the header of a message of @p length octets. @p accepted are the bits that may be set:
 * RFC 2661 has all others ignored (pass UINT16_MAX), Windows discards messages with more than T, L
 * and S (MS-L2TPIE section 3.1.5.1). On success the message ends at header->length when
 * L2TP_FLAG_LENGTH is set, else at @p length.
 */
enum l2tp_header_error l2tp_header_decode(const uint8_t *octets, size_t length, uint16_t accepted,
                                          struct l2tp_header *header);

/** Octets that @p header takes on the wire, offset pad included. */
size_t l2tp_header_length(const struct l2tp_header *header);

/** Writes l2tp_header_length() octets, the offset pad as zeros; 0 when they exceed @p size. */
size_t l2tp_header_encode(const struct l2tp_header *header, uint8_t *octets, size_t size);

#endif
