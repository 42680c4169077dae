/* IKE across address translators, over paths that lose fragments, and in floods. */
#include "support/ike_pair.h"
#include "support/unit.h"

#include "ike/ike_internal.h"
#include "ike/ike_vendor.h"
#include "ike/isakmp_payload.h"

#include <string.h>

static void a_nat_makes_the_peers_float_to_port_4500(void **state)
{
    struct ike_pair *pair = *state;
    pair->nat = true;
    ike_pair_connect(pair);
    ike_pair_assert_up(pair);
    assert_int_equal(
        ike_pair_count(pair, IKE_CLIENT, "ike.nat.detected", "behind=self revision=rfc-3947"), 1);
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "ike.nat.detected", "behind=peer"), 1);
    /* Message 5 is the first on port 4500, behind four zero octets. */
    for (unsigned i = 0; i < 9; i++) {
        const struct ike_pair_datagram *datagram = &pair->datagrams[i];
        assert_int_equal(datagram->source_port, i < 4 ? 500 : 4500);
        if (i >= 4)
            unit_assert_hex(datagram->octets, 4, "00000000");
    }
    assert_int_equal(pair->datagrams[5].destination_port, 61501);
    const struct ike_child_sa *client = &ike_pair_sending(pair, IKE_CLIENT)->sa;
    const struct ike_child_sa *server = &ike_pair_sending(pair, IKE_SERVER)->sa;
    assert_true(client->udp_encapsulation);
    assert_int_equal(client->local.port, 4500);
    assert_int_equal(client->remote.port, 4500);
    assert_int_equal(server->remote.port, 61501);
    /* The server protects traffic with the address it sees, and knows the one behind it. */
    assert_true(ip_address_equal(&server->traffic.remote.address, &pair->nat_address));
    assert_true(ip_address_equal(&server->original_remote, &pair->end[IKE_CLIENT].address));
    assert_true(ip_address_equal(&server->original_local, &pair->end[IKE_SERVER].address));
    assert_true(ip_address_equal(&client->original_local, &pair->nat_address));
    assert_true(ip_address_equal(&client->original_remote, &pair->end[IKE_SERVER].address));
}

static void windows_does_it_by_draft_02(void **state)
{
    struct ike_pair *pair = *state;
    pair->nat = true;
    ike_pair_profiles(pair, IKE_PROFILE_WINDOWS_XP_SP2, IKE_PROFILE_SERVER_2003);
    ike_pair_connect(pair);
    ike_pair_assert_up(pair);
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "ike.main-mode.established",
                                    "peer-name=pc.lab cipher=3DES-CBC hash=SHA-1 group=14"),
                     1);
    assert_int_equal(
        ike_pair_count(pair, IKE_SERVER, "ike.main-mode.established", "nat-traversal=draft-02"), 1);
    const struct ike_child_sa *client = &ike_pair_sending(pair, IKE_CLIENT)->sa;
    const struct ike_child_sa *server = &ike_pair_sending(pair, IKE_SERVER)->sa;
    assert_true(server->udp_encapsulation);
    /* The client names itself by its name; it alone sends a NAT-OA. */
    assert_true(ip_address_equal(&server->traffic.remote.address, &pair->nat_address));
    assert_int_equal(server->traffic.remote.port, 1701);
    assert_true(ip_address_equal(&server->original_remote, &pair->end[IKE_CLIENT].address));
    assert_int_equal(server->original_local.version, 0);
    assert_int_equal(client->original_remote.version, 0);
}

static void keep_alives_go_out_every_20_seconds_without_traffic(void **state)
{
    struct ike_pair *pair = *state;
    pair->nat = true;
    ike_pair_connect(pair);
    unsigned before = pair->datagram_count;
    ike_pair_run(pair, SECONDS(62));
    assert_int_equal(pair->datagram_count - before, 3);
    for (unsigned i = before; i < pair->datagram_count; i++) {
        assert_int_equal(pair->datagrams[i].from, IKE_CLIENT);
        assert_int_equal(pair->datagrams[i].length, 1);
        assert_int_equal(pair->datagrams[i].octets[0], 0xff);
        assert_in_range(pair->datagrams[i].at, SECONDS(20 * (i - before + 1)),
                        SECONDS(20 * (i - before + 1)) + INSTANT_SECOND);
    }
    /* Packets on the port serve as well. */
    before = pair->datagram_count;
    while (pair->now < SECONDS(200)) {
        ike_pair_run(pair, pair->now + SECONDS(10));
        ike_child_used(&pair->end[IKE_CLIENT].ike, pair->now,
                       ike_pair_sending(pair, IKE_CLIENT)->sa.id, 100, false);
        ike_pair_poll(pair, IKE_CLIENT);
    }
    assert_int_equal(pair->datagram_count, before);
}

