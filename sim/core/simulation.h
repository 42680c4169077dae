#ifndef VPNSIM_CORE_SIMULATION_H
#define VPNSIM_CORE_SIMULATION_H

#include "base/entropy.h"
#include "base/instant.h"
#include "base/packet.h"
#include "base/status.h"
#include "base/trace.h"
#include "core/event_queue.h"
#include "core/secret.h"

#include <stddef.h>

struct arena;
struct crypto;
struct early_secret;

/** One subscriber of the event stream; owned by the subscriber, alive until the simulation ends. */
struct trace_subscriber {
    void (*receive)(void *context, const struct trace_event *event);
    void *context;
    struct trace_subscriber *next;
};

/**
 * One run: the virtual clock, the pending events, the packets, the seeded streams and the event
 * stream. There is no global state, so several simulations may live side by side in one process.
 */
struct simulation {
    instant now;
    uint64_t seed;
    struct event_queue *queue;
    struct packet_pool packets;
    struct arena *arena;   /**< everything that lives as long as the scenario */
    struct crypto *crypto; /**< borrowed; NULL when no node needs it */
    struct trace_subscriber *subscribers;
    struct secret_sink secrets; /**< simulation_log_secrets() */
    struct early_secret *early_secrets;
    uint64_t events_run;
    bool stopping;
    enum status failure; /**< first local failure (out of memory); ends the run */
};

enum status simulation_init(struct simulation *simulation, uint64_t seed);
void simulation_destroy(struct simulation *simulation);

/** Makes @p event pending at @p at (not before now), moving it when it was pending already. */
void simulation_schedule(struct simulation *simulation, struct event *event, instant at);

/** Makes @p event not pending; no effect when it was not. */
void simulation_cancel(struct simulation *simulation, struct event *event);

/**
 * Runs events in (time, sequence) order until none is left, the next is later than @p until, or
 * simulation_stop() was called. The clock ends at @p until unless stopped or INSTANT_NEVER.
 */
enum status simulation_run(struct simulation *simulation, instant until);

/** Makes simulation_run() return after the running event. */
void simulation_stop(struct simulation *simulation);

/** The random stream of one component; see entropy_make(). */
struct entropy simulation_entropy(const struct simulation *simulation, const char *component);

/** Zeroed memory that lives until simulation_destroy(); NULL when there is none. */
void *simulation_allocate(struct simulation *simulation, size_t size);

/** A copy of @p text with the same life. */
char *simulation_copy_text(struct simulation *simulation, const char *text);

/** Appends a subscriber; each event reaches them in the order of subscription. */
void simulation_subscribe(struct simulation *simulation, struct trace_subscriber *subscriber);

/** A sink that sends events of @p node (borrowed text) to this simulation's subscribers. */
struct trace simulation_trace(struct simulation *simulation, const char *node);

#endif
