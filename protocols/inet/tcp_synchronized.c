#include "inet/tcp_connection.h"

/* Segment arrival in SYN-RECEIVED and later: RFC 9293 section 3.10.7.4, in its order. */

static void drop(struct tcp_connection *self, instant now, struct packet *packet,
                 const char *reason)
{
    trace_drop(&self->endpoint->config.trace, now, "tcp", reason, packet->serial);
    packet_free(packet);
}

void tcp_establish(struct tcp_connection *self, instant now)
{
    self->state = TCP_STATE_ESTABLISHED;
    self->syn_due = false;
    self->timing = false;
    tcp_timer_stop_retransmission(self);
    /* RFC 6298 section 5.7: a lost SYN makes the data start with a careful timer. */
    if (self->syn_retransmitted)
        self->rto = 3 * INSTANT_SECOND;
    tcp_congestion_set_initial_window(self);
    tcp_timer_arm_keep_alive(self, now);
    if (self->passive) {
        self->held = true;
        tcp_trace(self, now, "tcp.accepted", NULL);
        tcp_notify(self, TCP_EVENT_ACCEPTED);
    } else {
        tcp_trace(self, now, "tcp.connected", NULL);
        tcp_notify(self, TCP_EVENT_CONNECTED);
    }
    if (self->close_requested)
        self->state = TCP_STATE_FIN_WAIT_1;
}

/* The acceptability test (table 6). True for one of length 0 at the edge of a closed window. */
static bool acceptable(const struct tcp_connection *self, uint32_t sequence, uint32_t length)
{
    uint32_t window = tcp_receive_window(self);
    if (length == 0 && window == 0)
        return sequence == self->rcv_nxt;
    bool starts_inside = sequence - self->rcv_nxt < window;
    if (length == 0)
        return starts_inside;
    return window > 0 && (starts_inside || sequence + length - 1 - self->rcv_nxt < window);
}

/* First, the sequence number. False: the segment ended here. */
static bool check_sequence(struct tcp_connection *self, instant now, struct tcp_segment *segment,
                           struct packet **packet)
{
    bool fin = segment->flags & TCP_FLAG_FIN;
    uint32_t length = (*packet)->length + ((segment->flags & TCP_FLAG_SYN) != 0) + fin;
    if (acceptable(self, segment->sequence, length))
        return true;
    if (segment->sequence == self->rcv_nxt && tcp_receive_window(self) == 0 &&
        !(segment->flags & (TCP_FLAG_SYN | TCP_FLAG_RST))) {
        /* A window probe: its ACK counts, its data does not fit. */
        self->ack_now = true;
        packet_trim(*packet, 0);
        segment->flags &= (uint8_t)~TCP_FLAG_FIN;
        return true;
    }
    if (self->state == TCP_STATE_SYN_RECEIVED && segment->flags == TCP_FLAG_SYN &&
        segment->sequence == self->irs) {
        /* The peer repeats its SYN: our SYN-ACK was lost, an ACK would not help. */
        self->syn_due = true;
    } else if (!(segment->flags & TCP_FLAG_RST)) {
        self->ack_now = true;
        if (self->state == TCP_STATE_TIME_WAIT && fin) {
            /* The peer has not got our last ACK: 2 MSL start again. */
            self->idle_at = instant_after(now, self->options.time_wait_ms * INSTANT_MILLISECOND);
        }
    }
    bool old = seq_le(segment->sequence + length, self->rcv_nxt);
    drop(self, now, *packet, old ? "duplicate" : "outside-window");
    return false;
}

/* Cuts away what lies in front of and behind the window. */
static void trim_to_window(struct tcp_connection *self, struct tcp_segment *segment,
                           struct packet *packet)
{
    if (seq_lt(segment->sequence, self->rcv_nxt)) {
        uint32_t known = self->rcv_nxt - segment->sequence;
        if (known > packet->length) {
            /* Even the FIN is known. */
            segment->flags &= (uint8_t)~TCP_FLAG_FIN;
            known = packet->length;
        }
        (void)packet_pull(packet, known);
        segment->sequence = self->rcv_nxt;
        self->ack_now = true;
    }
    uint32_t room = self->rcv_adv - segment->sequence;
    if (packet->length > room) {
        packet_trim(packet, room);
        segment->flags &= (uint8_t)~TCP_FLAG_FIN;
        self->ack_now = true;
    }
}

