/* Modems, what connections dial, and the networks behind the other end. */
#include "scenario/parse.h"
#include "scenario/suggest.h"
#include "scenario/values.h"

#include <string.h>

/* What a modem has when the scenario does not say. */
static const struct {
    uint64_t rate_bps;
    instant delay;
    instant connect_time;
} usual[] = {
    [SCENARIO_MODEM_ANALOG] = {33600, 25 * INSTANT_MILLISECOND, 20 * INSTANT_SECOND},
    [SCENARIO_MODEM_ISDN] = {64000, 5 * INSTANT_MILLISECOND, 2 * INSTANT_SECOND},
};

/* XON and XOFF, which software flow control takes away. */
#define FLOW_CONTROL_ACCM UINT32_C(0x000a0000)

static void parse_modem(struct loader *loader, const xmlNode *element, bool is_server,
                        struct scenario_modem *modem)
{
    static const char *const kinds[] = {"analog", "isdn", NULL};
    static const char *const flow_controls[] = {"hardware", "software", NULL};
    modem->at = loader_position(loader, element);
    modem->name = element_text(loader, element, "name");
    modem->number = element_text(loader, element, "number");
    modem->kind = (enum scenario_modem_kind)element_index(loader, element, "kind", kinds, 0);
    modem->rate_bps = xml_attribute(element, "rate") ? element_rate(loader, element, "rate")
                                                     : usual[modem->kind].rate_bps;
    modem->delay = element_duration(loader, element, "delay", usual[modem->kind].delay);
    modem->noise_ppm = element_probability(loader, element, "noise");
    modem->connect_time =
        element_duration(loader, element, "connect-time", usual[modem->kind].connect_time);
    modem->software_flow_control =
        element_index(loader, element, "flow-control", flow_controls, 0) == 1;
    const char *accm = element_text(loader, element, "accm");
    modem->accm = modem->software_flow_control ? FLOW_CONTROL_ACCM : 0;
    if (accm && !value_bits(accm, &modem->accm))
        element_wrong_value(loader, element, "accm");
    modem->address = element_address(loader, element, "address");
    modem->answers = is_server && element_yes_no(loader, element, "answers") != SCENARIO_NO;
    if (!is_server && element_yes_no(loader, element, "answers") == SCENARIO_YES)
        loader_error(loader, loader_attribute_position(loader, element, "answers"),
                     "answers=\"yes\" of <modem>: a vpn-client takes no calls; expected a "
                     "vpn-server or isp-nas");
}

void parse_modems(struct loader *loader, const xmlNode *element, struct scenario_node *node)
{
    size_t count = parse_count(element, "modem");
    size_t name_count = count + node->interface_count;
    struct element_name *names = loader_allocate(loader, name_count, sizeof *names);
    node->modems = loader_allocate(loader, count, sizeof *node->modems);
    if (!names || !node->modems)
        return;
    /* NODE:NAME may be an interface or a modem. */
    for (size_t i = 0; i < node->interface_count; i++)
        names[i] = (struct element_name){
            .name = node->interfaces[i].name, .at = node->interfaces[i].at, .order = i};
    for (xmlNode *child = xml_first_child(element); child; child = xml_next_sibling(child)) {
        if (!xml_is(child, "modem"))
            continue;
        struct scenario_modem *modem = &node->modems[node->modem_count];
        parse_modem(loader, child, node->kind != SCENARIO_VPN_CLIENT, modem);
        if (!modem->name)
            return;
        size_t order = node->interface_count + node->modem_count++;
        names[order] = (struct element_name){.name = modem->name, .at = modem->at, .order = order};
    }
    element_check_unique(loader, names, name_count, "interface or modem");
}

/* The modem called @wanted, which the attribute modem of @element names. */
static struct scenario_modem *named_modem(struct loader *loader, const xmlNode *element,
                                          const struct scenario_node *node, const char *wanted)
{
    struct scenario_modem *modem = scenario_find_modem(node, wanted);
    if (modem || loader_is_full(loader))
        return modem;
    struct suggestion suggestion = suggest_start(wanted);
    char text[SUGGESTION_TEXT_SIZE];
    for (size_t i = 0; i < node->modem_count; i++)
        suggest_consider(&suggestion, node->modems[i].name);
    loader_error(loader, loader_attribute_position(loader, element, "modem"),
                 "\"%s\" has no modem \"%s\"%s", node->name, wanted,
                 suggest_text(&suggestion, text));
    return NULL;
}

/* The modem that @element means without saying so: the machine's only one. */
static struct scenario_modem *only_modem(struct loader *loader, const xmlNode *element,
                                         const struct scenario_node *node)
{
    if (node->modem_count == 1)
        return &node->modems[0];
    loader_error(loader, loader_position(loader, element),
                 "\"%s\" has %zu modems; expected modem, which of them <%s> means", node->name,
                 node->modem_count, (const char *)element->name);
    return NULL;
}

/* The modems that a connection dials with; the schema has seen to their names being names. */
static void parse_modem_list(struct loader *loader, const xmlNode *element,
                             const struct scenario_node *node,
                             struct scenario_connection *connection)
{
    const char *text = element_text(loader, element, "modem");
    connection->modems = loader_allocate(loader, node->modem_count + 1, sizeof *connection->modems);
    if (!connection->modems)
        return;
    if (!text && (connection->modems[0] = only_modem(loader, element, node)))
        connection->modem_count = 1;
    for (const char *word; text && (word = element_word(loader, &text));) {
        struct scenario_modem *modem = named_modem(loader, element, node, word);
        bool repeated = false;
        for (size_t i = 0; modem && i < connection->modem_count; i++)
            repeated = repeated || connection->modems[i] == modem;
        if (repeated)
            loader_error(loader, loader_attribute_position(loader, element, "modem"),
                         "modem of <connection> names \"%s\" twice", word);
        else if (modem)
            connection->modems[connection->modem_count++] = modem;
    }
}

