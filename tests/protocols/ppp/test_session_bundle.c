/* Sessions as the links of a bundle and as the bundle (RFC 1990), and who belongs to which. */
#include "base/wire.h"
#include "ppp/multilink.h"
#include "ppp/ppp_session.h"
#include "protocols/inet/drop_log.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#define CLIENT 0
#define SERVER 1
#define LINKS  2

struct frame {
    unsigned end;
    unsigned link;
    uint8_t octets[80];
    size_t length;
};

/* One end: two links, and the bundle that they have made. */
struct end {
    struct drop_log log;
    struct ppp_session_config config[LINKS];
    struct ppp_session_config bundle_config;
    struct ppp_session link[LINKS];
    struct ppp_session bundle;
    struct ppp_bundle terms;
    struct multilink multilink;
    const char *refusal[LINKS];
    uint32_t number[LINKS];
    bool joined[LINKS];
    bool open;
    int error; /* of the bundle's PPP_EVENT_FINISHED; -1 before */
    unsigned delivered;
    size_t delivered_length;
};

struct party {
    struct packet_pool pool;
    struct crypto *crypto;
    struct end end[2];
    struct packet_queue lines[2][LINKS]; /* towards end, over link */
    struct frame frames[400];
    unsigned frame_count;
    instant now;
};

static bool lookup(void *context, const char *domain, const char *user,
                   struct ppp_auth_account *account)
{
    (void)context, (void)domain, (void)user;
    *account = (struct ppp_auth_account){.password = "clientPass"};
    return true;
}

static void use_endpoint(struct lcp_config *lcp, const char *octets)
{
    lcp->endpoint = (struct lcp_endpoint){.known = true, .class = LCP_ENDPOINT_LOCAL};
    lcp->endpoint.length = (uint8_t)unit_hex(octets, lcp->endpoint.address, LCP_ENDPOINT_MAX);
}

static struct ppp_session_config link_config(struct party *party, unsigned end)
{
    struct ppp_session_config config = ppp_session_defaults();
    config.pool = &party->pool;
    config.crypto = party->crypto;
    config.trace =
        (struct trace){.emit = drop_log_emit, .context = &party->end[end].log, .node = "test"};
    config.entropy = entropy_make(end, "bundle");
    config.label = "link";
    config.caller = end == CLIENT;
    config.lcp.mru = 0;
    config.lcp.mrru = 1600;
    config.lcp.multilink_allowed = config.lcp.endpoint_allowed = true;
    use_endpoint(&config.lcp, end == CLIENT ? "c11e" : "5e44");
    config.ccp = (struct ccp_config){.enabled = true, .required = true, .strengths = CCP_MPPE_128};
    config.auth.user = "User";
    config.auth.password = "clientPass";
    config.auth.local_name = "server";
    config.auth.lookup = lookup;
    config.auth.methods.allow[0] = config.auth.methods.require[0] = PPP_AUTH_MS_CHAP_V2;
    config.auth.methods.allow_count = end == CLIENT;
    config.auth.methods.require_count = end == SERVER;
    config.ipcp.local_address = end == SERVER ? 0x0a010001 : 0;
    config.ipcp.peer_address = end == SERVER ? 0x0a010002 : 0;
    return config;
}

static int set_up(void **state)
{
    static struct party party;
    memset(&party, 0, sizeof party);
    packet_pool_init(&party.pool);
    party.crypto = crypto_create(NULL, NULL);
    for (unsigned e = 0; e < 2; e++) {
        party.end[e].error = -1;
        party.end[e].bundle_config = link_config(&party, e);
        for (unsigned l = 0; l < LINKS; l++) {
            party.end[e].config[l] = link_config(&party, e);
            party.end[e].config[l].member = true;
            party.end[e].config[l].entropy = entropy_make(2 * e + l, "links");
        }
    }
    *state = &party;
    return 0;
}

static int tear_down(void **state)
{
    struct party *party = *state;
    for (unsigned e = 0; e < 2; e++) {
        struct end *end = &party->end[e];
        for (unsigned l = 0; l < LINKS; l++) {
            ppp_session_destroy(&end->link[l]);
            packet_queue_clear(&party->lines[e][l]);
        }
        if (end->open) {
            ppp_session_destroy(&end->bundle);
            multilink_destroy(&end->multilink);
        }
    }
    crypto_destroy(party->crypto);
    int leaked = (int)party->pool.in_use;
    packet_pool_destroy(&party->pool);
    return leaked;
}

/* ---- What a user of the engines does with them ---- */

