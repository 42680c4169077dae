#include "net/link.h"

#include <assert.h>
#include <string.h>

/* Added to the MTU to get the longest frame: destination, source, EtherType. */
#define LINK_HEADER_SIZE 14

/* A frame that the transmitter has accepted and not finished as far as anyone has looked. */
struct transmission {
    instant ends;          /* when its last bit leaves */
    struct packet *tapped; /* to be recorded then; NULL on a link without taps */
};

/* One way through the link. The two events are first because most frames touch little else. */
struct direction {
    struct event arrival;     /* pending while a frame is on its way: the earliest to arrive */
    struct packet_queue wire; /* on their way, by arrival */
    struct packet_queue held; /* those that a reordering fault holds back, by arrival */
    instant busy_until;       /* when the transmitter has finished all it accepted */
    instant last_due;         /* no frame that keeps its place arrives before this */
    struct transmission *ring;
    uint32_t ring_capacity; /* a power of two, or 0 */
    uint32_t ring_head;
    uint32_t ring_count;
    unsigned side; /* the sender's */
    struct link *link;
    struct event departure; /* pending while a tapped frame waits for its last bit */
};

struct link {
    struct simulation *simulation;
    struct device *devices[2];
    struct link_config config;
    bool up;
    bool impaired; /* some probability or the jitter is not 0 */
    struct link_fault *faults;
    struct tap_point taps;
    struct direction directions[2]; /* by the sender's side */
    struct entropy entropy;
    struct trace trace;
};

const struct trace_declaration link_trace_declarations[] = {
    {"link.up", "", "A link was brought up."},
    {"link.down", "", "A link was taken down; whatever was queued or in flight on it is lost."},
    {"link.duplicated", "serial", "A link delivers a frame twice."},
    {"link.reordered", "serial", "A link holds a frame back so that later ones overtake it."},
    {"link.corrupted", "serial bit", "A link flips one bit of a frame (bit 0: the first sent)."},
    {NULL, NULL, NULL},
};

static void drop(struct link *link, struct packet *frame, const char *reason)
{
    trace_drop(&link->trace, link->simulation->now, "link", reason, frame->serial);
    packet_free(frame);
}

/* The next frame to arrive, and the queue it heads. */
static struct packet_queue *earliest(struct direction *direction)
{
    const struct packet *wire = direction->wire.head;
    const struct packet *held = direction->held.head;
    if (held && (!wire || held->due < wire->due))
        return &direction->held;
    return &direction->wire;
}

static void arm(struct direction *direction)
{
    const struct packet *head = earliest(direction)->head;
    if (head && (!event_is_pending(&direction->arrival) || head->due < direction->arrival.at))
        simulation_schedule(direction->link->simulation, &direction->arrival, head->due);
}

static void record(struct direction *direction, const struct transmission *transmission)
{
    struct packet *frame = transmission->tapped;
    tap_point_record(&direction->link->taps, transmission->ends,
                     direction->side == 0 ? TAP_SENT : TAP_RECEIVED, frame->data, frame->length);
    /* Nobody else waits for a frame that does not arrive. */
    if (frame->due == INSTANT_NEVER)
        packet_free(frame);
}

/* Retires the transmissions that have ended by now. */
static void advance(struct direction *direction)
{
    instant now = direction->link->simulation->now;
    while (direction->ring_count > 0) {
        struct transmission *head = &direction->ring[direction->ring_head];
        if (head->ends > now)
            break;
        if (head->tapped)
            record(direction, head);
        direction->ring_head = (direction->ring_head + 1) & (direction->ring_capacity - 1);
        direction->ring_count--;
    }
}

static void arrive(struct simulation *simulation, struct event *event)
{
    struct direction *direction = (struct direction *)(void *)event;
    struct device *device = direction->link->devices[1 - direction->side];
    /* Where no delay separates them, the tap's turn comes first. */
    if (direction->link->taps.taps)
        advance(direction);
    for (;;) {
        struct packet_queue *queue = earliest(direction);
        if (!queue->head || queue->head->due > simulation->now)
            break;
        struct packet *frame = packet_queue_pop(queue);
        if (frame->mark) {
            uint32_t bit = frame->mark - 1;
            frame->data[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
            frame->mark = 0;
        }
        tap_point_record(&device->taps, simulation->now, TAP_RECEIVED, frame->data, frame->length);
        device->receive(device, frame);
    }
    arm(direction);
}

static void depart(struct simulation *simulation, struct event *event)
{
    struct direction *direction =
        (struct direction *)(void *)((char *)event - offsetof(struct direction, departure));
    advance(direction);
    if (direction->ring_count > 0)
        simulation_schedule(simulation, event, direction->ring[direction->ring_head].ends);
}

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
        direction->departure.action = depart;
        direction->link = link;
        direction->side = side;
    }
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

/* Room for one more transmission; the ring starts empty, so that an idle link costs nothing. */
static bool grow_ring(struct direction *direction)
{
    uint32_t capacity = direction->ring_capacity ? direction->ring_capacity * 2 : 4;
    struct transmission *ring =
        simulation_allocate(direction->link->simulation, capacity * sizeof *ring);
    if (!ring)
        return false;
    for (uint32_t i = 0; i < direction->ring_count; i++)
        ring[i] = direction->ring[(direction->ring_head + i) & (direction->ring_capacity - 1)];
    direction->ring = ring;
    direction->ring_capacity = capacity;
    direction->ring_head = 0;
    return true;
}

/* How long the transmitter needs, rounded up to a whole nanosecond. */
static instant serialization_time(const struct link_config *config, uint32_t length)
{
    if (config->rate_bps == 0)
        return 0;
    return ((uint64_t)length * 8 * INSTANT_SECOND + config->rate_bps - 1) / config->rate_bps;
}