/* Second, a RST that passed the first check. */
static void input_reset(struct tcp_connection *self, instant now, const struct tcp_segment *segment,
                        struct packet *packet)
{
    if (self->options.strict_resets && segment->sequence != self->rcv_nxt) {
        /* RFC 5961 section 3.2: the genuine peer will repeat it with the right number. */
        tcp_challenge_ack(self, now);
        drop(self, now, packet, "reset-challenged");
        return;
    }
    packet_free(packet);
    switch (self->state) {
    case TCP_STATE_SYN_RECEIVED:
        tcp_connection_fail(self, now, self->passive ? TCP_EVENT_RESET : TCP_EVENT_REFUSED, "peer");
        return;
    case TCP_STATE_ESTABLISHED:
    case TCP_STATE_FIN_WAIT_1:
    case TCP_STATE_FIN_WAIT_2:
    case TCP_STATE_CLOSE_WAIT:
    case TCP_STATE_CLOSING:
    case TCP_STATE_LAST_ACK:
        tcp_connection_fail(self, now, TCP_EVENT_RESET, "peer");
        return;
    case TCP_STATE_TIME_WAIT:
        tcp_connection_end(self, true);
        return;
    case TCP_STATE_CLOSED:
    case TCP_STATE_LISTEN:
    case TCP_STATE_SYN_SENT:
        return;
    }
}

/* Fourth, a SYN in the window. */
static void input_syn(struct tcp_connection *self, instant now, struct packet *packet)
{
    if (self->options.strict_resets || self->state == TCP_STATE_TIME_WAIT) {
        /* RFC 5961 section 4.2: if the peer has started afresh, the ACK makes it send a RST. */
        tcp_challenge_ack(self, now);
        drop(self, now, packet, "syn-challenged");
        return;
    }
    /* RFC 793, page 71: an error; reset. */
    drop(self, now, packet, "syn-in-window");
    tcp_reset_peer(self, now);
    tcp_connection_fail(self, now, TCP_EVENT_RESET, "syn-in-window");
}

static void tell_writable(struct tcp_connection *self)
{
    if (!self->writable_wanted || tcp_send_room(self) < self->options.send_buffer / 4)
        return;
    self->writable_wanted = false;
    tcp_notify(self, TCP_EVENT_WRITABLE);
}

/* Fifth, an ACK of something new. */
static void acknowledge(struct tcp_connection *self, instant now, uint32_t ack)
{
    uint32_t flight_before = tcp_flight(self);
    uint32_t octets = ack - self->snd_una;
    if (self->timing && seq_lt(self->timed_sequence, ack)) {
        self->timing = false;
        tcp_rtt_sample(self, now - self->timed_at);
    }
    self->snd_una = ack;
    self->snd_nxt = seq_max(self->snd_nxt, ack);
    self->retransmissions = 0;
    self->unacknowledged_since = now;
    if (self->snd_nxt == self->snd_max)
        self->resend_reason = NULL;
    uint32_t end = tcp_send_end(self);
    tcp_send_queue_discard(&self->send_queue,
                           (seq_lt(ack, end) ? ack : end) - self->send_queue.base);
    tcp_send_queue_fill(&self->send_queue, self->options.send_buffer);
    bool was_recovering = self->recovering;
    tcp_congestion_acknowledged(self, now, ack, octets, flight_before);
    if (ack == self->snd_max)
        tcp_timer_stop_retransmission(self); /* RFC 6298 section 5.2 */
    else if (!(was_recovering && self->recovering))
        tcp_timer_arm_retransmission(self, now); /* section 5.3; see recovery_ack() */
    tell_writable(self);
}

