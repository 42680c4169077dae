#include "hex_zeros.h"
#include "pptp/pptp_message.h"
#include "support/unit.h"

#include <string.h>

/* Every message recorded from real implementations, and one of each type nobody was seen to send.
 */
static const char *const recorded[] = {
    /* Windows 2000: Start-Control-Connection-Request, Outgoing-Call-Request, Set-Link-Info. */
    "009c00011a2b3c4d00010000 0100 0000 00000001 00000001 0000 0893" Z64
    "4d6963726f736f66742057696e646f7773204e54" Z32 Z8 Z4,
    "00a800011a2b3c4d00070000 0000 c1cb 0000012c 05f5e100 00000003 00000003 0040 0000 0000" Z2 Z128,
    "001800011a2b3c4d000f0000 0004 0000 ffffffff ffffffff",
    "001800011a2b3c4d000f0000 0004 0000 00000000 ffffffff",
    /* A later Windows client and a Windows server, a whole connection. */
    "009c00011a2b3c4d00010000 0100 0000 00000001 00000001 0000 0000" Z64
    "4d6963726f736f6674" Z32 Z16 Z4 Z2 Z1,
    "009c00011a2b3c4d00020000 0100 0100 00000002 00000003 0000 0000" Z64
    "4d6963726f736f6674" Z32 Z16 Z4 Z2 Z1,
    "00a800011a2b3c4d00070000 9d49 0013 0000012c 05f5e100 00000003 00000003 0040 0000 0000" Z2 Z64
    "096157121fdb78f47b5d0be36d2e97e5" Z32 Z16,
    "002000011a2b3c4d00080000 736a 9d49 0100 0000 00ca9a3b 4000 0000 00000000",
    "001800011a2b3c4d000f0000 736a 0000 ffffffff ffffffff",
    "001000011a2b3c4d000c0000 fcb0 0000",
    "009400011a2b3c4d000d0000 3b37 0000 0000 0000" Z128,
    "001000011a2b3c4d00030000 01 00 0000",
    "001000011a2b3c4d00040000 01 00 0000",
    /* Linux client and server. */
    "009c00011a2b3c4d00010000 0100 0000 00000003 00000003 ffff 0001 6c6f63616c" Z32 Z16 Z8 Z2 Z1
    "63616e616e69616e" Z32 Z16 Z8,
    "009c00011a2b3c4d00020000 0100 0100 00000000 00000000 0001 0001 6c6f63616c" Z32 Z16 Z8 Z2 Z1
    "6c696e7578" Z32 Z16 Z8 Z2 Z1,
    "00a800011a2b3c4d00070000 abe2 0000 00000960 00989680 00000003 00000003 0003 0000 0000" Z2 Z128,
    "002000011a2b3c4d00080000 0000 abe2 0100 0000 00989680 0003 0000 00000000",
    /* The others. */
    "001000011a2b3c4d00050000 01020304",
    "001400011a2b3c4d00060000 01020304 0206 0000",
    "00dc00011a2b3c4d00090000 1234 5678 00000002 0000000a 0003 0007 353535" Z32 Z16 Z8 Z4 Z1
    "35353531323334" Z32 Z16 Z8 Z1 "aabb" Z32 Z16 Z8 Z4 Z2,
    "001800011a2b3c4d000a0000 4321 1234 02 04 0010 0005 0000",
    "001c00011a2b3c4d000b0000 4321 0000 0000fa00 0008 0006 00000001",
    "002800011a2b3c4d000e0000 4321 0000 00000001 00000002 00000003 00000004 00000005 00000006",
};

