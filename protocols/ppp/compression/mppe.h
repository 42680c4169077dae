#ifndef VPNSIM_PPP_COMPRESSION_MPPE_H
#define VPNSIM_PPP_COMPRESSION_MPPE_H

#include "base/instant.h"
#include "base/packet.h"
#include "base/status.h"
#include "ppp/compression/mppe_keys.h"

#include <stdbool.h>
#include <stdint.h>

/** Octets that encryption adds in front: the flags and the coherency count (RFC 3078 section 3.1).
 */
#define MPPE_HEADER_SIZE 2

#define MPPE_FLUSHED    0x8000 /**< bit A: the tables were initialised before this packet */
#define MPPE_ENCRYPTED  0x1000 /**< bit D */
#define MPPE_COUNT_MASK 0x0fff

/** Shortest time between two Reset-Requests for one loss, when the configuration says 0. */
#define MPPE_RESET_REQUEST_INTERVAL INSTANT_SECOND

/** What CCP negotiated for one direction, and the key that authentication left for it. */
struct mppe_config {
    struct crypto *crypto;
    enum mppe_strength strength;
    bool stateless; /**< bit H of the CCP option, RFC 3078 section 2 */
    /** Stateful, as Linux does it: a FLUSHED packet always has another key than the one before,
     *  where RFC 3078 section 3.1 only initialises the tables with the current one. */
    bool new_key_when_flushed;
    const uint8_t *start_key;       /**< MPPE_KEY_SIZE octets, copied: see mppe_start_key() */
    instant reset_request_interval; /**< decryption only; 0: MPPE_RESET_REQUEST_INTERVAL */
};

/** Keys and position of one direction; for the two structures below, not for their users. */
struct mppe_state {
    struct crypto *crypto;
    struct rc4 *rc4;      /**< own keystream in stateful mode; the context's scratch otherwise */
    uint16_t count;       /**< sending: of the next packet; receiving: of the last one */
    uint32_t key_changes; /**< times that the session key became another one */
    uint8_t key_length;
    uint8_t strength; /**< enum mppe_strength */
    bool stateless;
    bool new_key_when_flushed;
    uint8_t start_key[MPPE_KEY_SIZE];
    uint8_t session_key[MPPE_KEY_SIZE];
};

/** The sending direction. */
struct mppe_compressor {
    struct mppe_state state;
    bool flush; /**< the next packet carries the FLUSHED bit */
};

/** The receiving direction. */
struct mppe_decompressor {
    struct mppe_state state;
    uint16_t header;     /**< of the last packet delivered; bits A, B and C are MPPC's too */
    bool awaiting_flush; /**< stateful: a loss was seen, packets are discarded until FLUSHED */
    instant reset_request_interval;
    instant next_reset_request; /**< no further request before this */
};

/**
 * Prepares the sending direction for its first packet. Stateful mode allocates its keystream, the
 * only allocation ever: STATUS_NO_MEMORY when that fails. Free with mppe_compressor_clear().
 */
enum status mppe_compressor_init(struct mppe_compressor *compressor,
                                 const struct mppe_config *config);
void mppe_compressor_clear(struct mppe_compressor *compressor);

/**
 * Encrypts @p packet in place. Its data starts at the inner protocol field (two octets, 0021 to
 * 00FA: others must not come here, RFC 3078 section 3) and starts at the MPPE header afterwards;
 * the caller pushes protocol 00FD.
 */
void mppe_encrypt(struct mppe_compressor *compressor, struct packet *packet);

/**
 * Whether the next packet will be FLUSHED whatever comes: MPPC must then start its history anew
 * before it compresses that packet, for both read the same bit.
 */
bool mppe_flushes_next(const struct mppe_compressor *compressor);

/**
 * mppe_encrypt() of what MPPC has compressed. Its  bits go into the header beside MPPE's own;
 * FLUSHED among them initialises the tables with the current key.
 *
 * @param bits  what mppc_compress() returned
 */
void mppe_encrypt_with(struct mppe_compressor *compressor, struct packet *packet, uint16_t bits);

/**
 * A CCP Reset-Request has come: the tables start anew with the current key, and the next packet is
 * FLUSHED (RFC 3078 section 8.2). No Reset-Ack is sent. No effect in stateless mode.
 */
void mppe_compressor_reset(struct mppe_compressor *compressor);

/** What became of a received packet. */
enum mppe_result {
    MPPE_DELIVER,                /**< decrypted: its data starts at the inner protocol field */
    MPPE_DROP,                   /**< discard it; contents undefined */
    MPPE_DROP_AND_REQUEST_RESET, /**< discard it and send a CCP Reset-Request without data */
};

/** As mppe_compressor_init(), for the receiving direction. */
enum status mppe_decompressor_init(struct mppe_decompressor *decompressor,
                                   const struct mppe_config *config);
void mppe_decompressor_clear(struct mppe_decompressor *decompressor);

/**
 * Decrypts @p packet in place. Its data starts at the MPPE header, which is pulled. The caller
 * keeps the packet in any case and traces the drop (protocol "mppe").
 *
 * @param reason  receives the fixed drop reason, NULL for MPPE_DELIVER
 */
enum mppe_result mppe_decrypt(struct mppe_decompressor *decompressor, instant now,
                              struct packet *packet, const char **reason);

#endif
