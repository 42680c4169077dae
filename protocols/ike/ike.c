#include "ike/ike.h"

#include "ike/ike_internal.h"

#include <stdlib.h>
#include <string.h>

/* Numbers of objects: the index from 1 in the low bits, a generation in the high ones. */
#define MAX_OBJECTS 0xfffffU

static bool is_sensible(const struct ike_config *config)
{
    if (!config->pool || !config->crypto || !config->entropy || !config->max_phase1 ||
        !config->max_exchanges || !config->max_children)
        return false;
    if (config->max_phase1 > MAX_OBJECTS || config->max_exchanges > MAX_OBJECTS ||
        config->max_children > MAX_OBJECTS)
        return false;
    for (size_t i = 0; i < config->peer_count; i++)
        if (!config->peers[i].phase1 || config->peers[i].phase1->count == 0)
            return false;
    for (size_t i = 0; i < config->rule_count; i++)
        if (!config->rules[i].phase2 || config->rules[i].phase2->count == 0)
            return false;
    return true;
}

static void free_storage(struct ike_state *state)
{
    ike_index_destroy(&state->by_cookie);
    ike_index_destroy(&state->by_peer);
    ike_index_destroy(&state->child_by_spi);
    ike_index_destroy(&state->child_by_peer);
    ike_timers_destroy(&state->timers);
    free(state->phase1s);
    free(state->exchanges);
    free(state->children);
    free(state);
}

static bool take_storage(struct ike_state *state, const struct ike_config *config)
{
    state->phase1s = calloc(config->max_phase1, sizeof *state->phase1s);
    state->exchanges = calloc(config->max_exchanges, sizeof *state->exchanges);
    state->children = calloc(config->max_children, sizeof *state->children);
    uint32_t timers = config->max_phase1 + config->max_exchanges + config->max_children + 1;
    return state->phase1s && state->exchanges && state->children &&
           ike_index_init(&state->by_cookie, config->max_phase1) == STATUS_OK &&
           ike_index_init(&state->by_peer, config->max_phase1) == STATUS_OK &&
           ike_index_init(&state->child_by_spi, config->max_children) == STATUS_OK &&
           ike_index_init(&state->child_by_peer, config->max_children) == STATUS_OK &&
           ike_timers_init(&state->timers, timers) == STATUS_OK;
}

enum status ike_init(struct ike *self, const struct ike_config *config)
{
    if (!is_sensible(config))
        return STATUS_INVALID;
    struct ike_state *state = calloc(1, sizeof *state);
    if (!state)
        return STATUS_NO_MEMORY;
    if (!take_storage(state, config)) {
        free_storage(state);
        return STATUS_NO_MEMORY;
    }
    self->config = *config;
    self->state = state;
    state->config = &self->config;
    state->behaviour = &self->config.behaviour;
    for (uint32_t i = 0; i < config->max_phase1; i++)
        state->phase1s[i].timer.kind = IKE_TIMER_PHASE1;
    for (uint32_t i = 0; i < config->max_exchanges; i++)
        state->exchanges[i].timer.kind = IKE_TIMER_EXCHANGE;
    for (uint32_t i = 0; i < config->max_children; i++)
        state->children[i].timer.kind = IKE_TIMER_CHILD;
    state->reassembly_timer.kind = IKE_TIMER_REASSEMBLY;
    ike_reassembly_init(&state->reassembly, config->pool, &config->trace);
    entropy_fill(config->entropy, state->cookie_secret, sizeof state->cookie_secret);
    return STATUS_OK;
}

/* The keys that are left; what is free has none. */
static void wipe(struct ike_state *state)
{
    for (uint32_t i = 0; i < state->config->max_phase1; i++)
        if (state->phase1s[i].state != IKE_PHASE1_FREE)
            crypto_wipe(&state->phase1s[i].keys, sizeof state->phase1s[i].keys);
    for (uint32_t i = 0; i < state->config->max_children; i++)
        if (state->children[i].state != IKE_CHILD_FREE)
            crypto_wipe(state->children[i].sa.protocols, sizeof state->children[i].sa.protocols);
    crypto_wipe(&state->told, sizeof state->told);
    crypto_wipe(state->cookie_secret, sizeof state->cookie_secret);
}

