#include "l2tp/l2tp_endpoint.h"

#include "support/unit.h"

/* The numbers that documents and specifications name; scenarios often say their own. */

static void the_rfc_recommends_its_numbers(void **state)
{
    (void)state;
    const struct l2tp_config config = l2tp_config_rfc();
    assert_int_equal(config.receive_window, 4); /* section 4.4.3 */
    assert_int_equal(config.hello_ms, 60000);   /* section 6.5 */
    assert_int_equal(config.linger_ms, 31000);  /* section 5.7 with the times of 5.8 */
    assert_true(config.tie_breaker);
    assert_true(config.follow_port); /* section 8.1 */
    assert_int_equal(config.framing_policy, L2TP_FRAMING_REJECT_CALL);
    assert_int_equal(config.accepted_flags, UINT16_MAX);
}

static void windows_has_the_numbers_of_its_registry_and_specification(void **state)
{
    (void)state;
    static const enum l2tp_windows versions[] = {L2TP_WINDOWS_2000, L2TP_WINDOWS_VISTA};
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        const struct l2tp_config config = l2tp_config_windows(versions[i]);
        assert_string_equal(config.vendor_name, "Microsoft");
        assert_int_equal(config.receive_window, 8);
        assert_int_equal(config.hello_ms, 40000);                 /* MS-L2TPIE note 10 */
        assert_int_equal(config.channel.acknowledge_ms, 500);     /* MaxAckDelayMs */
        assert_int_equal(config.channel.out_of_order_limit, 100); /* note 5 */
        assert_int_equal(config.accepted_flags,
                         L2TP_FLAG_TYPE | L2TP_FLAG_LENGTH | L2TP_FLAG_SEQUENCE);
        assert_int_equal(config.framing_policy, L2TP_FRAMING_IGNORE); /* note 19 */
        assert_false(config.tie_breaker);                             /* note 12 */
        assert_false(config.follow_port);
        assert_true(config.ignore_link_info);
        assert_true(config.ignore_wan_errors);
        assert_true(config.stop_unused);
    }
    assert_int_equal(l2tp_config_windows(L2TP_WINDOWS_2000).firmware_revision, 0x0500);
    assert_int_equal(l2tp_config_windows(L2TP_WINDOWS_VISTA).firmware_revision, 0x0600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rfc_recommends_its_numbers),
        cmocka_unit_test(windows_has_the_numbers_of_its_registry_and_specification),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
