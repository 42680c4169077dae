/* Control messages: which AVPs they have and how they are judged, RFC 2661 sections 4, 6 and 7.1.
 */
#include "base/wire.h"
#include "l2tp/l2tp_message.h"
#include "support/crypto_fixture.h"
#include "support/unit.h"

#include <string.h>

struct reading {
    bool usable;
    struct l2tp_message message;
    struct l2tp_fault fault;
    uint8_t octets[1024];
    uint8_t revealed[L2TP_REVEALED_SIZE];
};

static const struct l2tp_judgment rfc;
static const struct l2tp_judgment windows = {
    .ignore_hidden = true, .fatal_reserved_bits = true, .miss_little = true};

static void read_octets(struct reading *reading, size_t length,
                        const struct l2tp_judgment *judgment)
{
    reading->usable = l2tp_message_decode(reading->octets, length, judgment, reading->revealed,
                                          &reading->message, &reading->fault);
}

static void read_hex(struct reading *reading, const char *hex, const struct l2tp_judgment *judgment)
{
    read_octets(reading, unit_hex(hex, reading->octets, sizeof reading->octets), judgment);
}

static void expect_fault(const struct reading *reading, bool usable, enum l2tp_fault_kind kind,
                         unsigned attribute)
{
    assert_int_equal(reading->usable, usable);
    assert_string_equal(l2tp_fault_text(reading->fault.kind), l2tp_fault_text(kind));
    assert_int_equal(reading->fault.attribute, attribute);
    assert_int_equal(reading->fault.mandatory, !usable);
}

static struct l2tp_octets text(const char *text)
{
    return (struct l2tp_octets){(const uint8_t *)text, (uint16_t)strlen(text)};
}

/* Every AVP of the IETF at once, with values that differ in all octets. */
static struct l2tp_message everything(unsigned type)
{
    return (struct l2tp_message){
        .type = (uint16_t)type,
        .present = ((UINT64_C(1) << 40) - 2) & ~L2TP_HAS(20) & ~L2TP_HAS(L2TP_RANDOM_VECTOR) &
                   ~L2TP_HAS(L2TP_FRAMING_CAPABILITIES) & ~L2TP_HAS(L2TP_BEARER_CAPABILITIES),
        .result = 0x0102,
        .error = 0x0304,
        .error_message = text("Goodbye"),
        .protocol_version = 0x0100,
        .framing = 0x11121314,
        .bearer = 0x21222324,
        .tie_breaker = {1, 2, 3, 4, 5, 6, 7, 8},
        .firmware_revision = 0x0690,
        .host_name = text("host"),
        .vendor_name = text("vendor"),
        .assigned_tunnel_id = 0x3132,
        .receive_window = 0x4142,
        .challenge = text("challenge"),
        .cause_code = 0x5152,
        .cause_message = 0x45,
        .cause_text = text("advice"),
        .challenge_response = "0123456789abcde",
        .assigned_session_id = 0x6162,
        .call_serial_number = 0x71727374,
        .minimum_bps = 0x81828384,
        .maximum_bps = 0x91929394,
        .called_number = text("5551000"),
        .calling_number = text("5552000"),
        .sub_address = text("1"),
        .tx_connect_speed = 0xa1a2a3a4,
        .rx_connect_speed = 0xb1b2b3b4,
        .physical_channel_id = 0xc1c2c3c4,
        .initial_received_lcp = text("one"),
        .last_sent_lcp = text("two"),
        .last_received_lcp = text("three"),
        .proxy_authen_type = 2,
        .proxy_authen_name = text("name"),
        .proxy_authen_challenge = text("what"),
        .proxy_authen_id = 0x00d1,
        .proxy_authen_response = text("this"),
        .call_errors = {1, 2, 3, 4, 5, 6},
        .send_accm = 0xe1e2e3e4,
        .receive_accm = 0xf1f2f3f4,
        .private_group_id = text("group"),
        .has_correlation_id = true,
        .correlation_id = "fedcba987654321",
    };
}

