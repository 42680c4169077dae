#include "core/event_queue.h"

#include <assert.h>
#include <stdlib.h>

/* A 4-ary heap whose entries carry the key, so that ordering never touches the events. */
struct entry {
    instant at;
    uint64_t sequence;
    struct event *event;
};

struct event_queue {
    struct entry *heap;
    size_t count;
    size_t capacity;
    uint64_t next_sequence;
};

struct event_queue *event_queue_create(void)
{
    return calloc(1, sizeof(struct event_queue));
}

void event_queue_destroy(struct event_queue *queue)
{
    if (queue)
        free(queue->heap);
    free(queue);
}

static bool entry_before(const struct entry *a, const struct entry *b)
{
    return a->at < b->at || (a->at == b->at && a->sequence < b->sequence);
}

static void place(struct event_queue *queue, size_t index, struct entry entry)
{
    queue->heap[index] = entry;
    entry.event->position = index + 1;
}

static void sift_up(struct event_queue *queue, size_t index, struct entry entry)
{
    while (index > 0) {
        size_t parent = (index - 1) / 4;
        if (!entry_before(&entry, &queue->heap[parent]))
            break;
        place(queue, index, queue->heap[parent]);
        index = parent;
    }
    place(queue, index, entry);
}

static void sift_down(struct event_queue *queue, size_t index, struct entry entry)
{
    for (;;) {
        size_t first = index * 4 + 1;
        if (first >= queue->count)
            break;
        size_t last = first + 4 < queue->count ? first + 4 : queue->count;
        size_t best = first;
        for (size_t child = first + 1; child < last; child++)
            if (entry_before(&queue->heap[child], &queue->heap[best]))
                best = child;
        if (!entry_before(&queue->heap[best], &entry))
            break;
        place(queue, index, queue->heap[best]);
        index = best;
    }
    place(queue, index, entry);
}

bool event_queue_insert(struct event_queue *queue, struct event *event)
{
    assert(!event_is_pending(event));
    if (queue->count == queue->capacity) {
        size_t capacity = queue->capacity ? queue->capacity * 2 : 64;
        struct entry *heap = realloc(queue->heap, capacity * sizeof *heap);
        if (!heap)
            return false;
        queue->heap = heap;
        queue->capacity = capacity;
    }
    event->sequence = queue->next_sequence++;
    struct entry entry = {.at = event->at, .sequence = event->sequence, .event = event};
    sift_up(queue, queue->count++, entry);
    return true;
}

void event_queue_remove(struct event_queue *queue, struct event *event)
{
    assert(event_is_pending(event));
    size_t index = event->position - 1;
    event->position = 0;
    struct entry moved = queue->heap[--queue->count];
    if (index == queue->count)
        return;
    if (index > 0 && entry_before(&moved, &queue->heap[(index - 1) / 4]))
        sift_up(queue, index, moved);
    else
        sift_down(queue, index, moved);
}

instant event_queue_next(struct event_queue *queue)
{
    return queue->count ? queue->heap[0].at : INSTANT_NEVER;
}

struct event *event_queue_pop(struct event_queue *queue)
{
    if (queue->count == 0)
        return NULL;
    struct event *event = queue->heap[0].event;
    event_queue_remove(queue, event);
    return event;
}

size_t event_queue_count(const struct event_queue *queue)
{
    return queue->count;
}
