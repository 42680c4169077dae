#ifndef VPNSIM_IPSEC_SECURITY_ASSOCIATION_H
#define VPNSIM_IPSEC_SECURITY_ASSOCIATION_H

#include "base/status.h"
#include "crypto/cipher.h"
#include "crypto/hmac.h"
#include "ipsec/replay_window.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The two protocols, by their numbers in IP. */
enum ipsec_protocol {
    IPSEC_ESP = 50, /**< RFC 2406 */
    IPSEC_AH = 51,  /**< RFC 2402 */
};

/** RFC 2401 section 4.1. */
enum ipsec_mode {
    IPSEC_TRANSPORT,
    IPSEC_TUNNEL,
};

/** Which way an SA is used: an SA has one direction. */
enum ipsec_direction {
    IPSEC_INBOUND,
    IPSEC_OUTBOUND,
};

/** Values below are reserved (RFC 2406 section 2.1). */
#define IPSEC_SPI_MINIMUM 256

/** Octets of the longest integrity check value: HMAC-SHA-256-128 (RFC 4868). */
#define IPSEC_ICV_MAXIMUM 16

/** What one SA is made of: the outcome of a Quick Mode, or what an administrator typed. */
struct security_association_config {
    enum ipsec_protocol protocol;
    uint32_t spi;                 /**< chosen by the receiver */
    enum cipher_algorithm cipher; /**< ESP; AH: CIPHER_NULL */
    uint8_t cipher_key_length;    /**< octets, one that the cipher takes */
    uint8_t cipher_key[CIPHER_KEY_SIZE_MAXIMUM];
    bool integrity; /**< ESP may do without (RFC 2406 section 3.2), but not with the NULL cipher */
    enum hash_algorithm hash;
    uint8_t integrity_key_length; /**< octets: that of the hash */
    uint8_t integrity_key[HASH_SIZE_MAXIMUM];
    uint16_t replay_window; /**< inbound: Sequence Numbers; 0: no check; needs integrity */
};

/** One SA, keyed. Read-only outside this folder. */
struct security_association {
    struct cipher *cipher; /**< NULL: AH */
    struct hmac hmac;      /**< valid when icv_size > 0 */
    enum ipsec_protocol protocol;
    enum cipher_algorithm cipher_algorithm;
    uint32_t spi;
    uint32_t sequence;  /**< outbound: of the last packet sent; 0: none yet */
    uint8_t block_size; /**< what ESP pads to: that of the cipher, at least 4 */
    uint8_t iv_size;
    uint8_t icv_size; /**< 12; HMAC-SHA-256: 16; 0: no integrity */
    uint64_t packets; /**< protected or accepted */
    uint64_t octets;  /**< of them, in encapsulated payload: what a lifetime in kilobytes counts */
    struct replay_window window; /**< inbound */
};

/**
 * Whether @p config makes sense: an SPI that is not reserved, keys of the right lengths, AH with
 * integrity and without a cipher, ESP with either at least, a window only with integrity.
 */
bool security_association_config_valid(const struct security_association_config *config);

/**
 * Keys @p self for one direction. @p config is valid and copied; @p crypto is borrowed until
 * security_association_clear(). STATUS_NO_MEMORY: nothing is held.
 */
enum status security_association_init(struct security_association *self, struct crypto *crypto,
                                      const struct security_association_config *config,
                                      enum ipsec_direction direction);

/** Frees the cipher and forgets the keys. A zeroed SA may be cleared. */
void security_association_clear(struct security_association *self);

/** Octets of the ICV of HMAC with @p hash: 12 (RFC 2403, 2404), SHA-256 16 (RFC 4868). */
size_t ipsec_icv_size(enum hash_algorithm hash);

/** "esp" or "ah": what packet.dropped and other events call it; static storage. */
const char *ipsec_protocol_name(enum ipsec_protocol protocol);

#endif