static void assert_text(const struct l2tp_octets *octets, const char *expected)
{
    assert_int_equal(octets->length, strlen(expected));
    assert_memory_equal(octets->octets, expected, strlen(expected));
}

static void assert_everything(const struct l2tp_message *m)
{
    struct l2tp_message e = everything(m->type);
    assert_int_equal(m->present & ~L2TP_HAS(L2TP_RANDOM_VECTOR), e.present);
    assert_int_equal(m->result, e.result);
    assert_int_equal(m->error, e.error);
    assert_text(&m->error_message, "Goodbye");
    assert_int_equal(m->protocol_version, e.protocol_version);
    assert_int_equal(m->framing, e.framing);
    assert_int_equal(m->bearer, e.bearer);
    assert_memory_equal(m->tie_breaker, e.tie_breaker, 8);
    assert_int_equal(m->firmware_revision, e.firmware_revision);
    assert_text(&m->host_name, "host");
    assert_text(&m->vendor_name, "vendor");
    assert_int_equal(m->assigned_tunnel_id, e.assigned_tunnel_id);
    assert_int_equal(m->receive_window, e.receive_window);
    assert_text(&m->challenge, "challenge");
    assert_int_equal(m->cause_code, e.cause_code);
    assert_int_equal(m->cause_message, e.cause_message);
    assert_text(&m->cause_text, "advice");
    assert_memory_equal(m->challenge_response, e.challenge_response, 16);
    assert_int_equal(m->assigned_session_id, e.assigned_session_id);
    assert_int_equal(m->call_serial_number, e.call_serial_number);
    assert_int_equal(m->minimum_bps, e.minimum_bps);
    assert_int_equal(m->maximum_bps, e.maximum_bps);
    assert_text(&m->called_number, "5551000");
    assert_text(&m->calling_number, "5552000");
    assert_text(&m->sub_address, "1");
    assert_int_equal(m->tx_connect_speed, e.tx_connect_speed);
    assert_int_equal(m->rx_connect_speed, e.rx_connect_speed);
    assert_int_equal(m->physical_channel_id, e.physical_channel_id);
    assert_text(&m->initial_received_lcp, "one");
    assert_text(&m->last_sent_lcp, "two");
    assert_text(&m->last_received_lcp, "three");
    assert_int_equal(m->proxy_authen_type, e.proxy_authen_type);
    assert_text(&m->proxy_authen_name, "name");
    assert_text(&m->proxy_authen_challenge, "what");
    assert_int_equal(m->proxy_authen_id, e.proxy_authen_id);
    assert_text(&m->proxy_authen_response, "this");
    assert_memory_equal(&m->call_errors, &e.call_errors, sizeof e.call_errors);
    assert_int_equal(m->send_accm, e.send_accm);
    assert_int_equal(m->receive_accm, e.receive_accm);
    assert_text(&m->private_group_id, "group");
    assert_true(m->has_correlation_id);
    assert_memory_equal(m->correlation_id, e.correlation_id, 16);
}

