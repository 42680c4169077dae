#include "ike/ike_internal.h"

#include <string.h>

/* The first message of a negotiation, and floods of them ([MS-IKEE] section 3.9). */

/* How long a cookie may take to come back, by note 27 of [MS-IKEE]. */
#define COOKIE_SLICE_S 150
/* Octets of an address and port in what the cookie is made from. */
#define SOCKET_ADDRESS_SIZE 36

void ike_responder_watch(struct ike_state *state)
{
    const struct ike_behaviour *behaviour = state->behaviour;
    bool protects = state->dos_protection;
    if (behaviour->half_open_limit && state->half_open > behaviour->half_open_limit)
        protects = true;
    else if (state->half_open < behaviour->half_open_resume || !behaviour->half_open_limit)
        protects = false;
    if (protects == state->dos_protection)
        return;
    state->dos_protection = protects;
    TRACE(&state->config->trace, state->now,
          protects ? "ike.half-open.limit" : "ike.half-open.normal",
          trace_number("half-open", state->half_open));
}

static void socket_address(const struct ike_endpoint *endpoint, uint8_t octets[SOCKET_ADDRESS_SIZE])
{
    bool ipv6 = endpoint->address.version == 6;
    memset(octets, 0, SOCKET_ADDRESS_SIZE);
    octets[0] = ipv6 ? 5 : 1;
    octets[2] = ipv6 ? 0x17 : 2;
    wire_store_u16(octets + 4, endpoint->port);
    memcpy(octets + 6, endpoint->address.octets, ip_address_length(&endpoint->address));
}

/* Stateless: from a secret, both addresses, the initiator's cookie and the time. */
static void make_cookie(const struct ike_state *state, const struct ike_incoming *incoming,
                        uint32_t slice, uint8_t cookie[ISAKMP_COOKIE_SIZE])
{
    uint8_t peer[SOCKET_ADDRESS_SIZE];
    uint8_t local[SOCKET_ADDRESS_SIZE];
    uint8_t time[4];
    uint8_t digest[HASH_SIZE_MAXIMUM];
    socket_address(incoming->remote, peer);
    socket_address(incoming->local, local);
    wire_store_u32(time, slice * COOKIE_SLICE_S);
    const struct crypto_piece pieces[] = {
        {state->cookie_secret, sizeof state->cookie_secret},
        {incoming->header.initiator_cookie, ISAKMP_COOKIE_SIZE},
        {peer, sizeof peer},
        {local, sizeof local},
        {time, sizeof time},
    };
    crypto_hash(state->config->crypto, HASH_SHA1, pieces, sizeof pieces / sizeof pieces[0], digest);
    memcpy(cookie, digest, ISAKMP_COOKIE_SIZE);
}

static uint32_t current_slice(const struct ike_state *state)
{
    return (uint32_t)(state->now / INSTANT_SECOND / COOKIE_SLICE_S) + 1;
}

static bool brings_cookie(const struct ike_state *state, const struct ike_incoming *incoming)
{
    uint32_t slice = current_slice(state);
    for (uint32_t age = 0; age < 2 && age < slice; age++) {
        uint8_t cookie[ISAKMP_COOKIE_SIZE];
        make_cookie(state, incoming, slice - age, cookie);
        if (memcmp(cookie, incoming->header.responder_cookie, sizeof cookie) == 0)
            return true;
    }
    return false;
}

static void demand_cookie(struct ike_state *state, const struct ike_incoming *incoming)
{
    struct packet *packet = packet_alloc(state->config->pool, PACKET_ROOM);
    if (!packet)
        return;
    uint8_t cookie[ISAKMP_COOKIE_SIZE];
    make_cookie(state, incoming, current_slice(state), cookie);
    struct isakmp_notify notify = {.doi = ISAKMP_DOI_IPSEC,
                                   .protocol = ISAKMP_PROTOCOL_ISAKMP,
                                   .type = ISAKMP_MS_DOS_COOKIE,
                                   .data = cookie,
                                   .data_length = sizeof cookie};
    struct isakmp_header header = {.version = ISAKMP_VERSION,
                                   .exchange = ISAKMP_EXCHANGE_INFORMATIONAL,
                                   .message_id = entropy_u32(state->config->entropy) | 1};
    memcpy(header.initiator_cookie, incoming->header.initiator_cookie, ISAKMP_COOKIE_SIZE);
    struct isakmp_builder builder;
    isakmp_build_start(&builder, &header, packet_append(packet, PACKET_ROOM), PACKET_ROOM);
    isakmp_build_notify(&builder, &notify);
    packet_trim(packet, isakmp_build_finish(&builder));
    char text[IP_TEXT_SIZE];
    TRACE(&state->config->trace, state->now, "ike.cookie.demanded",
          trace_text("peer", ip_address_format(&incoming->remote->address, text)));
    if (incoming->local->port == IKE_NAT_TRAVERSAL_PORT)
        memset(packet_push(packet, IKE_NON_ESP_MARKER_LENGTH), 0, IKE_NON_ESP_MARKER_LENGTH);
    ike_queue_packet(state, packet, incoming->local, incoming->remote);
}

