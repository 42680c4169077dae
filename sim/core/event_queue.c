#include "core/event_queue_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* More than this in the front array, and its later half goes to the wheel. */
#define FRONT_FULL 64
/* Up to so many entries in the front, looking at one after the other is fastest. */
#define FRONT_SHORT 16
/* Those of a longer front are searched in groups. */
#define FRONT_GROUP 8
/* Where a front is laid, so that it has room on both sides: FRONT_START + FRONT_FULL < FRONT_SIZE.
 */
#define FRONT_START 32
/* Memory that is not worth giving back, in slots, chunks and dead entries. */
#define SPARE_SLOTS  4096
#define SPARE_CHUNKS 256
#define SPARE_DEAD   256

/* How many events before its turn an event is fetched into the cache, and then prepared, once after
 * each further step. Where fewer are pending, all they touch is in the caches anyway. */
#define LOOK_AHEAD     14
#define PREPARE_AHEAD  8
#define PREPARE_STEP   2
#define PREPARE_AMOUNT 512

struct event_queue *event_queue_create(void)
{
    struct event_queue *queue = calloc(1, sizeof *queue);
    if (!queue)
        return NULL;
    queue->front_limit = INSTANT_NEVER;
    queue->free_slot = NO_SLOT;
    return queue;
}

static void free_chunk_list(struct chunk *chunk)
{
    while (chunk) {
        struct chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
}

void event_queue_destroy(struct event_queue *queue)
{
    if (!queue)
        return;
    for (unsigned level = 0; level < LEVELS; level++)
        for (unsigned digit = 0; digit < DIGITS; digit++)
            free_chunk_list(queue->wheel[level][digit].head);
    free_chunk_list(queue->free_chunks);
    free(queue->slots);
    free(queue);
}

/* ---- Chunks ---- */

/* Makes sure that the next @p count chunks cannot fail. */
static bool reserve_chunks(struct event_queue *queue, size_t count)
{
    while (queue->free_chunk_count < count) {
        struct chunk *chunk = malloc(sizeof *chunk);
        if (!chunk)
            return false;
        chunk->next = queue->free_chunks;
        queue->free_chunks = chunk;
        queue->free_chunk_count++;
    }
    return true;
}

static struct chunk *take_chunk(struct event_queue *queue)
{
    struct chunk *chunk = queue->free_chunks;
    queue->free_chunks = chunk->next;
    queue->free_chunk_count--;
    queue->used_chunk_count++;
    chunk->next = NULL;
    chunk->count = 0;
    return chunk;
}

void event_queue_return_chunk(struct event_queue *queue, struct chunk *chunk)
{
    queue->used_chunk_count--;
    if (queue->free_chunk_count > SPARE_CHUNKS + queue->used_chunk_count) {
        free(chunk);
        return;
    }
    chunk->next = queue->free_chunks;
    queue->free_chunks = chunk;
    queue->free_chunk_count++;
}

/* ---- Slots ---- */

static bool grow_slots(struct event_queue *queue)
{
    if (queue->slot_capacity > UINT32_MAX / 2)
        return false;
    uint32_t capacity = queue->slot_capacity ? queue->slot_capacity * 2 : 64;
    union slot *slots = realloc(queue->slots, capacity * sizeof *slots);
    if (!slots)
        return false;
    queue->slots = slots;
    queue->slot_capacity = capacity;
    return true;
}

static inline void release_slot(struct event_queue *queue, uint32_t slot)
{
    queue->slots[slot].next_free = queue->free_slot;
    queue->free_slot = slot;
}

/* True, and its slot free again, when the event of @p entry was removed. */
static inline bool sweep(struct event_queue *queue, const struct entry *entry)
{
    if (queue->slots[entry->slot].event)
        return false;
    release_slot(queue, entry->slot);
    queue->dead--;
    return true;
}

/* ---- The wheel ---- */

static inline unsigned lowest_bit(uint64_t word)
{
    return (unsigned)__builtin_ctzll(word);
}

static inline struct bucket *bucket_of(struct event_queue *queue, instant at, unsigned *level,
                                       unsigned *digit)
{
    instant difference = at ^ queue->base;
    *level = difference ? (63 - (unsigned)__builtin_clzll(difference)) / DIGIT_BITS : 0;
    *digit = (unsigned)(at >> (*level * DIGIT_BITS)) & (DIGITS - 1);
    return &queue->wheel[*level][*digit];
}

/* Appends to the bucket of the entry's instant; a free chunk must be there. */
static inline void wheel_append(struct event_queue *queue, struct entry entry)
{
    unsigned level;
    unsigned digit;
    struct bucket *bucket = bucket_of(queue, entry.at, &level, &digit);
    struct chunk *tail = bucket->tail;
    if (!tail) {
        queue->levels |= 1u << level;
        queue->occupied[level][digit / 64] |= UINT64_C(1) << digit % 64;
        bucket->head = bucket->tail = tail = take_chunk(queue);
    } else if (tail->count == CHUNK_ENTRIES) {
        tail->next = take_chunk(queue);
        bucket->tail = tail = tail->next;
    }
    tail->entries[tail->count++] = entry;
}

static unsigned first_digit(const struct event_queue *queue, unsigned level)
{
    for (unsigned word = 0; word < WORDS; word++)
        if (queue->occupied[level][word])
            return word * 64 + lowest_bit(queue->occupied[level][word]);
    assert(0 && "an occupied level");
    return 0;
}

/* The earliest instant that belongs to a bucket. */
static instant bucket_start(const struct event_queue *queue, unsigned level, unsigned digit)
{
    unsigned shift = level * DIGIT_BITS;
    instant above = level + 1 < LEVELS ? queue->base >> (shift + DIGIT_BITS) << DIGIT_BITS : 0;
    return (above | digit) << shift;
}

void event_queue_mark_empty(struct event_queue *queue, unsigned level, unsigned digit)
{
    queue->wheel[level][digit] = (struct bucket){NULL, NULL};
    queue->occupied[level][digit / 64] &= ~(UINT64_C(1) << digit % 64);
    for (unsigned word = 0; word < WORDS; word++)
        if (queue->occupied[level][word])
            return;
    queue->levels &= ~(1u << level);
}

/* Distributes a long bucket, the earliest of all, over the levels below its own. */
static bool spread(struct event_queue *queue, unsigned level, unsigned digit)
{
    if (!reserve_chunks(queue, DIGITS))
        return false;
    struct chunk *chunk = queue->wheel[level][digit].head;
    queue->base = bucket_start(queue, level, digit);
    event_queue_mark_empty(queue, level, digit);
    while (chunk) {
        struct chunk *next = chunk->next;
        if (next)
            __builtin_prefetch(next);
        for (uint32_t i = 0; i < chunk->count; i++)
            wheel_append(queue, chunk->entries[i]);
        event_queue_return_chunk(queue, chunk);
        chunk = next;
    }
    return true;
}

/* ---- The front ---- */

/* Stable: entries of one instant stay in the order in which they came. */
static void sort_entries(struct entry *entries, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        struct entry entry = entries[i];
        uint32_t j = i;
        for (; j > 0 && entries[j - 1].at > entry.at; j--)
            entries[j] = entries[j - 1];
        entries[j] = entry;
    }
}

