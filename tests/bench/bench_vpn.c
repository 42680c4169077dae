#include "bench_vpn.h"

#include "bench.h"
#include "bench_network.h"
#include "ike/ike_proposal.h"
#include "net/ethernet_switch.h"
#include "nodes/l2tp/rras_l2tp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVER UINT32_C(0x0a000001)
#define NAME   "corp"

static struct ccp_config encryption(bool stateless)
{
    return (struct ccp_config){
        .enabled = true, .required = true, .strengths = CCP_MPPE_128, .stateless = stateless};
}

static struct stack_interface *add_lan(struct host *host, ipv4_address address)
{
    const uint8_t mac[6] = {
        2, 0, 0, (uint8_t)(address >> 16), (uint8_t)(address >> 8), (uint8_t)address};
    struct stack_interface *lan =
        host_stack_add_ethernet(&host->stack, "lan", mac, address, 8, 1500);
    bench_require(lan != NULL, "out of memory");
    return lan;
}

static void connect_to(struct ethernet_switch *bridge, unsigned port, struct stack_interface *lan)
{
    const struct link_config config = {.name = "lan",
                                       .rate_bps = 1000000000,
                                       .delay = 100 * INSTANT_MICROSECOND,
                                       .mtu = 1500,
                                       .queue_limit = 1000};
    struct link *link = link_create(bridge->node.simulation, &config);
    bench_require(link != NULL, "out of memory");
    link_attach(link, 0, &bridge->ports[port]);
    link_attach(link, 1, host_stack_device(lan));
}

/* What all say in IKE; the rules are those of the server, and the one of a client. */
static const struct ike_peer peer = {
    .authentication = IKE_AUTHENTICATION_PRE_SHARED_KEY,
    .phase1 = &ike_phase1_windows_2000,
    .pre_shared_key = (const uint8_t *)"Fourteen words",
    .pre_shared_key_length = 14,
};
enum { TO_PORT = 1, FROM_PORT, CLIENT };

/* L2TP and IPsec for a machine of so many calls, as a scenario makes them. */
static void add_l2tp(struct bench_vpn *vpn, struct dialer *dialer, unsigned calls)
{
    struct simulation *simulation = &vpn->simulation;
    const struct ipsec_driver_config driver_config = {.steers_flows = true, .hold_packets = 3};
    const struct ip_address server = ip_address_from_ipv4(SERVER);
    struct l2tp_config l2tp = profile_l2tp(dialer->profile);
    l2tp.host_name = dialer->host->node.name;
    struct ike_rule *rules = simulation_allocate(simulation, 3 * sizeof *rules);
    struct policy_agent_config *config = simulation_allocate(simulation, sizeof *config);
    bench_require(rules && config && dialer_use_l2tp(dialer, &l2tp, 1701) == STATUS_OK,
                  "out of memory");
    for (uint32_t id = TO_PORT; id <= CLIENT; id++)
        rules[id - 1] = (struct ike_rule){
            .id = id,
            .traffic = id == CLIENT ? l2tp_protection_client_traffic(1701, &server)
                                    : l2tp_protection_server_traffic(1701, id == TO_PORT),
            .phase2 = &ike_phase2_windows_l2tp,
        };
    *config = (struct policy_agent_config){
        .host_name = dialer->host->node.name,
        .behaviour = ike_behaviour_of(IKE_PROFILE_WINDOWS_2000),
        .peers = &peer,
        .peer_count = 1,
        .rules = rules,
        .rule_count = 3,
        .peers_at_once = calls > 0 ? calls : 1,
    };
    struct ipsec_driver *driver = ipsec_driver_create(dialer->host, &driver_config);
    bench_require(driver && policy_agent_create(driver, config, &dialer->l2tp->agent) == STATUS_OK,
                  "a machine has no IPsec");
}

static void serve_l2tp(struct bench_vpn *vpn)
{
    const struct rras_l2tp_config config = {.ports = (uint16_t)vpn->client_count};
    struct dialer *dialer = &vpn->server->dialer;
    add_l2tp(vpn, dialer, vpn->client_count);
    dialer->l2tp->rules =
        (struct l2tp_protection_rules){.to_port = TO_PORT, .from_port = FROM_PORT};
    bench_require(rras_server_add_l2tp(vpn->server, &config) == STATUS_OK,
                  "the server takes no L2TP");
}

static struct rras_server *make_server(struct bench_vpn *vpn, bool stateless)
{
    const struct rras_server_config config = {
        .pptp = {.ports = (uint16_t)vpn->client_count, .tcp_port = 1723},
        .methods = {PPP_AUTH_MS_CHAP_V2},
        .method_count = 1,
        .encryption = encryption(stateless)};
    const struct rras_user alice = {.name = "alice", .password = "secret"};
    struct rras_server *server = rras_server_create(&vpn->simulation, &rras_server_class, "server",
                                                    node_profile_find("windows-2000"), &config);
    bench_require(server != NULL && rras_server_add_user(server, &alice) == STATUS_OK &&
                      rras_server_add_pool(server, 0xac100001, 0xac10ffff) == STATUS_OK,
                  "the server could not be made");
    return server;
}

