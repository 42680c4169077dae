#include "ike/ike_nat_traversal.h"
#include "ike/ike_policy.h"

#include "support/unit.h"

/* The numbers that documents name; scenarios often say their own. */

static const enum ike_profile windows[] = {
    IKE_PROFILE_WINDOWS_2000,   IKE_PROFILE_WINDOWS_2000_SP4, IKE_PROFILE_WINDOWS_XP,
    IKE_PROFILE_WINDOWS_XP_SP2, IKE_PROFILE_SERVER_2003,      IKE_PROFILE_WINDOWS_VISTA,
    IKE_PROFILE_SERVER_2008,
};

static void every_windows_sends_seven_times_and_keeps_quick_mode_for_five_minutes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        const struct ike_behaviour behaviour = ike_behaviour_of(windows[i]);
        assert_int_equal(behaviour.retransmit_ms, 1000);
        assert_int_equal(behaviour.retransmit_growth, 200);
        assert_int_equal(behaviour.retransmit_count, 6);
        assert_int_equal(behaviour.child_idle_ms, 300000);        /* MS-IKEE note 21 */
        assert_int_equal(behaviour.child_idle_cluster_ms, 60000); /* the same */
        assert_int_equal(behaviour.half_open_limit, 500);         /* note 29 */
        assert_true(behaviour.refuses_aggressive);
    }
}

static void who_goes_to_servers_behind_a_nat_depends_on_the_version(void **state)
{
    (void)state;
    static const struct {
        enum ike_profile profile;
        enum ike_assume_udp_encapsulation assume;
        uint32_t keepalive_ms;
    } rows[] = {
        {IKE_PROFILE_WINDOWS_2000_SP4, IKE_ASSUME_UDP_BOTH, 20000},
        {IKE_PROFILE_WINDOWS_XP_SP2, IKE_ASSUME_UDP_NEVER, 20000},
        {IKE_PROFILE_WINDOWS_VISTA, IKE_ASSUME_UDP_NEVER, 0}, /* note 14 */
        {IKE_PROFILE_RFC, IKE_ASSUME_UDP_BOTH, 20000},        /* RFC 3948 section 4 */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct ike_behaviour behaviour = ike_behaviour_of(rows[i].profile);
        assert_int_equal(behaviour.assume_udp_encapsulation, rows[i].assume);
        assert_int_equal(behaviour.nat_keepalive_ms, rows[i].keepalive_ms);
    }
}

static void deletes_are_acknowledged_from_windows_xp_on(void **state)
{
    (void)state;
    assert_false(ike_behaviour_of(IKE_PROFILE_WINDOWS_2000).acknowledged_delete);
    const struct ike_behaviour xp = ike_behaviour_of(IKE_PROFILE_WINDOWS_XP);
    assert_true(xp.acknowledged_delete);
    assert_int_equal(xp.delete_count, 6); /* note 24 */
}

/* RFC 3947 sections 3.2, 5.1 and 5.2; draft 02 the private numbers. */
static void each_revision_of_nat_traversal_has_its_numbers(void **state)
{
    (void)state;
    assert_int_equal(ike_nat_d_payload(IKE_NAT_TRAVERSAL_RFC), 20);
    assert_int_equal(ike_nat_oa_payload(IKE_NAT_TRAVERSAL_RFC), 21);
    assert_int_equal(ike_nat_encapsulation(IKE_NAT_TRAVERSAL_RFC, true), 3);
    assert_int_equal(ike_nat_encapsulation(IKE_NAT_TRAVERSAL_RFC, false), 4);
    assert_int_equal(ike_nat_d_payload(IKE_NAT_TRAVERSAL_DRAFT_02), 130);
    assert_int_equal(ike_nat_oa_payload(IKE_NAT_TRAVERSAL_DRAFT_02), 131);
    assert_int_equal(ike_nat_encapsulation(IKE_NAT_TRAVERSAL_DRAFT_02, true), 0xf003);
    assert_int_equal(ike_nat_encapsulation(IKE_NAT_TRAVERSAL_DRAFT_02, false), 0xf004);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_windows_sends_seven_times_and_keeps_quick_mode_for_five_minutes),
        cmocka_unit_test(who_goes_to_servers_behind_a_nat_depends_on_the_version),
        cmocka_unit_test(deletes_are_acknowledged_from_windows_xp_on),
        cmocka_unit_test(each_revision_of_nat_traversal_has_its_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
