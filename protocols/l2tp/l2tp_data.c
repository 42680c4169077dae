#include "l2tp/l2tp_data.h"

#include "base/wire.h"

void l2tp_data_init(struct l2tp_data *self, const struct l2tp_data_config *config)
{
    *self = (struct l2tp_data){
        .config = config,
        .release_due = INSTANT_NEVER,
        .reset_due = INSTANT_NEVER,
        .acknowledge_due = INSTANT_NEVER,
    };
}

void l2tp_data_close(struct l2tp_data *self)
{
    packet_queue_clear(&self->early);
    packet_queue_clear(&self->held);
    self->release_due = self->reset_due = self->acknowledge_due = INSTANT_NEVER;
}

static struct l2tp_header make_header(const struct l2tp_data *self)
{
    struct l2tp_header header = {.offset_size = self->config->offset};
    if (self->config->length)
        header.flags |= L2TP_FLAG_LENGTH;
    if (self->sequencing)
        header.flags |= L2TP_FLAG_SEQUENCE;
    if (self->config->offset > 0)
        header.flags |= L2TP_FLAG_OFFSET;
    return header;
}

size_t l2tp_data_overhead(const struct l2tp_data *self)
{
    struct l2tp_header header = make_header(self);
    return l2tp_header_length(&header);
}

void l2tp_data_push(struct l2tp_data *self, struct packet *packet, uint16_t tunnel_id,
                    uint16_t session_id, bool priority)
{
    struct l2tp_header header = make_header(self);
    size_t length = l2tp_header_length(&header);
    header.tunnel_id = tunnel_id;
    header.session_id = session_id;
    header.length = (uint16_t)(length + packet->length);
    if (priority)
        header.flags |= L2TP_FLAG_PRIORITY;
    if (self->sequencing) {
        header.ns = self->next_ns;
        header.nr = self->expected; /* reserved by the RFC, acknowledges with flow control */
        self->acknowledge_due = INSTANT_NEVER;
        if (packet->length > 0) /* without a payload it is all about the Nr */
            self->next_ns++;
        if (self->reset && packet->length > 0)
            header.flags |= L2TP_FLAG_RESET;
        self->reset = self->reset && packet->length == 0;
    }
    l2tp_header_encode(&header, packet_push(packet, length), length);
}

/* The Ns of a kept packet is in its mark, since its header has been pulled. */
static uint16_t ahead(const struct l2tp_data *self, uint32_t ns)
{
    return (uint16_t)(ns - self->expected);
}

static bool insert(struct l2tp_data *self, struct packet *packet, uint16_t ns)
{
    struct packet **place = &self->early.head;
    while (*place && ahead(self, (*place)->mark) < ahead(self, ns))
        place = &(*place)->next;
    if (*place && (*place)->mark == ns)
        return false;
    packet->mark = ns;
    packet->next = *place;
    *place = packet;
    if (!packet->next)
        self->early.tail = packet;
    self->early.count++;
    return true;
}

/* The wait is for the first gap alone: with another one it begins anew. */
static void time_gap(struct l2tp_data *self, instant now)
{
    const struct packet *first = self->early.head;
    self->release_due = INSTANT_NEVER;
    if (!first)
        return;
    bool gap = (uint16_t)first->mark != self->expected;
    self->release_due =
        instant_after(now, gap ? self->config->reorder_ms * INSTANT_MILLISECOND : 0);
}

enum l2tp_data_arrival l2tp_data_accept(struct l2tp_data *self, instant now,
                                        const struct l2tp_header *header, struct packet *packet)
{
    if (!(header->flags & L2TP_FLAG_SEQUENCE))
        return L2TP_DATA_IN_TURN;
    uint16_t distance = ahead(self, header->ns);
    if (distance >= 32768)
        return L2TP_DATA_LATE;
    if (distance == 0 || self->config->reorder_limit == 0) {
        self->expected = (uint16_t)(header->ns + 1);
        time_gap(self, now);
        return L2TP_DATA_IN_TURN;
    }
    if (!insert(self, packet, header->ns))
        return L2TP_DATA_LATE;
    if (self->release_due == INSTANT_NEVER)
        time_gap(self, now);
    return L2TP_DATA_KEPT;
}

struct packet *l2tp_data_release(struct l2tp_data *self, instant now)
{
    struct packet *first = self->early.head;
    if (!first)
        return NULL;
    bool next = (uint16_t)first->mark == self->expected;
    bool waited = self->release_due <= now;
    if (!next && !waited && self->early.count <= self->config->reorder_limit)
        return NULL;
    packet_queue_pop(&self->early);
    self->expected = (uint16_t)(first->mark + 1);
    time_gap(self, now);
    return first;
}

/* Flow control. */

void l2tp_data_control_flow(struct l2tp_data *self, uint16_t window)
{
    self->window = window;
    self->acknowledged = self->next_ns;
}

bool l2tp_data_hold(struct l2tp_data *self, instant now, struct packet *frame)
{
    if (self->held.count >= self->window)
        return false;
    if (!self->held.head)
        self->reset_due = instant_after(now, self->config->reset_ms * INSTANT_MILLISECOND);
    packet_queue_push(&self->held, frame);
    return true;
}

struct packet *l2tp_data_unhold(struct l2tp_data *self, instant now)
{
    if (!self->held.head || !l2tp_data_may_send(self))
        return NULL;
    struct packet *frame = packet_queue_pop(&self->held);
    self->reset_due = INSTANT_NEVER;
    if (self->held.head)
        self->reset_due = instant_after(now, self->config->reset_ms * INSTANT_MILLISECOND);
    return frame;
}

void l2tp_data_take_header(struct l2tp_data *self, instant now, const struct l2tp_header *header,
                           size_t length)
{
    if (self->window == 0 || !(header->flags & L2TP_FLAG_SEQUENCE))
        return;
    uint16_t under_way = (uint16_t)(self->next_ns - self->acknowledged);
    if ((uint16_t)(header->nr - self->acknowledged) <= under_way)
        self->acknowledged = header->nr;
    if (length == 0)
        return;
    if (header->flags & L2TP_FLAG_RESET)
        self->expected = header->ns;
    instant due = instant_after(now, self->config->acknowledge_ms * INSTANT_MILLISECOND);
    self->acknowledge_due = instant_earlier(self->acknowledge_due, due);
}

bool l2tp_data_handle_timeout(struct l2tp_data *self, instant now)
{
    if (self->reset_due <= now) {
        self->reset = true;
        self->reset_due = INSTANT_NEVER;
        self->acknowledged = self->next_ns; /* whatever became of it */
    }
    if (!self->early.head)
        self->release_due = INSTANT_NEVER;
    bool alone = self->acknowledge_due <= now;
    if (alone)
        self->acknowledge_due = INSTANT_NEVER;
    return alone;
}

instant l2tp_data_next_timeout(const struct l2tp_data *self)
{
    instant due = instant_earlier(self->release_due, self->reset_due);
    return instant_earlier(due, self->acknowledge_due);
}
