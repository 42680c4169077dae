#include "gre/gre_tunnel.h"

#include "gre/enhanced_gre.h"

#include <assert.h>

_Static_assert(sizeof(struct gre_tunnel) <= 528, "a server holds one tunnel for each client");

/* Serial-number comparison: sequence numbers wrap around at 32 bits. */
static int32_t sequence_difference(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

static uint32_t microseconds(instant now)
{
    return (uint32_t)(now / INSTANT_MICROSECOND);
}

struct gre_tunnel_config gre_tunnel_config_windows(void)
{
    return (struct gre_tunnel_config){
        .late = GRE_LATE_DELIVER,
        .reorder_packets = 8,
        .reorder_ms = 100,
        .ack_delay_ms = 100,
        .window = GRE_WINDOW_NONE,
    };
}

struct gre_tunnel_config gre_tunnel_config_rfc(void)
{
    return (struct gre_tunnel_config){
        .late = GRE_LATE_DROP,
        .ack_delay_ms = 100,
        .window = GRE_WINDOW_SLIDING,
        .peer_window = 16,
        .backlog_packets = 64,
        .timeout_minimum_ms = 500,
        .timeout_maximum_ms = 10000,
    };
}

/* ATO of RFC 2637 section 4.4.1 with chi 4. */
static void update_timeout(struct gre_tunnel *self)
{
    uint64_t minimum = (uint64_t)self->config.timeout_minimum_ms * 1000;
    uint64_t maximum = (uint64_t)self->config.timeout_maximum_ms * 1000;
    uint64_t timeout = self->rtt_us + UINT64_C(4) * self->deviation_us;
    if (timeout > maximum)
        timeout = maximum;
    if (timeout < minimum)
        timeout = minimum;
    self->timeout_us = timeout > UINT32_MAX ? UINT32_MAX : (uint32_t)timeout;
}

void gre_tunnel_init(struct gre_tunnel *self, const struct gre_tunnel_config *config)
{
    assert(config->reorder_packets <= GRE_TUNNEL_REORDER_MAXIMUM);
    *self = (struct gre_tunnel){
        .config = *config,
        .ack_due = INSTANT_NEVER,
        .timeout_due = INSTANT_NEVER,
    };
    if (config->window == GRE_WINDOW_NONE)
        return;
    if (self->config.peer_window > GRE_TUNNEL_WINDOW_MAXIMUM)
        self->config.peer_window = GRE_TUNNEL_WINDOW_MAXIMUM;
    if (self->config.peer_window == 0)
        self->config.peer_window = 1;
    /* Section 4.2.1: begin with half of what the peer can take, but at least one. */
    self->window = self->config.peer_window > 1 ? self->config.peer_window / 2 : 1;
    self->window_goal = self->window;
    /* Section 4.4: RTT starts as the peer's Packet Processing Delay, DEV as 0. */
    uint64_t delay = (uint64_t)self->config.peer_processing_delay * 100 * 1000;
    self->rtt_us = delay > UINT32_MAX ? UINT32_MAX : (uint32_t)delay;
    update_timeout(self);
}

void gre_tunnel_close(struct gre_tunnel *self)
{
    packet_queue_clear(&self->to_send);
    packet_queue_clear(&self->to_deliver);
    packet_queue_clear(&self->backlog);
    while (self->reorder) {
        struct packet *packet = self->reorder;
        self->reorder = packet->next;
        packet_free(packet);
    }
    self->reorder_count = 0;
}

static void drop(struct gre_tunnel *self, instant now, struct packet *packet, const char *reason)
{
    self->counters.dropped++;
    trace_drop(&self->config.trace, now, "gre", reason, packet->serial);
    packet_free(packet);
}

/* Sending. */

/* An owed acknowledgment goes with whatever is sent next; it is always the highest number. */
static bool take_owed_ack(struct gre_tunnel *self, struct enhanced_gre_header *header)
{
    if (self->ack_due == INSTANT_NEVER)
        return false;
    self->ack_due = INSTANT_NEVER;
    header->acknowledgment_present = true;
    header->acknowledgment = self->highest_received;
    return true;
}

static instant oldest_timeout(const struct gre_tunnel *self, instant now)
{
    if (self->oldest_unacked == self->next_sequence)
        return INSTANT_NEVER;
    uint32_t sent = self->sent_us[self->oldest_unacked % GRE_TUNNEL_WINDOW_MAXIMUM];
    uint32_t age = microseconds(now) - sent;
    instant sent_at = (now / INSTANT_MICROSECOND - age) * INSTANT_MICROSECOND;
    return instant_after(sent_at, self->timeout_us * INSTANT_MICROSECOND);
}

static void transmit(struct gre_tunnel *self, instant now, struct packet *packet)
{
    struct enhanced_gre_header header = {
        .sequence_present = true,
        .payload_length = (uint16_t)packet->length,
        .call_id = self->config.peer_call_id,
        .sequence = self->next_sequence,
    };
    if (take_owed_ack(self, &header))
        self->counters.acks_carried++;
    enhanced_gre_push(packet, &header);
    self->counters.data_sent++;
    self->next_sequence++;
    packet_queue_push(&self->to_send, packet);
    if (self->config.window == GRE_WINDOW_NONE)
        return;
    self->sent_us[header.sequence % GRE_TUNNEL_WINDOW_MAXIMUM] = microseconds(now);
    if (self->oldest_unacked == header.sequence)
        self->timeout_due = oldest_timeout(self, now);
}

static bool window_open(const struct gre_tunnel *self)
{
    return self->config.window == GRE_WINDOW_NONE ||
           self->next_sequence - self->oldest_unacked < self->window;
}

static void send_backlog(struct gre_tunnel *self, instant now)
{
    while (self->backlog.head && window_open(self))
        transmit(self, now, packet_queue_pop(&self->backlog));
}

void gre_tunnel_send(struct gre_tunnel *self, instant now, struct packet *packet)
{
    assert(packet->length > 0);
    if (packet->length > UINT16_MAX) {
        drop(self, now, packet, "payload-too-long");
    } else if (window_open(self) && !self->backlog.head) {
        transmit(self, now, packet);
    } else if (self->backlog.count < self->config.backlog_packets) {
        packet_queue_push(&self->backlog, packet);
    } else {
        /* Section 4.2.4: no more is accepted from the source when the transmit buffer is full. */
        drop(self, now, packet, "send-window-full");
    }
}

static void send_bare_ack(struct gre_tunnel *self)
{
    struct enhanced_gre_header header = {.call_id = self->config.peer_call_id};
    take_owed_ack(self, &header);
    /* Without memory the acknowledgment is lost like on a bad line; the next one covers it. */
    struct packet *packet = packet_alloc(self->config.pool, 0);
    if (!packet)
        return;
    enhanced_gre_push(packet, &header);
    self->counters.acks_sent++;
    packet_queue_push(&self->to_send, packet);
}

/* The sliding window. */

/* Sections 4.4.1 with alpha 1/8 and beta 1/4: the packet acknowledged last gives the sample. */
static void measure(struct gre_tunnel *self, instant now, uint32_t acknowledged)
{
    uint32_t sent = self->sent_us[acknowledged % GRE_TUNNEL_WINDOW_MAXIMUM];
    int64_t difference = (int64_t)(microseconds(now) - sent) - self->rtt_us;
    int64_t magnitude = difference < 0 ? -difference : difference;
    self->deviation_us = (uint32_t)(self->deviation_us + (magnitude - self->deviation_us) / 4);
    self->rtt_us = (uint32_t)(self->rtt_us + difference / 8);
    update_timeout(self);
}

static void acknowledged(struct gre_tunnel *self, instant now, uint32_t number)
{
    uint32_t outstanding = self->next_sequence - self->oldest_unacked;
    int32_t newly = sequence_difference(number + 1, self->oldest_unacked);
    if (newly <= 0)
        return; /* nothing new, or an old acknowledgment that was overtaken */
    if ((uint32_t)newly > outstanding) {
        self->counters.acks_invalid++;
        return;
    }
    self->oldest_unacked = number + 1;
    if (self->config.window == GRE_WINDOW_NONE)
        return;
    measure(self, now, number);
    /* Section 4.2.3: one more for every window's worth acknowledged without a time-out. */
    if (sequence_difference(self->oldest_unacked, self->window_goal) >= 0) {
        if (self->window < self->config.peer_window)
            self->window++;
        self->window_goal = self->oldest_unacked + self->window;
    }
    self->timeout_due = oldest_timeout(self, now);
    send_backlog(self, now);
}

static void acknowledgment_timeout(struct gre_tunnel *self, instant now)
{
    self->counters.timeouts++;
    /* Section 4.2.2: half the window, rounded up. */
    self->window = (uint16_t)((self->window + 1) / 2);
    /* Section 4.4.2 with delta 2; kept within MaxTimeOut so that it cannot run away. */
    uint64_t rtt = UINT64_C(2) * self->rtt_us;
    uint64_t maximum = (uint64_t)self->config.timeout_maximum_ms * 1000;
    rtt = rtt > maximum ? maximum : rtt;
    self->rtt_us = rtt > UINT32_MAX ? UINT32_MAX : (uint32_t)rtt;
    update_timeout(self);
    /* Nothing is retransmitted, so everything outstanding is written off (section 4.2.3). */
    self->oldest_unacked = self->next_sequence;
    self->window_goal = self->next_sequence + self->window;
    self->timeout_due = INSTANT_NEVER;
    TRACE(&self->config.trace, now, "gre.acknowledgment.timeout",
          trace_number("call-id", self->config.peer_call_id), trace_number("window", self->window));
    send_backlog(self, now);
}

/* Receiving. */

/* Notes @p sequence as received and says whether it had been before (within the last 64). */
static bool note_received(struct gre_tunnel *self, instant now, uint32_t sequence)
{
    int32_t ahead = sequence_difference(sequence, self->highest_received);
    if (self->anything_received && ahead <= 0) {
        uint32_t age = self->highest_received - sequence;
        uint64_t bit = age < 64 ? UINT64_C(1) << age : 0;
        bool duplicate = self->received & bit;
        self->received |= bit;
        return duplicate;
    }
    self->received = self->anything_received && ahead < 64 ? self->received << ahead | 1 : 1;
    self->anything_received = true;
    self->highest_received = sequence;
    /* The acknowledgment waits from the first packet it covers, not from the last. */
    if (self->ack_due == INSTANT_NEVER)
        self->ack_due = instant_after(now, self->config.ack_delay_ms * INSTANT_MILLISECOND);
    return false;
}

static void passed(struct gre_tunnel *self, instant now, struct packet *packet, bool duplicate)
{
    if (self->config.late == GRE_LATE_DELIVER)
        packet_queue_push(&self->to_deliver, packet);
    else
        drop(self, now, packet, duplicate ? "duplicate-sequence" : "late-sequence");
}

/* Delivers what the reorder queue holds up to the next gap. */
static void drain(struct gre_tunnel *self)
{
    while (self->reorder && sequence_difference(self->reorder->mark, self->expected) <= 0) {
        struct packet *packet = self->reorder;
        self->reorder = packet->next;
        self->reorder_count--;
        /* A duplicate that was queued too (Windows) does not move the expectation. */
        if (packet->mark == self->expected)
            self->expected++;
        packet_queue_push(&self->to_deliver, packet);
    }
}

/* Gives up what is missing before the head of the reorder queue. */
static void skip_gap(struct gre_tunnel *self)
{
    self->counters.skipped += self->reorder->mark - self->expected;
    self->expected = self->reorder->mark;
    drain(self);
}

static void queue_early(struct gre_tunnel *self, instant now, struct packet *packet,
                        uint32_t sequence)
{
    struct packet **place = &self->reorder;
    while (*place && sequence_difference((*place)->mark, sequence) <= 0)
        place = &(*place)->next;
    packet->mark = sequence;
    packet->due = instant_after(now, self->config.reorder_ms * INSTANT_MILLISECOND);
    packet->next = *place;
    *place = packet;
    self->reorder_count++;
    self->counters.reordered++;
    while (self->reorder_count > self->config.reorder_packets)
        skip_gap(self);
}

static void data_received(struct gre_tunnel *self, instant now, struct packet *packet,
                          uint32_t sequence)
{
    self->counters.data_received++;
    bool duplicate = note_received(self, now, sequence);
    if (duplicate)
        self->counters.duplicates++;
    int32_t ahead = sequence_difference(sequence, self->expected);
    if (ahead < 0) {
        self->counters.late++;
        passed(self, now, packet, duplicate);
    } else if (duplicate && self->config.late == GRE_LATE_DROP) {
        drop(self, now, packet, "duplicate-sequence"); /* its twin waits in the queue */
    } else if (ahead == 0 || self->config.reorder_packets == 0) {
        /* Section 4.3: without a queue, what is missing before it is taken for lost. */
        self->counters.skipped += (uint32_t)ahead;
        self->expected = sequence + 1;
        packet_queue_push(&self->to_deliver, packet);
        drain(self);
    } else {
        queue_early(self, now, packet, sequence);
    }
}

void gre_tunnel_input(struct gre_tunnel *self, instant now, struct packet *packet)
{
    struct enhanced_gre_header header;
    enum enhanced_gre_error error = enhanced_gre_decode(packet->data, packet->length, &header);
    if (error != ENHANCED_GRE_OK) {
        drop(self, now, packet, enhanced_gre_error_text(error));
        return;
    }
    if (header.call_id != self->config.local_call_id) {
        drop(self, now, packet, "wrong-call-id");
        return;
    }
    if (header.acknowledgment_present)
        acknowledged(self, now, header.acknowledgment);
    if (!header.sequence_present) {
        self->counters.acks_received++;
        packet_free(packet);
        return;
    }
    packet_pull(packet, enhanced_gre_header_length(&header));
    packet_trim(packet, header.payload_length);
    data_received(self, now, packet, header.sequence);
}

/* Time and polling. */

static instant reorder_timeout(const struct gre_tunnel *self)
{
    instant earliest = INSTANT_NEVER;
    for (const struct packet *packet = self->reorder; packet; packet = packet->next)
        earliest = instant_earlier(earliest, packet->due);
    return earliest;
}

void gre_tunnel_handle_timeout(struct gre_tunnel *self, instant now)
{
    assert(now != INSTANT_NEVER);
    while (reorder_timeout(self) <= now)
        skip_gap(self);
    if (self->timeout_due <= now)
        acknowledgment_timeout(self, now);
    /* Last: what was just sent from the backlog may have taken the acknowledgment along. */
    if (self->ack_due <= now)
        send_bare_ack(self);
}

instant gre_tunnel_next_timeout(const struct gre_tunnel *self)
{
    return instant_earlier(instant_earlier(self->ack_due, self->timeout_due),
                           reorder_timeout(self));
}

bool gre_tunnel_poll(struct gre_tunnel *self, struct output *output)
{
    struct packet *packet = packet_queue_pop(&self->to_deliver);
    enum output_kind kind = OUTPUT_DELIVER;
    if (!packet) {
        packet = packet_queue_pop(&self->to_send);
        kind = OUTPUT_SEND;
    }
    if (!packet) {
        *output = (struct output){.kind = OUTPUT_NONE};
        return false;
    }
    *output = (struct output){.kind = kind, .packet = packet};
    return true;
}
