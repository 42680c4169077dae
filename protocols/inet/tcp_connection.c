#include "inet/tcp_connection.h"

/* What the application does with a connection (RFC 9293 sections 3.9.1 and 3.10.1 to 3.10.6). */

static bool may_queue(const struct tcp_connection *self)
{
    bool open = self->state == TCP_STATE_SYN_SENT || self->state == TCP_STATE_SYN_RECEIVED ||
                self->state == TCP_STATE_ESTABLISHED || self->state == TCP_STATE_CLOSE_WAIT;
    return open && !self->close_requested && !self->send_queue.has_source;
}

size_t tcp_send_room(const struct tcp_connection *self)
{
    if (!may_queue(self) || self->send_queue.length >= self->options.send_buffer)
        return 0;
    return self->options.send_buffer - self->send_queue.length;
}

size_t tcp_unacknowledged(const struct tcp_connection *self)
{
    return self->send_queue.length + self->send_queue.source_left;
}

size_t tcp_send(struct tcp_connection *self, instant now, const void *octets, size_t length)
{
    size_t room = tcp_send_room(self);
    bool full = self->send_queue.has_source || self->send_queue.length >= self->options.send_buffer;
    size_t part = length < room ? length : room;
    if (part > 0) {
        tcp_congestion_idle(self, now);
        part = tcp_send_queue_append(&self->send_queue, self->endpoint->config.pool, octets, part);
        tcp_want_output(self);
    }
    if (part < length && (room > 0 || full))
        self->writable_wanted = true;
    return part;
}

bool tcp_send_from(struct tcp_connection *self, instant now, const struct tcp_source *source)
{
    if (!may_queue(self))
        return false;
    tcp_congestion_idle(self, now);
    tcp_send_queue_append_source(&self->send_queue, source);
    tcp_send_queue_fill(&self->send_queue, self->options.send_buffer);
    tcp_want_output(self);
    return true;
}

size_t tcp_receive_available(const struct tcp_connection *self)
{
    return self->receive_queued;
}

const uint8_t *tcp_peek(struct tcp_connection *self, size_t *length)
{
    const struct packet *head = self->receive_queue.head;
    *length = head ? head->length : 0;
    return head ? head->data : NULL;
}

void tcp_consume(struct tcp_connection *self, instant now, size_t length)
{
    (void)now;
    assert(length <= self->receive_queued);
    self->receive_queued -= (uint32_t)length;
    while (length > 0) {
        struct packet *head = self->receive_queue.head;
        if (head->length > length) {
            (void)packet_pull(head, length);
            break;
        }
        length -= head->length;
        packet_free(packet_queue_pop(&self->receive_queue));
    }
    tcp_window_opened(self);
}

size_t tcp_receive(struct tcp_connection *self, instant now, void *into, size_t size)
{
    uint8_t *position = into;
    size_t done = 0;
    for (struct packet *p = self->receive_queue.head; p && done < size; p = p->next) {
        size_t part = p->length < size - done ? p->length : size - done;
        memcpy(position + done, p->data, part);
        done += part;
    }
    tcp_consume(self, now, done);
    return done;
}

static void close_sending(struct tcp_connection *self, instant now)
{
    switch (self->state) {
    case TCP_STATE_SYN_SENT:
        tcp_trace(self, now, "tcp.closed", "given-up");
        tcp_connection_end(self, false);
        return;
    case TCP_STATE_SYN_RECEIVED:
        break; /* the FIN waits for ESTABLISHED */
    case TCP_STATE_ESTABLISHED:
        self->state = TCP_STATE_FIN_WAIT_1;
        break;
    case TCP_STATE_CLOSE_WAIT:
        self->state = TCP_STATE_LAST_ACK;
        break;
    case TCP_STATE_CLOSED:
    case TCP_STATE_LISTEN:
    case TCP_STATE_FIN_WAIT_1:
    case TCP_STATE_FIN_WAIT_2:
    case TCP_STATE_CLOSING:
    case TCP_STATE_LAST_ACK:
    case TCP_STATE_TIME_WAIT:
        return;
    }
    self->close_requested = true;
    tcp_want_output(self);
}

void tcp_close(struct tcp_connection *self, instant now)
{
    close_sending(self, now);
}

