#ifndef VPNSIM_OUTSIDE_OUTSIDE_H
#define VPNSIM_OUTSIDE_OUTSIDE_H

#include "base/status.h"
#include "base/trace.h"
#include "core/simulation.h"
#include "net/link.h"
#include "outside/frame_port.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The real world: the only place of the simulator that reads a clock to decide anything, or that
 * opens a socket or a device.
 */

struct attachment;
struct pollfd;

/**
 * What a simulation has to do with the outside: its attachments, and the clock that paces it. One
 * without attachments only paces, and changes nothing of what the run writes.
 */
struct outside {
    struct simulation *simulation;
    struct attachment *attachments; /* newest first */
    size_t count;
    struct pollfd *polled;         /* one an attachment, in their order */
    uint8_t *frame;                /* room for what is received */
    uint64_t origin_ns;            /* of the monotonic clock at the virtual instant 0 */
    const struct attachment *lost; /* the one whose port is gone; NULL: none */
};

/** Prepares @p outside, without attachments, for @p simulation, which must outlive it. */
void outside_init(struct outside *outside, struct simulation *simulation);

/**
 * Puts the outside at end @p side of @p link: the frames that the link delivers there leave by @p
 * port, and what comes in by it is sent on the link at the instant of its arrival. Takes the port
 * over. STATUS_NO_MEMORY: it is closed.
 *
 * What does not pass is told at "link:NAME", protocol "attachment": reason "truncated" (shorter
 * than an Ethernet header), "outside-full", "nobody-there" (the remote UDP port is not open; known
 * only with the next frame), "device-down", "refused", "device-gone".
 */
enum status outside_attach(struct outside *outside, struct link *link, unsigned side,
                           const struct frame_port *port);

/** Makes this moment the virtual instant at which the simulation stands. */
void outside_start(struct outside *outside);

/**
 * simulation_run() to @p until, not faster than the monotonic clock: an event happens when its
 * instant has come, or as soon after as the machine can. It sleeps until the next event or frame.
 * Returns early when @p interrupted, asked after every sleep and safe against a signal in between,
 * says so. STATUS_IO: an attachment's port is gone, outside_loss() says which.
 */
enum status outside_run(struct outside *outside, instant until, bool (*interrupted)(void));

/** What a STATUS_IO of outside_run() was about, in one line. */
void outside_loss(const struct outside *outside, char *text, size_t size);

/** Closes the ports; the links have to be gone, or to stay silent. */
void outside_destroy(struct outside *outside);

#endif
