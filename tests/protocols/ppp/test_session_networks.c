/* Several network protocols on one link: each lives by itself, and all are carried alike. */
#include "ppp/ppp_session.h"
#include "support/ppp_pair.h"
#include "support/unit.h"

#include <string.h>

#define MS INSTANT_MILLISECOND

struct world {
    struct ppp_pair pair;
    struct ppp_networks networks[2];
};

static uint8_t any_name(void *context, const struct nbfcp_name *name)
{
    (void)context, (void)name;
    return NBFCP_ADDED;
}

static void prepare(struct world *world)
{
    memset(world, 0, sizeof *world);
    ppp_pair_init(&world->pair);
    for (unsigned i = 0; i < 2; i++) {
        struct ppp_networks *networks = &world->networks[i];
        world->pair.end[i].config.networks = networks;
        networks->ipxcp_config.enabled = true;
        networks->nbfcp_config.enabled = true;
        networks->ipv6cp_config.enabled = true;
        networks->atcp_config.enabled = true;
    }
    struct ppp_networks *client = &world->networks[PPP_CLIENT];
    client->ipxcp_config.address_required = true;
    client->nbfcp_config.names[0] = nbfcp_name_make("CLIENT", 0, NBFCP_NAME_UNIQUE);
    client->nbfcp_config.name_count = 1;
    struct ppp_networks *server = &world->networks[PPP_SERVER];
    server->ipxcp_config.network = 0x1234;
    server->ipxcp_config.node[5] = 1;
    server->ipxcp_config.peer_node[5] = 2;
    server->nbfcp_config.check_name = any_name;
    server->atcp_config = (struct atcp_config){true, 10, 1, 10, 2};
}

static void encrypt(struct world *world)
{
    for (unsigned i = 0; i < 2; i++)
        world->pair.end[i].config.ccp = (struct ccp_config){
            .enabled = true, .required = true, .strengths = CCP_MPPE_128, .stateless = true};
}

static void run(struct world *world)
{
    ppp_pair_start(&world->pair);
    ppp_pair_run(&world->pair, world->pair.now + 2000 * MS);
}

static bool is_up(const struct world *world, unsigned end, uint16_t protocol)
{
    return ppp_session_protocol_is_up(&world->pair.end[end].session, protocol);
}

static void send(struct world *world, uint16_t protocol, const char *octets)
{
    uint8_t data[64];
    size_t length = unit_hex(octets, data, sizeof data);
    struct ppp_session *session = &world->pair.end[PPP_CLIENT].session;
    ppp_session_send(session, world->pair.now, protocol,
                     packet_from(&world->pair.pool, data, length));
    ppp_pair_poll(&world->pair, PPP_CLIENT);
    ppp_pair_run(&world->pair, world->pair.now + 100 * MS);
}

static void all_five_open_and_the_network_is_up_once(void **state)
{
    (void)state;
    struct world world;
    prepare(&world);
    run(&world);
    for (unsigned i = 0; i < 2; i++) {
        assert_true(is_up(&world, i, PPP_PROTOCOL_IP));
        assert_true(is_up(&world, i, PPP_PROTOCOL_IPX));
        assert_true(is_up(&world, i, PPP_PROTOCOL_NBF));
        assert_true(is_up(&world, i, PPP_PROTOCOL_APPLETALK));
        assert_true(is_up(&world, i, PPP_PROTOCOL_IPV6));
        assert_int_equal(world.pair.end[i].events[PPP_EVENT_PROTOCOL_UP], 5);
        assert_int_equal(world.pair.end[i].events[PPP_EVENT_NETWORK_UP], 1);
        assert_true(world.pair.end[i].event_at[PPP_EVENT_NETWORK_UP] >=
                    world.pair.end[i].event_at[PPP_EVENT_PROTOCOL_UP]);
    }
    assert_int_equal(world.networks[PPP_CLIENT].ipxcp.network, 0x1234);
    assert_int_equal(world.networks[PPP_CLIENT].ipxcp.node[5], 2);
    assert_int_equal(world.networks[PPP_SERVER].nbfcp.peer_name_count, 1);
    assert_int_equal(world.networks[PPP_CLIENT].atcp.network, 10);
    assert_int_equal(world.networks[PPP_CLIENT].atcp.node, 2);
    assert_int_equal(world.networks[PPP_SERVER].atcp.peer_node, 2);
    assert_true(world.networks[PPP_CLIENT].ipv6cp.peer_identifier ==
                world.networks[PPP_SERVER].ipv6cp.identifier);
    ppp_pair_destroy(&world.pair);
}

