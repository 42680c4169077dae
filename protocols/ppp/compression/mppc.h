#ifndef VPNSIM_PPP_COMPRESSION_MPPC_H
#define VPNSIM_PPP_COMPRESSION_MPPC_H

#include "base/instant.h"
#include "base/packet.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * Microsoft Point-To-Point Compression (RFC 2118): each direction has a compressor at its sending
 * end and a decompressor at its receiving end, which share a history of the octets before.
 *
 * MPPC and MPPE (RFC 3078) share one header of two octets in protocol 00FD. MPPC alone:
 *
 *   sending     mppc_send()     compresses and pushes the header
 *   receiving   mppc_receive()  pulls the header and decompresses
 *
 * Both together, where MPPE counts the packets and MPPC only contributes its bits:
 *
 *   sending     bits = mppc_compress(mppc, packet, mppe_flushes_next(mppe));
 *               mppe_encrypt_with(mppe, packet, bits);
 *   receiving   mppe_decrypt(mppe, now, packet, &reason), and if that delivers,
 *               mppc_decompress(mppc, now, packet, mppe->header, &reason);
 *
 * A CCP Reset-Request goes to mppc_compressor_reset() and to mppe_compressor_reset(); either
 * decompressor may ask for one to be sent.
 */

/** Octets of the flags and the coherency count (RFC 2118 section 3.1). */
#define MPPC_HEADER_SIZE 2

#define MPPC_FLUSHED    0x8000 /**< bit A: the history was initialised before this packet */
#define MPPC_AT_FRONT   0x4000 /**< bit B: the packet starts at the front of the history */
#define MPPC_COMPRESSED 0x2000 /**< bit C */
#define MPPC_ENCRYPTED  0x1000 /**< bit D, MPPE's */
#define MPPC_COUNT_MASK 0x0fff

/** Octets of history in each direction (RFC 2118 section 3). */
#define MPPC_HISTORY_SIZE 8192

/** Shortest time between two Reset-Requests for one loss, when the configuration says 0. */
#define MPPC_RESET_REQUEST_INTERVAL INSTANT_SECOND

/** What CCP negotiated for one direction. */
struct mppc_config {
    bool stateless;      /**< bit H of the CCP option: no packet needs another one's history */
    uint32_t max_length; /**< decompression: most octets of protocol field and data that may come
                              out, MRU and 2; sending ignores it */
    instant reset_request_interval; /**< decompression; 0: MPPC_RESET_REQUEST_INTERVAL */
};

struct mppc_dictionary;

/** The sending end of one direction. */
struct mppc_compressor {
    struct mppc_dictionary *dictionary; /**< history and where its octets last occurred */
    uint32_t position;                  /**< where in the history the next packet goes */
    uint32_t filled; /**< octets of the history that the peer has too; position or more */
    uint16_t count;  /**< MPPC alone: coherency count of the next packet */
    bool stateless;
    bool flush; /**< the next packet carries the FLUSHED bit */
};

/** The receiving end of one direction. */
struct mppc_decompressor {
    uint8_t *history;
    uint32_t position; /**< where in the history the next packet goes */
    uint32_t filled;   /**< octets of the history known to be the sender's; position or more */
    uint32_t max_length;
    uint16_t count; /**< MPPC alone: coherency count of the last packet */
    bool stateless;
    bool awaiting_flush; /**< the histories differ, packets are discarded until FLUSHED */
    instant reset_request_interval;
    instant next_reset_request; /**< no further request before this */
};

/**
 * Prepares the sending end for its first packet. Allocates 16 KiB, the only allocation ever:
 * STATUS_NO_MEMORY when that fails. Free with mppc_compressor_clear().
 */
enum status mppc_compressor_init(struct mppc_compressor *compressor,
                                 const struct mppc_config *config);

/** Frees what init allocated; harmless on a zeroed or already cleared structure. */
void mppc_compressor_clear(struct mppc_compressor *compressor);

/**
 * Compresses @p packet in place; it never grows. Its data starts at the protocol field (0021 to
 * 00FA: others must not come here, RFC 2118 section 3). A packet that would not shrink, or is
 * longer than the history, stays as it is; the history is then given up and the next packet is
 * FLUSHED.
 *
 * @param flush  this packet will carry the FLUSHED bit for a reason of MPPE's, so that the history
 *               must start anew
 * @return       the bits MPPC_FLUSHED, MPPC_AT_FRONT and MPPC_COMPRESSED as they apply
 */
uint16_t mppc_compress(struct mppc_compressor *compressor, struct packet *packet, bool flush);

/** MPPC alone: mppc_compress(), and the header pushed. The caller pushes protocol 00FD. */
void mppc_send(struct mppc_compressor *compressor, struct packet *packet);

/** A CCP Reset-Request has come: the next packet is FLUSHED (RFC 2118 section 4). */
void mppc_compressor_reset(struct mppc_compressor *compressor);

/** What became of a received packet. */
enum mppc_result {
    MPPC_DELIVER,                /**< its data starts at the protocol field */
    MPPC_DROP,                   /**< discard it; contents undefined */
    MPPC_DROP_AND_REQUEST_RESET, /**< discard it and send a CCP Reset-Request without data */
};

/** As mppc_compressor_init(), for the receiving end; allocates 8 KiB. */
enum status mppc_decompressor_init(struct mppc_decompressor *decompressor,
                                   const struct mppc_config *config);
void mppc_decompressor_clear(struct mppc_decompressor *decompressor);

/**
 * Decompresses @p packet in place, whose header has been pulled already; it may grow up to
 * max_length, for which its storage's headroom and tailroom are used. The caller keeps the packet
 * in any case and traces the drop (protocol "mppc").
 *
 * @param header  the header's two octets, of which A, B and C count
 * @param reason  receives the fixed drop reason, NULL for MPPC_DELIVER
 */
enum mppc_result mppc_decompress(struct mppc_decompressor *decompressor, instant now,
                                 struct packet *packet, uint16_t header, const char **reason);

/** MPPC alone: pulls the header, follows the coherency count, and mppc_decompress(). */
enum mppc_result mppc_receive(struct mppc_decompressor *decompressor, instant now,
                              struct packet *packet, const char **reason);

#endif
