#include "net/link_internal.h"

#include <assert.h>
#include <string.h>

/* Added to the MTU to get the longest frame: destination, source, EtherType. */
#define LINK_HEADER_SIZE 14

/* How far ahead of its turn a frame is fetched into the cache, and the flight that says where it
 * is. */
#define FRAMES_AHEAD (DEVICE_STEPS + 1)
#define SLOTS_AHEAD  (FRAMES_AHEAD + 4)

/* Octets in front of a device that its owner, which embeds it, most often needs with it. */
#define DEVICE_OWNER 128

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

/* Doubles @ring, which holds the flights from number @oldest on. */
bool link_ring_grow(struct ring *ring, struct simulation *simulation, uint32_t oldest)
{
    struct ring larger = {.capacity = ring->capacity > 1 ? ring->capacity * 2 : 4,
                          .tail = ring->tail};
    larger.slots = simulation_allocate(simulation, larger.capacity * sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (uint32_t number = oldest; number != ring->tail; number++)
        *link_slot(&larger, number) = *link_slot(ring, number);
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
           link_ring_grow(&direction->wire, direction->link->simulation, oldest);
}

/* ---- Arriving ---- */

/* The flight that arrives next; NULL: none. */
static struct flight *earliest(struct direction *direction)
{
    struct flight *wire = NULL;
    for (; direction->arrived != direction->wire.tail; direction->arrived++) {
        wire = link_slot(&direction->wire, direction->arrived);
        if (wire->fate == ARRIVES)
            break;
        wire = NULL;
    }
    if (!direction->link->reorders || direction->released == direction->held.tail)
        return wire;
    struct flight *held = link_slot(&direction->held, direction->released);
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
        struct flight *flight = link_slot(&direction->wire, direction->sent);
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

/* What comes next on a long wire has been out of the cache for long: fetch it ahead of its turn.
 * Inline, for gcc 12 takes a call that only prefetches for one without effect, and drops it. */
__attribute__((always_inline)) static inline void prefetch(const struct direction *direction,
                                                           uint32_t waiting)
{
    if (waiting > SLOTS_AHEAD)
        __builtin_prefetch(link_slot(&direction->wire, direction->arrived + SLOTS_AHEAD));
    uint32_t ahead = waiting > FRAMES_AHEAD ? FRAMES_AHEAD : waiting - 1;
    const struct flight *coming = link_slot(&direction->wire, direction->arrived + ahead);
    if (ahead > 0 && coming->frame)
        packet_prefetch(coming->frame);
}

/* Lets the device see what comes behind the frame that arrives, the farthest first. */
static void look_ahead(const struct direction *direction, const struct device *device,
                       uint32_t waiting)
{
    uint32_t ahead = waiting > DEVICE_STEPS ? DEVICE_STEPS : waiting - 1;
    for (; ahead > 0; ahead--) {
        const struct flight *flight = link_slot(&direction->wire, direction->arrived + ahead);
        if (flight->fate == ARRIVES &&
            !device->look_ahead(device, flight->frame, DEVICE_STEPS - ahead))
            return;
    }
}

static void arrive(struct simulation *simulation, struct event *event)
{
    struct direction *direction = (struct direction *)(void *)event;
    struct device *device = direction->link->devices[1 - direction->side];
    if (direction->link->tapped)
        advance(direction);
    struct flight *next;
    while ((next = earliest(direction)) && next->due <= simulation->now) {
        struct flight flight = *next;
        uint32_t waiting = direction->wire.tail - direction->arrived;
        prefetch(direction, waiting);
        if (device->look_ahead && waiting > 1)
            look_ahead(direction, device, waiting);
        take(direction, next);
        if (flight.twice) {
            struct packet *copy = packet_clone(flight.frame);
            if (copy)
                deliver(direction, device, copy);
            else
                simulation->failure = STATUS_NO_MEMORY;
        }
        if (flight.flip)
            link_corrupt(direction->link, &flight);
        deliver(direction, device, flight.frame);
    }
    wake_at(direction, next);
}

/* In turn: the link and the flight; the device with its owner, and the frame; the rest. */
static void prepare(const struct event *event, unsigned turn)
{
    const struct direction *direction = (const struct direction *)(const void *)event;
    const struct link *link = direction->link;
    const struct flight *flight = link_slot(&direction->wire, direction->arrived);
    if (turn == 0) {
        __builtin_prefetch(link);
        __builtin_prefetch(flight);
        return;
    }
    const struct device *device = link->devices[1 - direction->side];
    if (turn == 1) {
        cache_prefetch((const char *)device - DEVICE_OWNER, DEVICE_OWNER + sizeof *device);
        if (flight->frame)
            packet_prefetch(flight->frame);
        return;
    }
    if (device->prepare)
        device->prepare(device);
}

static void depart(struct simulation *simulation, struct event *event)
{
    struct direction *direction =
        (struct direction *)(void *)((char *)event - offsetof(struct direction, departure));
    advance(direction);
    if (direction->sent != direction->wire.tail)
        simulation_schedule(simulation, event, link_slot(&direction->wire, direction->sent)->ends);
}

/* ---- Sending ---- */

/* How long the transmitter needs, rounded up to a whole nanosecond. */
static instant serialization_time(const struct link *link, uint32_t length)
{
    if (link->rate_bps == 0)
        return 0;
    return ((uint64_t)length * 8 * INSTANT_SECOND + link->rate_bps - 1) / link->rate_bps;
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
    /* Untapped, nobody asks what has left the transmitter until there seems to be no room. */
    uint32_t held = direction->wire.tail - direction->sent;
    if (link->tapped || held >= link->queue_limit || held >= direction->wire.capacity)
        advance(direction);
    if (direction->wire.tail - direction->sent >= link->queue_limit)
        return "queue-full";
    if (!make_room(direction)) {
        link->simulation->failure = STATUS_NO_MEMORY;
        return "no-memory";
    }
    return NULL;
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
    struct flight *flight = link_slot(&direction->wire, direction->wire.tail);
    *flight = (struct flight){.ends = direction->busy_until,
                              .due = instant_after(direction->busy_until, link->delay),
                              .frame = frame,
                              .tapped = link->tapped};
    bool disturbed = (link->impaired || link->faults) && link_befall(link, direction, flight);
    direction->wire.tail++;
    __builtin_prefetch(link_slot(&direction->wire, direction->wire.tail + 3), 1);
    if (flight->tapped && !event_is_pending(&direction->departure))
        simulation_schedule(simulation, &direction->departure,
                            link_slot(&direction->wire, direction->sent)->ends);
    if (disturbed)
        wake_at(direction, earliest(direction));
    else
        wake_at(direction, flight);
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
        direction->wire = (struct ring){.slots = &direction->first, .capacity = 1};
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
        const struct flight *flight = link_slot(&direction->wire, direction->sent);
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
