#include "ppp/compression/vj.h"

#include "base/checksum.h"
#include "base/wire.h"
#include "support/tcp_datagram.h"
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

/** Both ends of one direction and the packets between them. */
struct fixture {
    struct packet_pool pool;
    struct vj_compressor compressor;
    struct vj_decompressor decompressor;
    struct tcp_datagram last; /* what was sent last: each test changes it as it needs */
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    if (!fixture)
        return -1;
    packet_pool_init(&fixture->pool);
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

/** Sends fixture->last and expects it to arrive, having travelled as @p protocol. */
static struct packet *pass(struct fixture *fixture, uint16_t protocol)
{
    struct packet *packet = tcp_datagram_build(&fixture->pool, &fixture->last);
    struct packet *original = packet_clone(packet);
    assert_int_equal(vj_compress(&fixture->compressor, packet), protocol);
    struct packet *wire = packet_clone(packet);
    if (protocol != VJ_PROTOCOL_IP)
        assert_null(vj_decompress(&fixture->decompressor, protocol, packet));
    assert_int_equal(packet->length, original->length);
    assert_memory_equal(packet->data, original->data, packet->length);
    packet_free(original);
    packet_free(packet);
    return wire;
}

/** pass(), as a compressed packet whose octets before the data are @p headers. */
static void pass_compressed(struct fixture *fixture, const char *headers)
{
    struct packet *wire = pass(fixture, VJ_PROTOCOL_COMPRESSED_TCP);
    unit_assert_hex(wire->data, wire->length - fixture->last.data_length, headers);
    packet_free(wire);
}

/** pass(), with whole headers and the number of the slot as protocol. */
static void pass_uncompressed(struct fixture *fixture, uint8_t slot)
{
    struct packet *wire = pass(fixture, VJ_PROTOCOL_UNCOMPRESSED_TCP);
    assert_int_equal(wire->data[9], slot);
    packet_free(wire);
}

static void pass_as_it_is(struct fixture *fixture)
{
    packet_free(pass(fixture, VJ_PROTOCOL_IP));
}

/** Lets the segment after the last one through: @p data_length octets of data. */
static void advance(struct tcp_datagram *datagram, uint16_t data_length)
{
    datagram->identification++;
    datagram->sequence += datagram->data_length;
    datagram->data_length = data_length;
}

/** A connection that has just sent its first data, 100 octets; the checksum is always 1234. */
static void start(struct fixture *fixture)
{
    open_with(fixture, 15, true);
    fixture->last = (struct tcp_datagram){
        .source = 0xc0a84d01,
        .destination = 0xc0a84d0a,
        .identification = 0x1000,
        .ttl = 64,
        .source_port = 7000,
        .destination_port = 40000,
        .sequence = 0xfffffff0,
        .acknowledgment = 0x00010000,
        .flags = TCP_DATAGRAM_ACK,
        .window = 0x1000,
        .data_length = 100,
        .tcp_checksum = 0x1234,
    };
    pass_uncompressed(fixture, 0);
}

static void the_first_segment_travels_whole_with_its_slot_as_protocol(void **state)
{
    struct fixture *fixture = *state;
    start(fixture);
    fixture->last.destination_port++;
    fixture->last.data_length = 0;
    struct packet *wire = pass(fixture, VJ_PROTOCOL_UNCOMPRESSED_TCP);
    unit_assert_hex(wire->data, wire->length,
                    "4500002810000000 4001 4f74 c0a84d01c0a84d0a"
                    "1b589c41fffffff0000100005010100012340000");
    packet_free(wire);
}

static void bulk_data_needs_three_octets(void **state)
{
    struct fixture *fixture = *state;
    start(fixture);
    advance(&fixture->last, 100);
    pass_compressed(fixture, "0f1234");
    advance(&fixture->last, 1000);
    pass_compressed(fixture, "0f1234");
    fixture->last.flags |= TCP_DATAGRAM_PSH;
    advance(&fixture->last, 1);
    pass_compressed(fixture, "1f1234");
    fixture->last.flags = TCP_DATAGRAM_ACK;
    advance(&fixture->last, 0);
    pass_compressed(fixture, "0f1234");
}

static void echoed_typing_needs_three_octets(void **state)
{
    struct fixture *fixture = *state;
    start(fixture);
    fixture->last.flags |= TCP_DATAGRAM_PSH;
    advance(&fixture->last, 1);
    fixture->last.acknowledgment += 100;
    pass_compressed(fixture, "1b1234");
    advance(&fixture->last, 1);
    fixture->last.acknowledgment += 1;
    pass_compressed(fixture, "1b1234");
    /* One octet sent, two acknowledged. */
    advance(&fixture->last, 1);
    fixture->last.acknowledgment += 2;
    pass_compressed(fixture, "1c12340201");
    /* Two sent, one acknowledged, which was the length of the last. */
    fixture->last.sequence += 1;
    advance(&fixture->last, 1);
    fixture->last.acknowledgment += 1;
    pass_compressed(fixture, "1c12340102");
}

static void every_number_that_changes_is_told(void **state)
{
    struct fixture *fixture = *state;
    struct tcp_datagram *last = &fixture->last;
    start(fixture);
    last->data_length = 0;
    last->sequence += 100;
    last->identification++;
    pass_compressed(fixture, "0f1234");
    last->identification++;
    last->window += 5;
    pass_compressed(fixture, "02123405");
    last->identification++;
    last->acknowledgment += 7;
    pass_compressed(fixture, "04123407");
    last->identification++;
    last->sequence += 9;
    pass_compressed(fixture, "08123409");
    last->identification += 2;
    last->acknowledgment += 7;
    pass_compressed(fixture, "2412340702");
    last->identification += 1;
    last->flags |= TCP_DATAGRAM_URG;
    last->urgent = 11;
    pass_compressed(fixture, "0112340b");
    /* Urgent pointer, window, acknowledgment and sequence number, Identification: in this order. */
    last->flags |= TCP_DATAGRAM_PSH;
    last->urgent = 12;
    last->window += 2;
    last->acknowledgment += 3;
    last->identification += 5;
    pass_compressed(fixture, "3712340c020305");
    last->flags &= (uint8_t)~TCP_DATAGRAM_PSH;
    last->acknowledgment += 3;
    last->sequence += 4;
    last->identification += 5;
    pass_compressed(fixture, "2d12340c030405");
}

static void numbers_take_one_octet_or_three(void **state)
{
    struct fixture *fixture = *state;
    struct tcp_datagram *last = &fixture->last;
    start(fixture);
    advance(last, 0);
    last->acknowledgment += 255;
    last->window += 1;
    pass_compressed(fixture, "0e123401ff64");
    advance(last, 0);
    last->acknowledgment += 256;
    pass_compressed(fixture, "041234000100");
    advance(last, 0);
    last->acknowledgment += 65535;
    pass_compressed(fixture, "04123400ffff");
    advance(last, 0);
    last->acknowledgment += 65536;
    pass_uncompressed(fixture, 0);
    advance(last, 0);
    last->window -= 6; /* as two's complement */
    pass_compressed(fixture, "02123400fffa");
    advance(last, 0);
    last->acknowledgment -= 1;
    pass_uncompressed(fixture, 0);
    advance(last, 0);
    last->sequence += 65536;
    pass_uncompressed(fixture, 0);
    advance(last, 0);
    last->flags |= TCP_DATAGRAM_URG;
    pass_compressed(fixture, "011234000000");
    last->acknowledgment += 1; /* the same Identification again */
    pass_compressed(fixture, "25123400000001000000");
    last->acknowledgment += 1;
    last->identification -= 1;
    pass_compressed(fixture, "2512340000000100ffff");
}

static void changes_that_look_like_a_special_case_travel_whole(void **state)
{
    struct fixture *fixture = *state;
    struct tcp_datagram *last = &fixture->last;
    start(fixture);
    advance(last, 10);
    last->flags |= TCP_DATAGRAM_URG;
    last->urgent = 5;
    last->window += 1;
    pass_uncompressed(fixture, 0); /* S, W, U */
    advance(last, 10);
    last->window += 1;
    last->acknowledgment += 1;
    pass_uncompressed(fixture, 0); /* S, A, W, U */
    advance(last, 10);
    last->window += 1;
    last->flags = TCP_DATAGRAM_ACK;
    pass_compressed(fixture, "0a1234010a");
}

static void urgent_data_ends_with_a_special_case(void **state)
{
    struct fixture *fixture = *state;
    struct tcp_datagram *last = &fixture->last;
    start(fixture);
    advance(last, 10);
    last->flags |= TCP_DATAGRAM_URG;
    last->urgent = 5;
    pass_compressed(fixture, "091234 05 64");
    advance(last, 10);
    last->flags = TCP_DATAGRAM_ACK;
    pass_compressed(fixture, "0f1234");
    /* A pointer without URG must arrive all the same. */
    advance(last, 10);
    last->urgent = 6;
    pass_uncompressed(fixture, 0);
}

static void what_tells_nothing_new_travels_whole(void **state)
{
    struct fixture *fixture = *state;
    struct tcp_datagram *last = &fixture->last;
    start(fixture);
    /* A retransmission, shorter or not. */
    last->identification++;
    pass_uncompressed(fixture, 0);
    last->identification++;
    last->data_length = 50;
    pass_uncompressed(fixture, 0);
    last->identification++;
    last->data_length = 0;
    pass_uncompressed(fixture, 0);
    /* A repeated acknowledgment. */
    last->identification++;
    pass_uncompressed(fixture, 0);
    /* But data behind a mere acknowledgment is new. */
    last->identification++;
    last->data_length = 20;
    pass_compressed(fixture, "001234");
    last->identification++;
    pass_uncompressed(fixture, 0);
}

static void numbers_wrap(void **state)
{
    struct fixture *fixture = *state;
    struct tcp_datagram *last = &fixture->last;
    start(fixture);
    last->identification = 0xffff;
    last->window = 0xffff;
    last->acknowledgment = 0xffffffff;
    last->sequence = 0xffffffff;
    last->data_length = 2;
    pass_uncompressed(fixture, 0);
    advance(last, 0);
    assert_int_equal(last->sequence, 1);
    assert_int_equal(last->identification, 0);
    pass_compressed(fixture, "0f1234");
    last->identification = 0xffff;
    last->window = 1;
    last->acknowledgment = 0x100;
    last->sequence += 3;
    pass_compressed(fixture, "2e12340200010103"
                             "00ffff");
}

static void whatever_is_no_plain_segment_is_left_alone(void **state)
{
    struct fixture *fixture = *state;
    struct tcp_datagram *last = &fixture->last;
    static const uint8_t flags[] = {0x00, 0x08, 0x02, 0x12, 0x11, 0x14, 0x50, 0x90};
    start(fixture);
    advance(last, 10);
    for (size_t i = 0; i < sizeof flags; i++) {
        last->flags = flags[i];
        pass_as_it_is(fixture);
    }
    last->flags = TCP_DATAGRAM_ACK;
    last->reserved = 1;
    pass_as_it_is(fixture);
    last->reserved = 0;
    last->fragment = 0x2000;
    pass_as_it_is(fixture);
    last->fragment = 0x0001;
    pass_as_it_is(fixture);
    last->fragment = 0;
    last->protocol = 17;
    pass_as_it_is(fixture);
    last->protocol = 0;
    /* None of them has touched the slot. */
    pass_compressed(fixture, "0f1234");
}

/** Compresses the last datagram after octet @p at became @p octet, header checksum aside. */
static void expect_untouched(struct fixture *fixture, size_t at, uint8_t octet, size_t length)
{
    struct packet *packet = tcp_datagram_build(&fixture->pool, &fixture->last);
    packet->data[at] = octet;
    wire_store_u16(packet->data + 10, 0);
    wire_store_u16(packet->data + 10, checksum(packet->data, 20));
    packet->length = (uint32_t)length;
    struct packet *original = packet_clone(packet);
    assert_int_equal(vj_compress(&fixture->compressor, packet), VJ_PROTOCOL_IP);
    assert_int_equal(packet->length, original->length);
    assert_memory_equal(packet->data, original->data, packet->length);
    packet_free(original);
    packet_free(packet);
}

static void headers_that_are_not_whole_are_left_alone(void **state)
{
    struct fixture *fixture = *state;
    start(fixture);
    advance(&fixture->last, 10);
    expect_untouched(fixture, 0, 0x65, 50);  /* version 6 */
    expect_untouched(fixture, 0, 0x44, 50);  /* an IPv4 header of 16 octets */
    expect_untouched(fixture, 0, 0x4d, 50);  /* of 52 */
    expect_untouched(fixture, 32, 0x40, 50); /* a TCP header of 16 octets */
    expect_untouched(fixture, 32, 0x80, 50); /* of 32 */
    expect_untouched(fixture, 3, 51, 50);    /* an octet missing */
    expect_untouched(fixture, 3, 49, 50);    /* padding */
    expect_untouched(fixture, 3, 39, 50);    /* shorter than its headers */
    expect_untouched(fixture, 0, 0x45, 39);
    expect_untouched(fixture, 0, 0x45, 0);
    /* A header that is damaged must stay so. */
    struct packet *packet = tcp_datagram_build(&fixture->pool, &fixture->last);
    packet->data[10] ^= 1;
    assert_int_equal(vj_compress(&fixture->compressor, packet), VJ_PROTOCOL_IP);
    packet_free(packet);
    pass_compressed(fixture, "0f1234");
}

static void fields_that_should_not_change_make_a_segment_travel_whole(void **state)
{
    struct fixture *fixture = *state;
    struct tcp_datagram *last = &fixture->last;
    start(fixture);
    for (int i = 0; i < 8; i++) {
        advance(last, 10);
        switch (i) {
        case 0:
            last->type_of_service = 8;
            break;
        case 1:
            last->ttl = 63;
            break;
        case 2:
            last->fragment = 0x4000; /* DF */
            break;
        case 3:
            last->tcp_options = "0101080a0000000100000002";
            break;
        case 4:
            last->tcp_options = "0101080a0000000100000003";
            break;
        case 5:
            last->ip_options = "94040000";
            break;
        case 6:
            last->ip_options = "94040001";
            break;
        default:
            last->tcp_options = NULL;
        }
        pass_uncompressed(fixture, 0);
        advance(last, 10);
        pass_compressed(fixture, "0f1234");
    }
}

static void the_longest_headers_fit_into_a_slot(void **state)
{
    struct fixture *fixture = *state;
    struct tcp_datagram *last = &fixture->last;
    start(fixture);
    last->ip_options = "01010101010101010101010101010101010101010101010101010101010101010101010101"
                       "010101";
    last->tcp_options = last->ip_options;
    advance(last, 10);
    struct packet *wire = pass(fixture, VJ_PROTOCOL_UNCOMPRESSED_TCP);
    assert_int_equal(wire->length, VJ_MAX_HEADERS + 10);
    packet_free(wire);
    advance(last, 10);
    pass_compressed(fixture, "0f1234");
}

static void the_slot_is_named_when_it_is_another_or_names_cannot_be_left_out(void **state)
{
    struct fixture *fixture = *state;
    struct tcp_datagram *last = &fixture->last;
    start(fixture);
    struct tcp_datagram one = *last;
    last->source_port = 7001;
    pass_uncompressed(fixture, 1);
    struct tcp_datagram two = *last;
    advance(&one, 10);
    *last = one;
    pass_compressed(fixture, "4f001234");
    advance(last, 10);
    pass_compressed(fixture, "0f1234");
    advance(&two, 10);
    *last = two;
    pass_compressed(fixture, "4f011234");
    open_with(fixture, 15, false);
    pass_uncompressed(fixture, 0);
    advance(last, 10);
    pass_compressed(fixture, "4f001234");
    advance(last, 10);
    pass_compressed(fixture, "4f001234");
}

static void connections_differ_in_addresses_and_ports(void **state)
{
    struct fixture *fixture = *state;
    start(fixture);
    struct tcp_datagram first = fixture->last;
    fixture->last.source++;
    pass_uncompressed(fixture, 1);
    fixture->last = first;
    fixture->last.destination++;
    pass_uncompressed(fixture, 2);
    fixture->last = first;
    fixture->last.source_port++;
    pass_uncompressed(fixture, 3);
    fixture->last = first;
    fixture->last.destination_port++;
    pass_uncompressed(fixture, 4);
    fixture->last = first;
    advance(&fixture->last, 10);
    pass_compressed(fixture, "4f001234");
}

/** The next segment of connection @p number. */
static void pass_connection(struct fixture *fixture, uint16_t number, const char *headers,
                            uint8_t slot)
{
    fixture->last.source_port = number;
    fixture->last.acknowledgment += 10;
    fixture->last.identification++;
    if (headers)
        pass_compressed(fixture, headers);
    else
        pass_uncompressed(fixture, slot);
}

static void the_slot_longest_unused_is_taken(void **state)
{
    struct fixture *fixture = *state;
    start(fixture);
    open_with(fixture, 2, true);
    fixture->last.data_length = 0;
    pass_connection(fixture, 1, NULL, 0);
    pass_connection(fixture, 2, NULL, 1);
    pass_connection(fixture, 3, NULL, 2);
    pass_connection(fixture, 1, "64001234 1e 03", 0);
    /* 2 is the oldest now, then 3. */
    pass_connection(fixture, 4, NULL, 1);
    pass_connection(fixture, 1, "64001234 14 02", 0);
    pass_connection(fixture, 2, NULL, 2);
    pass_connection(fixture, 4, "64011234 1e 03", 0);
    pass_connection(fixture, 3, NULL, 0);
}

static void up_to_256_slots_are_used(void **state)
{
    struct fixture *fixture = *state;
    start(fixture);
    open_with(fixture, 255, true);
    fixture->last.data_length = 0;
    for (uint16_t i = 0; i < 256; i++)
        pass_connection(fixture, i, NULL, (uint8_t)i);
    pass_connection(fixture, 255, "0412340a", 0);
    fixture->last.identification = (uint16_t)(fixture->last.identification - 257);
    fixture->last.acknowledgment -= 2570;
    pass_connection(fixture, 0, NULL, 0);
    pass_connection(fixture, 256, NULL, 1);
    open_with(fixture, 0, true);
    pass_connection(fixture, 0, NULL, 0);
    pass_connection(fixture, 1, NULL, 0);
    pass_connection(fixture, 1, "0412340a", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_segment_travels_whole_with_its_slot_as_protocol,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(bulk_data_needs_three_octets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(echoed_typing_needs_three_octets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_number_that_changes_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_take_one_octet_or_three, set_up, tear_down),
        cmocka_unit_test_setup_teardown(changes_that_look_like_a_special_case_travel_whole, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(urgent_data_ends_with_a_special_case, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_tells_nothing_new_travels_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_wrap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whatever_is_no_plain_segment_is_left_alone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(headers_that_are_not_whole_are_left_alone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(fields_that_should_not_change_make_a_segment_travel_whole,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_longest_headers_fit_into_a_slot, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            the_slot_is_named_when_it_is_another_or_names_cannot_be_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(connections_differ_in_addresses_and_ports, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_slot_longest_unused_is_taken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(up_to_256_slots_are_used, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
