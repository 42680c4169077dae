#ifndef VPNSIM_PPP_COMPRESSION_VJ_H
#define VPNSIM_PPP_COMPRESSION_VJ_H

#include "base/packet.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * Van Jacobson's TCP/IP header compression (RFC 1144, over PPP RFC 1332 section 4): 40 octets of
 * headers become three to sixteen. Each direction has a compressor at its sending end and a
 * decompressor at its receiving end, which remember the last header of every connection in slots.
 */

/* PPP protocol numbers of the three packet types (RFC 1332 section 4). */
#define VJ_PROTOCOL_IP               0x0021 /**< as it was */
#define VJ_PROTOCOL_COMPRESSED_TCP   0x002d
#define VJ_PROTOCOL_UNCOMPRESSED_TCP 0x002f /**< the slot's number in place of the IP protocol */

/** Value of IPCP's IP-Compression-Protocol option for this compression (RFC 1332 section 4). */
#define VJ_COMPRESSION_PROTOCOL 0x002d

/** Most octets of IP and TCP headers that a slot remembers. */
#define VJ_MAX_HEADERS 120

/**
 * What IPCP negotiated for one direction: the option in the Configure-Request of the end that
 * receives, so that the peer's acknowledged option governs how we send.
 */
struct vj_config {
    uint8_t max_slot_id;   /**< highest slot number; RFC 1144 wants 3 to 256 slots */
    bool compress_slot_id; /**< the slot's number may be left out when it is the last one's */
};

struct vj_slot;

/** The sending end of one direction. */
struct vj_compressor {
    struct vj_slot *slots;
    uint16_t slot_count;
    uint8_t newest;  /**< head of the list of slots in the order of their use */
    int16_t last_id; /**< slot of the last packet sent in this compression; -1: none */
    bool compress_slot_id;
};

/** The receiving end of one direction. */
struct vj_decompressor {
    struct vj_slot *slots;
    uint16_t slot_count;
    uint8_t last_id; /**< slot that a packet without a number belongs to */
    bool compress_slot_id;
    bool tossing; /**< after an error, until a packet names its slot (RFC 1144 section 4.1) */
};

/**
 * Prepares the sending end, all slots empty. Allocates the slots (about 130 octets each), the only
 * allocation ever: STATUS_NO_MEMORY when that fails. Free with vj_compressor_clear().
 */
enum status vj_compressor_init(struct vj_compressor *compressor, const struct vj_config *config);

/** Frees what init allocated; harmless on a zeroed or already cleared structure. */
void vj_compressor_clear(struct vj_compressor *compressor);

/**
 * Compresses the headers of the IPv4 datagram in @p packet in place and returns the PPP protocol
 * that it must be sent with: VJ_PROTOCOL_IP for whatever is not a plain segment of a TCP
 * connection, in which case the packet is untouched.
 */
uint16_t vj_compress(struct vj_compressor *compressor, struct packet *packet);

/** As vj_compressor_init(), for the receiving end. */
enum status vj_decompressor_init(struct vj_decompressor *decompressor,
                                 const struct vj_config *config);
void vj_decompressor_clear(struct vj_decompressor *decompressor);

/**
 * Restores the datagram of a frame that came with @p protocol VJ_PROTOCOL_COMPRESSED_TCP or
 * VJ_PROTOCOL_UNCOMPRESSED_TCP, in place: up to VJ_MAX_HEADERS octets of headroom are used. NULL
 * when that is done; otherwise the fixed reason of the drop, which the caller traces (protocol
 * "vj"): the packet's contents are then undefined. The TCP checksum is the sender's, so that
 * whatever went wrong unnoticed is found by TCP.
 */
const char *vj_decompress(struct vj_decompressor *decompressor, uint16_t protocol,
                          struct packet *packet);

/**
 * The framing lost or damaged a frame: whatever comes without a slot number is tossed until a
 * packet has one (RFC 1144 section 4.1).
 */
void vj_decompressor_link_error(struct vj_decompressor *decompressor);

#endif
