#include "l2tp/l2tp_endpoint.h"

#include "base/wire.h"
#include "l2tp/l2tp_internal.h"

#include <assert.h>
#include <string.h>

_Static_assert(sizeof(struct l2tp_tunnel) <= 448, "a server holds one for each client");
_Static_assert(sizeof(struct l2tp_session) <= 256, "a server holds one for each client");

void l2tp_endpoint_init(struct l2tp_endpoint *self, const struct l2tp_config *config)
{
    assert(config->pool && config->tunnels && config->sessions && config->entropy);
    assert(config->max_tunnels > 0 && config->max_sessions > 0);
    assert(config->host_name && config->host_name[0] != '\0');
    assert(config->crypto || !config->secret);
    assert(config->data.reorder_limit <= L2TP_OUTPUT_CAPACITY - 8); /* released at once */
    memset(self, 0, sizeof *self);
    self->config = *config;
    if (config->payload_receive_window > 0)
        self->config.accepted_flags |= L2TP_FLAG_RESET; /* which flow control sends, too */
    self->serial_number = config->first_serial_number;
    self->next_tunnel_id = config->first_tunnel_id;
    self->next_session_id = config->first_session_id;
    for (unsigned i = 0; i < config->max_tunnels; i++)
        config->tunnels[i] = (struct l2tp_tunnel){.due = INSTANT_NEVER};
    for (unsigned i = 0; i < config->max_sessions; i++)
        config->sessions[i] = (struct l2tp_session){.state = L2TP_SESSION_IDLE};
}

static void forget_message(struct l2tp_endpoint *self)
{
    packet_free(self->message_packet);
    self->message_packet = NULL;
}

void l2tp_endpoint_close(struct l2tp_endpoint *self)
{
    for (unsigned i = 0; i < self->config.max_tunnels; i++)
        if (self->config.tunnels[i].in_use)
            l2tp_tunnel_free(self, &self->config.tunnels[i]);
    while (self->output_count > 0) {
        packet_free(self->outputs[self->output_head].packet);
        self->output_head = (uint8_t)((self->output_head + 1) % L2TP_OUTPUT_CAPACITY);
        self->output_count--;
    }
    packet_queue_clear(&self->crowded);
    self->queue_head = self->queue_tail = NULL;
    forget_message(self);
}

/* Outputs. */

static struct l2tp_output *claim(struct l2tp_endpoint *self, enum output_kind kind,
                                 const struct l2tp_tunnel *tunnel)
{
    assert(self->output_count < L2TP_OUTPUT_CAPACITY);
    unsigned place = (self->output_head + self->output_count++) % L2TP_OUTPUT_CAPACITY;
    struct l2tp_output *output = &self->outputs[place];
    *output = (struct l2tp_output){.kind = kind, .tunnel_id = tunnel->local_id};
    return output;
}

void l2tp_notify(struct l2tp_endpoint *self, enum l2tp_event event,
                 const struct l2tp_tunnel *tunnel, const struct l2tp_session *session)
{
    struct l2tp_output *output = claim(self, OUTPUT_EVENT, tunnel);
    output->event = event;
    output->session_id = session ? session->local_id : 0;
}

static void put_packet(struct l2tp_endpoint *self, enum output_kind kind,
                       const struct l2tp_tunnel *tunnel, uint16_t session_id, struct packet *packet)
{
    struct l2tp_output *output = claim(self, kind, tunnel);
    output->packet = packet;
    output->session_id = session_id;
    output->address = tunnel->peer_address;
    output->port = tunnel->peer_port;
    packet->mark = kind == OUTPUT_SEND ? tunnel->path : 0;
}

/* Whoever is told something may send any number of frames before polling goes on. */
void l2tp_output_packet(struct l2tp_endpoint *self, enum output_kind kind,
                        const struct l2tp_tunnel *tunnel, const struct l2tp_session *session,
                        struct packet *packet)
{
    uint16_t session_id = session ? session->local_id : 0;
    bool crowded = self->crowded.head || !l2tp_output_room(self);
    if (kind == OUTPUT_SEND && crowded) {
        packet->mark = (uint32_t)tunnel->local_id << 16 | session_id;
        packet_queue_push(&self->crowded, packet);
        return;
    }
    put_packet(self, kind, tunnel, session_id, packet);
}

