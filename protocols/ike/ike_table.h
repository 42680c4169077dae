#ifndef VPNSIM_IKE_IKE_TABLE_H
#define VPNSIM_IKE_IKE_TABLE_H

#include "base/instant.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the engine finds its objects and is woken for them; sizes are fixed when it is made. */

/** No item, and the end of a chain. */
#define IKE_INDEX_END UINT32_MAX

/** Finds items, numbered from 0, by a key that several may share. */
struct ike_index {
    uint32_t *heads;
    uint32_t *next;
    uint32_t mask;
};

/** For items 0 to @p items - 1. */
enum status ike_index_init(struct ike_index *self, uint32_t items);
void ike_index_destroy(struct ike_index *self);

/** @p item must not be there. */
void ike_index_add(struct ike_index *self, uint32_t key, uint32_t item);

/** No effect when @p item is not there under @p key. */
void ike_index_remove(struct ike_index *self, uint32_t key, uint32_t item);

/** An item that may have the key (others share its place); IKE_INDEX_END when there is none. */
uint32_t ike_index_first(const struct ike_index *self, uint32_t key);

/** The next one. */
static inline uint32_t ike_index_next(const struct ike_index *self, uint32_t item)
{
    return self->next[item];
}

/** A key from octets (FNV-1a, 32 bits). */
uint32_t ike_index_key(const void *octets, size_t length);

/** What an object is that has a timer, which is its first member. */
enum ike_timer_kind {
    IKE_TIMER_PHASE1,
    IKE_TIMER_EXCHANGE,
    IKE_TIMER_CHILD,
    IKE_TIMER_REASSEMBLY,
};

struct ike_timer {
    instant due;
    uint32_t place; /**< in the heap, from 1; 0: not in it */
    uint8_t kind;   /**< enum ike_timer_kind */
};

/** The timers that run, the earliest first: a binary heap. */
struct ike_timers {
    struct ike_timer **heap; /**< heap[1] is due first */
    uint32_t count;
    uint32_t size;
};

enum status ike_timers_init(struct ike_timers *self, uint32_t size);
void ike_timers_destroy(struct ike_timers *self);

/** Starts, moves or, with INSTANT_NEVER, stops @p timer. */
void ike_timers_set(struct ike_timers *self, struct ike_timer *timer, instant due);

/** The timer that is due first; NULL when none runs. */
struct ike_timer *ike_timers_first(const struct ike_timers *self);

#endif
