/* What strongSwan and Linux have sent, read with their secrets and written again. */
#include "support/recording.h"
#include "support/unit.h"

#include "crypto/certificate.h"
#include "crypto/signature.h"
#include "ike/ike_identity.h"
#include "ike/ike_keys.h"
#include "ike/ike_nat_traversal.h"
#include "ike/ike_proposal.h"
#include "ike/ike_vendor.h"
#include "ike/isakmp_payload.h"

#include <stdlib.h>
#include <string.h>

struct octets {
    uint8_t octets[2048];
    size_t length;
};

/** All that is known of a negotiation while its messages are read. */
struct negotiation {
    struct crypto *crypto;
    struct recording recording;
    struct recorded_datagram datagram;
    uint8_t *message_octets; /* in the datagram, behind any marker */
    size_t message_length;
    struct isakmp_message message;
    uint32_t vendors[2];
    struct octets sa;
    struct ike_algorithms algorithms;
    struct octets publics[2]; /* initiator, responder, here and below */
    struct octets nonces[2];
    struct octets secret;
    struct octets pre_shared_key;
    uint8_t cookies[2][ISAKMP_COOKIE_SIZE];
    struct ike_keys keys;
    struct ike_iv iv;
    struct ike_iv phase1_last;
    struct ike_phase2_offer offer;
    struct octets offer_body;
    struct octets child_nonces[2];
    uint32_t spis[2];
    size_t messages;
    size_t informational;
};

static int set_up(void **state)
{
    struct negotiation *self = calloc(1, sizeof *self);
    if (!self)
        return -1;
    self->crypto = crypto_create(NULL, NULL);
    *state = self;
    return self->crypto ? 0 : -1;
}

static int tear_down(void **state)
{
    struct negotiation *self = *state;
    crypto_destroy(self->crypto);
    free(self);
    return 0;
}

static struct crypto_piece piece(const struct octets *octets)
{
    return (struct crypto_piece){octets->octets, octets->length};
}

static void keep(struct octets *into, const struct isakmp_payload *payload)
{
    assert_non_null(payload);
    assert_in_range(payload->length, 1, sizeof into->octets);
    memcpy(into->octets, payload->body, payload->length);
    into->length = payload->length;
}

static const struct isakmp_payload *find(const struct negotiation *self, unsigned type)
{
    return isakmp_message_find(&self->message, type, NULL);
}

static struct ike_phase1_material material(const struct negotiation *self)
{
    return (struct ike_phase1_material){
        .initiator_cookie = self->cookies[0],
        .responder_cookie = self->cookies[1],
        .initiator_nonce = piece(&self->nonces[0]),
        .responder_nonce = piece(&self->nonces[1]),
        .initiator_public = piece(&self->publics[0]),
        .responder_public = piece(&self->publics[1]),
        .shared = piece(&self->secret),
        .pre_shared_key = piece(&self->pre_shared_key),
        .initiator_sa = piece(&self->sa),
    };
}

/* The same payloads through the builder give the same message. */
static void assert_rebuilt(const struct negotiation *self)
{
    uint8_t octets[2048];
    struct isakmp_builder builder;
    isakmp_build_start(&builder, &self->message.header, octets, sizeof octets);
    for (size_t i = 0; i < self->message.count; i++)
        isakmp_build_payload(&builder, self->message.payloads[i].type,
                             self->message.payloads[i].body, self->message.payloads[i].length);
    size_t length = isakmp_build_finish(&builder);
    assert_int_equal(length, self->message.end);
    if (!(self->message.header.flags & ISAKMP_FLAG_ENCRYPTION)) {
        assert_memory_equal(octets, self->message_octets, length);
        return;
    }
    assert_memory_equal(octets + ISAKMP_HEADER_LENGTH, self->message_octets + ISAKMP_HEADER_LENGTH,
                        length - ISAKMP_HEADER_LENGTH);
}

/* The next IKE message; deciphers and enciphers it again when there are keys. */
static bool next_message(struct negotiation *self)
{
    struct recorded_datagram *datagram = &self->datagram;
    do {
        if (!recording_next(&self->recording, datagram))
            return false;
        self->message_octets = datagram->octets;
        self->message_length = datagram->length;
        if (datagram->destination_port == IKE_NAT_TRAVERSAL_PORT &&
            ike_udp_classify(datagram->octets, datagram->length) == IKE_UDP_MESSAGE) {
            self->message_octets += IKE_NON_ESP_MARKER_LENGTH;
            self->message_length -= IKE_NON_ESP_MARKER_LENGTH;
            return true;
        }
    } while (datagram->destination_port != IKE_PORT);
    return true;
}

