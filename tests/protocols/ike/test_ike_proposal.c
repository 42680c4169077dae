#include "ike/ike_proposal.h"

#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

/* What the tests write and decode; big, so not on the stack. */
struct bench {
    uint8_t octets[4096];
    size_t length;
    struct ike_phase1_offer phase1;
    struct ike_phase2_offer phase2;
    struct ike_phase2_offer answer;
};

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct bench));
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static enum isakmp_error phase1_from(struct bench *bench, const char *text)
{
    bench->length = unit_hex(text, bench->octets, sizeof bench->octets);
    return ike_phase1_decode(bench->octets, bench->length, &bench->phase1);
}

static enum isakmp_error phase2_from(struct bench *bench, const char *text)
{
    bench->length = unit_hex(text, bench->octets, sizeof bench->octets);
    return ike_phase2_decode(bench->octets, bench->length, &bench->phase2);
}

static void offer_phase1(struct bench *bench, const struct ike_phase1_list *list,
                         uint16_t authentication)
{
    struct wire_writer writer = wire_writer_make(bench->octets, sizeof bench->octets);
    ike_phase1_encode(&writer, list->transforms, list->count, authentication, true);
    assert_false(writer.failed);
    bench->length = wire_written(&writer);
    assert_int_equal(ike_phase1_decode(bench->octets, bench->length, &bench->phase1), ISAKMP_OK);
}

static void offer_phase2(struct bench *bench, const struct ike_phase2_list *list,
                         const struct ike_phase2_terms *terms)
{
    struct wire_writer writer = wire_writer_make(bench->octets, sizeof bench->octets);
    ike_phase2_offer_make(&bench->phase2, list, terms, 0x11111111, 0x22222222);
    ike_phase2_encode(&writer, &bench->phase2, true);
    assert_false(writer.failed);
    bench->length = wire_written(&writer);
    assert_int_equal(ike_phase2_decode(bench->octets, bench->length, &bench->phase2), ISAKMP_OK);
}

/* 12 octets, then 8, then 36 for each of five transforms: with its generic header 200. */
static void the_offer_of_windows_xp_has_its_octets(void **state)
{
    struct bench *bench = *state;
    offer_phase1(bench, &ike_phase1_windows_xp_sp2, IKE_AUTHENTICATION_PRE_SHARED_KEY);
    assert_int_equal(bench->length, 196);
    unit_assert_hex(
        bench->octets, 8 + 8 + 36,
        "0000000100000001"
        "000000bc01010005"
        "0300002401010000 80010005 80020002 8004000e 80030001 800b0001 000c000400007080");
    unit_assert_hex(
        bench->octets + 196 - 36, 36,
        "0000002405010000 80010001 80020001 80040001 80030001 800b0001 000c000400007080");
    assert_int_equal(bench->phase1.count, 5);
    assert_int_equal(bench->phase1.transforms[0].group, 14);
    assert_int_equal(bench->phase1.transforms[4].seconds, 28800);
}

static void windows_2000_lacks_the_larger_group(void **state)
{
    struct bench *bench = *state;
    offer_phase1(bench, &ike_phase1_windows_2000, IKE_AUTHENTICATION_RSA_SIGNATURE);
    assert_int_equal(bench->phase1.count, 4);
    assert_int_equal(bench->phase1.transforms[0].group, 2);
    assert_int_equal(bench->phase1.transforms[0].authentication, 3);
}

