#include "net/telephone.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define PPM  UINT32_C(1000000)
#define XON  0x11
#define XOFF 0x13
/* Bits of an octet on the line: a start and a stop bit frame those of an asynchronous one. */
#define ASYNCHRONOUS_BITS 10
#define SYNCHRONOUS_BITS  8

/* What is to happen next to a call. */
enum step {
    STEP_REACH,   /* the number has been dialled: look for the callee */
    STEP_CONNECT, /* the callee has answered, the modems train: there is a carrier */
    STEP_END,     /* patience is over, or the other end has gone */
};

struct telephone_network {
    struct simulation *simulation;
    struct modem *first;
    struct modem **end;
};

const struct trace_declaration modem_trace_declarations[] = {
    {"modem.dialled", "modem number", "A modem goes off the hook and dials."},
    {"modem.ringing", "modem from", "A modem is being called; \"from\" is the caller's number."},
    {"modem.connected", "modem rate",
     "A call is up: both modems have a carrier, at so many bit/s."},
    {"modem.failed", "modem number reason",
     "A call could not be made: busy, no-answer, no-carrier, no-dial-tone or line-lost."},
    {"modem.disconnected", "modem reason",
     "A call is over: hung-up (here), remote-hang-up or line-lost."},
    {"modem.noise", "modem octets",
     "Noise has damaged octets of a burst that this modem received."},
    {"modem.swallowed", "modem octets",
     "Software flow control has taken XON and XOFF octets out of a burst between this modem and "
     "its "
     "computer."},
    {NULL, NULL, NULL},
};

const char *modem_end_text(enum modem_end end)
{
    switch (end) {
    case MODEM_BUSY:
        return "busy";
    case MODEM_NO_ANSWER:
        return "no-answer";
    case MODEM_NO_CARRIER:
        return "no-carrier";
    case MODEM_NO_DIAL_TONE:
        return "no-dial-tone";
    case MODEM_REMOTE_HANG_UP:
        return "remote-hang-up";
    case MODEM_LINE_LOST:
        return "line-lost";
    }
    return "unknown";
}

static struct simulation *simulation_of(const struct modem *modem)
{
    return modem->network->simulation;
}

static void tell(const struct modem *modem, const char *event, const char *key, const char *value)
{
    TRACE(&modem->trace, simulation_of(modem)->now, event, trace_text("modem", modem->config.name),
          trace_text(key, value));
}

static const char *own_number(const struct modem *modem)
{
    return modem->config.number ? modem->config.number : "unknown";
}

const char *modem_caller(const struct modem *modem)
{
    return modem->peer ? own_number(modem->peer) : "unknown";
}

/* ---- Ending a call ---- */

static void lose_octets(struct modem *modem, const char *reason, struct packet *octets)
{
    trace_drop(&modem->trace, simulation_of(modem)->now, "line", reason, octets->serial);
    packet_free(octets);
}

/* Nothing is sent and nothing is on its way here any more. */
static void forget_call(struct modem *modem)
{
    struct simulation *simulation = simulation_of(modem);
    simulation_cancel(simulation, &modem->progress);
    simulation_cancel(simulation, &modem->departure);
    simulation_cancel(simulation, &modem->arrival);
    if (modem->sending)
        lose_octets(modem, "carrier-lost", modem->sending);
    modem->sending = NULL;
    for (struct packet *octets; (octets = packet_queue_pop(&modem->arrivals));)
        lose_octets(modem, "carrier-lost", octets);
    modem->peer = NULL;
    modem->dialled = NULL;
    modem->state = MODEM_IDLE;
    if (modem->called) {
        modem->called = false;
        modem->owner_class = NULL;
        modem->owner = NULL;
    }
}

