/* Two engines that negotiate: main mode, aggressive mode, quick mode. */
#include "support/ike_pair.h"
#include "support/unit.h"

#include "crypto/dh.h"
#include "ike/isakmp_header.h"

#include <stdlib.h>
#include <string.h>

static void main_mode_and_quick_mode_give_both_ends_the_same_keys(void **state)
{
    struct ike_pair *pair = *state;
    uint32_t number = ike_pair_connect(pair);
    ike_pair_assert_up(pair);
    const struct ike_child_sa *sa = &ike_pair_sending(pair, IKE_CLIENT)->sa;
    assert_int_equal(sa->acquisition, number);
    assert_int_equal(sa->rule, 7);
    assert_true(sa->initiator);
    assert_false(sa->tunnel);
    assert_false(sa->udp_encapsulation);
    assert_int_equal(sa->protocol_count, 1);
    assert_int_equal(sa->protocols[0].protocol, IKE_CHILD_ESP);
    assert_int_equal(sa->protocols[0].cipher, CIPHER_3DES_CBC);
    assert_int_equal(sa->protocols[0].cipher_key_length, 24);
    assert_int_equal(sa->protocols[0].hash, HASH_SHA1);
    assert_int_equal(sa->protocols[0].hash_key_length, 20);
    assert_int_equal(sa->life_s, 3600);
    assert_int_equal(sa->traffic.remote.port, 1701);
    struct ike_phase1_info info[2];
    assert_true(ike_phase1_find(&pair->end[0].ike, pair->end[0].phase1, &info[0]));
    assert_true(ike_phase1_find(&pair->end[1].ike, pair->end[1].phase1, &info[1]));
    assert_memory_equal(info[0].cookies, info[1].cookies, 16);
    assert_int_equal(info[0].cipher_key_length, 24);
    assert_memory_equal(info[0].cipher_key, info[1].cipher_key, 24);
    assert_string_equal(info[0].peer_name, "10.0.0.1");
    assert_string_equal(info[1].peer_name, "10.0.0.2");
    /* Six messages of main mode and three of quick mode, none of them twice. */
    assert_int_equal(pair->datagram_count, 9);
    ike_pair_run(pair, SECONDS(200));
    assert_int_equal(pair->datagram_count, 9);
}

static unsigned fate_of_one(struct ike_pair *pair, unsigned from, unsigned index,
                            const struct packet *packet)
{
    (void)from;
    (void)packet;
    return index == pair->fate_index ? pair->fate_kind : 0;
}

/* Sends a negotiation with one datagram treated differently, and expects it to come about. */
static void negotiate_with_fate(unsigned index, unsigned kind, enum ike_profile client,
                                enum ike_profile server)
{
    struct ike_pair *pair = malloc(sizeof *pair);
    assert_non_null(pair);
    ike_pair_init(pair);
    ike_pair_profiles(pair, client, server);
    pair->fate = fate_of_one;
    pair->fate_index = index;
    pair->fate_kind = kind;
    ike_pair_start(pair);
    (void)ike_pair_acquire(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(20));
    if (pair->datagram_count <= index)
        fail_msg("there is no datagram %u", index);
    if (!ike_pair_agree(pair)) {
        ike_pair_print(pair);
        fail_msg("fate %u of datagram %u", kind, index);
    }
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(pair->end[i].phase1s, 1);
        assert_int_equal(pair->end[i].failed, 0);
        assert_int_equal(pair->end[i].child_count, 1);
    }
    ike_pair_destroy(pair);
    free(pair);
}

static void each_message_may_be_lost_once(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 9; i++)
        negotiate_with_fate(i, 1, IKE_PROFILE_RFC, IKE_PROFILE_RFC);
    for (unsigned i = 0; i < 10; i++) /* the commit bit adds one */
        negotiate_with_fate(i, 1, IKE_PROFILE_WINDOWS_XP_SP2, IKE_PROFILE_SERVER_2003);
}

static void each_message_may_come_twice(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 9; i++)
        negotiate_with_fate(i, 2, IKE_PROFILE_RFC, IKE_PROFILE_LINUX);
    for (unsigned i = 0; i < 10; i++)
        negotiate_with_fate(i, 2, IKE_PROFILE_WINDOWS_VISTA, IKE_PROFILE_SERVER_2008);
}

