#include "host/host.h"
#include "host/host_stack_ipv6.h"
#include "host/tcp_server.h"
#include "host/udp_server.h"
#include "net/ethernet_switch.h"
#include "nodes/l2tp/rras_l2tp.h"
#include "nodes/nat_router.h"
#include "nodes/profile.h"
#include "nodes/rras_server.h"
#include "nodes/vpn_client.h"
#include "run/build_internal.h"

#include <stdio.h>
#include <string.h>

/* A gateway's default route; a tunnel's has a lower metric and so wins while it is up. */
#define GATEWAY_METRIC 1

/*
 * An adapter's address that depends on the names alone, so that neither another node nor another
 * seed changes it: locally administered, unicast.
 */
static void choose_mac(const struct scenario_node *node, const struct scenario_interface *interface,
                       uint8_t mac[6])
{
    char name[256];
    snprintf(name, sizeof name, "mac %s:%s", node->name, interface->name);
    struct entropy entropy = entropy_make(0, name);
    entropy_fill(&entropy, mac, 6);
    mac[0] = 0x02;
}

static enum status build_ipv6_interface(const struct scenario_interface *wanted, struct host *host,
                                        struct stack_interface *interface)
{
    static const struct ip_address any = {.version = 6};
    if (wanted->ipv6.version == 0)
        return STATUS_OK;
    enum status status = host_stack_ipv6_add_address(&host->stack, interface, &wanted->ipv6,
                                                     wanted->ipv6_prefix_length);
    if (status != STATUS_OK || wanted->ipv6_gateway.version == 0)
        return status;
    return host_stack_ipv6_add_route(&host->stack, &any, 0, &wanted->ipv6_gateway, interface,
                                     GATEWAY_METRIC);
}

static enum status build_interfaces(struct run *run, const struct scenario_node *node,
                                    struct host *host)
{
    (void)run;
    for (size_t i = 0; i < node->interface_count; i++) {
        const struct scenario_interface *wanted = &node->interfaces[i];
        uint8_t mac[6];
        if (wanted->has_mac)
            memcpy(mac, wanted->mac, sizeof mac);
        else
            choose_mac(node, wanted, mac);
        uint32_t mtu = wanted->mtu ? wanted->mtu : wanted->link->mtu;
        struct stack_interface *interface = host_stack_add_ethernet(
            &host->stack, wanted->name, mac, wanted->address, wanted->prefix_length, (uint16_t)mtu);
        if (!interface)
            return STATUS_NO_MEMORY;
        if (wanted->gateway != IPV4_ANY &&
            host_stack_add_route(&host->stack, IPV4_ANY, 0, wanted->gateway, interface,
                                 GATEWAY_METRIC) != STATUS_OK)
            return STATUS_NO_MEMORY;
        enum status status = build_ipv6_interface(wanted, host, interface);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status build_ipv4_route(const struct scenario_route *wanted, struct host *host,
                                    struct stack_interface *interface)
{
    ipv4_address destination = ip_address_to_ipv4(&wanted->destination);
    if (wanted->unreachable)
        return host_stack_add_unreachable(&host->stack, destination, wanted->prefix_length,
                                          wanted->metric);
    return host_stack_add_route(&host->stack, destination, wanted->prefix_length,
                                ip_address_to_ipv4(&wanted->via), interface, wanted->metric);
}

static enum status build_ipv6_route(const struct scenario_route *wanted, struct host *host,
                                    struct stack_interface *interface)
{
    if (wanted->unreachable)
        return host_stack_ipv6_add_unreachable(&host->stack, &wanted->destination,
                                               wanted->prefix_length, wanted->metric);
    return host_stack_ipv6_add_route(&host->stack, &wanted->destination, wanted->prefix_length,
                                     wanted->via.version != 0 ? &wanted->via : NULL, interface,
                                     wanted->metric);
}

static enum status build_routes(struct run *run, const struct scenario_node *node,
                                struct host *host)
{
    for (size_t i = 0; i < node->route_count; i++) {
        const struct scenario_route *wanted = &node->routes[i];
        struct stack_interface *interface =
            wanted->interface ? host_stack_find_interface(&host->stack, wanted->interface->name)
                              : NULL;
        enum status status = wanted->destination.version == 6
                                 ? build_ipv6_route(wanted, host, interface)
                                 : build_ipv4_route(wanted, host, interface);
        if (status != STATUS_OK)
            return build_error(run, wanted->at, "the route of node \"%s\" cannot be added: %s",
                               node->name, status_text(status));
    }
    return STATUS_OK;
}

static enum status build_services(const struct scenario_node *node, struct host *host)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < node->service_count && status == STATUS_OK; i++) {
        const struct scenario_service *wanted = &node->services[i];
        bool echo = wanted->mode == SCENARIO_SERVICE_ECHO;
        status = wanted->protocol == SCENARIO_SERVICE_TCP
                     ? tcp_server_add(host, wanted->port, echo)
                     : udp_server_add(host, wanted->port, echo);
    }
    return status;
}

