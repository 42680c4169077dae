#include "ppp/compression/vj.h"

#include "base/checksum.h"
#include "base/wire.h"
#include "support/tcp_datagram.h"
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

struct fixture {
    struct packet_pool pool;
    struct vj_compressor compressor;
    struct vj_decompressor decompressor;
    uint32_t random;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    if (!fixture)
        return -1;
    packet_pool_init(&fixture->pool);
    fixture->random = 1;
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    vj_compressor_clear(&fixture->compressor);
    vj_decompressor_clear(&fixture->decompressor);
    assert_int_equal(fixture->pool.in_use, 0);
    packet_pool_destroy(&fixture->pool);
    free(fixture);
    return 0;
}

static void open_with(struct fixture *fixture, uint8_t max_slot_id, bool compress_slot_id)
{
    const struct vj_config config = {
        .max_slot_id = max_slot_id,
        .compress_slot_id = compress_slot_id,
    };
    vj_compressor_clear(&fixture->compressor);
    vj_decompressor_clear(&fixture->decompressor);
    assert_int_equal(vj_compressor_init(&fixture->compressor, &config), STATUS_OK);
    assert_int_equal(vj_decompressor_init(&fixture->decompressor, &config), STATUS_OK);
}

/* Slot 0: sequence number 1, acknowledgment 2, window 256, Identification 1, no data. */
#define SLOT_0                                                                                     \
    "4500002800010000 4000 66cd 0a000001 0a000002 00010002 00000001 00000002 50100100 00000000"
/* Slot 1: the same from port 3, 12 octets of options, four octets of data. */
#define SLOT_1                                                                                     \
    "4500003800010000 4001 66bd 0a000001 0a000002 00030002 00000001 00000002 80180100 00000000"    \
    "0101080a0000000100000002 61626364"

static struct packet *packet_of(struct fixture *fixture, const char *wire)
{
    uint8_t octets[256];
    size_t length = unit_hex(wire, octets, sizeof octets);
    return packet_from(&fixture->pool, octets, length);
}

static void expect_fate(struct fixture *fixture, uint16_t protocol, const char *wire,
                        const char *wanted)
{
    struct packet *packet = packet_of(fixture, wire);
    const char *reason = vj_decompress(&fixture->decompressor, protocol, packet);
    packet_free(packet);
    if (!wanted) {
        assert_null(reason);
        return;
    }
    assert_non_null(reason);
    assert_string_equal(reason, wanted);
}

static void expect_uncompressed(struct fixture *fixture, const char *wire, const char *reason)
{
    expect_fate(fixture, VJ_PROTOCOL_UNCOMPRESSED_TCP, wire, reason);
}

static void expect_compressed(struct fixture *fixture, const char *wire, const char *reason)
{
    expect_fate(fixture, VJ_PROTOCOL_COMPRESSED_TCP, wire, reason);
}

/** A compressed packet becomes @p datagram. */
static void expect_datagram(struct fixture *fixture, const char *wire, const char *datagram)
{
    struct packet *packet = packet_of(fixture, wire);
    assert_null(vj_decompress(&fixture->decompressor, VJ_PROTOCOL_COMPRESSED_TCP, packet));
    unit_assert_hex(packet->data, packet->length, datagram);
    packet_free(packet);
}

static void open_two_slots(struct fixture *fixture)
{
    open_with(fixture, 3, true);
    expect_uncompressed(fixture, SLOT_1, NULL);
    expect_uncompressed(fixture, SLOT_0, NULL);
}

static void headers_are_restored_octet_by_octet(void **state)
{
    struct fixture *fixture = *state;
    open_two_slots(fixture);
    struct packet *packet = packet_of(fixture, SLOT_1);
    assert_null(vj_decompress(&fixture->decompressor, VJ_PROTOCOL_UNCOMPRESSED_TCP, packet));
    unit_assert_hex(packet->data, packet->length,
                    "4500003800010000 4006 66bd 0a000001 0a000002 00030002 00000001 00000002"
                    "80180100 00000000 0101080a0000000100000002 61626364");
    packet_free(packet);
    /* Every bit but S: urgent pointer, window (less 256), acknowledgment, Identification. */
    expect_datagram(fixture, "7700 abcd 07 00ff00 05 09 7071",
                    "4500002a000a0000 4006 66c2 0a000001 0a000002 00010002 00000001 00000007"
                    "50380000 abcd0007 7071");
    expect_datagram(fixture, "09 abce 000100 000203 72",
                    "45000029000b0000 4006 66c2 0a000001 0a000002 00010002 00000204 00000007"
                    "50300000 abce0100 72");
    /* Nothing: not urgent any more. */
    expect_datagram(fixture, "00 abcf 73",
                    "45000029000c0000 4006 66c1 0a000001 0a000002 00010002 00000204 00000007"
                    "50100000 abcf0100 73");
}