static void without_a_common_revision_there_is_no_nat_traversal(void **state)
{
    struct ike_pair *pair = *state;
    pair->nat = true;
    struct ike_behaviour *behaviour = &pair->end[IKE_SERVER].config.behaviour;
    behaviour->vendors[0] = IKE_VENDOR_NAT_T_02;
    behaviour->foreign_client_id = true;
    ike_pair_connect(pair);
    ike_pair_assert_up(pair);
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "ike.nat.detected", ""), 0);
    assert_int_equal(pair->datagrams[8].source_port, 500);
    assert_false(ike_pair_sending(pair, IKE_CLIENT)->sa.udp_encapsulation);
}

static void service_pack_2_begins_nothing_with_a_server_behind_a_nat(void **state)
{
    struct ike_pair *pair = *state;
    pair->server_nat = true;
    ike_pair_profiles(pair, IKE_PROFILE_WINDOWS_XP_SP2, IKE_PROFILE_SERVER_2003);
    ike_pair_start(pair);
    (void)ike_pair_acquire(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(2));
    assert_int_equal(pair->end[IKE_CLIENT].phase1s, 1);
    assert_int_equal(pair->end[IKE_CLIENT].failed, 1);
    assert_int_equal(pair->end[IKE_CLIENT].cause, IKE_CAUSE_BEHIND_NAT);
}

static void with_assume_udp_encapsulation_2_both_may_be_behind_nats(void **state)
{
    struct ike_pair *pair = *state;
    pair->nat = true;
    pair->server_nat = true;
    ike_pair_profiles(pair, IKE_PROFILE_WINDOWS_XP_SP2, IKE_PROFILE_SERVER_2003);
    pair->end[IKE_CLIENT].config.behaviour.assume_udp_encapsulation = IKE_ASSUME_UDP_SERVER;
    ike_pair_start(pair);
    (void)ike_pair_acquire(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(2));
    assert_int_equal(pair->end[IKE_CLIENT].cause, IKE_CAUSE_BEHIND_NAT);
    ike_close(&pair->end[IKE_CLIENT].ike);
    pair->end[IKE_CLIENT].config.behaviour.assume_udp_encapsulation = IKE_ASSUME_UDP_BOTH;
    assert_int_equal(ike_init(&pair->end[IKE_CLIENT].ike, &pair->end[IKE_CLIENT].config),
                     STATUS_OK);
    (void)ike_pair_acquire(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(4));
    ike_pair_assert_up(pair);
    assert_int_equal(ike_pair_count(pair, IKE_CLIENT, "ike.nat.detected", "behind=both"), 2);
}

static void the_answer_goes_to_the_port_that_the_nat_uses_now(void **state)
{
    struct ike_pair *pair = *state;
    pair->nat = true;
    ike_pair_connect(pair);
    pair->nat_ports[1] = 62000;
    ike_rekey_child(&pair->end[IKE_CLIENT].ike, pair->now,
                    ike_pair_sending(pair, IKE_CLIENT)->sa.id);
    ike_pair_poll(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(2));
    ike_pair_assert_up(pair);
    assert_int_equal(ike_pair_sending(pair, IKE_SERVER)->sa.remote.port, 62000);
}

static void phase_1_is_renewed_on_port_4500(void **state)
{
    static const struct ike_phase1_transform transforms[] = {
        {.encryption = IKE_ENCRYPTION_3DES, .hash = IKE_HASH_SHA1, .group = 2, .seconds = 60},
    };
    static const struct ike_phase1_list list = {transforms, 1};
    struct ike_pair *pair = *state;
    pair->nat = true;
    pair->end[IKE_CLIENT].peer.phase1 = &list;
    pair->end[IKE_SERVER].peer.phase1 = &list;
    ike_pair_connect(pair);
    uint32_t first = ike_pair_sending(pair, IKE_SERVER)->sa.id;
    ike_pair_run(pair, SECONDS(110));
    assert_true(pair->end[IKE_SERVER].phase1s >= 2);
    assert_int_equal(ike_count(&pair->end[IKE_SERVER].ike).phase1, 1);
    assert_int_equal(pair->end[IKE_CLIENT].failed, 0);
    /* The child SA is under the successor now, which deletes it. */
    assert_int_equal(ike_child_find(&pair->end[IKE_SERVER].ike, first)->phase1,
                     pair->end[IKE_SERVER].phase1);
    assert_int_equal(ike_delete_child(&pair->end[IKE_SERVER].ike, pair->now, first), STATUS_OK);
    ike_pair_poll(pair, IKE_SERVER);
    ike_pair_run(pair, SECONDS(111));
    assert_int_equal(pair->end[IKE_CLIENT].children[0].cause, IKE_CAUSE_PEER_DELETED);
    for (unsigned i = 9; i < pair->datagram_count; i++)
        assert_int_equal(pair->datagrams[i].source_port, 4500);
}