void parse_networks_behind(struct loader *loader, const xmlNode *element,
                           struct scenario_network_routes *networks)
{
    networks->routes =
        loader_allocate(loader, parse_count(element, "network"), sizeof *networks->routes);
    for (xmlNode *child = xml_first_child(element); child && networks->routes;
         child = xml_next_sibling(child)) {
        if (!xml_is(child, "network"))
            continue;
        struct scenario_network_route *route = &networks->routes[networks->count++];
        route->metric = (uint32_t)element_number(loader, child, "metric", 1);
        if (element_prefix(loader, child, "destination", &route->destination,
                           &route->prefix_length) &&
            (route->destination & ~ipv4_netmask(route->prefix_length)) != 0)
            loader_error(loader, loader_position(loader, child),
                         "destination=\"%s\" of <network> has bits behind its prefix; expected the "
                         "network's own address",
                         element_text(loader, child, "destination"));
    }
}

/* Attributes that make no sense on a connection of the other kind. */
static void refuse_attributes(struct loader *loader, const xmlNode *element,
                              const char *const *names, const char *kind)
{
    for (size_t i = 0; names[i]; i++)
        if (xml_attribute(element, names[i]))
            loader_error(loader, loader_attribute_position(loader, element, names[i]),
                         "%s of <connection> is not for a connection %s", names[i], kind);
}

void parse_dialling(struct loader *loader, const xmlNode *element, const struct scenario_node *node,
                    struct scenario_connection *connection)
{
    static const char *const only_vpn[] = {"echo-interval",        "echo-timeout",
                                           "connect-timeout",      "connect-retransmissions",
                                           "data-retransmissions", NULL};
    static const char *const only_dialup[] = {"modem", "callback-number", NULL};
    connection->phone_number = element_text(loader, element, "phone-number");
    connection->callback_number = element_text(loader, element, "callback-number");
    connection->address = element_address(loader, element, "address");
    connection->idle_disconnect = element_duration(loader, element, "idle-disconnect", 0);
    connection->demand_dial = element_is_yes(loader, element, "demand-dial");
    parse_networks_behind(loader, element, &connection->networks);
    bool has_server = xml_attribute(element, "server") != NULL;
    if (has_server == (connection->phone_number != NULL)) {
        loader_error(loader, connection->at,
                     "the connection \"%s\" must have either server or phone-number",
                     connection->name);
    } else if (connection->phone_number) {
        parse_modem_list(loader, element, node, connection);
        refuse_attributes(loader, element, only_vpn, "over a modem");
    } else {
        refuse_attributes(loader, element, only_dialup, "to a VPN server");
    }
}

void parse_callback(struct loader *loader, const xmlNode *element, const struct scenario_node *node,
                    struct scenario_user *user)
{
    const char *text = element_text(loader, element, "callback");
    if (!text || strcmp(text, "no") == 0)
        return;
    user->callback_by_caller = strcmp(text, "caller") == 0;
    user->callback_number = user->callback_by_caller ? NULL : text;
    bool answers = false;
    for (size_t i = 0; i < node->modem_count; i++)
        answers = answers || node->modems[i].answers;
    if (!answers)
        loader_error(
            loader, loader_attribute_position(loader, element, "callback"),
            "callback=\"%s\" of <user>: no modem of \"%s\" answers calls; expected one that does, "
            "or no callback",
            text, node->name);
    else if (node->server->ppp.callback == SCENARIO_NO)
        loader_error(
            loader, loader_attribute_position(loader, element, "callback"),
            "callback=\"%s\" of <user> cannot be with callback=\"no\" in the <ppp> of \"%s\"", text,
            node->name);
}

void check_callback(struct loader *loader, const xmlNode *element,
                    const struct scenario_connection *connection)
{
    if (connection->callback_number && connection->ppp.callback == SCENARIO_NO)
        loader_error(loader, loader_attribute_position(loader, element, "callback-number"),
                     "callback-number of <connection> cannot be with callback=\"no\" in its <ppp>");
}

void check_multilink(struct loader *loader, const xmlNode *element,
                     const struct scenario_connection *connection)
{
    if (connection->modem_count > 1 && connection->ppp.multilink != SCENARIO_YES)
        loader_error(loader, loader_attribute_position(loader, element, "modem"),
                     "the connection \"%s\" dials with %zu modems; expected multilink=\"yes\" in "
                     "its <ppp>, or one modem",
                     connection->name, connection->modem_count);
    if (connection->modem_count > SCENARIO_BUNDLE_MODEMS)
        loader_error(loader, loader_attribute_position(loader, element, "modem"),
                     "the connection \"%s\" dials with %zu modems; expected at most %d",
                     connection->name, connection->modem_count, SCENARIO_BUNDLE_MODEMS);
}

void parse_set_modem(struct loader *loader, const xmlNode *element,
                     struct scenario_action_set_modem *set)
{
    set->node = parse_node_reference(loader, element, "node");
    if (!set->node)
        return;
    const char *name = element_text(loader, element, "modem");
    set->modem = name ? named_modem(loader, element, set->node, name)
                      : only_modem(loader, element, set->node);
    set->has_noise = xml_attribute(element, "noise");
    set->noise_ppm = element_probability(loader, element, "noise");
    set->plugged = element_yes_no(loader, element, "plugged");
    set->looped = element_yes_no(loader, element, "looped");
    if (!set->has_noise && set->plugged == SCENARIO_UNSET && set->looped == SCENARIO_UNSET)
        loader_error(loader, loader_position(loader, element),
                     "<set-modem> changes nothing; expected noise, plugged or looped");
}