static void every_recorded_message_decodes_and_encodes_to_the_same_octets(void **state)
{
    (void)state;
    unsigned seen = 0;
    for (size_t i = 0; i < sizeof recorded / sizeof recorded[0]; i++) {
        uint8_t octets[PPTP_MESSAGE_MAXIMUM];
        uint8_t again[PPTP_MESSAGE_MAXIMUM];
        size_t length = unit_hex(recorded[i], octets, sizeof octets);
        struct pptp_message message;
        assert_int_equal(pptp_message_decode(octets, length, &message), PPTP_MESSAGE_OK);
        assert_int_equal(message.type, octets[9]);
        assert_int_equal(pptp_message_length(message.type), length);
        assert_int_equal(pptp_message_encode(&message, again, sizeof again), length);
        assert_memory_equal(again, octets, length);
        assert_int_equal(pptp_message_encode(&message, again, length - 1), 0);
        seen |= 1U << message.type;
    }
    assert_int_equal(seen, 0xfffe); /* all fifteen types */
}

static struct pptp_message decoded(size_t index)
{
    uint8_t octets[PPTP_MESSAGE_MAXIMUM];
    struct pptp_message message;
    size_t length = unit_hex(recorded[index], octets, sizeof octets);
    assert_int_equal(pptp_message_decode(octets, length, &message), PPTP_MESSAGE_OK);
    return message;
}

static void the_start_messages_have_their_fields(void **state)
{
    (void)state;
    struct pptp_message request = decoded(0);
    assert_int_equal(request.type, PPTP_START_CONTROL_CONNECTION_REQUEST);
    assert_int_equal(request.body.start.protocol_version, PPTP_PROTOCOL_VERSION);
    assert_int_equal(request.body.start.framing_capabilities, PPTP_FRAMING_ASYNCHRONOUS);
    assert_int_equal(request.body.start.bearer_capabilities, PPTP_BEARER_ANALOG);
    assert_int_equal(request.body.start.maximum_channels, 0);
    assert_int_equal(request.body.start.firmware_revision, 2195);
    assert_string_equal(request.body.start.host_name, "");
    assert_string_equal(request.body.start.vendor_name, "Microsoft Windows NT");
    struct pptp_message reply = decoded(14);
    assert_int_equal(reply.type, PPTP_START_CONTROL_CONNECTION_REPLY);
    assert_int_equal(reply.body.start.result, PPTP_START_OK);
    assert_int_equal(reply.body.start.error, PPTP_ERROR_NONE);
    assert_int_equal(reply.body.start.maximum_channels, 1);
    assert_string_equal(reply.body.start.host_name, "local");
    assert_string_equal(reply.body.start.vendor_name, "linux");
}

static void the_outgoing_call_messages_have_their_fields(void **state)
{
    (void)state;
    struct pptp_message message = decoded(6);
    const struct pptp_outgoing_call_request *request = &message.body.outgoing_call_request;
    assert_int_equal(request->call_id, 0x9d49);
    assert_int_equal(request->call_serial_number, 0x13);
    assert_int_equal(request->minimum_bps, 300);
    assert_int_equal(request->maximum_bps, 100000000);
    assert_int_equal(request->bearer_type, 3);
    assert_int_equal(request->framing_type, 3);
    assert_int_equal(request->receive_window, 64);
    assert_int_equal(request->processing_delay, 0);
    assert_int_equal(request->phone_number_length, 0);
    assert_string_equal(request->phone_number, "");
    unit_assert_hex(request->subaddress, 17, "096157121fdb78f47b5d0be36d2e97e500");
    message = decoded(7);
    const struct pptp_outgoing_call_reply *reply = &message.body.outgoing_call_reply;
    assert_int_equal(reply->call_id, 0x736a);
    assert_int_equal(reply->peer_call_id, 0x9d49);
    assert_int_equal(reply->result, PPTP_OUTGOING_CONNECTED);
    assert_int_equal(reply->error, 0);
    assert_int_equal(reply->cause, 0);
    assert_int_equal(reply->connect_speed, 0x00ca9a3b);
    assert_int_equal(reply->receive_window, 16384);
    assert_int_equal(reply->processing_delay, 0);
    assert_int_equal(reply->physical_channel_id, 0);
}