/* Fragments. */

static unsigned lose_large(struct ike_pair *pair, unsigned from, unsigned index,
                           const struct packet *packet)
{
    (void)from;
    (void)index;
    return packet->length > pair->fate_index ? 1 : 0;
}

/* A pre-shared key has no message of that size: the path takes even less. */
static void a_path_that_loses_large_datagrams(struct ike_pair *pair, enum ike_profile profile)
{
    ike_pair_profiles(pair, profile, IKE_PROFILE_SERVER_2003);
    pair->fate = lose_large;
    pair->fate_index = 576 - 28;
}

static void messages_with_an_identity_go_in_fragments_after_3_seconds(void **state)
{
    struct ike_pair *pair = *state;
    a_path_that_loses_large_datagrams(pair, IKE_PROFILE_WINDOWS_XP_SP2);
    ike_pair_start(pair);
    (void)ike_pair_acquire(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(2));
    /* Main mode is small; the offer of quick mode is not. */
    assert_int_equal(pair->end[IKE_CLIENT].phase1s, 1);
    assert_int_equal(pair->end[IKE_CLIENT].child_count, 0);
    ike_pair_run(pair, SECONDS(5));
    ike_pair_assert_up(pair);
    assert_int_equal(ike_pair_count(pair, IKE_CLIENT, "ike.fragmented", "fragments="), 1);
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "ike.reassembled", ""), 1);
    bool seen = false;
    for (unsigned i = 0; i < pair->datagram_count; i++)
        if (pair->datagrams[i].octets[16] == ISAKMP_PAYLOAD_FRAGMENT && !seen) {
            seen = true;
            assert_int_equal(pair->datagrams[i].length, 576 - 28);
            assert_int_equal(pair->datagrams[i].octets[19], 0);
        }
    assert_true(seen);
}

static void without_the_vendor_id_the_negotiation_fails(void **state)
{
    struct ike_pair *pair = *state;
    a_path_that_loses_large_datagrams(pair, IKE_PROFILE_WINDOWS_2000);
    ike_pair_start(pair);
    (void)ike_pair_acquire(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(80));
    assert_int_equal(pair->end[IKE_CLIENT].phase1s, 1);
    assert_int_equal(pair->end[IKE_CLIENT].cause, IKE_CAUSE_TIMEOUT);
}

static void fragments_whose_set_stays_incomplete_go_after_70_seconds(void **state)
{
    struct ike_pair *pair = *state;
    ike_pair_profiles(pair, IKE_PROFILE_WINDOWS_XP_SP2, IKE_PROFILE_SERVER_2003);
    ike_pair_connect(pair);
    struct ike_phase1_info info;
    assert_true(ike_phase1_find(&pair->end[IKE_SERVER].ike, pair->end[IKE_SERVER].phase1, &info));
    uint8_t fragment[28 + 8 + 16] = {0};
    memcpy(fragment, info.cookies, 16);
    fragment[16] = ISAKMP_PAYLOAD_FRAGMENT;
    fragment[17] = ISAKMP_VERSION;
    fragment[18] = ISAKMP_EXCHANGE_QUICK_MODE;
    fragment[23] = 1;
    fragment[27] = sizeof fragment;
    fragment[31] = 8 + 16;
    fragment[33] = 9;
    fragment[34] = 1;
    struct ike_endpoint from = {pair->end[IKE_CLIENT].address, 500};
    instant sent = pair->now;
    ike_pair_inject(pair, IKE_SERVER, &from, 500, fragment, sizeof fragment);
    ike_pair_run(pair, sent + SECONDS(69));
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "packet.dropped", "reassembly-timeout"), 0);
    ike_pair_run(pair, sent + SECONDS(71));
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "packet.dropped", "reassembly-timeout"), 1);
}

/* Floods. */