static void decode(struct negotiation *self)
{
    assert_int_equal(
        isakmp_message_decode(self->message_octets, self->message_length, &self->message),
        ISAKMP_OK);
    assert_rebuilt(self);
    self->messages++;
}

static void decode_clear(struct negotiation *self)
{
    assert_true(next_message(self));
    decode(self);
    assert_int_equal(self->message.header.exchange, ISAKMP_EXCHANGE_IDENTITY_PROTECTION);
}

/* Deciphers what next_message() has found with the vector that the exchange has come to. */
static void decode_encrypted(struct negotiation *self, struct ike_iv *iv)
{
    uint8_t again[2048];
    struct ike_iv before = *iv;
    struct octets sent = {.length = self->message_length};
    memcpy(sent.octets, self->message_octets, sent.length);
    assert_true(ike_decrypt(self->crypto, &self->keys, iv, self->message_octets, sent.length));
    decode(self);
    memcpy(again, self->message_octets, self->message.end);
    size_t length =
        ike_encrypt(self->crypto, &self->keys, &before, again, self->message.end, sizeof again);
    /* Where whole blocks need no padding strongSwan adds a block of it. */
    assert_in_range(sent.length - length, 0, self->keys.algorithms.block_length);
    assert_memory_equal(again + ISAKMP_HEADER_LENGTH, sent.octets + ISAKMP_HEADER_LENGTH,
                        length - ISAKMP_HEADER_LENGTH);
    assert_memory_equal(before.octets, sent.octets + length - self->keys.algorithms.block_length,
                        self->keys.algorithms.block_length);
}

static void read_offer(struct negotiation *self)
{
    struct ike_phase1_offer offer;
    uint8_t octets[256];
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    decode_clear(self);
    keep(&self->sa, find(self, ISAKMP_PAYLOAD_SA));
    recording_assert_key(&self->recording, "SAi_b", self->sa.octets, self->sa.length);
    memcpy(self->cookies[0], self->message.header.initiator_cookie, ISAKMP_COOKIE_SIZE);
    self->vendors[0] = ike_vendor_set(&self->message, NULL);
    assert_int_equal(ike_phase1_decode(self->sa.octets, self->sa.length, &offer), ISAKMP_OK);
    assert_int_equal(offer.count, 1);
    ike_phase1_encode(&writer, offer.transforms, offer.count, 0, false);
    assert_int_equal(wire_written(&writer), self->sa.length);
    assert_memory_equal(octets, self->sa.octets, self->sa.length);
    size_t chosen = 9;
    assert_true(
        ike_phase1_select(&offer, &ike_phase1_rfc, offer.transforms[0].authentication, &chosen));
    assert_int_equal(chosen, 0);
    assert_true(ike_algorithms_from(&offer.transforms[0], &self->algorithms));

    decode_clear(self);
    const struct isakmp_payload *answer = find(self, ISAKMP_PAYLOAD_SA);
    writer = wire_writer_make(octets, sizeof octets);
    ike_phase1_encode_chosen(&writer, &offer, 0);
    assert_non_null(answer);
    assert_int_equal(wire_written(&writer), answer->length);
    assert_memory_equal(octets, answer->body, answer->length);
    memcpy(self->cookies[1], self->message.header.responder_cookie, ISAKMP_COOKIE_SIZE);
    self->vendors[1] = ike_vendor_set(&self->message, NULL);
    assert_int_equal(ike_nat_traversal_select(self->vendors[0], self->vendors[1]),
                     IKE_NAT_TRAVERSAL_RFC);
}

static struct ike_nat_found nat_seen(struct negotiation *self)
{
    const struct recorded_datagram *datagram = &self->datagram;
    struct ike_nat_found found =
        ike_nat_detect(self->crypto, self->algorithms.hash, &self->message, IKE_NAT_TRAVERSAL_RFC,
                       &datagram->destination, datagram->destination_port, &datagram->source,
                       datagram->source_port);
    assert_true(found.present);
    return found;
}