/* This end of the call is over, and its owner is told. */
static void end_call(struct modem *modem, enum modem_end end)
{
    if (modem->dialled && modem->state == MODEM_DIALLING)
        TRACE(&modem->trace, simulation_of(modem)->now, "modem.failed",
              trace_text("modem", modem->config.name), trace_text("number", modem->dialled),
              trace_text("reason", modem_end_text(end)));
    else
        tell(modem, "modem.disconnected", "reason", modem_end_text(end));
    const struct modem_owner *owner_class = modem->owner_class;
    void *owner = modem->owner;
    forget_call(modem);
    if (owner_class)
        owner_class->ended(owner, end);
}

static void step_at(struct modem *modem, enum step step, instant at)
{
    modem->step = (int)step;
    simulation_schedule(simulation_of(modem), &modem->progress, at);
}

static void end_at(struct modem *modem, enum modem_end end, instant at)
{
    modem->ending = end;
    step_at(modem, STEP_END, at);
}

static instant path_delay(const struct modem *a, const struct modem *b)
{
    return a->config.delay + b->config.delay;
}

/* The other end has gone: what it sent still arrives, then the carrier is lost. */
static void lose_peer(struct modem *modem, enum modem_end end)
{
    instant at = instant_after(simulation_of(modem)->now, path_delay(modem, modem->peer));
    modem->peer = NULL;
    if (modem->state == MODEM_RINGING) { /* the caller has given up */
        forget_call(modem);
        return;
    }
    end_at(modem, end, at);
}

void modem_hang_up(struct modem *modem)
{
    if (modem->state == MODEM_IDLE)
        return;
    if (modem->state == MODEM_CONNECTED)
        tell(modem, "modem.disconnected", "reason", "hung-up");
    if (modem->peer)
        lose_peer(modem->peer, MODEM_REMOTE_HANG_UP);
    forget_call(modem);
}

void modem_set_plugged(struct modem *modem, bool plugged)
{
    modem->plugged = plugged;
    if (plugged || modem->state == MODEM_IDLE)
        return;
    if (modem->peer)
        lose_peer(modem->peer, MODEM_LINE_LOST);
    modem->peer = NULL;
    end_call(modem, MODEM_LINE_LOST);
}

/* ---- Making a call ---- */

/* A modem that can take a call to @number; NULL: @end says why there is none. */
static struct modem *find_callee(const struct modem *caller, enum modem_end *end)
{
    *end = MODEM_NO_CARRIER;
    for (struct modem *m = caller->network->first; m; m = m->next) {
        if (!m->config.number || strcmp(m->config.number, caller->dialled) != 0 || m == caller ||
            m->config.kind != caller->config.kind || !m->plugged)
            continue;
        if (m->state == MODEM_IDLE && (!m->owner_class || m->awaits))
            return m;
        *end = MODEM_BUSY;
    }
    return NULL;
}

/* The exchange has taken the number and looks for the callee. */
static void reach(struct modem *caller)
{
    enum modem_end end;
    struct modem *callee = find_callee(caller, &end);
    if (!callee && end == MODEM_BUSY) {
        end_call(caller, end);
        return;
    }
    /* Unless an answer comes, this is how it will end. */
    end_at(caller, callee ? MODEM_NO_ANSWER : end,
           instant_after(caller->dialled_at, MODEM_PATIENCE));
    if (!callee)
        return;
    caller->peer = callee;
    callee->peer = caller;
    callee->state = MODEM_RINGING;
    callee->called = !callee->awaits;
    if (callee->called) {
        callee->owner_class = callee->answering_class;
        callee->owner = callee->answering;
    }
    tell(callee, "modem.ringing", "from", own_number(caller));
    if (callee->owner_class)
        callee->owner_class->ring(callee->owner);
}

static void carrier_up(struct modem *modem, uint64_t rate_bps)
{
    modem->state = MODEM_CONNECTED;
    modem->rate_bps = rate_bps;
    TRACE(&modem->trace, simulation_of(modem)->now, "modem.connected",
          trace_text("modem", modem->config.name), trace_number("rate", rate_bps));
}

