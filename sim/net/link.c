#include "net/link.h"

#include <assert.h>
#include <string.h>

/* Added to the MTU to get the longest frame: destination, source, EtherType. */
#define LINK_HEADER_SIZE 14

/* Added to the number of the fault that corrupts a frame: no bit has such a number. */
#define FLIP_BY_FAULT UINT32_C(0x80000000)

#define CACHE_LINE 64
/* How far ahead of its turn a flight is fetched into the cache. */
#define SLOTS_AHEAD 6

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
    uint32_t flip;        /* the bit to corrupt on arrival + 1, or FLIP_BY_FAULT...; 0: none */
    uint8_t fate;         /* enum fate */
    bool twice;           /* arrives twice */
    bool tapped;          /* to be recorded when it ends */
};

/* Flights by free-running numbers; memory is taken with the first, so an idle link costs none. */
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
    unsigned side;          /* the sender's */
    uint32_t released;      /* number of the next in held */
    struct ring held;       /* those held back, in the order of their arrival */
    instant last_due;       /* no frame that keeps its place arrives before this */
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

const struct trace_declaration link_trace_declarations[] = {
    {"link.up", "", "A link was brought up."},
    {"link.down", "", "A link was taken down; whatever was queued or in flight on it is lost."},
    {"link.duplicated", "serial", "A link delivers a frame twice."},
    {"link.reordered", "serial", "A link holds a frame back so that later ones overtake it."},
    {"link.corrupted", "serial bit",
     "A link flips a bit of a frame (bit 0: the first sent), or several from there on."},
    {NULL, NULL, NULL},
};

static void drop(struct link *link, struct packet *frame, const char *reason)
{
    trace_drop(&link->trace, link->simulation->now, "link", reason, frame->serial);
    packet_free(frame);
}

/* ---- Rings ---- */

static struct flight *slot(const struct ring *ring, uint32_t number)
{
    return &ring->slots[number & (ring->capacity - 1)];
}