/* The front has drifted to an end of its array: back to where it has room on both sides. */
static void center_front(struct event_queue *queue)
{
    uint32_t count = queue->front_tail - queue->front_head;
    memmove(queue->front + FRONT_START, queue->front + queue->front_head,
            count * sizeof *queue->front);
    queue->front_head = FRONT_START;
    queue->front_tail = FRONT_START + count;
}

/* Moves the first chunk of the earliest bucket behind the front; false: that was not all of it. */
static bool take_bucket(struct event_queue *queue, unsigned level, unsigned digit)
{
    struct bucket *bucket = &queue->wheel[level][digit];
    struct chunk *chunk = bucket->head;
    uint32_t count = chunk->count;
    instant start = bucket_start(queue, level, digit);
    struct entry *entries = queue->front + queue->front_tail;
    for (uint32_t i = 0; i < count; i++) {
        entries[i] = chunk->entries[i];
        __builtin_prefetch(&queue->slots[entries[i].slot]);
    }
    if (level > 0)
        sort_entries(entries, count);
    queue->front_tail += count;
    bool whole = !chunk->next;
    if (whole) {
        queue->front_limit = instant_after(start, UINT64_C(1) << (level * DIGIT_BITS));
        event_queue_mark_empty(queue, level, digit);
    } else {
        /* One instant with many events: what is still to come to it queues up behind. */
        queue->front_limit = start;
        bucket->head = chunk->next;
    }
    event_queue_return_chunk(queue, chunk);
    return whole;
}

/* Adds the next buckets of a level while they are short, so that there is something to look ahead
 * at. */