/* The modems have trained: both ends have a carrier. */
static void connect_ends(struct modem *caller)
{
    struct modem *callee = caller->peer;
    uint64_t rate_bps = caller->config.rate_bps < callee->config.rate_bps ? caller->config.rate_bps
                                                                          : callee->config.rate_bps;
    carrier_up(caller, rate_bps);
    carrier_up(callee, rate_bps);
    callee->owner_class->connected(callee->owner);
    if (caller->state == MODEM_CONNECTED)
        caller->owner_class->connected(caller->owner);
}

/* Software flow control takes its characters out of a burst between @modem and its computer. */
static void swallow(struct modem *modem, struct packet *octets)
{
    if (!modem->config.software_flow_control)
        return;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < octets->length; i++)
        if (octets->data[i] != XON && octets->data[i] != XOFF)
            octets->data[kept++] = octets->data[i];
    if (kept == octets->length)
        return;
    TRACE(&modem->trace, simulation_of(modem)->now, "modem.swallowed",
          trace_text("modem", modem->config.name), trace_number("octets", octets->length - kept));
    packet_trim(octets, kept);
}

static void take_arrival(struct modem *modem)
{
    struct packet *octets = packet_queue_pop(&modem->arrivals);
    swallow(modem, octets);
    modem->owner_class->receive(modem->owner, octets);
}

static void make_step(struct simulation *simulation, struct event *event)
{
    struct modem *modem = (void *)((char *)event - offsetof(struct modem, progress));
    switch ((enum step)modem->step) {
    case STEP_REACH:
        reach(modem);
        return;
    case STEP_CONNECT:
        connect_ends(modem);
        return;
    case STEP_END:
        /* What was sent before the other end went comes before its going. */
        while (modem->arrivals.head && modem->arrivals.head->due <= simulation->now)
            take_arrival(modem);
        if (modem->state == MODEM_IDLE)
            return;
        if (modem->peer)
            lose_peer(modem->peer, MODEM_REMOTE_HANG_UP);
        modem->peer = NULL;
        end_call(modem, modem->ending);
        return;
    }
}

void modem_dial(struct modem *modem, const char *number)
{
    assert(modem->state == MODEM_IDLE && modem->owner_class);
    struct simulation *simulation = simulation_of(modem);
    modem->state = MODEM_DIALLING;
    modem->dialled = number;
    modem->dialled_at = simulation->now;
    tell(modem, "modem.dialled", "number", number);
    instant dialled = instant_after(simulation->now, modem->config.connect_time / 4);
    if (modem->plugged)
        step_at(modem, STEP_REACH, dialled);
    else
        end_at(modem, MODEM_NO_DIAL_TONE, dialled);
}

void modem_answer(struct modem *modem)
{
    if (modem->state != MODEM_RINGING)
        return;
    struct modem *caller = modem->peer;
    struct simulation *simulation = simulation_of(modem);
    modem->state = MODEM_ANSWERING;
    modem->awaits = false;
    /* What is left of the connect time after dialling is for the training. */
    instant training = caller->config.connect_time - caller->config.connect_time / 4;
    step_at(caller, STEP_CONNECT, instant_after(simulation->now, training));
}

/* ---- Octets ---- */

static instant serialization_time(const struct modem *modem, uint64_t octets)
{
    uint64_t bits = modem->config.kind == MODEM_ANALOG ? octets * ASYNCHRONOUS_BITS
                                                       : (octets + 1) * SYNCHRONOUS_BITS;
    return (bits * INSTANT_SECOND + modem->rate_bps - 1) / modem->rate_bps;
}

/* Damages octets of a burst from @sender to @modem, by the noise of both lines. */
static void damage(struct modem *modem, const struct modem *sender, struct packet *octets)
{
    uint32_t noise_ppm = modem->config.noise_ppm + sender->config.noise_ppm;
    uint32_t damaged = 0;
    for (uint32_t i = 0; noise_ppm > 0 && i < octets->length; i++) {
        if (entropy_below(&modem->entropy, PPM) >= noise_ppm)
            continue;
        octets->data[i] ^= (uint8_t)(1 + entropy_below(&modem->entropy, UINT8_MAX));
        damaged++;
    }
    if (damaged > 0)
        TRACE(&modem->trace, simulation_of(modem)->now, "modem.noise",
              trace_text("modem", modem->config.name), trace_number("octets", damaged));
}

