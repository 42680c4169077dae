#include "inet/icmp.h"
#include "support/unit.h"

#include <string.h>

/* A ping of Windows XP and its answer, recorded. */
#define DATA    "6162636465666768696a6b6c6d6e6f7071727374757677616263646566676869"
#define REQUEST "08000a5c03004000" DATA
#define REPLY   "0000125c03004000" DATA
/* A Port Unreachable about an UDP datagram, recorded. */
#define UNREACHABLE "0303094e00000000 450000e65f5e4000401102bdc0a82b6ec0a82b2d 0035f2a700d20000"

static size_t datagram(uint8_t *octets, size_t size, const char *header, const char *payload)
{
    size_t length = unit_hex(header, octets, size);
    return length + unit_hex(payload, octets + length, size - length);
}

static void a_recorded_echo_decodes_and_encodes(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    uint8_t octets[128];
    size_t length = unit_hex(REQUEST, octets, sizeof octets);
    struct icmp_message message;
    assert_int_equal(icmp_decode(octets, length, &message), ICMP_OK);
    assert_int_equal(message.type, ICMP_ECHO_REQUEST);
    assert_int_equal(message.identifier, 0x0300);
    assert_int_equal(message.sequence, 0x4000);
    struct packet *packet = packet_from(&pool, octets + 8, length - 8);
    icmp_push(packet, &message);
    unit_assert_hex(packet->data, packet->length, REQUEST);
    icmp_make_reply(packet->data);
    unit_assert_hex(packet->data, packet->length, REPLY);
    packet_pool_destroy(&pool);
}