static void every_avp_of_every_message_comes_back(void **state)
{
    (void)state;
    static const char *const names[L2TP_MESSAGE_TYPES] = {
        [1] = "SCCRQ", [2] = "SCCRP", [3] = "SCCCN", [4] = "StopCCN", [6] = "HELLO",
        [7] = "OCRQ",  [8] = "OCRP",  [9] = "OCCN",  [10] = "ICRQ",   [11] = "ICRP",
        [12] = "ICCN", [14] = "CDN",  [15] = "WEN",  [16] = "SLI",
    };
    const struct l2tp_wording wording = {.session_before_result = true};
    for (unsigned type = 0; type < L2TP_MESSAGE_TYPES; type++) {
        assert_string_equal(l2tp_message_name(type), names[type] ? names[type] : "unknown");
        assert_int_equal(l2tp_message_of_session(type), type >= 7);
        if (!names[type])
            continue;
        struct reading reading;
        struct l2tp_message message = everything(type);
        if (type <= 2) /* whose masks say what is supported, not what is used */
            message.present ^= L2TP_HAS(3) | L2TP_HAS(4) | L2TP_HAS(18) | L2TP_HAS(19);
        size_t length =
            l2tp_message_encode(&message, &wording, reading.octets, sizeof reading.octets);
        assert_true(length > 0);
        read_octets(&reading, length, &rfc);
        assert_true(reading.usable);
        assert_int_equal(reading.fault.kind, L2TP_FAULT_NONE);
        assert_int_equal(reading.message.type, type);
        if (type <= 2)
            reading.message.present ^= L2TP_HAS(3) | L2TP_HAS(4) | L2TP_HAS(18) | L2TP_HAS(19);
        assert_everything(&reading.message);
        assert_int_equal(l2tp_message_encode(&message, &wording, reading.octets, length - 1), 0);
    }
}

static void what_may_be_hidden_is_hidden_and_revealed(void **state)
{
    struct reading reading;
    struct entropy entropy = entropy_make(7, "hiding");
    struct l2tp_secret secret = {*state, "labtunnel", 9};
    const struct l2tp_wording wording = {
        .secret = secret, .entropy = &entropy, .hidden = UINT64_MAX, .hidden_padding = 3};
    struct l2tp_message message = everything(L2TP_ICCN);
    size_t length = l2tp_message_encode(&message, &wording, reading.octets, sizeof reading.octets);
    struct wire_reader reader = wire_reader_make(reading.octets, length);
    struct l2tp_avp avp;
    unsigned hidden = 0;
    for (unsigned i = 0; l2tp_avp_read(&reader, &avp); i++) {
        if (i == 1)
            assert_int_equal(avp.attribute, L2TP_RANDOM_VECTOR);
        if (avp.vendor_id == 0)
            assert_int_equal(avp.hidden, l2tp_attribute_rule(avp.attribute)->may_hide);
        hidden += avp.hidden;
    }
    assert_int_equal(hidden, 28);
    read_octets(&reading, length, &(struct l2tp_judgment){.secret = secret});
    assert_true(reading.usable);
    assert_everything(&reading.message);
    /* Without the secret they cannot be used, and the first one that must be kills the call. */
    read_octets(&reading, length, &rfc);
    expect_fault(&reading, false, L2TP_FAULT_HIDDEN, L2TP_ASSIGNED_TUNNEL_ID);
}

static void without_a_secret_nothing_is_hidden(void **state)
{
    (void)state;
    struct l2tp_message message = {
        .type = L2TP_ICRP, .present = L2TP_HAS(L2TP_ASSIGNED_SESSION_ID), .assigned_session_id = 5};
    const struct l2tp_wording wording = {.hidden = UINT64_MAX};
    uint8_t octets[64];
    size_t length = l2tp_message_encode(&message, &wording, octets, sizeof octets);
    unit_assert_hex(octets, length, "8008 0000 0000 000b 8008 0000 000e 0005");
}

/* RFC 2661 section 6: what each message must have. */
static void a_required_avp_is_missed(void **state)
{
    (void)state;
    static const struct {
        unsigned type;
        unsigned required[8];
        unsigned count;
    } messages[] = {
        {1, {2, 3, 7, 9}, 4}, {2, {2, 3, 7, 9}, 4}, {3, {0}, 0},
        {4, {1, 9}, 2},       {6, {0}, 0},          {7, {14, 15, 16, 17, 18, 19, 21}, 7},
        {8, {14}, 1},         {9, {19, 24}, 2},     {10, {14, 15}, 2},
        {11, {14}, 1},        {12, {19, 24}, 2},    {14, {1, 14}, 2},
        {15, {34}, 1},        {16, {35}, 1},
    };
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        uint64_t all = 0;
        for (unsigned n = 0; n < messages[i].count; n++)
            all |= L2TP_HAS(messages[i].required[n]);
        for (unsigned n = 0; n <= messages[i].count; n++) {
            struct reading reading;
            struct l2tp_message message = everything(messages[i].type);
            message.present =
                n < messages[i].count ? all & ~L2TP_HAS(messages[i].required[n]) : all;
            message.has_correlation_id = false;
            size_t length = l2tp_message_encode(&message, &(struct l2tp_wording){0}, reading.octets,
                                                sizeof reading.octets);
            read_octets(&reading, length, &rfc);
            if (n < messages[i].count)
                expect_fault(&reading, false, L2TP_FAULT_MISSING_AVP, messages[i].required[n]);
            else
                expect_fault(&reading, true, L2TP_FAULT_NONE, 0);
        }
    }
}

