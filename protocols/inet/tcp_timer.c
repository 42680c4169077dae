#include "inet/tcp_connection.h"

/*
 * One heap over all connections, keyed by timer_at. A deadline that moves later leaves the heap
 * alone, so that the retransmission timer, restarted by every ACK, costs nothing; the entry is
 * corrected when it comes to the top.
 */

static instant deadline(const struct tcp_connection *self)
{
    return instant_earlier(self->retransmit_at, instant_earlier(self->ack_at, self->idle_at));
}

static bool earlier(const struct tcp_connection *a, const struct tcp_connection *b)
{
    return a->timer_at != b->timer_at ? a->timer_at < b->timer_at : a->serial < b->serial;
}

static void place(struct tcp_endpoint *endpoint, uint32_t index, struct tcp_connection *connection)
{
    endpoint->timers[index] = connection;
    connection->timer_index = index;
}

static void sift_up(struct tcp_endpoint *endpoint, struct tcp_connection *connection)
{
    uint32_t index = connection->timer_index;
    while (index > 0 && earlier(connection, endpoint->timers[(index - 1) / 2])) {
        place(endpoint, index, endpoint->timers[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    place(endpoint, index, connection);
}

static void sift_down(struct tcp_endpoint *endpoint, struct tcp_connection *connection)
{
    uint32_t index = connection->timer_index;
    for (;;) {
        uint32_t child = index * 2 + 1;
        if (child >= endpoint->timer_count)
            break;
        if (child + 1 < endpoint->timer_count &&
            earlier(endpoint->timers[child + 1], endpoint->timers[child]))
            child++;
        if (!earlier(endpoint->timers[child], connection))
            break;
        place(endpoint, index, endpoint->timers[child]);
        index = child;
    }
    place(endpoint, index, connection);
}

void tcp_timer_update(struct tcp_connection *self)
{
    struct tcp_endpoint *endpoint = self->endpoint;
    instant at = deadline(self);
    if (at >= self->timer_at)
        return;
    self->timer_at = at;
    if (self->timer_index == TCP_NO_TIMER) {
        assert(endpoint->timer_count < endpoint->timer_capacity);
        self->timer_index = endpoint->timer_count++;
    }
    sift_up(endpoint, self);
}

void tcp_timer_remove(struct tcp_connection *self)
{
    struct tcp_endpoint *endpoint = self->endpoint;
    uint32_t index = self->timer_index;
    self->retransmit_at = self->ack_at = self->idle_at = self->timer_at = INSTANT_NEVER;
    if (index == TCP_NO_TIMER)
        return;
    self->timer_index = TCP_NO_TIMER;
    struct tcp_connection *last = endpoint->timers[--endpoint->timer_count];
    if (last == self)
        return;
    place(endpoint, index, last);
    sift_up(endpoint, last);
    sift_down(endpoint, last);
}

/* The connection at the top, its key corrected; NULL: no deadline anywhere. */
static struct tcp_connection *first_due(struct tcp_endpoint *self)
{
    while (self->timer_count > 0) {
        struct tcp_connection *top = self->timers[0];
        instant at = deadline(top);
        if (at == top->timer_at)
            return top;
        if (at == INSTANT_NEVER) {
            tcp_timer_remove(top);
        } else {
            top->timer_at = at;
            sift_down(self, top);
        }
    }
    return NULL;
}

instant tcp_next_timeout(struct tcp_endpoint *self)
{
    const struct tcp_connection *first = first_due(self);
    return first ? first->timer_at : INSTANT_NEVER;
}

static instant user_deadline(const struct tcp_connection *self)
{
    return self->options.user_timeout_ms == 0
               ? INSTANT_NEVER
               : instant_after(self->unacknowledged_since,
                               self->options.user_timeout_ms * INSTANT_MILLISECOND);
}

void tcp_timer_arm_retransmission(struct tcp_connection *self, instant now)
{
    if (self->retransmit_at == INSTANT_NEVER)
        self->unacknowledged_since = now;
    self->retransmit_at = instant_earlier(instant_after(now, self->rto), user_deadline(self));
    tcp_timer_update(self);
}

void tcp_timer_stop_retransmission(struct tcp_connection *self)
{
    self->retransmit_at = INSTANT_NEVER;
    self->persisting = false;
    self->retransmissions = 0;
}

void tcp_timer_arm_keep_alive(struct tcp_connection *self, instant now)
{
    if (self->options.keep_alive_ms == 0)
        return;
    self->idle_at = instant_after(now, self->options.keep_alive_ms * INSTANT_MILLISECOND);
    tcp_timer_update(self);
}

void tcp_enter_time_wait(struct tcp_connection *self, instant now)
{
    self->state = TCP_STATE_TIME_WAIT;
    tcp_timer_stop_retransmission(self);
    self->idle_at = instant_after(now, self->options.time_wait_ms * INSTANT_MILLISECOND);
    tcp_timer_update(self);
    tcp_trace(self, now, "tcp.closed", "time-wait");
    tcp_notify(self, TCP_EVENT_CLOSED);
}

void tcp_enter_fin_wait_2(struct tcp_connection *self, instant now)
{
    self->state = TCP_STATE_FIN_WAIT_2;
    tcp_timer_stop_retransmission(self);
    /* With the application gone nobody would ever end a connection whose peer stays silent. */
    if (!self->released)
        return;
    self->idle_at = instant_after(now, self->options.fin_wait_2_ms * INSTANT_MILLISECOND);
    tcp_timer_update(self);
}

/* The SYN or SYN-ACK again, or the end of the attempt. */
static void syn_timeout(struct tcp_connection *self, instant now)
{
    bool after_reset = self->syn_retry_pending;
    self->syn_retry_pending = false;
    if (!after_reset) {
        if (self->retransmissions >= self->options.syn_retransmissions) {
            tcp_connection_fail(
                self, now, self->soft_error ? TCP_EVENT_UNREACHABLE : TCP_EVENT_TIMED_OUT, "syn");
            return;
        }
        self->retransmissions++;
        self->syn_retransmitted = true;
        tcp_rto_back_off(self);
    }
    self->timing = false;
    self->syn_due = true;
    tcp_trace_retransmission(self, now, self->iss, 0, after_reset ? "syn-reset" : "timeout");
    tcp_timer_arm_retransmission(self, now);
}

static void data_timeout(struct tcp_connection *self, instant now)
{
    if (self->retransmissions >= self->options.data_retransmissions) {
        tcp_connection_fail(self, now, TCP_EVENT_TIMED_OUT, "retransmissions");
        return;
    }
    self->retransmissions++;
    if (self->persisting) {
        self->probe_due = true;
    } else {
        tcp_congestion_timeout(self);
        /* Everything behind the lost segment is sent again as ACKs open the window. */
        self->snd_nxt = self->snd_una;
        self->resend_reason = "timeout";
        self->retransmit_head = false;
        self->timing = false;
    }
    tcp_rto_back_off(self);
    tcp_timer_arm_retransmission(self, now);
}

static void retransmission_timeout(struct tcp_connection *self, instant now)
{
    if (now >= user_deadline(self)) {
        tcp_connection_fail(self, now, TCP_EVENT_TIMED_OUT, "user-timeout");
        return;
    }
    if (self->state == TCP_STATE_SYN_SENT || self->state == TCP_STATE_SYN_RECEIVED)
        syn_timeout(self, now);
    else
        data_timeout(self, now);
}

static void idle_timeout(struct tcp_connection *self, instant now)
{
    self->idle_at = INSTANT_NEVER;
    if (self->state == TCP_STATE_TIME_WAIT) {
        tcp_connection_end(self, true);
        return;
    }
    if (self->state == TCP_STATE_FIN_WAIT_2 && self->released) {
        tcp_connection_fail(self, now, TCP_EVENT_TIMED_OUT, "fin-wait-2");
        return;
    }
    /* RFC 9293 section 3.8.4: only when nothing came for the whole interval. */
    instant idle = self->options.keep_alive_ms * INSTANT_MILLISECOND;
    instant due = instant_after(self->last_received_at, idle);
    if (now < due) {
        self->idle_at = due;
        return;
    }
    if (self->keep_alives >= self->options.keep_alive_probes) {
        tcp_reset_peer(self, now);
        tcp_connection_fail(self, now, TCP_EVENT_TIMED_OUT, "keep-alive");
        return;
    }
    self->keep_alives++;
    self->keep_alive_due = true;
    self->idle_at =
        instant_after(now, max_u32(self->options.keep_alive_interval_ms, 1) * INSTANT_MILLISECOND);
}

static void connection_timeout(struct tcp_connection *self, instant now)
{
    if (self->ack_at <= now) {
        self->ack_at = INSTANT_NEVER;
        self->ack_now = true;
    }
    if (self->retransmit_at <= now)
        retransmission_timeout(self, now);
    if (self->state != TCP_STATE_CLOSED && self->idle_at <= now)
        idle_timeout(self, now);
    if (self->state != TCP_STATE_CLOSED)
        tcp_timer_update(self);
    tcp_want_output(self);
}

void tcp_handle_timeout(struct tcp_endpoint *self, instant now)
{
    struct tcp_connection *due;
    while ((due = first_due(self)) && due->timer_at <= now)
        connection_timeout(due, now);
    tcp_reap(self);
}
