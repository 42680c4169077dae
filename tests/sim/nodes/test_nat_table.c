#include "nodes/nat_table.h"
#include "support/unit.h"

#define ONE    UINT32_C(0xc0a8000b)
#define TWO    UINT32_C(0xc0a8000c)
#define SERVER UINT32_C(0x836b0514)
#define OTHER  UINT32_C(0x836b0614)

#define SECOND INSTANT_SECOND
#define TCP    6
#define UDP    17
#define GRE    47

static struct nat_table table;
static const struct trace silent;

static int set_up(void **state)
{
    (void)state;
    struct nat_config config = nat_default_config();
    config.first_port = 5000;
    config.last_port = 5002;
    nat_table_init(&table, &config, &silent);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    nat_table_destroy(&table);
    return 0;
}

static struct nat_mapping *create(instant now, uint8_t protocol, ipv4_address inside, uint16_t port,
                                  ipv4_address remote)
{
    const char *reason;
    return nat_create(&table, now, protocol, inside, port, remote, &reason);
}

static void a_port_inside_has_one_port_outside_whoever_it_talks_to(void **state)
{
    (void)state;
    struct nat_mapping *mapping = create(0, UDP, ONE, 500, SERVER);
    assert_int_equal(mapping->outside_port, 5000);
    assert_ptr_equal(nat_find_inside(&table, UDP, ONE, 500, OTHER), mapping);
    assert_ptr_equal(nat_find_outside(&table, UDP, 5000, OTHER), mapping);
    assert_null(nat_find_inside(&table, UDP, TWO, 500, SERVER));
    assert_null(nat_find_inside(&table, TCP, ONE, 500, SERVER));
    assert_null(nat_find_outside(&table, TCP, 5000, SERVER));
    assert_int_equal(create(0, UDP, TWO, 500, SERVER)->outside_port, 5001);
}

static void when_all_ports_are_taken_there_is_none(void **state)
{
    (void)state;
    const char *reason;
    for (uint16_t port = 1; port <= 3; port++)
        assert_non_null(create(0, UDP, ONE, port, SERVER));
    assert_null(nat_create(&table, 0, UDP, ONE, 4, SERVER, &reason));
    assert_string_equal(reason, "no-port");
    /* TCP has ports of its own, and one that is free again is found. */
    assert_int_equal(create(0, TCP, ONE, 4, SERVER)->outside_port, 5000);
    nat_use(&table, nat_find_inside(&table, UDP, ONE, 1, SERVER), NAT_UDP, 30 * SECOND);
    nat_use(&table, nat_find_inside(&table, UDP, ONE, 3, SERVER), NAT_UDP, 30 * SECOND);
    nat_handle_timeout(&table, 60 * SECOND);
    assert_int_equal(create(60 * SECOND, UDP, ONE, 4, SERVER)->outside_port, 5001);
}

static void a_port_may_be_kept_where_it_is_free(void **state)
{
    (void)state;
    table.config.preserve_ports = true;
    assert_int_equal(create(0, UDP, ONE, 500, SERVER)->outside_port, 500);
    assert_int_equal(create(0, UDP, TWO, 500, SERVER)->outside_port, 5000);
}

static void without_ports_one_host_inside_stands_for_each_outside(void **state)
{
    (void)state;
    const char *reason;
    struct nat_mapping *mapping = create(0, GRE, ONE, 0, SERVER);
    assert_ptr_equal(nat_find_outside(&table, GRE, 0, SERVER), mapping);
    assert_null(nat_find_outside(&table, GRE, 0, OTHER));
    assert_null(nat_create(&table, 0, GRE, TWO, 0, SERVER, &reason));
    assert_string_equal(reason, "address-in-use");
    assert_non_null(create(0, GRE, TWO, 0, OTHER));
    assert_int_equal(table.count, 2);
}

static void what_is_published_is_for_everybody_and_does_not_end(void **state)
{
    (void)state;
    assert_int_equal(nat_publish(&table, TCP, 1723, ONE, 1723), STATUS_OK);
    assert_int_equal(nat_publish(&table, GRE, 0, ONE, 0), STATUS_OK);
    assert_int_equal(nat_publish(&table, TCP, 1723, TWO, 1723), STATUS_NO_ROOM);
    struct nat_mapping *mapping = nat_find_outside(&table, GRE, 0, SERVER);
    assert_int_equal(mapping->inside, ONE);
    assert_ptr_equal(nat_find_inside(&table, GRE, ONE, 0, OTHER), mapping);
    assert_null(nat_find_inside(&table, GRE, TWO, 0, OTHER));
    nat_use(&table, mapping, NAT_OTHER, 0);
    assert_true(nat_next_timeout(&table) == INSTANT_NEVER);
    assert_int_equal(table.count, 0);
}

static void each_kind_ends_after_a_time_of_its_own(void **state)
{
    (void)state;
    (void)create(0, UDP, ONE, 1, SERVER);
    (void)create(0, UDP, ONE, 2, SERVER);
    struct nat_mapping *tcp = create(0, TCP, ONE, 3, SERVER);
    nat_use(&table, nat_find_inside(&table, UDP, ONE, 1, SERVER), NAT_UDP, 20 * SECOND);
    assert_int_equal(nat_next_timeout(&table), 60 * SECOND);
    nat_handle_timeout(&table, 60 * SECOND);
    assert_null(nat_find_inside(&table, UDP, ONE, 2, SERVER));
    assert_int_equal(nat_next_timeout(&table), 80 * SECOND);
    nat_handle_timeout(&table, 80 * SECOND);
    assert_null(nat_find_outside(&table, UDP, 5000, SERVER));
    assert_int_equal(nat_next_timeout(&table), 240 * SECOND);
    nat_use(&table, tcp, NAT_TCP, 100 * SECOND);
    assert_int_equal(nat_next_timeout(&table), 86500 * SECOND);
    assert_int_equal(table.count, 1);
    assert_int_equal(table.most, 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_port_inside_has_one_port_outside_whoever_it_talks_to),
        TEST(when_all_ports_are_taken_there_is_none),
        TEST(a_port_may_be_kept_where_it_is_free),
        TEST(without_ports_one_host_inside_stands_for_each_outside),
        TEST(what_is_published_is_for_everybody_and_does_not_end),
        TEST(each_kind_ends_after_a_time_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