static void each_message_may_come_after_its_retransmission(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 9; i++)
        negotiate_with_fate(i, 3, IKE_PROFILE_LINUX, IKE_PROFILE_RFC);
    for (unsigned i = 0; i < 10; i++)
        negotiate_with_fate(i, 3, IKE_PROFILE_WINDOWS_2000, IKE_PROFILE_WINDOWS_2000);
}

static void the_commit_bit_makes_the_initiator_wait_for_connected(void **state)
{
    struct ike_pair *pair = *state;
    pair->end[IKE_SERVER].config.behaviour.commit_bit = true;
    pair->fate = fate_of_one;
    pair->fate_index = 9;
    pair->fate_kind = 1;
    ike_pair_connect(pair);
    /* The fourth message is lost: the responder is done, the initiator waits and asks again. */
    assert_int_equal(pair->datagram_count, 10);
    assert_int_equal(pair->datagrams[7].octets[19], ISAKMP_FLAG_ENCRYPTION | ISAKMP_FLAG_COMMIT);
    assert_int_equal(pair->datagrams[8].octets[19], ISAKMP_FLAG_ENCRYPTION);
    assert_non_null(ike_pair_sending(pair, IKE_SERVER));
    assert_null(ike_pair_sending(pair, IKE_CLIENT));
    ike_pair_run(pair, SECONDS(5));
    ike_pair_assert_up(pair);
    assert_int_equal(ike_pair_count(pair, IKE_CLIENT, "ike.retransmitted", "quick-mode-3"), 1);
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "ike.answered-again", "quick-mode-4"), 1);
}

static void with_perfect_forward_secrecy_quick_mode_has_keys_of_its_own(void **state)
{
    struct ike_pair *pair = *state;
    pair->end[IKE_CLIENT].rule.pfs_group = DH_GROUP_14;
    pair->end[IKE_SERVER].rule.pfs_group = DH_GROUP_14;
    ike_pair_connect(pair);
    ike_pair_assert_up(pair);
    assert_true(pair->datagrams[6].length > 256);
    assert_true(pair->datagrams[7].length > 256);
}

static void a_responder_that_asks_for_no_group_takes_one(void **state)
{
    struct ike_pair *pair = *state;
    pair->end[IKE_CLIENT].rule.pfs_group = DH_GROUP_2;
    ike_pair_connect(pair);
    ike_pair_assert_up(pair);
}

static void a_responder_that_asks_for_a_group_takes_nothing_without(void **state)
{
    struct ike_pair *pair = *state;
    pair->end[IKE_SERVER].rule.pfs_group = DH_GROUP_2;
    uint32_t number = ike_pair_connect(pair);
    assert_int_equal(pair->end[IKE_CLIENT].failed, 1);
    assert_int_equal(pair->end[IKE_CLIENT].cause, IKE_CAUSE_NO_PROPOSAL_CHOSEN);
    assert_true(pair->end[IKE_CLIENT].told_by_peer);
    assert_int_equal(pair->end[IKE_CLIENT].failed_acquisition, number);
    assert_int_equal(pair->end[IKE_SERVER].cause, IKE_CAUSE_NO_PROPOSAL_CHOSEN);
    assert_false(pair->end[IKE_SERVER].told_by_peer);
    assert_int_equal(ike_count(&pair->end[IKE_CLIENT].ike).phase1, 1);
}

static const struct ike_phase2_choice bundle_choices[] = {
    {.protocols = {{.protocol = ISAKMP_PROTOCOL_AH,
                    .id = IKE_AH_SHA,
                    .integrity = IKE_INTEGRITY_HMAC_SHA},
                   {.protocol = ISAKMP_PROTOCOL_ESP,
                    .id = IKE_ESP_AES,
                    .key_bits = 256,
                    .integrity = IKE_INTEGRITY_HMAC_MD5}}},
};
static const struct ike_phase2_list bundle = {bundle_choices, 1};

