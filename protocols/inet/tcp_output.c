#include "base/checksum.h"
#include "inet/tcp_connection.h"

/* RFC 5961 section 7: at most so many challenge ACKs in so long. */
#define CHALLENGE_ACKS     10
#define CHALLENGE_INTERVAL (5 * INSTANT_SECOND)

static void seal(struct packet *packet, ipv4_address source, ipv4_address destination)
{
    uint64_t sum =
        checksum_pseudo_header(source, destination, TCP_PROTOCOL, (uint16_t)packet->length);
    sum = checksum_add(sum, packet->data, packet->length);
    wire_store_u16(packet->data + 16, checksum_finish(sum));
    packet->checksum_known = true;
}

/* A packet that begins with the encoded header and has room for @p length octets behind it. */
static struct packet *start_segment(struct tcp_endpoint *self, instant now,
                                    struct tcp_segment *segment, size_t length)
{
    struct packet *packet = packet_alloc(self->config.pool, TCP_HEADER_MAX_SIZE + length);
    if (!packet) {
        /* The same as a loss in the first link: the timer repairs it. */
        trace_drop(&self->config.trace, now, "tcp", "no-packet", 0);
        return NULL;
    }
    struct wire_writer writer = wire_writer_make(packet->data, TCP_HEADER_MAX_SIZE);
    tcp_segment_encode(&writer, segment);
    assert(!writer.failed);
    (void)packet_append(packet, segment->header_length);
    return packet;
}

void tcp_send_reset(struct tcp_endpoint *self, instant now, const struct tcp_socket_pair *pair,
                    uint32_t sequence, uint32_t acknowledgment, uint8_t flags)
{
    struct tcp_segment segment = {
        .source_port = pair->local_port,
        .destination_port = pair->remote_port,
        .sequence = sequence,
        .acknowledgment = flags & TCP_FLAG_ACK ? acknowledgment : 0,
        .flags = flags,
    };
    struct packet *packet = start_segment(self, now, &segment, 0);
    if (!packet)
        return;
    seal(packet, pair->local, pair->remote);
    packet->due = (uint64_t)pair->local << 32 | pair->remote;
    packet_queue_push(&self->resets, packet);
    self->counters.out_segments++;
    self->counters.out_resets++;
}

void tcp_reset_peer(struct tcp_connection *self, instant now)
{
    switch (self->state) {
    case TCP_STATE_SYN_RECEIVED:
    case TCP_STATE_ESTABLISHED:
    case TCP_STATE_FIN_WAIT_1:
    case TCP_STATE_FIN_WAIT_2:
    case TCP_STATE_CLOSE_WAIT:
        tcp_send_reset(self->endpoint, now, &self->pair, self->snd_nxt, self->rcv_nxt,
                       TCP_FLAG_RST | TCP_FLAG_ACK);
        break;
    case TCP_STATE_CLOSED:
    case TCP_STATE_LISTEN:
    case TCP_STATE_SYN_SENT:
    case TCP_STATE_CLOSING:
    case TCP_STATE_LAST_ACK:
    case TCP_STATE_TIME_WAIT:
        break; /* RFC 9293 section 3.10.5: no RST */
    }
}

void tcp_challenge_ack(struct tcp_connection *self, instant now)
{
    if (self->challenge_acks == 0 || now - self->challenge_since >= CHALLENGE_INTERVAL) {
        self->challenge_since = now;
        self->challenge_acks = 0;
    }
    if (self->challenge_acks >= CHALLENGE_ACKS)
        return;
    self->challenge_acks++;
    self->ack_now = true;
}

/* What is to be sent. */
struct plan {
    uint32_t sequence;
    uint32_t length;
    uint8_t flags;
    bool garbage; /* the data is one octet of a keep-alive */
};

static void acknowledged_now(struct tcp_connection *self)
{
    self->ack_now = false;
    self->ack_at = INSTANT_NEVER;
    self->unacked_segments = 0;
}

