#include "inet/path_mtu.h"
#include "support/unit.h"

static const struct ip_address destination = {4, {10, 0, 0, 2}};
static const struct ip_address other = {6, {0x20, 0x01, 0x0d, 0xb8, [15] = 2}};

/* Neither rising nor falling addresses. */
static struct ip_address scattered(uint32_t number)
{
    return ip_address_from_ipv4(number * UINT32_C(2654435761));
}

static struct path_mtu_cache cache_with_floor(uint16_t floor)
{
    struct path_mtu_cache cache;
    path_mtu_init(&cache, 600 * INSTANT_SECOND, floor);
    return cache;
}

static void an_estimate_lasts_ten_minutes(void **state)
{
    (void)state;
    struct path_mtu_cache cache = cache_with_floor(576);
    assert_null(path_mtu_find(&cache, 0, &destination));
    assert_int_equal(path_mtu_reduce(&cache, 0, &destination, 1400, 1500), 1400);
    assert_int_equal(path_mtu_find(&cache, 600 * INSTANT_SECOND - 1, &destination)->mtu, 1400);
    assert_null(path_mtu_find(&cache, 600 * INSTANT_SECOND, &destination));
    /* Then a higher one is believed again. */
    assert_int_equal(path_mtu_reduce(&cache, 600 * INSTANT_SECOND, &destination, 1450, 1500), 1450);
    path_mtu_destroy(&cache);
}

static void an_estimate_goes_only_down(void **state)
{
    (void)state;
    struct path_mtu_cache cache = cache_with_floor(576);
    assert_int_equal(path_mtu_reduce(&cache, 0, &destination, 1400, 1500), 1400);
    assert_int_equal(path_mtu_reduce(&cache, 1, &destination, 1450, 1500), 1400);
    assert_int_equal(path_mtu_find(&cache, 1, &destination)->mtu, 1400);
    assert_int_equal(path_mtu_reduce(&cache, 2, &destination, 1000, 1400), 1000);
    assert_int_equal(path_mtu_find(&cache, 2, &destination)->mtu, 1000);
    path_mtu_destroy(&cache);
}

static void an_older_router_makes_it_try_the_next_plateau(void **state)
{
    (void)state;
    static const uint16_t steps[][2] = {{1500, 1492}, {1492, 1006},   {1007, 1006},
                                        {1006, 508},  {65535, 32000}, {17914, 8166},
                                        {2002, 1492}, {296, 68},      {68, 68}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct path_mtu_cache cache = cache_with_floor(68);
        assert_int_equal(path_mtu_reduce(&cache, 0, &destination, 0, steps[i][0]), steps[i][1]);
        path_mtu_destroy(&cache);
    }
}

static void below_the_floor_datagrams_may_be_fragmented(void **state)
{
    (void)state;
    struct path_mtu_cache cache = cache_with_floor(576);
    assert_int_equal(path_mtu_reduce(&cache, 0, &destination, 296, 1500), 576);
    assert_true(path_mtu_find(&cache, 0, &destination)->below_floor);
    assert_int_equal(path_mtu_reduce(&cache, 0, &other, 576, 1500), 576);
    assert_false(path_mtu_find(&cache, 0, &other)->below_floor);
    path_mtu_destroy(&cache);
}

static void the_oldest_of_257_destinations_is_forgotten(void **state)
{
    (void)state;
    struct path_mtu_cache cache = cache_with_floor(68);
    struct ip_address first = scattered(0);
    for (uint32_t i = 0; i <= PATH_MTU_LIMIT; i++) {
        struct ip_address address = scattered(i);
        (void)path_mtu_reduce(&cache, i, &address, (uint16_t)(500 + i), 1500);
    }
    assert_null(path_mtu_find(&cache, 300, &first));
    for (uint32_t i = 1; i <= PATH_MTU_LIMIT; i++) {
        struct ip_address address = scattered(i);
        assert_int_equal(path_mtu_find(&cache, 300, &address)->mtu, 500 + i);
    }
    path_mtu_destroy(&cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_estimate_lasts_ten_minutes),
        cmocka_unit_test(an_estimate_goes_only_down),
        cmocka_unit_test(an_older_router_makes_it_try_the_next_plateau),
        cmocka_unit_test(below_the_floor_datagrams_may_be_fragmented),
        cmocka_unit_test(the_oldest_of_257_destinations_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
