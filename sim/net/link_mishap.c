#include "net/link_internal.h"

/* What becomes of frames by faults and by chance: lost, late, twice, corrupted. */

/* Added to the number of the fault that corrupts a frame: no bit has such a number. */
#define FLIP_BY_FAULT UINT32_C(0x80000000)

/* The fault that corrupts @flight, whose flip names it. */
static const struct link_fault *corrupting_fault(const struct link *link,
                                                 const struct flight *flight)
{
    const struct link_fault *fault = link->faults;
    while (fault->number != flight->flip - FLIP_BY_FAULT)
        fault = fault->next;
    return fault;
}

void link_corrupt(const struct link *link, const struct flight *flight)
{
    struct packet *frame = flight->frame;
    frame->checksum_known = false;
    if (flight->flip < FLIP_BY_FAULT) {
        uint32_t bit = flight->flip - 1;
        frame->data[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        return;
    }
    const struct link_fault *fault = corrupting_fault(link, flight);
    for (uint64_t i = 0; i < fault->mask_length && fault->offset + i < frame->length; i++)
        frame->data[fault->offset + i] ^= fault->mask[i];
}

static bool draw(struct link *link, uint32_t ppm)
{
    return ppm > 0 && entropy_below(&link->entropy, LINK_PPM) < ppm;
}

/* Moves @flight to the ring of those held back; without memory it goes in its turn. */
static void hold_back(struct link *link, struct direction *direction, struct flight *flight,
                      instant delay)
{
    struct ring *held = &direction->held;
    if (held->tail - direction->released == held->capacity &&
        !link_ring_grow(held, link->simulation, direction->released)) {
        link->simulation->failure = STATUS_NO_MEMORY;
        return;
    }
    flight->fate = HELD;
    link->reorders = true;
    struct flight late = *flight;
    late.due = instant_after(flight->due, delay);
    /* Only faults of different delays get out of order. */
    uint32_t place = held->tail++;
    for (; place != direction->released && link_slot(held, place - 1)->due > late.due; place--)
        *link_slot(held, place) = *link_slot(held, place - 1);
    *link_slot(held, place) = late;
}

/* What befalls a frame that is not in struct flight. */
struct mishap {
    bool lost;
    bool late;
    instant delay; /* when late */
};

static void befall(const struct link_fault *fault, struct flight *flight, struct mishap *mishap)
{
    switch (fault->action) {
    case LINK_FAULT_DROP:
        mishap->lost = true;
        break;
    case LINK_FAULT_DELAY:
        mishap->late = true;
        mishap->delay = instant_after(mishap->delay, fault->delay);
        break;
    case LINK_FAULT_DUPLICATE:
        flight->twice = true;
        break;
    case LINK_FAULT_CORRUPT:
        flight->flip = FLIP_BY_FAULT + fault->number;
        break;
    }
}

/* Counts the frame against every rule; true when it is the turn of one or more. */
static bool hit_by_faults(struct link *link, unsigned side, struct flight *flight,
                          struct mishap *mishap)
{
    bool hit = false;
    for (struct link_fault *fault = link->faults; fault; fault = fault->next) {
        if (!fault->matches(fault, side, flight->frame->data, flight->frame->length))
            continue;
        fault->seen++;
        if (fault->seen < fault->first || fault->seen > fault->last)
            continue;
        befall(fault, flight, mishap);
        hit = true;
    }
    return hit;
}

/* What the wire does to a frame by chance; @flight is due as an undisturbed one. */
static void impair(struct link *link, struct direction *direction, struct flight *flight,
                   struct mishap *mishap)
{
    const struct link_config *config = &link->config;
    if (config->jitter > 0)
        flight->due = instant_after(flight->due, entropy_below(&link->entropy, config->jitter + 1));
    if (flight->due < direction->last_due)
        flight->due = direction->last_due;
    direction->last_due = flight->due;
    flight->twice |= draw(link, config->duplicate_ppm);
    if (draw(link, config->reorder_ppm)) {
        mishap->late = true;
        mishap->delay = instant_after(mishap->delay, config->reorder_delay);
    }
    if (flight->frame->length > 0 && draw(link, config->corrupt_ppm)) {
        uint64_t bit = entropy_below(&link->entropy, (uint64_t)flight->frame->length * 8);
        if (flight->flip == 0)
            flight->flip = (uint32_t)bit + 1;
    }
}

/* The number of the first bit that changes. */
static uint64_t first_corrupt_bit(const struct link *link, const struct flight *flight)
{
    if (flight->flip < FLIP_BY_FAULT)
        return flight->flip - 1;
    const struct link_fault *fault = corrupting_fault(link, flight);
    uint64_t bit = 0;
    while (bit < UINT64_C(8) * fault->mask_length && !(fault->mask[bit / 8] & 0x80 >> bit % 8))
        bit++;
    return UINT64_C(8) * fault->offset + bit;
}

/* A frame that arrives otherwise than it should. */
static void disturb(struct link *link, struct direction *direction, struct flight *flight,
                    const struct mishap *mishap)
{
    const struct trace *trace = &link->trace;
    instant now = link->simulation->now;
    uint64_t serial = flight->frame->serial;
    if (flight->twice)
        TRACE(trace, now, "link.duplicated", trace_number("serial", serial));
    if (mishap->late)
        TRACE(trace, now, "link.reordered", trace_number("serial", serial));
    if (flight->flip)
        /* Done on arrival: a tap at the sender's end sees what was sent. */
        TRACE(trace, now, "link.corrupted", trace_number("serial", serial),
              trace_number("bit", first_corrupt_bit(link, flight)));
    if (mishap->late)
        hold_back(link, direction, flight, mishap->delay);
}

/* The frame is lost on the wire: it keeps the transmitter busy, and a tap still sees it. */
static void lose(struct link *link, struct flight *flight, const char *reason)
{
    trace_drop(&link->trace, link->simulation->now, "link", reason, flight->frame->serial);
    flight->fate = LOST;
    if (flight->tapped)
        return;
    packet_free(flight->frame);
    flight->frame = NULL;
}

bool link_befall(struct link *link, struct direction *direction, struct flight *flight)
{
    struct mishap mishap = {0};
    bool hit = hit_by_faults(link, direction->side, flight, &mishap);
    if (mishap.lost) {
        lose(link, flight, "fault");
    } else if (link->impaired && draw(link, link->config.loss_ppm)) {
        lose(link, flight, "loss");
    } else if (link->impaired || hit) {
        if (link->impaired)
            impair(link, direction, flight, &mishap);
        disturb(link, direction, flight, &mishap);
    }
    return link->impaired || hit;
}