struct ccp_config build_encryption(const struct scenario_encryption *wanted,
                                   enum scenario_encryption_policy unset)
{
    enum scenario_encryption_policy policy =
        wanted->policy == SCENARIO_ENCRYPTION_UNSET ? unset : wanted->policy;
    struct ccp_config config = {
        .enabled = policy != SCENARIO_ENCRYPTION_NONE,
        .required = policy == SCENARIO_ENCRYPTION_REQUIRED || policy == SCENARIO_ENCRYPTION_MAXIMUM,
        .stateless = wanted->stateless != SCENARIO_NO,
    };
    unsigned strengths = wanted->strengths;
    if (policy == SCENARIO_ENCRYPTION_NONE)
        return config;
    if (policy == SCENARIO_ENCRYPTION_MAXIMUM)
        strengths = SCENARIO_STRENGTH_128;
    else if (strengths == 0)
        strengths = SCENARIO_STRENGTH_40 | SCENARIO_STRENGTH_56 | SCENARIO_STRENGTH_128;
    if (strengths & SCENARIO_STRENGTH_40)
        config.strengths |= CCP_MPPE_40;
    if (strengths & SCENARIO_STRENGTH_56)
        config.strengths |= CCP_MPPE_56;
    if (strengths & SCENARIO_STRENGTH_128)
        config.strengths |= CCP_MPPE_128;
    return config;
}

bool build_choice(enum scenario_choice choice, bool otherwise)
{
    return choice == SCENARIO_UNSET ? otherwise : choice == SCENARIO_YES;
}

static enum ppp_choice ppp_choice_of(enum scenario_choice choice)
{
    if (choice == SCENARIO_UNSET)
        return PPP_CHOICE_PROFILE;
    return choice == SCENARIO_YES ? PPP_CHOICE_YES : PPP_CHOICE_NO;
}

struct ppp_settings build_ppp(const struct scenario_ppp *wanted)
{
    unsigned networks = wanted->networks ? wanted->networks : SCENARIO_NETWORK_IP;
    return (struct ppp_settings){
        .no_ip = !(networks & SCENARIO_NETWORK_IP),
        .ipx = networks & SCENARIO_NETWORK_IPX,
        .netbeui = networks & SCENARIO_NETWORK_NETBEUI,
        .appletalk = networks & SCENARIO_NETWORK_APPLETALK,
        .ipv6 = networks & SCENARIO_NETWORK_IPV6,
        .ipx_network = wanted->ipx_network,
        .pfc = ppp_choice_of(wanted->pfc),
        .acfc = ppp_choice_of(wanted->acfc),
        .callback = ppp_choice_of(wanted->callback),
        .multilink = ppp_choice_of(wanted->multilink),
        .short_sequence = wanted->short_sequence,
        .compression = wanted->compression,
        .vj = wanted->vj,
        .encryption_not_enforced = wanted->encryption_not_enforced,
        .restart_ms = (uint32_t)(wanted->restart_timer / INSTANT_MILLISECOND),
        .echo_interval_ms = (uint32_t)(wanted->echo_interval / INSTANT_MILLISECOND),
        .echo_failures = (uint8_t)wanted->echo_failures,
    };
}