static void ah_around_esp_is_one_child_with_two_pairs(void **state)
{
    struct ike_pair *pair = *state;
    pair->end[IKE_CLIENT].rule.phase2 = &bundle;
    pair->end[IKE_SERVER].rule.phase2 = &bundle;
    ike_pair_connect(pair);
    ike_pair_assert_up(pair);
    const struct ike_child_sa *sa = &ike_pair_sending(pair, IKE_CLIENT)->sa;
    assert_int_equal(sa->protocol_count, 2);
    assert_int_equal(sa->protocols[0].protocol, IKE_CHILD_AH);
    assert_int_equal(sa->protocols[0].hash, HASH_SHA1);
    assert_int_equal(sa->protocols[0].cipher_key_length, 0);
    assert_int_equal(sa->protocols[1].protocol, IKE_CHILD_ESP);
    assert_int_equal(sa->protocols[1].cipher_key_length, 32);
    assert_int_equal(sa->protocols[1].hash, HASH_MD5);
    assert_int_equal(sa->life_s, 0);
}

static void tunnel_mode_takes_subnets_as_they_lie_within_the_rule(void **state)
{
    struct ike_pair *pair = *state;
    struct ike_rule *client = &pair->end[IKE_CLIENT].rule;
    struct ike_rule *server = &pair->end[IKE_SERVER].rule;
    client->tunnel = server->tunnel = true;
    client->traffic = server->traffic = (struct ike_traffic){0};
    unsigned bits;
    assert_true(ip_address_parse_prefix("10.2.0.0/16", &client->traffic.local.address, &bits));
    client->traffic.local.prefix_length = (uint8_t)bits;
    assert_true(ip_address_parse_prefix("10.1.3.0/24", &client->traffic.remote.address, &bits));
    client->traffic.remote.prefix_length = (uint8_t)bits;
    assert_true(ip_address_parse_prefix("10.1.0.0/16", &server->traffic.local.address, &bits));
    server->traffic.local.prefix_length = 16;
    server->traffic.remote = client->traffic.local;
    ike_pair_start(pair);
    struct ike_acquisition wanted = {.rule = 7,
                                     .local = pair->end[IKE_CLIENT].address,
                                     .remote = pair->end[IKE_SERVER].address,
                                     .traffic = client->traffic};
    uint32_t number;
    assert_int_equal(ike_acquire(&pair->end[IKE_CLIENT].ike, 0, &wanted, &number), STATUS_OK);
    ike_pair_poll(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(1));
    ike_pair_assert_up(pair);
    const struct ike_child_sa *sa = &ike_pair_sending(pair, IKE_SERVER)->sa;
    assert_true(sa->tunnel);
    assert_int_equal(sa->traffic.local.prefix_length, 24);
    assert_int_equal(sa->traffic.local.address.octets[2], 3);
    assert_int_equal(sa->traffic.remote.prefix_length, 16);
}

static void traffic_outside_the_rule_is_refused_as_invalid_id(void **state)
{
    struct ike_pair *pair = *state;
    pair->end[IKE_SERVER].rule.traffic.local.port = 1702;
    ike_pair_connect(pair);
    assert_int_equal(pair->end[IKE_CLIENT].cause, IKE_CAUSE_INVALID_ID);
    assert_true(pair->end[IKE_CLIENT].told_by_peer);
}

static const uint8_t other_secret[] = "secreT";

static void different_pre_shared_keys_fail_at_both_ends_after_the_retransmissions(void **state)
{
    struct ike_pair *pair = *state;
    pair->end[IKE_SERVER].peer.pre_shared_key = other_secret;
    ike_pair_profiles(pair, IKE_PROFILE_WINDOWS_XP_SP2, IKE_PROFILE_SERVER_2003);
    ike_pair_start(pair);
    uint32_t number = ike_pair_acquire(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(63));
    assert_int_equal(pair->end[IKE_CLIENT].failed, 0);
    ike_pair_run(pair, SECONDS(70));
    assert_int_equal(pair->end[IKE_CLIENT].failed, 1);
    assert_int_equal(pair->end[IKE_CLIENT].cause, IKE_CAUSE_TIMEOUT);
    assert_int_equal(pair->end[IKE_CLIENT].failed_acquisition, number);
    /* Only the responder has had something that it could not decipher. */
    assert_int_equal(pair->end[IKE_SERVER].failed, 1);
    assert_int_equal(pair->end[IKE_SERVER].cause, IKE_CAUSE_KEY_MISMATCH);
    assert_true(ike_pair_count(pair, IKE_SERVER, "packet.dropped", "not-decipherable") >= 7);
    assert_int_equal(ike_count(&pair->end[IKE_SERVER].ike).half_open, 0);
}