static void put_crowded(struct l2tp_endpoint *self)
{
    struct packet *packet = packet_queue_pop(&self->crowded);
    const struct l2tp_tunnel *tunnel = l2tp_tunnel_find(self, (uint16_t)(packet->mark >> 16));
    if (tunnel)
        put_packet(self, OUTPUT_SEND, tunnel, (uint16_t)packet->mark, packet);
    else
        l2tp_drop(self, self->now, "unknown-tunnel", packet);
}

/* The last four places are for events that commands tell of. */
bool l2tp_output_room(const struct l2tp_endpoint *self)
{
    return self->output_count < L2TP_OUTPUT_CAPACITY - 4;
}

void l2tp_drop(struct l2tp_endpoint *self, instant now, const char *reason, struct packet *packet)
{
    trace_drop(&self->config.trace, now, "l2tp", reason, packet->serial);
    packet_free(packet);
}

/* Tunnels that have something to do. */

void l2tp_wake(struct l2tp_endpoint *self, struct l2tp_tunnel *tunnel)
{
    if (tunnel->queued)
        return;
    tunnel->queued = true;
    tunnel->next_queued = NULL;
    if (self->queue_tail)
        self->queue_tail->next_queued = tunnel;
    else
        self->queue_head = tunnel;
    self->queue_tail = tunnel;
}

static void sleep_first(struct l2tp_endpoint *self)
{
    struct l2tp_tunnel *tunnel = self->queue_head;
    self->queue_head = tunnel->next_queued;
    if (!self->queue_head)
        self->queue_tail = NULL;
    tunnel->queued = false;
    l2tp_timer_update(self, tunnel);
}

/*
 * What is to be done is found while polling, one thing at a time: so the outputs of one input need
 * no bound, and each event is seen while the message that caused it is at hand.
 */
bool l2tp_endpoint_poll(struct l2tp_endpoint *self, struct l2tp_output *output)
{
    while (self->output_count == 0 && self->crowded.head)
        put_crowded(self);
    while (self->output_count == 0 && self->queue_head) {
        forget_message(self);
        if (!l2tp_tunnel_work(self, self->now, self->queue_head))
            sleep_first(self);
    }
    if (self->output_count == 0) {
        *output = (struct l2tp_output){.kind = OUTPUT_NONE};
        return false;
    }
    *output = self->outputs[self->output_head];
    self->output_head = (uint8_t)((self->output_head + 1) % L2TP_OUTPUT_CAPACITY);
    self->output_count--;
    return true;
}

/* Messages without a Tunnel ID: which tunnel do they belong to? */

static bool same_peer(const struct l2tp_tunnel *tunnel, const struct ip_address *address)
{
    return tunnel->in_use && ip_address_equal(&tunnel->peer_address, address);
}

/* A tunnel whose SCCRQ to that peer has not been answered; who began none need not look. */
static struct l2tp_tunnel *find_requested(const struct l2tp_endpoint *self,
                                          const struct ip_address *address)
{
    for (unsigned i = 0; self->originated > 0 && i < self->config.max_tunnels; i++) {
        struct l2tp_tunnel *tunnel = &self->config.tunnels[i];
        if (same_peer(tunnel, address) && tunnel->state == L2TP_TUNNEL_WAIT_CTL_REPLY)
            return tunnel;
    }
    return NULL;
}

/* The sessions that wait for @p lost to open wait for @p found instead. */
static void move_sessions(struct l2tp_tunnel *lost, struct l2tp_tunnel *found)
{
    found->sessions = lost->sessions;
    found->had_session = lost->had_session;
    lost->sessions = NULL;
    for (struct l2tp_session *session = found->sessions; session; session = session->next)
        session->local_tunnel_id = found->local_id;
}

/*
 * Section 4.4.3, Tie Breaker: both ends have sent SCCRQ. Returns the reason to drop the peer's, or
 * NULL when it is to be taken; *@p lost is then the tunnel of this end that has to go.
 */