static enum status build_client(struct run *run, const struct scenario_node *node,
                                const struct node_profile *profile, struct node **built)
{
    struct vpn_client *client = vpn_client_create(&run->simulation, node->name, profile);
    if (!client)
        return STATUS_NO_MEMORY;
    *built = &client->host.node;
    client->host.stack.config.forwarding = node->forwarding;
    return build_dialling(run, node, &client->host, &client->dialer);
}

/* Callers can only be called back if CBCP is spoken. */
static bool calls_back(const struct scenario_vpn_server *server)
{
    for (size_t i = 0; i < server->user_count; i++)
        if (server->users[i].callback_by_caller || server->users[i].callback_number)
            return true;
    return false;
}

static enum status build_user(struct run *run, const struct scenario_user *wanted,
                              struct rras_server *server)
{
    const struct rras_user user = {
        .name = wanted->name,
        .password = wanted->password,
        .error = build_account(wanted->account),
        .address = wanted->address,
        .session_limit = wanted->session_limit,
        .callback_by_caller = wanted->callback_by_caller,
        .callback_number = wanted->callback_number,
        .routes = build_networks(run, &wanted->networks),
        .route_count = wanted->networks.count,
    };
    return user.routes ? rras_server_add_user(server, &user) : STATUS_NO_MEMORY;
}

static struct rras_pptp_config build_pptp(const struct scenario_pptp_server *wanted,
                                          const struct node_profile *profile)
{
    return (struct rras_pptp_config){
        .ports = wanted->at.file ? (uint16_t)wanted->ports : 0,
        .tcp_port = wanted->port,
        .echo_idle_ms = (uint32_t)(wanted->echo_interval / INSTANT_MILLISECOND),
        .echo_reply_ms = (uint32_t)(wanted->echo_timeout / INSTANT_MILLISECOND),
        .mtu = (uint16_t)wanted->mtu,
        .start_ms = (uint32_t)(wanted->start_timeout / INSTANT_MILLISECOND),
        .only_allowed = wanted->only_allowed,
        .allowed = wanted->allowed,
        .allowed_count = wanted->allowed_count,
        .validate_address = build_choice(wanted->validate_address, profile->validates_address),
        .gre_from_route = build_choice(wanted->reply_from_route, profile->gre_from_route),
    };
}

static enum status build_server(struct run *run, const struct scenario_node *node,
                                const struct node_profile *profile, struct node **built)
{
    const struct scenario_vpn_server *wanted = node->server;
    bool nas = node->kind == SCENARIO_ISP_NAS;
    const struct node_class *class = nas ? &isp_nas_class : &rras_server_class;
    struct rras_server_config config = {
        .pptp = build_pptp(&wanted->pptp, profile),
        .ppp = build_ppp(&wanted->ppp),
        .encryption = build_encryption(&wanted->encryption, nas ? SCENARIO_ENCRYPTION_NONE
                                                                : SCENARIO_ENCRYPTION_OPTIONAL),
        .name_servers = {[IPCP_DNS1] = wanted->name_servers.dns,
                         [IPCP_DNS2] = wanted->name_servers.dns2,
                         [IPCP_NBNS1] = wanted->name_servers.wins,
                         [IPCP_NBNS2] = wanted->name_servers.wins2},
    };
    if (calls_back(wanted))
        config.ppp.callback = PPP_CHOICE_YES;
    enum status status = build_server_authentication(run, node, profile, &config);
    if (status != STATUS_OK)
        return status;
    struct rras_server *server =
        rras_server_create(&run->simulation, class, node->name, profile, &config);
    if (!server)
        return STATUS_NO_MEMORY;
    *built = &server->host.node;
    server->host.stack.config.forwarding = node->forwarding;
    for (size_t i = 0; i < wanted->user_count && status == STATUS_OK; i++)
        status = build_user(run, &wanted->users[i], server);
    for (size_t i = 0; i < wanted->pool_count && status == STATUS_OK; i++)
        status = rras_server_add_pool(server, wanted->pools[i].from, wanted->pools[i].to);
    if (status == STATUS_OK)
        status = build_dialling(run, node, &server->host, &server->dialer);
    if (status == STATUS_OK && node->l2tp.ports > 0) {
        const struct rras_l2tp_config l2tp = {.ports = (uint16_t)node->l2tp.ports,
                                              .mtu = (uint16_t)node->l2tp.mtu};
        status = rras_server_add_l2tp(server, &l2tp);
    }
    return status == STATUS_OK ? build_answering(node, server) : status;
}