static void drop_events(struct tcp_connection *self)
{
    self->events = 0;
    if (self->in_events)
        DL_DELETE2(self->endpoint->events, self, event_previous, event_next);
    self->in_events = false;
}

static void abort_connection(struct tcp_connection *self, instant now, const char *reason)
{
    if (self->state == TCP_STATE_CLOSED)
        return;
    if (self->state == TCP_STATE_ESTABLISHED || self->state == TCP_STATE_CLOSE_WAIT)
        self->endpoint->counters.established_resets++;
    tcp_reset_peer(self, now);
    tcp_trace(self, now, "tcp.reset", reason);
    drop_events(self);
    tcp_connection_end(self, false);
}

void tcp_abort(struct tcp_connection *self, instant now)
{
    abort_connection(self, now, "aborted");
}

void tcp_release(struct tcp_connection *self, instant now)
{
    struct tcp_endpoint *endpoint = self->endpoint;
    drop_events(self);
    self->held = false;
    self->released = true;
    self->context = NULL;
    if (self->state == TCP_STATE_CLOSED)
        tcp_connection_end(self, false);
    else if (self->receive_queued > 0 && self->state != TCP_STATE_TIME_WAIT)
        abort_connection(self, now, "unread-data");
    else if (self->state == TCP_STATE_FIN_WAIT_2)
        tcp_enter_fin_wait_2(self, now);
    else
        close_sending(self, now);
    packet_queue_clear(&self->receive_queue);
    self->receive_queued = 0;
    tcp_reap(endpoint);
}

void tcp_set_context(struct tcp_connection *self, void *context)
{
    self->context = context;
}

void *tcp_context(const struct tcp_connection *self)
{
    return self->context;
}

enum tcp_state tcp_state(const struct tcp_connection *self)
{
    return self->state;
}

ipv4_address tcp_local_address(const struct tcp_connection *self)
{
    return self->pair.local;
}

ipv4_address tcp_remote_address(const struct tcp_connection *self)
{
    return self->pair.remote;
}

uint16_t tcp_local_port(const struct tcp_connection *self)
{
    return self->pair.local_port;
}

uint16_t tcp_remote_port(const struct tcp_connection *self)
{
    return self->pair.remote_port;
}

const struct tcp_counters *tcp_connection_counters(const struct tcp_connection *self)
{
    return &self->counters;
}

struct tcp_connection *tcp_next_connection(struct tcp_endpoint *self,
                                           struct tcp_connection *previous)
{
    return previous ? previous->all_next : self->all;
}

const char *tcp_state_name(enum tcp_state state)
{
    static const char *const names[] = {
        [TCP_STATE_CLOSED] = "CLOSED",           [TCP_STATE_LISTEN] = "LISTEN",
        [TCP_STATE_SYN_SENT] = "SYN-SENT",       [TCP_STATE_SYN_RECEIVED] = "SYN-RECEIVED",
        [TCP_STATE_ESTABLISHED] = "ESTABLISHED", [TCP_STATE_FIN_WAIT_1] = "FIN-WAIT-1",
        [TCP_STATE_FIN_WAIT_2] = "FIN-WAIT-2",   [TCP_STATE_CLOSE_WAIT] = "CLOSE-WAIT",
        [TCP_STATE_CLOSING] = "CLOSING",         [TCP_STATE_LAST_ACK] = "LAST-ACK",
        [TCP_STATE_TIME_WAIT] = "TIME-WAIT",
    };
    return names[state];
}

const char *tcp_event_name(enum tcp_event event)
{
    static const char *const names[] = {
        [TCP_EVENT_CONNECTED] = "connected",
        [TCP_EVENT_ACCEPTED] = "accepted",
        [TCP_EVENT_READABLE] = "readable",
        [TCP_EVENT_WRITABLE] = "writable",
        [TCP_EVENT_PEER_CLOSED] = "peer-closed",
        [TCP_EVENT_CLOSED] = "closed",
        [TCP_EVENT_RESET] = "reset",
        [TCP_EVENT_REFUSED] = "refused",
        [TCP_EVENT_TIMED_OUT] = "timed-out",
        [TCP_EVENT_UNREACHABLE] = "unreachable",
    };
    return names[event];
}
