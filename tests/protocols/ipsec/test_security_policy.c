#include "ipsec/security_policy.h"

#include "support/ipsec_bench.h"
#include "support/unit.h"

static void a_prefix_is_the_range_of_its_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *prefix, *first, *last;
        unsigned length;
    } table[] = {
        {"10.1.2.3", "10.1.2.3", "10.1.2.3", 32},
        {"10.1.2.3", "10.1.2.0", "10.1.2.255", 24},
        {"10.1.2.3", "10.1.2.2", "10.1.2.3", 31},
        {"10.1.2.3", "0.0.0.0", "255.255.255.255", 0},
        {"2001:db8::77", "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff", 64},
        {"2001:db8::77", "2001:db8::40", "2001:db8::7f", 122},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct ip_address prefix = unit_address(table[i].prefix);
        const struct ip_address first = unit_address(table[i].first);
        const struct ip_address last = unit_address(table[i].last);
        const struct ipsec_address_range range = ipsec_range_prefix(&prefix, table[i].length);
        assert_true(ip_address_equal(&range.first, &first));
        assert_true(ip_address_equal(&range.last, &last));
    }
}

static void a_range_contains_its_ends_and_nothing_beyond(void **state)
{
    (void)state;
    const struct ipsec_address_range range = {.first = unit_address("10.0.0.254"),
                                              .last = unit_address("10.0.1.1")};
    static const struct {
        const char *address;
        bool inside;
    } table[] = {
        {"10.0.0.253", false}, {"10.0.0.254", true}, {"10.0.0.255", true},  {"10.0.1.0", true},
        {"10.0.1.1", true},    {"10.0.1.2", false},  {"::10.0.1.0", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct ip_address address = unit_address(table[i].address);
        assert_int_equal(ipsec_range_contains(&range, &address), table[i].inside);
        assert_true(ipsec_range_contains(&(struct ipsec_address_range){0}, &address));
    }
}

static const struct ipsec_traffic *l2tp(void)
{
    static struct ipsec_traffic traffic;
    traffic = (struct ipsec_traffic){.local = unit_address("10.0.0.1"),
                                     .remote = unit_address("10.0.0.2"),
                                     .protocol = 17,
                                     .local_port = 1701,
                                     .remote_port = 40000};
    return &traffic;
}

static void a_selector_matches_when_all_that_it_names_does(void **state)
{
    (void)state;
    const struct ip_address one = unit_address("10.0.0.1");
    const struct ip_address two = unit_address("10.0.0.2");
    const struct ipsec_address_range first = ipsec_range_address(&one);
    const struct ipsec_address_range second = ipsec_range_address(&two);
    const struct {
        struct ipsec_selector selector;
        bool matches;
    } table[] = {
        {{.protocol = 0}, true},
        {{.protocol = 17}, true},
        {{.protocol = 6}, false},
        {{.protocol = 17, .local_port = 1701}, true},
        {{.protocol = 17, .remote_port = 1701}, false},
        {{.protocol = 17, .local_port = 1701, .remote_port = 40000}, true},
        {{.local = first, .remote = second}, true},
        {{.local = second}, false},
        {{.remote = first}, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        assert_int_equal(ipsec_selector_matches(&table[i].selector, l2tp()), table[i].matches);
    /* A later fragment shows no ports. */
    struct ipsec_traffic fragment = *l2tp();
    fragment.opaque = true;
    assert_true(ipsec_selector_matches(&table[1].selector, &fragment));
    assert_false(ipsec_selector_matches(&table[3].selector, &fragment));
}

static void the_first_entry_that_matches_decides(void **state)
{
    (void)state;
    struct ipsec_policy_database database = {0};
    uint32_t ids[3];
    const struct ipsec_policy policies[] = {
        {.selector = {.protocol = 6}, .action = IPSEC_DISCARD},
        {.selector = {.protocol = 17}, .action = IPSEC_PROTECT, .esp = true},
        {.action = IPSEC_BYPASS},
    };
    assert_null(ipsec_policy_database_find(&database, l2tp()));
    for (int i = 0; i < 3; i++)
        assert_int_equal(ipsec_policy_database_add(&database, &policies[i], &ids[i]), STATUS_OK);
    assert_int_equal(ipsec_policy_database_find(&database, l2tp())->id, ids[1]);
    assert_int_equal(ipsec_policy_database_get(&database, ids[0])->action, IPSEC_DISCARD);
    assert_int_equal(ipsec_policy_database_remove(&database, ids[1]), STATUS_OK);
    assert_int_equal(ipsec_policy_database_find(&database, l2tp())->id, ids[2]);
    assert_int_equal(ipsec_policy_database_remove(&database, ids[1]), STATUS_NOT_FOUND);
    assert_null(ipsec_policy_database_get(&database, ids[1]));
    uint32_t again = 0;
    ipsec_policy_database_add(&database, &policies[1], &again);
    assert_true(again > ids[2]);
    ipsec_policy_database_clear(&database);
    assert_null(ipsec_policy_database_find(&database, l2tp()));
}

static void a_tunnel_needs_two_ends_of_one_version(void **state)
{
    (void)state;
    struct ipsec_policy_database database = {0};
    uint32_t id;
    struct ipsec_policy policy = {.action = IPSEC_PROTECT, .mode = IPSEC_TUNNEL, .esp = true};
    assert_int_equal(ipsec_policy_database_add(&database, &policy, &id), STATUS_INVALID);
    policy.tunnel_local = unit_address("10.0.0.1");
    assert_int_equal(ipsec_policy_database_add(&database, &policy, &id), STATUS_INVALID);
    policy.tunnel_remote = unit_address("2001:db8::1");
    assert_int_equal(ipsec_policy_database_add(&database, &policy, &id), STATUS_INVALID);
    policy.tunnel_remote = unit_address("10.0.0.2");
    assert_int_equal(ipsec_policy_database_add(&database, &policy, &id), STATUS_OK);
    policy.esp = false;
    assert_int_equal(ipsec_policy_database_add(&database, &policy, &id), STATUS_INVALID);
    ipsec_policy_database_clear(&database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_prefix_is_the_range_of_its_addresses),
        cmocka_unit_test(a_range_contains_its_ends_and_nothing_beyond),
        cmocka_unit_test(a_selector_matches_when_all_that_it_names_does),
        cmocka_unit_test(the_first_entry_that_matches_decides),
        cmocka_unit_test(a_tunnel_needs_two_ends_of_one_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
