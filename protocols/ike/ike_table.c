#include "ike/ike_table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum status ike_index_init(struct ike_index *self, uint32_t items)
{
    uint32_t places = 16;
    while (places < items)
        places *= 2;
    self->mask = places - 1;
    self->heads = malloc(places * sizeof *self->heads);
    self->next = malloc(items * sizeof *self->next);
    if (!self->heads || !self->next) {
        ike_index_destroy(self);
        return STATUS_NO_MEMORY;
    }
    memset(self->heads, 0xff, places * sizeof *self->heads);
    memset(self->next, 0xff, items * sizeof *self->next);
    return STATUS_OK;
}

void ike_index_destroy(struct ike_index *self)
{
    free(self->heads);
    free(self->next);
    self->heads = NULL;
    self->next = NULL;
}

void ike_index_add(struct ike_index *self, uint32_t key, uint32_t item)
{
    uint32_t *head = &self->heads[key & self->mask];
    self->next[item] = *head;
    *head = item;
}

void ike_index_remove(struct ike_index *self, uint32_t key, uint32_t item)
{
    uint32_t *link = &self->heads[key & self->mask];
    while (*link != IKE_INDEX_END && *link != item)
        link = &self->next[*link];
    if (*link == IKE_INDEX_END)
        return;
    *link = self->next[item];
    self->next[item] = IKE_INDEX_END;
}

uint32_t ike_index_first(const struct ike_index *self, uint32_t key)
{
    return self->heads[key & self->mask];
}

uint32_t ike_index_key(const void *octets, size_t length)
{
    const uint8_t *octet = octets;
    uint32_t key = UINT32_C(2166136261);
    for (size_t i = 0; i < length; i++)
        key = (key ^ octet[i]) * UINT32_C(16777619);
    return key ^ key >> 15;
}

enum status ike_timers_init(struct ike_timers *self, uint32_t size)
{
    self->count = 0;
    self->size = size;
    self->heap = malloc((size_t)(size + 1) * sizeof *self->heap);
    return self->heap ? STATUS_OK : STATUS_NO_MEMORY;
}

void ike_timers_destroy(struct ike_timers *self)
{
    free(self->heap);
    self->heap = NULL;
}

static void put(struct ike_timers *self, uint32_t place, struct ike_timer *timer)
{
    self->heap[place] = timer;
    timer->place = place;
}

static void rise(struct ike_timers *self, struct ike_timer *timer)
{
    uint32_t place = timer->place;
    for (; place > 1 && self->heap[place / 2]->due > timer->due; place /= 2)
        put(self, place, self->heap[place / 2]);
    put(self, place, timer);
}

static void sink(struct ike_timers *self, struct ike_timer *timer)
{
    uint32_t place = timer->place;
    for (uint32_t child = place * 2; child <= self->count; child = place * 2) {
        if (child < self->count && self->heap[child + 1]->due < self->heap[child]->due)
            child++;
        if (self->heap[child]->due >= timer->due)
            break;
        put(self, place, self->heap[child]);
        place = child;
    }
    put(self, place, timer);
}

static void take_out(struct ike_timers *self, struct ike_timer *timer)
{
    uint32_t place = timer->place;
    timer->place = 0;
    struct ike_timer *last = self->heap[self->count--];
    if (last == timer)
        return;
    put(self, place, last);
    rise(self, last);
    sink(self, last);
}

void ike_timers_set(struct ike_timers *self, struct ike_timer *timer, instant due)
{
    timer->due = due;
    if (due == INSTANT_NEVER) {
        if (timer->place)
            take_out(self, timer);
        return;
    }
    if (!timer->place) {
        assert(self->count < self->size);
        put(self, ++self->count, timer);
    }
    rise(self, timer);
    sink(self, timer);
}

struct ike_timer *ike_timers_first(const struct ike_timers *self)
{
    return self->count ? self->heap[1] : NULL;
}
