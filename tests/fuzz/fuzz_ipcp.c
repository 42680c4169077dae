#include "fuzz.h"
#include "fuzz_control.h"
#include "ppp/network/ipcp.h"

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
    struct ipcp_config config = {.ask_servers = {true, true, true, true},
                                 .servers = {0x0a000081, 0, 0x0a000083, 0},
                                 .peer_address = 0x0a000002};
    /* The first octet chooses the role. */
    config.local_address = size > 0 && data[0] & 1 ? 0x0a000001 : IPV4_ANY;
    struct ipcp ipcp;
    ipcp_init(&ipcp, &link, &config);
    fuzz_control_run(&ipcp.control, size > 0 ? data + 1 : data, size > 0 ? size - 1 : 0);
    assert(pool.in_use == 0);
    packet_pool_destroy(&pool);
    return 0;
}