static void datagrams_arrive_under_their_own_protocol(void **state)
{
    (void)state;
    struct world world;
    prepare(&world);
    run(&world);
    static const uint16_t protocols[] = {PPP_PROTOCOL_IPX, PPP_PROTOCOL_NBF, PPP_PROTOCOL_IPV6};
    for (unsigned i = 0; i < 3; i++) {
        unsigned frame = world.pair.frame_count;
        send(&world, protocols[i], "ffff 001e 0011");
        assert_int_equal(world.pair.end[PPP_SERVER].delivered, i + 1);
        assert_int_equal(world.pair.end[PPP_SERVER].last_protocol, protocols[i]);
        assert_int_equal(world.pair.end[PPP_SERVER].last_length, 6);
        /* In clear and compressed to one octet of protocol. */
        assert_int_equal(world.pair.frames[frame].octets[0], protocols[i]);
        assert_int_equal(world.pair.frames[frame].octets[1], 0xff);
    }
    ppp_pair_destroy(&world.pair);
}

static void all_of_them_are_encrypted(void **state)
{
    (void)state;
    struct world world;
    prepare(&world);
    encrypt(&world);
    run(&world);
    unsigned frame = world.pair.frame_count;
    send(&world, PPP_PROTOCOL_IPX, "ffff 001e 0011");
    send(&world, PPP_PROTOCOL_NBF, "2c00 ffef 0800");
    assert_int_equal(world.pair.end[PPP_SERVER].delivered, 2);
    assert_int_equal(world.pair.end[PPP_SERVER].last_protocol, PPP_PROTOCOL_NBF);
    assert_int_equal(world.pair.frames[frame].octets[0], 0xfd);
    assert_int_equal(world.pair.frames[frame + 1].octets[0], 0xfd);
    /* In clear it would be dropped. */
    ppp_pair_inject(&world.pair, PPP_SERVER, "2b ffff 001e 0011");
    assert_int_equal(ppp_pair_count(&world.pair, PPP_SERVER, "packet.dropped", "clear-packet"), 1);
    assert_int_equal(world.pair.end[PPP_SERVER].delivered, 2);
    ppp_pair_destroy(&world.pair);
}

/* RFC 1661 section 3.6 and the row "IPXCP refused, IPCP opens". */
static void one_that_is_refused_leaves_the_others_alone(void **state)
{
    (void)state;
    struct world world;
    prepare(&world);
    world.networks[PPP_SERVER].ipxcp_config.enabled = false;
    world.networks[PPP_SERVER].nbfcp_config.enabled = false;
    world.networks[PPP_SERVER].atcp_config.enabled = false;
    run(&world);
    assert_true(is_up(&world, PPP_CLIENT, PPP_PROTOCOL_IP));
    assert_true(is_up(&world, PPP_CLIENT, PPP_PROTOCOL_IPV6));
    assert_false(is_up(&world, PPP_CLIENT, PPP_PROTOCOL_IPX));
    assert_int_equal(world.pair.end[PPP_CLIENT].events[PPP_EVENT_NETWORK_UP], 1);
    assert_int_equal(world.pair.end[PPP_CLIENT].error, -1);
    assert_int_equal(
        ppp_pair_count(&world.pair, PPP_CLIENT, "ppp.ncp.failed", "protocol=ipxcp error=720"), 1);
    assert_int_equal(
        ppp_pair_count(&world.pair, PPP_CLIENT, "ppp.ncp.failed", "protocol=nbfcp error=720"), 1);
    send(&world, PPP_PROTOCOL_IPX, "ffff");
    assert_int_equal(world.pair.end[PPP_SERVER].delivered, 0);
    ppp_pair_send(&world.pair, PPP_CLIENT, 0x45, 20);
    ppp_pair_run(&world.pair, world.pair.now + 100 * MS);
    assert_int_equal(world.pair.end[PPP_SERVER].delivered, 1);
    ppp_pair_destroy(&world.pair);
}