static void without_an_answer_seven_packets_go_out_in_63_seconds(void **state)
{
    struct ike_pair *pair = *state;
    ike_pair_profiles(pair, IKE_PROFILE_WINDOWS_XP_SP2, IKE_PROFILE_SERVER_2003);
    ike_pair_start(pair);
    ike_close(&pair->end[IKE_SERVER].ike);
    pair->end[IKE_SERVER].running = false;
    (void)ike_pair_acquire(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(120));
    static const unsigned seconds[] = {0, 1, 3, 7, 15, 31, 63};
    assert_int_equal(pair->datagram_count, 7);
    for (unsigned i = 0; i < 7; i++)
        assert_int_equal(pair->datagrams[i].at, SECONDS(seconds[i]));
    assert_int_equal(pair->end[IKE_CLIENT].cause, IKE_CAUSE_TIMEOUT);
    assert_int_equal(ike_count(&pair->end[IKE_CLIENT].ike).phase1, 0);
    assert_int_equal(ike_next_timeout(&pair->end[IKE_CLIENT].ike), INSTANT_NEVER);
}

static const struct ike_phase1_transform md5_transforms[] = {
    {.encryption = IKE_ENCRYPTION_DES, .hash = IKE_HASH_MD5, .group = DH_GROUP_1},
};
static const struct ike_phase1_list md5_phase1 = {md5_transforms, 1};

static void no_common_transform_of_phase_1_fails_at_once(void **state)
{
    struct ike_pair *pair = *state;
    pair->end[IKE_SERVER].peer.phase1 = &md5_phase1;
    ike_pair_connect(pair);
    assert_int_equal(pair->end[IKE_CLIENT].cause, IKE_CAUSE_NO_PROPOSAL_CHOSEN);
    assert_true(pair->end[IKE_CLIENT].told_by_peer);
    assert_int_equal(pair->end[IKE_SERVER].cause, IKE_CAUSE_NO_PROPOSAL_CHOSEN);
    assert_int_equal(ike_pair_count(pair, IKE_CLIENT, "ike.notify.received", "NO-PROPOSAL-CHOSEN"),
                     1);
    assert_int_equal(pair->datagram_count, 2);
}

static void windows_tells_its_own_error_behind_that_of_the_rfc(void **state)
{
    struct ike_pair *pair = *state;
    ike_pair_profiles(pair, IKE_PROFILE_WINDOWS_XP_SP2, IKE_PROFILE_SERVER_2003);
    pair->end[IKE_CLIENT].peer.phase1 = &md5_phase1;
    pair->end[IKE_SERVER].peer.phase1 = ike_profile_phase1(IKE_PROFILE_RFC);
    pair->end[IKE_SERVER].rule.traffic.local.port = 1702;
    ike_pair_connect(pair);
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "ike.notify.sent", "INVALID-ID"), 1);
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "ike.notify.sent", "number=40003"), 1);
    assert_int_equal(ike_pair_count(pair, IKE_CLIENT, "ike.notify.received", "number=40003"), 1);
}

static void aggressive_mode_takes_three_messages_before_quick_mode(void **state)
{
    struct ike_pair *pair = *state;
    pair->end[IKE_CLIENT].peer.mode = IKE_AGGRESSIVE_MODE;
    pair->end[IKE_CLIENT].peer.own_name = (struct ike_name){IKE_NAME_USER_FQDN, "user@lab"};
    pair->end[IKE_SERVER].peer.accepts_aggressive = true;
    pair->end[IKE_SERVER].peer.checks_name = true;
    pair->end[IKE_SERVER].peer.peer_name = (struct ike_name){IKE_NAME_USER_FQDN, "user@lab"};
    ike_pair_connect(pair);
    ike_pair_assert_up(pair);
    assert_int_equal(pair->datagram_count, 6);
    assert_int_equal(
        ike_pair_count(pair, IKE_SERVER, "ike.aggressive-mode.established", "peer-name=user@lab"),
        1);
}