static void exchange_keys(struct negotiation *self, bool behind_nat)
{
    for (size_t i = 0; i < 2; i++) {
        decode_clear(self);
        keep(&self->publics[i], find(self, ISAKMP_PAYLOAD_KE));
        keep(&self->nonces[i], find(self, ISAKMP_PAYLOAD_NONCE));
        assert_int_equal(self->publics[i].length, dh_prime_length(self->algorithms.group));
        struct ike_nat_found found = nat_seen(self);
        /* Recorded on the client's side: only the server's answer shows the translation. */
        assert_int_equal(found.self, behind_nat && i == 1);
        assert_false(found.peer);
    }
    self->secret.length =
        recording_key(&self->recording, "g^xy", self->secret.octets, sizeof self->secret.octets);
    self->pre_shared_key.length =
        recording_key(&self->recording, "pre-shared-key", self->pre_shared_key.octets,
                      sizeof self->pre_shared_key.octets);
    const struct ike_phase1_material said = material(self);
    ike_keys_derive(self->crypto, &self->algorithms, &said, &self->keys);
    ike_iv_phase1(self->crypto, &self->algorithms, said.initiator_public, said.responder_public,
                  &self->iv);
    size_t length = self->algorithms.digest_length;
    recording_assert_key(&self->recording, "SKEYID", self->keys.skeyid, length);
    recording_assert_key(&self->recording, "SKEYID_d", self->keys.skeyid_d, length);
    recording_assert_key(&self->recording, "SKEYID_a", self->keys.skeyid_a, length);
    recording_assert_key(&self->recording, "SKEYID_e", self->keys.skeyid_e, length);
    recording_assert_key(&self->recording, "cipher-key", self->keys.cipher_key,
                         self->algorithms.cipher_key_length);
    recording_assert_key(&self->recording, "IV1", self->iv.octets, self->algorithms.block_length);
}

static void check_signature(struct negotiation *self, const uint8_t *hash)
{
    struct isakmp_certificate sent;
    const struct certificate_check nobody_trusted = {.usage = CERTIFICATE_IPSEC,
                                                     .time = INT64_C(1780000000)};
    const struct isakmp_payload *signature = find(self, ISAKMP_PAYLOAD_SIG);
    const struct isakmp_payload *identity = find(self, ISAKMP_PAYLOAD_ID);
    size_t length = self->algorithms.digest_length;
    size_t subject_length;
    uint8_t other[IKE_DIGEST_MAX];
    assert_non_null(signature);
    assert_int_equal(isakmp_certificate_decode(find(self, ISAKMP_PAYLOAD_CERT), &sent), ISAKMP_OK);
    assert_int_equal(sent.encoding, ISAKMP_CERTIFICATE_X509_SIGNATURE);
    struct peer_certificate *certificate =
        peer_certificate_parse(self->crypto, sent.data, sent.length);
    assert_non_null(certificate);
    const uint8_t *subject = peer_certificate_subject_der(certificate, &subject_length);
    assert_int_equal(identity->length, 4 + subject_length);
    assert_memory_equal(identity->body + 4, subject, subject_length);
    assert_true(signature_verify(certificate, hash, length, signature->body, signature->length));
    memcpy(other, hash, length);
    other[length - 1] ^= 1;
    assert_false(signature_verify(certificate, other, length, signature->body, signature->length));
    assert_int_equal(certificate_verify(self->crypto, certificate, &nobody_trusted),
                     CERTIFICATE_UNKNOWN_AUTHORITY);
    peer_certificate_destroy(certificate);
}

static void prove_identities(struct negotiation *self, const char *initiator, const char *responder)
{
    const char *const identities[2] = {initiator, responder};
    for (size_t i = 0; i < 2; i++) {
        struct ike_identity identity;
        uint8_t hash[IKE_DIGEST_MAX];
        char text[IKE_IDENTITY_TEXT_SIZE];
        assert_true(next_message(self));
        decode_encrypted(self, &self->iv);
        const struct isakmp_payload *said = find(self, ISAKMP_PAYLOAD_ID);
        assert_non_null(said);
        assert_int_equal(ike_identity_decode(said->body, said->length, &identity), ISAKMP_OK);
        assert_string_equal(ike_identity_format(&identity, text), identities[i]);
        const struct ike_phase1_material all = material(self);
        (i == 0 ? ike_hash_i : ike_hash_r)(self->crypto, &self->keys, &all,
                                           (struct crypto_piece){said->body, said->length}, hash);
        if (self->algorithms.authentication == IKE_AUTHENTICATION_RSA_SIGNATURE) {
            check_signature(self, hash);
            continue;
        }
        const struct isakmp_payload *proof = find(self, ISAKMP_PAYLOAD_HASH);
        recording_assert_key(&self->recording, i == 0 ? "HASH_I" : "HASH_R", hash,
                             self->algorithms.digest_length);
        assert_non_null(proof);
        assert_true(ike_hash_matches(&self->keys, hash, proof->body, proof->length));
        hash[0] ^= 1;
        assert_false(ike_hash_matches(&self->keys, hash, proof->body, proof->length));
    }
    self->phase1_last = self->iv;
}

