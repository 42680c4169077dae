/*
 * The engine in the place of strongSwan: it gets the messages recorded of its peer. What it draws
 * itself (cookie, nonces, private values) is replaced by what was drawn then, which only a test can
 * do that looks inside.
 */
#include "support/recording.h"
#include "support/unit.h"

#include "ike/ike_internal.h"

#include <stdlib.h>
#include <string.h>

struct replay {
    struct packet_pool pool;
    struct crypto *crypto;
    struct entropy entropy;
    uint8_t pre_shared_key[64];
    struct ike_phase1_list phase1_list;
    struct ike_phase2_list phase2_list;
    struct ike_peer peer;
    struct ike_rule rule;
    struct ike_config config;
    struct ike ike;
    struct recording recording;
    struct recorded_datagram messages[16];
    unsigned message_count;
    struct ip_address seen; /* the initiator's address as the responder sees it */
    unsigned events[IKE_EVENT_PEER_DEAD + 1];
    enum ike_cause cause;
    struct ike_child_sa child;
};

static const struct ike_phase1_transform transforms[] = {
    {.encryption = IKE_ENCRYPTION_3DES,
     .hash = IKE_HASH_SHA1,
     .group = DH_GROUP_2,
     .seconds = 15840},
};

static int set_up(void **state)
{
    struct replay *self = calloc(1, sizeof *self);
    if (!self)
        return -1;
    packet_pool_init(&self->pool);
    self->crypto = crypto_create(NULL, NULL);
    self->entropy = entropy_make(1, "replay");
    self->peer = (struct ike_peer){.phase1 = &ike_phase1_rfc,
                                   .authentication = IKE_AUTHENTICATION_PRE_SHARED_KEY,
                                   .pre_shared_key = self->pre_shared_key};
    self->rule = (struct ike_rule){.id = 1, .phase2 = &ike_phase2_rfc};
    self->config = (struct ike_config){.pool = &self->pool,
                                       .crypto = self->crypto,
                                       .entropy = &self->entropy,
                                       .calendar_start = 1780000000,
                                       .behaviour = ike_behaviour_of(IKE_PROFILE_LINUX),
                                       .peers = &self->peer,
                                       .peer_count = 1,
                                       .rules = &self->rule,
                                       .rule_count = 1,
                                       .max_phase1 = 1,
                                       .max_exchanges = 4,
                                       .max_children = 2};
    *state = self;
    return self->crypto ? 0 : -1;
}

static int tear_down(void **state)
{
    struct replay *self = *state;
    if (self->ike.state)
        ike_close(&self->ike);
    packet_pool_destroy(&self->pool);
    crypto_destroy(self->crypto);
    free(self);
    return 0;
}

/* The IKE messages of the recording, without the marker of port 4500. */
static void load(struct replay *self, const char *name)
{
    recording_open(&self->recording, name);
    struct recorded_datagram datagram;
    while (recording_next(&self->recording, &datagram)) {
        bool floated = datagram.destination_port == IKE_NAT_TRAVERSAL_PORT;
        if (!floated && datagram.destination_port != IKE_PORT)
            continue;
        if (floated && ike_udp_classify(datagram.octets, datagram.length) != IKE_UDP_MESSAGE)
            continue;
        if (floated) {
            datagram.length -= IKE_NON_ESP_MARKER_LENGTH;
            memmove(datagram.octets, datagram.octets + IKE_NON_ESP_MARKER_LENGTH, datagram.length);
        }
        assert_true(self->message_count < 16);
        self->messages[self->message_count++] = datagram;
    }
    self->peer.pre_shared_key_length = recording_key(
        &self->recording, "pre-shared-key", self->pre_shared_key, sizeof self->pre_shared_key);
    self->seen = self->messages[0].source;
    assert_int_equal(ike_init(&self->ike, &self->config), STATUS_OK);
}

static void poll(struct replay *self)
{
    struct ike_output output;
    while (ike_poll(&self->ike, &output)) {
        packet_free(output.packet);
        if (output.kind != OUTPUT_EVENT)
            continue;
        self->events[output.event]++;
        self->cause = output.cause;
        if (output.child)
            self->child = *output.child;
    }
}