static void specials_grow_by_the_data_of_the_last_segment(void **state)
{
    struct fixture *fixture = *state;
    open_two_slots(fixture);
    expect_datagram(fixture, "4f01 1111 6162",
                    "4500003600020000 4006 66be 0a000001 0a000002 00030002 00000005 00000002"
                    "80100100 11110000 0101080a0000000100000002 6162");
    expect_datagram(fixture, "1b 2222 63",
                    "4500003500030000 4006 66be 0a000001 0a000002 00030002 00000007 00000004"
                    "80180100 22220000 0101080a0000000100000002 63");
    /* With Identification. */
    expect_datagram(fixture, "2f 3333 ff",
                    "4500003401020000 4006 65c0 0a000001 0a000002 00030002 00000008 00000004"
                    "80100100 33330000 0101080a0000000100000002");
}

static void numbers_wrap(void **state)
{
    struct fixture *fixture = *state;
    open_with(fixture, 3, true);
    expect_uncompressed(fixture,
                        "45000028ffff0000 4003 66ce 0a000001 0a000002 00010002 fffffffe ffffffff"
                        "5010ffff 00000000",
                        NULL);
    expect_datagram(fixture, "0e 4444 02 01 03",
                    "4500002800000000 4006 66ce 0a000001 0a000002 00010002 00000001 00000000"
                    "50100001 44440000");
}

static void malformed_packets_are_told_apart(void **state)
{
    static const struct {
        uint16_t protocol;
        const char *wire;
        const char *reason;
    } cases[] = {
        {0x002d, "", "truncated"},
        {0x002d, "40", "truncated"},             /* no slot */
        {0x002d, "4000 12", "truncated"},        /* half a checksum */
        {0x002d, "4000 1234", NULL},             /* all there */
        {0x002d, "4100 1234", "truncated"},      /* no urgent pointer */
        {0x002d, "4200 1234 00", "truncated"},   /* no window */
        {0x002d, "4400 1234 0001", "truncated"}, /* half an acknowledgment number */
        {0x002d, "4800 1234", "truncated"},      /* no sequence number */
        {0x002d, "6000 1234", "truncated"},      /* no Identification */
        {0x002d, "6f00 1234", "truncated"},      /* nor here */
        {0x002d, "4700 1234 01 02 03", NULL},
        {0x002d, "4004 1234", "invalid-slot"},
        {0x002d, "4002 1234", "empty-slot"},
        {0x002f, "", "invalid-headers"},
        {0x002f, "4500002800010000 4000 0000 0a000001 0a000002", "invalid-headers"},
        {0x002f,
         "4400002800010000 4000 1234 0a000001 0a000002 00010002 00000001 50000002 50100100 "
         "00000000",
         "invalid-headers"},
        {0x002f,
         "4500002900010000 4000 66cd 0a000001 0a000002 00010002 00000001 00000002 50100100 "
         "00000000",
         "invalid-headers"},
        {0x002f,
         "6500002800010000 4000 46cd 0a000001 0a000002 00010002 00000001 00000002 50100100 "
         "00000000",
         "invalid-headers"},
        {0x002f,
         "4500002800010000 4000 66cd 0a000001 0a000002 00010002 00000001 00000002 40100100 "
         "00000000",
         "invalid-headers"},
        {0x002f,
         "4500002800010000 4000 66cd 0a000001 0a000002 00010002 00000001 00000002 60100100 "
         "00000000",
         "invalid-headers"},
        {0x002f,
         "4500002800010000 4004 66cd 0a000001 0a000002 00010002 00000001 00000002 50100100 "
         "00000000",
         "invalid-slot"},
        {0x002f,
         "4500002800010000 4000 0000 0a000001 0a000002 00010002 00000001 00000002 50100100 "
         "00000000",
         "wrong-checksum"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        open_two_slots(fixture);
        expect_fate(fixture, cases[i].protocol, cases[i].wire, cases[i].reason);
        /* After any of them a packet without a slot may be anybody's. */
        expect_compressed(fixture, "0f 1234", cases[i].reason ? "tossing" : NULL);
    }
}

static void tossing_ends_when_a_slot_is_named(void **state)
{
    struct fixture *fixture = *state;
    open_with(fixture, 3, true);
    expect_compressed(fixture, "0f 1234", "tossing"); /* none was named yet */
    expect_uncompressed(fixture, SLOT_0, NULL);
    expect_uncompressed(fixture, SLOT_1, NULL);
    expect_compressed(fixture, "0f 1234", NULL);
    vj_decompressor_link_error(&fixture->decompressor);
    expect_compressed(fixture, "0f 1234", "tossing");
    expect_compressed(fixture, "0f 1234", "tossing");
    expect_compressed(fixture, "4f00 1234", NULL);
    expect_compressed(fixture, "0f 1234", NULL);
    vj_decompressor_link_error(&fixture->decompressor);
    expect_uncompressed(fixture, SLOT_0, NULL);
    expect_compressed(fixture, "0f 1234", NULL);
    /* Naming a slot that is none does not end it. */
    vj_decompressor_link_error(&fixture->decompressor);
    expect_compressed(fixture, "4f09 1234", "invalid-slot");
    expect_compressed(fixture, "0f 1234", "tossing");
}

static void slots_must_be_named_when_that_was_agreed(void **state)
{
    struct fixture *fixture = *state;
    open_with(fixture, 3, false);
    expect_uncompressed(fixture, SLOT_0, NULL);
    expect_compressed(fixture, "0f 1234", "slot-not-named");
    expect_compressed(fixture, "4f00 1234", NULL);
}

static void a_packet_without_room_for_its_headers_is_dropped(void **state)
{
    struct fixture *fixture = *state;
    open_two_slots(fixture);
    struct packet *packet = packet_of(fixture, "0f 1234");
    packet->data = packet->storage + 36;
    memcpy(packet->data, "\x0f\x12\x34", 3);
    assert_string_equal(vj_decompress(&fixture->decompressor, VJ_PROTOCOL_COMPRESSED_TCP, packet),
                        "no-headroom");
    packet_free(packet);
    packet = packet_of(fixture, "");
    packet->data = packet->storage + 36;
    packet->length = 4;
    memcpy(packet->data, "\x4f\x00\x12\x34", 4);
    assert_null(vj_decompress(&fixture->decompressor, VJ_PROTOCOL_COMPRESSED_TCP, packet));
    assert_int_equal(packet_headroom(packet), 0);
    assert_int_equal(packet->length, 40);
    packet_free(packet);
}

static uint32_t draw(struct fixture *fixture, uint32_t below)
{
    fixture->random = fixture->random * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)fixture->random * below >> 32);
}

