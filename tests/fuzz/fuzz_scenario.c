/* The whole loader over any octets: it ends in a model or in diagnostics, never in between. */
#include "fuzz.h"

#include "scenario/scenario_xml.h"

#include <assert.h>
#include <string.h>

/* Stands for libpcap, which is not what is tested here. */
static bool filter_compiles(void *context, const struct scenario_capture *point, const char *filter,
                            char *message, size_t message_size)
{
    (void)context;
    (void)point;
    if (strcmp(filter, "wrong") != 0)
        return true;
    if (message_size > 0)
        message[0] = '\0';
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct trace_declaration declarations[] = {
        {"dial.connected", "connection address", "It is up."}, {NULL, NULL, NULL}};
    static const struct trace_declaration *const events[] = {declarations, NULL};
    static const struct scenario_layer layers[] = {{SCENARIO_VPN_CLIENT, "ppp", "PPP frames"},
                                                   {.name = NULL}};
    static const struct scenario_vocabulary vocabulary = {
        .events = events, .layers = layers, .filter_compiles = filter_compiles};
    static const char *const overrides[] = {"delay=1s"};
    const struct scenario_load_options options = {
        .vocabulary = &vocabulary, .overrides = overrides, .override_count = size % 2};
    struct scenario *scenario;
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics);
    enum status status = scenario_load_memory("fuzz.xml", (const char *)data, size, &options,
                                              &scenario, &diagnostics);
    assert((status == STATUS_OK) == (scenario != NULL));
    assert((status == STATUS_OK) == (diagnostics_total(&diagnostics) == 0));
    for (size_t i = 0; i < diagnostics.count; i++)
        assert(strcmp(diagnostics.items[i].at.file, "fuzz.xml") == 0);
    if (scenario) {
        /* What the builder relies on. */
        assert(scenario->expectation_count > 0);
        for (size_t i = 0; i < scenario->link_count; i++)
            assert(scenario->links[i].ends[0].interface && scenario->links[i].ends[1].interface);
        for (size_t i = 0; i < scenario->node_count; i++)
            for (size_t j = 0; j < scenario->nodes[i].interface_count; j++)
                assert(scenario->nodes[i].interfaces[j].link);
    }
    scenario_free(scenario);
    diagnostics_destroy(&diagnostics);
    return 0;
}