static void a_link_without_ip_carries_ipx(void **state)
{
    (void)state;
    struct world world;
    prepare(&world);
    world.pair.end[PPP_CLIENT].config.ipcp.enabled = false;
    run(&world);
    assert_false(is_up(&world, PPP_SERVER, PPP_PROTOCOL_IP));
    assert_true(is_up(&world, PPP_SERVER, PPP_PROTOCOL_IPX));
    assert_int_equal(world.pair.end[PPP_SERVER].events[PPP_EVENT_NETWORK_UP], 1);
    ppp_pair_destroy(&world.pair);
}

/* With none left the link ends: 720 when several were tried. */
static void when_all_are_refused_the_link_ends(void **state)
{
    (void)state;
    struct world world;
    prepare(&world);
    world.pair.end[PPP_CLIENT].config.ipcp.enabled = false;
    world.networks[PPP_SERVER].ipxcp_config.enabled = false;
    world.networks[PPP_SERVER].nbfcp_config.enabled = false;
    world.networks[PPP_SERVER].atcp_config.enabled = false;
    world.networks[PPP_SERVER].ipv6cp_config.enabled = false;
    run(&world);
    assert_int_equal(world.pair.end[PPP_CLIENT].error, PPP_ERROR_NO_PROTOCOLS_CONFIGURED);
    assert_int_equal(world.pair.end[PPP_CLIENT].events[PPP_EVENT_NETWORK_UP], 0);
    ppp_pair_destroy(&world.pair);
}

/* An NCP that is terminated later does not take the others with it. */
static void one_that_is_terminated_goes_alone(void **state)
{
    (void)state;
    struct world world;
    prepare(&world);
    run(&world);
    ppp_control_close(&world.networks[PPP_SERVER].ipxcp.control, world.pair.now);
    ppp_pair_poll(&world.pair, PPP_SERVER);
    ppp_pair_run(&world.pair, world.pair.now + 100 * MS);
    assert_false(is_up(&world, PPP_CLIENT, PPP_PROTOCOL_IPX));
    assert_true(is_up(&world, PPP_CLIENT, PPP_PROTOCOL_IP));
    assert_int_equal(world.pair.end[PPP_CLIENT].events[PPP_EVENT_PROTOCOL_DOWN], 1);
    assert_int_equal(world.pair.end[PPP_CLIENT].events[PPP_EVENT_NETWORK_DOWN], 0);
    assert_int_equal(world.pair.end[PPP_CLIENT].error, -1);
    ppp_pair_destroy(&world.pair);
}

/* The peer names no addresses: IPX is given up with its own error, IP goes on. */
static void one_that_cannot_agree_is_closed_in_order(void **state)
{
    (void)state;
    struct world world;
    prepare(&world);
    world.networks[PPP_SERVER].ipxcp_config.network = 0;
    memset(world.networks[PPP_SERVER].ipxcp_config.peer_node, 0, IPX_NODE_SIZE);
    run(&world);
    assert_int_equal(
        ppp_pair_count(&world.pair, PPP_CLIENT, "ppp.ncp.failed", "protocol=ipxcp error=735"), 1);
    assert_int_equal(ppp_pair_count(&world.pair, PPP_SERVER, "ppp.packet.received",
                                    "protocol=ipxcp code=Terminate-Request"),
                     1);
    assert_true(is_up(&world, PPP_CLIENT, PPP_PROTOCOL_IP));
    assert_int_equal(world.pair.end[PPP_CLIENT].events[PPP_EVENT_NETWORK_UP], 1);
    ppp_pair_destroy(&world.pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_five_open_and_the_network_is_up_once),
        cmocka_unit_test(datagrams_arrive_under_their_own_protocol),
        cmocka_unit_test(all_of_them_are_encrypted),
        cmocka_unit_test(one_that_is_refused_leaves_the_others_alone),
        cmocka_unit_test(a_link_without_ip_carries_ipx),
        cmocka_unit_test(when_all_are_refused_the_link_ends),
        cmocka_unit_test(one_that_is_terminated_goes_alone),
        cmocka_unit_test(one_that_cannot_agree_is_closed_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