void ike_close(struct ike *self)
{
    struct ike_state *state = self->state;
    for (uint32_t i = 0; i < self->config.max_exchanges; i++)
        if (state->exchanges[i].state != IKE_EXCHANGE_FREE)
            ike_exchange_release(&state->exchanges[i]);
    for (; state->ring_count > 0; state->ring_count--) {
        packet_free(state->ring[state->ring_head].output.packet);
        state->ring_head = (state->ring_head + 1) % IKE_OUTPUTS;
    }
    ike_reassembly_clear(&state->reassembly);
    wipe(state);
    free_storage(state);
    self->state = NULL;
}

/* Outputs. */

static struct ike_pending *push(struct ike_state *state)
{
    assert(state->ring_count < IKE_OUTPUTS);
    struct ike_pending *pending =
        &state->ring[(state->ring_head + state->ring_count++) % IKE_OUTPUTS];
    *pending = (struct ike_pending){.child = IKE_INDEX_END};
    return pending;
}

static struct ike_pending *push_packet(struct ike_state *state, struct packet *packet,
                                       const struct ike_endpoint *local,
                                       const struct ike_endpoint *remote)
{
    struct ike_pending *pending = push(state);
    pending->output = (struct ike_output){
        .kind = OUTPUT_SEND, .packet = packet, .local = *local, .remote = *remote};
    return pending;
}

static void push_marker(struct packet *packet)
{
    memset(packet_push(packet, IKE_NON_ESP_MARKER_LENGTH), 0, IKE_NON_ESP_MARKER_LENGTH);
}

void ike_queue_packet(struct ike_state *state, struct packet *packet,
                      const struct ike_endpoint *local, const struct ike_endpoint *remote)
{
    (void)push_packet(state, packet, local, remote);
}

/* Octets of a message in a fragment so that its datagram has the size that Windows sends. */
static uint16_t fragment_data(const struct ike_phase1 *phase1)
{
    bool ipv6 = phase1->remote.address.version == 6;
    unsigned marker = phase1->local.port == IKE_NAT_TRAVERSAL_PORT ? IKE_NON_ESP_MARKER_LENGTH : 0;
    unsigned headers = (ipv6 ? 40U : 20U) + 8 + marker + ISAKMP_HEADER_LENGTH +
                       ISAKMP_GENERIC_LENGTH + IKE_FRAGMENT_HEADER_LENGTH;
    return (uint16_t)((ipv6 ? 1280 : IKE_FRAGMENT_DATAGRAM) - headers);
}

void ike_transmit(struct ike_state *state, struct ike_phase1 *phase1, const struct packet *message,
                  bool in_fragments)
{
    struct packet *packet = packet_clone(message);
    if (!packet)
        return;
    phase1->sent = state->now;
    size_t data = fragment_data(phase1);
    size_t count = in_fragments ? ike_fragment_count(packet->length, data) : 0;
    if (count < 2) {
        if (phase1->local.port == IKE_NAT_TRAVERSAL_PORT)
            push_marker(packet);
        (void)push_packet(state, packet, &phase1->local, &phase1->remote);
        return;
    }
    struct ike_pending *pending = push_packet(state, packet, &phase1->local, &phase1->remote);
    pending->fragment_id = ++state->fragment_id;
    pending->fragment_data = (uint16_t)data;
    pending->fragment_count = (uint8_t)count;
    struct ike_trace_text text;
    struct trace_field fields[IKE_TRACE_ABOUT + 1];
    size_t about = ike_trace_about(phase1, &text, fields);
    fields[about] = trace_number("fragments", count);
    trace_emit(&state->config->trace, state->now, "ike.fragmented", fields, about + 1);
}

void ike_queue_event(struct ike_state *state, const struct ike_output *output, uint32_t child)
{
    struct ike_pending *pending = push(state);
    pending->output = *output;
    pending->output.kind = OUTPUT_EVENT;
    pending->child = child;
}

/* The next fragment of a packet; NULL when there is no memory. */
static struct packet *next_fragment(struct ike_state *state, struct ike_pending *pending)
{
    const struct packet *whole = pending->output.packet;
    pending->fragment_number++;
    struct packet *packet = packet_alloc(state->config->pool, PACKET_ROOM);
    if (!packet)
        return NULL;
    uint8_t *octets = packet_append(packet, PACKET_ROOM);
    size_t length =
        ike_fragment_encode(whole->data, whole->length, pending->fragment_data,
                            pending->fragment_id, pending->fragment_number, octets, PACKET_ROOM);
    packet_trim(packet, length);
    if (pending->output.local.port == IKE_NAT_TRAVERSAL_PORT)
        push_marker(packet);
    return packet;
}