static void take_more(struct event_queue *queue, unsigned level)
{
    while (queue->levels >> level & 1) {
        unsigned digit = first_digit(queue, level);
        const struct chunk *chunk = queue->wheel[level][digit].head;
        uint32_t count = queue->front_tail - queue->front_head;
        if (chunk->next || count + chunk->count > CHUNK_ENTRIES)
            break;
        if (queue->front_tail > FRONT_SIZE - CHUNK_ENTRIES)
            center_front(queue);
        take_bucket(queue, level, digit);
    }
}

/* Fills the empty front from the wheel; false: nothing is due by @p until, or no memory. */
static bool refill(struct event_queue *queue, instant until)
{
    queue->front_head = queue->front_tail = FRONT_START;
    while (queue->levels) {
        unsigned level = lowest_bit(queue->levels);
        unsigned digit = first_digit(queue, level);
        if (bucket_start(queue, level, digit) > until)
            return false;
        if (level == 0 || !queue->wheel[level][digit].head->next) {
            if (take_bucket(queue, level, digit))
                take_more(queue, level);
            return true;
        }
        if (!spread(queue, level, digit)) {
            queue->exhausted = true;
            return false;
        }
    }
    queue->front_limit = INSTANT_NEVER;
    return false;
}

/* Makes room in a full front: sweeps it, and if that was not enough empties its later half. */
static bool relieve_front(struct event_queue *queue)
{
    if (!reserve_chunks(queue, FRONT_FULL))
        return false;
    struct entry kept[FRONT_SIZE];
    uint32_t count = 0;
    for (uint32_t i = queue->front_head; i < queue->front_tail; i++)
        if (!sweep(queue, &queue->front[i]))
            kept[count++] = queue->front[i];
    uint32_t keep = count;
    if (count > FRONT_FULL / 2) {
        /* Entries of one instant stay together, so that the limit can separate them. */
        keep = FRONT_FULL / 2;
        while (keep > 0 && kept[keep - 1].at == kept[keep].at)
            keep--;
        if (!queue->levels)
            queue->base = queue->popped;
        /* The wheel must not hold the same instant already: it would then be the younger. */
        assert(kept[count - 1].at < queue->front_limit);
        queue->front_limit = kept[keep].at;
        for (uint32_t i = keep; i < count; i++)
            wheel_append(queue, kept[i]);
    }
    queue->front_head = FRONT_START;
    queue->front_tail = queue->front_head + keep;
    memcpy(queue->front + queue->front_head, kept, keep * sizeof *kept);
    return true;
}

/* How many of the @p count entries from @p entry on, @p step apart, are not later than @p at. No
 * branch depends on them, for no processor could foresee it, and none waits for another. */
static inline uint32_t count_not_later(const struct entry *entry, uint32_t count, uint32_t step,
                                       instant at)
{
    uint32_t not_later = 0;
    for (uint32_t i = 0; i < count; i++)
        not_later += entry[i * step].at <= at;
    return not_later;
}

/* Where an entry for @p at belongs: behind all that are not later. */
static uint32_t front_place(const struct event_queue *queue, instant at)
{
    uint32_t place = queue->front_head;
    uint32_t left = queue->front_tail - place;
    /* The last ones of groups tell which group is the first that ends later. */
    uint32_t before = FRONT_GROUP * count_not_later(&queue->front[place + FRONT_GROUP - 1],
                                                    left / FRONT_GROUP, FRONT_GROUP, at);
    place += before;
    left -= before;
    return place +
           count_not_later(&queue->front[place], left < FRONT_GROUP ? left : FRONT_GROUP, 1, at);
}

/* Inserts behind all that are not later, moving the shorter side. */
static void front_insert(struct event_queue *queue, struct entry entry)
{
    struct entry *front = queue->front;
    if (queue->front_tail == FRONT_SIZE || queue->front_head == 0)
        center_front(queue);
    uint32_t head = queue->front_head;
    uint32_t place = queue->front_tail;
    if (place - head <= FRONT_SHORT) {
        for (; place > head && front[place - 1].at > entry.at; place--)
            front[place] = front[place - 1];
        queue->front_tail++;
        front[place] = entry;
        return;
    }
    place = front_place(queue, entry.at);
    if (place - head < queue->front_tail - place) {
        memmove(front + head - 1, front + head, (place - head) * sizeof *front);
        queue->front_head--;
        place--;
    } else {
        memmove(front + place + 1, front + place, (queue->front_tail - place) * sizeof *front);
        queue->front_tail++;
    }
    front[place] = entry;
}

/* ---- The public face ---- */

