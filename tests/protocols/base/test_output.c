#include "base/output.h"
#include "support/unit.h"

static void decisions_come_out_in_order(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct output_queue queue = {0};
    struct output output;
    assert_false(output_pop(&queue, &output));
    assert_int_equal(output.kind, OUTPUT_NONE);
    struct packet *packet = packet_from(&pool, "x", 1);
    output_push_event(&queue, 3, 77);
    output_push_packet(&queue, OUTPUT_SEND, NULL);
    output_push_packet(&queue, OUTPUT_DELIVER, packet);
    assert_true(output_pop(&queue, &output));
    assert_int_equal(output.kind, OUTPUT_EVENT);
    assert_int_equal(output.event, 3);
    assert_int_equal(output.value, 77);
    assert_null(output.packet);
    assert_true(output_pop(&queue, &output));
    assert_int_equal(output.kind, OUTPUT_DELIVER);
    assert_ptr_equal(output.packet, packet);
    assert_false(output_pop(&queue, &output));
    packet_free(packet);
    packet_pool_destroy(&pool);
}

static void the_ring_goes_round_at_its_capacity(void **state)
{
    (void)state;
    struct output_queue queue = {0};
    struct output output;
    int next = 0;
    int expected = 0;
    for (int round = 0; round < 5; round++) {
        while (queue.count < OUTPUT_QUEUE_CAPACITY)
            output_push_event(&queue, next++, 0);
        for (int i = 0; i < 7; i++) {
            assert_true(output_pop(&queue, &output));
            assert_int_equal(output.event, expected++);
        }
    }
    while (output_pop(&queue, &output))
        assert_int_equal(output.event, expected++);
    assert_int_equal(expected, next);
}

static void clearing_frees_the_packets(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct output_queue queue = {0};
    output_push_packet(&queue, OUTPUT_SEND, packet_from(&pool, "x", 1));
    output_push_event(&queue, 1, 1);
    output_push_packet(&queue, OUTPUT_DELIVER, packet_from(&pool, "y", 1));
    assert_int_equal(pool.in_use, 2);
    output_clear(&queue);
    assert_int_equal(pool.in_use, 0);
    assert_int_equal(queue.count, 0);
    packet_pool_destroy(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decisions_come_out_in_order),
        cmocka_unit_test(the_ring_goes_round_at_its_capacity),
        cmocka_unit_test(clearing_frees_the_packets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
