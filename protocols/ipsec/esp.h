#ifndef VPNSIM_IPSEC_ESP_H
#define VPNSIM_IPSEC_ESP_H

#include "base/entropy.h"
#include "base/packet.h"
#include "ipsec/security_association.h"

/** Octets in front of the IV: SPI and Sequence Number (RFC 2406 section 2). */
#define ESP_HEADER_SIZE 8
/** Octets behind the padding: Pad Length and Next Header. */
#define ESP_TRAILER_SIZE 2

/** What became of a packet. What it says of AH holds for ESP and the other way round. */
enum ipsec_result {
    IPSEC_OK,
    IPSEC_MALFORMED,         /**< too short, or lengths that contradict each other */
    IPSEC_REPLAYED,          /**< its Sequence Number has been received, or was never sent */
    IPSEC_TOO_LATE,          /**< its Sequence Number is left of the window */
    IPSEC_BAD_INTEGRITY,     /**< the integrity check failed: nothing was decrypted */
    IPSEC_BAD_PADDING,       /**< decrypted, and the padding is not 1, 2, 3, ... */
    IPSEC_NO_ROOM,           /**< outbound: no room in the packet or in a datagram */
    IPSEC_SEQUENCE_EXHAUSTED /**< outbound: the Sequence Number must not cycle */
};

/** The fixed drop reason of @p result ("integrity-check-failed"); static storage. */
const char *ipsec_result_reason(enum ipsec_result result);

/** How many packets got through the steps of receiving one (RFC 2406 section 3.4). */
struct ipsec_steps {
    uint64_t received;      /**< an SA was found */
    uint64_t fresh;         /**< the Sequence Number may be new */
    uint64_t authenticated; /**< the integrity check held, or the SA has none */
    uint64_t decrypted;     /**< the cipher ran: ESP only */
    uint64_t unpadded;      /**< the padding was right: ESP only */
};

/** How much longer ESP of @p sa makes a datagram with @p payload_length octets of payload. */
size_t esp_overhead(const struct security_association *sa, size_t payload_length);

/**
 * Protects in place what of @p packet lies behind its first @p offset octets (RFC 2406 section
 * 3.3): header and IV are inserted there, padding, trailer and ICV appended. The octets in front
 * are moved and otherwise left alone.
 *
 * @param next_header  what the payload is: 4 or 41 in tunnel mode
 * @param entropy      where the IV comes from
 * @return IPSEC_OK, IPSEC_NO_ROOM or IPSEC_SEQUENCE_EXHAUSTED; the last two change nothing
 */
enum ipsec_result esp_protect(struct security_association *sa, struct entropy *entropy,
                              struct packet *packet, size_t offset, uint8_t next_header);

/**
 * Opens in place the ESP packet that starts at @p offset and ends with @p packet: Sequence Number,
 * integrity, decryption, padding, in this order. Header, IV, padding, trailer and ICV are removed.
 * When the result is not IPSEC_OK, the packet's contents are undefined.
 *
 * @param steps        counts how far it came
 * @param next_header  receives what the payload is
 */
enum ipsec_result esp_open(struct security_association *sa, struct ipsec_steps *steps,
                           struct packet *packet, size_t offset, uint8_t *next_header);

#endif
