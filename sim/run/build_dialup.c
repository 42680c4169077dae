/* Modems, connections, and the networks that lie behind them. */
#include "nodes/dialup_connection.h"
#include "nodes/vpn_client.h"
#include "nodes/vpn_connection.h"
#include "run/build_internal.h"

#include <string.h>

struct dialer *run_dialer(const struct run *run, const struct scenario_node *node)
{
    struct node *built = run_node(run, node);
    return node->kind == SCENARIO_VPN_CLIENT ? &((struct vpn_client *)built)->dialer
                                             : &((struct rras_server *)built)->dialer;
}

const struct connection_route *build_networks(struct run *run,
                                              const struct scenario_network_routes *networks)
{
    struct connection_route *routes =
        simulation_allocate(&run->simulation, (networks->count + 1) * sizeof *routes);
    for (size_t i = 0; routes && i < networks->count; i++)
        routes[i] = (struct connection_route){
            .destination = networks->routes[i].destination,
            .prefix_length = (uint8_t)networks->routes[i].prefix_length,
            .metric = networks->routes[i].metric,
        };
    return routes;
}

static enum status build_modem(struct run *run, const struct scenario_node *node,
                               const struct scenario_modem *wanted, struct host *host)
{
    const struct modem_config config = {
        .name = wanted->name,
        .node = node->name,
        .number = wanted->number,
        .kind = wanted->kind == SCENARIO_MODEM_ISDN ? MODEM_ISDN : MODEM_ANALOG,
        .rate_bps = wanted->rate_bps,
        .delay = wanted->delay,
        .noise_ppm = wanted->noise_ppm,
        .connect_time = wanted->connect_time,
        .software_flow_control = wanted->software_flow_control,
        .accm = wanted->accm,
    };
    struct modem *modem = modem_create(run->telephone, &config);
    if (!modem)
        return STATUS_NO_MEMORY;
    host_add_modem(host, modem);
    return STATUS_OK;
}

static struct pptp_client_config build_pptp(const struct scenario_connection *wanted,
                                            const struct node_profile *profile)
{
    return (struct pptp_client_config){
        .port = wanted->port,
        .echo_idle_ms = (uint32_t)(wanted->echo_interval / INSTANT_MILLISECOND),
        .echo_reply_ms = (uint32_t)(wanted->echo_timeout / INSTANT_MILLISECOND),
        .connect_retransmissions = (uint8_t)wanted->connect_retransmissions,
        .data_retransmissions = (uint8_t)wanted->data_retransmissions,
        .validate_address = build_choice(wanted->validate_address, profile->validates_address),
    };
}

static enum status build_connection(struct run *run, const struct scenario_node *node,
                                    const struct scenario_connection *wanted, struct dialer *dialer)
{
    enum scenario_encryption_policy unset =
        wanted->phone_number ? SCENARIO_ENCRYPTION_NONE : SCENARIO_ENCRYPTION_REQUIRED;
    struct connection_config common = {
        .name = wanted->name,
        .encryption = build_encryption(&wanted->encryption, unset),
        .ppp = build_ppp(&wanted->ppp),
        .default_route = wanted->default_route,
        .mtu = (uint16_t)wanted->mtu,
        .idle_limit = wanted->idle_disconnect,
        .address = wanted->address,
        .demand_dial = wanted->demand_dial,
        .routes = build_networks(run, &wanted->networks),
        .route_count = wanted->networks.count,
    };
    if (wanted->callback_number)
        common.ppp.callback = PPP_CHOICE_YES;
    enum status status =
        build_connection_authentication(run, node, dialer->profile, wanted, &common);
    if (status != STATUS_OK || !common.routes)
        return status == STATUS_OK ? STATUS_NO_MEMORY : status;
    if (wanted->phone_number) {
        struct modem *modems[SCENARIO_BUNDLE_MODEMS];
        for (size_t i = 0; i < wanted->modem_count; i++)
            modems[i] = host_find_modem(dialer->host, wanted->modems[i]->name);
        const struct dialup_connection_config config = {
            .common = common,
            .number = wanted->phone_number,
            .callback_number = wanted->callback_number,
            .modems = modems,
            .modem_count = (unsigned)wanted->modem_count,
        };
        return dialup_connection_add(dialer, &config);
    }
    struct vpn_connection_config config = {
        .common = common,
        .server = wanted->server,
        .dial_timeout_ms = (uint32_t)(wanted->connect_timeout / INSTANT_MILLISECOND),
        .type_count = (unsigned)wanted->type_count,
        .pptp = build_pptp(wanted, dialer->profile),
        .l2tp = build_l2tp_call(&wanted->l2tp),
    };
    config.l2tp.ipsec_rule = build_l2tp_rule(node, wanted);
    for (size_t i = 0; i < wanted->type_count; i++)
        config.types[i] =
            wanted->types[i] == SCENARIO_TUNNEL_L2TP ? VPN_TUNNEL_L2TP : VPN_TUNNEL_PPTP;
    return vpn_connection_add(dialer, &config);
}

enum status build_dialling(struct run *run, const struct scenario_node *node, struct host *host,
                           struct dialer *dialer)
{
    enum status status = build_l2tp(node, dialer);
    for (size_t i = 0; i < node->modem_count && status == STATUS_OK; i++)
        status = build_modem(run, node, &node->modems[i], host);
    for (size_t i = 0; i < node->connection_count && status == STATUS_OK; i++)
        status = build_connection(run, node, &node->connections[i], dialer);
    return status;
}

enum status build_answering(const struct scenario_node *node, struct rras_server *server)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < node->modem_count && status == STATUS_OK; i++)
        if (node->modems[i].answers)
            status =
                rras_server_add_modem(server, host_find_modem(&server->host, node->modems[i].name),
                                      node->modems[i].address);
    return status;
}
