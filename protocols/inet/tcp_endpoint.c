#include "inet/tcp_connection.h"

#include <stdlib.h>

#define DEFAULT_MTU             1500
#define DEFAULT_EPHEMERAL_FIRST 1025
#define DEFAULT_EPHEMERAL_LAST  5000

/* Thousands of idle connections must cost little. */
_Static_assert(sizeof(struct tcp_connection) <= 768, "a connection stays below a kilobyte");

static uint64_t mix(uint64_t value)
{
    value ^= value >> 30;
    value *= UINT64_C(0xbf58476d1ce4e5b9);
    value ^= value >> 27;
    value *= UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

/* Hash of the keys used here, whose length is 8 or 12 octets. */
unsigned tcp_hash(const void *key, size_t length)
{
    uint64_t first;
    uint32_t second = 0;
    memcpy(&first, key, sizeof first);
    if (length > sizeof first)
        memcpy(&second, (const uint8_t *)key + sizeof first, sizeof second);
    return (unsigned)mix(first ^ mix(second + UINT64_C(0x9e3779b97f4a7c15)));
}

void tcp_endpoint_init(struct tcp_endpoint *self, const struct tcp_config *config)
{
    *self = (struct tcp_endpoint){.config = *config};
    if (self->config.mtu == 0)
        self->config.mtu = DEFAULT_MTU;
    if (self->config.ephemeral_first == 0)
        self->config.ephemeral_first = DEFAULT_EPHEMERAL_FIRST;
    if (self->config.ephemeral_last < self->config.ephemeral_first)
        self->config.ephemeral_last =
            self->config.ephemeral_first > DEFAULT_EPHEMERAL_LAST ? 65535 : DEFAULT_EPHEMERAL_LAST;
    self->ephemeral_next = self->config.ephemeral_first;
    self->isn_secret[0] = entropy_u64(&self->config.entropy);
    self->isn_secret[1] = entropy_u64(&self->config.entropy);
}

void tcp_endpoint_destroy(struct tcp_endpoint *self)
{
    struct tcp_connection *connection, *next_connection;
    DL_FOREACH_SAFE2(self->all, connection, next_connection, all_next)
    {
        connection->held = false;
        tcp_connection_end(connection, false);
    }
    tcp_reap(self);
    struct tcp_listener *listener, *next_listener;
    HASH_ITER(hh, self->listeners, listener, next_listener)
    {
        HASH_DEL(self->listeners, listener);
        free(listener);
    }
    packet_queue_clear(&self->resets);
    free(self->timers);
    self->timers = NULL;
    self->timer_capacity = 0;
}

static struct tcp_listener *find_socket(struct tcp_endpoint *self, ipv4_address address,
                                        uint16_t port)
{
    struct tcp_socket socket = {.address = address, .port = port};
    struct tcp_listener *listener = NULL;
    HASH_FIND(hh, self->listeners, &socket, sizeof socket, listener);
    return listener;
}

struct tcp_listener *tcp_find_listener(struct tcp_endpoint *self, ipv4_address address,
                                       uint16_t port)
{
    if (!self->listeners)
        return NULL;
    struct tcp_listener *listener = find_socket(self, address, port);
    return listener ? listener : find_socket(self, IPV4_ANY, port);
}

struct tcp_connection *tcp_find(struct tcp_endpoint *self, const struct tcp_socket_pair *pair)
{
    struct tcp_connection *connection = self->recent;
    if (connection && memcmp(&connection->pair, pair, sizeof *pair) == 0)
        return connection;
    HASH_FIND(hh, self->connections, pair, sizeof *pair, connection);
    if (connection)
        self->recent = connection;
    return connection;
}

enum status tcp_listen(struct tcp_endpoint *self, ipv4_address address, uint16_t port,
                       const struct tcp_options *options, void *context)
{
    if (port == 0 || find_socket(self, address, port))
        return STATUS_INVALID;
    struct tcp_listener *listener = calloc(1, sizeof *listener);
    if (!listener)
        return STATUS_NO_MEMORY;
    listener->socket = (struct tcp_socket){.address = address, .port = port};
    listener->options = options ? *options : self->config.options;
    listener->context = context;
    HASH_ADD(hh, self->listeners, socket, sizeof listener->socket, listener);
    if (!listener->hh.tbl) {
        free(listener);
        return STATUS_NO_MEMORY;
    }
    return STATUS_OK;
}

void tcp_unlisten(struct tcp_endpoint *self, instant now, ipv4_address address, uint16_t port)
{
    struct tcp_listener *listener = find_socket(self, address, port);
    if (!listener)
        return;
    struct tcp_connection *connection, *next;
    DL_FOREACH_SAFE2(self->all, connection, next, all_next)
    {
        if (connection->listener != listener)
            continue;
        connection->held = false;
        if (connection->state != TCP_STATE_CLOSED) {
            tcp_reset_peer(connection, now);
            tcp_trace(connection, now, "tcp.reset", "listener-closed");
        }
        tcp_connection_end(connection, false);
    }
    tcp_reap(self);
    HASH_DEL(self->listeners, listener);
    free(listener);
}

uint32_t tcp_path_mtu(const struct tcp_endpoint *self, const struct tcp_socket_pair *pair)
{
    uint32_t mtu = self->config.mtu_towards ? self->config.mtu_towards(self->config.mtu_context,
                                                                       pair->local, pair->remote)
                                            : self->config.mtu;
    if (mtu < 68)
        mtu = 68;
    return mtu > 65535 ? 65535 : mtu;
}

/*
 * RFC 6528 section 3: a clock of 4 microseconds a tick plus a secret function of the socket
 * pair. Strangers cannot guess it, successive connections of a pair do not collide, and a run
 * repeats it.
 */
static uint32_t initial_sequence(const struct tcp_endpoint *self, instant now,
                                 const struct tcp_socket_pair *pair)
{
    uint64_t addresses = (uint64_t)pair->local << 32 | pair->remote;
    uint64_t ports = (uint64_t)pair->local_port << 16 | pair->remote_port;
    uint64_t secret = mix(mix(addresses ^ self->isn_secret[0]) + (ports ^ self->isn_secret[1]));
    return (uint32_t)(secret + now / (4 * INSTANT_MICROSECOND));
}

static bool reserve_timer(struct tcp_endpoint *self)
{
    if (self->connection_count < self->timer_capacity)
        return true;
    uint32_t capacity = self->timer_capacity ? self->timer_capacity * 2 : 4;
    struct tcp_connection **timers =
        realloc(self->timers, capacity * sizeof(struct tcp_connection *));
    if (!timers)
        return false;
    self->timers = timers;
    self->timer_capacity = capacity;
    return true;
}

static void choose_mss(struct tcp_connection *self)
{
    uint32_t mss = tcp_path_mtu(self->endpoint, &self->pair) - TCP_IPV4_OVERHEAD;
    self->snd_mss = (uint16_t)min_u32(mss, TCP_DEFAULT_MSS);
    if (self->options.mss != 0)
        mss = min_u32(mss, self->options.mss);
    self->announced_mss = (uint16_t)mss;
}

struct tcp_connection *tcp_connection_new(struct tcp_endpoint *self, instant now,
                                          const struct tcp_socket_pair *pair,
                                          const struct tcp_options *options, void *context)
{
    if (!reserve_timer(self))
        return NULL;
    struct tcp_connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        return NULL;
    connection->pair = *pair;
    HASH_ADD(hh, self->connections, pair, sizeof connection->pair, connection);
    if (!connection->hh.tbl) {
        free(connection);
        return NULL;
    }
    DL_APPEND2(self->all, connection, all_previous, all_next);
    self->connection_count++;
    connection->serial = self->next_serial++;
    connection->endpoint = self;
    connection->context = context;
    connection->options = *options;
    connection->retransmit_at = INSTANT_NEVER;
    connection->ack_at = INSTANT_NEVER;
    connection->idle_at = INSTANT_NEVER;
    connection->timer_at = INSTANT_NEVER;
    connection->timer_index = TCP_NO_TIMER;
    connection->receive_buffer = options->receive_buffer;
    connection->rcv_scale = tcp_scale_for(options->receive_buffer);
    connection->rto = max_u32(options->initial_rto_ms, 1) * INSTANT_MILLISECOND;
    connection->iss = initial_sequence(self, now, pair);
    connection->snd_una = connection->snd_nxt = connection->snd_max = connection->iss;
    connection->send_queue.base = connection->iss + 1;
    connection->recover = connection->iss;
    choose_mss(connection);
    tcp_congestion_init(connection);
    return connection;
}

static void leave_listener(struct tcp_connection *self)
{
    if (!self->listener)
        return;
    self->listener->pending--;
    self->listener = NULL;
}

void tcp_connection_end(struct tcp_connection *self, bool keep_received)
{
    struct tcp_endpoint *endpoint = self->endpoint;
    if (self->hh.tbl) {
        HASH_DELETE(hh, endpoint->connections, self);
        if (endpoint->recent == self)
            endpoint->recent = NULL;
        self->hh.tbl = NULL;
    }
    self->state = TCP_STATE_CLOSED;
    leave_listener(self);
    tcp_timer_remove(self);
    if (self->in_output)
        DL_DELETE2(endpoint->output, self, output_previous, output_next);
    self->in_output = false;
    tcp_send_queue_clear(&self->send_queue);
    packet_queue_clear(&self->out_of_order);
    if (!keep_received || !self->held) {
        packet_queue_clear(&self->receive_queue);
        self->receive_queued = 0;
    }
    if (self->held)
        return;
    if (self->in_events)
        DL_DELETE2(endpoint->events, self, event_previous, event_next);
    self->in_events = false;
    DL_DELETE2(endpoint->all, self, all_previous, all_next);
    LL_PREPEND2(endpoint->dead, self, all_next);
    endpoint->connection_count--;
}

void tcp_reap(struct tcp_endpoint *self)
{
    while (self->dead) {
        struct tcp_connection *connection = self->dead;
        self->dead = connection->all_next;
        free(connection);
    }
}

void tcp_connection_fail(struct tcp_connection *self, instant now, enum tcp_event event,
                         const char *reason)
{
    static const char *const names[] = {
        [TCP_EVENT_CLOSED] = "tcp.closed",           [TCP_EVENT_RESET] = "tcp.reset",
        [TCP_EVENT_REFUSED] = "tcp.refused",         [TCP_EVENT_TIMED_OUT] = "tcp.timed-out",
        [TCP_EVENT_UNREACHABLE] = "tcp.unreachable",
    };
    struct tcp_endpoint_counters *counters = &self->endpoint->counters;
    /* The definitions of tcpAttemptFails and tcpEstabResets in RFC 1213. */
    if (self->state == TCP_STATE_SYN_SENT || self->state == TCP_STATE_SYN_RECEIVED)
        counters->attempt_fails++;
    else if (self->state == TCP_STATE_ESTABLISHED || self->state == TCP_STATE_CLOSE_WAIT)
        counters->established_resets++;
    tcp_trace(self, now, names[event], reason);
    if (self->held)
        tcp_notify(self, event);
    tcp_connection_end(self, event == TCP_EVENT_CLOSED);
}

void tcp_want_output(struct tcp_connection *self)
{
    if (self->in_output || self->state == TCP_STATE_CLOSED)
        return;
    self->in_output = true;
    DL_APPEND2(self->endpoint->output, self, output_previous, output_next);
}

void tcp_notify(struct tcp_connection *self, enum tcp_event event)
{
    if (!self->held)
        return;
    self->events |= (uint16_t)(1U << event);
    if (self->in_events)
        return;
    self->in_events = true;
    DL_APPEND2(self->endpoint->events, self, event_previous, event_next);
}

/* The next free ephemeral port towards that peer; 0: none. */
static uint16_t ephemeral_port(struct tcp_endpoint *self, struct tcp_socket_pair pair)
{
    uint32_t count = (uint32_t)(self->config.ephemeral_last - self->config.ephemeral_first) + 1;
    for (uint32_t i = 0; i < count; i++) {
        pair.local_port = self->ephemeral_next;
        self->ephemeral_next = pair.local_port == self->config.ephemeral_last
                                   ? self->config.ephemeral_first
                                   : (uint16_t)(pair.local_port + 1);
        if (!tcp_find(self, &pair) && !tcp_find_listener(self, pair.local, pair.local_port))
            return pair.local_port;
    }
    return 0;
}

struct tcp_connection *tcp_connect(struct tcp_endpoint *self, instant now, ipv4_address local,
                                   uint16_t local_port, ipv4_address remote, uint16_t remote_port,
                                   const struct tcp_options *options, void *context)
{
    /* RFC 9293 section 3.9.2.3: no broadcast or multicast. */
    if (local == IPV4_ANY || remote == IPV4_ANY || remote_port == 0 || ipv4_is_multicast(remote) ||
        remote == IPV4_BROADCAST)
        return NULL;
    struct tcp_socket_pair pair = {local, remote, local_port, remote_port};
    if (local_port == 0)
        pair.local_port = ephemeral_port(self, pair);
    if (pair.local_port == 0 || tcp_find(self, &pair))
        return NULL;
    struct tcp_connection *connection =
        tcp_connection_new(self, now, &pair, options ? options : &self->config.options, context);
    if (!connection)
        return NULL;
    connection->held = true;
    connection->state = TCP_STATE_SYN_SENT;
    connection->syn_due = true;
    self->counters.active_opens++;
    tcp_want_output(connection);
    return connection;
}

static bool poll_event(struct tcp_endpoint *self, struct tcp_output *output)
{
    struct tcp_connection *connection = self->events;
    if (!connection)
        return false;
    unsigned event = 0;
    while (!(connection->events & 1U << event))
        event++;
    connection->events &= (uint16_t) ~(1U << event);
    if (connection->events == 0) {
        DL_DELETE2(self->events, connection, event_previous, event_next);
        connection->in_events = false;
    }
    if (event == TCP_EVENT_ACCEPTED)
        leave_listener(connection);
    output->kind = OUTPUT_EVENT;
    output->event = (enum tcp_event)event;
    output->connection = connection;
    return true;
}

bool tcp_poll(struct tcp_endpoint *self, instant now, struct tcp_output *output)
{
    *output = (struct tcp_output){.kind = OUTPUT_NONE};
    struct packet *reset = packet_queue_pop(&self->resets);
    if (reset) {
        output->kind = OUTPUT_SEND;
        output->packet = reset;
        output->source = (ipv4_address)(reset->due >> 32);
        output->destination = (ipv4_address)reset->due;
        reset->due = 0;
        return true;
    }
    while (self->output) {
        struct tcp_connection *connection = self->output;
        if (tcp_output_segment(connection, now, output))
            return true;
        DL_DELETE2(self->output, connection, output_previous, output_next);
        connection->in_output = false;
    }
    return poll_event(self, output);
}