static void a_responder_takes_the_first_offered_that_it_has(void **state)
{
    static const struct ike_phase1_transform wanted[] = {
        {.encryption = IKE_ENCRYPTION_DES, .hash = IKE_HASH_MD5, .group = 1},
        {.encryption = IKE_ENCRYPTION_3DES, .hash = IKE_HASH_MD5, .group = 2},
    };
    const struct ike_phase1_list list = {wanted, 2};
    const struct ike_phase1_list only_first = {wanted, 1};
    struct bench *bench = *state;
    size_t chosen = 9;
    uint8_t answer[64];
    struct wire_writer writer = wire_writer_make(answer, sizeof answer);
    offer_phase1(bench, &ike_phase1_windows_xp_sp2, IKE_AUTHENTICATION_PRE_SHARED_KEY);
    assert_true(
        ike_phase1_select(&bench->phase1, &list, IKE_AUTHENTICATION_PRE_SHARED_KEY, &chosen));
    assert_int_equal(chosen, 2);
    assert_true(
        ike_phase1_select(&bench->phase1, &only_first, IKE_AUTHENTICATION_PRE_SHARED_KEY, &chosen));
    assert_int_equal(chosen, 4);
    assert_false(
        ike_phase1_select(&bench->phase1, &list, IKE_AUTHENTICATION_RSA_SIGNATURE, &chosen));
    ike_phase1_encode_chosen(&writer, &bench->phase1, 2);
    unit_assert_hex(
        answer, wire_written(&writer),
        "0000000100000001"
        "0000002c01010001"
        "0000002403010000 80010005 80020001 80040002 80030001 800b0001 000c000400007080");
}

static void key_lengths_must_agree(void **state)
{
    static const struct ike_phase1_transform aes_256[] = {
        {.encryption = IKE_ENCRYPTION_AES, .key_bits = 256, .hash = IKE_HASH_SHA1, .group = 2}};
    static const struct ike_phase1_transform aes_128[] = {
        {.encryption = IKE_ENCRYPTION_AES, .key_bits = 128, .hash = IKE_HASH_SHA1, .group = 2}};
    const struct ike_phase1_list list_256 = {aes_256, 1};
    const struct ike_phase1_list list_128 = {aes_128, 1};
    struct bench *bench = *state;
    size_t chosen;
    offer_phase1(bench, &list_256, 1);
    assert_false(ike_phase1_select(&bench->phase1, &list_128, 1, &chosen));
    assert_true(ike_phase1_select(&bench->phase1, &list_256, 1, &chosen));
}

/* The initiator must not take what it has not offered, nor a lifetime that was changed. */
static void an_answer_must_be_one_of_the_offered(void **state)
{
    struct bench *bench = *state;
    const struct ike_phase1_list *list = &ike_phase1_windows_2000;
    offer_phase1(bench, &ike_phase1_windows_xp_sp2, 1);
    struct ike_phase1_transform answer = bench->phase1.transforms[1];
    assert_true(ike_phase1_was_offered(&answer, list->transforms, list->count, 1));
    assert_false(ike_phase1_was_offered(&answer, list->transforms, list->count, 3));
    answer.seconds--;
    assert_false(ike_phase1_was_offered(&answer, list->transforms, list->count, 1));
    assert_false(
        ike_phase1_was_offered(&bench->phase1.transforms[0], list->transforms, list->count, 1));
}

static void attributes_that_are_not_known_make_a_transform_unsupported(void **state)
{
    struct bench *bench = *state;
    size_t chosen;
    /* PRF (13); the second transform has none and is taken. */
    assert_int_equal(
        phase1_from(bench,
                    "0000000100000001 0000004801010002"
                    "0300002001010000 80010005 80020002 80040002 80030001 800d0001 800e0000"
                    "0000002002010000 80010005 80020002 80040002 80030001 800b0001 800c7080"),
        ISAKMP_OK);
    assert_int_equal(bench->phase1.count, 2);
    assert_true(bench->phase1.transforms[0].unsupported);
    assert_false(bench->phase1.transforms[1].unsupported);
    assert_true(ike_phase1_select(&bench->phase1, &ike_phase1_rfc, 1, &chosen));
    assert_int_equal(chosen, 1);
}