static void the_incoming_call_messages_have_their_fields(void **state)
{
    (void)state;
    struct pptp_message message = decoded(19);
    const struct pptp_incoming_call_request *request = &message.body.incoming_call_request;
    assert_int_equal(request->call_id, 0x1234);
    assert_int_equal(request->call_serial_number, 0x5678);
    assert_int_equal(request->bearer_type, PPTP_BEARER_DIGITAL);
    assert_int_equal(request->physical_channel_id, 10);
    assert_int_equal(request->dialed_number_length, 3);
    assert_int_equal(request->dialing_number_length, 7);
    assert_string_equal(request->dialed_number, "555");
    assert_string_equal(request->dialing_number, "5551234");
    unit_assert_hex(request->subaddress, 3, "aabb00");
    message = decoded(20);
    const struct pptp_incoming_call_reply *reply = &message.body.incoming_call_reply;
    assert_int_equal(reply->call_id, 0x4321);
    assert_int_equal(reply->peer_call_id, 0x1234);
    assert_int_equal(reply->result, PPTP_INCOMING_GENERAL_ERROR);
    assert_int_equal(reply->error, PPTP_ERROR_NO_RESOURCE);
    assert_int_equal(reply->receive_window, 16);
    assert_int_equal(reply->transmit_delay, 5);
    message = decoded(21);
    const struct pptp_incoming_call_connected *connected = &message.body.incoming_call_connected;
    assert_int_equal(connected->peer_call_id, 0x4321);
    assert_int_equal(connected->connect_speed, 64000);
    assert_int_equal(connected->receive_window, 8);
    assert_int_equal(connected->transmit_delay, 6);
    assert_int_equal(connected->framing_type, PPTP_FRAMING_ASYNCHRONOUS);
}

static void the_short_messages_have_their_fields(void **state)
{
    (void)state;
    struct pptp_message message = decoded(11);
    assert_int_equal(message.body.stop_request.reason, PPTP_STOP_NONE);
    message = decoded(12);
    assert_int_equal(message.body.stop_reply.result, PPTP_RESULT_OK);
    assert_int_equal(message.body.stop_reply.error, 0);
    message = decoded(17);
    assert_int_equal(message.body.echo.identifier, 0x01020304);
    message = decoded(18);
    assert_int_equal(message.body.echo.identifier, 0x01020304);
    assert_int_equal(message.body.echo.result, PPTP_RESULT_GENERAL_ERROR);
    assert_int_equal(message.body.echo.error, PPTP_ERROR_PAC_ERROR);
    message = decoded(9);
    assert_int_equal(message.body.call_clear_request.call_id, 0xfcb0);
    message = decoded(10);
    assert_int_equal(message.body.call_disconnect_notify.call_id, 0x3b37);
    assert_int_equal(message.body.call_disconnect_notify.result, PPTP_DISCONNECT_UNSPECIFIED);
    message = decoded(22);
    assert_int_equal(message.body.wan_error_notify.peer_call_id, 0x4321);
    assert_int_equal(message.body.wan_error_notify.crc_errors, 1);
    assert_int_equal(message.body.wan_error_notify.framing_errors, 2);
    assert_int_equal(message.body.wan_error_notify.hardware_overruns, 3);
    assert_int_equal(message.body.wan_error_notify.buffer_overruns, 4);
    assert_int_equal(message.body.wan_error_notify.timeout_errors, 5);
    assert_int_equal(message.body.wan_error_notify.alignment_errors, 6);
    message = decoded(3);
    assert_int_equal(message.body.set_link_info.peer_call_id, 4);
    assert_int_equal(message.body.set_link_info.send_accm, 0);
    assert_int_equal(message.body.set_link_info.receive_accm, 0xffffffff);
}

static void a_disconnect_has_cause_and_statistics(void **state)
{
    (void)state;
    struct pptp_message message = {.type = PPTP_CALL_DISCONNECT_NOTIFY};
    message.body.call_disconnect_notify = (struct pptp_call_disconnect_notify){
        .call_id = 7, .result = 1, .error = 2, .cause = 16, .statistics = "ok"};
    uint8_t octets[PPTP_MESSAGE_MAXIMUM];
    size_t length = pptp_message_encode(&message, octets, sizeof octets);
    assert_int_equal(length, 148);
    unit_assert_hex(octets, 22, "009400011a2b3c4d000d0000 0007 01 02 0010 0000 6f6b");
    struct pptp_message again;
    assert_int_equal(pptp_message_decode(octets, length, &again), PPTP_MESSAGE_OK);
    assert_int_equal(again.body.call_disconnect_notify.cause, 16);
    assert_string_equal(again.body.call_disconnect_notify.statistics, "ok");
}

