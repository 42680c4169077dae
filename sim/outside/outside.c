#define _GNU_SOURCE /* ppoll() */
#include "outside/outside.h"

#include <assert.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#define ETHERNET_HEADER_SIZE 14

/* So many frames of each attachment between two looks at the events that have become due. */
#define BURST 32

/* One end of a link that is in the real world. */
struct attachment {
    struct device device; /* first, so that the link's device is the attachment */
    struct outside *outside;
    struct frame_port port;
    struct trace trace;
    uint64_t last_serial; /* of the frame sent last */
    struct attachment *next;
};

static void drop(const struct attachment *attachment, const char *reason, uint64_t serial)
{
    trace_drop(&attachment->trace, attachment->outside->simulation->now, "attachment", reason,
               serial);
}

/* ---- From the simulation to the outside ---- */

/* A frame has reached the end of the link. */
static void leave(struct device *device, struct packet *frame)
{
    struct attachment *attachment = (struct attachment *)(void *)device;
    enum frame_port_result result = frame_port_send(&attachment->port, frame->data, frame->length);
    if (result == FRAME_PORT_NOBODY) {
        /* That was about the frame before; the socket is good again, and this one goes. */
        drop(attachment, "nobody-there", attachment->last_serial);
        result = frame_port_send(&attachment->port, frame->data, frame->length);
    }
    attachment->last_serial = frame->serial;
    switch (result) {
    case FRAME_PORT_DONE:
    case FRAME_PORT_EMPTY:
        break;
    case FRAME_PORT_NOBODY:
        drop(attachment, "nobody-there", frame->serial);
        break;
    case FRAME_PORT_FULL:
        drop(attachment, "outside-full", frame->serial);
        break;
    case FRAME_PORT_DOWN:
        drop(attachment, "device-down", frame->serial);
        break;
    case FRAME_PORT_REFUSED:
        drop(attachment, "refused", frame->serial);
        break;
    case FRAME_PORT_LOST:
        drop(attachment, "device-gone", frame->serial);
        attachment->outside->lost = attachment;
        break;
    }
    packet_free(frame);
}

/* ---- Time ---- */

static uint64_t monotonic_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * INSTANT_SECOND + (uint64_t)time.tv_nsec;
}

/* The virtual instant that it is by the clock. */
static instant present(const struct outside *outside)
{
    return monotonic_ns() - outside->origin_ns;
}

/* Runs what is due by now, or by until when that has passed; returns which. */
static instant catch_up(struct outside *outside, instant until, enum status *status)
{
    instant now = instant_earlier(present(outside), until);
    *status = simulation_run(outside->simulation, now);
    if (*status == STATUS_OK && outside->lost)
        *status = STATUS_IO;
    return now;
}

/* Sleeps until an event is due, a frame has come, until, or a signal. */
static void sleep_well(struct outside *outside, instant until, bool (*interrupted)(void))
{
    instant next = instant_earlier(event_queue_next(outside->simulation->queue), until);
    instant now = present(outside);
    instant left = next > now ? next - now : 0;
    const struct timespec patience = {.tv_sec = (time_t)(left / INSTANT_SECOND),
                                      .tv_nsec = (long)(left % INSTANT_SECOND)};
    /* A signal that comes between the question and the sleep must not be slept over. */
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    if (interrupted() || ppoll(outside->polled, outside->count, &patience, &before) <= 0)
        for (size_t i = 0; i < outside->count; i++)
            outside->polled[i].revents = 0;
    sigprocmask(SIG_SETMASK, &before, NULL);
}

/* ---- From the outside to the simulation ---- */