static void durations_need_a_type_and_a_value(void **state)
{
    struct bench *bench = *state;
    static const char *const wrong[] = {
        "0000000100000001 0000002c01010001 0000002401010000 80010005 80020002 80040002 80030001"
        "800c7080 800b0001 800b0001",
        "0000000100000001 0000002c01010001 0000002401010000 80010005 80020002 80040002 80030001"
        "800b0001 000c000400000000",
        "0000000100000001 0000003001010001 0000002801010000 80010005 80020002 80040002 80030001"
        "800b0001 000c00080000000100000000",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(phase1_from(bench, wrong[i]), ISAKMP_OK);
        assert_true(bench->phase1.transforms[0].unsupported);
    }
    assert_int_equal(
        phase1_from(bench, "0000000100000001 0000003001010001 0000002801010000 80010005 80020002"
                           "80040002 80030001 800b0001 800c0e10 800b0002 800c03e8"),
        ISAKMP_OK);
    assert_false(bench->phase1.transforms[0].unsupported);
    assert_int_equal(bench->phase1.transforms[0].seconds, 3600);
    assert_int_equal(bench->phase1.transforms[0].kilobytes, 1000);
}

static void a_value_of_more_than_16_bits_is_not_taken_for_its_lower_half(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(
        phase1_from(bench, "0000000100000001 0000002c01010001 0000002401010000 0001000400010005"
                           "80020002 80040002 80030001 800b0001 800c7080"),
        ISAKMP_OK);
    assert_true(bench->phase1.transforms[0].unsupported);
    assert_int_equal(
        phase1_from(bench, "0000000100000001 0000002c01010001 0000002401010000 0001000400000005"
                           "80020002 80040002 80030001 800b0001 800c7080"),
        ISAKMP_OK);
    assert_false(bench->phase1.transforms[0].unsupported);
    assert_int_equal(bench->phase1.transforms[0].encryption, IKE_ENCRYPTION_3DES);
}

static void malformed_offers_are_told_apart(void **state)
{
    static const struct {
        const char *octets;
        enum isakmp_error error;
    } rows[] = {
        {"00000001", ISAKMP_TRUNCATED_PAYLOAD},
        {"0000000000000001 0000001001010001 0000000801010000", ISAKMP_BAD_DOI},
        {"0000000100000002 0000001001010001 0000000801010000", ISAKMP_BAD_SITUATION},
        {"0000000100000001", ISAKMP_TRUNCATED_PAYLOAD},
        {"0000000100000001 0000001001010001 0000000801010000", ISAKMP_OK},
        {"0000000100000001 0000001101010001 0000000801010000", ISAKMP_TRUNCATED_PAYLOAD},
        {"0000000100000001 0000001001010001 0000000801010000 00", ISAKMP_BAD_PAYLOAD_LENGTH},
        {"0000000100000001 0200001001010001 0000000801010000", ISAKMP_BAD_PAYLOAD_LENGTH},
        {"0000000100000001 0300001001010001 0000000801010000", ISAKMP_BAD_NEXT_PAYLOAD},
        {"0000000100000001 0000001001010001 0200000801010000", ISAKMP_BAD_NEXT_PAYLOAD},
        {"0000000100000001 0001001001010001 0000000801010000", ISAKMP_BAD_RESERVED},
        {"0000000100000001 0000001001010001 0001000801010000", ISAKMP_BAD_RESERVED},
        {"0000000100000001 0000001001010001 0000000801010001", ISAKMP_BAD_RESERVED},
        {"0000000100000001 0000001001010002 0000000801010000", ISAKMP_BAD_PROPOSAL},
        {"0000000100000001 0000000801010000", ISAKMP_BAD_PROPOSAL},
        {"0000000100000001 0000001001030001 0000000801010000", ISAKMP_BAD_PROPOSAL},
        {"0000000100000001 0000001001010901 0000000801010000", ISAKMP_TRUNCATED_PAYLOAD},
        {"0000000100000001 0000001001010001 0000000701010000", ISAKMP_BAD_PAYLOAD_LENGTH},
        {"0000000100000001 0000001201010001 0000000a01010000 8001", ISAKMP_BAD_ATTRIBUTE},
        {"0000000100000001 0000001501010001 0000000d01010000 000c0004 00", ISAKMP_BAD_ATTRIBUTE},
    };
    struct bench *bench = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum isakmp_error error = phase1_from(bench, rows[i].octets);
        if (error != rows[i].error)
            fail_msg("row %zu: %s", i, isakmp_error_text(error));
    }
}