static void damage_is_noticed(void **state)
{
    (void)state;
    uint8_t octets[128];
    size_t length = unit_hex(REQUEST, octets, sizeof octets);
    struct icmp_message message;
    assert_int_equal(icmp_decode(octets, 7, &message), ICMP_MALFORMED);
    for (size_t bit = 0; bit < length * 8; bit++) {
        octets[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        assert_int_equal(icmp_decode(octets, length, &message), ICMP_BAD_CHECKSUM);
        octets[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
    }
}

static void the_mtu_and_the_pointer_have_their_places(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *packet = packet_alloc(&pool, 0);
    icmp_push(packet, &(struct icmp_message){.type = 3, .code = 4, .next_hop_mtu = 1400});
    unit_assert_hex(packet->data, packet->length, "0304f783 0000 0578");
    struct icmp_message message;
    assert_int_equal(icmp_decode(packet->data, packet->length, &message), ICMP_OK);
    assert_int_equal(message.next_hop_mtu, 1400);
    packet_free(packet);
    packet = packet_alloc(&pool, 0);
    icmp_push(packet, &(struct icmp_message){.type = 12, .pointer = 20});
    unit_assert_hex(packet->data, packet->length, "0c00dfff 14000000");
    assert_int_equal(icmp_decode(packet->data, packet->length, &message), ICMP_OK);
    assert_int_equal(message.pointer, 20);
    packet_free(packet);
    /* Elsewhere the second word is unused, and nothing goes there. */
    packet = packet_alloc(&pool, 0);
    icmp_push(packet, &(struct icmp_message){
                          .type = 3, .code = 13, .next_hop_mtu = 9, .pointer = 9, .sequence = 9});
    unit_assert_hex(packet->data, packet->length, "030dfcf2 00000000");
    packet_pool_destroy(&pool);
}

static void an_error_quotes_header_and_eight_octets_at_least(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    uint8_t octets[256] = {0};
    size_t length = datagram(octets, sizeof octets, "450000e65f5e4000401102bdc0a82b6ec0a82b2d",
                             "0035f2a700d20000");
    const struct icmp_message message = {.type = 3, .code = 3};
    struct packet *packet = icmp_error_create(&pool, &message, octets, 230, 0);
    unit_assert_hex(packet->data, packet->length, UNREACHABLE);
    packet_free(packet);
    /* Of a datagram that is shorter, all there is. */
    packet = icmp_error_create(&pool, &message, octets, length - 5, 576);
    assert_int_equal(packet->length, 8 + length - 5);
    packet_pool_destroy(&pool);
}

static void an_error_is_no_longer_than_576_octets(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    uint8_t octets[1500] = {0};
    (void)unit_hex("450005dc00010000402f0000 0a000001 0a000002", octets, sizeof octets);
    const struct icmp_message message = {.type = 11};
    struct packet *packet = icmp_error_create(&pool, &message, octets, 1500, 576);
    assert_int_equal(packet->length + 20, 576);
    assert_memory_equal(packet->data + 8, octets, 548);
    packet_free(packet);
    /* Padding behind the datagram is not part of it. */
    octets[2] = 0;
    octets[3] = 40;
    packet = icmp_error_create(&pool, &message, octets, 64, 576);
    assert_int_equal(packet->length, 8 + 40);
    packet_free(packet);
    assert_null(icmp_error_create(&pool, &message, octets, 19, 576));
    packet_pool_destroy(&pool);
}

#define FROM_1_TO_2 "0a000001 0a000002"

static bool allowed(const char *header, const char *payload, enum icmp_arrival arrival)
{
    uint8_t octets[128];
    size_t length = datagram(octets, sizeof octets, header, payload);
    return icmp_error_is_allowed(octets, length, arrival);
}

static void errors_answer_ordinary_datagrams_and_first_fragments(void **state)
{
    (void)state;
    const char *payload = "0035f2a700d20000";
    assert_true(allowed("4500001c 00010000 40110000" FROM_1_TO_2, payload, ICMP_ARRIVAL_UNICAST));
    assert_true(allowed("4500001c 00012000 40110000" FROM_1_TO_2, payload, ICMP_ARRIVAL_UNICAST));
    assert_true(allowed("4500001c 00010000 40010000" FROM_1_TO_2, "0800000000000000",
                        ICMP_ARRIVAL_UNICAST));
    assert_true(allowed("4500001c 00010000 40010000" FROM_1_TO_2, "0000000000000000",
                        ICMP_ARRIVAL_UNICAST));
}

static void no_error_is_sent_about_an_icmp_error(void **state)
{
    (void)state;
    const char *const types[] = {"03", "04", "05", "0b", "0c"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        char payload[17] = "0000000000000000";
        memcpy(payload, types[i], 2);
        assert_false(
            allowed("4500001c 00010000 40010000" FROM_1_TO_2, payload, ICMP_ARRIVAL_UNICAST));
    }
    /* Whether it is one cannot be seen. */
    assert_false(allowed("45000014 00010000 40010000" FROM_1_TO_2, "", ICMP_ARRIVAL_UNICAST));
}

static void no_error_is_sent_about_a_broadcast_or_multicast(void **state)
{
    (void)state;
    const char *payload = "0035f2a700d20000";
    assert_false(
        allowed("4500001c 00010000 40110000 0a000001 ffffffff", payload, ICMP_ARRIVAL_UNICAST));
    assert_false(
        allowed("4500001c 00010000 40110000 0a000001 e0000009", payload, ICMP_ARRIVAL_UNICAST));
    assert_false(
        allowed("4500001c 00010000 40110000" FROM_1_TO_2, payload, ICMP_ARRIVAL_LINK_GROUP));
    assert_false(allowed("4500001c 00010000 40110000 0a000001 0a0000ff", payload,
                         ICMP_ARRIVAL_DIRECTED_BROADCAST));
}

static void no_error_is_sent_about_a_later_fragment(void **state)
{
    (void)state;
    assert_false(allowed("4500001c 00010001 40110000" FROM_1_TO_2, "0035f2a700d20000",
                         ICMP_ARRIVAL_UNICAST));
    assert_false(allowed("4500001c 00013fff 40110000" FROM_1_TO_2, "0035f2a700d20000",
                         ICMP_ARRIVAL_UNICAST));
}

static void no_error_is_sent_to_what_is_no_single_host(void **state)
{
    (void)state;
    const char *const sources[] = {"00000000", "00000001", "7f000001",
                                   "e0000001", "ffffffff", "f0000001"};
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        char header[64] = "4500001c 00010000 40110000 ";
        strcat(header, sources[i]);
        strcat(header, " 0a000002");
        assert_false(allowed(header, "0035f2a700d20000", ICMP_ARRIVAL_UNICAST));
    }
    assert_false(allowed("4500001c", "", ICMP_ARRIVAL_UNICAST));
}

static void the_bucket_allows_a_burst_and_then_a_rate(void **state)
{
    (void)state;
    struct icmp_rate_limit limit;
    icmp_rate_limit_init(&limit, 10, 3);
    for (int i = 0; i < 3; i++)
        assert_true(icmp_rate_limit_take(&limit, 0));
    assert_false(icmp_rate_limit_take(&limit, 0));
    assert_false(icmp_rate_limit_take(&limit, 100 * INSTANT_MILLISECOND - 1));
    assert_true(icmp_rate_limit_take(&limit, 100 * INSTANT_MILLISECOND));
    assert_false(icmp_rate_limit_take(&limit, 100 * INSTANT_MILLISECOND));
    /* However long the silence, no more than the burst is saved up. */
    for (int i = 0; i < 3; i++)
        assert_true(icmp_rate_limit_take(&limit, UINT64_MAX - 1));
    assert_false(icmp_rate_limit_take(&limit, UINT64_MAX - 1));
    icmp_rate_limit_init(&limit, 0, 0);
    for (int i = 0; i < 1000; i++)
        assert_true(icmp_rate_limit_take(&limit, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recorded_echo_decodes_and_encodes),
        cmocka_unit_test(damage_is_noticed),
        cmocka_unit_test(the_mtu_and_the_pointer_have_their_places),
        cmocka_unit_test(an_error_quotes_header_and_eight_octets_at_least),
        cmocka_unit_test(an_error_is_no_longer_than_576_octets),
        cmocka_unit_test(errors_answer_ordinary_datagrams_and_first_fragments),
        cmocka_unit_test(no_error_is_sent_about_an_icmp_error),
        cmocka_unit_test(no_error_is_sent_about_a_broadcast_or_multicast),
        cmocka_unit_test(no_error_is_sent_about_a_later_fragment),
        cmocka_unit_test(no_error_is_sent_to_what_is_no_single_host),
        cmocka_unit_test(the_bucket_allows_a_burst_and_then_a_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