/* Message 1 of main mode from the @p number-th stranger. */
static void knock(struct ike_pair *pair, unsigned number, const uint8_t *cookie)
{
    uint8_t octets[200];
    struct isakmp_header header = {.version = ISAKMP_VERSION,
                                   .exchange = ISAKMP_EXCHANGE_IDENTITY_PROTECTION};
    wire_store_u32(header.initiator_cookie, number + 1);
    if (cookie)
        memcpy(header.responder_cookie, cookie, ISAKMP_COOKIE_SIZE);
    struct isakmp_builder builder;
    isakmp_build_start(&builder, &header, octets, sizeof octets);
    isakmp_build_open(&builder, ISAKMP_PAYLOAD_SA);
    ike_phase1_encode(&builder.writer, pair->end[IKE_CLIENT].peer.phase1->transforms, 1,
                      IKE_AUTHENTICATION_PRE_SHARED_KEY, false);
    isakmp_build_close(&builder);
    size_t length = isakmp_build_finish(&builder);
    struct ike_endpoint from = {ip_address_from_ipv4(0xc6336400 + number), 500};
    ike_pair_inject(pair, IKE_SERVER, &from, 500, octets, length);
}

static void flood(struct ike_pair *pair, bool protects)
{
    ike_pair_profiles(pair, IKE_PROFILE_WINDOWS_VISTA, IKE_PROFILE_SERVER_2008);
    pair->end[IKE_SERVER].config.behaviour.dos_protection = protects;
    pair->anonymous = true;
    pair->end[IKE_SERVER].config.max_phase1 = 600;
    pair->end[IKE_SERVER].config.max_exchanges = 600;
    ike_pair_start(pair);
    for (unsigned i = 0; i < 501; i++)
        knock(pair, i, NULL);
    for (; pair->flight_count > 0; pair->flight_count--)
        packet_free(pair->flights[pair->flight_count - 1].packet);
}

static unsigned lose_those_of_strangers(struct ike_pair *pair, unsigned from, unsigned index,
                                        const struct packet *packet)
{
    (void)packet;
    if (from == IKE_SERVER && pair->datagram_count == index)
        return 1;
    return pair->fate_kind;
}

static void above_500_half_open_negotiations_a_cookie_is_demanded(void **state)
{
    struct ike_pair *pair = *state;
    pair->fate = lose_those_of_strangers;
    pair->fate_kind = 1;
    flood(pair, true);
    struct ike_counts counts = ike_count(&pair->end[IKE_SERVER].ike);
    assert_int_equal(counts.half_open, 501);
    assert_true(counts.dos_protection);
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "ike.half-open.limit", ""), 1);
    knock(pair, 501, NULL);
    assert_int_equal(ike_count(&pair->end[IKE_SERVER].ike).half_open, 501);
    static const uint8_t guess[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    knock(pair, 502, guess);
    assert_int_equal(ike_count(&pair->end[IKE_SERVER].ike).half_open, 501);
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "packet.dropped", "unknown-cookies"), 1);
    /* An initiator that exists comes again with the cookie, and gets through. */
    pair->fate = NULL;
    (void)ike_pair_acquire(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(1));
    ike_pair_assert_up(pair);
    assert_int_equal(ike_pair_count(pair, IKE_CLIENT, "ike.notify.received", "number=40004"), 1);
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "ike.cookie.demanded", ""), 2);
    /* The others are forgotten in time. */
    ike_pair_run(pair, SECONDS(100));
    assert_int_equal(ike_count(&pair->end[IKE_SERVER].ike).half_open, 0);
    assert_false(ike_count(&pair->end[IKE_SERVER].ike).dos_protection);
}

static void without_that_protection_new_ones_are_dropped(void **state)
{
    struct ike_pair *pair = *state;
    pair->fate = lose_those_of_strangers;
    pair->fate_kind = 1;
    flood(pair, false);
    knock(pair, 501, NULL);
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "packet.dropped", "half-open-limit"), 1);
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "ike.cookie.demanded", ""), 0);
}

static void one_address_may_have_35_half_open_negotiations(void **state)
{
    struct ike_pair *pair = *state;
    pair->fate = lose_those_of_strangers;
    pair->fate_kind = 1;
    ike_pair_profiles(pair, IKE_PROFILE_WINDOWS_VISTA, IKE_PROFILE_SERVER_2008);
    pair->end[IKE_SERVER].config.max_phase1 = 100;
    pair->end[IKE_SERVER].config.max_exchanges = 100;
    ike_pair_start(pair);
    uint8_t octets[200];
    for (unsigned i = 0; i < 40; i++) {
        struct isakmp_header header = {.version = ISAKMP_VERSION,
                                       .exchange = ISAKMP_EXCHANGE_IDENTITY_PROTECTION};
        wire_store_u32(header.initiator_cookie, i + 1);
        struct isakmp_builder builder;
        isakmp_build_start(&builder, &header, octets, sizeof octets);
        isakmp_build_open(&builder, ISAKMP_PAYLOAD_SA);
        ike_phase1_encode(&builder.writer, pair->end[IKE_CLIENT].peer.phase1->transforms, 1,
                          IKE_AUTHENTICATION_PRE_SHARED_KEY, false);
        isakmp_build_close(&builder);
        size_t length = isakmp_build_finish(&builder);
        struct ike_endpoint from = {pair->end[IKE_CLIENT].address, 500};
        ike_pair_inject(pair, IKE_SERVER, &from, 500, octets, length);
    }
    assert_int_equal(ike_count(&pair->end[IKE_SERVER].ike).half_open, 35);
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "packet.dropped", "half-open-address-limit"),
                     5);
}