static void feed(struct replay *self, unsigned number)
{
    const struct recorded_datagram *message = &self->messages[number];
    bool floated = message->destination_port == IKE_NAT_TRAVERSAL_PORT;
    struct ike_endpoint local = {message->destination, message->destination_port};
    struct ike_endpoint remote = {message->source, message->source_port};
    if (ip_address_equal(&message->source, &self->messages[0].source))
        remote.address = self->seen;
    struct packet *packet = packet_alloc(&self->pool, PACKET_ROOM);
    assert_non_null(packet);
    memcpy(packet_append(packet, message->length), message->octets, message->length);
    if (floated)
        memset(packet_push(packet, IKE_NON_ESP_MARKER_LENGTH), 0, IKE_NON_ESP_MARKER_LENGTH);
    ike_input(&self->ike, INSTANT_SECOND, &local, &remote, packet);
    poll(self);
}

static struct ike_exchange *exchange_with(struct replay *self, uint32_t message_id)
{
    struct ike_phase1 *phase1 = &self->ike.state->phase1s[0];
    struct ike_exchange *exchange = ike_exchange_find(self->ike.state, phase1, message_id);
    assert_non_null(exchange);
    return exchange;
}

/* The nonce and public value of a message in the clear or deciphered take the place of one's own.
 */
static void replace_values(struct ike_exchange *exchange, const struct isakmp_message *message,
                           unsigned side)
{
    const struct isakmp_payload *nonce = isakmp_message_find(message, ISAKMP_PAYLOAD_NONCE, NULL);
    const struct isakmp_payload *key = isakmp_message_find(message, ISAKMP_PAYLOAD_KE, NULL);
    assert_non_null(nonce);
    memcpy(exchange->nonces[side], nonce->body, nonce->length);
    exchange->nonce_lengths[side] = (uint16_t)nonce->length;
    if (key)
        memcpy(exchange->publics[side], key->body, key->length);
}

static void replace_clear(struct replay *self, unsigned number, unsigned side)
{
    struct isakmp_message message;
    assert_int_equal(isakmp_message_decode(self->messages[number].octets,
                                           self->messages[number].length, &message),
                     ISAKMP_OK);
    replace_values(exchange_with(self, 0), &message, side);
}

/* Keys from the secret that both had then. */
static void derive(struct replay *self)
{
    struct ike_exchange *exchange = exchange_with(self, 0);
    struct ike_phase1 *phase1 = exchange->phase1;
    (void)recording_key(&self->recording, "g^xy", exchange->shared, sizeof exchange->shared);
    struct ike_algorithms algorithms = phase1->keys.algorithms;
    struct ike_phase1_material material = ike_material(exchange);
    ike_keys_derive(self->crypto, &algorithms, &material, &phase1->keys);
    ike_iv_phase1(self->crypto, &algorithms, material.initiator_public, material.responder_public,
                  &exchange->iv);
    recording_assert_key(&self->recording, "SKEYID_a", phase1->keys.skeyid_a,
                         algorithms.digest_length);
}

/* The last block of a message is the vector of what follows it. */
static void take_iv(const struct replay *self, unsigned number, struct ike_iv *iv)
{
    const struct recorded_datagram *message = &self->messages[number];
    size_t block = self->ike.state->phase1s[0].keys.algorithms.block_length;
    memcpy(iv->octets, message->octets + message->length - block, block);
}

/* Deciphers a message of quick mode with the vector of the one before it, or of the exchange. */
static void open_quick(struct replay *self, unsigned number, unsigned first,
                       struct recorded_datagram *copy, struct isakmp_message *message)
{
    const struct ike_phase1 *phase1 = &self->ike.state->phase1s[0];
    struct ike_iv iv;
    *copy = self->messages[number];
    if (number == first)
        ike_iv_exchange(self->crypto, &phase1->keys.algorithms, &phase1->last_iv,
                        wire_load_u32(copy->octets + 20), &iv);
    else
        take_iv(self, number - 1, &iv);
    assert_true(ike_decrypt(self->crypto, &phase1->keys, &iv, copy->octets, copy->length));
    assert_int_equal(isakmp_message_decode(copy->octets, copy->length, message), ISAKMP_OK);
}

