/*
 * Two IKE engines that negotiate, and somebody who puts messages between them: at random, with the
 * cookies of the negotiation, and under its keys, so that every state meets what it does not
 * expect. The first octet says how many genuine messages pass first, the second chooses profiles;
 * then come records: one octet of command, one of length, the octets.
 */
#include "fuzz.h"

#include "ike/ike_internal.h"

#include <stdlib.h>
#include <string.h>

#define FLIGHTS 32

struct end {
    struct entropy entropy;
    struct ike_config config;
    struct ike ike;
    struct ike_endpoint endpoint;
};

struct field {
    struct packet_pool pool;
    struct crypto *crypto;
    struct end ends[2];
    instant now;
    struct packet *flights[FLIGHTS];
    struct ike_endpoint sources[FLIGHTS];
    struct ike_endpoint destinations[FLIGHTS];
    uint8_t to[FLIGHTS];
    unsigned head;
    unsigned count;
};

static const struct ike_phase1_transform transforms[] = {
    {.encryption = IKE_ENCRYPTION_DES, .hash = IKE_HASH_MD5, .group = DH_GROUP_1, .seconds = 600}};
static const struct ike_phase1_list phase1 = {transforms, 1};
static const uint8_t secret[] = "secret";
static const struct ike_peer peers[2] = {
    {.phase1 = &phase1,
     .authentication = IKE_AUTHENTICATION_PRE_SHARED_KEY,
     .pre_shared_key = secret,
     .pre_shared_key_length = 6},
    {.phase1 = &phase1,
     .authentication = IKE_AUTHENTICATION_PRE_SHARED_KEY,
     .pre_shared_key = secret,
     .pre_shared_key_length = 6,
     .mode = IKE_AGGRESSIVE_MODE,
     .accepts_aggressive = true},
};
static const struct ike_rule rule = {.id = 1, .phase2 = &ike_phase2_rfc};

static void drain(struct field *field, unsigned from)
{
    struct ike_output output;
    while (ike_poll(&field->ends[from].ike, &output)) {
        if (output.kind != OUTPUT_SEND)
            continue;
        if (field->count == FLIGHTS) {
            packet_free(output.packet);
            continue;
        }
        unsigned at = (field->head + field->count++) % FLIGHTS;
        field->flights[at] = output.packet;
        field->sources[at] = output.local;
        field->destinations[at] = output.remote;
        field->to[at] = (uint8_t)(1 - from);
    }
}

static void deliver(struct field *field, unsigned flip)
{
    if (field->count == 0)
        return;
    unsigned at = field->head;
    field->head = (field->head + 1) % FLIGHTS;
    field->count--;
    struct packet *packet = field->flights[at];
    if (flip)
        packet->data[flip % packet->length] ^= (uint8_t)(1 + flip);
    unsigned to = field->to[at];
    ike_input(&field->ends[to].ike, field->now, &field->destinations[at], &field->sources[at],
              packet);
    drain(field, to);
}

static void acquire(struct field *field, unsigned end)
{
    struct ike_acquisition wanted = {.rule = 1,
                                     .local = field->ends[end].endpoint.address,
                                     .remote = field->ends[1 - end].endpoint.address};
    wanted.traffic = (struct ike_traffic){{wanted.local, 32, 17, 1701}, {wanted.remote, 32, 0, 0}};
    uint32_t number;
    (void)ike_acquire(&field->ends[end].ike, field->now, &wanted, &number);
    drain(field, end);
}

/* Loading providers takes longer than everything else here. */
static struct crypto *shared_crypto(void)
{
    static struct crypto *crypto;
    if (!crypto)
        crypto = crypto_create(NULL, NULL);
    if (!crypto)
        abort();
    return crypto;
}

static void set_up(struct field *field, uint8_t choice)
{
    memset(field, 0, sizeof *field);
    packet_pool_init(&field->pool);
    field->crypto = shared_crypto();
    for (unsigned i = 0; i < 2; i++) {
        struct end *end = &field->ends[i];
        end->entropy = entropy_make(i, "fuzz");
        end->endpoint.address = ip_address_from_ipv4(0x0a000001 + i);
        end->endpoint.port = IKE_PORT;
        end->config = (struct ike_config){
            .pool = &field->pool,
            .crypto = field->crypto,
            .entropy = &end->entropy,
            .behaviour = ike_behaviour_of((enum ike_profile)((choice >> (3 * i) & 7) + i)),
            .host_name = "pc.lab",
            .peers = &peers[choice >> 6 & 1],
            .peer_count = 1,
            .rules = &rule,
            .rule_count = 1,
            .max_phase1 = 3,
            .max_exchanges = 4,
            .max_children = 3};
        end->config.behaviour.refuses_aggressive = false;
        end->config.behaviour.half_open_limit = 1;
        if (ike_init(&end->ike, &end->config) != STATUS_OK)
            abort();
    }
}

static void tear_down(struct field *field)
{
    while (field->count > 0) {
        packet_free(field->flights[field->head]);
        field->head = (field->head + 1) % FLIGHTS;
        field->count--;
    }
    ike_close(&field->ends[0].ike);
    ike_close(&field->ends[1].ike);
    if (field->pool.in_use != 0)
        abort();
    packet_pool_destroy(&field->pool);
}