static void pop(struct ike_state *state, struct ike_output *output)
{
    struct ike_pending *pending = &state->ring[state->ring_head];
    *output = pending->output;
    if (pending->fragment_count) {
        output->packet = next_fragment(state, pending);
        if (pending->fragment_number < pending->fragment_count)
            return;
        packet_free(pending->output.packet);
    }
    if (pending->child != IKE_INDEX_END) {
        struct ike_child *child = &state->children[pending->child];
        state->told = child->sa;
        output->child = &state->told;
        if (output->event == IKE_EVENT_CHILD_DELETED) {
            crypto_wipe(child->sa.protocols, sizeof child->sa.protocols);
            child->state = IKE_CHILD_FREE;
        }
    }
    state->ring_head = (state->ring_head + 1) % IKE_OUTPUTS;
    state->ring_count--;
}

/* Time. */

void ike_arm(struct ike_state *state, struct ike_timer *timer, const instant *deadlines,
             unsigned count)
{
    instant due = INSTANT_NEVER;
    for (unsigned i = 0; i < count; i++)
        due = instant_earlier(due, deadlines[i]);
    ike_timers_set(&state->timers, timer, due);
}

static void run(struct ike_state *state, struct ike_timer *timer)
{
    switch ((enum ike_timer_kind)timer->kind) {
    case IKE_TIMER_PHASE1:
        ike_phase1_handle_timeout(state, (struct ike_phase1 *)timer);
        break;
    case IKE_TIMER_EXCHANGE:
        ike_exchange_handle_timeout(state, (struct ike_exchange *)timer);
        break;
    case IKE_TIMER_CHILD:
        ike_child_handle_timeout(state, (struct ike_child *)timer);
        break;
    case IKE_TIMER_REASSEMBLY:
        ike_reassembly_handle_timeout(&state->reassembly, state->now);
        ike_timers_set(&state->timers, timer, ike_reassembly_next_timeout(&state->reassembly));
        break;
    }
}

/* Does what is due as long as its outputs fit; polling goes on with the rest. */
static void run_due(struct ike_state *state)
{
    while (state->ring_count + IKE_OUTPUTS_STEP <= IKE_OUTPUTS) {
        struct ike_timer *timer = ike_timers_first(&state->timers);
        if (!timer || timer->due > state->now)
            return;
        run(state, timer);
    }
}

void ike_handle_timeout(struct ike *self, instant now)
{
    self->state->now = now;
    run_due(self->state);
}

instant ike_next_timeout(const struct ike *self)
{
    const struct ike_timer *timer = ike_timers_first(&self->state->timers);
    return timer ? timer->due : INSTANT_NEVER;
}

bool ike_poll(struct ike *self, struct ike_output *output)
{
    struct ike_state *state = self->state;
    if (state->told.id != 0) /* was for the caller until now */
        crypto_wipe(&state->told, sizeof state->told);
    for (;;) {
        if (state->ring_count == 0)
            run_due(state);
        *output = (struct ike_output){.kind = OUTPUT_NONE};
        if (state->ring_count == 0)
            return false;
        pop(state, output);
        if (output->kind != OUTPUT_SEND || output->packet)
            return true;
    }
}

/* Messages. */

void ike_drop(struct ike_state *state, const struct ike_incoming *incoming, const char *reason)
{
    trace_drop(&state->config->trace, state->now, "ike", reason, incoming->packet->serial);
}

static void take_negotiation(struct ike_state *state, struct ike_phase1 *phase1,
                             struct ike_incoming *incoming)
{
    struct ike_exchange *exchange = ike_exchange_find(state, phase1, 0);
    if (incoming->header.message_id != 0)
        ike_drop(state, incoming, "message-id-in-phase-1");
    else if (!exchange || exchange->script->type != incoming->header.exchange)
        ike_drop(state, incoming, "unexpected-message");
    else
        ike_exchange_input(state, exchange, incoming);
}

static void take_quick_mode(struct ike_state *state, struct ike_phase1 *phase1,
                            struct ike_incoming *incoming)
{
    struct ike_exchange *exchange = ike_exchange_find(state, phase1, incoming->header.message_id);
    if (incoming->header.message_id == 0)
        ike_drop(state, incoming, "no-message-id");
    else if (phase1->state != IKE_PHASE1_ESTABLISHED)
        ike_drop(state, incoming, "phase-1-incomplete");
    else if (!exchange)
        ike_quick_input(state, phase1, incoming);
    else if (exchange->script->type != ISAKMP_EXCHANGE_QUICK_MODE)
        ike_drop(state, incoming, "unexpected-message");
    else
        ike_exchange_input(state, exchange, incoming);
}