/* All that stands behind the HASH payload, which is the first of the message. */
static struct crypto_piece rest_of(const struct negotiation *self)
{
    const struct isakmp_payload *hash = &self->message.payloads[0];
    const uint8_t *start = hash->body + hash->length;
    assert_int_equal(hash->type, ISAKMP_PAYLOAD_HASH);
    return (struct crypto_piece){start, (size_t)(self->message_octets + self->message.end - start)};
}

static void check_hash(const struct negotiation *self, const char *name, const uint8_t *hash)
{
    const struct isakmp_payload *sent = &self->message.payloads[0];
    recording_assert_key(&self->recording, name, hash, self->algorithms.digest_length);
    assert_true(ike_hash_matches(&self->keys, hash, sent->body, sent->length));
}

static void read_child_offer(struct negotiation *self, uint32_t message_id)
{
    uint8_t hash[IKE_DIGEST_MAX];
    uint8_t octets[256];
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    ike_hash_1(self->crypto, &self->keys, message_id, rest_of(self), hash);
    check_hash(self, "HASH(1)", hash);
    keep(&self->child_nonces[0], find(self, ISAKMP_PAYLOAD_NONCE));
    keep(&self->offer_body, find(self, ISAKMP_PAYLOAD_SA));
    assert_int_equal(
        ike_phase2_decode(self->offer_body.octets, self->offer_body.length, &self->offer),
        ISAKMP_OK);
    assert_int_equal(self->offer.count, 1);
    self->spis[0] = self->offer.proposals[0].protocols[0].spi;
    const struct ike_phase2_chosen first = {.proposal = 0};
    ike_phase2_encode_chosen(&writer, &self->offer, &first, self->spis);
    assert_int_equal(wire_written(&writer), self->offer_body.length);
    assert_memory_equal(octets, self->offer_body.octets, self->offer_body.length);
}

static void read_child_answer(struct negotiation *self, uint32_t message_id)
{
    struct ike_phase2_offer *answer = calloc(1, sizeof *answer);
    struct ike_phase2_chosen chosen;
    const struct isakmp_payload *sa = find(self, ISAKMP_PAYLOAD_SA);
    uint8_t hash[IKE_DIGEST_MAX];
    assert_non_null(answer);
    assert_non_null(sa);
    ike_hash_2(self->crypto, &self->keys, message_id, piece(&self->child_nonces[0]), rest_of(self),
               hash);
    check_hash(self, "HASH(2)", hash);
    keep(&self->child_nonces[1], find(self, ISAKMP_PAYLOAD_NONCE));
    assert_int_equal(ike_phase2_decode(sa->body, sa->length, answer), ISAKMP_OK);
    assert_true(ike_phase2_was_offered(answer, &self->offer, &chosen));
    self->spis[1] = answer->proposals[0].protocols[0].spi;
    free(answer);
}

static void check_keymat(struct negotiation *self, uint16_t encapsulation)
{
    static const char *const names[2] = {"KEYMAT-initiator", "KEYMAT-responder"};
    const struct ike_phase2_protocol *protocol = &self->offer.proposals[0].protocols[0];
    size_t cipher_key;
    size_t integrity_key;
    assert_int_equal(protocol->transforms[0].encapsulation, encapsulation);
    assert_true(ike_phase2_key_lengths(protocol->protocol, &protocol->transforms[0], &cipher_key,
                                       &integrity_key));
    for (size_t i = 0; i < 2; i++) {
        uint8_t keymat[IKE_KEYMAT_MAX];
        ike_keymat(self->crypto, &self->keys, protocol->protocol, self->spis[i],
                   (struct crypto_piece){NULL, 0}, piece(&self->child_nonces[0]),
                   piece(&self->child_nonces[1]), keymat, cipher_key + integrity_key);
        recording_assert_key(&self->recording, names[i], keymat, cipher_key + integrity_key);
    }
}

static void quick_mode(struct negotiation *self, uint16_t encapsulation)
{
    struct ike_iv iv;
    uint8_t hash[IKE_DIGEST_MAX];
    assert_true(next_message(self));
    uint32_t message_id = wire_load_u32(self->message_octets + 20);
    ike_iv_exchange(self->crypto, &self->algorithms, &self->phase1_last, message_id, &iv);
    recording_assert_key(&self->recording, "IV2", iv.octets, self->algorithms.block_length);
    decode_encrypted(self, &iv);
    assert_int_equal(self->message.header.exchange, ISAKMP_EXCHANGE_QUICK_MODE);
    read_child_offer(self, message_id);
    assert_true(next_message(self));
    decode_encrypted(self, &iv);
    read_child_answer(self, message_id);
    assert_true(next_message(self));
    decode_encrypted(self, &iv);
    ike_hash_3(self->crypto, &self->keys, message_id, piece(&self->child_nonces[0]),
               piece(&self->child_nonces[1]), hash);
    check_hash(self, "HASH(3)", hash);
    check_keymat(self, encapsulation);
}