static void windows_misses_less(void **state)
{
    (void)state;
    struct reading reading;
    /* No Host Name in SCCRQ (note 6), nothing in ICCN (note 19). */
    read_hex(&reading,
             "8008 0000 0000 0001 8008 0000 0002 0100 800a 0000 0003 00000001 "
             "8008 0000 0009 0005",
             &windows);
    expect_fault(&reading, true, L2TP_FAULT_NONE, 0);
    read_hex(&reading, "8008 0000 0000 000c", &windows);
    expect_fault(&reading, true, L2TP_FAULT_NONE, 0);
    read_hex(&reading, "8008 0000 0000 000b", &windows); /* but ICRP is looked at (note 18) */
    expect_fault(&reading, false, L2TP_FAULT_MISSING_AVP, L2TP_ASSIGNED_SESSION_ID);
}

static void avps_that_cannot_be_used_are_judged(void **state)
{
    (void)state;
    static const struct {
        const char *avp; /**< behind the Message Type of HELLO */
        const struct l2tp_judgment *judgment;
        bool usable;
        enum l2tp_fault_kind kind;
        unsigned attribute;
    } cases[] = {
        /* Section 4.1: unknown, with and without the M bit; of a vendor, too. */
        {"8006 0000 0014", &rfc, false, L2TP_FAULT_UNKNOWN_AVP, 20},
        {"0006 0000 0014", &rfc, true, L2TP_FAULT_UNKNOWN_AVP, 20},
        {"8006 0000 4321", &rfc, false, L2TP_FAULT_UNKNOWN_AVP, 0x4321},
        {"8006 0009 0001", &rfc, false, L2TP_FAULT_UNKNOWN_AVP, 1},
        {"0006 0009 0001", &rfc, true, L2TP_FAULT_UNKNOWN_AVP, 1},
        {"8006 0009 0001", &windows, false, L2TP_FAULT_UNKNOWN_AVP, 1},
        {"8016 0137 0001 00112233445566778899aabbccddeeff", &rfc, false, L2TP_FAULT_UNKNOWN_AVP, 1},
        {"0008 0137 0001 0011", &rfc, true, L2TP_FAULT_UNKNOWN_AVP, 1},
        /* A reserved bit makes a known AVP unknown; to Windows a fatal one. */
        {"8408 0000 000a 0004", &rfc, false, L2TP_FAULT_UNKNOWN_AVP, 10},
        {"2008 0000 0006 0004", &rfc, true, L2TP_FAULT_UNKNOWN_AVP, 6},
        {"2008 0000 0006 0004", &windows, false, L2TP_FAULT_UNKNOWN_AVP, 6},
        /* Section 7.1: the RFC's own example, and its mandatory brother. */
        {"0008 0000 0026 0001", &rfc, true, L2TP_FAULT_BAD_VALUE_LENGTH, 38},
        {"8008 0000 0018 0001", &rfc, false, L2TP_FAULT_BAD_VALUE_LENGTH, 24},
        {"8009 0000 0001 000100", &rfc, false, L2TP_FAULT_BAD_VALUE_LENGTH, 1},
        {"8008 0000 0027 0000", &rfc, false, L2TP_FAULT_BAD_VALUE_LENGTH, 39},
        {"8006 0000 0007", &rfc, false, L2TP_FAULT_BAD_VALUE_LENGTH, 7},
        {"8008 0000 0009 0000", &rfc, false, L2TP_FAULT_BAD_VALUE, 9},
        {"8008 0000 000e 0000", &rfc, false, L2TP_FAULT_BAD_VALUE, 14},
        {"8008 0000 000a 0000", &rfc, false, L2TP_FAULT_BAD_VALUE, 10},
        {"8008 0000 0000 0006", &rfc, false, L2TP_FAULT_UNKNOWN_AVP, 0}, /* a second type */
        /* Hidden: no secret here; Windows overlooks twelve and knows no other. */
        {"c008 0000 000e 1234", &rfc, false, L2TP_FAULT_HIDDEN, 14},
        {"4008 0000 001e 1234", &rfc, true, L2TP_FAULT_HIDDEN, 30},
        {"c008 0000 000e 1234", &windows, false, L2TP_FAULT_UNKNOWN_AVP, 14},
        {"4008 0000 0019 1234", &windows, true, L2TP_FAULT_UNKNOWN_AVP, 25},
        {"c008 0000 0015 1234", &windows, true, L2TP_FAULT_HIDDEN, 21},
        {"c008 0000 0016 1234", &windows, true, L2TP_FAULT_HIDDEN, 22},
        {"c008 0000 0017 1234", &windows, true, L2TP_FAULT_HIDDEN, 23},
        {"c008 0000 001a 1234", &windows, true, L2TP_FAULT_HIDDEN, 26},
        {"c008 0000 001b 1234", &windows, true, L2TP_FAULT_HIDDEN, 27},
        {"c008 0000 001c 1234", &windows, true, L2TP_FAULT_HIDDEN, 28},
        {"c008 0000 001e 1234", &windows, true, L2TP_FAULT_HIDDEN, 30},
        {"c008 0000 001f 1234", &windows, true, L2TP_FAULT_HIDDEN, 31},
        {"c008 0000 0020 1234", &windows, true, L2TP_FAULT_HIDDEN, 32},
        {"c008 0000 0021 1234", &windows, true, L2TP_FAULT_HIDDEN, 33},
        {"c008 0000 0023 1234", &windows, true, L2TP_FAULT_HIDDEN, 35},
        {"c008 0000 0025 1234", &windows, true, L2TP_FAULT_HIDDEN, 37},
        {"c008 0000 001d 1234", &windows, false, L2TP_FAULT_UNKNOWN_AVP, 29},
        /* Sections 4.1 and 7.1: lengths that lead out of the message. */
        {"8010 0000 0009 0001", &rfc, false, L2TP_FAULT_BAD_AVP_LENGTH, 0},
        {"8005 0000 0009 0001", &rfc, false, L2TP_FAULT_BAD_AVP_LENGTH, 0},
        {"80", &rfc, false, L2TP_FAULT_BAD_AVP_LENGTH, 0},
        /* What is overlooked does not hide what is not. */
        {"0006 0000 0014 8006 0000 4321", &rfc, false, L2TP_FAULT_UNKNOWN_AVP, 0x4321},
        {"8006 0000 4321 8006 0000 4322", &rfc, false, L2TP_FAULT_UNKNOWN_AVP, 0x4321},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reading reading;
        char hex[128] = "8008 0000 0000 0006 ";
        strcat(hex, cases[i].avp);
        read_hex(&reading, hex, cases[i].judgment);
        expect_fault(&reading, cases[i].usable, cases[i].kind, cases[i].attribute);
    }
}

