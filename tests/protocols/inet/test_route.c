#include "base/entropy.h"
#include "inet/route.h"
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

static int lan;
static int wan;

static struct route line(ipv4_address destination, unsigned prefix_length, ipv4_address gateway,
                         void *interface, uint32_t metric)
{
    return (struct route){.destination = destination,
                          .prefix_length = (uint8_t)prefix_length,
                          .gateway = gateway,
                          .interface = interface,
                          .metric = metric};
}

static void add(struct route_table *table, ipv4_address destination, unsigned prefix_length,
                ipv4_address gateway, void *interface, uint32_t metric)
{
    const struct route route = line(destination, prefix_length, gateway, interface, metric);
    assert_int_equal(route_add(table, &route), STATUS_OK);
}

static enum status take(struct route_table *table, ipv4_address destination, unsigned prefix_length,
                        ipv4_address gateway, void *interface)
{
    const struct route route = line(destination, prefix_length, gateway, interface, 0);
    return route_remove(table, &route);
}

static void the_longest_prefix_wins(void **state)
{
    (void)state;
    struct route_table table = {0};
    assert_null(route_lookup(&table, 0x0a010203));
    add(&table, 0, 0, 1, &wan, 1);
    add(&table, 0x0a000000, 8, 2, &lan, 9);
    add(&table, 0x0a010000, 16, 3, &lan, 9);
    add(&table, 0x0a010203, 32, 4, &lan, 99);
    assert_int_equal(route_lookup(&table, 0x0a010203)->gateway, 4);
    assert_int_equal(route_lookup(&table, 0x0a010204)->gateway, 3);
    assert_int_equal(route_lookup(&table, 0x0a020000)->gateway, 2);
    assert_int_equal(route_lookup(&table, 0x0b000000)->gateway, 1);
    route_table_destroy(&table);
    assert_null(route_lookup(&table, 0x0b000000));
}

static void host_bits_of_a_destination_do_not_matter(void **state)
{
    (void)state;
    struct route_table table = {0};
    add(&table, 0x0a0102ff, 24, 7, &lan, 1);
    assert_int_equal(route_lookup(&table, 0x0a010201)->gateway, 7);
    assert_int_equal(route_lookup(&table, 0x0a010201)->destination, 0x0a010200);
    assert_int_equal(take(&table, 0x0a010255, 24, 7, &lan), STATUS_OK);
    assert_int_equal(table.count, 0);
    route_table_destroy(&table);
}

static void among_equal_prefixes_the_lowest_metric_wins_then_the_first(void **state)
{
    (void)state;
    struct route_table table = {0};
    add(&table, 0, 0, 1, &lan, 2);
    add(&table, 0, 0, 2, &wan, 1);
    add(&table, 0, 0, 3, &wan, 1);
    assert_int_equal(route_lookup(&table, 99)->gateway, 2);
    assert_int_equal(take(&table, 0, 0, 2, &wan), STATUS_OK);
    assert_int_equal(route_lookup(&table, 99)->gateway, 3);
    assert_int_equal(take(&table, 0, 0, 3, &wan), STATUS_OK);
    assert_int_equal(route_lookup(&table, 99)->gateway, 1);
    assert_int_equal(take(&table, 0, 0, 3, &wan), STATUS_NOT_FOUND);
    route_table_destroy(&table);
}

static void the_same_line_twice_counts_references(void **state)
{
    (void)state;
    struct route_table table = {0};
    add(&table, 5, 32, 0, &lan, 2);
    add(&table, 5, 32, 0, &lan, 7);
    assert_int_equal(table.count, 1);
    assert_int_equal(route_lookup(&table, 5)->metric, 7);
    assert_int_equal(take(&table, 5, 32, 0, &lan), STATUS_OK);
    assert_non_null(route_lookup(&table, 5));
    assert_int_equal(take(&table, 5, 32, 0, &lan), STATUS_OK);
    assert_null(route_lookup(&table, 5));
    route_table_destroy(&table);
}

