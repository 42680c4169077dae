#include "ppp/auth/chap.h"

#include "ppp/auth/chap_algorithm.h"
#include "support/unit.h"

#include <string.h>

static size_t encode(const struct chap_message *message, uint8_t *octets, size_t size)
{
    struct wire_writer writer = wire_writer_make(octets, size);
    chap_encode(&writer, message);
    assert_false(writer.failed);
    return wire_written(&writer);
}

static void a_challenge_carries_value_and_name(void **state)
{
    (void)state;
    struct chap_message message = {
        .code = CHAP_CHALLENGE,
        .identifier = 3,
        .value = (const uint8_t *)"\x01\x02\x03",
        .value_length = 3,
        .rest = (const uint8_t *)"ras",
        .rest_length = 3,
    };
    uint8_t octets[64];
    size_t length = encode(&message, octets, sizeof octets);
    unit_assert_hex(octets, length, "0103000b 03 010203 726173");
    struct chap_message decoded;
    assert_null(chap_decode(octets, length, &decoded));
    assert_int_equal(decoded.code, CHAP_CHALLENGE);
    assert_int_equal(decoded.identifier, 3);
    assert_int_equal(decoded.value_length, 3);
    unit_assert_hex(decoded.value, 3, "010203");
    assert_int_equal(decoded.rest_length, 3);
    assert_memory_equal(decoded.rest, "ras", 3);
}

static void a_verdict_carries_a_message_or_none(void **state)
{
    (void)state;
    struct chap_message message = {
        .code = CHAP_SUCCESS,
        .identifier = 9,
        .rest = (const uint8_t *)"hi",
        .rest_length = 2,
    };
    uint8_t octets[64];
    size_t length = encode(&message, octets, sizeof octets);
    unit_assert_hex(octets, length, "03090006 6869");
    struct chap_message decoded;
    assert_null(chap_decode(octets, length, &decoded));
    assert_int_equal(decoded.code, CHAP_SUCCESS);
    assert_int_equal(decoded.rest_length, 2);
    assert_memory_equal(decoded.rest, "hi", 2);
    message = (struct chap_message){.code = CHAP_FAILURE, .identifier = 9};
    length = encode(&message, octets, sizeof octets);
    unit_assert_hex(octets, length, "04090004");
    /* Padding is not part of the message. */
    unit_hex("04090004 ffff", octets, sizeof octets);
    assert_null(chap_decode(octets, 6, &decoded));
    assert_int_equal(decoded.rest_length, 0);
}

static void malformed_packets_are_refused_with_their_reason(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", "too-short"},
        {"010300", "too-short"},
        {"01030003", "bad-length"},
        {"0103000a 03 010203", "bad-length"},
        {"01030004", "bad-value-size"},
        {"01030005 00", "bad-value-size"},
        {"02030007 03 0102", "bad-value-size"},
        {"02030007 03 0102 03", "bad-value-size"},
        {"08030004", "unknown-code"},
        {"00030004", "unknown-code"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t octets[64];
        size_t length = unit_hex(rows[i][0], octets, sizeof octets);
        struct chap_message decoded;
        const char *reason = chap_decode(octets, length, &decoded);
        if (!reason)
            fail_msg("accepted: %s", rows[i][0]);
        assert_string_equal(reason, rows[i][1]);
    }
}