/* Deletions: of the SAs, then of the ISAKMP SA. */
static void read_deletions(struct negotiation *self, uint8_t protocol)
{
    while (next_message(self)) {
        struct ike_iv iv;
        struct isakmp_delete deletion;
        uint8_t hash[IKE_DIGEST_MAX];
        uint32_t message_id = wire_load_u32(self->message_octets + 20);
        ike_iv_exchange(self->crypto, &self->algorithms, &self->phase1_last, message_id, &iv);
        decode_encrypted(self, &iv);
        assert_int_equal(self->message.header.exchange, ISAKMP_EXCHANGE_INFORMATIONAL);
        ike_hash_1(self->crypto, &self->keys, message_id, rest_of(self), hash);
        const struct isakmp_payload *sent = &self->message.payloads[0];
        assert_true(ike_hash_matches(&self->keys, hash, sent->body, sent->length));
        assert_int_equal(isakmp_delete_decode(find(self, ISAKMP_PAYLOAD_DELETE), &deletion),
                         ISAKMP_OK);
        assert_int_equal(deletion.spi_count, 1);
        if (self->informational++ == 0) {
            assert_int_equal(deletion.protocol, protocol);
            assert_int_equal(deletion.spi_length, 4);
            uint32_t spi = wire_load_u32(deletion.spis);
            assert_true(spi == self->spis[0] || spi == self->spis[1]);
        } else {
            assert_int_equal(deletion.protocol, ISAKMP_PROTOCOL_ISAKMP);
            assert_memory_equal(deletion.spis, self->cookies, sizeof self->cookies);
        }
    }
    assert_int_equal(self->informational, 2);
    assert_int_equal(self->messages, 6 + 3 + 2);
}

static void main_mode_with_a_pre_shared_key_and_3des_opens(void **state)
{
    struct negotiation *self = *state;
    recording_open(&self->recording, "l2tpipsec-psk-3des");
    read_offer(self);
    exchange_keys(self, false);
    prove_identities(self, "10.0.0.2", "10.0.0.1");
    quick_mode(self, IKE_TRANSPORT);
    read_deletions(self, ISAKMP_PROTOCOL_ESP);
}

static void behind_a_nat_the_exchange_floats_and_opens(void **state)
{
    struct negotiation *self = *state;
    recording_open(&self->recording, "natt-l2tpipsec-psk-3des");
    read_offer(self);
    exchange_keys(self, true);
    prove_identities(self, "192.168.50.2", "203.0.113.2");
    assert_int_equal(self->datagram.source_port, IKE_NAT_TRAVERSAL_PORT);
    quick_mode(self, IKE_UDP_TRANSPORT);
    read_deletions(self, ISAKMP_PROTOCOL_ESP);
}

static void signatures_verify_with_the_certificates_sent(void **state)
{
    struct negotiation *self = *state;
    recording_open(&self->recording, "ipsec-cert-3des-transport");
    read_offer(self);
    exchange_keys(self, false);
    prove_identities(self, "CN=client, O=Lab", "CN=server, O=Lab");
    quick_mode(self, IKE_TRANSPORT);
    read_deletions(self, ISAKMP_PROTOCOL_ESP);
}

static void des_and_md5_in_tunnel_mode_open(void **state)
{
    struct negotiation *self = *state;
    recording_open(&self->recording, "ipsec-psk-des-md5-tunnel");
    read_offer(self);
    exchange_keys(self, false);
    prove_identities(self, "10.0.0.2", "10.0.0.1");
    quick_mode(self, IKE_TUNNEL);
    read_deletions(self, ISAKMP_PROTOCOL_ESP);
}

static void the_keys_of_ah_come_out(void **state)
{
    struct negotiation *self = *state;
    recording_open(&self->recording, "ipsec-psk-ah-sha1-transport");
    read_offer(self);
    exchange_keys(self, false);
    prove_identities(self, "10.0.0.2", "10.0.0.1");
    quick_mode(self, IKE_TRANSPORT);
    read_deletions(self, ISAKMP_PROTOCOL_AH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(main_mode_with_a_pre_shared_key_and_3des_opens, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(behind_a_nat_the_exchange_floats_and_opens, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(signatures_verify_with_the_certificates_sent, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(des_and_md5_in_tunnel_mode_open, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_keys_of_ah_come_out, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
