#include "capture/capture_filter.h"
#include "nodes/node_trace.h"
#include "run/build.h"
#include "scenario/states.h"

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

/* What the layers show, from above to below; see nodes/tunnel_watch.h. */
#define INNER "the IP datagrams of the tunnel interfaces, as raw IP"
#define PPP                                                                                        \
    "the PPP frames before compression and encryption, with complete header, also of dial-up "     \
    "lines"
#define MPPE "the PPP frames of the tunnels as PPTP or L2TP carries them"
#define GRE                                                                                        \
    "the GRE packets of the tunnels, as exported PDUs of Wireshark; a filter sees them as "        \
    "link[N:M]"
#define IPSEC                                                                                      \
    "the IP datagrams before IPsec protects them and after it has opened them, as raw IP; only "   \
    "of machines with <ipsec>"
#define L2TP                                                                                       \
    "the L2TP messages of the tunnels, as exported PDUs of Wireshark; a filter sees them as "      \
    "link[N:M]"
#define LINE "the PPP frames of the dial-up lines as they are handed to the modem"
#define IP   "the IP datagrams that TCP/IP takes from any interface or gives to it, as raw IP"

const struct scenario_vocabulary *run_vocabulary(void)
{
    static const struct scenario_layer layers[] = {
        {SCENARIO_HOST, "ip", IP},
        {SCENARIO_HOST, "before-ipsec", IPSEC},
        {SCENARIO_ROUTER, "before-ipsec", IPSEC},
        {SCENARIO_NAT_ROUTER, "before-ipsec", IPSEC},
        {SCENARIO_VPN_CLIENT, "before-ipsec", IPSEC},
        {SCENARIO_VPN_SERVER, "before-ipsec", IPSEC},
        {SCENARIO_ISP_NAS, "before-ipsec", IPSEC},
        {SCENARIO_ROUTER, "ip", IP},
        {SCENARIO_NAT_ROUTER, "ip", IP},
        {SCENARIO_VPN_CLIENT, "inner", INNER},
        {SCENARIO_VPN_CLIENT, "ppp", PPP},
        {SCENARIO_VPN_CLIENT, "mppe", MPPE},
        {SCENARIO_VPN_CLIENT, "gre", GRE},
        {SCENARIO_VPN_CLIENT, "l2tp", L2TP},
        {SCENARIO_VPN_CLIENT, "ip", IP},
        {SCENARIO_VPN_CLIENT, "line", LINE},
        {SCENARIO_VPN_SERVER, "inner", INNER},
        {SCENARIO_VPN_SERVER, "ppp", PPP},
        {SCENARIO_VPN_SERVER, "mppe", MPPE},
        {SCENARIO_VPN_SERVER, "gre", GRE},
        {SCENARIO_VPN_SERVER, "l2tp", L2TP},
        {SCENARIO_VPN_SERVER, "ip", IP},
        {SCENARIO_VPN_SERVER, "line", LINE},
        {SCENARIO_ISP_NAS, "ppp", PPP},
        {SCENARIO_ISP_NAS, "ip", IP},
        {SCENARIO_ISP_NAS, "line", LINE},
        {.name = NULL},
    };
    static const struct scenario_vocabulary vocabulary = {
        .events = node_trace_tables,
        .layers = layers,
        .states = scenario_states,
        .filter_compiles = filter_compiles,
    };
    return &vocabulary;
}