/* Main mode as responder, up to message 5. */
static void respond(struct replay *self)
{
    feed(self, 0);
    memcpy(self->ike.state->phase1s[0].responder_cookie,
           self->messages[1].octets + ISAKMP_COOKIE_SIZE, ISAKMP_COOKIE_SIZE);
    feed(self, 2);
    replace_clear(self, 3, 1);
    derive(self);
    feed(self, 4);
}

static void respond_to_quick_mode(struct replay *self)
{
    struct recorded_datagram copy;
    struct isakmp_message answer;
    assert_int_equal(self->events[IKE_EVENT_PHASE1_ESTABLISHED], 1);
    take_iv(self, 5, &self->ike.state->phase1s[0].last_iv);
    feed(self, 6);
    uint32_t message_id = wire_load_u32(self->messages[6].octets + 20);
    open_quick(self, 7, 6, &copy, &answer);
    replace_values(exchange_with(self, message_id), &answer, 1);
    take_iv(self, 7, &exchange_with(self, message_id)->iv);
    feed(self, 8);
    assert_int_equal(self->events[IKE_EVENT_CHILD_ESTABLISHED], 1);
}

/* The initiator's Deletes; strongSwan deletes the child SA and then the ISAKMP SA. */
static void take_deletions(struct replay *self)
{
    for (unsigned i = 9; i < self->message_count; i++)
        if (ip_address_equal(&self->messages[i].source, &self->messages[0].source))
            feed(self, i);
    ike_handle_timeout(&self->ike, 2 * INSTANT_SECOND);
    poll(self);
    assert_int_equal(self->events[IKE_EVENT_CHILD_DELETED], 1);
    assert_int_equal(self->events[IKE_EVENT_PHASE1_DELETED], 1);
    assert_int_equal(self->cause, IKE_CAUSE_PEER_DELETED);
}

static void as_responder_it_takes_all_that_strongswan_has_sent(void **state)
{
    struct replay *self = *state;
    load(self, "l2tpipsec-psk-3des");
    respond(self);
    respond_to_quick_mode(self);
    assert_false(self->child.udp_encapsulation);
    assert_int_equal(self->child.traffic.remote.protocol, 17);
    take_deletions(self);
}

static void as_responder_it_sees_the_nat_that_was_there(void **state)
{
    struct replay *self = *state;
    load(self, "natt-l2tpipsec-psk-3des");
    assert_true(ip_address_parse("203.0.113.1", &self->seen));
    respond(self);
    respond_to_quick_mode(self);
    assert_true(self->child.udp_encapsulation);
    assert_true(ip_address_equal(&self->child.traffic.remote.address, &self->seen));
    assert_true(ip_address_equal(&self->child.original_remote, &self->messages[0].source));
    assert_true(ip_address_equal(&self->child.original_local, &self->messages[0].destination));
    take_deletions(self);
}

static void a_certificate_of_an_unknown_authority_is_refused(void **state)
{
    struct replay *self = *state;
    struct entropy entropy = entropy_make(2, "replay");
    const struct certificate_request request = {.usage = CERTIFICATE_IPSEC,
                                                .subject = "here",
                                                .not_after = INT64_C(1900000000),
                                                .key_bits = 1024};
    struct certificate *own =
        certificate_issue(self->crypto, &entropy, &request, NULL, &(enum status){0});
    assert_non_null(own);
    self->peer.authentication = IKE_AUTHENTICATION_RSA_SIGNATURE;
    self->peer.certificate = own;
    load(self, "ipsec-cert-3des-transport");
    respond(self);
    assert_int_equal(self->events[IKE_EVENT_FAILED], 1);
    assert_int_equal(self->cause, IKE_CAUSE_CERTIFICATE_UNKNOWN_AUTHORITY);
    certificate_destroy(own);
}