/* RFC 1994 has no example; the rows are of real exchanges whose secret is known. */
static void md5_hashes_identifier_secret_and_challenge(void **state)
{
    (void)state;
    static const struct {
        uint8_t identifier;
        const char *secret;
        const char *challenge;
        const char *response;
    } rows[] = {
        {1, "secret", "000102030405060708090a0b0c0d0e0f", "740e86463bda3a4d7017d6e0fba0699d"},
        {1, "CISCO", "be382f910d1f11389aa1b0394bc3cdc6", "70da438f4677ae5408c5e743ddc65d98"},
        {0, "password", "cc7e5247514551acdcbf782c4027bfb1", "fdfdad5277812ae40956a66f3db23308"},
        {0, "bar", "e270954e7d84f99535dce2e5d7340a7d", "4d64f587c7b5248406b939e1e9abeb74"},
        {18, "clientPass", "0919c2795ff9c2eaf39117f74d2f20c554cac6ee",
         "fd46d707898e6a9e1dbfc50a7dd587b2"},
        {0x20, "clientPass", "427310b3dc6deaab7ff20876b7f298815f",
         "1365c619c28d35e99730a3aeebe61145"},
    };
    struct crypto *crypto = crypto_create(NULL, NULL);
    const struct chap_algorithm *md5 = chap_algorithm_find(CHAP_ALGORITHM_MD5);
    assert_int_equal(md5->response_length, 16);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t challenge[32];
        uint8_t value[16];
        struct chap_exchange exchange = {
            .crypto = crypto,
            .identifier = rows[i].identifier,
            .challenge = challenge,
            .challenge_length = unit_hex(rows[i].challenge, challenge, sizeof challenge),
            .secret = rows[i].secret,
        };
        md5->respond(&exchange, NULL, value);
        unit_assert_hex(value, 16, rows[i].response);
        assert_true(md5->verify(&exchange, value));
        value[15] ^= 1;
        assert_false(md5->verify(&exchange, value));
    }
    crypto_destroy(crypto);
}

/* The example of RFC 2759 section 9.2, of which every octet counts. */
static void ms_chap_v2_proofs_are_compared_to_their_last_octet(void **state)
{
    (void)state;
    struct crypto *crypto = crypto_create(NULL, NULL);
    const struct chap_algorithm *v2 = chap_algorithm_find(CHAP_ALGORITHM_MS_V2);
    uint8_t challenge[16];
    uint8_t value[49];
    unit_hex("5b5d7c7d7b3f2f3e3c2c602132262628", challenge, sizeof challenge);
    unit_hex("21402324255e262a28295f2b3a337c7e 0000000000000000 "
             "82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df 00",
             value, sizeof value);
    const struct chap_exchange exchange = {
        .crypto = crypto,
        .challenge = challenge,
        .challenge_length = sizeof challenge,
        .name = (const uint8_t *)"BIGCO\\User",
        .name_length = 10,
        .secret = "clientPass",
    };
    assert_true(v2->verify(&exchange, value));
    char message[] = "S=407A5589115FD0D6209F510FE9C04566932CDA56";
    for (size_t i = 2; i < 42; i++) {
        char digit = message[i];
        message[i] = digit == '0' ? '1' : '0';
        assert_false(v2->check_success(&exchange, value, (const uint8_t *)message, 42));
        message[i] = digit;
    }
    assert_true(v2->check_success(&exchange, value, (const uint8_t *)message, 42));
    for (size_t i = 24; i < 48; i++) {
        value[i] ^= 1;
        assert_false(v2->verify(&exchange, value));
        value[i] ^= 1;
    }
    value[0] ^= 1;
    assert_false(v2->verify(&exchange, value));
    crypto_destroy(crypto);
}

static void only_the_algorithms_there_are_can_be_found(void **state)
{
    (void)state;
    assert_int_equal(chap_algorithm_find(0x05)->number, 0x05);
    assert_int_equal(chap_algorithm_find(0x80)->number, 0x80);
    assert_int_equal(chap_algorithm_find(0x81)->number, 0x81);
    assert_null(chap_algorithm_find(0x00));
    assert_null(chap_algorithm_find(0xff));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_challenge_carries_value_and_name),
        cmocka_unit_test(a_verdict_carries_a_message_or_none),
        cmocka_unit_test(malformed_packets_are_refused_with_their_reason),
        cmocka_unit_test(md5_hashes_identifier_secret_and_challenge),
        cmocka_unit_test(ms_chap_v2_proofs_are_compared_to_their_last_octet),
        cmocka_unit_test(only_the_algorithms_there_are_can_be_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