static bool transmit(struct tcp_connection *self, instant now, const struct plan *plan,
                     struct tcp_output *output)
{
    struct tcp_segment segment = {
        .source_port = self->pair.local_port,
        .destination_port = self->pair.remote_port,
        .sequence = plan->sequence,
        .flags = plan->flags,
    };
    if (plan->flags & TCP_FLAG_SYN) {
        bool first = self->state == TCP_STATE_SYN_SENT;
        segment.has_mss = true;
        segment.mss = self->announced_mss;
        segment.has_window_scale = first ? self->options.window_scaling : self->scaling;
        segment.window_scale = self->rcv_scale;
        segment.sack_permitted =
            self->options.sack_permitted && (first || self->peer_sack_permitted);
        segment.window =
            (uint16_t)min_u32(first ? self->receive_buffer : tcp_receive_window(self), 65535);
    } else {
        segment.window = tcp_window_to_announce(self);
    }
    if (plan->flags & TCP_FLAG_ACK) {
        segment.acknowledgment = self->rcv_nxt;
        acknowledged_now(self);
    }
    self->last_sent_at = now;
    struct packet *packet = start_segment(self->endpoint, now, &segment, plan->length);
    if (!packet)
        return false;
    if (plan->length > 0) {
        uint8_t *into = packet_append(packet, plan->length);
        if (plan->garbage)
            *into = 0;
        else
            tcp_send_queue_read(&self->send_queue, plan->sequence, into, plan->length);
    }
    seal(packet, self->pair.local, self->pair.remote);
    self->counters.segments_sent++;
    *output = (struct tcp_output){
        .kind = OUTPUT_SEND,
        .packet = packet,
        .source = self->pair.local,
        .destination = self->pair.remote,
        .dont_fragment = self->options.path_mtu_discovery,
        .connection = self,
    };
    return true;
}

static bool send_syn(struct tcp_connection *self, instant now, struct tcp_output *output)
{
    struct plan plan = {
        .sequence = self->iss,
        .flags = self->state == TCP_STATE_SYN_SENT ? TCP_FLAG_SYN : TCP_FLAG_SYN | TCP_FLAG_ACK,
    };
    self->syn_due = false;
    if (self->snd_max == self->iss) {
        self->snd_nxt = self->snd_max = self->iss + 1;
        self->timing = true;
        self->timed_at = now;
        self->timed_sequence = self->iss;
        self->endpoint->counters.out_segments++;
    } else {
        self->counters.segments_retransmitted++;
        self->endpoint->counters.retransmitted_segments++;
    }
    if (self->retransmit_at == INSTANT_NEVER)
        tcp_timer_arm_retransmission(self, now);
    return transmit(self, now, &plan, output);
}

/* Counts, traces and times a segment with data or FIN that ends before @p end. */
static void account(struct tcp_connection *self, instant now, const struct plan *plan, uint32_t end,
                    const char *reason)
{
    struct tcp_endpoint_counters *counters = &self->endpoint->counters;
    if (seq_lt(plan->sequence, self->snd_max)) {
        self->counters.segments_retransmitted++;
        counters->retransmitted_segments++;
        tcp_trace_retransmission(self, now, plan->sequence, plan->length, reason);
    } else {
        counters->out_segments++;
        self->counters.octets_sent += plan->length;
        /* Karn's algorithm (RFC 6298 section 3): only what is sent once is timed. */
        if (!self->timing) {
            self->timing = true;
            self->timed_at = now;
            self->timed_sequence = plan->sequence;
        }
    }
    self->snd_max = seq_max(self->snd_max, end);
    if (self->retransmit_at == INSTANT_NEVER)
        tcp_timer_arm_retransmission(self, now);
}

/* The first segment not acknowledged, once more (fast retransmit or partial ACK). */
static bool send_head(struct tcp_connection *self, instant now, struct tcp_output *output)
{
    self->retransmit_head = false;
    uint32_t end = tcp_send_end(self);
    uint32_t queued = seq_lt(self->snd_una, end) ? end - self->snd_una : 0;
    uint32_t length = min_u32(min_u32(queued, self->snd_mss), tcp_flight(self));
    struct plan plan = {.sequence = self->snd_una, .length = length, .flags = TCP_FLAG_ACK};
    bool fin = seq_lt(end, self->snd_max) && length == queued;
    if (length == 0 && !fin)
        return false;
    if (length > 0 && length == queued)
        plan.flags |= TCP_FLAG_PSH;
    if (fin)
        plan.flags |= TCP_FLAG_FIN;
    account(self, now, &plan, self->snd_una + length + fin,
            self->partial_ack_seen ? "partial-ack" : "fast-retransmit");
    return transmit(self, now, &plan, output);
}

static uint32_t usable_window(const struct tcp_connection *self)
{
    uint32_t window = min_u32(tcp_congestion_window(self), self->snd_wnd);
    uint32_t in_flight = self->snd_nxt - self->snd_una;
    return window > in_flight ? window - in_flight : 0;
}

/* The sender's silly window avoidance (RFC 9293 section 3.8.6.2.1) and Nagle (section 3.7.4). */
static bool worth_sending(const struct tcp_connection *self, uint32_t length, uint32_t available)
{
    if (length == 0)
        return false;
    if (length == self->snd_mss)
        return true;
    /* What was sent before went out in pieces that were worth it. */
    if (seq_lt(self->snd_nxt, self->snd_max) &&
        (self->snd_nxt == self->snd_una || !seq_lt(self->snd_nxt + length, self->snd_max)))
        return true;
    if (self->options.nagle && self->snd_nxt != self->snd_una)
        return false;
    return length == available || length >= self->snd_wnd_max / 2;
}