#define CONNECTIONS 24

/** The next thing that one of several TCP connections says. */
static void speak(struct fixture *fixture, struct tcp_datagram *datagram)
{
    static const char *const options[] = {
        NULL,
        "0101080a0000000100000002",
        "0101080a0000000200000002",
        "0101050a0000000100000002",
    };
    datagram->identification = (uint16_t)(datagram->identification + 1);
    if (draw(fixture, 8) == 0)
        datagram->identification = (uint16_t)draw(fixture, 0x10000);
    if (draw(fixture, 8) == 0)
        return; /* again */
    datagram->sequence += datagram->data_length;
    datagram->data_length = (uint16_t)(draw(fixture, 3) ? draw(fixture, 1400) : 0);
    switch (draw(fixture, 8)) {
    case 0:
        datagram->acknowledgment += draw(fixture, 3000);
        break;
    case 1:
        datagram->acknowledgment += draw(fixture, 100000);
        break;
    case 2:
        datagram->window = (uint16_t)(datagram->window + draw(fixture, 600) - 300);
        break;
    case 3:
        datagram->sequence += draw(fixture, 100000) - 50000;
        break;
    default:
        break;
    }
    datagram->flags = TCP_DATAGRAM_ACK;
    if (draw(fixture, 4) == 0)
        datagram->flags |= TCP_DATAGRAM_PSH;
    if (draw(fixture, 16) == 0) {
        datagram->flags |= TCP_DATAGRAM_URG;
        datagram->urgent = (uint16_t)draw(fixture, 1000);
    } else if (draw(fixture, 16) == 0) {
        datagram->flags = (uint8_t)draw(fixture, 256);
    }
    if (draw(fixture, 16) == 0)
        datagram->tcp_options = options[draw(fixture, 4)];
    if (draw(fixture, 32) == 0)
        datagram->fragment = (uint16_t)(draw(fixture, 2) * 0x4000);
}