static void very_many_transforms_are_refused(void **state)
{
    struct bench *bench = *state;
    struct ike_phase1_transform many[IKE_PHASE1_TRANSFORMS_MAX + 1] = {{0}};
    struct wire_writer writer = wire_writer_make(bench->octets, sizeof bench->octets);
    ike_phase1_encode(&writer, many, IKE_PHASE1_TRANSFORMS_MAX + 1, 1, false);
    assert_int_equal(ike_phase1_decode(bench->octets, wire_written(&writer), &bench->phase1),
                     ISAKMP_TOO_MANY_PAYLOADS);
}

static const struct ike_phase2_terms transport = {.encapsulation = IKE_TRANSPORT};

static void the_quick_mode_offer_of_windows_has_its_octets(void **state)
{
    struct bench *bench = *state;
    offer_phase2(bench, &ike_phase2_windows_l2tp, &transport);
    assert_int_equal(bench->phase2.count, 12);
    unit_assert_hex(bench->octets, 8 + 52,
                    "0000000100000001"
                    "02000034 01030401 22222222"
                    "0000002801030000 80010001 0002000400000e10 80010002 000200040003d090 80040002"
                    "80050001");
    /* The third is AH around ESP: two payloads of one number. */
    const struct ike_phase2_proposal *third = &bench->phase2.proposals[2];
    assert_int_equal(third->count, 2);
    assert_int_equal(third->number, 3);
    assert_int_equal(third->protocols[0].protocol, ISAKMP_PROTOCOL_AH);
    assert_int_equal(third->protocols[0].spi, 0x11111111);
    assert_int_equal(third->protocols[0].transforms[0].integrity, IKE_INTEGRITY_HMAC_SHA);
    assert_int_equal(third->protocols[1].protocol, ISAKMP_PROTOCOL_ESP);
    assert_int_equal(third->protocols[1].spi, 0x22222222);
    assert_int_equal(third->protocols[1].transforms[0].integrity, IKE_INTEGRITY_NONE);
}

static void behind_a_nat_the_proposals_with_ah_vanish(void **state)
{
    const struct ike_phase2_terms terms = {.encapsulation = IKE_UDP_TRANSPORT_DRAFT,
                                           .without_ah = true};
    struct bench *bench = *state;
    offer_phase2(bench, &ike_phase2_windows_l2tp, &terms);
    assert_int_equal(bench->phase2.count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(bench->phase2.proposals[i].count, 1);
        assert_int_equal(bench->phase2.proposals[i].number, i + 1);
        assert_int_equal(bench->phase2.proposals[i].protocols[0].transforms[0].encapsulation,
                         61444);
    }
}

static void a_server_chooses_and_the_client_finds_what_it_offered(void **state)
{
    static const struct ike_phase2_choice only_bundle[] = {
        {.protocols = {{ISAKMP_PROTOCOL_AH, IKE_AH_SHA, 0, IKE_INTEGRITY_HMAC_SHA},
                       {ISAKMP_PROTOCOL_ESP, IKE_ESP_3DES, 0, IKE_INTEGRITY_HMAC_SHA}}}};
    const struct ike_phase2_list list = {only_bundle, 1};
    const uint32_t spis[IKE_PHASE2_PROTOCOLS_MAX] = {0x33333333, 0x44444444};
    struct bench *bench = *state;
    struct ike_phase2_chosen chosen;
    struct ike_phase2_chosen found;
    uint8_t octets[256];
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    offer_phase2(bench, &ike_phase2_windows_l2tp, &transport);
    assert_true(ike_phase2_select(&bench->phase2, &ike_phase2_windows_l2tp_server, &transport,
                                  false, &chosen));
    assert_int_equal(chosen.proposal, 0);
    assert_true(ike_phase2_select(&bench->phase2, &list, &transport, false, &chosen));
    assert_int_equal(chosen.proposal, 4);
    ike_phase2_encode_chosen(&writer, &bench->phase2, &chosen, spis);
    assert_int_equal(ike_phase2_decode(octets, wire_written(&writer), &bench->answer), ISAKMP_OK);
    assert_int_equal(bench->answer.proposals[0].number, 5);
    assert_int_equal(bench->answer.proposals[0].protocols[0].spi, 0x33333333);
    assert_int_equal(bench->answer.proposals[0].protocols[1].spi, 0x44444444);
    assert_true(ike_phase2_was_offered(&bench->answer, &bench->phase2, &found));
    assert_int_equal(found.proposal, 4);
    bench->answer.proposals[0].protocols[1].transforms[0].kilobytes++;
    assert_false(ike_phase2_was_offered(&bench->answer, &bench->phase2, &found));
    bench->answer.proposals[0].protocols[1].transforms[0].kilobytes--;
    bench->answer.proposals[0].count = 1;
    assert_false(ike_phase2_was_offered(&bench->answer, &bench->phase2, &found));
}

