#include "core/event_queue_internal.h"

#include <assert.h>
#include <stdlib.h>

/* Gives @p entry a slot of the new table, unless its event was removed. */
static bool renumber(struct event_queue *queue, union slot *slots, uint32_t *used,
                     struct entry *entry)
{
    struct event *event = queue->slots[entry->slot].event;
    if (!event)
        return false;
    entry->slot = *used;
    slots[(*used)++].event = event;
    event->position = *used;
    return true;
}

static void compact_bucket(struct event_queue *queue, union slot *slots, uint32_t *used,
                           unsigned level, unsigned digit)
{
    struct bucket *bucket = &queue->wheel[level][digit];
    struct chunk *into = bucket->head;
    uint32_t count = 0;
    for (struct chunk *from = bucket->head; from; from = from->next) {
        for (uint32_t i = 0, end = from->count; i < end; i++) {
            if (!renumber(queue, slots, used, &from->entries[i]))
                continue;
            if (count == CHUNK_ENTRIES) {
                into->count = count;
                into = into->next;
                count = 0;
            }
            into->entries[count++] = from->entries[i];
        }
    }
    if (!into)
        return;
    struct chunk *surplus = into->next;
    into->count = count;
    into->next = NULL;
    bucket->tail = into;
    if (count == 0) {
        /* Only the first chunk can end empty. */
        event_queue_mark_empty(queue, level, digit);
        into->next = surplus;
        surplus = into;
    }
    while (surplus) {
        struct chunk *next = surplus->next;
        event_queue_return_chunk(queue, surplus);
        surplus = next;
    }
}

void event_queue_compact(struct event_queue *queue)
{
    uint32_t capacity = 64;
    while (capacity < queue->live + queue->live / 2)
        capacity *= 2;
    union slot *slots = malloc(capacity * sizeof *slots);
    if (!slots)
        return;
    uint32_t used = 0;
    uint32_t tail = queue->front_head;
    for (uint32_t i = queue->front_head; i < queue->front_tail; i++)
        if (renumber(queue, slots, &used, &queue->front[i]))
            queue->front[tail++] = queue->front[i];
    queue->front_tail = tail;
    for (unsigned level = 0; level < LEVELS; level++)
        for (unsigned digit = 0; digit < DIGITS && (queue->levels >> level & 1); digit++)
            compact_bucket(queue, slots, &used, level, digit);
    assert(used == queue->live);
    free(queue->slots);
    queue->slots = slots;
    queue->slot_capacity = capacity;
    queue->fresh_slot = used;
    queue->free_slot = NO_SLOT;
    queue->dead = 0;
}