/* Octets behind a header with the cookies of a negotiation; under its keys when @p encrypts. */
static void forge(struct field *field, unsigned to, const uint8_t *data, size_t length,
                  bool encrypts)
{
    struct ike_state *state = field->ends[to].ike.state;
    struct ike_phase1 *target = &state->phase1s[0];
    if (length < 4 || target->state == IKE_PHASE1_FREE || (encrypts && !target->has_keys))
        return;
    uint8_t octets[512];
    struct isakmp_header header = {.version = ISAKMP_VERSION,
                                   .exchange = data[0],
                                   .flags = data[1] & ISAKMP_FLAG_COMMIT,
                                   .message_id = data[2]};
    memcpy(header.initiator_cookie, target->initiator_cookie, ISAKMP_COOKIE_SIZE);
    memcpy(header.responder_cookie, target->responder_cookie, ISAKMP_COOKIE_SIZE);
    struct isakmp_builder builder;
    isakmp_build_start(&builder, &header, octets, sizeof octets - IKE_BLOCK_MAX);
    const struct ike_keys *keys = &target->keys;
    uint8_t *hash = NULL;
    if (encrypts && header.message_id)
        hash = isakmp_build_space(&builder, ISAKMP_PAYLOAD_HASH, keys->algorithms.digest_length);
    /* The type of the first payload, then payloads with their headers. */
    if (!builder.writer.failed)
        octets[builder.next_offset] = data[3];
    wire_put_octets(&builder.writer, data + 4, length - 4);
    size_t size = isakmp_build_finish(&builder);
    if (size <= ISAKMP_HEADER_LENGTH)
        return;
    if (hash) {
        const uint8_t *behind = hash + keys->algorithms.digest_length;
        struct crypto_piece rest = {behind, (size_t)(octets + size - behind)};
        uint8_t value[IKE_DIGEST_MAX];
        ike_hash_1(field->crypto, keys, header.message_id, rest, value);
        memcpy(hash, value, keys->algorithms.digest_length);
    }
    if (encrypts) {
        struct ike_exchange *exchange = ike_exchange_find(state, target, header.message_id);
        struct ike_iv iv;
        if (exchange)
            iv = exchange->iv;
        else
            ike_iv_exchange(field->crypto, &keys->algorithms, ike_current_iv(state, target),
                            header.message_id, &iv);
        size = ike_encrypt(field->crypto, keys, &iv, octets, size, sizeof octets);
    }
    struct packet *packet = packet_from(&field->pool, octets, size);
    ike_input(&field->ends[to].ike, field->now, &field->ends[to].endpoint,
              &field->ends[1 - to].endpoint, packet);
    drain(field, to);
}

static void command(struct field *field, unsigned end, uint8_t what)
{
    struct end *own = &field->ends[end];
    uint32_t child = own->ike.state->children[what >> 4 & 1].sa.id;
    switch (what & 7) {
    case 0:
        acquire(field, end);
        break;
    case 1:
        (void)ike_delete_child(&own->ike, field->now, child);
        break;
    case 2:
        ike_rekey_child(&own->ike, field->now, child);
        break;
    case 3:
        (void)ike_delete_phase1(&own->ike, field->now, own->ike.state->phase1s[0].id);
        break;
    case 4:
        ike_delete_peer(&own->ike, field->now, &field->ends[1 - end].endpoint.address, NULL);
        break;
    default:
        ike_child_used(&own->ike, field->now, child, (uint64_t)what << 18, what & 8);
        break;
    }
    drain(field, end);
}

static void pass_time(struct field *field, uint8_t seconds)
{
    field->now += (1 + seconds) * INSTANT_SECOND;
    for (unsigned i = 0; i < 2; i++) {
        ike_handle_timeout(&field->ends[i].ike, field->now);
        drain(field, i);
    }
}

static void record(struct field *field, uint8_t kind, const uint8_t *data, size_t length)
{
    unsigned to = kind >> 7;
    struct packet *packet;
    switch (kind & 7) {
    case 0:
        packet = packet_from(&field->pool, data, length);
        ike_input(&field->ends[to].ike, field->now, &field->ends[to].endpoint,
                  &field->ends[1 - to].endpoint, packet);
        drain(field, to);
        break;
    case 1:
        forge(field, to, data, length, false);
        break;
    case 2:
    case 3:
        forge(field, to, data, length, true);
        break;
    case 4:
        deliver(field, length ? data[0] : 0);
        break;
    case 5:
        pass_time(field, length ? data[0] : 0);
        break;
    default:
        command(field, to, length ? data[0] : 0);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct field field;
    set_up(&field, data[1]);
    acquire(&field, 0);
    for (unsigned i = data[0] % 12; i > 0; i--)
        deliver(&field, 0);
    size_t at = 2;
    while (at + 2 <= size) {
        uint8_t kind = data[at];
        size_t length = data[at + 1];
        at += 2;
        if (length > size - at)
            length = size - at;
        record(&field, kind, data + at, length);
        at += length;
    }
    tear_down(&field);
    return 0;
}
