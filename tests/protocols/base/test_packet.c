#include "base/huge_page.h"
#include "base/packet.h"
#include "support/unit.h"

#include <string.h>

static void headers_are_pushed_and_pulled_in_place(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *packet = packet_from(&pool, "payload", 7);
    uint8_t *payload = packet->data;
    memcpy(packet_push(packet, 4), "head", 4);
    assert_int_equal(packet->length, 11);
    assert_memory_equal(packet->data, "headpayload", 11);
    assert_memory_equal(packet_pull(packet, 4), "head", 4);
    assert_ptr_equal(packet->data, payload);
    assert_null(packet_pull(packet, 8));
    assert_int_equal(packet->length, 7);
    packet_free(packet);
    assert_int_equal(pool.in_use, 0);
    packet_pool_destroy(&pool);
}

/* Frames are built around a TCP header at the start of the data, or a UDP header in front of it. */
static void headers_of_a_plain_frame_lie_in_one_cache_line(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    for (int i = 0; i < 3; i++) {
        struct packet *packet = packet_alloc(&pool, 1000);
        uintptr_t data = (uintptr_t)packet->data;
        uintptr_t line = data / 64;
        assert_int_equal((data - 14 - 20) / 64, line);     /* Ethernet, IPv4, then TCP: */
        assert_int_equal((data + 20 - 1) / 64, line);      /* it ends in the same line */
        assert_int_equal((data - 14 - 20 - 8) / 64, line); /* Ethernet, IPv4, UDP */
    }
    packet_pool_destroy(&pool);
}

static void large_packets_hold_a_whole_datagram(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *packet = packet_alloc(&pool, 65535);
    assert_non_null(packet);
    memset(packet_append(packet, 65535), 7, 65535);
    struct packet *copy = packet_clone(packet);
    assert_int_equal(copy->length, 65535);
    assert_int_equal(copy->serial, packet->serial);
    assert_null(packet_alloc(&pool, 65537));
    packet_free(packet);
    packet_free(copy);
    packet_pool_destroy(&pool);
}

/* Much data goes where there was much, for that is in the caches. */
static void few_and_many_octets_take_turns_in_packets_of_their_own(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *few = packet_alloc(&pool, PACKET_SHORT_ROOM);
    struct packet *many = packet_alloc(&pool, PACKET_SHORT_ROOM + 1);
    uint64_t reserved = pool.bytes_reserved;
    packet_free(many);
    packet_free(few);
    assert_ptr_equal(packet_alloc(&pool, PACKET_ROOM), many);
    assert_ptr_equal(packet_alloc(&pool, 0), few);
    packet_free(many);
    packet_free(few);
    /* Nothing more is taken from the system while there is one of the other kind. */
    while (pool.in_use < 32)
        assert_true(packet_tailroom(packet_alloc(&pool, 20)) >= PACKET_ROOM);
    assert_int_equal(pool.bytes_reserved, reserved);
    packet_pool_destroy(&pool);
}

static void a_limited_pool_says_no(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    pool.limit = 2;
    struct packet *first = packet_alloc(&pool, 10);
    struct packet *second = packet_alloc(&pool, 10);
    assert_null(packet_alloc(&pool, 10));
    packet_free(first);
    assert_non_null(first = packet_alloc(&pool, 10));
    assert_int_not_equal(first->serial, second->serial);
    packet_pool_destroy(&pool);
}

/* Large blocks come from elsewhere, and none is so large that most of it stays unused. */
static void thousands_of_packets_are_whole_and_waste_little(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet_queue queue = {0};
    for (unsigned i = 0; i < COUNT; i++) {
        struct packet *packet = packet_alloc(&pool, PACKET_ROOM);
        assert_non_null(packet);
        memset(packet_append(packet, PACKET_ROOM), (int)(i % 251), PACKET_ROOM);
        packet->mark = i;
        packet_queue_push(&queue, packet);
        assert_true(pool.bytes_reserved <= 80000 + (uint64_t)(i + 1) * 3 * PACKET_SIZE);
    }
    assert_true(pool.bytes_reserved <=
                COUNT * (uint64_t)(sizeof(struct packet) + PACKET_SIZE) * 3 / 2);
    assert_true(pool.bytes_huge <= pool.bytes_reserved);
    for (unsigned i = 0; i < COUNT; i++) {
        struct packet *packet = packet_queue_pop(&queue);
        assert_int_equal(packet->mark, i);
        assert_int_equal(packet->data[0], i % 251);
        assert_memory_equal(packet->data, packet->data + 1, PACKET_ROOM - 1);
        packet_free(packet);
    }
    packet_pool_destroy(&pool);
}

static void a_huge_page_is_aligned_and_usable(void **state)
{
    (void)state;
    uint8_t *pages[3];
    for (unsigned i = 0; i < 3; i++) {
        pages[i] = huge_page_take();
        if (!pages[i])
            skip();
        assert_int_equal((uintptr_t)pages[i] % HUGE_PAGE, 0);
        memset(pages[i], (int)i, HUGE_PAGE);
    }
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(pages[i][0], i);
        assert_int_equal(pages[i][HUGE_PAGE - 1], i);
        huge_page_return(pages[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_pushed_and_pulled_in_place),
        cmocka_unit_test(headers_of_a_plain_frame_lie_in_one_cache_line),
        cmocka_unit_test(large_packets_hold_a_whole_datagram),
        cmocka_unit_test(few_and_many_octets_take_turns_in_packets_of_their_own),
        cmocka_unit_test(thousands_of_packets_are_whole_and_waste_little),
        cmocka_unit_test(a_huge_page_is_aligned_and_usable),
        cmocka_unit_test(a_limited_pool_says_no),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
