#ifndef VPNSIM_NET_LINK_H
#define VPNSIM_NET_LINK_H

#include "base/entropy.h"
#include "base/packet.h"
#include "base/status.h"
#include "base/trace.h"
#include "core/simulation.h"
#include "net/capture_tap.h"

#include <stdbool.h>
#include <stdint.h>

struct link;

/** Parts per million: the unit of every fault probability (no floating point decides anything). */
#define LINK_PPM UINT32_C(1000000)

/** How many frames ahead of its own a device may look. */
#define DEVICE_STEPS 4

/**
 * One network adapter of a node: the end of a link. The node embeds it, sets @c receive and @c
 * owner, and attaches it with link_attach().
 */
struct device {
    const char *name; /**< the interface's name within its node, e.g. "lan" */
    const char *node; /**< the node's name, for events */
    uint8_t mac[6];
    void *owner;
    /** Called with each frame that arrives; takes the ownership of @p frame. */
    void (*receive)(struct device *device, struct packet *frame);
    /** Prefetches what receive() will touch whatever the frame. It changes nothing. May be NULL. */
    void (*prepare)(const struct device *device);
    /**
     * Prefetches what receive() will touch because of @p frame, which is on its way: called with @p
     * step counting from 0 below DEVICE_STEPS while it draws nearer (not always with the first). It
     * changes nothing. False: nothing to prefetch for any frame. May be NULL.
     */
    bool (*look_ahead)(const struct device *device, const struct packet *frame, unsigned step);
    struct link *link;     /**< NULL while not attached */
    unsigned side;         /**< 0 or 1: which end of the link */
    struct tap_point taps; /**< frames as they are handed to and come from the link */
};

/** What a link does to frames; both directions alike. */
struct link_config {
    const char *name;
    uint64_t rate_bps; /**< 0: infinitely fast */
    instant delay;     /**< propagation */
    uint32_t mtu;      /**< longest frame payload, link header not counted */
    uint32_t
        queue_limit; /**< most frames a direction's transmitter holds, the one it sends included */
    uint32_t loss_ppm; /**< chance that a frame is lost on the wire */
    uint32_t duplicate_ppm;
    uint32_t reorder_ppm; /**< chance that a frame is held back by reorder_delay */
    instant reorder_delay;
    uint32_t corrupt_ppm; /**< chance that one bit of a frame is flipped */
    instant jitter;       /**< largest extra delay, uniform, order kept */
};

/** What befalls a frame that a fault has chosen. */
enum link_fault_action {
    LINK_FAULT_DROP,
    LINK_FAULT_DELAY,     /**< it is held back, so that later ones overtake it */
    LINK_FAULT_DUPLICATE, /**< it arrives twice */
    LINK_FAULT_CORRUPT,   /**< some of its bits arrive flipped */
};

/** A rule about chosen frames on a link, for "lose the n-th packet that matches". */
struct link_fault {
    /** True when @p frame sent by @p side counts for this rule. */
    bool (*matches)(const struct link_fault *fault, unsigned side, const uint8_t *frame,
                    size_t length);
    enum link_fault_action action;
    uint64_t first; /**< the 1-based number of the first matching frame that it befalls */
    uint64_t last;  /**< of the last */
    uint64_t seen;
    instant delay;       /**< DELAY: beyond the link's own */
    uint32_t offset;     /**< CORRUPT: the first octet of the frame that mask is for */
    const uint8_t *mask; /**< CORRUPT: bits to flip, borrowed; one beyond the frame's end is lost */
    uint32_t mask_length;
    uint32_t number; /**< the link's name for it */
    struct link_fault *next;
};

/**
 * A point-to-point link with a transmitter and a queue at each end. Frames in flight wait in the
 * link's own FIFO, so that a busy direction has one pending event, not one a packet.
 */
struct link *link_create(struct simulation *simulation, const struct link_config *config);

/** Puts @p device at end @p side (0 or 1), which must be free. */
void link_attach(struct link *link, unsigned side, struct device *device);

/**
 * Sends @p frame, which the link then owns. What does not arrive ends in a packet.dropped event of
 * protocol "link" at "link:NAME": reason "link-down", "no-peer" (nothing at the far end), "mtu"
 * (longer than the MTU and a 14-octet header), "queue-full", or, once the transmitter has taken it,
 * "fault" or "loss". A device that is on no link discards silently. The frame arrives with a
 * packet.mark of 0.
 */
void device_transmit(struct device *device, struct packet *frame);

/** Prefetches what device_transmit() will touch. */
void device_prepare(const struct device *device);

const struct link_config *link_config(const struct link *link);

/** The device at @p side; NULL when none is attached. */
struct device *link_device(const struct link *link, unsigned side);

/** Taking a link down loses everything queued and in flight on it. */
void link_set_up(struct link *link, bool up);
void link_set_mtu(struct link *link, uint32_t mtu);
void link_set_loss(struct link *link, uint32_t loss_ppm);
void link_add_fault(struct link *link, struct link_fault *fault);

/**
 * Taps the wire at the sender's end: each frame at the instant its last bit has left the sender,
 * both directions in time order, those that are lost further on included; duplication and
 * corruption happen behind the tap and show only at the receiving device. TAP_SENT is side 0 to
 * side 1.
 */
void link_add_tap(struct link *link, struct capture_tap *tap);

/** What a link tells, beside packet.dropped. */
extern const struct trace_declaration link_trace_declarations[];

#endif
