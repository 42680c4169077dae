#include "capture/capture_filter.h"
#include "nodes/node_trace.h"
#include "scenario/build.h"

#include <stddef.h>

static bool filter_compiles(void *context, const struct scenario_capture *point, const char *filter,
                            char *message, size_t message_size)
{
    (void)context;
    struct capture_filter *compiled;
    int link_type = point ? run_link_type(NULL, point) : CAPTURE_ETHERNET;
    if (capture_filter_compile(filter, link_type, &compiled, message, message_size) != STATUS_OK)
        return false;
    capture_filter_destroy(compiled);
    return true;
}

const struct scenario_vocabulary *run_vocabulary(void)
{
    static const struct scenario_layer layers[] = {
        {SCENARIO_VPN_CLIENT, "ppp"},
        {SCENARIO_VPN_SERVER, "ppp"},
        {SCENARIO_ISP_NAS, "ppp"},
        {.name = NULL},
    };
    static const struct scenario_vocabulary vocabulary = {
        .events = node_trace_tables,
        .layers = layers,
        .filter_compiles = filter_compiles,
    };
    return &vocabulary;
}