static void an_end_that_has_no_id_may_say_so(void **state)
{
    (void)state;
    struct reading reading;
    read_hex(&reading, "8008 0000 0000 000e 8008 0000 0001 0004 8008 0000 000e 0000", &rfc);
    expect_fault(&reading, true, L2TP_FAULT_NONE, 0);
    assert_int_equal(reading.message.result, 4);
    assert_int_equal(reading.message.error, 0);
}

/* Section 4.4.1: the Message Type is first, and its M bit is about the message. */
static void a_message_without_a_type_it_knows_is_judged(void **state)
{
    (void)state;
    struct reading reading;
    read_hex(&reading, "8008 0000 0009 0001 8008 0000 0000 0006", &rfc);
    expect_fault(&reading, false, L2TP_FAULT_NO_MESSAGE_TYPE, 0);
    read_hex(&reading, "c008 0000 0000 0006", &rfc);
    expect_fault(&reading, false, L2TP_FAULT_NO_MESSAGE_TYPE, 0);
    read_hex(&reading, "8009 0000 0000 000600", &rfc);
    expect_fault(&reading, false, L2TP_FAULT_NO_MESSAGE_TYPE, 0);
    read_hex(&reading, "8008 0000 0000 0005", &rfc);
    expect_fault(&reading, false, L2TP_FAULT_UNKNOWN_MESSAGE, 0);
    read_hex(&reading, "8008 0000 0000 0011", &rfc);
    expect_fault(&reading, false, L2TP_FAULT_UNKNOWN_MESSAGE, 0);
    read_hex(&reading, "0008 0000 0000 0011", &rfc);
    expect_fault(&reading, true, L2TP_FAULT_UNKNOWN_MESSAGE, 0);
}