void ike_demanded_cookie(struct ike_state *state, struct ike_exchange *negotiation,
                         const struct ike_incoming *incoming, const struct isakmp_notify *notify)
{
    struct ike_phase1 *phase1 = negotiation->phase1;
    if (!negotiation->initiator || negotiation->step != 1 ||
        notify->data_length != ISAKMP_COOKIE_SIZE || phase1->demands > 3) {
        ike_drop(state, incoming, "unexpected-cookie");
        return;
    }
    phase1->demands++;
    memcpy(phase1->responder_cookie, notify->data, ISAKMP_COOKIE_SIZE);
    negotiation->step = 0;
    ike_exchange_advance(state, negotiation);
}

static unsigned half_open_with(const struct ike_state *state, const struct ip_address *remote)
{
    unsigned count = 0;
    for (const struct ike_phase1 *phase1 = ike_phase1_first(state, remote); phase1;
         phase1 = ike_phase1_next(state, phase1))
        count += phase1->half_open;
    return count;
}

/* The reason why a message can begin nothing; NULL when it can. */
static const char *check_first(const struct ike_state *state, const struct ike_incoming *incoming)
{
    static const uint8_t none[ISAKMP_COOKIE_SIZE];
    const struct isakmp_header *header = &incoming->header;
    bool begins = header->exchange == ISAKMP_EXCHANGE_IDENTITY_PROTECTION ||
                  header->exchange == ISAKMP_EXCHANGE_AGGRESSIVE;
    if (!begins || header->message_id != 0 || header->flags & ISAKMP_FLAG_ENCRYPTION ||
        header->next_payload != ISAKMP_PAYLOAD_SA)
        return "unknown-cookies";
    if (memcmp(header->initiator_cookie, none, sizeof none) == 0)
        return "no-initiator-cookie";
    if (memcmp(header->responder_cookie, none, sizeof none) != 0 &&
        !(state->behaviour->dos_protection && brings_cookie(state, incoming)))
        return "unknown-cookies";
    return NULL;
}

/* Why this peer cannot begin this exchange. */
static enum ike_cause refusal(const struct ike_state *state, const struct ike_peer *peer,
                              const struct ike_incoming *incoming)
{
    if (!peer)
        return IKE_CAUSE_NO_POLICY;
    bool aggressive = incoming->header.exchange == ISAKMP_EXCHANGE_AGGRESSIVE;
    if (aggressive && (state->behaviour->refuses_aggressive || !peer->accepts_aggressive))
        return IKE_CAUSE_AGGRESSIVE_REFUSED;
    return IKE_CAUSE_NONE;
}

static void begin(struct ike_state *state, const struct ike_peer *peer,
                  struct ike_incoming *incoming, bool with_cookie)
{
    bool aggressive = incoming->header.exchange == ISAKMP_EXCHANGE_AGGRESSIVE;
    struct ike_phase1 *phase1 =
        ike_phase1_begin(state, peer, false, aggressive ? IKE_AGGRESSIVE_MODE : IKE_MAIN_MODE,
                         incoming->local, incoming->remote, incoming->header.initiator_cookie);
    struct ike_exchange *exchange = NULL;
    if (phase1)
        exchange = ike_exchange_begin(state, phase1,
                                      aggressive ? &ike_aggressive_mode : &ike_main_mode, false, 0);
    if (!exchange) {
        ike_drop(state, incoming, "negotiations-full");
        if (phase1)
            ike_phase1_free(state, phase1);
        return;
    }
    if (with_cookie)
        memcpy(phase1->responder_cookie, incoming->header.responder_cookie, ISAKMP_COOKIE_SIZE);
    phase1->half_open = true;
    state->half_open++;
    uint32_t id = phase1->id;
    ike_trace_started(state, exchange);
    ike_exchange_input(state, exchange, incoming);
    if (ike_phase1_get(state, id) == phase1 && exchange->step == 0)
        ike_phase1_free(state, phase1); /* what could not be read has begun nothing */
    ike_responder_watch(state);
}

void ike_responder_input(struct ike_state *state, struct ike_incoming *incoming)
{
    static const uint8_t none[ISAKMP_COOKIE_SIZE];
    const struct ike_behaviour *behaviour = state->behaviour;
    const char *problem = check_first(state, incoming);
    if (problem) {
        ike_drop(state, incoming, problem);
        return;
    }
    const struct ike_peer *peer = ike_peer_of(state, &incoming->remote->address);
    enum ike_cause cause = refusal(state, peer, incoming);
    if (cause != IKE_CAUSE_NONE) {
        ike_trace_refused(state, incoming, cause);
        ike_drop(state, incoming, ike_cause_text(cause));
        return;
    }
    bool with_cookie = memcmp(incoming->header.responder_cookie, none, sizeof none) != 0;
    if (behaviour->half_open_address_limit &&
        half_open_with(state, &incoming->remote->address) >= behaviour->half_open_address_limit)
        ike_drop(state, incoming, "half-open-address-limit");
    else if (state->dos_protection && !behaviour->dos_protection)
        ike_drop(state, incoming, "half-open-limit");
    else if (state->dos_protection && !with_cookie)
        demand_cookie(state, incoming);
    else
        begin(state, peer, incoming, with_cookie);
}