static void aggressive_mode_shows_a_wrong_pre_shared_key_to_the_initiator(void **state)
{
    struct ike_pair *pair = *state;
    pair->end[IKE_CLIENT].peer.mode = IKE_AGGRESSIVE_MODE;
    pair->end[IKE_SERVER].peer.accepts_aggressive = true;
    pair->end[IKE_SERVER].peer.pre_shared_key = other_secret;
    ike_pair_connect(pair);
    assert_int_equal(pair->end[IKE_CLIENT].cause, IKE_CAUSE_AUTHENTICATION_FAILED);
    assert_false(pair->end[IKE_CLIENT].told_by_peer);
}

static void windows_refuses_aggressive_mode(void **state)
{
    struct ike_pair *pair = *state;
    ike_pair_profiles(pair, IKE_PROFILE_RFC, IKE_PROFILE_SERVER_2003);
    pair->end[IKE_CLIENT].peer.mode = IKE_AGGRESSIVE_MODE;
    pair->end[IKE_SERVER].peer.accepts_aggressive = true;
    ike_pair_start(pair);
    (void)ike_pair_acquire(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(130));
    assert_int_equal(pair->end[IKE_CLIENT].cause, IKE_CAUSE_TIMEOUT);
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "ike.refused", "aggressive-mode-refused"), 6);
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "ike.message.sent", ""), 0);
}

static void a_peer_that_is_not_who_it_should_be_is_refused(void **state)
{
    struct ike_pair *pair = *state;
    pair->end[IKE_SERVER].peer.checks_name = true;
    pair->end[IKE_SERVER].peer.peer_name = (struct ike_name){IKE_NAME_FQDN, "other.lab"};
    pair->end[IKE_CLIENT].peer.own_name = (struct ike_name){IKE_NAME_FQDN, "pc.lab"};
    ike_pair_connect(pair);
    assert_int_equal(pair->end[IKE_SERVER].cause, IKE_CAUSE_INVALID_ID);
    assert_int_equal(pair->end[IKE_CLIENT].cause, IKE_CAUSE_INVALID_ID);
    assert_true(pair->end[IKE_CLIENT].told_by_peer);
}

static void the_shorter_lifetime_is_told_to_the_initiator(void **state)
{
    static const struct ike_phase2_choice choices[] = {
        {.protocols = {{.protocol = ISAKMP_PROTOCOL_ESP,
                        .id = IKE_ESP_3DES,
                        .integrity = IKE_INTEGRITY_HMAC_SHA}},
         .seconds = 900},
    };
    static const struct ike_phase2_list list = {choices, 1};
    struct ike_pair *pair = *state;
    pair->end[IKE_SERVER].rule.phase2 = &list;
    ike_pair_connect(pair);
    ike_pair_assert_up(pair);
    assert_int_equal(ike_pair_sending(pair, IKE_CLIENT)->sa.life_s, 900);
    assert_int_equal(ike_pair_sending(pair, IKE_SERVER)->sa.life_s, 900);
}

static struct packet *first_message;

static unsigned keep_first(struct ike_pair *pair, unsigned from, unsigned index,
                           const struct packet *packet)
{
    (void)pair;
    (void)from;
    if (index == 0)
        first_message = packet_clone(packet);
    return 0;
}

static void service_pack_2_shows_its_vendor_ids_and_proposals_in_order(void **state)
{
    static const char vendor_ids[] =
        "0d000018 1e2b516905991c7d7c96fcbfb587e461 00000004" /* MS NT5 ISAKMPOAKLEY */
        "0d000014 4048b7d56ebce88525e7de7f00d6c2d3"          /* FRAGMENTATION */
        "0d000014 90cb80913ebb696e086381b5ec427b1f"          /* draft-ietf-ipsec-nat-t-ike-02 */
        "00000014 26244d38eddb61b3172a36e3d0cfb819";         /* Vid-Initial-Contact */
    struct ike_pair *pair = *state;
    ike_pair_profiles(pair, IKE_PROFILE_WINDOWS_XP_SP2, IKE_PROFILE_SERVER_2003);
    pair->fate = keep_first;
    ike_pair_start(pair);
    (void)ike_pair_acquire(pair, IKE_CLIENT);
    struct packet *message = first_message;
    /* One proposal with five transforms of 36 octets: 3DES, SHA and group 14 first. */
    assert_int_equal(message->length, 28 + 200 + 84);
    unit_assert_hex(
        message->data + 28, 12 + 8 + 36,
        "0d0000c8 00000001 00000001 000000bc 01010005"
        "03000024 01010000 80010005 80020002 8004000e 80030001 800b0001 000c0004 00007080");
    unit_assert_hex(message->data + 28 + 200, 84, vendor_ids);
    packet_free(message);
}

