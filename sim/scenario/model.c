#include "scenario/model.h"

#include <string.h>

struct scenario_node *scenario_find_node(const struct scenario *scenario, const char *name)
{
    for (size_t i = 0; !scenario->nodes_by_name && i < scenario->node_count; i++) {
        if (strcmp(scenario->nodes[i].name, name) == 0)
            return &scenario->nodes[i];
    }
    size_t low = 0;
    size_t high = scenario->nodes_by_name ? scenario->node_count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(scenario->nodes_by_name[middle]->name, name);
        if (order == 0)
            return scenario->nodes_by_name[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

struct scenario_link *scenario_find_link(const struct scenario *scenario, const char *name)
{
    for (size_t i = 0; !scenario->links_by_name && i < scenario->link_count; i++) {
        if (strcmp(scenario->links[i].name, name) == 0)
            return &scenario->links[i];
    }
    size_t low = 0;
    size_t high = scenario->links_by_name ? scenario->link_count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(scenario->links_by_name[middle]->name, name);
        if (order == 0)
            return scenario->links_by_name[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

struct scenario_interface *scenario_find_interface(const struct scenario_node *node,
                                                   const char *name)
{
    for (size_t i = 0; i < node->interface_count; i++) {
        if (strcmp(node->interfaces[i].name, name) == 0)
            return &node->interfaces[i];
    }
    return NULL;
}

struct scenario_modem *scenario_find_modem(const struct scenario_node *node, const char *name)
{
    for (size_t i = 0; i < node->modem_count; i++) {
        if (strcmp(node->modems[i].name, name) == 0)
            return &node->modems[i];
    }
    return NULL;
}

bool scenario_kind_dials(enum scenario_node_kind kind)
{
    return kind == SCENARIO_VPN_CLIENT || kind == SCENARIO_VPN_SERVER || kind == SCENARIO_ISP_NAS;
}

struct scenario_connection *scenario_find_connection(const struct scenario_node *node,
                                                     const char *name)
{
    for (size_t i = 0; i < node->connection_count; i++) {
        if (strcmp(node->connections[i].name, name) == 0)
            return &node->connections[i];
    }
    return NULL;
}

const char *scenario_node_kind_text(enum scenario_node_kind kind)
{
    switch (kind) {
    case SCENARIO_HOST:
        return "host";
    case SCENARIO_ROUTER:
        return "router";
    case SCENARIO_SWITCH:
        return "switch";
    case SCENARIO_VPN_CLIENT:
        return "vpn-client";
    case SCENARIO_VPN_SERVER:
        return "vpn-server";
    case SCENARIO_ISP_NAS:
        return "isp-nas";
    case SCENARIO_NAT_ROUTER:
        return "nat-router";
    }
    return "?";
}

const char *scenario_profile_text(enum scenario_profile profile)
{
    switch (profile) {
    case SCENARIO_PROFILE_RFC:
        return "rfc";
    case SCENARIO_PROFILE_WINDOWS_95:
        return "windows-95";
    case SCENARIO_PROFILE_WINDOWS_98:
        return "windows-98";
    case SCENARIO_PROFILE_WINDOWS_NT4:
        return "windows-nt4";
    case SCENARIO_PROFILE_WINDOWS_2000:
        return "windows-2000";
    case SCENARIO_PROFILE_WINDOWS_XP:
        return "windows-xp";
    case SCENARIO_PROFILE_SERVER_2003_STANDARD:
        return "server-2003-standard";
    case SCENARIO_PROFILE_SERVER_2003_WEB:
        return "server-2003-web";
    case SCENARIO_PROFILE_SERVER_2008:
        return "server-2008";
    case SCENARIO_PROFILE_LINUX:
        return "linux";
    }
    return "?";
}

bool scenario_has_method(const struct scenario_authentication_list *list,
                         enum scenario_authentication method)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->methods[i] == method)
            return true;
    return false;
}

bool scenario_is_attached(const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->link_count; i++)
        for (unsigned side = 0; side < 2; side++)
            if (scenario->links[i].ends[side].attachment)
                return true;
    return false;
}

bool scenario_uses_tls(const struct scenario *scenario)
{
    /* Of a real caller only the server knows the secrets. */
    bool attached = scenario_is_attached(scenario);
    for (size_t i = 0; i < scenario->node_count; i++) {
        const struct scenario_node *node = &scenario->nodes[i];
        for (size_t j = 0; j < node->connection_count; j++)
            if (scenario_has_method(&node->connections[j].authentication,
                                    SCENARIO_AUTHENTICATION_EAP_TLS))
                return true;
        if (attached && node->server &&
            scenario_has_method(&node->server->authentication.methods,
                                SCENARIO_AUTHENTICATION_EAP_TLS))
            return true;
    }
    return false;
}

bool scenario_uses_ipsec(const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->node_count; i++)
        if (scenario->nodes[i].ipsec)
            return true;
    return false;
}
