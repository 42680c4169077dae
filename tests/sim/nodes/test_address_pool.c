#include "core/arena.h"
#include "nodes/address_pool.h"
#include "support/unit.h"

static void addresses_are_given_in_order_and_taken_back(void **state)
{
    (void)state;
    struct simulation simulation;
    assert_int_equal(simulation_init(&simulation, 1), STATUS_OK);
    struct address_pool pool = {0};
    assert_int_equal(address_pool_take(&pool), IPV4_ANY);
    assert_int_equal(address_pool_add(&pool, &simulation, 0x0a000001, 0x0a000002), STATUS_OK);
    assert_int_equal(address_pool_add(&pool, &simulation, 0x0a000064, 0x0a000064), STATUS_OK);

    assert_int_equal(address_pool_take(&pool), 0x0a000001);
    assert_int_equal(address_pool_take(&pool), 0x0a000002);
    assert_int_equal(address_pool_take(&pool), 0x0a000064);
    assert_int_equal(address_pool_take(&pool), IPV4_ANY);

    address_pool_give_back(&pool, 0x0a000063); /* not of the pool */
    assert_int_equal(address_pool_take(&pool), IPV4_ANY);
    address_pool_give_back(&pool, 0x0a000002);
    assert_int_equal(address_pool_take(&pool), 0x0a000002);
    simulation_destroy(&simulation);
}

static void a_long_range_costs_no_more_than_its_callers(void **state)
{
    (void)state;
    struct simulation simulation;
    assert_int_equal(simulation_init(&simulation, 1), STATUS_OK);
    struct address_pool pool = {0};
    size_t before = arena_bytes(simulation.arena);
    assert_int_equal(address_pool_add(&pool, &simulation, 0x01000001, 0xdfffffff), STATUS_OK);
    assert_true(arena_bytes(simulation.arena) - before < 200000);
    for (uint32_t i = 0; i < 65536; i++)
        assert_int_equal(address_pool_take(&pool), 0x01000001 + i);
    assert_int_equal(address_pool_take(&pool), IPV4_ANY);
    address_pool_give_back(&pool, 0xdfffffff);
    assert_int_equal(address_pool_take(&pool), IPV4_ANY);
    simulation_destroy(&simulation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_given_in_order_and_taken_back),
        cmocka_unit_test(a_long_range_costs_no_more_than_its_callers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
