/*
 * A message of IKE and all that is in it. The first octet says whether the rest is a message as it
 * came, or one that has been deciphered, which then goes through the cipher first. What decodes
 * must come out of the encoders as it was.
 */
#include "fuzz.h"
#include "ike/ike_fragment.h"
#include "ike/ike_identity.h"
#include "ike/ike_keys.h"
#include "ike/ike_nat_traversal.h"
#include "ike/ike_proposal.h"
#include "ike/ike_vendor.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_MAX 4096

static void check_identity(const struct isakmp_payload *payload)
{
    struct ike_identity identity;
    struct ip_address first;
    struct ip_address last;
    char text[IKE_IDENTITY_TEXT_SIZE];
    uint8_t octets[512];
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    if (ike_identity_decode(payload->body, payload->length, &identity) != ISAKMP_OK)
        return;
    ike_identity_encode(&identity, &writer);
    assert(wire_written(&writer) == payload->length);
    assert(memcmp(octets, payload->body, payload->length) == 0);
    assert(strlen(ike_identity_format(&identity, text)) < sizeof text);
    if (ike_identity_addresses(&identity, &first, &last))
        assert(ip_address_compare(&first, &last) <= 0 &&
               ike_identity_contains(&identity, &identity));
}

static void check_phase1(const struct isakmp_payload *payload)
{
    static const struct ike_phase1_list *const list = &ike_phase1_rfc;
    struct ike_phase1_offer offer;
    struct ike_phase1_offer answer;
    uint8_t octets[MESSAGE_MAX];
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    size_t chosen;
    if (ike_phase1_decode(payload->body, payload->length, &offer) != ISAKMP_OK ||
        !ike_phase1_select(&offer, list, IKE_AUTHENTICATION_PRE_SHARED_KEY, &chosen))
        return;
    ike_phase1_encode_chosen(&writer, &offer, chosen);
    enum isakmp_error error = ike_phase1_decode(octets, wire_written(&writer), &answer);
    assert(error == ISAKMP_OK && answer.count == 1);
    assert(ike_phase1_was_offered(&answer.transforms[0], offer.transforms, offer.count, 0));
}

static void check_phase2(const struct isakmp_payload *payload)
{
    const struct ike_phase2_terms terms = {.encapsulation = IKE_TRANSPORT};
    const uint32_t spis[IKE_PHASE2_PROTOCOLS_MAX] = {1, 2};
    struct ike_phase2_offer *offer = malloc(sizeof *offer);
    struct ike_phase2_offer *answer = malloc(sizeof *answer);
    struct ike_phase2_chosen chosen;
    struct ike_phase2_chosen found;
    uint8_t octets[MESSAGE_MAX];
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    assert(offer && answer);
    if (ike_phase2_decode(payload->body, payload->length, offer) == ISAKMP_OK &&
        ike_phase2_select(offer, &ike_phase2_rfc, &terms, true, &chosen)) {
        ike_phase2_encode_chosen(&writer, offer, &chosen, spis);
        enum isakmp_error error = ike_phase2_decode(octets, wire_written(&writer), answer);
        assert(error == ISAKMP_OK && answer->count == 1);
        assert(answer->proposals[0].protocols[0].spi == 1);
        assert(ike_phase2_was_offered(answer, offer, &found) && found.proposal <= chosen.proposal);
    }
    free(answer);
    free(offer);
}

static void check_payload(const struct isakmp_payload *payload)
{
    struct isakmp_notify notify;
    struct isakmp_delete deletion;
    struct isakmp_certificate certificate;
    struct ike_fragment fragment;
    struct ip_address address;
    switch (payload->type) {
    case ISAKMP_PAYLOAD_SA:
        check_phase1(payload);
        check_phase2(payload);
        break;
    case ISAKMP_PAYLOAD_ID:
        check_identity(payload);
        break;
    case ISAKMP_PAYLOAD_NOTIFY:
        isakmp_notify_decode(payload, &notify);
        break;
    case ISAKMP_PAYLOAD_DELETE:
        isakmp_delete_decode(payload, &deletion);
        break;
    case ISAKMP_PAYLOAD_CERT:
    case ISAKMP_PAYLOAD_CERTREQ:
        isakmp_certificate_decode(payload, &certificate);
        break;
    case ISAKMP_PAYLOAD_NAT_OA:
    case ISAKMP_PAYLOAD_NAT_OA_DRAFT:
        ike_nat_oa_decode(payload, &address);
        break;
    case ISAKMP_PAYLOAD_FRAGMENT:
        ike_fragment_decode(payload, &fragment);
        break;
    default:
        break;
    }
}

static void check_message(const uint8_t *octets, size_t length)
{
    struct isakmp_message message;
    struct isakmp_builder builder;
    uint8_t again[MESSAGE_MAX];
    if (isakmp_message_decode(octets, length, &message) != ISAKMP_OK)
        return;
    isakmp_build_start(&builder, &message.header, again, sizeof again);
    for (size_t i = 0; i < message.count; i++) {
        isakmp_build_payload(&builder, message.payloads[i].type, message.payloads[i].body,
                             message.payloads[i].length);
        check_payload(&message.payloads[i]);
    }
    ike_vendor_set(&message, NULL);
    size_t end = isakmp_build_finish(&builder);
    assert(end == message.end);
    assert(memcmp(again + ISAKMP_HEADER_LENGTH, octets + ISAKMP_HEADER_LENGTH,
                  end - ISAKMP_HEADER_LENGTH) == 0);
}

/* Through the cipher and back: the plaintext must be the same, and padding allowed. */
static void check_enciphered(uint8_t *octets, size_t length)
{
    const struct ike_keys keys = {
        .algorithms = {.cipher = CIPHER_DES_CBC, .cipher_key_length = 8, .block_length = 8},
        .cipher_key = {1, 2, 3, 4, 5, 6, 7, 8}};
    struct ike_iv out = {{1}};
    struct ike_iv in = out;
    static struct crypto *crypto; /* providers are loaded once for all inputs */
    uint8_t plain[MESSAGE_MAX];
    crypto = crypto ? crypto : crypto_create(NULL, NULL);
    assert(crypto);
    memcpy(plain, octets, length);
    size_t padded = ike_encrypt(crypto, &keys, &out, octets, length, MESSAGE_MAX);
    bool deciphered = padded > 0 && ike_decrypt(crypto, &keys, &in, octets, padded);
    assert(deciphered);
    assert(memcmp(plain + ISAKMP_HEADER_LENGTH, octets + ISAKMP_HEADER_LENGTH,
                  length - ISAKMP_HEADER_LENGTH) == 0);
    assert(memcmp(&in, &out, sizeof in) == 0);
    check_message(octets, padded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t octets[MESSAGE_MAX];
    if (size < 1 || size > MESSAGE_MAX - 16)
        return 0;
    size_t length = size - 1;
    if (!(data[0] & 1)) {
        check_message(data + 1, length);
    } else if (length > ISAKMP_HEADER_LENGTH) {
        memcpy(octets, data + 1, length);
        check_enciphered(octets, length);
    }
    return 0;
}