static void a_hidden_avp_uses_the_vector_before_it(void **state)
{
    struct reading reading;
    struct l2tp_secret secret = {*state, "secret", 6};
    struct wire_writer writer = wire_writer_make(reading.octets, sizeof reading.octets);
    uint8_t hidden[8] = {0};
    l2tp_avp_write(
        &writer,
        &(struct l2tp_avp){.mandatory = true, .value = (const uint8_t *)"\x00\x0b", .length = 2});
    struct l2tp_avp vector = {.mandatory = true, .attribute = L2TP_RANDOM_VECTOR, .length = 1};
    vector.value = (const uint8_t *)"1";
    l2tp_avp_write(&writer, &vector);
    vector.value = (const uint8_t *)"2";
    l2tp_avp_write(&writer, &vector);
    assert_true(l2tp_avp_hide(&secret, 14, "2", 1, "\x12\x34", 2, 0, hidden, sizeof hidden));
    l2tp_avp_write(
        &writer,
        &(struct l2tp_avp){
            .mandatory = true, .hidden = true, .attribute = 14, .value = hidden, .length = 4});
    read_octets(&reading, wire_written(&writer), &(struct l2tp_judgment){.secret = secret});
    expect_fault(&reading, true, L2TP_FAULT_NONE, 0);
    assert_int_equal(reading.message.assigned_session_id, 0x1234);
    /* Without any vector before it, it cannot be revealed. */
    uint8_t without[] = {0x80, 8, 0, 0, 0, 0, 0, 0x0b, 0xc0, 0x0a, 0, 0, 0, 14, 0, 0, 0, 0};
    memcpy(without + 14, hidden, 4);
    memcpy(reading.octets, without, sizeof without);
    read_octets(&reading, sizeof without, &(struct l2tp_judgment){.secret = secret});
    expect_fault(&reading, false, L2TP_FAULT_HIDDEN, 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_avp_of_every_message_comes_back),
        cmocka_unit_test(what_may_be_hidden_is_hidden_and_revealed),
        cmocka_unit_test(without_a_secret_nothing_is_hidden),
        cmocka_unit_test(a_required_avp_is_missed),
        cmocka_unit_test(windows_misses_less),
        cmocka_unit_test(avps_that_cannot_be_used_are_judged),
        cmocka_unit_test(an_end_that_has_no_id_may_say_so),
        cmocka_unit_test(a_message_without_a_type_it_knows_is_judged),
        cmocka_unit_test(a_hidden_avp_uses_the_vector_before_it),
    };
    return cmocka_run_group_tests(tests, crypto_fixture_set_up, crypto_fixture_tear_down);
}