/* Data waits for a window that is too small, and nothing in flight would bring an ACK. */
static void wait_for_window(struct tcp_connection *self, instant now, uint32_t available)
{
    if (available == 0 || self->snd_nxt != self->snd_una)
        return;
    self->persisting = true;
    if (self->retransmit_at == INSTANT_NEVER)
        tcp_timer_arm_retransmission(self, now);
}

static bool send_probe(struct tcp_connection *self, instant now, struct tcp_output *output)
{
    /* RFC 9293 section 3.8.6.1: one octet, which the receiver must answer with its window. */
    struct plan plan = {.sequence = self->snd_una, .length = 1, .flags = TCP_FLAG_ACK};
    self->snd_max = seq_max(self->snd_max, self->snd_una + 1);
    self->endpoint->counters.out_segments++;
    tcp_trace(self, now, "tcp.window-probed", "zero-window");
    return transmit(self, now, &plan, output);
}

static bool send_new(struct tcp_connection *self, instant now, struct tcp_output *output)
{
    uint32_t end = tcp_send_end(self);
    uint32_t available = seq_lt(self->snd_nxt, end) ? end - self->snd_nxt : 0;
    uint32_t length = min_u32(min_u32(available, usable_window(self)), self->snd_mss);
    bool last = length == available && self->send_queue.source_left == 0;
    bool fin = self->close_requested && seq_le(self->snd_nxt, end) && last;
    bool probe = self->probe_due && available > 0 && self->snd_nxt == self->snd_una;
    self->probe_due = false;
    if (probe && length == 0)
        return send_probe(self, now, output);
    if (!fin && !probe && !worth_sending(self, length, available)) {
        wait_for_window(self, now, available);
        return false;
    }
    struct plan plan = {.sequence = self->snd_nxt, .length = length, .flags = TCP_FLAG_ACK};
    if (length > 0 && last)
        plan.flags |= TCP_FLAG_PSH;
    if (fin)
        plan.flags |= TCP_FLAG_FIN;
    self->persisting = false;
    account(self, now, &plan, plan.sequence + length + fin,
            self->resend_reason ? self->resend_reason : "timeout");
    self->snd_nxt = plan.sequence + length + fin;
    return transmit(self, now, &plan, output);
}

static bool send_acknowledgment(struct tcp_connection *self, instant now, struct tcp_output *output)
{
    struct plan plan = {
        /* While the window is probed snd_max counts an octet the peer may not have. */
        .sequence = self->persisting ? self->snd_nxt : self->snd_max,
        .flags = TCP_FLAG_ACK,
    };
    self->endpoint->counters.out_segments++;
    return transmit(self, now, &plan, output);
}

static bool send_keep_alive(struct tcp_connection *self, instant now, struct tcp_output *output)
{
    self->keep_alive_due = false;
    struct plan plan = {
        .sequence = self->snd_una - 1,
        .length = self->options.keep_alive_octet,
        .flags = TCP_FLAG_ACK,
        .garbage = true,
    };
    self->endpoint->counters.out_segments++;
    tcp_trace(self, now, "tcp.keep-alive-sent", "idle");
    return transmit(self, now, &plan, output);
}

static bool may_send_data(enum tcp_state state)
{
    switch (state) {
    case TCP_STATE_ESTABLISHED:
    case TCP_STATE_CLOSE_WAIT:
    case TCP_STATE_FIN_WAIT_1:
    case TCP_STATE_CLOSING:
    case TCP_STATE_LAST_ACK:
        return true;
    case TCP_STATE_CLOSED:
    case TCP_STATE_LISTEN:
    case TCP_STATE_SYN_SENT:
    case TCP_STATE_SYN_RECEIVED:
    case TCP_STATE_FIN_WAIT_2:
    case TCP_STATE_TIME_WAIT:
        break;
    }
    return false;
}

bool tcp_output_segment(struct tcp_connection *self, instant now, struct tcp_output *output)
{
    if (self->syn_due)
        return send_syn(self, now, output);
    if (may_send_data(self->state)) {
        if (self->retransmit_head && send_head(self, now, output))
            return true;
        if (send_new(self, now, output))
            return true;
    }
    if (self->keep_alive_due && self->state != TCP_STATE_TIME_WAIT)
        return send_keep_alive(self, now, output);
    return self->ack_now && send_acknowledgment(self, now, output);
}
