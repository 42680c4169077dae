#include "support/multilink_bench.h"

int multilink_bench_set_up(void **state)
{
    static struct multilink_bench bench;
    packet_pool_init(&bench.pool);
    struct multilink_config config = multilink_defaults();
    config.pool = &bench.pool;
    config.trace = drop_log_trace(&bench.log);
    config.fragment_minimum = 4;
    config.held_limit = 8;
    multilink_init(&bench.multilink, &config);
    *state = &bench;
    return 0;
}
int multilink_bench_tear_down(void **state)
{
    struct multilink_bench *bench = *state;
    multilink_destroy(&bench->multilink);
    int leaked = (int)bench->pool.in_use;
    packet_pool_destroy(&bench->pool);
    return leaked;
}

void multilink_bench_join(struct multilink_bench *bench, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(multilink_add_link(&bench->multilink, 0, "link", 1500, 64000), i);
}

void multilink_bench_input(struct multilink_bench *bench, uint32_t link, const char *octets)
{
    uint8_t data[64];
    size_t length = unit_hex(octets, data, sizeof data);
    multilink_input(&bench->multilink, 0, link, packet_from(&bench->pool, data, length));
}

void multilink_bench_expect(struct multilink_bench *bench, const char *octets)
{
    struct output output;
    assert_true(multilink_poll(&bench->multilink, &output));
    assert_int_equal(output.kind, OUTPUT_DELIVER);
    unit_assert_hex(output.packet->data, output.packet->length, octets);
    packet_free(output.packet);
}

void multilink_bench_expect_loss(struct multilink_bench *bench)
{
    struct output output;
    assert_true(multilink_poll(&bench->multilink, &output));
    assert_int_equal(output.kind, OUTPUT_EVENT);
}

void multilink_bench_expect_nothing(struct multilink_bench *bench)
{
    struct output output;
    assert_false(multilink_poll(&bench->multilink, &output));
}

void multilink_bench_expect_drops(const struct multilink_bench *bench, size_t count,
                                  const char *reason)
{
    assert_int_equal(bench->log.drops, count);
    assert_int_equal(drop_log_count(&bench->log, reason), count);
}
