#include "base/cache_line.h"
#include "base/checksum.h"
#include "inet/tcp_connection.h"

/* Segment arrival (RFC 9293 section 3.10.7) up to SYN-SENT; the rest is in tcp_synchronized.c. */

static void drop(struct tcp_endpoint *self, instant now, struct packet *packet, const char *reason)
{
    trace_drop(&self->config.trace, now, "tcp", reason, packet->serial);
    packet_free(packet);
}

/* Sequence space the segment takes: its data, SYN and FIN. */
static uint32_t segment_length(const struct tcp_segment *segment, const struct packet *packet)
{
    return packet->length + ((segment->flags & TCP_FLAG_SYN) != 0) +
           ((segment->flags & TCP_FLAG_FIN) != 0);
}

/* RFC 9293 section 3.10.7.1: the RST that makes the sender give up what is not here. */
static void refuse(struct tcp_endpoint *self, instant now, const struct tcp_socket_pair *pair,
                   const struct tcp_segment *segment, struct packet *packet, const char *reason)
{
    uint32_t length = segment_length(segment, packet);
    drop(self, now, packet, reason);
    if (segment->flags & TCP_FLAG_RST)
        return;
    if (segment->flags & TCP_FLAG_ACK)
        tcp_send_reset(self, now, pair, segment->acknowledgment, 0, TCP_FLAG_RST);
    else
        tcp_send_reset(self, now, pair, 0, segment->sequence + length, TCP_FLAG_RST | TCP_FLAG_ACK);
}

/* RFC 9293 section 3.10.7.2. @p previous_snd_nxt: of the connection in TIME-WAIT whose place this
 * one takes; NULL: of none. */
static void input_listen(struct tcp_endpoint *self, instant now, struct tcp_listener *listener,
                         const struct tcp_socket_pair *pair, const struct tcp_segment *segment,
                         struct packet *packet, const uint32_t *previous_snd_nxt)
{
    /* First, RST: nothing here that it could end. */
    if (segment->flags & TCP_FLAG_RST) {
        drop(self, now, packet, "reset-without-connection");
        return;
    }
    /* Second, ACK: nothing was sent that it could acknowledge. */
    if (segment->flags & TCP_FLAG_ACK) {
        refuse(self, now, pair, segment, packet, "no-connection");
        return;
    }
    /* Third, SYN. */
    if (!(segment->flags & TCP_FLAG_SYN)) {
        drop(self, now, packet, "no-connection");
        return;
    }
    if (listener->pending >= listener->options.backlog) {
        drop(self, now, packet, "backlog-full");
        return;
    }
    struct tcp_connection *connection =
        tcp_connection_new(self, now, pair, &listener->options, listener->context);
    if (!connection) {
        drop(self, now, packet, "no-memory");
        return;
    }
    if (previous_snd_nxt && !seq_lt(*previous_snd_nxt, connection->iss)) {
        /* RFC 9293 section 3.6.1: larger than the largest of the connection before. */
        connection->iss = *previous_snd_nxt + 128000;
        connection->snd_una = connection->snd_nxt = connection->snd_max = connection->iss;
        connection->recover = connection->iss;
        connection->send_queue.base = connection->iss + 1;
    }
    listener->pending++;
    connection->listener = listener;
    connection->passive = true;
    connection->state = TCP_STATE_SYN_RECEIVED;
    connection->syn_due = true;
    connection->irs = segment->sequence;
    connection->rcv_nxt = segment->sequence + 1;
    tcp_negotiate(connection, segment);
    connection->counters.segments_received++;
    self->counters.passive_opens++;
    tcp_want_output(connection);
    /* Data that came with the SYN is sent again by the peer once the connection is there. */
    if (packet->length > 0)
        drop(self, now, packet, "data-in-syn");
    else
        packet_free(packet);
}

/* A RST answered our SYN. */
static void input_syn_reset(struct tcp_connection *self, instant now)
{
    if (self->syn_resets >= self->options.syn_retries_after_reset) {
        tcp_connection_fail(self, now, TCP_EVENT_REFUSED, "reset");
        return;
    }
    self->syn_resets++;
    self->syn_retry_pending = true;
    tcp_timer_stop_retransmission(self);
    self->retransmit_at =
        instant_after(now, self->options.syn_retry_after_reset_ms * INSTANT_MILLISECOND);
    tcp_timer_update(self);
}

/* RFC 9293 section 3.10.7.3, fourth: a SYN, whose ACK (if any) is acceptable. */
static void input_syn_sent_syn(struct tcp_connection *self, instant now,
                               const struct tcp_segment *segment)
{
    self->irs = segment->sequence;
    self->rcv_nxt = segment->sequence + 1;
    tcp_negotiate(self, segment);
    if (segment->flags & TCP_FLAG_ACK) {
        if (self->timing)
            tcp_rtt_sample(self, now - self->timed_at);
        self->snd_una = segment->acknowledgment;
        self->ack_now = true;
        tcp_establish(self, now);
        return;
    }
    /* Simultaneous open (figure 7): our SYN goes again, with the ACK of the peer's. */
    self->state = TCP_STATE_SYN_RECEIVED;
    self->syn_due = true;
}

