#ifndef VPNSIM_CORE_EVENT_QUEUE_INTERNAL_H
#define VPNSIM_CORE_EVENT_QUEUE_INTERNAL_H

#include "core/event_queue.h"

/* What event_queue.c and event_queue_compact.c share; nobody else includes this. */

/*
 * A radix wheel above a short sorted array.
 *
 * The wheel has a level for each octet of an instant, and a bucket for each value of that octet.
 * An instant belongs to the level of the highest octet in which it differs from the wheel's base
 * (a lower bound of all it holds), so that lower levels are earlier than higher ones, and within a
 * level lower buckets are earlier. Only the earliest bucket is ever opened: it is spread over the
 * levels below when it is long, and sorted into the front array when it is short. So an entry
 * moves at most once a level, and most move twice.
 *
 * Order among equal instants needs no stored sequence: buckets are FIFOs, spreading and sorting
 * are stable, and what comes later to the same instant comes to the same bucket, or to a lower one
 * after that bucket has been spread.
 *
 * Entries name their event by a slot of a table that the queue owns: moving them touches no event,
 * and removing an event only empties its slot. The dead entry is swept up when it is met, or
 * together with all others when they outnumber the living.
 */
#define DIGIT_BITS 8
#define DIGITS     (1u << DIGIT_BITS)
#define LEVELS     (64 / DIGIT_BITS)
#define WORDS      (DIGITS / 64)

/* A chunk fills eight cache lines. A bucket of one chunk is short. */
#define CHUNK_ENTRIES 31
#define FRONT_SIZE    128
#define NO_SLOT       UINT32_MAX

struct entry {
    instant at;
    uint32_t slot;
};

struct chunk {
    struct chunk *next;
    uint32_t count;
    struct entry entries[CHUNK_ENTRIES];
};

struct bucket {
    struct chunk *head;
    struct chunk *tail;
};

union slot {
    struct event *event; /* NULL: removed, its entry is dead */
    uint32_t next_free;
};

struct event_queue {
    /* The front: entries[front_head .. front_tail) in order; all that is before front_limit. */
    uint32_t front_head;
    uint32_t front_tail;
    instant front_limit;
    union slot *slots;
    uint32_t free_slot;  /* head of the list of slots that were used before */
    uint32_t fresh_slot; /* slots from here on were never used */
    uint32_t slot_capacity;
    uint32_t live;
    uint32_t dead; /* entries whose event was removed */
    bool exhausted;
    struct chunk *free_chunks;
    size_t free_chunk_count;
    size_t used_chunk_count;
    instant base;    /* of the wheel */
    instant popped;  /* the instant of the last event that came out */
    uint32_t levels; /* bit n: level n holds something */
    uint64_t occupied[LEVELS][WORDS];
    struct entry front[FRONT_SIZE];
    struct bucket wheel[LEVELS][DIGITS];
};

/** Gives a chunk that is in no bucket any more back. */
void event_queue_return_chunk(struct event_queue *queue, struct chunk *chunk);

/** A bucket has lost all its chunks. */
void event_queue_mark_empty(struct event_queue *queue, unsigned level, unsigned digit);

/** Sweeps up all dead entries and shrinks the slots to what is needed. Not urgent: may do nothing.
 */
void event_queue_compact(struct event_queue *queue);

#endif