bool event_queue_insert(struct event_queue *queue, struct event *event)
{
    assert(!event_is_pending(event));
    bool to_front = event->at < queue->front_limit;
    if (to_front && queue->front_tail - queue->front_head >= FRONT_FULL) {
        if (!relieve_front(queue))
            return false;
        to_front = event->at < queue->front_limit;
    }
    if (!to_front && !reserve_chunks(queue, 1))
        return false;
    uint32_t slot = queue->free_slot;
    if (slot != NO_SLOT) {
        queue->free_slot = queue->slots[slot].next_free;
    } else {
        if (queue->fresh_slot == queue->slot_capacity && !grow_slots(queue))
            return false;
        slot = queue->fresh_slot++;
    }
    queue->slots[slot].event = event;
    queue->live++;
    event->position = slot + 1;
    struct entry entry = {.at = event->at, .slot = slot};
    if (to_front) {
        front_insert(queue, entry);
    } else {
        assert(event->at >= queue->base);
        wheel_append(queue, entry);
    }
    return true;
}

void event_queue_remove(struct event_queue *queue, struct event *event)
{
    assert(event_is_pending(event));
    queue->slots[event->position - 1].event = NULL;
    event->position = 0;
    queue->live--;
    queue->dead++;
    if (queue->dead > queue->live + SPARE_DEAD)
        event_queue_compact(queue);
}

/* The wheel's entries are long cold: fetch events, and then what they touch, ahead of their turn.
 */
static void look_ahead(struct event_queue *queue)
{
    uint32_t soon = queue->front_head + LOOK_AHEAD;
    if (soon < queue->front_tail)
        __builtin_prefetch(queue->slots[queue->front[soon].slot].event);
    if (queue->live < PREPARE_AMOUNT)
        return;
    if (queue->front_tail - queue->front_head <= LOOK_AHEAD && queue->levels)
        take_more(queue, lowest_bit(queue->levels));
    soon = queue->front_head + PREPARE_AHEAD;
    for (unsigned turn = 0; turn < EVENT_PREPARATIONS; turn++, soon -= PREPARE_STEP) {
        if (soon >= queue->front_tail)
            continue;
        const struct event *event = queue->slots[queue->front[soon].slot].event;
        if (event && event->prepare)
            event->prepare(event, turn);
    }
}

struct event *event_queue_pop(struct event_queue *queue, instant until)
{
    for (;;) {
        if (queue->front_head == queue->front_tail) {
            if (queue->slot_capacity > SPARE_SLOTS && queue->live < queue->slot_capacity / 8)
                event_queue_compact(queue);
            if (!refill(queue, until))
                return NULL;
        }
        struct entry entry = queue->front[queue->front_head];
        if (entry.at > until)
            return NULL;
        look_ahead(queue);
        queue->front_head++;
        struct event *event = queue->slots[entry.slot].event;
        release_slot(queue, entry.slot);
        if (!event) {
            queue->dead--;
            continue;
        }
        queue->live--;
        queue->popped = entry.at;
        event->position = 0;
        return event;
    }
}

/* The earliest living instant in a bucket; false: all in it are dead. */
static bool earliest_in(const struct event_queue *queue, const struct bucket *bucket, instant *at)
{
    bool found = false;
    for (const struct chunk *chunk = bucket->head; chunk; chunk = chunk->next)
        for (uint32_t i = 0; i < chunk->count; i++)
            if (queue->slots[chunk->entries[i].slot].event &&
                (!found || chunk->entries[i].at < *at)) {
                *at = chunk->entries[i].at;
                found = true;
            }
    return found;
}

instant event_queue_next(struct event_queue *queue)
{
    for (uint32_t i = queue->front_head; i < queue->front_tail; i++)
        if (queue->slots[queue->front[i].slot].event)
            return queue->front[i].at;
    instant at = INSTANT_NEVER;
    for (unsigned level = 0; level < LEVELS; level++)
        for (unsigned word = 0; word < WORDS && (queue->levels >> level & 1); word++)
            for (uint64_t rest = queue->occupied[level][word]; rest; rest &= rest - 1) {
                unsigned digit = word * 64 + (unsigned)__builtin_ctzll(rest);
                if (earliest_in(queue, &queue->wheel[level][digit], &at))
                    return at;
            }
    return INSTANT_NEVER;
}

bool event_queue_exhausted(const struct event_queue *queue)
{
    return queue->exhausted;
}

size_t event_queue_count(const struct event_queue *queue)
{
    return queue->live;
}

size_t event_queue_bytes(const struct event_queue *queue)
{
    return sizeof *queue + queue->slot_capacity * sizeof *queue->slots +
           (queue->free_chunk_count + queue->used_chunk_count) * sizeof(struct chunk);
}