static void open_bundle(struct party *party, struct end *end)
{
    struct multilink_config multilink = multilink_defaults();
    multilink.pool = &party->pool;
    multilink.trace = end->bundle_config.trace;
    multilink.short_sequence = end->terms.short_sequence;
    multilink.peer_short_sequence = end->terms.peer_short_sequence;
    multilink.mrru = end->terms.mru;
    multilink_init(&end->multilink, &multilink);
    end->bundle_config.bundle = &end->terms;
    end->bundle_config.label = "bundle";
    assert_int_equal(ppp_session_init(&end->bundle, &end->bundle_config), STATUS_OK);
    end->open = true;
    ppp_session_open(&end->bundle, party->now);
    ppp_session_lower_up(&end->bundle, party->now);
}

static void join(struct party *party, struct end *end, unsigned link)
{
    struct ppp_bundle offer;
    ppp_session_describe(&end->link[link], &offer);
    if (!end->open) {
        end->terms = offer;
        open_bundle(party, end);
    } else if ((end->refusal[link] = ppp_bundle_refusal(&end->terms, &offer))) {
        return;
    }
    end->joined[link] = true;
    end->number[link] = multilink_add_link(&end->multilink, party->now, "link", 1500, 64000);
}

static void put_on_line(struct party *party, unsigned from, unsigned link, struct packet *frame)
{
    assert_true(party->frame_count < sizeof party->frames / sizeof *party->frames);
    struct frame *seen = &party->frames[party->frame_count++];
    *seen = (struct frame){.end = from, .link = link, .length = frame->length};
    memcpy(seen->octets, frame->data,
           frame->length < sizeof seen->octets ? frame->length : sizeof seen->octets);
    packet_queue_push(&party->lines[1 - from][link], frame);
}

static void send_over(struct party *party, unsigned from, unsigned link, struct packet *packet)
{
    if (ppp_session_encapsulate_for_bundle(&party->end[from].link[link], party->now, packet))
        put_on_line(party, from, link, packet);
}

static void pump_multilink(struct party *party, unsigned e)
{
    struct end *end = &party->end[e];
    struct output output;
    while (end->open && multilink_poll(&end->multilink, &output)) {
        if (output.kind == OUTPUT_DELIVER)
            ppp_session_input(&end->bundle, party->now, output.packet);
        else if (output.kind == OUTPUT_EVENT)
            ppp_session_link_error(&end->bundle);
        if (output.kind != OUTPUT_SEND)
            continue;
        wire_store_u16(packet_push(output.packet, 2), MULTILINK_PROTOCOL);
        send_over(party, e, end->number[0] == output.value && end->joined[0] ? 0 : 1,
                  output.packet);
    }
}

static void pump_bundle(struct party *party, unsigned e)
{
    struct end *end = &party->end[e];
    struct output output;
    while (end->open && ppp_session_poll(&end->bundle, &output)) {
        if (output.kind == OUTPUT_EVENT && output.event == PPP_EVENT_FINISHED)
            end->error = (int)output.value;
        if (output.kind == OUTPUT_DELIVER) {
            end->delivered++;
            end->delivered_length = output.packet->length;
            packet_free(output.packet);
        }
        if (output.kind == OUTPUT_SEND && end->terms.multilink)
            multilink_send(&end->multilink, party->now, output.packet);
        else if (output.kind == OUTPUT_SEND)
            send_over(party, e, 0, output.packet);
        pump_multilink(party, e);
    }
}

static void receive_for_bundle(struct party *party, unsigned e, unsigned link, uint16_t protocol,
                               struct packet *packet)
{
    struct end *end = &party->end[e];
    if (!end->joined[link]) {
        packet_free(packet);
    } else if (protocol == MULTILINK_PROTOCOL) {
        multilink_input(&end->multilink, party->now, end->number[link], packet);
    } else {
        wire_store_u16(packet_push(packet, 2), protocol);
        ppp_session_input(&end->bundle, party->now, packet);
    }
    pump_multilink(party, e);
    pump_bundle(party, e);
}

static void pump_link(struct party *party, unsigned e, unsigned link)
{
    struct end *end = &party->end[e];
    struct output output;
    while (ppp_session_poll(&end->link[link], &output)) {
        if (output.kind == OUTPUT_SEND)
            put_on_line(party, e, link, output.packet);
        else if (output.kind == OUTPUT_DELIVER)
            receive_for_bundle(party, e, link, (uint16_t)output.value, output.packet);
        else if (output.event == PPP_EVENT_AUTHENTICATED)
            join(party, end, link);
        else if (output.event == PPP_EVENT_PROTOCOL_REJECTED)
            ppp_session_protocol_rejected(&end->bundle, party->now, (uint16_t)output.value);
        pump_bundle(party, e);
    }
}