/* The engine begins, with the values of the recorded initiator. */
static void initiate(struct replay *self)
{
    struct ike_acquisition wanted = {
        .rule = 1, .local = self->messages[0].source, .remote = self->messages[0].destination};
    wanted.traffic =
        (struct ike_traffic){{wanted.local, 32, 17, 1701}, {wanted.remote, 32, 17, 1701}};
    uint32_t number;
    assert_int_equal(ike_acquire(&self->ike, 0, &wanted, &number), STATUS_OK);
    poll(self);
    struct ike_state *inside = self->ike.state;
    struct ike_phase1 *phase1 = &inside->phase1s[0];
    struct isakmp_message first;
    assert_int_equal(
        isakmp_message_decode(self->messages[0].octets, self->messages[0].length, &first),
        ISAKMP_OK);
    const struct isakmp_payload *offer = isakmp_message_find(&first, ISAKMP_PAYLOAD_SA, NULL);
    const struct packet *own = exchange_with(self, 0)->initiator_sa;
    assert_int_equal(own->length, offer->length);
    assert_memory_equal(own->data, offer->body, offer->length);
    ike_index_remove(&inside->by_cookie,
                     ike_index_key(phase1->initiator_cookie, ISAKMP_COOKIE_SIZE), 0);
    memcpy(phase1->initiator_cookie, first.header.initiator_cookie, ISAKMP_COOKIE_SIZE);
    ike_index_add(&inside->by_cookie, ike_index_key(phase1->initiator_cookie, ISAKMP_COOKIE_SIZE),
                  0);
}

static void as_initiator_it_takes_all_that_strongswan_has_answered(void **state)
{
    struct replay *self = *state;
    struct recorded_datagram copy;
    struct isakmp_message sent;
    self->phase1_list = (struct ike_phase1_list){transforms, 1};
    static const struct ike_phase2_choice choices[] = {
        {.protocols = {{.protocol = ISAKMP_PROTOCOL_ESP,
                        .id = IKE_ESP_3DES,
                        .integrity = IKE_INTEGRITY_HMAC_SHA}},
         .seconds = 3960},
    };
    self->phase2_list = (struct ike_phase2_list){choices, 1};
    self->peer.phase1 = &self->phase1_list;
    self->rule.phase2 = &self->phase2_list;
    load(self, "l2tpipsec-psk-3des");
    initiate(self);
    feed(self, 1);
    replace_clear(self, 2, 0);
    feed(self, 3);
    derive(self);
    take_iv(self, 4, &exchange_with(self, 0)->iv);
    feed(self, 5);
    assert_int_equal(self->events[IKE_EVENT_PHASE1_ESTABLISHED], 1);

    uint32_t message_id = wire_load_u32(self->messages[6].octets + 20);
    open_quick(self, 6, 6, &copy, &sent);
    struct ike_exchange *quick = NULL;
    for (unsigned i = 0; i < 4; i++)
        if (self->ike.state->exchanges[i].script == &ike_quick_mode)
            quick = &self->ike.state->exchanges[i];
    assert_non_null(quick);
    quick->message_id = message_id;
    replace_values(quick, &sent, 0);
    const struct isakmp_payload *sa = isakmp_message_find(&sent, ISAKMP_PAYLOAD_SA, NULL);
    struct ike_phase2_offer offer;
    assert_int_equal(ike_phase2_decode(sa->body, sa->length, &offer), ISAKMP_OK);
    self->ike.state->children[quick->quick.child].spi = offer.proposals[0].protocols[0].spi;
    take_iv(self, 6, &quick->iv);
    feed(self, 7);
    assert_int_equal(self->events[IKE_EVENT_CHILD_ESTABLISHED], 1);
    uint8_t keymat[44];
    memcpy(keymat, self->child.protocols[0].inbound.cipher_key, 24);
    memcpy(keymat + 24, self->child.protocols[0].inbound.hash_key, 20);
    recording_assert_key(&self->recording, "KEYMAT-initiator", keymat, sizeof keymat);
    memcpy(keymat, self->child.protocols[0].outbound.cipher_key, 24);
    memcpy(keymat + 24, self->child.protocols[0].outbound.hash_key, 20);
    recording_assert_key(&self->recording, "KEYMAT-responder", keymat, sizeof keymat);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(as_responder_it_takes_all_that_strongswan_has_sent),
        TEST(as_responder_it_sees_the_nat_that_was_there),
        TEST(a_certificate_of_an_unknown_authority_is_refused),
        TEST(as_initiator_it_takes_all_that_strongswan_has_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