static void take(struct ike_state *state, struct ike_incoming *incoming);

/* [MS-IKEE] section 3.3.5.3. */
static void take_fragment(struct ike_state *state, struct ike_phase1 *phase1,
                          struct ike_incoming *incoming)
{
    struct ike_fragment fragment;
    bool wanted = false;
    for (unsigned i = 0; i < state->behaviour->vendor_count; i++)
        wanted |= state->behaviour->vendors[i] == IKE_VENDOR_FRAGMENTATION;
    enum isakmp_error error =
        isakmp_message_decode(incoming->packet->data, incoming->packet->length, &incoming->message);
    if (error == ISAKMP_OK && incoming->message.count == 1)
        error = ike_fragment_decode(&incoming->message.payloads[0], &fragment);
    if (error != ISAKMP_OK || incoming->message.count != 1 || !wanted || incoming->reassembled) {
        ike_drop(state, incoming, wanted ? "bad-fragment" : "fragments-not-agreed");
        return;
    }
    if (phase1->peer_vendors & IKE_VENDOR_BIT(IKE_VENDOR_FRAGMENTATION))
        phase1->fragmenting = true;
    struct packet *whole =
        ike_reassembly_input(&state->reassembly, state->now, &incoming->remote->address,
                             incoming->remote->port, &incoming->header, &fragment);
    ike_timers_set(&state->timers, &state->reassembly_timer,
                   ike_reassembly_next_timeout(&state->reassembly));
    if (!whole)
        return;
    ike_trace_peer(state, phase1, "ike.reassembled");
    struct ike_incoming message = {
        .local = incoming->local, .remote = incoming->remote, .packet = whole, .reassembled = true};
    take(state, &message);
    packet_free(whole);
}

static void take(struct ike_state *state, struct ike_incoming *incoming)
{
    enum isakmp_error error =
        isakmp_header_decode(incoming->packet->data, incoming->packet->length, &incoming->header);
    if (error != ISAKMP_OK) {
        ike_drop(state, incoming, isakmp_error_text(error));
        return;
    }
    uint8_t digest[HASH_SIZE_MAXIMUM];
    struct crypto_piece all = {incoming->packet->data, incoming->packet->length};
    crypto_hash(state->config->crypto, HASH_SHA1, &all, 1, digest);
    memcpy(incoming->digest, digest, sizeof incoming->digest);

    struct ike_phase1 *phase1 = ike_phase1_by_cookies(state, &incoming->header, incoming->remote);
    if (!phase1) {
        ike_responder_input(state, incoming);
        return;
    }
    if (incoming->header.next_payload == ISAKMP_PAYLOAD_FRAGMENT) {
        take_fragment(state, phase1, incoming);
        return;
    }
    switch (incoming->header.exchange) {
    case ISAKMP_EXCHANGE_IDENTITY_PROTECTION:
    case ISAKMP_EXCHANGE_AGGRESSIVE:
        take_negotiation(state, phase1, incoming);
        break;
    case ISAKMP_EXCHANGE_INFORMATIONAL:
        ike_informational_input(state, phase1, incoming);
        break;
    case ISAKMP_EXCHANGE_QUICK_MODE:
        take_quick_mode(state, phase1, incoming);
        break;
    default:
        ike_drop(state, incoming, "unsupported-exchange");
        break;
    }
}

void ike_input(struct ike *self, instant now, const struct ike_endpoint *local,
               const struct ike_endpoint *remote, struct packet *packet)
{
    struct ike_state *state = self->state;
    state->now = now;
    struct ike_incoming incoming = {.local = local, .remote = remote, .packet = packet};
    if (local->port == IKE_NAT_TRAVERSAL_PORT) {
        switch (ike_udp_classify(packet->data, packet->length)) {
        case IKE_UDP_MESSAGE:
            (void)packet_pull(packet, IKE_NON_ESP_MARKER_LENGTH);
            take(state, &incoming);
            break;
        case IKE_UDP_KEEPALIVE:
            break; /* RFC 3948 section 2.3: ignored */
        case IKE_UDP_ESP:
        case IKE_UDP_RUNT:
            ike_drop(state, &incoming, "no-non-esp-marker");
            break;
        }
    } else {
        take(state, &incoming);
    }
    packet_free(packet);
}