static void an_interface_takes_its_routes_along(void **state)
{
    (void)state;
    struct route_table table = {0};
    for (uint32_t i = 0; i < 100; i++)
        add(&table, i << 8, 24, i, i % 3 == 0 ? &lan : &wan, 1);
    assert_int_equal(route_remove_interface(&table, &lan), 34);
    assert_int_equal(table.count, 66);
    for (uint32_t i = 0; i < 100; i++) {
        if (i % 3 == 0)
            assert_null(route_lookup(&table, i << 8 | 1));
        else
            assert_int_equal(route_lookup(&table, i << 8 | 1)->gateway, i);
    }
    route_table_destroy(&table);
}

/* What route_lookup() must find, by looking at every line. */
static const struct route *reference(const struct route *lines, const bool *present, size_t count,
                                     ipv4_address destination)
{
    const struct route *best = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct route *route = &lines[i];
        if (!present[i] ||
            ((destination ^ route->destination) & ipv4_netmask(route->prefix_length)) != 0)
            continue;
        if (!best || route->prefix_length > best->prefix_length ||
            (route->prefix_length == best->prefix_length && route->metric < best->metric))
            best = route;
    }
    return best;
}

#define LINES 600

/* Adds and removes any of @line_count lines, and looks up, at random. */
static void compare_with_reference(uint32_t line_count, unsigned networks)
{
    static struct route lines[LINES];
    static bool present[LINES];
    struct entropy entropy = entropy_make(line_count, "routes");
    struct route_table table = {0};
    for (uint32_t i = 0; i < line_count; i++) {
        unsigned length = (unsigned)entropy_below(&entropy, 33);
        /* Few distinct networks, so that prefixes nest and collide; the metric is the identity. */
        ipv4_address destination = (ipv4_address)entropy_below(&entropy, networks) << 26 |
                                   (ipv4_address)entropy_below(&entropy, networks);
        lines[i] = line(destination, length, i + 1, &lan, i);
        present[i] = false;
    }
    for (unsigned step = 0; step < 20000; step++) {
        uint32_t i = (uint32_t)entropy_below(&entropy, line_count);
        if (present[i])
            assert_int_equal(route_remove(&table, &lines[i]), STATUS_OK);
        else
            assert_int_equal(route_add(&table, &lines[i]), STATUS_OK);
        present[i] = !present[i];
        /* Several in a row, also the same: answers are remembered until the table changes. */
        for (unsigned look = 0; look < 4; look++) {
            ipv4_address wanted = (ipv4_address)entropy_below(&entropy, networks) << 26 |
                                  (ipv4_address)entropy_below(&entropy, networks);
            const struct route *expected = reference(lines, present, line_count, wanted);
            const struct route *found = route_lookup(&table, wanted);
            if (!expected)
                assert_null(found);
            else
                assert_int_equal(found->gateway, expected->gateway);
        }
    }
    route_table_destroy(&table);
}

static void a_changing_table_agrees_with_a_plain_search(void **state)
{
    (void)state;
    compare_with_reference(8, 2);
    compare_with_reference(40, 16);
    compare_with_reference(LINES, 64);
}

static void a_line_exists_only_with_all_its_parts(void **state)
{
    (void)state;
    struct route_table table = {0};
    add(&table, 5, 32, 0, &lan, 1);
    struct route route = line(5, 32, 0, &lan, 77);
    assert_true(route_exists(&table, &route));
    route.interface = &wan;
    assert_false(route_exists(&table, &route));
    route = line(5, 31, 0, &lan, 1);
    assert_false(route_exists(&table, &route));
    assert_null(route_find(&table, 5, 31));
    assert_non_null(route_find(&table, 5, 32));
    route_table_destroy(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_prefix_wins),
        cmocka_unit_test(host_bits_of_a_destination_do_not_matter),
        cmocka_unit_test(among_equal_prefixes_the_lowest_metric_wins_then_the_first),
        cmocka_unit_test(the_same_line_twice_counts_references),
        cmocka_unit_test(an_interface_takes_its_routes_along),
        cmocka_unit_test(a_changing_table_agrees_with_a_plain_search),
        cmocka_unit_test(a_line_exists_only_with_all_its_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
