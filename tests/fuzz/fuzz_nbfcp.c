#include "fuzz.h"
#include "fuzz_control.h"
#include "ppp/network/nbfcp.h"

static uint8_t check_name(void *context, const struct nbfcp_name *name)
{
    (void)context;
    char text[24];
    assert(strlen(nbfcp_name_print(name, text)) < sizeof text);
    return name->octets[0] & 1 ? NBFCP_ADDED : NBFCP_IN_USE_REMOTE;
}

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
    struct nbfcp_config config = {.enabled = true, .tell_peer = true, .multicast = true};
    /* The first octet chooses the role. */
    if (size > 0 && data[0] & 1) {
        config.check_name = check_name;
        config.mac_required = true;
    } else {
        for (unsigned i = 0; i < NBFCP_NAMES; i++)
            config.names[config.name_count++] =
                nbfcp_name_make("NAME", (uint8_t)i, NBFCP_NAME_UNIQUE);
        config.names_required = true;
        config.multicast_period_s = NBFCP_PERIOD_UNKNOWN;
    }
    struct nbfcp nbfcp;
    nbfcp_init(&nbfcp, &link, &config);
    fuzz_control_run(&nbfcp.control, size > 0 ? data + 1 : data, size > 0 ? size - 1 : 0);
    assert(pool.in_use == 0);
    packet_pool_destroy(&pool);
    return 0;
}
