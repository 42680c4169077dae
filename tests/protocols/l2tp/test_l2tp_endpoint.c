/* Tunnels and sessions between two endpoints: RFC 2661 sections 5 and 7. */
#include "bench.h"

static void a_tunnel_and_a_session_take_six_messages(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, bench_a_rfc(), bench_b_rfc());
    b.b.answers = true;
    uint16_t tunnel = bench_begin(&b.a);
    struct l2tp_call call = {.tx_connect_speed = 100000000};
    uint16_t session;
    assert_int_equal(l2tp_endpoint_ring(&b.a.endpoint, 0, tunnel, &call, &session), STATUS_OK);
    assert_int_equal(l2tp_endpoint_session(&b.a.endpoint, session)->state,
                     L2TP_SESSION_WAIT_TUNNEL);
    bench_run(&b, SECONDS(1));
    bench_expect(&b, "a:SCCRQ b:SCCRP a!up:1 a:SCCCN a:ICRQ b!up:101 b:zlb b!req:201 b:ICRP "
                     "a!ses:1 a:ICCN b!ses:201 b:zlb ");
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tunnel_and_a_session_take_six_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
