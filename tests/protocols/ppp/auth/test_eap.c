/* The EAP codec, and SPAP's scramble. */
#include "ppp/auth/eap.h"
#include "ppp/auth/spap.h"
#include "support/unit.h"

#include <string.h>

static void requests_and_responses_carry_a_type_and_its_data(void **state)
{
    (void)state;
    static const struct {
        const char *octets;
        uint8_t code;
        uint8_t identifier;
        uint8_t type;
        const char *data;
    } rows[] = {
        {"01000005 01", EAP_REQUEST, 0, EAP_IDENTITY, ""},
        {"02000009 01 55736572", EAP_RESPONSE, 0, EAP_IDENTITY, "55736572"},
        {"02050007 03 1a0d", EAP_RESPONSE, 5, EAP_NAK, "1a0d"},
        {"01ff0006 0d 20", EAP_REQUEST, 255, EAP_TLS, "20"},
        {"03ff0004", EAP_SUCCESS, 255, 0, ""},
        {"04070004", EAP_FAILURE, 7, 0, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t octets[32];
        uint8_t encoded[32];
        struct eap_message message;
        size_t length = unit_hex(rows[i].octets, octets, sizeof octets);
        memset(octets + length, 0xee, 4); /* padding */
        assert_null(eap_decode(octets, length + 4, &message));
        assert_int_equal(message.code, rows[i].code);
        assert_int_equal(message.identifier, rows[i].identifier);
        assert_int_equal(message.type, rows[i].type);
        unit_assert_hex(message.data, message.length, rows[i].data);
        struct wire_writer writer = wire_writer_make(encoded, sizeof encoded);
        eap_encode(&writer, &message);
        unit_assert_hex(encoded, wire_written(&writer), rows[i].octets);
    }
}

static void malformed_packets_are_refused_with_their_reason(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", "too-short"},
        {"010000", "too-short"},
        {"01000003", "bad-length"},
        {"01000006 01", "bad-length"},
        {"01000004", "no-type"},
        {"02000005 00", "no-type"},
        {"03000005 00", "bad-length"},
        {"04000003", "bad-length"},
        {"00000005 01", "unknown-code"},
        {"05000005 01", "unknown-code"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t octets[16];
        struct eap_message message;
        size_t length = unit_hex(rows[i][0], octets, sizeof octets);
        const char *reason = eap_decode(octets, length, &message);
        if (!reason)
            fail_msg("accepted: %s", rows[i][0]);
        assert_string_equal(reason, rows[i][1]);
    }
}

static void types_have_names(void **state)
{
    (void)state;
    assert_string_equal(eap_type_name(EAP_IDENTITY), "Identity");
    assert_string_equal(eap_type_name(EAP_TLS), "TLS");
    assert_string_equal(eap_type_name(EAP_MS_CHAP_V2), "MS-CHAP-V2");
    assert_string_equal(eap_type_name(200), "unknown");
}

/* What is known of SPAP: the password is not readable, comes back, and is always the same. */
static void the_scramble_comes_back_and_hides_the_password(void **state)
{
    (void)state;
    const uint8_t clear[] = "clientPassclientPass";
    uint8_t scrambled[sizeof clear];
    uint8_t again[sizeof clear];
    uint8_t back[sizeof clear];
    spap_scramble(clear, sizeof clear, scrambled);
    spap_scramble(clear, sizeof clear, again);
    assert_memory_equal(scrambled, again, sizeof clear);
    assert_memory_not_equal(scrambled, scrambled + 10, 10);
    for (size_t i = 0; i < sizeof clear; i++)
        assert_int_not_equal(scrambled[i], clear[i]);
    spap_unscramble(scrambled, sizeof clear, back);
    assert_memory_equal(back, clear, sizeof clear);
    spap_scramble(back, sizeof back, back);
    assert_memory_equal(back, scrambled, sizeof back);
    spap_unscramble(back, sizeof back, back);
    assert_memory_equal(back, clear, sizeof back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_and_responses_carry_a_type_and_its_data),
        cmocka_unit_test(malformed_packets_are_refused_with_their_reason),
        cmocka_unit_test(types_have_names),
        cmocka_unit_test(the_scramble_comes_back_and_hides_the_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
