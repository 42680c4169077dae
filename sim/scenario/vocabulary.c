#include "capture/capture_filter.h"
#include "gre/gre_trace.h"
#include "inet/inet_trace.h"
#include "inet/tcp_trace.h"
#include "net/link.h"
#include "nodes/host_stack.h"
#include "nodes/node_trace.h"
#include "ppp/ppp_auth.h"
#include "ppp/ppp_trace.h"
#include "pptp/pptp_trace.h"
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
    static const struct trace_declaration *const events[] = {
        node_trace_declarations,     pptp_trace_declarations,
        gre_trace_declarations,      ppp_trace_declarations,
        ppp_auth_trace_declarations, tcp_trace_declarations,
        inet_trace_declarations,     host_stack_trace_declarations,
        link_trace_declarations,     NULL,
    };
    static const struct scenario_layer layers[] = {
        {SCENARIO_VPN_CLIENT, "ppp"},
        {SCENARIO_VPN_SERVER, "ppp"},
        {.name = NULL},
    };
    static const struct scenario_vocabulary vocabulary = {
        .events = events,
        .layers = layers,
        .filter_compiles = filter_compiles,
    };
    return &vocabulary;
}
