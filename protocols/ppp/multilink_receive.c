/* Receiving: fragments in order, packets put together, and what is lost (RFC 1990 section 4.1). */
#include "ppp/multilink_internal.h"

#include <assert.h>
#include <string.h>

/* The protocol field, behind Address and Control if a peer has put them there (section 2). */
#define PPP_ADDRESS 0xff
#define PPP_CONTROL 0x03

/* A packet must be able to have this long an information field whatever MRRU was agreed on
   (section 5.1.1). */
#define MULTILINK_LEAST_MRRU 1500

static uint32_t mask_of(const struct multilink *self)
{
    return multilink_mask(self->config.short_sequence);
}

/* How far @sequence is behind the last number that is settled: at least 1 for those to come. */
static uint32_t ahead(const struct multilink *self, uint32_t sequence)
{
    return (sequence - self->expected + 1) & mask_of(self);
}

static uint32_t after(const struct multilink *self, uint32_t sequence)
{
    return (sequence + 1) & mask_of(self);
}

/* M of section 4.1, as ahead(): the least of what the links have come to. */
static uint32_t passed_by_all(const struct multilink *self)
{
    uint32_t least = mask_of(self);
    for (uint32_t i = 0; i < MULTILINK_LINKS; i++)
        if (self->links[i].joined && ahead(self, self->links[i].latest) < least)
            least = ahead(self, self->links[i].latest);
    return least;
}

/* All numbers up to @sequence are settled. Links that stayed behind are moved on, lest an idle one
   be taken for one ahead when the numbers come round. */
static void settle(struct multilink *self, instant now, uint32_t sequence)
{
    uint32_t half = mask_of(self) / 2;
    self->expected = after(self, sequence);
    for (uint32_t i = 0; i < MULTILINK_LINKS; i++)
        if (ahead(self, self->links[i].latest) > half)
            self->links[i].latest = sequence;
    self->stalled_at = instant_after(now, self->config.held_ms * INSTANT_MILLISECOND);
}

static struct packet *take_first(struct multilink *self)
{
    struct packet *first = self->held;
    self->held = first->next;
    if (!self->held)
        self->held_last = NULL;
    self->held_count--;
    first->next = NULL;
    return first;
}

/* Gives up all that waits up to @last, and what is missing among it. */
static void give_up(struct multilink *self, instant now, uint32_t last, const char *reason)
{
    TRACE(&self->config.trace, now, "ppp.multilink.packet-lost",
          trace_text("bundle", self->config.label), trace_number("first", self->expected),
          trace_number("last", last), trace_text("reason", reason));
    uint32_t count = ahead(self, last);
    while (self->held && ahead(self, self->held->mark) <= count)
        multilink_drop(self, now, reason, take_first(self));
    self->counters.lost += count;
    self->lost = true;
    settle(self, now, last);
}

/* Puts the first fragments, up to @last, into one packet; NULL: no memory. */
static struct packet *join(struct multilink *self, const struct packet *last, uint32_t length)
{
    if (self->held == last)
        return take_first(self);
    struct packet *whole = packet_alloc(self->config.pool, length);
    if (!whole)
        return NULL;
    whole->serial = self->held->serial;
    whole->nesting = self->held->nesting;
    for (bool more = true; more;) {
        more = self->held != last;
        struct packet *fragment = take_first(self);
        memcpy(packet_append(whole, fragment->length), fragment->data, fragment->length);
        packet_free(fragment);
    }
    return whole;
}

/* Octets in front of the information field of the packet that begins with @fragment. */
static uint32_t header_length(const struct packet *fragment)
{
    const uint8_t *p = fragment->data;
    uint32_t length = 0;
    if (fragment->length >= 2 && p[0] == PPP_ADDRESS && p[1] == PPP_CONTROL)
        length = 2;
    return length + (fragment->length > length && p[length] & 1 ? 1 : 2);
}

/* A packet is complete: its fragments are the first ones, up to @last. */
static void complete(struct multilink *self, instant now, const struct packet *last)
{
    uint32_t mrru =
        self->config.mrru > MULTILINK_LEAST_MRRU ? self->config.mrru : MULTILINK_LEAST_MRRU;
    uint32_t sequence = last->mark;
    uint32_t length = last->length;
    for (const struct packet *p = self->held; p != last; p = p->next)
        length += p->length;
    if (length > mrru + header_length(self->held)) {
        give_up(self, now, sequence, "too-long");
        return;
    }
    struct packet *whole = join(self, last, length);
    if (!whole) {
        give_up(self, now, sequence, "no-memory");
        return;
    }
    settle(self, now, sequence);
    if (length == 0) {
        /* A null fragment only says how far the link has come (section 4.1). */
        packet_free(whole);
        return;
    }
    whole->mark = self->lost;
    whole->extent = 0;
    self->lost = false;
    self->counters.packets_received++;
    packet_queue_push(&self->to_deliver, whole);
}