static void mode_and_group_must_be_those_of_the_policy(void **state)
{
    const struct ike_phase2_terms tunnel = {.encapsulation = IKE_TUNNEL};
    const struct ike_phase2_terms secret = {.encapsulation = IKE_TRANSPORT, .group = 2};
    const struct ike_phase2_terms other_secret = {.encapsulation = IKE_TRANSPORT, .group = 14};
    struct bench *bench = *state;
    struct ike_phase2_chosen chosen;
    offer_phase2(bench, &ike_phase2_rfc, &transport);
    assert_false(ike_phase2_select(&bench->phase2, &ike_phase2_rfc, &tunnel, true, &chosen));
    assert_false(ike_phase2_select(&bench->phase2, &ike_phase2_rfc, &secret, true, &chosen));
    offer_phase2(bench, &ike_phase2_rfc, &secret);
    assert_true(ike_phase2_select(&bench->phase2, &ike_phase2_rfc, &secret, false, &chosen));
    assert_true(ike_phase2_select(&bench->phase2, &ike_phase2_rfc, &transport, true, &chosen));
    assert_false(ike_phase2_select(&bench->phase2, &ike_phase2_rfc, &transport, false, &chosen));
    assert_false(ike_phase2_select(&bench->phase2, &ike_phase2_rfc, &other_secret, true, &chosen));
}

static void proposals_that_nobody_here_could_take_are_left_out(void **state)
{
    struct bench *bench = *state;
    /* 1: ESP with an SPI of two octets; 2: IPCOMP and ESP; 3: ESP. */
    assert_int_equal(phase2_from(bench, "0000000100000001"
                                        "02000016 01030201 0001 0000000c 01030000 80050002"
                                        "02000018 02040401 00000001 0000000c 01020000 80040002"
                                        "02000018 02030401 00000002 0000000c 01030000 80050002"
                                        "00000018 03030401 00000003 0000000c 01030000 80050002"),
                     ISAKMP_OK);
    assert_int_equal(bench->phase2.count, 2);
    assert_int_equal(bench->phase2.proposals[0].number, 2);
    assert_true(bench->phase2.proposals[0].protocols[0].transforms[0].unsupported);
    assert_int_equal(bench->phase2.proposals[1].protocols[0].spi, 3);
}

static void numbers_that_go_down_are_refused(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(phase2_from(bench, "0000000100000001"
                                        "02000018 02030401 00000001 0000000c 01030000 80050002"
                                        "00000018 01030401 00000002 0000000c 01030000 80050002"),
                     ISAKMP_BAD_PROPOSAL);
}

