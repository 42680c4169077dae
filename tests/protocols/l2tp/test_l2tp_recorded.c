/* What xl2tpd 1.3.18 said to itself on two machines, secret "labtunnel": every message is read,
 * every response recomputed, and this engine stands in for either of the two daemons. */
#include "bench.h"
#include "support/crypto_fixture.h"

struct recorded {
    char from; /**< 'a' the LAC, 'b' the LNS */
    const char *octets;
};

/* Tunnel authentication in both directions. */
static const struct recorded authenticated[] = {
    {'a', "c802007a000000000000000080080000000000018008000000020100800a0000000300000003800a00000004"
          "0000000000080000000606908009000000076c616200130000000878656c6572616e63652e636f6d80080000"
          "0009200c80080000000a000480160000000b6aef0e78a4b91fcdf102bbe4426876ed"},
    {'b', "c8020090200c00000000000180080000000000028008000000020100800a0000000300000003800a00000004"
          "0000000000080000000606908009000000076c616200130000000878656c6572616e63652e636f6d80080000"
          "0009425380080000000a000480160000000d5938048aba19fbf816b1965ab9f7ee5e80160000000bbc039f43"
          "f5cac191d3b383f0b416522f"},
    {'a', "c802002a4253000000010001800800000000000380160000000db73ca5953c2f12c2d2a8b731d32ab184"},
    {'a', "c80200304253000000020001800800000000000a80080000000e4f58800a0000000f00000001800a00000012"
          "00000000"},
    {'b', "c802000c200c000000010002"},
    {'b', "c802001c200c4f5800010003800800000000000b80080000000e4df1"},
    {'b', "c802000c200c000000020003"},
    {'a', "c802003242534df100030002800800000000000c800a0000001800000000800a0000001300000001000a0000"
          "002600000000"},
    {'b', "c802000c200c4f5800020004"},
    {'a', "c802002e42530000000400028008000000000004800800000009200c80120000000100010000476f6f646279"
          "6521"},
    {'b', "c802000c200c000000020005"},
};

/* The same with hidden Assigned Session IDs. */
static const struct recorded hidden[] = {
    {'a', "c8020090000000000000000080080000000000018016000000242bd33e57436d23d92e6a366356fb23098008"
          "000000020100800a0000000300000003800a000000040000000000080000000606908009000000076c616200"
          "130000000878656c6572616e63652e636f6d80080000000913cd80080000000a000480160000000b3b30fd90"
          "5a442084d6b24a6ca17b22f2"},
    {'b', "c80200a613cd0000000000018008000000000002801600000024a2da06c7caf40ddc8aeac817a00621ce8008"
          "000000020100800a0000000300000003800a000000040000000000080000000606908009000000076c616200"
          "130000000878656c6572616e63652e636f6d800800000009c66780080000000a000480160000000d75f1ffdf"
          "2d4e3814f12ed24fc81b706c80160000000bf6893e01543ff2cc8fd595406778d828"},
    {'a', "c8020040c667000000010001800800000000000380160000002443ce5b010b784dbe279f1013907661258016"
          "0000000d9bb5eebcb4f449df2b4c3bb792e9d267"},
    {'a', "c8020054c667000000020001800800000000000a801600000024f1c114143c411b9ddedc5fde7f543a89c016"
          "0000000e22ebd9857698f05603c47372043b4d06800a0000000f00000001800a0000001200000000"},
    {'b', "c802000c13cd000000010002"},
    {'b', "c802004013cd2bd000010003800800000000000b80160000002402d9e09995a51cfabe1b913ed2a3fd35c016"
          "0000000e92cd76b5d202188f6dbda44289e0826a"},
    {'a', "c8020048c6678f6200030002800800000000000c801600000024b57cded347a6cc9e8e901ee8465e69c4800a"
          "0000001800000000800a0000001300000001000a0000002600000000"},
    {'b', "c802000c13cd000000020003"},
    {'b', "c802000c13cd2bd000020004"},
    {'a', "c8020044c6670000000400028008000000000004801600000024705ca14a817e012c7df9ad3f538d219d8008"
          "0000000913cd80120000000100010000476f6f6462796521"},
    {'b', "c802000c13cd000000020005"},
};

/* Reads one message of a recording. */
static bool read_recorded(struct crypto *crypto, const char *hex, uint8_t *octets,
                          struct l2tp_header *header, struct l2tp_message *message,
                          uint8_t *revealed)
{
    const struct l2tp_judgment judgment = {.secret = {crypto, "labtunnel", 9}};
    struct l2tp_fault fault;
    size_t length = unit_hex(hex, octets, 512);
    assert_int_equal(l2tp_header_decode(octets, length, UINT16_MAX, header), L2TP_HEADER_OK);
    assert_int_equal(header->length, length);
    if (length == L2TP_CONTROL_HEADER_LENGTH)
        return false;
    assert_true(
        l2tp_message_decode(octets + 12, length - 12, &judgment, revealed, message, &fault));
    assert_int_equal(fault.kind, L2TP_FAULT_NONE);
    return true;
}

