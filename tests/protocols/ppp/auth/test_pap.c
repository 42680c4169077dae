#include "ppp/auth/pap.h"
#include "support/unit.h"

#include <string.h>

static size_t encode(const struct pap_message *message, uint8_t *octets, size_t size)
{
    struct wire_writer writer = wire_writer_make(octets, size);
    pap_encode(&writer, message);
    assert_false(writer.failed);
    return wire_written(&writer);
}

static void a_request_carries_name_and_password(void **state)
{
    (void)state;
    struct pap_message message = {
        .code = PAP_AUTHENTICATE_REQUEST,
        .identifier = 7,
        .peer_id = (const uint8_t *)"User",
        .peer_id_length = 4,
        .password = (const uint8_t *)"clientPass",
        .password_length = 10,
    };
    uint8_t octets[64];
    size_t length = encode(&message, octets, sizeof octets);
    unit_assert_hex(octets, length, "01070014 04 55736572 0a 636c69656e7450617373");

    struct pap_message decoded;
    assert_null(pap_decode(octets, length, &decoded));
    assert_int_equal(decoded.code, PAP_AUTHENTICATE_REQUEST);
    assert_int_equal(decoded.identifier, 7);
    assert_int_equal(decoded.peer_id_length, 4);
    assert_memory_equal(decoded.peer_id, "User", 4);
    assert_int_equal(decoded.password_length, 10);
    assert_memory_equal(decoded.password, "clientPass", 10);
}

static void answers_carry_a_message_or_none(void **state)
{
    (void)state;
    struct pap_message message = {
        .code = PAP_AUTHENTICATE_NAK,
        .identifier = 255,
        .text = (const uint8_t *)"no",
        .text_length = 2,
    };
    uint8_t octets[64];
    size_t length = encode(&message, octets, sizeof octets);
    unit_assert_hex(octets, length, "03ff0007 02 6e6f");
    struct pap_message decoded;
    assert_null(pap_decode(octets, length, &decoded));
    assert_int_equal(decoded.code, PAP_AUTHENTICATE_NAK);
    assert_int_equal(decoded.text_length, 2);
    assert_memory_equal(decoded.text, "no", 2);

    message = (struct pap_message){.code = PAP_AUTHENTICATE_ACK, .identifier = 1};
    length = encode(&message, octets, sizeof octets);
    unit_assert_hex(octets, length, "02010005 00");
    /* Some peers leave even the length of the message away. */
    unit_hex("02010004", octets, sizeof octets);
    assert_null(pap_decode(octets, 4, &decoded));
    assert_int_equal(decoded.text_length, 0);
}

static void octets_beyond_the_length_are_padding(void **state)
{
    (void)state;
    uint8_t octets[64];
    size_t length = unit_hex("01070008 01 61 01 62 ffffff", octets, sizeof octets);
    struct pap_message decoded;
    assert_null(pap_decode(octets, length, &decoded));
    assert_int_equal(decoded.password_length, 1);
    assert_memory_equal(decoded.password, "b", 1);
}

static void malformed_packets_are_refused_with_their_reason(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", "too-short"},
        {"010700", "too-short"},
        {"01070003", "bad-length"},
        {"01070009 01 61 01 62", "bad-length"},
        {"01070004", "bad-field-length"},
        {"01070006 01 61", "bad-field-length"},
        {"01070008 02 61 01 62", "bad-field-length"},
        {"01070008 01 61 02 62", "bad-field-length"},
        /* The name would end in the padding. */
        {"01070006 05 61 616161616161", "bad-field-length"},
        {"02070006 02 61", "bad-field-length"},
        {"04070004", "unknown-code"},
        {"00070004", "unknown-code"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t octets[64];
        size_t length = unit_hex(rows[i][0], octets, sizeof octets);
        struct pap_message decoded;
        const char *reason = pap_decode(octets, length, &decoded);
        if (!reason)
            fail_msg("accepted: %s", rows[i][0]);
        assert_string_equal(reason, rows[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_carries_name_and_password),
        cmocka_unit_test(answers_carry_a_message_or_none),
        cmocka_unit_test(octets_beyond_the_length_are_padding),
        cmocka_unit_test(malformed_packets_are_refused_with_their_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