/* Once the client has asked in quick mode it has another address: what comes back is to it like the
 * answer of a peer that names it by another. */
static unsigned rename_client(struct ike_pair *pair, unsigned from, unsigned index,
                              const struct packet *packet)
{
    (void)packet;
    struct ike_state *client = pair->end[IKE_CLIENT].ike.state;
    for (uint32_t i = 0; index == 6 && i < pair->end[IKE_CLIENT].config.max_exchanges; i++)
        if (client->exchanges[i].script == &ike_quick_mode)
            client->exchanges[i].quick.traffic.local.address.octets[3] ^= 0xff;
    assert_true(index != 6 || from == IKE_CLIENT);
    return 0;
}

static void behind_a_nat_the_answer_may_name_the_client_otherwise(void **state)
{
    struct ike_pair *pair = *state;
    pair->nat = true;
    pair->fate = rename_client;
    ike_pair_connect(pair);
    ike_pair_assert_up(pair);
}

static void elsewhere_the_answer_must_name_who_has_asked(void **state)
{
    struct ike_pair *pair = *state;
    pair->fate = rename_client;
    ike_pair_connect(pair);
    assert_int_equal(pair->end[IKE_CLIENT].cause, IKE_CAUSE_INVALID_ID);
    assert_false(pair->end[IKE_CLIENT].told_by_peer);
    assert_null(ike_pair_sending(pair, IKE_CLIENT));
}

static void in_tunnel_mode_a_nat_excuses_no_other_name(void **state)
{
    struct ike_pair *pair = *state;
    pair->nat = true;
    struct ike_traffic inside = pair->end[IKE_CLIENT].rule.traffic;
    assert_true(ip_address_parse("10.2.0.2", &inside.local.address));
    assert_true(ip_address_parse("10.1.0.1", &inside.remote.address));
    inside.local.prefix_length = inside.remote.prefix_length = 32;
    inside.local.port = 1701;
    pair->end[IKE_CLIENT].rule.traffic = inside;
    pair->end[IKE_SERVER].rule.traffic =
        (struct ike_traffic){.local = inside.remote, .remote = inside.local};
    pair->end[IKE_CLIENT].rule.tunnel = pair->end[IKE_SERVER].rule.tunnel = true;
    pair->fate = rename_client;
    ike_pair_connect(pair);
    assert_int_equal(pair->end[IKE_CLIENT].cause, IKE_CAUSE_INVALID_ID);
    assert_false(pair->end[IKE_CLIENT].told_by_peer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ike_pair_set_up, ike_pair_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_nat_makes_the_peers_float_to_port_4500),
        TEST(windows_does_it_by_draft_02),
        TEST(behind_a_nat_the_answer_may_name_the_client_otherwise),
        TEST(elsewhere_the_answer_must_name_who_has_asked),
        TEST(in_tunnel_mode_a_nat_excuses_no_other_name),
        TEST(keep_alives_go_out_every_20_seconds_without_traffic),
        TEST(without_a_common_revision_there_is_no_nat_traversal),
        TEST(service_pack_2_begins_nothing_with_a_server_behind_a_nat),
        TEST(with_assume_udp_encapsulation_2_both_may_be_behind_nats),
        TEST(the_answer_goes_to_the_port_that_the_nat_uses_now),
        TEST(phase_1_is_renewed_on_port_4500),
        TEST(messages_with_an_identity_go_in_fragments_after_3_seconds),
        TEST(without_the_vendor_id_the_negotiation_fails),
        TEST(fragments_whose_set_stays_incomplete_go_after_70_seconds),
        TEST(above_500_half_open_negotiations_a_cookie_is_demanded),
        TEST(without_that_protection_new_ones_are_dropped),
        TEST(one_address_may_have_35_half_open_negotiations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