/* RFC 9293 section 3.10.7.3. */
static void input_syn_sent(struct tcp_connection *self, instant now, struct tcp_segment *segment,
                           struct packet *packet)
{
    struct tcp_endpoint *endpoint = self->endpoint;
    bool has_ack = segment->flags & TCP_FLAG_ACK;
    /* First, ACK: only our SYN can be acknowledged, and only after it was sent. */
    if (has_ack && (segment->acknowledgment != self->iss + 1 || self->snd_max == self->iss)) {
        refuse(endpoint, now, &self->pair, segment, packet, "unacceptable-ack");
        return;
    }
    /* Second, RST: RFC 5961 section 3 leaves this state as it is, an ACK proves knowledge. */
    if (segment->flags & TCP_FLAG_RST) {
        if (!has_ack) {
            drop(endpoint, now, packet, "unacceptable-reset");
            return;
        }
        packet_free(packet);
        input_syn_reset(self, now);
        return;
    }
    /* Fourth, SYN; fifth, neither. */
    if (!(segment->flags & TCP_FLAG_SYN)) {
        drop(endpoint, now, packet, "not-established");
        return;
    }
    input_syn_sent_syn(self, now, segment);
    tcp_want_output(self);
    /* Data or FIN beside the SYN: continue as a synchronized connection does. */
    bool more = packet->length > 0 || segment->flags & TCP_FLAG_FIN;
    if (has_ack && more) {
        segment->sequence++;
        segment->flags &= (uint8_t)~TCP_FLAG_SYN;
        tcp_input_synchronized(self, now, segment, packet);
    } else if (more) {
        drop(endpoint, now, packet, "data-in-syn");
    } else {
        packet_free(packet);
    }
}

/* A new incarnation may take the place of a connection in TIME-WAIT (RFC 9293 section 3.6.1). */
static bool reopens(const struct tcp_connection *self, const struct tcp_segment *segment)
{
    return self->state == TCP_STATE_TIME_WAIT &&
           (segment->flags & (TCP_FLAG_SYN | TCP_FLAG_ACK | TCP_FLAG_RST)) == TCP_FLAG_SYN &&
           seq_lt(self->rcv_nxt, segment->sequence) &&
           tcp_find_listener(self->endpoint, self->pair.local, self->pair.local_port);
}

static void dispatch(struct tcp_endpoint *self, instant now, const struct tcp_socket_pair *pair,
                     struct tcp_segment *segment, struct packet *packet)
{
    uint32_t previous_snd_nxt = 0;
    bool reopened = false;
    struct tcp_connection *connection = tcp_find(self, pair);
    if (connection && reopens(connection, segment)) {
        previous_snd_nxt = connection->snd_nxt;
        reopened = true;
        tcp_connection_end(connection, true);
        connection = NULL;
    }
    if (!connection) {
        struct tcp_listener *listener = tcp_find_listener(self, pair->local, pair->local_port);
        if (listener)
            input_listen(self, now, listener, pair, segment, packet,
                         reopened ? &previous_snd_nxt : NULL);
        else
            refuse(self, now, pair, segment, packet,
                   segment->flags & TCP_FLAG_RST ? "reset-without-connection" : "no-connection");
        return;
    }
    /* What an acknowledgment frees has been out of the cache for a round trip. */
    __builtin_prefetch(connection->send_queue.copies.head);
    connection->counters.segments_received++;
    connection->last_received_at = now;
    connection->keep_alives = 0;
    if (connection->state == TCP_STATE_SYN_SENT)
        input_syn_sent(connection, now, segment, packet);
    else
        tcp_input_synchronized(connection, now, segment, packet);
}

static bool checksum_is_right(ipv4_address source, ipv4_address destination,
                              const struct packet *packet)
{
    uint64_t sum =
        checksum_pseudo_header(source, destination, TCP_PROTOCOL, (uint16_t)packet->length);
    return checksum_finish(checksum_add(sum, packet->data, packet->length)) == 0;
}

void tcp_input(struct tcp_endpoint *self, instant now, ipv4_address source,
               ipv4_address destination, struct packet *packet)
{
    struct tcp_segment segment;
    self->counters.in_segments++;
    /* Likely the connection that the segment belongs to; all of it is needed. */
    if (self->recent)
        cache_prefetch(self->recent, sizeof *self->recent);
    /* Out of the cache since it was sent: for the checksum, or for the segment that is next written
     * where this one was. */
    cache_prefetch(packet->data, packet->length);
    const char *problem = tcp_segment_decode(packet->data, packet->length, &segment);
    if (!problem && packet->length > 65535)
        problem = "too-long";
    if (!problem && !packet->checksum_known && !checksum_is_right(source, destination, packet))
        problem = "bad-checksum";
    if (!problem && (segment.source_port == 0 || segment.destination_port == 0))
        problem = "bad-port";
    if (problem) {
        self->counters.in_errors++;
        drop(self, now, packet, problem);
        return;
    }
    /* RFC 9293 section 3.9.2.3: neither broadcast nor multicast. */
    if (ipv4_is_multicast(source) || ipv4_is_multicast(destination) || source == IPV4_BROADCAST ||
        destination == IPV4_BROADCAST || source == IPV4_ANY) {
        drop(self, now, packet, "bad-address");
        return;
    }
    (void)packet_pull(packet, segment.header_length);
    struct tcp_socket_pair pair = {destination, source, segment.destination_port,
                                   segment.source_port};
    dispatch(self, now, &pair, &segment, packet);
    tcp_reap(self);
}
