#include "fuzz.h"
#include "fuzz_control.h"
#include "ppp/network/ipxcp.h"

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
    struct ipxcp_config config = {.enabled = true, .routing = IPXCP_ROUTING_RIP_SAP};
    /* The first octet chooses the role. */
    if (size > 0 && data[0] & 1) {
        config.network = 0x1234;
        config.node[5] = 1;
        config.peer_node[5] = 2;
        config.router_name = "ROUTER";
    } else {
        config.address_required = true;
    }
    struct ipxcp ipxcp;
    ipxcp_init(&ipxcp, &link, &config);
    fuzz_control_run(&ipxcp.control, size > 0 ? data + 1 : data, size > 0 ? size - 1 : 0);
    assert(pool.in_use == 0);
    packet_pool_destroy(&pool);
    return 0;
}