static struct vpn_client *make_client(struct bench_vpn *vpn, bool stateless, bool l2tp)
{
    const struct vpn_connection_config config = {
        .common = {.name = NAME,
                   .user = "alice",
                   .password = "secret",
                   .methods = {PPP_AUTH_MS_CHAP_V2},
                   .method_count = 1,
                   .encryption = encryption(stateless)},
        .server = SERVER,
        .pptp = {.port = 1723},
        .l2tp = {.port = 1701, .framing = L2TP_FRAMING_SYNCHRONOUS, .ipsec_rule = CLIENT},
        .types = {l2tp ? VPN_TUNNEL_L2TP : VPN_TUNNEL_PPTP},
        .type_count = 1,
    };
    struct vpn_client *client =
        vpn_client_create(&vpn->simulation, "client", node_profile_find("windows-2000"));
    bench_require(client != NULL, "a client could not be made");
    if (l2tp)
        add_l2tp(vpn, &client->dialer, 0);
    bench_require(vpn_connection_add(&client->dialer, &config) == STATUS_OK,
                  "a client could not be made");
    return client;
}

static void start(struct node *node)
{
    if (node->class->start)
        node->class->start(node);
}

/* Everybody learns everybody's Ethernet address, by broadcasts that are no part of a call. */
static void learn_addresses(struct bench_vpn *vpn)
{
    struct simulation *simulation = &vpn->simulation;
    const struct stack_echo nobody = {.identifier = 1};
    for (unsigned i = 0; i < vpn->client_count; i++) {
        struct packet *packet = packet_alloc(&simulation->packets, 8);
        bench_require(packet &&
                          host_stack_ping(&vpn->clients[i]->host.stack, &nobody, IPV4_ANY, SERVER,
                                          1, packet, NULL) == STATUS_OK &&
                          simulation_run(simulation, simulation->now + INSTANT_MILLISECOND) ==
                              STATUS_OK,
                      "a client cannot reach the server");
    }
}

static void dial_all(struct bench_vpn *vpn)
{
    struct simulation *simulation = &vpn->simulation;
    for (unsigned i = 0; i < vpn->client_count; i++) {
        connection_dial(dialer_find(&vpn->clients[i]->dialer, NAME));
        bench_require(simulation_run(simulation, simulation->now + 10 * INSTANT_MILLISECOND) ==
                          STATUS_OK,
                      "the run failed");
    }
    simulation_run(simulation, simulation->now + 30 * INSTANT_SECOND);
    for (unsigned i = 0; i < vpn->client_count; i++)
        bench_require(dialer_find(&vpn->clients[i]->dialer, NAME)->state == CONNECTION_CONNECTED,
                      "a client is not connected");
}

static void init(struct bench_vpn *vpn, unsigned clients, bool stateless, bool l2tp)
{
    memset(vpn, 0, sizeof *vpn);
    vpn->client_count = clients;
    vpn->clients = calloc(clients, sizeof(struct vpn_client *));
    const char **names = malloc((clients + 1) * sizeof *names);
    const char *what_failed = "out of memory";
    vpn->crypto = crypto_create(NULL, &what_failed);
    bench_require(vpn->crypto && vpn->clients && names, what_failed);
    bench_require(simulation_init(&vpn->simulation, 1) == STATUS_OK, "out of memory");
    vpn->simulation.crypto = vpn->crypto;
    for (unsigned i = 0; i <= clients; i++)
        names[i] = "port";
    const struct ethernet_switch_config config = {
        .name = "switch", .port_names = names, .port_count = clients + 1, .table_size = 4096};
    struct ethernet_switch *bridge = ethernet_switch_create(&vpn->simulation, &config);
    bench_require(bridge != NULL, "out of memory");
    size_t empty = bench_heap();
    vpn->server = make_server(vpn, stateless);
    if (l2tp)
        serve_l2tp(vpn);
    connect_to(bridge, 0, add_lan(&vpn->server->host, SERVER));
    start(&vpn->server->host.node);
    size_t with_server = bench_heap();
    for (unsigned i = 0; i < clients; i++) {
        vpn->clients[i] = make_client(vpn, stateless, l2tp);
        connect_to(bridge, i + 1, add_lan(&vpn->clients[i]->host, SERVER + 1 + i));
        start(&vpn->clients[i]->host.node);
    }
    size_t with_clients = bench_heap();
    learn_addresses(vpn);
    uint64_t start_ns = bench_clock();
    dial_all(vpn);
    vpn->dialling_ns = bench_clock() - start_ns;
    vpn->server_octets = with_server - empty;
    vpn->clients_octets = with_clients - with_server;
    /* What has been negotiated is kept for a while in case it has to be said again. */
    if (l2tp)
        bench_require(simulation_run(&vpn->simulation,
                                     vpn->simulation.now + 300 * INSTANT_SECOND) == STATUS_OK,
                      "the run failed");
    const struct packet_pool *pool = &vpn->simulation.packets;
    size_t idle_packets = pool->bytes_reserved - pool->bytes_huge -
                          pool->in_use * (sizeof(struct packet) + PACKET_SIZE);
    vpn->calls_octets = bench_heap() - with_clients - idle_packets;
    free(names);
}

void bench_vpn_init(struct bench_vpn *vpn, unsigned clients, bool stateless)
{
    init(vpn, clients, stateless, false);
}

void bench_vpn_init_l2tp(struct bench_vpn *vpn, unsigned clients)
{
    init(vpn, clients, true, true);
}

void bench_vpn_destroy(struct bench_vpn *vpn)
{
    for (unsigned i = 0; i < vpn->client_count; i++)
        vpn->clients[i]->host.node.class->destroy(&vpn->clients[i]->host.node);
    vpn->server->host.node.class->destroy(&vpn->server->host.node);
    simulation_destroy(&vpn->simulation);
    crypto_destroy(vpn->crypto);
    free(vpn->clients);
}