static void names_of_64_octets_are_terminated_when_decoded(void **state)
{
    (void)state;
    struct pptp_message message = {.type = PPTP_START_CONTROL_CONNECTION_REQUEST};
    memset(message.body.start.host_name, 'h', PPTP_NAME_LENGTH);
    memset(message.body.start.vendor_name, 'v', PPTP_NAME_LENGTH);
    uint8_t octets[PPTP_MESSAGE_MAXIMUM];
    size_t length = pptp_message_encode(&message, octets, sizeof octets);
    struct pptp_message again;
    memset(&again, 0xff, sizeof again);
    assert_int_equal(pptp_message_decode(octets, length, &again), PPTP_MESSAGE_OK);
    assert_int_equal(strlen(again.body.start.host_name), 64);
    assert_int_equal(strlen(again.body.start.vendor_name), 64);
}

static void reserved_fields_are_ignored_and_sent_as_zero(void **state)
{
    (void)state;
    static const struct {
        const char *received;
        const char *sent;
    } cases[] = {
        {"001000011a2b3c4d0003 ffff 03 ff ffff", "001000011a2b3c4d0003 0000 03 00 0000"},
        {"001000011a2b3c4d0004 ffff 02 05 ffff", "001000011a2b3c4d0004 0000 02 05 0000"},
        {"001400011a2b3c4d0006 ffff 00000001 0100 ffff",
         "001400011a2b3c4d0006 0000 00000001 0100 0000"},
        {"001000011a2b3c4d000c 1234 0001 ffff", "001000011a2b3c4d000c 0000 0001 0000"},
        {"001800011a2b3c4d000f 1234 0001 ffff 00000000 00000000",
         "001800011a2b3c4d000f 0000 0001 0000 00000000 00000000"},
        {"001800011a2b3c4d000a 1234 0001 0002 0100 0003 0004 ffff",
         "001800011a2b3c4d000a 0000 0001 0002 0100 0003 0004 0000"},
        {"009c00011a2b3c4d0001 ffff 0100 ffff" Z128 Z8 Z4,
         "009c00011a2b3c4d0001 0000 0100 0000" Z128 Z8 Z4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t octets[PPTP_MESSAGE_MAXIMUM];
        size_t length = unit_hex(cases[i].received, octets, sizeof octets);
        struct pptp_message message;
        assert_int_equal(pptp_message_decode(octets, length, &message), PPTP_MESSAGE_OK);
        length = pptp_message_encode(&message, octets, sizeof octets);
        unit_assert_hex(octets, length, cases[i].sent);
    }
}

static void what_is_wrong_with_a_header_has_a_name(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        const char *error;
        size_t total;
    } cases[] = {
        {"", "incomplete-message", 8},
        {"001000011a2b3c", "incomplete-message", 8},
        {"001000011a2b3c4d", "incomplete-message", 12},
        {"001000011a2b3c4d00050000", "incomplete-message", 16},
        {"001000011a2b3c4d00050000 010203", "incomplete-message", 16},
        {"001000011a2b3c4d00050000 01020304", "", 16},
        {"001000011a2b3c4d00050000 01020304 ffff", "", 16},
        {"001000011a2b3c4e", "bad-cookie", 8},
        {"001000014d3c2b1a", "bad-cookie", 8},
        {"000b00011a2b3c4d", "bad-length", 8},
        {"000000011a2b3c4d", "bad-length", 8},
        {"00dd00011a2b3c4d", "bad-length", 8},
        {"ffff00011a2b3c4d", "bad-length", 8},
        {"001400011a2b3c4d00050000", "bad-length", 20},
        {"000c00011a2b3c4d00050000", "bad-length", 12},
        {"001000021a2b3c4d00050000", "not-a-control-message", 16},
        {"001000011a2b3c4d00000000", "unknown-message-type", 16},
        {"001000011a2b3c4d00100000", "unknown-message-type", 16},
        {"001000011a2b3c4d01050000", "unknown-message-type", 16},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t octets[32];
        size_t length = unit_hex(cases[i].hex, octets, sizeof octets);
        size_t total = 0;
        assert_string_equal(pptp_message_error_text(pptp_message_frame(octets, length, &total)),
                            cases[i].error);
        assert_int_equal(total, cases[i].total);
    }
}

