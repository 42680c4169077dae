/* VPN connections of a client and what a VPN server offers. */
#include "scenario/parse.h"
#include "scenario/values.h"

#include <string.h>

static const char *const policy_names[] = {"none", "optional", "required", "maximum", NULL};
static const char *const strength_names[] = {"40", "56", "128", NULL};

static void parse_encryption(struct loader *loader, const xmlNode *element, const char *name,
                             struct scenario_encryption *encryption)
{
    unsigned indexes[3];
    size_t count;
    if (xml_attribute(element, name))
        encryption->policy = (enum scenario_encryption_policy)(
            SCENARIO_ENCRYPTION_NONE + element_index(loader, element, name, policy_names, 0));
    encryption->stateless = element_yes_no(loader, element, "stateless");
    const char *strengths = element_text(loader, element, "strengths");
    if (!strengths)
        return;
    if (!value_choices(strengths, strength_names, indexes, 3, &count)) {
        element_wrong_value(loader, element, "strengths");
        return;
    }
    for (size_t i = 0; i < count; i++)
        encryption->strengths |= 1u << indexes[i];
}

static const char *text_or_empty(struct loader *loader, const xmlNode *element, const char *name)
{
    const char *text = element_text(loader, element, name);
    return text ? text : "";
}

const xmlNode *parse_single(struct loader *loader, const xmlNode *element, const char *name)
{
    const xmlNode *first = NULL;
    for (xmlNode *child = xml_first_child(element); child; child = xml_next_sibling(child)) {
        if (!xml_is(child, name))
            continue;
        if (first)
            loader_error(loader, loader_position(loader, child),
                         "a second <%s>; expected at most one", name);
        else
            first = child;
    }
    return first;
}

static void parse_connection(struct loader *loader, const xmlNode *element,
                             const struct scenario_node *node,
                             struct scenario_connection *connection)
{
    connection->at = loader_position(loader, element);
    connection->name = element_text(loader, element, "name");
    connection->server = element_address(loader, element, "server");
    connection->port = (uint16_t)element_number(loader, element, "port", 0);
    connection->user = text_or_empty(loader, element, "user");
    connection->password = text_or_empty(loader, element, "password");
    parse_connection_authentication(loader, element, connection);
    parse_encryption(loader, element, "encryption", &connection->encryption);
    connection->default_route = element_is_yes(loader, element, "default-route");
    connection->echo_interval = element_duration(loader, element, "echo-interval", 0);
    connection->echo_timeout = element_duration(loader, element, "echo-timeout", 0);
    connection->connect_timeout = element_duration(loader, element, "connect-timeout", 0);
    connection->connect_retransmissions =
        (uint32_t)element_number(loader, element, "connect-retransmissions", 0);
    connection->data_retransmissions =
        (uint32_t)element_number(loader, element, "data-retransmissions", 0);
    connection->mtu = (uint32_t)element_number(loader, element, "mtu", 0);
    parse_dialling(loader, element, node, connection);
    parse_tunnel(loader, element, connection);
    const xmlNode *ppp = parse_single(loader, element, "ppp");
    if (ppp)
        parse_ppp(loader, ppp, false, &connection->ppp);
    check_multilink(loader, element, connection);
    check_callback(loader, element, connection);
    connection->validate_address = element_yes_no(loader, element, "validate-address");
}

void parse_connections(struct loader *loader, const xmlNode *element, struct scenario_node *node)
{
    size_t count = parse_count(element, "connection");
    struct element_name *names = loader_allocate(loader, count, sizeof *names);
    node->connections = loader_allocate(loader, count, sizeof *node->connections);
    if (!names || !node->connections)
        return;
    for (xmlNode *child = xml_first_child(element); child; child = xml_next_sibling(child)) {
        if (!xml_is(child, "connection"))
            continue;
        struct scenario_connection *connection = &node->connections[node->connection_count];
        parse_connection(loader, child, node, connection);
        if (!connection->name)
            return;
        names[node->connection_count] = (struct element_name){
            .name = connection->name, .at = connection->at, .order = node->connection_count};
        node->connection_count++;
    }
    element_check_unique(loader, names, count, "connection");
}