static const char *break_tie(struct l2tp_endpoint *self, instant now,
                             const struct ip_address *address, const struct l2tp_message *message,
                             struct l2tp_tunnel **lost)
{
    *lost = NULL;
    struct l2tp_tunnel *own = l2tp_tunnel_find(self, message->assigned_tunnel_id);
    if (self->config.ignore_own_tunnel_id && own && same_peer(own, address) &&
        own->state == L2TP_TUNNEL_WAIT_CTL_REPLY)
        return "own-tunnel-id";
    own = self->config.tie_breaker ? find_requested(self, address) : NULL;
    if (!own)
        return NULL;
    int order = -1; /* without a Tie Breaker the peer has lost */
    if (message->present & L2TP_HAS(L2TP_TIE_BREAKER))
        order = memcmp(own->tie_breaker, message->tie_breaker, L2TP_TIE_BREAKER_LENGTH);
    if (order < 0)
        return "tie-won";
    if (order == 0) {
        l2tp_tunnel_abandon(self, now, own, L2TP_CLOSE_TIE_LOST);
        return "tie-lost";
    }
    *lost = own;
    return NULL;
}

/*
 * A tunnel for an SCCRQ that belongs to none yet (or an SCCRP that answers none, which its state
 * idle will refuse), or the reason why there is none.
 */
static struct l2tp_tunnel *begin_requested(struct l2tp_endpoint *self, instant now,
                                           const struct ip_address *address, uint16_t port,
                                           const struct l2tp_message *message, const char **reason)
{
    struct l2tp_tunnel *lost = NULL;
    *reason = "not-accepted";
    if (!self->config.accept_tunnels)
        return NULL;
    *reason = message->type == L2TP_SCCRQ ? break_tie(self, now, address, message, &lost) : NULL;
    if (*reason)
        return NULL;
    struct l2tp_tunnel *tunnel = l2tp_tunnel_begin(self, address, port);
    *reason = "no-free-tunnel";
    if (!tunnel)
        return NULL;
    l2tp_directory_add(self, tunnel, message->assigned_tunnel_id);
    tunnel->peer_id = message->assigned_tunnel_id;
    tunnel->channel.peer_tunnel_id = message->assigned_tunnel_id;
    if (lost) {
        tunnel->secret = lost->secret;
        move_sessions(lost, tunnel);
        l2tp_tunnel_abandon(self, now, lost, L2TP_CLOSE_TIE_LOST);
    }
    return tunnel;
}

static struct l2tp_tunnel *find_by_message(struct l2tp_endpoint *self, instant now,
                                           const struct ip_address *address, uint16_t port,
                                           const struct l2tp_header *header,
                                           const struct packet *packet, const char **reason)
{
    struct l2tp_judgment judgment = self->config.judgment;
    struct l2tp_message message;
    struct l2tp_fault fault;
    judgment.secret = l2tp_secret_of(self, NULL);
    l2tp_message_decode(packet->data + L2TP_CONTROL_HEADER_LENGTH,
                        packet->length - L2TP_CONTROL_HEADER_LENGTH, &judgment, self->revealed,
                        &message, &fault);
    struct l2tp_tunnel *tunnel = NULL;
    *reason = "unknown-tunnel";
    if (message.type == L2TP_SCCRQ || message.type == L2TP_STOPCCN)
        tunnel = l2tp_directory_find(self, address, port, packet->mark, message.assigned_tunnel_id);
    bool begins = message.type == L2TP_SCCRQ || message.type == L2TP_SCCRP;
    if (!tunnel && begins && header->ns == 0) /* section 5.8: where numbers begin */
        tunnel = begin_requested(self, now, address, port, &message, reason);
    return tunnel;
}

/* Receiving. */

/* Section 8.1: addresses and ports stay what they are for the life of a tunnel. */
static bool from_peer(const struct l2tp_endpoint *self, struct l2tp_tunnel *tunnel,
                      const struct ip_address *address, uint16_t port)
{
    if (!same_peer(tunnel, address))
        return false;
    if (tunnel->peer_port == port)
        return true;
    if (!self->config.follow_port || tunnel->state != L2TP_TUNNEL_WAIT_CTL_REPLY)
        return false;
    tunnel->peer_port = port; /* the recipient of the SCCRQ may pick its own */
    return true;
}

