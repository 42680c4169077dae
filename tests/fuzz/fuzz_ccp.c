#include "fuzz.h"
#include "fuzz_control.h"
#include "ppp/ccp.h"

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
                                    .peer_mru = 1400};
    uint8_t choice = size > 0 ? data[0] : 0;
    struct ccp_config config = {.enabled = true,
                                .required = choice & 1,
                                .strengths = choice & CCP_MPPE_STRENGTHS,
                                .stateless = choice & 2,
                                .compress = choice & 4};
    struct mppe_start_keys keys = {.send = {1}, .receive = {2}};
    struct ccp ccp;
    ccp_init(&ccp, &link, &config);
    ccp_set_keys(&ccp, NULL, &keys);
    fuzz_control_run(&ccp.control, size > 0 ? data + 1 : data, size > 0 ? size - 1 : 0);
    assert(pool.in_use == 0);
    packet_pool_destroy(&pool);
    return 0;
}
