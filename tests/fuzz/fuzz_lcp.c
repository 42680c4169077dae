#include "fuzz.h"
#include "fuzz_control.h"
#include "ppp/lcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct trace trace = {.emit = fuzz_control_emit};
    struct ppp_automaton_config automaton = ppp_automaton_defaults();
    struct ppp_control_link link = {.pool = &pool,
                                    .trace = &trace,
                                    .session = "fuzz",
                                    .automaton = &automaton,
                                    .send = fuzz_control_send,
                                    .notify = fuzz_control_notify,
                                    .peer_mru = LCP_DEFAULT_MRU,
                                    .windows_termination = true};
    struct lcp_config config = {.mru = 1400,
                                .accm_on = true,
                                .magic_number = true,
                                .pfc = true,
                                .acfc = true,
                                .identification = {"MSRASV5.00"}};
    struct lcp_methods methods = {.require = {PPP_AUTH_MS_CHAP_V2, PPP_AUTH_PAP},
                                  .allow = {PPP_AUTH_MS_CHAP_V2},
                                  .require_count = 2,
                                  .allow_count = 1};
    struct entropy entropy = entropy_make(1, "fuzz");
    struct lcp lcp;
    lcp_init(&lcp, &link, &config, &methods, &entropy);
    fuzz_control_run(&lcp.control, data, size);
    assert(pool.in_use == 0);
    packet_pool_destroy(&pool);
    return 0;
}