/* The last fragment of those that follow one another from the first on. */
static struct packet *end_of_run(const struct multilink *self)
{
    struct packet *last = self->held;
    while (!(last->extent & MULTILINK_ENDS) && last->next &&
           last->next->mark == after(self, last->mark))
        last = last->next;
    return last;
}

/* The fragment that is there and ends the packet of the missing number @missing, or the one in
   front of that which begins the next packet, as its number; false: neither has come. @from is the
   first fragment behind the missing one. */
static bool find_end(const struct multilink *self, const struct packet *from, uint32_t *sequence)
{
    for (const struct packet *p = from; p; p = p->next) {
        /* What is in front of a beginning must have been an end. */
        if (p->extent & MULTILINK_BEGINS || p->extent & MULTILINK_ENDS) {
            *sequence = p->extent & MULTILINK_BEGINS ? p->mark - 1 : p->mark;
            *sequence &= mask_of(self);
            return true;
        }
    }
    return false;
}

/* The first fragment behind the first number that is missing; NULL: nothing is. */
static const struct packet *behind_gap(const struct multilink *self)
{
    if (!self->held || self->held->mark != self->expected)
        return self->held;
    const struct packet *p = self->held;
    while (p->next && p->next->mark == after(self, p->mark))
        p = p->next;
    return p->next;
}

/* The bits of a run of fragments contradict each other: gives up to where a packet ends. */
static bool check_run(struct multilink *self, instant now, const struct packet *last)
{
    const struct packet *first = self->held;
    for (const struct packet *p = first; p != last; p = p->next)
        if (p->next->extent & MULTILINK_BEGINS) {
            give_up(self, now, p->mark, "no-end");
            return false;
        }
    if (first->extent & MULTILINK_BEGINS || !(last->extent & MULTILINK_ENDS))
        return true;
    give_up(self, now, last->mark, "no-begin");
    return false;
}

/* One step: a packet that is complete, or one that never will be. */
static bool step(struct multilink *self, instant now)
{
    uint32_t end;
    if (self->held && self->held->mark == self->expected) {
        const struct packet *last = end_of_run(self);
        if (!check_run(self, now, last))
            return true;
        if (last->extent & MULTILINK_ENDS) {
            complete(self, now, last);
            return true;
        }
    }
    /* "M advances past the sequence number of a fragment bearing an (E)nding bit", section 4.1. */
    if (!find_end(self, behind_gap(self), &end) || passed_by_all(self) <= ahead(self, end))
        return false;
    give_up(self, now, end, "lost-fragment");
    return true;
}

/* What is missing first will not come any more, whatever the links say. */
static void force(struct multilink *self, instant now, const char *reason)
{
    uint32_t end;
    if (!find_end(self, behind_gap(self), &end))
        end = self->held_last->mark;
    give_up(self, now, end, reason);
}

void multilink_advance(struct multilink *self, instant now)
{
    for (;;) {
        while (step(self, now))
            continue;
        if (self->held_count <= self->config.held_limit)
            break;
        force(self, now, "buffer-full");
    }
    if (!self->held)
        self->stalled_at = INSTANT_NEVER;
}

/* Puts @fragment into its place; false: one with its number is there already. */
static bool insert(struct multilink *self, struct packet *fragment)
{
    struct packet **place = &self->held;
    if (self->held_last && ahead(self, self->held_last->mark) < ahead(self, fragment->mark))
        place = &self->held_last->next;
    while (*place && ahead(self, (*place)->mark) < ahead(self, fragment->mark))
        place = &(*place)->next;
    if (*place && (*place)->mark == fragment->mark)
        return false;
    fragment->next = *place;
    *place = fragment;
    if (!fragment->next)
        self->held_last = fragment;
    self->held_count++;
    return true;
}

void multilink_input(struct multilink *self, instant now, uint32_t link, struct packet *fragment)
{
    struct multilink_header header;
    assert(link < MULTILINK_LINKS && self->links[link].joined);
    if (!multilink_pull_header(fragment, self->config.short_sequence, &header)) {
        multilink_drop(self, now, "truncated", fragment);
        return;
    }
    uint32_t half = mask_of(self) / 2;
    uint32_t distance = ahead(self, header.sequence);
    self->counters.fragments_received++;
    if (distance == 0 || distance > half) {
        multilink_drop(self, now, "old-sequence", fragment);
        return;
    }
    fragment->mark = header.sequence;
    fragment->extent =
        (uint16_t)((header.begins ? MULTILINK_BEGINS : 0) | (header.ends ? MULTILINK_ENDS : 0));
    if (!self->held)
        self->stalled_at = instant_after(now, self->config.held_ms * INSTANT_MILLISECOND);
    if (!insert(self, fragment)) {
        multilink_drop(self, now, "duplicate-sequence", fragment);
        return;
    }
    if (ahead(self, self->links[link].latest) < distance)
        self->links[link].latest = header.sequence;
    multilink_advance(self, now);
}

void multilink_handle_timeout(struct multilink *self, instant now)
{
    if (self->stalled_at > now || !self->held)
        return;
    force(self, now, "stalled");
    multilink_advance(self, now);
}