static enum status build_host(struct run *run, const struct scenario_node *node,
                              const struct node_profile *profile, struct node **built)
{
    struct host_stack_config config = profile_stack(profile, node->forwarding);
    struct host *host =
        host_create(&run->simulation, node->kind == SCENARIO_ROUTER ? &router_class : &host_class,
                    node->name, &config);
    if (!host)
        return STATUS_NO_MEMORY;
    host->tcp_options = profile_tcp(profile);
    *built = &host->node;
    return STATUS_OK;
}

static enum status build_nat(struct run *run, const struct scenario_node *node,
                             const struct node_profile *profile, struct node **built)
{
    const struct scenario_nat *wanted = node->nat;
    const struct host_stack_config stack = profile_stack(profile, true);
    struct nat_config config = nat_default_config();
    config.udp_timeout = wanted->udp_timeout;
    config.tcp_timeout = wanted->tcp_timeout;
    config.icmp_timeout = wanted->icmp_timeout;
    config.other_timeout = wanted->other_timeout;
    config.first_port = wanted->ports.first;
    config.last_port = wanted->ports.last;
    config.preserve_ports = wanted->preserve_ports;
    struct nat_router *router = nat_router_create(&run->simulation, node->name, &stack, &config);
    if (!router)
        return STATUS_NO_MEMORY;
    *built = &router->host.node;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < wanted->publication_count && status == STATUS_OK; i++) {
        const struct scenario_publication *p = &wanted->publications[i];
        status = nat_publish(&router->table, p->protocol, p->port, p->inside, p->inside_port);
        if (status == STATUS_NO_ROOM)
            status = build_error(run, p->at, "\"%s\" publishes the same twice", node->name);
    }
    return status;
}

static enum status build_switch(struct run *run, const struct scenario_node *node,
                                struct node **built)
{
    const char **names =
        simulation_allocate(&run->simulation, node->interface_count * sizeof *names);
    if (!names)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < node->interface_count; i++)
        names[i] = node->interfaces[i].name;
    const struct ethernet_switch_config config = {
        .name = node->name,
        .port_names = names,
        .port_count = node->interface_count,
    };
    struct ethernet_switch *bridge = ethernet_switch_create(&run->simulation, &config);
    if (!bridge)
        return STATUS_NO_MEMORY;
    *built = &bridge->node;
    return STATUS_OK;
}

enum status build_node(struct run *run, const struct scenario_node *node, struct node **built)
{
    if (node->kind == SCENARIO_SWITCH)
        return build_switch(run, node, built);
    const struct node_profile *profile = node_profile_find(scenario_profile_text(node->profile));
    if (!profile)
        return build_error(run, node->at, "profile \"%s\" is not known",
                           scenario_profile_text(node->profile));
    enum status status;
    if (node->kind == SCENARIO_VPN_CLIENT)
        status = build_client(run, node, profile, built);
    else if (node->server)
        status = build_server(run, node, profile, built);
    else if (node->nat)
        status = build_nat(run, node, profile, built);
    else
        status = build_host(run, node, profile, built);
    struct host *host = (struct host *)*built;
    if (status == STATUS_OK)
        status = build_interfaces(run, node, host);
    if (status == STATUS_OK)
        status = build_routes(run, node, host);
    if (status == STATUS_OK)
        status = build_services(node, host);
    if (status == STATUS_OK)
        status = build_scripts(run, node, host);
    if (status == STATUS_OK)
        status = build_ipsec(run, node, host);
    if (status == STATUS_OK && node->nat && node->nat->outside)
        nat_router_set_outside((struct nat_router *)*built,
                               run_interface(run, node, node->nat->outside));
    return status;
}