/* RFC 5681 section 2: what counts as a duplicate ACK. */
static bool is_duplicate_ack(const struct tcp_connection *self, const struct tcp_segment *segment,
                             const struct packet *packet)
{
    return segment->acknowledgment == self->snd_una && self->snd_una != self->snd_max &&
           packet->length == 0 && !(segment->flags & (TCP_FLAG_SYN | TCP_FLAG_FIN)) &&
           (uint32_t)segment->window << self->snd_scale == self->snd_wnd && !self->persisting;
}

static void update_send_window(struct tcp_connection *self, instant now,
                               const struct tcp_segment *segment)
{
    if (!(seq_lt(self->snd_wl1, segment->sequence) ||
          (self->snd_wl1 == segment->sequence && seq_le(self->snd_wl2, segment->acknowledgment))))
        return;
    self->snd_wnd = (uint32_t)segment->window << self->snd_scale;
    self->snd_wl1 = segment->sequence;
    self->snd_wl2 = segment->acknowledgment;
    self->snd_wnd_max = max_u32(self->snd_wnd_max, self->snd_wnd);
    if (!self->persisting)
        return;
    /* A peer that answers probes is alive (RFC 9293 section 3.8.6.1, MUST-37). */
    self->retransmissions = 0;
    self->unacknowledged_since = now;
    if (self->snd_wnd > 0)
        tcp_timer_stop_retransmission(self);
}

/* SYN-RECEIVED: the ACK that completes the handshake. False: the segment ended here. */
static bool complete_handshake(struct tcp_connection *self, instant now,
                               const struct tcp_segment *segment, struct packet *packet)
{
    uint32_t ack = segment->acknowledgment;
    if (!seq_lt(self->snd_una, ack) || seq_lt(self->snd_max, ack)) {
        drop(self, now, packet, "unacceptable-ack");
        tcp_send_reset(self->endpoint, now, &self->pair, ack, 0, TCP_FLAG_RST);
        return false;
    }
    if (self->timing)
        tcp_rtt_sample(self, now - self->timed_at);
    self->snd_una = ack;
    self->snd_wnd = (uint32_t)segment->window << self->snd_scale;
    self->snd_wl1 = segment->sequence;
    self->snd_wl2 = ack;
    self->snd_wnd_max = max_u32(self->snd_wnd_max, self->snd_wnd);
    tcp_establish(self, now);
    return true;
}

/* Fifth, the ACK field. False: the segment ended here. */
static bool input_ack(struct tcp_connection *self, instant now, const struct tcp_segment *segment,
                      struct packet *packet)
{
    uint32_t ack = segment->acknowledgment;
    if (self->state == TCP_STATE_SYN_RECEIVED)
        return complete_handshake(self, now, segment, packet);
    /* RFC 5961 section 5.2: older than a window, or of what was not sent. */
    if (seq_lt(self->snd_max, ack) ||
        (seq_lt(ack, self->snd_una) && self->snd_una - ack > self->snd_wnd_max)) {
        self->ack_now = true;
        drop(self, now, packet, "unacceptable-ack");
        return false;
    }
    if (seq_lt(self->snd_una, ack))
        acknowledge(self, now, ack);
    else if (is_duplicate_ack(self, segment, packet))
        tcp_congestion_duplicate_ack(self, now);
    if (seq_le(self->snd_una, ack))
        update_send_window(self, now, segment);
    return true;
}

/* What the acknowledgment of our FIN changes. False: the connection has ended. */
static bool after_ack(struct tcp_connection *self, instant now)
{
    if (!tcp_fin_acknowledged(self))
        return true;
    switch (self->state) {
    case TCP_STATE_FIN_WAIT_1:
        tcp_enter_fin_wait_2(self, now);
        return true;
    case TCP_STATE_CLOSING:
        tcp_enter_time_wait(self, now);
        return true;
    case TCP_STATE_LAST_ACK:
        tcp_connection_fail(self, now, TCP_EVENT_CLOSED, "last-ack");
        return false;
    case TCP_STATE_CLOSED:
    case TCP_STATE_LISTEN:
    case TCP_STATE_SYN_SENT:
    case TCP_STATE_SYN_RECEIVED:
    case TCP_STATE_ESTABLISHED:
    case TCP_STATE_FIN_WAIT_2:
    case TCP_STATE_CLOSE_WAIT:
    case TCP_STATE_TIME_WAIT:
        break;
    }
    return true;
}