static bool draw(struct link *link, uint32_t ppm)
{
    return ppm > 0 && entropy_below(&link->entropy, LINK_PPM) < ppm;
}

/* Counts @p frame against every rule; true when one of them wants it dropped. */
static bool hit_by_fault(struct link *link, unsigned side, const struct packet *frame)
{
    bool hit = false;
    for (struct link_fault *fault = link->faults; fault; fault = fault->next) {
        if (!fault->matches(fault, side, frame->data, frame->length))
            continue;
        fault->seen++;
        if (fault->seen >= fault->first && fault->seen <= fault->last)
            hit = true;
    }
    return hit;
}

/* Why the link refuses @p frame before it reaches the transmitter; NULL: it does not. */
static const char *refusal(struct link *link, struct direction *direction,
                           const struct packet *frame)
{
    if (!link->up)
        return "link-down";
    if (!link->devices[1 - direction->side])
        return "no-peer";
    if (frame->length > (uint64_t)link->config.mtu + LINK_HEADER_SIZE)
        return "mtu";
    advance(direction);
    if (direction->ring_count >= link->config.queue_limit)
        return "queue-full";
    if (direction->ring_count == direction->ring_capacity && !grow_ring(direction)) {
        link->simulation->failure = STATUS_NO_MEMORY;
        return "no-memory";
    }
    return NULL;
}

/* What the wire does to @p frame beyond loss; its due time is that of an undisturbed frame. */
static struct packet_queue *impair(struct link *link, struct direction *direction,
                                   struct packet *frame)
{
    const struct link_config *config = &link->config;
    struct packet_queue *queue = &direction->wire;
    if (config->jitter > 0)
        frame->due = instant_after(frame->due, entropy_below(&link->entropy, config->jitter + 1));
    if (frame->due < direction->last_due)
        frame->due = direction->last_due;
    direction->last_due = frame->due;
    if (draw(link, config->duplicate_ppm)) {
        struct packet *copy = packet_clone(frame);
        if (copy) {
            TRACE(&link->trace, link->simulation->now, "link.duplicated",
                  trace_number("serial", frame->serial));
            packet_queue_push(&direction->wire, copy);
        } else {
            link->simulation->failure = STATUS_NO_MEMORY;
        }
    }
    if (draw(link, config->reorder_ppm)) {
        /* All are held back equally long, so that this queue too stays in order of arrival. */
        frame->due = instant_after(frame->due, config->reorder_delay);
        queue = &direction->held;
        TRACE(&link->trace, link->simulation->now, "link.reordered",
              trace_number("serial", frame->serial));
    }
    if (frame->length > 0 && draw(link, config->corrupt_ppm)) {
        /* Done on arrival: a tap at the sender's end sees what was sent. */
        uint32_t bit = (uint32_t)entropy_below(&link->entropy, (uint64_t)frame->length * 8);
        frame->mark = bit + 1;
        TRACE(&link->trace, link->simulation->now, "link.corrupted",
              trace_number("serial", frame->serial), trace_number("bit", bit));
    }
    return queue;
}

/* Enters @p frame, which ends at @p ends, into the ring and the tap's schedule. */
static void occupy(struct direction *direction, struct packet *frame, instant ends)
{
    struct link *link = direction->link;
    bool tapped = link->taps.taps != NULL;
    uint32_t tail =
        (direction->ring_head + direction->ring_count++) & (direction->ring_capacity - 1);
    direction->ring[tail] = (struct transmission){.ends = ends, .tapped = tapped ? frame : NULL};
    if (tapped && !event_is_pending(&direction->departure))
        simulation_schedule(link->simulation, &direction->departure,
                            direction->ring[direction->ring_head].ends);
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
    tap_point_record(&device->taps, simulation->now, TAP_SENT, frame->data, frame->length);
    instant start =
        direction->busy_until > simulation->now ? direction->busy_until : simulation->now;
    instant ends = start + serialization_time(&link->config, frame->length);
    direction->busy_until = ends;
    frame->due = instant_after(ends, link->config.delay);
    frame->mark = 0;
    struct packet_queue *queue = &direction->wire;
    if (link->faults && hit_by_fault(link, device->side, frame))
        reason = "fault";
    else if (link->impaired && draw(link, link->config.loss_ppm))
        reason = "loss";
    else if (link->impaired)
        queue = impair(link, direction, frame);
    if (!reason) {
        packet_queue_push(queue, frame);
        occupy(direction, frame, ends);
        arm(direction);
        return;
    }
    /* The frame is lost on the wire: it keeps the transmitter busy, and a tap still sees it. */
    trace_drop(&link->trace, simulation->now, "link", reason, frame->serial);
    frame->due = INSTANT_NEVER;
    occupy(direction, frame, ends);
    if (!link->taps.taps)
        packet_free(frame);
}

static void lose_everything(struct direction *direction)
{
    struct link *link = direction->link;
    advance(direction);
    for (; direction->ring_count > 0; direction->ring_count--) {
        struct packet *tapped = direction->ring[direction->ring_head].tapped;
        if (tapped && tapped->due == INSTANT_NEVER)
            packet_free(tapped);
        direction->ring_head = (direction->ring_head + 1) & (direction->ring_capacity - 1);
    }
    for (struct packet *frame; (frame = packet_queue_pop(earliest(direction)));)
        drop(link, frame, "link-down");
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
    fault->next = link->faults;
    link->faults = fault;
}

void link_add_tap(struct link *link, struct capture_tap *tap)
{
    tap_point_add(&link->taps, tap);
}