static void expect_recording(struct crypto *crypto, const struct recorded *recording, size_t count,
                             const char *messages, const char *ids)
{
    char names[256] = "";
    char found[256] = "";
    uint8_t challenge[32];
    size_t challenge_length = 0;
    for (size_t i = 0; i < count; i++) {
        uint8_t octets[512];
        uint8_t revealed[L2TP_REVEALED_SIZE];
        uint8_t expected[16];
        struct l2tp_header header;
        struct l2tp_message message;
        if (!read_recorded(crypto, recording[i].octets, octets, &header, &message, revealed))
            continue;
        snprintf(names + strlen(names), 64, "%c:%s ", recording[i].from,
                 l2tp_message_name(message.type));
        if (message.present & L2TP_HAS(L2TP_ASSIGNED_TUNNEL_ID))
            snprintf(found + strlen(found), 64, "t%04x ", message.assigned_tunnel_id);
        if (message.present & L2TP_HAS(L2TP_ASSIGNED_SESSION_ID))
            snprintf(found + strlen(found), 64, "s%04x ", message.assigned_session_id);
        if (message.present & L2TP_HAS(L2TP_CHALLENGE_RESPONSE)) {
            const struct l2tp_secret secret = {crypto, "labtunnel", 9};
            l2tp_challenge_response(&secret, (uint8_t)message.type, challenge, challenge_length,
                                    expected);
            assert_memory_equal(message.challenge_response, expected, 16);
        }
        if (message.present & L2TP_HAS(L2TP_CHALLENGE)) {
            challenge_length = message.challenge.length;
            memcpy(challenge, message.challenge.octets, challenge_length);
        }
    }
    assert_string_equal(names, messages);
    assert_string_equal(found, ids);
}

#define COUNT(recording) (sizeof(recording) / sizeof(recording)[0])

static void every_message_is_read_and_every_response_recomputed(void **state)
{
    const char *messages = "a:SCCRQ b:SCCRP a:SCCCN a:ICRQ b:ICRP a:ICCN a:StopCCN ";
    expect_recording(*state, authenticated, COUNT(authenticated), messages,
                     "t200c t4253 s4f58 s4df1 t200c ");
    expect_recording(*state, hidden, COUNT(hidden), messages, "t13cd tc667 s2bd0 s8f62 t13cd ");
}

/*
 * This engine as the LNS of a recording: it is told the ids that the daemon chose, and takes what
 * the LAC said. Its own challenge differs from the daemon's, so the LAC's response is wrong and it
 * must not ask for one.
 */
static void be_the_lns(const struct recorded *recording, size_t count, uint16_t tunnel_id,
                       uint16_t session_id)
{
    struct bench b;
    struct l2tp_config config = bench_b_rfc();
    config.secret = "labtunnel";
    config.first_tunnel_id = tunnel_id;
    config.first_session_id = session_id;
    bench_open(&b, bench_a_rfc(), config);
    b.b.answers = true;
    b.a.deaf = true;
    for (size_t i = 0; i < count; i++)
        if (recording[i].from == 'a')
            bench_feed_hex(&b.b, recording[i].octets);
    char expected[256];
    snprintf(expected, sizeof expected,
             "b:SCCRP b!up:%u b:zlb b!req:%u b:ICRP b!ses:%u b:zlb b!end:%u/tunnel-closed "
             "b!down:%u/peer-stop b:zlb b!settled:%u ",
             tunnel_id, session_id, session_id, session_id, tunnel_id, tunnel_id);
    bench_expect(&b, expected);
    assert_string_equal(b.b.drops, "");
    bench_close(&b);
}

static void it_stands_in_for_the_lns(void **state)
{
    (void)state;
    be_the_lns(authenticated, COUNT(authenticated), 0x4253, 0x4df1);
    be_the_lns(hidden, COUNT(hidden), 0xc667, 0x8f62);
}

/* The LAC's challenge of the recording is answered with the octets that xl2tpd answered. */
static void its_response_is_the_daemons(void **state)
{
    (void)state;
    struct bench b;
    struct l2tp_config config = bench_b_rfc();
    config.secret = "labtunnel";
    bench_open(&b, bench_a_rfc(), config);
    b.a.deaf = true;
    bench_feed_hex(&b.b, authenticated[0].octets);
    uint8_t revealed[L2TP_REVEALED_SIZE];
    struct l2tp_message message;
    struct l2tp_fault fault;
    assert_true(l2tp_message_decode(b.b.last + 12, b.b.last_length - 12, &config.judgment, revealed,
                                    &message, &fault));
    unit_assert_hex(message.challenge_response, 16, "5938048aba19fbf816b1965ab9f7ee5e");
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_is_read_and_every_response_recomputed),
        cmocka_unit_test(it_stands_in_for_the_lns),
        cmocka_unit_test(its_response_is_the_daemons),
    };
    return cmocka_run_group_tests(tests, crypto_fixture_set_up, crypto_fixture_tear_down);
}
