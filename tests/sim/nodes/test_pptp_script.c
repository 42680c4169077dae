/* Every message of RFC 2637 that a script can name: octets, defaults, and wrong ones on purpose. */
#include "support/unit.h"

#include "nodes/pptp/pptp_script.h"
#include "pptp/pptp_message.h"

static void every_message_of_the_rfc_can_be_named(void **state)
{
    (void)state;
    for (unsigned type = 1; type <= PPTP_MESSAGE_TYPES; type++) {
        uint8_t octets[PPTP_SCRIPT_MESSAGE_MAX];
        struct pptp_script_message message = pptp_script_defaults(pptp_message_name(type));
        struct pptp_message decoded;
        assert_int_equal(pptp_script_encode(&message, octets), pptp_message_length(type));
        assert_int_equal(pptp_message_decode(octets, pptp_message_length(type), &decoded),
                         PPTP_MESSAGE_OK);
        assert_int_equal(decoded.type, type);
    }
    struct pptp_script_message unknown = pptp_script_defaults("Set-Link-Infos");
    uint8_t octets[PPTP_SCRIPT_MESSAGE_MAX];
    assert_int_equal(pptp_script_encode(&unknown, octets), 0);
}

static void the_fields_land_where_the_rfc_has_them(void **state)
{
    (void)state;
    uint8_t octets[PPTP_SCRIPT_MESSAGE_MAX];
    struct pptp_script_message message = pptp_script_defaults("Outgoing-Call-Reply");
    message.call_id = 0x1234;
    message.peer_call_id = 0x5678;
    message.result = 2;
    message.error = 4;
    assert_int_equal(pptp_script_encode(&message, octets), 32);
    unit_assert_hex(octets, 20,
                    "002000011a2b3c4d00080000"
                    "1234567802040000");
    message = pptp_script_defaults("Echo-Reply");
    message.identifier = 0x01020304;
    assert_int_equal(pptp_script_encode(&message, octets), 20);
    unit_assert_hex(octets, 20,
                    "001400011a2b3c4d00060000"
                    "0102030401000000");
    message = pptp_script_defaults("Stop-Control-Connection-Request");
    message.result = 3;
    assert_int_equal(pptp_script_encode(&message, octets), 16);
    unit_assert_hex(octets, 16, "001000011a2b3c4d0003000003000000");
    message = pptp_script_defaults("Call-Disconnect-Notify");
    message.call_id = 7;
    message.result = 2;
    message.error = 6;
    assert_int_equal(pptp_script_encode(&message, octets), 148);
    unit_assert_hex(octets, 18,
                    "009400011a2b3c4d000d0000"
                    "000702060000");
}

static void length_cookie_and_version_can_lie(void **state)
{
    (void)state;
    uint8_t octets[PPTP_SCRIPT_MESSAGE_MAX];
    struct pptp_script_message message = pptp_script_defaults("Start-Control-Connection-Request");
    message.has_length = true;
    message.length = 65535;
    message.cookie = 0x1a2b3c4e;
    message.version = 0x0200;
    assert_int_equal(pptp_script_encode(&message, octets), 156);
    unit_assert_hex(octets, 16,
                    "ffff00011a2b3c4e00010000"
                    "02000000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_of_the_rfc_can_be_named),
        cmocka_unit_test(the_fields_land_where_the_rfc_has_them),
        cmocka_unit_test(length_cookie_and_version_can_lie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
