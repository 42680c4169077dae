#include <stdio.h>
#include "support/ppp_pair.h"
#include "support/unit.h"

static void a_plain_session_comes_up(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 2 * INSTANT_SECOND);
    ppp_pair_print(&pair);
    printf("%zu\n", sizeof(struct ppp_session));
    printf("cfg %zu link %zu lcp %zu ccp %zu ipcp %zu auth %zu out %zu\n", sizeof pair.end[0].config, sizeof pair.end[0].session.link, sizeof(struct lcp), sizeof(struct ccp), sizeof (struct ipcp), sizeof(struct ppp_auth), sizeof (struct output_queue));
    assert_true(ppp_session_network_is_up(&pair.end[0].session));
    ppp_pair_destroy(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_session_comes_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
