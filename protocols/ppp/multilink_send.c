/* Sending: which links carry a packet, and in how large pieces. */
#include "ppp/multilink_internal.h"

/* Most fragments of a packet: with links of any MRU that LCP agrees to there is always room. */
#define PIECES (2 * MULTILINK_LINKS + 16)

#define NANOSECONDS UINT64_C(1000000000)

/* A fragment to be cut. */
struct piece {
    uint32_t link;
    uint32_t length;
};

struct plan {
    struct piece pieces[PIECES];
    uint32_t count;
};

static uint32_t header_size(const struct multilink *self)
{
    return self->config.peer_short_sequence ? MULTILINK_SHORT_HEADER_SIZE
                                            : MULTILINK_LONG_HEADER_SIZE;
}

/* The links in the order in which they are free again; equals in that of their numbers. */
static uint32_t order_links(const struct multilink *self, uint32_t order[MULTILINK_LINKS])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < MULTILINK_LINKS; i++) {
        if (!self->links[i].joined)
            continue;
        uint32_t place = count++;
        for (; place > 0 && self->links[order[place - 1]].busy_ns > self->links[i].busy_ns; place--)
            order[place] = order[place - 1];
        order[place] = i;
    }
    return count;
}

/* How much of @length octets link order[place] gets when the first @count in @order share. */
static uint32_t share_of(const struct multilink *self, const uint32_t *order, uint32_t count,
                         uint32_t place, uint32_t length)
{
    uint64_t before = 0;
    uint64_t all = 0;
    for (uint32_t i = 0; i < count; i++) {
        before += i < place ? self->links[order[i]].rate_bps : 0;
        all += self->links[order[i]].rate_bps;
    }
    uint64_t own = self->links[order[place]].rate_bps;
    /* From one boundary, rounded up, to the next: the shares add up, and what is left over goes to
       those that are free first. */
    return (uint32_t)((length * (before + own) + all - 1) / all -
                      (length * before + all - 1) / all);
}

/* How many of the links in @order can share @length octets without too short fragments. */
static uint32_t sharing_links(const struct multilink *self, const uint32_t *order, uint32_t count,
                              uint32_t length)
{
    for (; count > 1; count--) {
        uint32_t place = 0;
        while (place < count &&
               share_of(self, order, count, place, length) >= self->config.fragment_minimum)
            place++;
        if (place == count)
            break;
    }
    return count;
}

/* A link's share, in as many equal fragments as its MRU makes necessary; false: there are too many.
 */
static bool add_pieces(const struct multilink *self, struct plan *plan, uint32_t link,
                       uint32_t length)
{
    uint32_t header = header_size(self);
    uint32_t most =
        self->links[link].max_fragment > header ? self->links[link].max_fragment - header : 1;
    uint32_t count = length > most ? (length + most - 1) / most : 1;
    if (plan->count + count > PIECES)
        return false;
    for (; count > 0; count--) {
        uint32_t part = (length + count - 1) / count;
        plan->pieces[plan->count++] = (struct piece){.link = link, .length = part};
        length -= part;
    }
    return true;
}

static bool make_plan(const struct multilink *self, struct plan *plan, uint32_t length)
{
    uint32_t order[MULTILINK_LINKS];
    uint32_t count = sharing_links(self, order, order_links(self, order), length);
    for (uint32_t i = 0; i < count; i++)
        if (!add_pieces(self, plan, order[i], share_of(self, order, count, i, length)))
            return false;
    return true;
}

/* Books the line time of fragments; only differences between the links matter. */
static void keep_busy(struct multilink *self, const struct plan *plan)
{
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < plan->count; i++) {
        struct multilink_link *link = &self->links[plan->pieces[i].link];
        uint64_t bits = 8 * (uint64_t)(plan->pieces[i].length + header_size(self));
        link->busy_ns += bits * NANOSECONDS / link->rate_bps;
    }
    for (uint32_t i = 0; i < MULTILINK_LINKS; i++)
        if (self->links[i].joined && self->links[i].busy_ns < least)
            least = self->links[i].busy_ns;
    for (uint32_t i = 0; i < MULTILINK_LINKS; i++)
        if (self->links[i].joined)
            self->links[i].busy_ns -= least;
}

/* Cuts @packet, which becomes the first fragment; false: no memory, and it is whole as before. */
static bool cut(struct multilink *self, struct packet *packet, const struct plan *plan,
                struct packet_queue *fragments)
{
    uint32_t offset = plan->pieces[0].length;
    for (uint32_t i = 1; i < plan->count; i++) {
        struct packet *fragment =
            packet_from(self->config.pool, packet->data + offset, plan->pieces[i].length);
        if (!fragment) {
            packet_queue_clear(fragments);
            return false;
        }
        fragment->serial = packet->serial;
        fragment->nesting = packet->nesting;
        packet_queue_push(fragments, fragment);
        offset += plan->pieces[i].length;
    }
    packet_trim(packet, plan->pieces[0].length);
    return true;
}

static void send_fragment(struct multilink *self, const struct plan *plan, uint32_t index,
                          struct packet *fragment)
{
    const struct multilink_header header = {
        .begins = index == 0,
        .ends = index == plan->count - 1,
        .sequence = self->next_sequence++,
    };
    multilink_push_header(fragment, self->config.peer_short_sequence, &header);
    fragment->mark = plan->pieces[index].link;
    packet_queue_push(&self->to_send, fragment);
    self->counters.fragments_sent++;
}

void multilink_send(struct multilink *self, instant now, struct packet *packet)
{
    struct plan plan = {0};
    struct packet_queue rest = {0};
    if (self->link_count == 0) {
        multilink_drop(self, now, "no-link", packet);
        return;
    }
    if (!make_plan(self, &plan, packet->length)) {
        multilink_drop(self, now, "too-long", packet);
        return;
    }
    if (!cut(self, packet, &plan, &rest)) {
        multilink_drop(self, now, "no-memory", packet);
        return;
    }
    keep_busy(self, &plan);
    send_fragment(self, &plan, 0, packet);
    for (uint32_t i = 1; i < plan.count; i++)
        send_fragment(self, &plan, i, packet_queue_pop(&rest));
    self->counters.packets_sent++;
}
