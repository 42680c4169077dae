#ifndef VPNSIM_NET_LINK_INTERNAL_H
#define VPNSIM_NET_LINK_INTERNAL_H

/* What link.c and link_mishap.c share; nobody else includes this. */

#include "base/cache_line.h"
#include "net/link.h"

/* Where a frame stands that the transmitter has accepted. */
enum fate {
    ARRIVES, /* in its turn */
    HELD,    /* a reordering fault has it in the other ring */
    LOST,
};

/* A frame between the sender and the receiver. */
struct flight {
    instant ends;         /* when its last bit leaves the transmitter */
    instant due;          /* when it arrives */
    struct packet *frame; /* NULL: only the time that it takes the transmitter matters any more */
    uint32_t flip;        /* the bit to corrupt on arrival + 1, or the fault that does; 0: none */
    uint8_t fate;         /* enum fate */
    bool twice;           /* arrives twice */
    bool tapped;          /* to be recorded when it ends */
};

/* Flights by free-running numbers. */
struct ring {
    struct flight *slots;
    uint32_t tail;     /* the number of the next */
    uint32_t capacity; /* a power of two, or 0 */
};

/*
 * One way through the link. With tens of thousands of links each packet finds them out of the
 * cache, so what every packet needs stands in the first two lines, here and in the link.
 */
struct direction {
    _Alignas(CACHE_LINE) struct event arrival; /* pending while a frame is on its way */
    struct link *link;
    struct ring wire;       /* all that were accepted, in order */
    uint32_t arrived;       /* number of the next in the wire that may arrive */
    uint32_t sent;          /* number of the first that the transmitter was seen to hold */
    instant busy_until;     /* when the transmitter has finished all it accepted */
    instant last_due;       /* no frame that keeps its place arrives before this */
    struct flight first;    /* the wire's slot until two are on their way */
    unsigned side;          /* the sender's */
    uint32_t released;      /* number of the next in held */
    struct ring held;       /* those held back, in the order of their arrival */
    struct event departure; /* pending while a tapped frame waits for its last bit */
};

struct link {
    struct simulation *simulation;
    struct device *devices[2];
    uint64_t rate_bps;
    instant delay;
    uint32_t longest; /* frame, header included */
    uint32_t queue_limit;
    bool up;
    bool impaired; /* some probability or the jitter is not 0 */
    bool reorders; /* some frame was held back once */
    bool tapped;
    struct link_fault *faults;
    struct direction directions[2]; /* by the sender's side */
    struct tap_point taps;
    uint32_t fault_count;
    struct link_config config; /* the whole; above stands again what all packets need */
    struct entropy entropy;
    struct trace trace;
};

static inline struct flight *link_slot(const struct ring *ring, uint32_t number)
{
    return &ring->slots[number & (ring->capacity - 1)];
}

/* Doubles @p ring, which holds the flights from number @p oldest on. False: no memory. */
bool link_ring_grow(struct ring *ring, struct simulation *simulation, uint32_t oldest);

/*
 * Lets the faults and the chances of the link act on @p flight, which is about to enter the wire
 * as an undisturbed one. False: nothing can have happened to it or to the order of arrivals.
 */
bool link_befall(struct link *link, struct direction *direction, struct flight *flight);

/* Does to the frame of @p flight, whose flip is not 0, what it says. */
void link_corrupt(const struct link *link, const struct flight *flight);

#endif