static void a_decoder_wants_the_exact_length_of_the_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof recorded / sizeof recorded[0]; i++) {
        uint8_t octets[PPTP_MESSAGE_MAXIMUM + 1] = {0};
        size_t length = unit_hex(recorded[i], octets, sizeof octets);
        struct pptp_message message;
        for (size_t cut = 0; cut < length; cut++)
            assert_int_equal(pptp_message_decode(octets, cut, &message), PPTP_MESSAGE_INCOMPLETE);
        assert_int_equal(pptp_message_decode(octets, length + 1, &message),
                         PPTP_MESSAGE_BAD_LENGTH);
        octets[1]++;
        assert_int_equal(pptp_message_decode(octets, length, &message), PPTP_MESSAGE_BAD_LENGTH);
    }
}

static void call_ids_and_results_are_found_in_every_type(void **state)
{
    (void)state;
    static const struct {
        size_t index;
        int call_id;
        int result;
    } cases[] = {
        {0, -1, -1},     {5, -1, 1},       {6, 0x9d49, -1}, {7, 0x736a, 1},   {8, 0x736a, -1},
        {9, 0xfcb0, -1}, {10, 0x3b37, 0},  {11, -1, -1},    {12, -1, 1},      {17, -1, -1},
        {18, -1, 2},     {19, 0x1234, -1}, {20, 0x4321, 2}, {21, 0x4321, -1}, {22, 0x4321, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pptp_message message = decoded(cases[i].index);
        uint16_t call_id = 0;
        uint8_t result = 0;
        uint8_t error = 0;
        assert_int_equal(pptp_message_call_id(&message, &call_id), cases[i].call_id >= 0);
        if (cases[i].call_id >= 0)
            assert_int_equal(call_id, cases[i].call_id);
        assert_int_equal(pptp_message_result(&message, &result, &error), cases[i].result >= 0);
        if (cases[i].result >= 0)
            assert_int_equal(result, cases[i].result);
    }
}

static void an_unknown_type_is_not_encoded(void **state)
{
    (void)state;
    uint8_t octets[PPTP_MESSAGE_MAXIMUM];
    struct pptp_message message = {.type = (enum pptp_message_type)16};
    assert_int_equal(pptp_message_encode(&message, octets, sizeof octets), 0);
    assert_string_equal(pptp_message_name(16), "unknown");
    assert_string_equal(pptp_message_name(0), "unknown");
    assert_string_equal(pptp_message_name(15), "Set-Link-Info");
    assert_int_equal(pptp_message_length(0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recorded_message_decodes_and_encodes_to_the_same_octets),
        cmocka_unit_test(the_start_messages_have_their_fields),
        cmocka_unit_test(the_outgoing_call_messages_have_their_fields),
        cmocka_unit_test(the_incoming_call_messages_have_their_fields),
        cmocka_unit_test(the_short_messages_have_their_fields),
        cmocka_unit_test(a_disconnect_has_cause_and_statistics),
        cmocka_unit_test(names_of_64_octets_are_terminated_when_decoded),
        cmocka_unit_test(reserved_fields_are_ignored_and_sent_as_zero),
        cmocka_unit_test(what_is_wrong_with_a_header_has_a_name),
        cmocka_unit_test(a_decoder_wants_the_exact_length_of_the_type),
        cmocka_unit_test(call_ids_and_results_are_found_in_every_type),
        cmocka_unit_test(an_unknown_type_is_not_encoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
