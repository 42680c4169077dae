#include "l2tp/l2tp_channel.h"

#include "base/wire.h"
#include "l2tp/l2tp_message.h"

#include <assert.h>

/* Where the fields of a control message's header are. */
#define NS_OFFSET 8
#define NR_OFFSET 10

struct l2tp_channel_config l2tp_channel_config_rfc(void)
{
    return (struct l2tp_channel_config){
        .retransmit_ms = 1000,
        .retransmit_cap_ms = 8000,
        .retransmissions = 5,
        .slow_start = true,
    };
}

void l2tp_channel_init(struct l2tp_channel *self, const struct l2tp_channel_config *config,
                       struct packet_pool *pool)
{
    *self = (struct l2tp_channel){
        .config = config,
        .pool = pool,
        .peer_window = L2TP_DEFAULT_WINDOW,
        .cwnd = 1,
        .ssthresh = L2TP_DEFAULT_WINDOW,
        .retransmit_due = INSTANT_NEVER,
        .acknowledge_due = INSTANT_NEVER,
    };
}

void l2tp_channel_close(struct l2tp_channel *self)
{
    packet_queue_clear(&self->unsent);
    packet_queue_clear(&self->unacknowledged);
    packet_queue_clear(&self->received);
    packet_queue_clear(&self->early);
}

void l2tp_channel_set_peer_window(struct l2tp_channel *self, uint16_t window)
{
    self->peer_window = window;
    self->ssthresh = window; /* appendix A: slow start goes as far as the advertised window */
}

static uint16_t ns_of(const struct packet *packet)
{
    return wire_load_u16(packet->data + NS_OFFSET);
}

/* How far @p ns is ahead of @p base, modulo 65,536: 32,768 and more is behind (section 5.8). */
static uint16_t ahead(uint16_t ns, uint16_t base)
{
    return (uint16_t)(ns - base);
}

/* Sending. */

static void push_header(const struct l2tp_channel *self, struct packet *packet, uint16_t session_id,
                        uint16_t ns)
{
    uint8_t *start = packet_push(packet, L2TP_CONTROL_HEADER_LENGTH);
    struct l2tp_header header = {
        .flags = L2TP_FLAG_TYPE | L2TP_FLAG_LENGTH | L2TP_FLAG_SEQUENCE,
        .length = (uint16_t)packet->length,
        .tunnel_id = self->peer_tunnel_id,
        .session_id = session_id,
        .ns = ns,
        .nr = self->expected,
    };
    l2tp_header_encode(&header, start, L2TP_CONTROL_HEADER_LENGTH);
}

void l2tp_channel_send(struct l2tp_channel *self, struct packet *packet, uint16_t session_id)
{
    push_header(self, packet, session_id, self->next_ns++);
    packet_queue_push(&self->unsent, packet);
}

/* Messages that may be in flight at once. */
static unsigned window(const struct l2tp_channel *self)
{
    if (self->config->slow_start && self->cwnd < self->peer_window)
        return self->cwnd;
    return self->peer_window;
}

/* Section 5.8: each interval is twice as long as the one before, up to the cap. */
static void arm_retransmission(struct l2tp_channel *self, instant sent)
{
    uint64_t interval_ms = self->config->retransmit_ms;
    for (unsigned i = 0; i < self->retransmitted && interval_ms < self->config->retransmit_cap_ms;
         i++)
        interval_ms *= 2;
    if (self->retransmitted > 0 && interval_ms > self->config->retransmit_cap_ms)
        interval_ms = self->config->retransmit_cap_ms;
    self->retransmit_due = instant_after(sent, interval_ms * INSTANT_MILLISECOND);
}

/* A copy of a message for the wire, with the Nr of now; that acknowledges what has come. The
 * message itself remembers when it was sent. */
static struct packet *departing(struct l2tp_channel *self, instant now, struct packet *message)
{
    struct packet *copy = packet_clone(message);
    message->due = now;
    if (copy) {
        wire_store_u16(copy->data + NR_OFFSET, self->expected);
        self->acknowledge_due = INSTANT_NEVER;
    }
    return copy;
}

/* The unacknowledged message whose turn to be sent again it is. */
static struct packet *to_resend(const struct l2tp_channel *self)
{
    struct packet *message = self->unacknowledged.head;
    for (unsigned i = self->unacknowledged.count - self->resend; i > 0; i--)
        message = message->next;
    return message;
}

struct packet *l2tp_channel_poll(struct l2tp_channel *self, instant now,
                                 enum l2tp_departure *departure)
{
    unsigned in_flight = self->unacknowledged.count - self->resend;
    struct packet *packet;
    *departure = L2TP_DEPARTURE_NONE;
    if (self->resend > 0 && in_flight < window(self)) {
        packet = departing(self, now, to_resend(self));
        self->resend--;
        *departure = L2TP_DEPARTURE_RETRANSMISSION;
    } else if (self->resend == 0 && self->unsent.head && in_flight < window(self)) {
        packet = departing(self, now, self->unsent.head);
        packet_queue_push(&self->unacknowledged, packet_queue_pop(&self->unsent));
        *departure = L2TP_DEPARTURE_MESSAGE;
    } else if (self->acknowledge_due <= now) {
        packet = packet_alloc(self->pool, 0);
        self->acknowledge_due = INSTANT_NEVER;
        if (packet) /* with the Ns of the next message, which does not count (section 5.8) */
            push_header(self, packet, 0,
                        self->unsent.head ? ns_of(self->unsent.head) : self->next_ns);
        *departure = L2TP_DEPARTURE_ZLB;
        return packet;
    } else {
        return NULL;
    }
    if (self->retransmit_due == INSTANT_NEVER)
        arm_retransmission(self, now);
    return packet; /* NULL without memory: as if the network had lost it */
}