static void arrive(struct simulation *simulation, struct event *event)
{
    struct modem *modem = (void *)((char *)event - offsetof(struct modem, arrival));
    take_arrival(modem);
    if (modem->arrivals.head)
        simulation_schedule(simulation, &modem->arrival, modem->arrivals.head->due);
}

static void depart(struct simulation *simulation, struct event *event)
{
    struct modem *modem = (void *)((char *)event - offsetof(struct modem, departure));
    struct modem *peer = modem->peer;
    struct packet *octets = modem->sending;
    modem->sending = NULL;
    struct modem *receiver = modem->looped ? modem : peer;
    if (!peer) {
        lose_octets(modem, "carrier-lost", octets);
    } else if (peer->looped && receiver == peer) {
        lose_octets(modem, "looped-line", octets);
    } else {
        damage(receiver, modem, octets);
        octets->due = instant_after(simulation->now, path_delay(modem, receiver));
        packet_queue_push(&receiver->arrivals, octets);
        if (!event_is_pending(&receiver->arrival))
            simulation_schedule(simulation, &receiver->arrival, octets->due);
    }
    modem->owner_class->sent(modem->owner);
}

bool modem_can_transmit(const struct modem *modem)
{
    return modem->state == MODEM_CONNECTED && !modem->sending;
}

void modem_transmit(struct modem *modem, struct packet *octets)
{
    assert(modem_can_transmit(modem) && octets->length > 0);
    struct simulation *simulation = simulation_of(modem);
    swallow(modem, octets);
    modem->sending = octets;
    simulation_schedule(simulation, &modem->departure,
                        instant_after(simulation->now, serialization_time(modem, octets->length)));
}

/* ---- The network ---- */

struct telephone_network *telephone_network_create(struct simulation *simulation)
{
    struct telephone_network *network = simulation_allocate(simulation, sizeof *network);
    if (network) {
        network->simulation = simulation;
        network->end = &network->first;
    }
    return network;
}

struct modem *modem_create(struct telephone_network *network, const struct modem_config *config)
{
    struct simulation *simulation = network->simulation;
    char component[160];
    assert(config->rate_bps > 0);
    struct modem *modem = simulation_allocate(simulation, sizeof *modem);
    if (!modem)
        return NULL;
    snprintf(component, sizeof component, "modem %s:%s", config->node, config->name);
    *modem = (struct modem){
        .config = *config,
        .plugged = true,
        .network = network,
        .entropy = simulation_entropy(simulation, component),
        .trace = simulation_trace(simulation, config->node),
        .progress.action = make_step,
        .departure.action = depart,
        .arrival.action = arrive,
    };
    *network->end = modem;
    network->end = &modem->next;
    return modem;
}

void modem_set_answering(struct modem *modem, const struct modem_owner *owner_class, void *owner)
{
    modem->answering_class = owner_class;
    modem->answering = owner;
}

bool modem_take(struct modem *modem, const struct modem_owner *owner_class, void *owner)
{
    if (modem->owner_class || modem->state != MODEM_IDLE)
        return false;
    modem->owner_class = owner_class;
    modem->owner = owner;
    return true;
}

void modem_await_call(struct modem *modem)
{
    assert(modem->state == MODEM_IDLE && modem->owner_class);
    modem->awaits = true;
}

void modem_release(struct modem *modem)
{
    modem_hang_up(modem);
    modem->awaits = false;
    modem->owner_class = NULL;
    modem->owner = NULL;
}

void modem_set_looped(struct modem *modem, bool looped)
{
    modem->looped = looped;
}

void modem_set_noise(struct modem *modem, uint32_t noise_ppm)
{
    modem->config.noise_ppm = noise_ppm;
}