/* Doubles @ring, which holds the flights from number @oldest on. */
static bool grow(struct ring *ring, struct simulation *simulation, uint32_t oldest)
{
    struct ring larger = {.capacity = ring->capacity ? ring->capacity * 2 : 4, .tail = ring->tail};
    larger.slots = simulation_allocate(simulation, larger.capacity * sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (uint32_t number = oldest; number != ring->tail; number++)
        *slot(&larger, number) = *slot(ring, number);
    *ring = larger;
    return true;
}

/* The number of the oldest flight that still matters to somebody. */
static uint32_t oldest_in_wire(const struct direction *direction)
{
    return (int32_t)(direction->arrived - direction->sent) < 0 ? direction->arrived
                                                               : direction->sent;
}

static bool make_room(struct direction *direction)
{
    uint32_t oldest = oldest_in_wire(direction);
    return direction->wire.tail - oldest < direction->wire.capacity ||
           grow(&direction->wire, direction->link->simulation, oldest);
}

/* ---- Arriving ---- */

/* The flight that arrives next; NULL: none. */
static struct flight *earliest(struct direction *direction)
{
    struct flight *wire = NULL;
    for (; direction->arrived != direction->wire.tail; direction->arrived++) {
        wire = slot(&direction->wire, direction->arrived);
        if (wire->fate == ARRIVES)
            break;
        wire = NULL;
    }
    if (!direction->link->reorders || direction->released == direction->held.tail)
        return wire;
    struct flight *held = slot(&direction->held, direction->released);
    return wire && wire->due <= held->due ? wire : held;
}

/* Takes what earliest() has found. */
static void take(struct direction *direction, const struct flight *flight)
{
    if (flight->fate == HELD)
        direction->released++;
    else
        direction->arrived++;
}

/* Makes sure that the arrival of @next, the earliest there is, is not missed. */
static void wake_at(struct direction *direction, const struct flight *next)
{
    if (next && (!event_is_pending(&direction->arrival) || next->due < direction->arrival.at))
        simulation_schedule(direction->link->simulation, &direction->arrival, next->due);
}

/* Passes by the flights whose transmission has ended by now. */
static void advance(struct direction *direction)
{
    struct link *link = direction->link;
    for (; direction->sent != direction->wire.tail; direction->sent++) {
        struct flight *flight = slot(&direction->wire, direction->sent);
        if (flight->ends > link->simulation->now)
            break;
        if (!flight->tapped)
            continue;
        tap_point_record(&link->taps, flight->ends, direction->side == 0 ? TAP_SENT : TAP_RECEIVED,
                         flight->frame->data, flight->frame->length);
        if (flight->fate == LOST)
            packet_free(flight->frame);
    }
}

static void deliver(struct direction *direction, struct device *device, struct packet *frame)
{
    tap_point_record(&device->taps, direction->link->simulation->now, TAP_RECEIVED, frame->data,
                     frame->length);
    device->receive(device, frame);
}

/* The next frame of a long wire has been out of the cache for long: fetch it ahead of its turn.
 * Inline, for gcc 12 takes a call that only prefetches for one without effect, and drops it. */
__attribute__((always_inline)) static inline void prefetch(const struct direction *direction)
{
    uint32_t waiting = direction->wire.tail - direction->arrived;
    if (waiting < 2)
        return;
    /* What says where it is has been out as long. */
    if (waiting > SLOTS_AHEAD)
        __builtin_prefetch(slot(&direction->wire, direction->arrived + SLOTS_AHEAD));
    const struct flight *next = slot(&direction->wire, direction->arrived + 1);
    if (next->frame)
        packet_prefetch(next->frame);
}

/* The fault that corrupts @flight, whose flip names it. */
static const struct link_fault *corrupting_fault(const struct link *link,
                                                 const struct flight *flight)
{
    const struct link_fault *fault = link->faults;
    while (fault->number != flight->flip - FLIP_BY_FAULT)
        fault = fault->next;
    return fault;
}

static void corrupt(const struct link *link, const struct flight *flight)
{
    struct packet *frame = flight->frame;
    if (flight->flip < FLIP_BY_FAULT) {
        uint32_t bit = flight->flip - 1;
        frame->data[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        return;
    }
    const struct link_fault *fault = corrupting_fault(link, flight);
    for (uint64_t i = 0; i < fault->mask_length && fault->offset + i < frame->length; i++)
        frame->data[fault->offset + i] ^= fault->mask[i];
}

static void arrive(struct simulation *simulation, struct event *event)
{
    struct direction *direction = (struct direction *)(void *)event;
    struct device *device = direction->link->devices[1 - direction->side];
    advance(direction);
    struct flight *next;
    while ((next = earliest(direction)) && next->due <= simulation->now) {
        struct flight flight = *next;
        prefetch(direction);
        take(direction, next);
        if (flight.twice) {
            struct packet *copy = packet_clone(flight.frame);
            if (copy)
                deliver(direction, device, copy);
            else
                simulation->failure = STATUS_NO_MEMORY;
        }
        if (flight.flip)
            corrupt(direction->link, &flight);
        deliver(direction, device, flight.frame);
    }
    wake_at(direction, next);
}

/* In turn: the link and the flight; the device, which its owner embeds, and the frame; the rest. */
static void prepare(const struct event *event, unsigned turn)
{
    const struct direction *direction = (const struct direction *)(const void *)event;
    const struct link *link = direction->link;
    const struct flight *flight = slot(&direction->wire, direction->arrived);
    if (turn == 0) {
        __builtin_prefetch(link);
        __builtin_prefetch(flight);
        return;
    }
    const struct device *device = link->devices[1 - direction->side];
    if (turn == 1) {
        __builtin_prefetch(device);
        __builtin_prefetch((const char *)device + CACHE_LINE);
        if (flight->frame)
            packet_prefetch(flight->frame);
        return;
    }
    if (device->prepare)
        device->prepare(device, flight->frame);
}

static void depart(struct simulation *simulation, struct event *event)
{
    struct direction *direction =
        (struct direction *)(void *)((char *)event - offsetof(struct direction, departure));
    advance(direction);
    if (direction->sent != direction->wire.tail)
        simulation_schedule(simulation, event, slot(&direction->wire, direction->sent)->ends);
}

/* ---- Sending ---- */

/* How long the transmitter needs, rounded up to a whole nanosecond. */
static instant serialization_time(const struct link *link, uint32_t length)
{
    if (link->rate_bps == 0)
        return 0;
    return ((uint64_t)length * 8 * INSTANT_SECOND + link->rate_bps - 1) / link->rate_bps;
}

static bool draw(struct link *link, uint32_t ppm)
{
    return ppm > 0 && entropy_below(&link->entropy, LINK_PPM) < ppm;
}

/* Why the link refuses @p frame before it reaches the transmitter; NULL: it does not. */
static const char *refusal(struct link *link, struct direction *direction,
                           const struct packet *frame)
{
    if (!link->up)
        return "link-down";
    if (!link->devices[1 - direction->side])
        return "no-peer";
    if (frame->length > link->longest)
        return "mtu";
    advance(direction);
    if (direction->wire.tail - direction->sent >= link->queue_limit)
        return "queue-full";
    if (!make_room(direction)) {
        link->simulation->failure = STATUS_NO_MEMORY;
        return "no-memory";
    }
    return NULL;
}

/* Moves @flight to the ring of those held back; without memory it goes in its turn. */
static void hold_back(struct link *link, struct direction *direction, struct flight *flight,
                      instant delay)
{
    struct ring *held = &direction->held;
    if (held->tail - direction->released == held->capacity &&
        !grow(held, link->simulation, direction->released)) {
        link->simulation->failure = STATUS_NO_MEMORY;
        return;
    }
    flight->fate = HELD;
    link->reorders = true;
    struct flight late = *flight;
    late.due = instant_after(flight->due, delay);
    /* Only faults of different delays get out of order. */
    uint32_t place = held->tail++;
    for (; place != direction->released && slot(held, place - 1)->due > late.due; place--)
        *slot(held, place) = *slot(held, place - 1);
    *slot(held, place) = late;
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

void device_transmit(struct device *device, struct packet *frame)
{
    struct link *link = device->link;
    if (!link) {
        packet_free(frame);
        return;
    }
    struct simulation *simulation = link->simulation;
    struct direction *direction = &link->directions[device->side];
    const char *reason = refusal(link, direction, frame);
    if (reason) {
        drop(link, frame, reason);
        return;
    }
    frame->mark = 0;
    tap_point_record(&device->taps, simulation->now, TAP_SENT, frame->data, frame->length);
    if (direction->busy_until < simulation->now)
        direction->busy_until = simulation->now;
    direction->busy_until += serialization_time(link, frame->length);
    struct flight flight = {.ends = direction->busy_until,
                            .due = instant_after(direction->busy_until, link->delay),
                            .frame = frame,
                            .tapped = link->tapped};
    struct mishap mishap = {0};
    bool disturbed = link->faults && hit_by_faults(link, device->side, &flight, &mishap);
    if (mishap.lost) {
        lose(link, &flight, "fault");
    } else if (link->impaired && draw(link, link->config.loss_ppm)) {
        lose(link, &flight, "loss");
    } else if (link->impaired || disturbed) {
        if (link->impaired)
            impair(link, direction, &flight, &mishap);
        disturb(link, direction, &flight, &mishap);
    }
    *slot(&direction->wire, direction->wire.tail++) = flight;
    __builtin_prefetch(slot(&direction->wire, direction->wire.tail + 3), 1);
    if (flight.tapped && !event_is_pending(&direction->departure))
        simulation_schedule(simulation, &direction->departure,
                            slot(&direction->wire, direction->sent)->ends);
    if (link->impaired || disturbed)
        wake_at(direction, earliest(direction));
    else if (flight.fate != LOST)
        wake_at(direction, &flight);
}

void device_prepare(const struct device *device)
{
    const struct link *link = device->link;
    if (!link)
        return;
    const char *direction = (const char *)&link->directions[device->side];
    __builtin_prefetch(link);
    __builtin_prefetch(direction);
    __builtin_prefetch(direction + CACHE_LINE);
}

/* ---- Making and changing links ---- */

struct link *link_create(struct simulation *simulation, const struct link_config *config)
{
    assert(config->name && config->queue_limit >= 1);
    static const char prefix[] = "link:";
    struct link *link = simulation_allocate(simulation, sizeof *link);
    char *name = simulation_allocate(simulation, sizeof prefix + strlen(config->name));
    if (!link || !name)
        return NULL;
    memcpy(name, prefix, sizeof prefix);
    strcat(name, config->name);
    link->simulation = simulation;
    link->config = *config;
    link->config.name = name + sizeof prefix - 1;
    link->up = true;
    link->entropy = simulation_entropy(simulation, name);
    link->trace = simulation_trace(simulation, name);
    for (unsigned side = 0; side < 2; side++) {
        struct direction *direction = &link->directions[side];
        direction->arrival.action = arrive;
        direction->arrival.prepare = prepare;
        direction->departure.action = depart;
        direction->link = link;
        direction->side = side;
    }
    link->rate_bps = config->rate_bps;
    link->delay = config->delay;
    link->queue_limit = config->queue_limit;
    link_set_mtu(link, config->mtu);
    link_set_loss(link, config->loss_ppm);
    return link;
}

void link_attach(struct link *link, unsigned side, struct device *device)
{
    assert(side < 2 && !link->devices[side] && !device->link && device->receive);
    link->devices[side] = device;
    device->link = link;
    device->side = side;
}

const struct link_config *link_config(const struct link *link)
{
    return &link->config;
}

struct device *link_device(const struct link *link, unsigned side)
{
    assert(side < 2);
    return link->devices[side];
}

static void lose_everything(struct direction *direction)
{
    struct link *link = direction->link;
    advance(direction);
    /* Frames lost before whose turn at the tap has not come: nobody will see them. */
    for (; direction->sent != direction->wire.tail; direction->sent++) {
        const struct flight *flight = slot(&direction->wire, direction->sent);
        if (flight->fate == LOST)
            packet_free(flight->frame);
    }
    for (struct flight *flight; (flight = earliest(direction));) {
        struct packet *frame = flight->frame;
        take(direction, flight);
        drop(link, frame, "link-down");
    }
    simulation_cancel(link->simulation, &direction->arrival);
    simulation_cancel(link->simulation, &direction->departure);
    direction->busy_until = link->simulation->now;
    direction->last_due = 0;
}

void link_set_up(struct link *link, bool up)
{
    if (link->up == up)
        return;
    link->up = up;
    TRACE_BARE(&link->trace, link->simulation->now, up ? "link.up" : "link.down");
    if (!up)
        for (unsigned side = 0; side < 2; side++)
            lose_everything(&link->directions[side]);
}

void link_set_mtu(struct link *link, uint32_t mtu)
{
    link->config.mtu = mtu;
    link->longest = mtu < UINT32_MAX - LINK_HEADER_SIZE ? mtu + LINK_HEADER_SIZE : UINT32_MAX;
}

void link_set_loss(struct link *link, uint32_t loss_ppm)
{
    struct link_config *config = &link->config;
    config->loss_ppm = loss_ppm;
    link->impaired = loss_ppm || config->duplicate_ppm || config->reorder_ppm ||
                     config->corrupt_ppm || config->jitter;
}

void link_add_fault(struct link *link, struct link_fault *fault)
{
    fault->number = link->fault_count++;
    fault->next = link->faults;
    link->faults = fault;
}

void link_add_tap(struct link *link, struct capture_tap *tap)
{
    tap_point_add(&link->taps, tap);
    link->tapped = true;
}