static void make_connections(struct fixture *fixture, struct tcp_datagram *connections)
{
    for (uint16_t i = 0; i < CONNECTIONS; i++)
        connections[i] = (struct tcp_datagram){
            .source = 0x0a000001 + i % 3,
            .destination = 0x0a000101,
            .ttl = 64,
            .identification = (uint16_t)draw(fixture, 0x10000),
            .source_port = i,
            .destination_port = 80,
            .sequence = draw(fixture, 0xffffffff),
            .acknowledgment = draw(fixture, 0xffffffff),
            .flags = TCP_DATAGRAM_ACK,
            .window = (uint16_t)draw(fixture, 0x10000),
        };
}

static bool tcp_checksum_is_right(const struct packet *packet)
{
    const uint8_t *ip = packet->data;
    size_t ip_length = 4 * (ip[0] & 0xfu);
    uint16_t length = (uint16_t)(packet->length - ip_length);
    uint64_t sum =
        checksum_pseudo_header(wire_load_u32(ip + 12), wire_load_u32(ip + 16), 6, length);
    return checksum_finish(checksum_add(sum, ip + ip_length, length)) == 0;
}

/** What became of a conversation. */
struct tally {
    unsigned same;   /* arrived as they were sent */
    unsigned wrong;  /* arrived with a wrong TCP checksum */
    unsigned tossed; /* were dropped */
    unsigned lost;
    unsigned compressed;
};

/**
 * Thousands of segments of many connections, of which one in @p loss is lost, told to the
 * decompressor or not. Nothing may arrive changed that TCP would not notice, but for Identification
 * and DF, which its checksum does not cover.
 */
static void converse(struct fixture *fixture, uint32_t loss, bool told, struct tally *tally)
{
    struct tcp_datagram connections[CONNECTIONS];
    make_connections(fixture, connections);
    *tally = (struct tally){0};
    unsigned current = 0;
    for (unsigned i = 0; i < 20000; i++) {
        if (draw(fixture, 4) == 0)
            current = draw(fixture, CONNECTIONS);
        speak(fixture, &connections[current]);
        struct packet *packet = tcp_datagram_build(&fixture->pool, &connections[current]);
        struct packet *original = packet_clone(packet);
        uint16_t protocol = vj_compress(&fixture->compressor, packet);
        assert_true(packet->length <= original->length);
        tally->compressed += protocol == VJ_PROTOCOL_COMPRESSED_TCP;
        if (loss && draw(fixture, loss) == 0) {
            tally->lost++;
            if (told)
                vj_decompressor_link_error(&fixture->decompressor);
        } else if (protocol != VJ_PROTOCOL_IP &&
                   vj_decompress(&fixture->decompressor, protocol, packet)) {
            tally->tossed++;
        } else if (!tcp_checksum_is_right(packet)) {
            tally->wrong++;
        } else {
            assert_int_equal(packet->length, original->length);
            assert_memory_equal(packet->data + 12, original->data + 12, packet->length - 12);
            if (!loss)
                assert_memory_equal(packet->data, original->data, 12);
            tally->same++;
        }
        packet_free(original);
        packet_free(packet);
    }
}

static void whatever_many_connections_say_is_restored(void **state)
{
    static const struct {
        uint8_t max_slot_id;
        bool compress_slot_id;
    } cases[] = {{15, true}, {15, false}, {2, true}, {253, true}, {253, false}};
    struct fixture *fixture = *state;
    struct tally tally;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        open_with(fixture, cases[i].max_slot_id, cases[i].compress_slot_id);
        converse(fixture, 0, false, &tally);
        assert_int_equal(tally.same, 20000);
        assert_in_range(tally.compressed, cases[i].max_slot_id == 2 ? 6000 : 8000, 16000);
    }
}

static void a_loss_is_never_taken_for_data(void **state)
{
    struct fixture *fixture = *state;
    struct tally tally;
    for (int told = 0; told < 2; told++) {
        open_with(fixture, 15, true);
        converse(fixture, 20, told, &tally);
        assert_int_equal(tally.same + tally.wrong + tally.tossed + tally.lost, 20000);
        assert_in_range(tally.lost, 900, 1100);
        /* Uncompressed segments come often enough to go on. */
        assert_in_range(tally.same, 15000, 19000);
        if (told)
            assert_true(tally.tossed > 0);
        else
            assert_int_equal(tally.tossed, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(headers_are_restored_octet_by_octet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(specials_grow_by_the_data_of_the_last_segment, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(numbers_wrap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(malformed_packets_are_told_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tossing_ends_when_a_slot_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(slots_must_be_named_when_that_was_agreed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_packet_without_room_for_its_headers_is_dropped, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(whatever_many_connections_say_is_restored, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_loss_is_never_taken_for_data, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