/* Carries frames until the lines are quiet. */
static void run(struct party *party)
{
    for (bool busy = true; busy;) {
        busy = false;
        for (unsigned i = 0; i < 2 * LINKS; i++) {
            unsigned e = i / LINKS;
            unsigned link = i % LINKS;
            pump_link(party, e, link);
            pump_bundle(party, e);
            struct packet *frame = packet_queue_pop(&party->lines[e][link]);
            busy = busy || frame;
            if (!frame)
                continue;
            ppp_session_input(&party->end[e].link[link], party->now, frame);
            pump_link(party, e, link);
        }
    }
}

/* Brings up the first @count links, one after the other. */
static void connect_links(struct party *party, unsigned count)
{
    for (unsigned l = 0; l < LINKS; l++)
        for (unsigned e = 0; e < 2; e++) {
            struct end *end = &party->end[e];
            assert_int_equal(ppp_session_init(&end->link[l], &end->config[l]), STATUS_OK);
        }
    for (unsigned l = 0; l < count; l++) {
        for (unsigned e = 0; e < 2; e++) {
            ppp_session_open(&party->end[e].link[l], party->now);
            ppp_session_lower_up(&party->end[e].link[l], party->now);
        }
        run(party);
    }
}

static void send_ip(struct party *party, unsigned from, size_t length)
{
    struct packet *packet = packet_alloc(&party->pool, length);
    memset(packet_append(packet, length), 0x45, length);
    ppp_session_send_ip(&party->end[from].bundle, party->now, packet);
    pump_bundle(party, from);
    run(party);
}

static unsigned events(const struct end *end, const char *name)
{
    unsigned count = 0;
    for (size_t i = 0; i < end->log.event_count && i < 64; i++)
        count += strncmp(end->log.events[i], name, 31) == 0;
    return count;
}

static void inject(struct party *party, unsigned e, unsigned link, const char *octets)
{
    uint8_t data[64];
    size_t length = unit_hex(octets, data, sizeof data);
    ppp_session_input(&party->end[e].link[link], party->now,
                      packet_from(&party->pool, data, length));
    pump_link(party, e, link);
    run(party);
}

static const struct frame *last_frame(const struct party *party)
{
    return &party->frames[party->frame_count - 1];
}

/* ---- Tests ---- */

static void two_links_have_one_network_phase(void **state)
{
    struct party *party = *state;
    connect_links(party, 2);
    for (unsigned e = 0; e < 2; e++) {
        const struct end *end = &party->end[e];
        assert_true(end->joined[0] && end->joined[1]);
        assert_int_equal(events(end, "ppp.lcp.opened"), 2);
        assert_int_equal(events(end, "ppp.ipcp.opened"), 1);
        assert_int_equal(events(end, "ppp.ccp.opened"), 1);
        assert_true(ppp_session_network_is_up(&end->bundle));
        assert_false(ppp_session_network_is_up(&end->link[0]));
        assert_int_equal(ppp_session_mtu(&end->bundle), 1500 - 4);
        assert_int_equal(end->log.drops, 0);
    }
    assert_int_equal(ppp_session_peer_address(&party->end[SERVER].bundle), 0x0a010002);
    assert_string_equal(ppp_session_peer_name(&party->end[SERVER].bundle), "User");
}

/* MPPE has the keys of the first link, and encrypts before the packet is cut. */
static void encrypted_packets_are_cut_and_put_together(void **state)
{
    struct party *party = *state;
    connect_links(party, 2);
    unsigned first = party->frame_count;
    uint32_t number = party->end[CLIENT].multilink.next_sequence;
    send_ip(party, CLIENT, 1400);
    assert_int_equal(party->frame_count, first + 2);
    /* One octet of protocol 00FD, two of MPPE, two of inner protocol, the datagram. */
    assert_int_equal(party->frames[first].length + party->frames[first + 1].length,
                     1400 + 5 + 2 * 5);
    assert_int_equal(party->frames[first].link + party->frames[first + 1].link, 1);
    assert_int_equal(wire_load_u32(party->frames[first].octets + 1), 0x80000000 | number);
    assert_int_equal(wire_load_u32(party->frames[first + 1].octets + 1), 0x40000000 | (number + 1));
    assert_int_equal(party->frames[first].octets[0], 0x3d);
    assert_int_equal(party->frames[first].octets[5], 0xfd);
    assert_int_equal(party->end[SERVER].delivered, 1);
    assert_int_equal(party->end[SERVER].delivered_length, 1400);
    send_ip(party, SERVER, 20);
    assert_int_equal(party->end[CLIENT].delivered_length, 20);
}

