#ifndef VPNSIM_PPP_HDLC_H
#define VPNSIM_PPP_HDLC_H

#include "base/instant.h"
#include "base/packet.h"
#include "base/trace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * HDLC-like framing for PPP on lines that carry octets (RFC 1662). What a line shows of a frame:
 *
 *   +------+---------------------------------------------------------+------+
 *   | Flag |  Address, Control, Protocol, Information | FCS-16       | Flag |
 *   |  7E  |  .. the PPP frame, as engines hand it out | low octet 1st |  7E  |
 *   +------+---------------------------------------------------------+------+
 *             every 7E, 7D and flagged control octet: 7D, octet ^ 20
 */
#define HDLC_FLAG   0x7e
#define HDLC_ESCAPE 0x7d
/** What an escaped octet is combined with. */
#define HDLC_COMPLEMENT 0x20

/** The ACCM of a line before LCP has agreed on another: every octet below 20 is escaped. */
#define HDLC_DEFAULT_ACCM UINT32_C(0xffffffff)

/* The 16-bit Frame Check Sequence (RFC 1662 appendix C.2). */
#define HDLC_FCS_SIZE    2
#define HDLC_FCS_INITIAL UINT16_C(0xffff)
/** The running FCS over a good frame and its FCS field. */
#define HDLC_FCS_GOOD UINT16_C(0xf0b8)

/** Octets that a frame of @p length octets takes on the line at most. */
#define HDLC_ENCODED_MAX(length) (2 * ((length) + HDLC_FCS_SIZE) + 2)

/** Continues a running FCS, from HDLC_FCS_INITIAL, over @p octets. */
uint16_t hdlc_fcs(uint16_t fcs, const void *octets, size_t length);

/** Appends the FCS of @p frame to it, for synchronous lines, where hardware does the rest. The
 * packet needs HDLC_FCS_SIZE octets of tailroom. */
void hdlc_append_fcs(struct packet *frame);

/** Checks and cuts off the FCS; false: it is wrong, or the frame is too short to have one. */
bool hdlc_remove_fcs(struct packet *frame);

/**
 * The map for sending @p frame: @p negotiated, or the default for the LCP packets that are always
 * sent as if nothing had been negotiated (RFC 1661 section 5: codes 1 to 7).
 */
uint32_t hdlc_frame_accm(const uint8_t *frame, size_t length, uint32_t negotiated);

/**
 * Encodes one PPP frame with FCS, escapes and closing flag into @p octets and returns how many
 * there are; 0: they do not fit into @p size, which HDLC_ENCODED_MAX(length) always does. Bit n of
 * @p accm set: octet n is escaped. @p opening_flag: a flag goes in front; a frame right behind
 * another may do without (section 4.4.2).
 */
size_t hdlc_encode(const uint8_t *frame, size_t length, uint32_t accm, bool opening_flag,
                   uint8_t *octets, size_t size);

/** Gives up the frame being sent (section 4.3): writes the two octets of an abort into @p octets.
 */
size_t hdlc_encode_abort(uint8_t octets[2]);

/** What a decoder has met, by how frames ended. */
struct hdlc_counters {
    uint64_t frames;   /**< good ones */
    uint64_t bad_fcs;  /**< damaged on the way */
    uint64_t aborted;  /**< ended by 7D 7E */
    uint64_t runts;    /**< shorter than 4 octets */
    uint64_t overlong; /**< longer than the longest */
    uint64_t lost;     /**< incomplete at hdlc_decoder_reset(), or no memory */
    uint64_t removed;  /**< octets flagged in the receiving ACCM that came unescaped */
};

/**
 * Finds the frames in a stream of octets. Whatever the stream holds, each piece between two flags
 * is handed out or ends in packet.dropped of protocol "hdlc" with the reason "bad-fcs", "aborted",
 * "runt", "overlong", "incomplete" or "no-memory"; two flags in a row are no frame.
 */
struct hdlc_decoder {
    struct packet_pool *pool; /**< borrowed */
    struct trace trace;
    uint32_t max_frame; /**< longest frame, address and FCS included */
    uint32_t accm;      /**< receiving ACCM; may be changed between frames */
    struct hdlc_counters counters;
    struct packet *frame; /**< being received; NULL: none */
    bool escaped;         /**< the last octet was a Control Escape */
    bool skipping;        /**< the rest of this frame is of no use */
};

/**
 * Prepares @p self between two frames, with the default ACCM. @p max_information is the longest
 * information field taken: the MRU, but never less than 1,500 (RFC 1661 section 6.1).
 */
void hdlc_decoder_init(struct hdlc_decoder *self, struct packet_pool *pool,
                       const struct trace *trace, uint32_t max_information);

/**
 * Takes octets until a good frame is complete or none are left, and returns how many were taken.
 * @p frame receives the PPP frame without FCS, then the caller's, or NULL.
 */
size_t hdlc_decoder_input(struct hdlc_decoder *self, instant now, const uint8_t *octets,
                          size_t length, struct packet **frame);

/** The stream is over: a frame that has begun is dropped as "incomplete". */
void hdlc_decoder_reset(struct hdlc_decoder *self, instant now);

#endif