/* Receiving. */

/* Appendix A: the congestion window grows with each acknowledgment. */
static void grow(struct l2tp_channel *self)
{
    if (self->cwnd >= self->peer_window)
        return;
    if (self->cwnd < self->ssthresh) {
        self->cwnd++;
    } else if (++self->cwnd_acknowledged >= self->cwnd) {
        self->cwnd++;
        self->cwnd_acknowledged = 0;
    }
}

/* Frees what @p nr acknowledges; an Nr beyond what was ever sent is none of ours and ignored. */
static void acknowledged(struct l2tp_channel *self, uint16_t nr)
{
    if (!self->unacknowledged.head)
        return;
    uint16_t count = ahead(nr, ns_of(self->unacknowledged.head));
    if (count == 0 || count > self->unacknowledged.count)
        return;
    while (count-- > 0)
        packet_free(packet_queue_pop(&self->unacknowledged));
    grow(self);
    if (self->resend > self->unacknowledged.count)
        self->resend = (uint16_t)self->unacknowledged.count;
    self->retransmitted = 0;
    self->retransmit_due = INSTANT_NEVER;
    if (self->unacknowledged.count > self->resend)
        arm_retransmission(self, self->unacknowledged.head->due);
}

/* Puts a message into its place among those ahead; false when a copy is there already. */
static bool insert_early(struct l2tp_channel *self, uint16_t ns, struct packet *packet)
{
    struct packet **place = &self->early.head;
    while (*place && ahead(ns_of(*place), self->expected) < ahead(ns, self->expected))
        place = &(*place)->next;
    if (*place && ns_of(*place) == ns)
        return false;
    packet->next = *place;
    *place = packet;
    if (!packet->next)
        self->early.tail = packet;
    self->early.count++;
    return true;
}

static void take_in_order(struct l2tp_channel *self, struct packet *packet)
{
    packet_queue_push(&self->received, packet);
    self->expected++;
    while (self->early.head && ns_of(self->early.head) == self->expected) {
        packet_queue_push(&self->received, packet_queue_pop(&self->early));
        self->expected++;
    }
}

static void owe_acknowledgment(struct l2tp_channel *self, instant now, uint32_t within_ms)
{
    instant due = instant_after(now, within_ms * INSTANT_MILLISECOND);
    self->acknowledge_due = instant_earlier(self->acknowledge_due, due);
}

enum l2tp_arrival l2tp_channel_input(struct l2tp_channel *self, instant now,
                                     const struct l2tp_header *header, struct packet *packet)
{
    acknowledged(self, header->nr);
    uint16_t distance = ahead(header->ns, self->expected);
    if (header->length <= L2TP_CONTROL_HEADER_LENGTH) {
        packet_free(packet);
        return L2TP_ARRIVAL_ZLB;
    }
    if (distance == 0) {
        take_in_order(self, packet);
        owe_acknowledgment(self, now, self->config->acknowledge_ms);
        return L2TP_ARRIVAL_NEW;
    }
    if (distance < 32768 && distance < self->config->out_of_order_limit &&
        insert_early(self, header->ns, packet))
        return L2TP_ARRIVAL_NEW;
    bool behind = distance >= 32768;
    bool kept = !behind && distance < self->config->out_of_order_limit;
    packet_free(packet);
    if (behind) /* section 5.8: the acknowledgment may have been lost */
        owe_acknowledgment(self, now, 0);
    return behind || kept ? L2TP_ARRIVAL_DUPLICATE : L2TP_ARRIVAL_AHEAD;
}

struct packet *l2tp_channel_receive(struct l2tp_channel *self)
{
    return packet_queue_pop(&self->received);
}

/* Time. */

instant l2tp_channel_next_timeout(const struct l2tp_channel *self)
{
    return instant_earlier(self->retransmit_due, self->acknowledge_due);
}

bool l2tp_channel_handle_timeout(struct l2tp_channel *self, instant now)
{
    if (self->retransmit_due > now)
        return true; /* an acknowledgment that is due is found by polling */
    if (self->retransmitted >= self->config->retransmissions)
        return false;
    self->retransmitted++;
    /* Appendix A: congestion; half the window is the new threshold, and it starts from one. */
    unsigned reached = window(self);
    self->ssthresh = (uint16_t)(reached > 1 ? reached / 2 : 1);
    self->cwnd = 1;
    self->cwnd_acknowledged = 0;
    self->resend = (uint16_t)self->unacknowledged.count;
    arm_retransmission(self, now);
    return true;
}

bool l2tp_channel_settled(const struct l2tp_channel *self)
{
    return !self->unsent.head && !self->unacknowledged.head &&
           self->acknowledge_due == INSTANT_NEVER;
}

unsigned l2tp_channel_outstanding(const struct l2tp_channel *self)
{
    return self->unacknowledged.count;
}
