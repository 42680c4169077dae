#include "fuzz.h"
#include "fuzz_control.h"
#include "ppp/network/ipv6cp.h"

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
    struct ipv6cp_config config = {.enabled = true};
    /* The first octet chooses the role. */
    if (size > 0 && data[0] & 1)
        config.identifier = 0x1111;
    struct entropy entropy = entropy_make(1, "fuzz");
    struct ipv6cp ipv6cp;
    ipv6cp_init(&ipv6cp, &link, &config, &entropy);
    fuzz_control_run(&ipv6cp.control, size > 0 ? data + 1 : data, size > 0 ? size - 1 : 0);
    assert(pool.in_use == 0);
    packet_pool_destroy(&pool);
    return 0;
}