static void keys_are_as_long_as_the_algorithms_need(void **state)
{
    static const struct {
        uint8_t protocol;
        uint8_t id;
        uint16_t key_bits;
        uint16_t integrity;
        bool known;
        size_t cipher_key;
        size_t integrity_key;
    } rows[] = {
        {3, IKE_ESP_3DES, 0, IKE_INTEGRITY_HMAC_SHA, true, 24, 20},
        {3, IKE_ESP_DES, 0, IKE_INTEGRITY_HMAC_MD5, true, 8, 16},
        {3, IKE_ESP_AES, 0, IKE_INTEGRITY_HMAC_SHA, true, 16, 20},
        {3, IKE_ESP_AES, 256, IKE_INTEGRITY_HMAC_SHA256, true, 32, 32},
        {3, IKE_ESP_AES, 100, IKE_INTEGRITY_HMAC_SHA, false, 0, 0},
        {3, IKE_ESP_3DES, 0, IKE_INTEGRITY_NONE, true, 24, 0},
        {3, IKE_ESP_3DES, 128, IKE_INTEGRITY_HMAC_SHA, false, 0, 0},
        {3, IKE_ESP_NULL, 0, IKE_INTEGRITY_HMAC_SHA, true, 0, 20},
        {3, IKE_ESP_NULL, 0, IKE_INTEGRITY_NONE, false, 0, 0},
        {3, 7, 0, IKE_INTEGRITY_HMAC_SHA, false, 0, 0},
        {3, IKE_ESP_3DES, 0, 3, false, 0, 0},
        {2, IKE_AH_SHA, 0, IKE_INTEGRITY_HMAC_SHA, true, 0, 20},
        {2, IKE_AH_MD5, 0, IKE_INTEGRITY_HMAC_MD5, true, 0, 16},
        {2, IKE_AH_MD5, 0, IKE_INTEGRITY_HMAC_SHA, false, 0, 0},
        {2, IKE_AH_MD5, 0, IKE_INTEGRITY_NONE, false, 0, 0},
        {4, 2, 0, IKE_INTEGRITY_HMAC_SHA, false, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct ike_phase2_transform transform = {
            .id = rows[i].id, .key_bits = rows[i].key_bits, .integrity = rows[i].integrity};
        size_t cipher_key;
        size_t integrity_key;
        bool known =
            ike_phase2_key_lengths(rows[i].protocol, &transform, &cipher_key, &integrity_key);
        if (known != rows[i].known)
            fail_msg("row %zu", i);
        if (known) {
            assert_int_equal(cipher_key, rows[i].cipher_key);
            assert_int_equal(integrity_key, rows[i].integrity_key);
        }
    }
}

static void encapsulations_are_told_by_their_numbers(void **state)
{
    (void)state;
    assert_false(ike_encapsulation_is_udp(IKE_TUNNEL));
    assert_false(ike_encapsulation_is_udp(IKE_TRANSPORT));
    assert_true(ike_encapsulation_is_udp(3));
    assert_true(ike_encapsulation_is_udp(61443));
    assert_true(ike_encapsulation_is_tunnel(61443));
    assert_false(ike_encapsulation_is_tunnel(61444));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_offer_of_windows_xp_has_its_octets),
        cmocka_unit_test(windows_2000_lacks_the_larger_group),
        cmocka_unit_test(a_responder_takes_the_first_offered_that_it_has),
        cmocka_unit_test(key_lengths_must_agree),
        cmocka_unit_test(an_answer_must_be_one_of_the_offered),
        cmocka_unit_test(attributes_that_are_not_known_make_a_transform_unsupported),
        cmocka_unit_test(durations_need_a_type_and_a_value),
        cmocka_unit_test(a_value_of_more_than_16_bits_is_not_taken_for_its_lower_half),
        cmocka_unit_test(malformed_offers_are_told_apart),
        cmocka_unit_test(very_many_transforms_are_refused),
        cmocka_unit_test(the_quick_mode_offer_of_windows_has_its_octets),
        cmocka_unit_test(behind_a_nat_the_proposals_with_ah_vanish),
        cmocka_unit_test(a_server_chooses_and_the_client_finds_what_it_offered),
        cmocka_unit_test(mode_and_group_must_be_those_of_the_policy),
        cmocka_unit_test(proposals_that_nobody_here_could_take_are_left_out),
        cmocka_unit_test(numbers_that_go_down_are_refused),
        cmocka_unit_test(keys_are_as_long_as_the_algorithms_need),
        cmocka_unit_test(encapsulations_are_told_by_their_numbers),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