static void control_input(struct l2tp_endpoint *self, instant now, struct l2tp_tunnel *tunnel,
                          const struct l2tp_header *header, struct packet *packet)
{
    uint64_t serial = packet->serial;
    bool zlb = header->length == L2TP_CONTROL_HEADER_LENGTH;
    l2tp_trace_packet(self, now, zlb ? "l2tp.zlb.received" : "l2tp.message.received", packet);
    switch (l2tp_channel_input(&tunnel->channel, now, header, packet)) {
    case L2TP_ARRIVAL_NEW:
    case L2TP_ARRIVAL_ZLB:
        break;
    case L2TP_ARRIVAL_DUPLICATE:
        trace_drop(&self->config.trace, now, "l2tp", "duplicate", serial);
        break;
    case L2TP_ARRIVAL_AHEAD:
        trace_drop(&self->config.trace, now, "l2tp", "out-of-sequence", serial);
        break;
    }
    l2tp_wake(self, tunnel);
}

void l2tp_endpoint_input(struct l2tp_endpoint *self, instant now, const struct ip_address *address,
                         uint16_t port, struct packet *packet)
{
    struct l2tp_header header;
    enum l2tp_header_error error =
        l2tp_header_decode(packet->data, packet->length, self->config.accepted_flags, &header);
    self->now = now;
    forget_message(self);
    if (error != L2TP_HEADER_OK) {
        l2tp_drop(self, now, l2tp_header_error_text(error), packet);
        return;
    }
    if (header.flags & L2TP_FLAG_LENGTH)
        packet_trim(packet, header.length);
    bool control = header.flags & L2TP_FLAG_TYPE;
    const char *reason = "unknown-tunnel";
    struct l2tp_tunnel *tunnel;
    if (header.tunnel_id == 0 && control)
        tunnel = find_by_message(self, now, address, port, &header, packet, &reason);
    else
        tunnel = l2tp_tunnel_find(self, header.tunnel_id);
    if (tunnel && !from_peer(self, tunnel, address, port)) {
        tunnel = NULL;
        reason = "wrong-peer";
    }
    if (!tunnel) {
        l2tp_drop(self, now, reason, packet);
        return;
    }
    tunnel->last_received = now;
    tunnel->path = packet->mark;
    packet->mark = 0;
    if (control)
        control_input(self, now, tunnel, &header, packet);
    else
        l2tp_session_data(self, now, tunnel, &header, packet);
}

/* Time. */

void l2tp_endpoint_handle_timeout(struct l2tp_endpoint *self, instant now)
{
    struct l2tp_tunnel *tunnel;
    self->now = now;
    forget_message(self);
    while ((tunnel = l2tp_timer_first(self)) && tunnel->due <= now) {
        l2tp_tunnel_timeout(self, now, tunnel);
        l2tp_wake(self, tunnel);
        l2tp_timer_update(self, tunnel);
        if (tunnel->due <= now) /* an acknowledgment is due: polling sends it */
            break;
    }
}

instant l2tp_endpoint_next_timeout(const struct l2tp_endpoint *self)
{
    const struct l2tp_tunnel *first = l2tp_timer_first(self);
    return first ? first->due : INSTANT_NEVER;
}

/* Looking. */

const struct l2tp_tunnel *l2tp_endpoint_tunnel(const struct l2tp_endpoint *self, uint16_t tunnel_id)
{
    return l2tp_tunnel_find(self, tunnel_id);
}

const struct l2tp_session *l2tp_endpoint_session(const struct l2tp_endpoint *self,
                                                 uint16_t session_id)
{
    return l2tp_session_by_id(self, session_id);
}

void l2tp_endpoint_set_owner(struct l2tp_endpoint *self, uint16_t session_id, void *owner)
{
    struct l2tp_session *session = l2tp_session_by_id(self, session_id);
    if (session)
        session->owner = owner;
}

unsigned l2tp_endpoint_sessions(const struct l2tp_endpoint *self, uint16_t tunnel_id)
{
    const struct l2tp_tunnel *tunnel = l2tp_tunnel_find(self, tunnel_id);
    unsigned count = 0;
    for (const struct l2tp_session *session = tunnel ? tunnel->sessions : NULL; session;
         session = session->next)
        count += session->state != L2TP_SESSION_ENDED;
    return count;
}

const struct l2tp_message *l2tp_endpoint_last_message(const struct l2tp_endpoint *self)
{
    return self->message_packet ? &self->message : NULL;
}
