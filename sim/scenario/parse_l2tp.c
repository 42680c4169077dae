/* L2TP of machines and connections, and which type of tunnel a connection has. */
#include "scenario/parse.h"
#include "scenario/values.h"

static uint32_t number_or_unset(struct loader *loader, const xmlNode *element, const char *name)
{
    return (uint32_t)element_number(loader, element, name, SCENARIO_L2TP_UNSET);
}

/* The secret is what proves and hides. */
static void check_secret(struct loader *loader, const xmlNode *element,
                         const struct scenario_l2tp *l2tp)
{
    const char *name = l2tp->challenge == SCENARIO_YES ? "challenge" : "hide-avps";
    if (!l2tp->secret && (l2tp->challenge == SCENARIO_YES || l2tp->hide_avps))
        loader_error(loader, loader_attribute_position(loader, element, name),
                     "%s=\"%s\" of <l2tp> needs a secret; expected secret, too", name,
                     element_text(loader, element, name));
}

/* A UDP port serves one. */
static void check_port(struct loader *loader, const struct scenario_node *node)
{
    for (size_t i = 0; i < node->service_count; i++) {
        const struct scenario_service *service = &node->services[i];
        if (service->protocol == SCENARIO_SERVICE_UDP && service->port == node->l2tp.port)
            loader_error(loader, service->at, "the port %u of \"%s\" is that of <l2tp> already",
                         service->port, node->name);
    }
}

void parse_l2tp(struct loader *loader, const xmlNode *element, struct scenario_node *node)
{
    static const char *const mismatches[] = {"reject-call", "ignore", "close-tunnel", NULL};
    static const char *const hidings[] = {"no", "calls", "yes", NULL};
    const xmlNode *child = parse_single(loader, element, "l2tp");
    struct scenario_l2tp *l2tp = &node->l2tp;
    if (!child)
        return;
    l2tp->at = loader_position(loader, child);
    l2tp->ports = (uint32_t)element_number(loader, child, "ports", 0);
    l2tp->mtu = (uint32_t)element_number(loader, child, "mtu", 0);
    l2tp->port = (uint16_t)element_number(loader, child, "port", 0);
    l2tp->first_tunnel_id = (uint16_t)element_number(loader, child, "first-tunnel-id", 0);
    l2tp->first_session_id = (uint16_t)element_number(loader, child, "first-session-id", 0);
    l2tp->host_name = element_text(loader, child, "host-name");
    l2tp->secret = element_text(loader, child, "secret");
    l2tp->challenge = element_yes_no(loader, child, "challenge");
    l2tp->tie_breaker = element_yes_no(loader, child, "tie-breaker");
    l2tp->data_sequencing = element_yes_no(loader, child, "data-sequencing");
    l2tp->hide_avps =
        (enum scenario_l2tp_hiding)element_index(loader, child, "hide-avps", hidings, 0);
    l2tp->hello_interval = element_duration(loader, child, "hello-interval", INSTANT_NEVER);
    l2tp->acknowledge_delay = element_duration(loader, child, "acknowledge-delay", INSTANT_NEVER);
    l2tp->retransmit_interval =
        element_duration(loader, child, "retransmit-interval", INSTANT_NEVER);
    l2tp->retransmit_cap = element_duration(loader, child, "retransmit-cap", INSTANT_NEVER);
    l2tp->retransmissions = (uint32_t)element_number(loader, child, "retransmissions", 0);
    l2tp->receive_window = number_or_unset(loader, child, "receive-window");
    l2tp->out_of_order_limit = number_or_unset(loader, child, "out-of-order-limit");
    l2tp->reorder_limit = number_or_unset(loader, child, "reorder-limit");
    l2tp->payload_receive_window = number_or_unset(loader, child, "payload-receive-window");
    if (xml_attribute(child, "framing-mismatch"))
        l2tp->framing_mismatch = (enum scenario_l2tp_framing_mismatch)(
            SCENARIO_L2TP_MISMATCH_REJECT_CALL +
            element_index(loader, child, "framing-mismatch", mismatches, 0));
    l2tp->ipsec = element_yes_no(loader, child, "ipsec");
    check_secret(loader, child, l2tp);
    check_port(loader, node);
}

static bool has_type(const struct scenario_connection *connection, enum scenario_tunnel_type type)
{
    for (size_t i = 0; i < connection->type_count; i++)
        if (connection->types[i] == type)
            return true;
    return false;
}

/* Attributes that say something of PPTP. */
static void check_pptp_attributes(struct loader *loader, const xmlNode *element)
{
    static const char *const names[] = {"echo-interval", "echo-timeout", "connect-retransmissions",
                                        "data-retransmissions", "validate-address"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (xml_attribute(element, names[i]))
            loader_error(loader, loader_attribute_position(loader, element, names[i]),
                         "%s of <connection> is not for a connection by L2TP", names[i]);
}

static void parse_call(struct loader *loader, const xmlNode *element,
                       struct scenario_l2tp_call *call)
{
    static const char *const directions[] = {"incoming", "outgoing", NULL};
    static const char *const uses[] = {"shared", "own", NULL};
    static const char *const framings[] = {"synchronous", "asynchronous", NULL};
    call->at = loader_position(loader, element);
    call->port = (uint16_t)element_number(loader, element, "port", 0);
    call->outgoing = element_index(loader, element, "call", directions, 0) == 1;
    call->own_tunnel = element_index(loader, element, "tunnel", uses, 0) == 1;
    call->secret = element_text(loader, element, "secret");
    call->sequencing = element_is_yes(loader, element, "sequencing");
    call->asynchronous = element_index(loader, element, "framing", framings, 0) == 1;
}

void parse_tunnel(struct loader *loader, const xmlNode *element,
                  struct scenario_connection *connection)
{
    static const char *const types[] = {"pptp", "l2tp", NULL};
    unsigned indexes[SCENARIO_TUNNEL_TYPES];
    const char *text = element_text(loader, element, "type");
    const xmlNode *l2tp = parse_single(loader, element, "l2tp");
    if (!text)
        return;
    if (!value_choices(text, types, indexes, SCENARIO_TUNNEL_TYPES, &connection->type_count)) {
        element_wrong_value(loader, element, "type");
        return;
    }
    for (size_t i = 0; i < connection->type_count; i++)
        connection->types[i] = (enum scenario_tunnel_type)indexes[i];
    if (!has_type(connection, SCENARIO_TUNNEL_PPTP))
        check_pptp_attributes(loader, element);
    if (l2tp)
        parse_call(loader, l2tp, &connection->l2tp);
    bool by_l2tp = has_type(connection, SCENARIO_TUNNEL_L2TP);
    connection->ipsec = element_yes_no(loader, element, "ipsec");
    if (connection->ipsec == SCENARIO_YES && !by_l2tp)
        loader_error(loader, loader_attribute_position(loader, element, "ipsec"),
                     "ipsec of <connection> is only for one by L2TP; expected type=\"l2tp\"");
    if (connection->phone_number && by_l2tp)
        loader_error(loader, loader_attribute_position(loader, element, "type"),
                     "type of <connection> is not for a connection over a modem");
    else if (l2tp && !by_l2tp)
        loader_error(loader, connection->l2tp.at,
                     "<l2tp> of the connection \"%s\" is only for one by L2TP; expected "
                     "type=\"l2tp\", or no <l2tp>",
                     connection->name);
}