static void the_bundle_outlives_its_first_link(void **state)
{
    struct party *party = *state;
    connect_links(party, 2);
    for (unsigned e = 0; e < 2; e++) {
        struct end *end = &party->end[e];
        ppp_session_lower_down(&end->link[0], party->now);
        assert_int_equal(ppp_session_error(&end->link[0]), PPP_ERROR_DISCONNECTION);
        multilink_remove_link(&end->multilink, party->now, end->number[0]);
        end->joined[0] = false;
    }
    send_ip(party, CLIENT, 1000);
    assert_int_equal(party->end[SERVER].delivered_length, 1000);
    assert_int_equal(last_frame(party)->link, 1);
    assert_int_equal(last_frame(party)->octets[1] & 0xc0, 0xc0);
    /* Without any link it ends, and says nothing about it. */
    unsigned frames = party->frame_count;
    struct end *client = &party->end[CLIENT];
    ppp_session_lower_down(&client->bundle, party->now);
    pump_bundle(party, CLIENT);
    assert_int_equal(client->error, PPP_ERROR_DISCONNECTION);
    assert_int_equal(party->frame_count, frames);
    assert_int_equal(events(client, "ppp.lcp.closed"), 1);
    assert_int_equal(events(client, "ppp.ipcp.closed"), 1);
}

/* Section 2: configuration and termination of LCP mean nothing on a bundle. */
static void lcp_does_not_negotiate_on_a_bundle(void **state)
{
    struct party *party = *state;
    connect_links(party, 1);
    struct end *client = &party->end[CLIENT];
    unsigned frames = party->frame_count;
    uint32_t number = client->multilink.expected;
    for (unsigned code = 1; code <= 6; code++) {
        char octets[64];
        snprintf(octets, sizeof octets, "3d c0%06x c021 %02x010004", number++, code);
        inject(party, CLIENT, 0, octets);
        assert_int_equal(drop_log_count(&client->log, "not-on-a-bundle"), code);
    }
    assert_int_equal(party->frame_count, frames);
    /* An Echo-Request is permitted, and is answered over the bundle. */
    char octets[64];
    snprintf(octets, sizeof octets, "3d c0%06x c021 09070008 00000000", number);
    inject(party, CLIENT, 0, octets);
    assert_int_equal(last_frame(party)->octets[0], 0x3d);
    unit_assert_hex(last_frame(party)->octets + 5, last_frame(party)->length - 5,
                    "c021 0a070008 00000000");
}

static void network_packets_need_no_multilink_header(void **state)
{
    struct party *party = *state;
    connect_links(party, 2);
    struct end *client = &party->end[CLIENT];
    unsigned frames = party->frame_count;
    /* An IPCP Code-Reject that nobody needs, and an unknown protocol, which the bundle rejects. */
    inject(party, CLIENT, 1, "8021 07010008 63010004");
    assert_int_equal(party->frame_count, frames);
    assert_int_equal(client->log.drops, 0);
    inject(party, CLIENT, 1, "804f 01010004");
    assert_int_equal(last_frame(party)->end, CLIENT);
    unit_assert_hex(last_frame(party)->octets + 5, 7, "c021 08 01 000a 80");
    assert_int_equal(drop_log_count(&client->log, "unknown-protocol"), 1);
}

/* A Protocol-Reject over a link is about the bundle's protocols: without CCP there is no bundle. */
static void a_protocol_rejected_over_a_link_is_the_bundles(void **state)
{
    struct party *party = *state;
    connect_links(party, 2);
    inject(party, CLIENT, 1, "c021 0801000a 80fd 01010004");
    assert_int_equal(party->end[CLIENT].error, PPP_ERROR_NO_REMOTE_ENCRYPTION);
    assert_int_equal(ppp_session_phase(&party->end[CLIENT].link[1]), PPP_PHASE_NETWORK);
}