static void the_same_traffic_is_negotiated_once(void **state)
{
    struct ike_pair *pair = *state;
    ike_pair_start(pair);
    uint32_t first = ike_pair_acquire(pair, IKE_CLIENT);
    uint32_t second = ike_pair_acquire(pair, IKE_CLIENT);
    assert_int_equal(first, second);
    ike_pair_run(pair, SECONDS(1));
    assert_int_equal(pair->end[IKE_CLIENT].child_count, 1);
}

static void a_second_negotiation_needs_no_second_phase_1(void **state)
{
    struct ike_pair *pair = *state;
    ike_pair_connect(pair);
    ike_pair_assert_up(pair);
    assert_int_equal(ike_delete_child(&pair->end[IKE_CLIENT].ike, pair->now,
                                      ike_pair_sending(pair, IKE_CLIENT)->sa.id),
                     STATUS_OK);
    ike_pair_poll(pair, IKE_CLIENT);
    (void)ike_pair_acquire(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(2));
    ike_pair_assert_up(pair);
    assert_int_equal(pair->end[IKE_CLIENT].phase1s, 1);
    assert_int_equal(pair->end[IKE_CLIENT].child_count, 2);
}

static void a_peer_without_policy_or_rule_is_not_found(void **state)
{
    struct ike_pair *pair = *state;
    assert_true(ip_address_parse("10.9.0.0", &pair->end[IKE_CLIENT].peer.remote));
    pair->end[IKE_CLIENT].peer.prefix_length = 16;
    ike_pair_start(pair);
    struct ike_acquisition wanted = {.rule = 7, .remote = pair->end[IKE_SERVER].address};
    uint32_t number;
    assert_int_equal(ike_acquire(&pair->end[IKE_CLIENT].ike, 0, &wanted, &number),
                     STATUS_NOT_FOUND);
    wanted.rule = 8;
    assert_true(ip_address_parse("10.9.0.1", &wanted.remote));
    assert_int_equal(ike_acquire(&pair->end[IKE_CLIENT].ike, 0, &wanted, &number),
                     STATUS_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ike_pair_set_up, ike_pair_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(main_mode_and_quick_mode_give_both_ends_the_same_keys),
        TEST(each_message_may_be_lost_once),
        TEST(each_message_may_come_twice),
        TEST(each_message_may_come_after_its_retransmission),
        TEST(the_commit_bit_makes_the_initiator_wait_for_connected),
        TEST(with_perfect_forward_secrecy_quick_mode_has_keys_of_its_own),
        TEST(a_responder_that_asks_for_no_group_takes_one),
        TEST(a_responder_that_asks_for_a_group_takes_nothing_without),
        TEST(ah_around_esp_is_one_child_with_two_pairs),
        TEST(tunnel_mode_takes_subnets_as_they_lie_within_the_rule),
        TEST(traffic_outside_the_rule_is_refused_as_invalid_id),
        TEST(different_pre_shared_keys_fail_at_both_ends_after_the_retransmissions),
        TEST(without_an_answer_seven_packets_go_out_in_63_seconds),
        TEST(no_common_transform_of_phase_1_fails_at_once),
        TEST(windows_tells_its_own_error_behind_that_of_the_rfc),
        TEST(aggressive_mode_takes_three_messages_before_quick_mode),
        TEST(aggressive_mode_shows_a_wrong_pre_shared_key_to_the_initiator),
        TEST(windows_refuses_aggressive_mode),
        TEST(a_peer_that_is_not_who_it_should_be_is_refused),
        TEST(the_shorter_lifetime_is_told_to_the_initiator),
        TEST(service_pack_2_shows_its_vendor_ids_and_proposals_in_order),
        TEST(the_same_traffic_is_negotiated_once),
        TEST(a_second_negotiation_needs_no_second_phase_1),
        TEST(a_peer_without_policy_or_rule_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