/* Takes a frame, if one waits, at the present instant; false: none waits. */
static bool enter(struct attachment *attachment)
{
    struct outside *outside = attachment->outside;
    struct simulation *simulation = outside->simulation;
    size_t length;
    enum frame_port_result result = frame_port_receive(&attachment->port, outside->frame, &length);
    if (result == FRAME_PORT_LOST)
        outside->lost = attachment;
    if (result == FRAME_PORT_NOBODY) {
        drop(attachment, "nobody-there", attachment->last_serial);
        return true;
    }
    if (result != FRAME_PORT_DONE)
        return false;
    struct packet *frame = packet_from(&simulation->packets, outside->frame, length);
    if (!frame) {
        simulation->failure = STATUS_NO_MEMORY;
        return false;
    }
    if (length >= ETHERNET_HEADER_SIZE) {
        device_transmit(&attachment->device, frame);
        return true;
    }
    drop(attachment, "truncated", frame->serial);
    packet_free(frame);
    return true;
}

/* Takes turns among the attachments where something waits. */
static enum status take_frames(struct outside *outside, instant until)
{
    enum status status = STATUS_OK;
    for (unsigned turn = 0, waiting = 1; turn < BURST && waiting; turn++) {
        waiting = 0;
        struct attachment *attachment = outside->attachments;
        for (size_t i = 0; i < outside->count; i++, attachment = attachment->next) {
            if (outside->polled[i].revents == 0)
                continue;
            if (catch_up(outside, until, &status) == until || status != STATUS_OK)
                return status;
            if (enter(attachment))
                waiting++;
            else
                outside->polled[i].revents = 0;
        }
    }
    return status;
}

enum status outside_run(struct outside *outside, instant until, bool (*interrupted)(void))
{
    enum status status;
    while (catch_up(outside, until, &status) < until && status == STATUS_OK && !interrupted()) {
        sleep_well(outside, until, interrupted);
        status = take_frames(outside, until);
        if (status != STATUS_OK)
            break;
    }
    return status;
}

/* ---- Making and ending ---- */

void outside_init(struct outside *outside, struct simulation *simulation)
{
    *outside = (struct outside){.simulation = simulation};
}

enum status outside_attach(struct outside *outside, struct link *link, unsigned side,
                           const struct frame_port *port)
{
    struct simulation *simulation = outside->simulation;
    static const char format[] = "link:%s";
    const char *link_name = link_config(link)->name;
    size_t size = sizeof format + strlen(link_name);
    struct attachment *attachment = simulation_allocate(simulation, sizeof *attachment);
    char *name = simulation_allocate(simulation, size);
    struct pollfd *polled = simulation_allocate(simulation, (outside->count + 1) * sizeof *polled);
    if (!outside->frame)
        outside->frame = simulation_allocate(simulation, FRAME_PORT_LONGEST);
    if (!attachment || !name || !polled || !outside->frame) {
        struct frame_port unused = *port;
        frame_port_close(&unused);
        return STATUS_NO_MEMORY;
    }
    snprintf(name, size, format, link_name);
    *attachment = (struct attachment){
        .device = {.name = "outside", .node = name, .receive = leave},
        .outside = outside,
        .port = *port,
        .trace = simulation_trace(simulation, name),
        .next = outside->attachments,
    };
    outside->attachments = attachment;
    outside->count++;
    outside->polled = polled;
    for (size_t i = 0; attachment; i++, attachment = attachment->next)
        polled[i] = (struct pollfd){.fd = attachment->port.descriptor, .events = POLLIN};
    link_attach(link, side, &outside->attachments->device);
    return STATUS_OK;
}

void outside_start(struct outside *outside)
{
    /* A timeout is kept to the microsecond, not to the kernel's default of 50 of them. */
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    outside->origin_ns = monotonic_ns() - outside->simulation->now;
}

void outside_loss(const struct outside *outside, char *text, size_t size)
{
    assert(outside->lost);
    snprintf(text, size, "%s: the attached device is gone", outside->lost->device.node);
}

void outside_destroy(struct outside *outside)
{
    for (struct attachment *a = outside->attachments; a; a = a->next)
        frame_port_close(&a->port);
    outside->attachments = NULL;
    outside->count = 0;
}