static void without_multilink_the_bundle_is_one_link(void **state)
{
    struct party *party = *state;
    for (unsigned l = 0; l < LINKS; l++)
        party->end[SERVER].config[l].lcp.multilink_allowed = false;
    connect_links(party, 2);
    assert_string_equal(party->end[CLIENT].refusal[1], "no-multilink");
    assert_string_equal(party->end[SERVER].refusal[1], "no-multilink");
    assert_true(ppp_session_network_is_up(&party->end[CLIENT].bundle));
    send_ip(party, CLIENT, 100);
    assert_int_equal(party->end[SERVER].delivered_length, 100);
    for (unsigned i = 0; i < party->frame_count; i++)
        assert_int_not_equal(party->frames[i].octets[0], 0x3d);
}

static void short_numbers_are_negotiated_for_each_direction(void **state)
{
    struct party *party = *state;
    for (unsigned l = 0; l < LINKS; l++)
        party->end[SERVER].config[l].lcp.short_sequence = true;
    connect_links(party, 2);
    assert_true(party->end[CLIENT].terms.peer_short_sequence);
    assert_false(party->end[CLIENT].terms.short_sequence);
    send_ip(party, CLIENT, 40);
    assert_int_equal(last_frame(party)->octets[3], 0xfd);
    send_ip(party, SERVER, 40);
    assert_int_equal(last_frame(party)->octets[5], 0xfd);
    assert_int_equal(party->end[SERVER].delivered + party->end[CLIENT].delivered, 2);
}

static void links_of_another_system_do_not_join(void **state)
{
    struct party *party = *state;
    use_endpoint(&party->end[CLIENT].config[1].lcp, "c11f");
    connect_links(party, 2);
    assert_string_equal(party->end[SERVER].refusal[1], "other-endpoint");
    assert_null(party->end[CLIENT].refusal[1]);
}

static void links_of_another_user_do_not_join(void **state)
{
    struct party *party = *state;
    party->end[CLIENT].config[1].auth.user = "Other";
    connect_links(party, 2);
    assert_string_equal(party->end[SERVER].refusal[1], "other-user");
}

static void links_must_agree_on_the_same_mrru(void **state)
{
    struct party *party = *state;
    party->end[CLIENT].config[1].lcp.mrru = 1500;
    connect_links(party, 2);
    assert_string_equal(party->end[SERVER].refusal[1], "other-mrru");
    assert_string_equal(party->end[CLIENT].refusal[1], "other-mrru");
}

/* The table of section 5.1.3. */
static void what_neither_link_tells_is_no_difference(void **state)
{
    (void)state;
    struct ppp_bundle nobody = {.multilink = true};
    struct ppp_bundle null = nobody;
    null.peer_endpoint.known = true;
    struct ppp_bundle endpoint = nobody;
    endpoint.peer_endpoint = (struct lcp_endpoint){
        .known = true, .class = LCP_ENDPOINT_MAC, .length = 6, .address = {2, 0, 0, 0, 0, 1}};
    struct ppp_bundle class = endpoint;
    class.peer_endpoint.class = LCP_ENDPOINT_LOCAL;
    struct ppp_bundle user = nobody;
    strcpy(user.peer_name, "User");
    struct ppp_bundle both = endpoint;
    strcpy(both.peer_name, "User");
    assert_null(ppp_bundle_refusal(&nobody, &nobody));
    assert_null(ppp_bundle_refusal(&nobody, &null));
    assert_null(ppp_bundle_refusal(&endpoint, &endpoint));
    assert_null(ppp_bundle_refusal(&user, &user));
    assert_null(ppp_bundle_refusal(&both, &both));
    assert_string_equal(ppp_bundle_refusal(&nobody, &endpoint), "other-endpoint");
    assert_string_equal(ppp_bundle_refusal(&endpoint, &null), "other-endpoint");
    assert_string_equal(ppp_bundle_refusal(&endpoint, &class), "other-endpoint");
    assert_string_equal(ppp_bundle_refusal(&user, &nobody), "other-user");
    assert_string_equal(ppp_bundle_refusal(&both, &endpoint), "other-user");
    assert_string_equal(ppp_bundle_refusal(&both, &user), "other-endpoint");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(two_links_have_one_network_phase),
        TEST(encrypted_packets_are_cut_and_put_together),
        TEST(the_bundle_outlives_its_first_link),
        TEST(lcp_does_not_negotiate_on_a_bundle),
        TEST(network_packets_need_no_multilink_header),
        TEST(a_protocol_rejected_over_a_link_is_the_bundles),
        TEST(without_multilink_the_bundle_is_one_link),
        TEST(short_numbers_are_negotiated_for_each_direction),
        TEST(links_of_another_system_do_not_join),
        TEST(links_of_another_user_do_not_join),
        TEST(links_must_agree_on_the_same_mrru),
        cmocka_unit_test(what_neither_link_tells_is_no_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