static void parse_users(struct loader *loader, const xmlNode *element,
                        const struct scenario_node *node)
{
    struct scenario_vpn_server *server = node->server;
    size_t count = parse_count(element, "user");
    struct element_name *names = loader_allocate(loader, count, sizeof *names);
    server->users = loader_allocate(loader, count, sizeof *server->users);
    if (!names || !server->users)
        return;
    for (xmlNode *child = xml_first_child(element); child; child = xml_next_sibling(child)) {
        if (!xml_is(child, "user"))
            continue;
        struct scenario_user *user = &server->users[server->user_count];
        user->at = loader_position(loader, child);
        user->name = element_text(loader, child, "name");
        user->password = element_text(loader, child, "password");
        user->account = parse_account(loader, child);
        user->address = element_address(loader, child, "address");
        user->session_limit = element_duration(loader, child, "session-limit", 0);
        parse_callback(loader, child, node, user);
        parse_networks_behind(loader, child, &user->networks);
        if (!user->name || !user->password)
            return;
        if (user->name[0] == '\0')
            loader_error(loader, user->at, "name=\"\" of <user>: expected a name");
        names[server->user_count] =
            (struct element_name){.name = user->name, .at = user->at, .order = server->user_count};
        server->user_count++;
    }
    element_check_unique(loader, names, count, "user");
}

static void parse_pools(struct loader *loader, const xmlNode *element,
                        struct scenario_vpn_server *server)
{
    server->pools =
        loader_allocate(loader, parse_count(element, "address-pool"), sizeof *server->pools);
    for (xmlNode *child = xml_first_child(element); child && server->pools;
         child = xml_next_sibling(child)) {
        if (!xml_is(child, "address-pool"))
            continue;
        struct scenario_address_pool *pool = &server->pools[server->pool_count++];
        pool->at = loader_position(loader, child);
        pool->from = element_address(loader, child, "from");
        pool->to = element_address(loader, child, "to");
    }
}

static void parse_pptp(struct loader *loader, const xmlNode *element,
                       struct scenario_pptp_server *pptp)
{
    static const char *const reply_addresses[] = {"called", "route", NULL};
    pptp->at = loader_position(loader, element);
    pptp->ports = (uint32_t)element_number(loader, element, "ports", 0);
    pptp->port = (uint16_t)element_number(loader, element, "port", 0);
    pptp->start_timeout = element_duration(loader, element, "start-timeout", 0);
    pptp->echo_interval = element_duration(loader, element, "echo-interval", 0);
    pptp->echo_timeout = element_duration(loader, element, "echo-timeout", 0);
    if (xml_attribute(element, "reply-from"))
        pptp->reply_from_route =
            element_index(loader, element, "reply-from", reply_addresses, 0) == 1 ? SCENARIO_YES
                                                                                  : SCENARIO_NO;
    pptp->validate_address = element_yes_no(loader, element, "validate-address");
    pptp->mtu = (uint32_t)element_number(loader, element, "mtu", 0);
    pptp->only_allowed = xml_attribute(element, "allow-from") != NULL;
    pptp->allowed = element_addresses(loader, element, "allow-from", &pptp->allowed_count);
}

void parse_vpn_server(struct loader *loader, const xmlNode *element, struct scenario_node *node)
{
    struct scenario_vpn_server *server = loader_allocate(loader, 1, sizeof *server);
    if (!server)
        return;
    node->server = server;
    const xmlNode *pptp = parse_single(loader, element, "pptp");
    if (pptp)
        parse_pptp(loader, pptp, &server->pptp);
    const xmlNode *authentication = parse_single(loader, element, "authentication");
    if (authentication)
        parse_server_authentication(loader, authentication, &server->authentication);
    const xmlNode *encryption = parse_single(loader, element, "encryption");
    if (encryption)
        parse_encryption(loader, encryption, "policy", &server->encryption);
    const xmlNode *ppp = parse_single(loader, element, "ppp");
    if (ppp)
        parse_ppp(loader, ppp, true, &server->ppp);
    parse_users(loader, element, node);
    parse_pools(loader, element, server);
    const xmlNode *name_servers = parse_single(loader, element, "name-servers");
    if (name_servers) {
        server->name_servers.at = loader_position(loader, name_servers);
        server->name_servers.dns = element_address(loader, name_servers, "dns");
        server->name_servers.dns2 = element_address(loader, name_servers, "dns2");
        server->name_servers.wins = element_address(loader, name_servers, "wins");
        server->name_servers.wins2 = element_address(loader, name_servers, "wins2");
    }
}