/* Eighth, the FIN, once everything before it is here. */
void tcp_receive_fin(struct tcp_connection *self, instant now)
{
    self->rcv_nxt++;
    self->rcv_adv++; /* a FIN takes no room */
    self->fin_known = false;
    self->ack_now = true;
    switch (self->state) {
    case TCP_STATE_SYN_RECEIVED:
    case TCP_STATE_ESTABLISHED:
        self->state = TCP_STATE_CLOSE_WAIT;
        tcp_notify(self, TCP_EVENT_PEER_CLOSED);
        break;
    case TCP_STATE_FIN_WAIT_1:
        /* Had it acknowledged our FIN, the state would be FIN-WAIT-2 by now. */
        self->state = TCP_STATE_CLOSING;
        tcp_notify(self, TCP_EVENT_PEER_CLOSED);
        break;
    case TCP_STATE_FIN_WAIT_2:
        tcp_notify(self, TCP_EVENT_PEER_CLOSED);
        tcp_enter_time_wait(self, now);
        break;
    case TCP_STATE_CLOSED:
    case TCP_STATE_LISTEN:
    case TCP_STATE_SYN_SENT:
    case TCP_STATE_CLOSE_WAIT:
    case TCP_STATE_CLOSING:
    case TCP_STATE_LAST_ACK:
    case TCP_STATE_TIME_WAIT:
        break;
    }
}

/* Seventh and eighth, text and FIN. */
static void input_text(struct tcp_connection *self, instant now, const struct tcp_segment *segment,
                       struct packet *packet)
{
    bool open = self->state == TCP_STATE_ESTABLISHED || self->state == TCP_STATE_FIN_WAIT_1 ||
                self->state == TCP_STATE_FIN_WAIT_2;
    if (packet->length > 0 && !open) {
        drop(self, now, packet, "after-fin");
        return;
    }
    if (packet->length > 0 && self->released) {
        /* RFC 9293 section 3.6.1: nobody will read it, so the peer must hear of the loss. */
        drop(self, now, packet, "released");
        tcp_reset_peer(self, now);
        tcp_connection_fail(self, now, TCP_EVENT_RESET, "data-after-release");
        return;
    }
    if (segment->flags & TCP_FLAG_FIN && open) {
        self->fin_known = true;
        self->fin_sequence = segment->sequence + packet->length;
    }
    if (packet->length > 0)
        tcp_receive_text(self, now, segment->sequence, packet);
    else
        packet_free(packet);
    if (self->fin_known && self->fin_sequence == self->rcv_nxt)
        tcp_receive_fin(self, now);
    else if (segment->flags & TCP_FLAG_FIN)
        self->ack_now = true;
}

void tcp_input_synchronized(struct tcp_connection *self, instant now, struct tcp_segment *segment,
                            struct packet *packet)
{
    tcp_want_output(self);
    if (self->state == TCP_STATE_SYN_RECEIVED && segment->flags & TCP_FLAG_SYN &&
        segment->sequence == self->irs && segment->flags & TCP_FLAG_ACK) {
        /* Simultaneous open (figure 7): the SYN is known, its ACK completes the handshake. */
        segment->sequence++;
        segment->flags &= (uint8_t)~TCP_FLAG_SYN;
    }
    if (!check_sequence(self, now, segment, &packet))
        return;
    if (segment->flags & TCP_FLAG_RST) {
        input_reset(self, now, segment, packet);
        return;
    }
    if (segment->flags & TCP_FLAG_SYN) {
        input_syn(self, now, packet);
        return;
    }
    if (!(segment->flags & TCP_FLAG_ACK)) {
        drop(self, now, packet, "no-ack");
        return;
    }
    trim_to_window(self, segment, packet);
    if (!input_ack(self, now, segment, packet))
        return;
    if (!after_ack(self, now)) {
        packet_free(packet);
        return;
    }
    /* Sixth, URG: urgent data stays in line, there is nothing to signal. */
    input_text(self, now, segment, packet);
}
