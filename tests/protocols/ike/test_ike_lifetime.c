/* How security associations end and are renewed: lifetimes, traffic, Deletes, dead peers. */
#include "support/ike_pair.h"
#include "support/unit.h"

#include "ike/ike_state.h"
#include "ike/ike_vendor.h"

#include <stdlib.h>
#include <string.h>

/* Both ends have a child SA after this, a second after the start. */
static void connect(struct ike_pair *pair)
{
    ike_pair_connect(pair);
    ike_pair_assert_up(pair);
}

/* Runs with a packet from each end every 100 ms; all of them must find their SA at the other end.
 */
static void run_with_traffic(struct ike_pair *pair, instant until)
{
    while (pair->now < until) {
        ike_pair_run(pair, pair->now + 100 * INSTANT_MILLISECOND);
        for (unsigned from = 0; from < 2; from++) {
            const struct ike_pair_child *receiver = ike_pair_receiving(pair, 1 - from);
            if (!receiver) {
                ike_pair_print(pair);
                fail_msg("a packet of end %u at %llu ms is lost", from,
                         (unsigned long long)(pair->now / INSTANT_MILLISECOND));
            }
            uint32_t id = ike_pair_sending(pair, from)->sa.id;
            ike_child_used(&pair->end[from].ike, pair->now, id, 1000, false);
            ike_child_used(&pair->end[1 - from].ike, pair->now, receiver->sa.id, 1000, true);
            ike_pair_poll(pair, from);
            ike_pair_poll(pair, 1 - from);
        }
    }
}

static const struct ike_phase2_choice short_choices[] = {
    {.protocols = {{.protocol = ISAKMP_PROTOCOL_ESP,
                    .id = IKE_ESP_3DES,
                    .integrity = IKE_INTEGRITY_HMAC_SHA}},
     .seconds = 120},
};
static const struct ike_phase2_list short_life = {short_choices, 1};

static const struct ike_phase2_choice small_choices[] = {
    {.protocols = {{.protocol = ISAKMP_PROTOCOL_ESP,
                    .id = IKE_ESP_3DES,
                    .integrity = IKE_INTEGRITY_HMAC_SHA}},
     .kilobytes = 1000},
};
static const struct ike_phase2_list small_life = {small_choices, 1};

static void rekeying_in_time_loses_no_packet(void **state)
{
    struct ike_pair *pair = *state;
    pair->end[IKE_CLIENT].rule.phase2 = &short_life;
    pair->end[IKE_SERVER].rule.phase2 = &short_life;
    connect(pair);
    run_with_traffic(pair, SECONDS(500));
    /* A fifth of the lifetime before its end: at about 96, 192, 288, 384 and 480 seconds. */
    assert_int_equal(ike_pair_count(pair, IKE_CLIENT, "ike.rekeyed", "phase=2"), 5);
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "ike.rekeyed", "phase=2"), 5);
    assert_int_equal(ike_count(&pair->end[IKE_CLIENT].ike).children, 1);
    assert_int_equal(ike_count(&pair->end[IKE_SERVER].ike).children, 1);
    assert_int_equal(pair->end[IKE_CLIENT].phase1s, 1);
    assert_int_equal(pair->end[IKE_CLIENT].failed, 0);
}

static void kilobytes_end_a_lifetime_too(void **state)
{
    struct ike_pair *pair = *state;
    pair->end[IKE_CLIENT].rule.phase2 = &small_life;
    pair->end[IKE_SERVER].rule.phase2 = &small_life;
    connect(pair);
    /* 10 kB a second each way: 819 kB are used after 82 seconds. */
    run_with_traffic(pair, SECONDS(80));
    assert_int_equal(ike_pair_count(pair, IKE_CLIENT, "ike.rekeyed", ""), 0);
    run_with_traffic(pair, SECONDS(86));
    assert_int_equal(ike_pair_count(pair, IKE_CLIENT, "ike.rekeyed", ""), 1);
    run_with_traffic(pair, SECONDS(400));
    assert_int_equal(ike_pair_count(pair, IKE_CLIENT, "ike.rekeyed", ""), 4);
}

static unsigned lose_all(struct ike_pair *pair, unsigned from, unsigned index,
                         const struct packet *packet)
{
    (void)pair;
    (void)from;
    (void)index;
    (void)packet;
    return 1;
}

static void a_lifetime_that_nothing_renews_ends(void **state)
{
    struct ike_pair *pair = *state;
    pair->end[IKE_CLIENT].rule.phase2 = &short_life;
    pair->end[IKE_SERVER].rule.phase2 = &short_life;
    connect(pair);
    pair->fate = lose_all;
    ike_pair_run(pair, SECONDS(130));
    for (unsigned i = 0; i < 2; i++) {
        assert_true(pair->end[i].children[0].deleted);
        assert_int_equal(pair->end[i].children[0].cause, IKE_CAUSE_EXPIRED);
    }
}

static unsigned lose_one(struct ike_pair *pair, unsigned from, unsigned index,
                         const struct packet *packet)
{
    (void)from;
    (void)packet;
    return index == pair->fate_index ? 1 : 0;
}

static void rekeying_goes_on_when_a_message_of_it_is_lost(void **state)
{
    (void)state;
    for (unsigned message = 9; message < 12; message++) {
        struct ike_pair *pair = malloc(sizeof *pair);
        assert_non_null(pair);
        ike_pair_init(pair);
        pair->end[IKE_CLIENT].rule.phase2 = &short_life;
        pair->end[IKE_SERVER].rule.phase2 = &short_life;
        pair->fate = lose_one;
        pair->fate_index = message;
        connect(pair);
        run_with_traffic(pair, SECONDS(150));
        assert_int_equal(ike_pair_count(pair, IKE_CLIENT, "ike.rekeyed", "phase=2"), 1);
        ike_pair_destroy(pair);
        free(pair);
    }
}

/* The peer has the newer one only when it has read the last message, and that is lost once. */
static void the_older_one_sends_until_the_peer_has_the_newer(void **state)
{
    struct ike_pair *pair = *state;
    for (unsigned i = 0; i < 2; i++)
        pair->end[i].rule.phase2 = &short_life;
    pair->end[IKE_SERVER].config.behaviour.early_inbound = false;
    pair->end[IKE_CLIENT].config.behaviour.overlap_ms = 10000;
    pair->fate = lose_one;
    pair->fate_index = 11;
    connect(pair);
    run_with_traffic(pair, SECONDS(300));
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(ike_pair_count(pair, i, "ike.rekeyed", "phase=2"), 3);
        assert_int_equal(ike_count(&pair->end[i].ike).children, 1);
    }
    assert_int_equal(pair->end[IKE_CLIENT].failed, 0);
}

/* The client renews its child SA, and 100 ms later has the newer one beside it. */
static const struct ike_pair_child *renew(struct ike_pair *pair)
{
    struct ike_pair_end *client = &pair->end[IKE_CLIENT];
    ike_rekey_child(&client->ike, pair->now, ike_pair_sending(pair, IKE_CLIENT)->sa.id);
    ike_pair_poll(pair, IKE_CLIENT);
    ike_pair_run(pair, pair->now + 100 * INSTANT_MILLISECOND);
    const struct ike_pair_child *newer = &client->children[client->child_count - 1];
    assert_true(newer->receives);
    return newer;
}

static void an_older_one_sends_no_longer_than_it_may(void **state)
{
    /* Until the peer has had time, the older one ends, or the newer is to be renewed itself. */
    static const struct {
        unsigned overlap_s, begun_s, taken_over_s;
    } cases[] = {{3, 50, 53}, {1000, 50, 120}, {1000, 5, 101}};
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ike_pair *pair = malloc(sizeof *pair);
        assert_non_null(pair);
        ike_pair_init(pair);
        pair->end[IKE_CLIENT].rule.phase2 = &short_life;
        pair->end[IKE_CLIENT].config.behaviour.overlap_ms = cases[i].overlap_s * 1000;
        connect(pair);
        ike_pair_run(pair, SECONDS(cases[i].begun_s));
        const struct ike_pair_child *newer = renew(pair);
        ike_pair_run(pair, SECONDS(cases[i].taken_over_s - 1));
        assert_false(newer->sends);
        ike_pair_run(pair, SECONDS(cases[i].taken_over_s + 1));
        assert_true(newer->sends);
        ike_pair_destroy(pair);
        free(pair);
    }
}

static void a_newer_one_sends_when_the_older_is_deleted(void **state)
{
    struct ike_pair *pair = *state;
    pair->end[IKE_CLIENT].config.behaviour.overlap_ms = 10000;
    connect(pair);
    uint32_t old = ike_pair_sending(pair, IKE_SERVER)->sa.id;
    const struct ike_pair_child *newer = renew(pair);
    assert_false(newer->sends);
    (void)ike_delete_child(&pair->end[IKE_SERVER].ike, pair->now, old);
    ike_pair_run(pair, pair->now + SECONDS(1));
    assert_true(newer->sends);
    ike_pair_assert_up(pair);
}

static void another_renewal_follows_when_the_newer_one_is_deleted(void **state)
{
    struct ike_pair *pair = *state;
    pair->end[IKE_CLIENT].rule.phase2 = &short_life;
    pair->end[IKE_CLIENT].config.behaviour.overlap_ms = 10000;
    connect(pair);
    uint32_t old = ike_pair_sending(pair, IKE_CLIENT)->sa.id;
    const struct ike_pair_child *newer = renew(pair);
    (void)ike_delete_child(&pair->end[IKE_SERVER].ike, pair->now,
                           ike_pair_sending(pair, IKE_SERVER)->sa.id);
    ike_pair_run(pair, pair->now + SECONDS(1));
    assert_true(newer->deleted);
    assert_int_equal(ike_pair_sending(pair, IKE_CLIENT)->sa.id, old);
    ike_pair_run(pair, SECONDS(110));
    assert_int_not_equal(ike_pair_sending(pair, IKE_CLIENT)->sa.id, old);
    ike_pair_assert_up(pair);
}

static void none_sends_when_all_are_deleted(void **state)
{
    struct ike_pair *pair = *state;
    pair->end[IKE_CLIENT].config.behaviour.overlap_ms = 10000;
    connect(pair);
    (void)renew(pair);
    ike_delete_peer(&pair->end[IKE_CLIENT].ike, pair->now, &pair->end[IKE_SERVER].address, NULL);
    ike_pair_run(pair, pair->now + SECONDS(1));
    assert_null(ike_pair_sending(pair, IKE_CLIENT));
    assert_int_equal(ike_pair_count(pair, IKE_CLIENT, "ike.quick-mode.established", ""), 1);
}

static void renew_at_the_same_time(struct ike_pair *pair)
{
    connect(pair);
    for (unsigned i = 0; i < 2; i++) {
        ike_rekey_child(&pair->end[i].ike, pair->now, ike_pair_sending(pair, i)->sa.id);
        ike_pair_poll(pair, i);
    }
    run_with_traffic(pair, SECONDS(5));
    /* Two new ones; of them both ends send on the same one. */
    const struct ike_child_sa *client = &ike_pair_sending(pair, IKE_CLIENT)->sa;
    const struct ike_child_sa *server = &ike_pair_sending(pair, IKE_SERVER)->sa;
    assert_int_equal(client->protocols[0].outbound.spi, server->protocols[0].inbound.spi);
    assert_int_equal(client->protocols[0].inbound.spi, server->protocols[0].outbound.spi);
    run_with_traffic(pair, SECONDS(60));
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(pair->end[i].child_count, 3);
        assert_int_equal(ike_count(&pair->end[i].ike).children, 1);
    }
}

static void both_ends_may_rekey_at_the_same_time(void **state)
{
    renew_at_the_same_time(*state);
}

static void both_ends_may_rekey_at_the_same_time_and_wait_for_each_other(void **state)
{
    struct ike_pair *pair = *state;
    for (unsigned i = 0; i < 2; i++)
        pair->end[i].config.behaviour.overlap_ms = 3000;
    renew_at_the_same_time(pair);
}

/* Of two that crossed the peer gives up the one that won here: the other sends then, and not the
 * older one that both have replaced. */
static void the_loser_of_two_sends_when_the_peer_deletes_the_winner(void **state)
{
    struct ike_pair *pair = *state;
    connect(pair);
    uint32_t first = ike_pair_sending(pair, IKE_CLIENT)->sa.id;
    for (unsigned i = 0; i < 2; i++) {
        ike_rekey_child(&pair->end[i].ike, pair->now, ike_pair_sending(pair, i)->sa.id);
        ike_pair_poll(pair, i);
    }
    ike_pair_run(pair, SECONDS(2));
    uint32_t winner = ike_pair_sending(pair, IKE_CLIENT)->sa.id;
    assert_int_equal(ike_delete_child(&pair->end[IKE_SERVER].ike, pair->now,
                                      ike_pair_sending(pair, IKE_SERVER)->sa.id),
                     STATUS_OK);
    ike_pair_run(pair, SECONDS(3));
    const struct ike_pair_child *sending = ike_pair_sending(pair, IKE_CLIENT);
    assert_non_null(sending);
    assert_int_not_equal(sending->sa.id, winner);
    assert_int_not_equal(sending->sa.id, first);
    assert_non_null(ike_pair_receiving(pair, IKE_SERVER));
}

static void phase_1_is_renewed_before_its_end_and_child_sas_stay(void **state)
{
    static const struct ike_phase1_transform transforms[] = {
        {.encryption = IKE_ENCRYPTION_AES,
         .key_bits = 256,
         .hash = IKE_HASH_SHA256,
         .group = 2,
         .seconds = 100},
    };
    static const struct ike_phase1_list list = {transforms, 1};
    struct ike_pair *pair = *state;
    pair->end[IKE_CLIENT].peer.phase1 = &list;
    pair->end[IKE_SERVER].peer.phase1 = &list;
    connect(pair);
    run_with_traffic(pair, SECONDS(255));
    assert_int_equal(pair->end[IKE_CLIENT].phase1s, 4);
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "ike.rekeyed", "phase=1"), 3);
    assert_int_equal(ike_count(&pair->end[IKE_CLIENT].ike).phase1, 1);
    assert_int_equal(ike_count(&pair->end[IKE_SERVER].ike).phase1, 1);
    assert_int_equal(pair->end[IKE_CLIENT].child_count, 1);
    assert_true(pair->end[IKE_CLIENT].children[0].sends);
}

static void an_idle_child_sa_of_windows_ends_after_five_minutes(void **state)
{
    struct ike_pair *pair = *state;
    ike_pair_profiles(pair, IKE_PROFILE_WINDOWS_XP_SP2, IKE_PROFILE_SERVER_2003);
    connect(pair);
    run_with_traffic(pair, SECONDS(100));
    ike_pair_run(pair, SECONDS(399));
    assert_non_null(ike_pair_sending(pair, IKE_CLIENT));
    ike_pair_run(pair, SECONDS(402));
    assert_null(ike_pair_sending(pair, IKE_CLIENT));
    assert_null(ike_pair_sending(pair, IKE_SERVER));
    assert_int_equal(pair->end[IKE_CLIENT].children[0].cause, IKE_CAUSE_IDLE);
    /* The ISAKMP SA remains for the next quick mode. */
    assert_int_equal(ike_count(&pair->end[IKE_CLIENT].ike).phase1, 1);
}

static void an_idle_child_sa_with_a_cluster_ends_after_a_minute(void **state)
{
    struct ike_pair *pair = *state;
    ike_pair_profiles(pair, IKE_PROFILE_WINDOWS_XP_SP2, IKE_PROFILE_SERVER_2003);
    struct ike_behaviour *behaviour = &pair->end[IKE_SERVER].config.behaviour;
    behaviour->vendors[behaviour->vendor_count++] = IKE_VENDOR_NLB_PRESENT;
    connect(pair);
    ike_pair_run(pair, SECONDS(59));
    assert_non_null(ike_pair_sending(pair, IKE_CLIENT));
    ike_pair_run(pair, SECONDS(63));
    assert_null(ike_pair_sending(pair, IKE_CLIENT));
}

static void a_deleted_child_sa_is_gone_at_both_ends(void **state)
{
    struct ike_pair *pair = *state;
    connect(pair);
    uint32_t id = ike_pair_sending(pair, IKE_SERVER)->sa.id;
    assert_int_equal(ike_delete_child(&pair->end[IKE_SERVER].ike, pair->now, id), STATUS_OK);
    ike_pair_poll(pair, IKE_SERVER);
    assert_int_equal(ike_delete_child(&pair->end[IKE_SERVER].ike, pair->now, id), STATUS_NOT_FOUND);
    ike_pair_run(pair, SECONDS(2));
    assert_int_equal(pair->end[IKE_SERVER].children[0].cause, IKE_CAUSE_LOCAL);
    assert_int_equal(pair->end[IKE_CLIENT].children[0].cause, IKE_CAUSE_PEER_DELETED);
    assert_int_equal(pair->datagram_count, 10);
}

static bool is_zero(const void *octets, size_t length)
{
    const uint8_t *octet = octets;
    for (size_t i = 0; i < length; i++)
        if (octet[i] != 0)
            return false;
    return true;
}

static void keys_are_wiped_when_what_they_protect_ends(void **state)
{
    struct ike_pair *pair = *state;
    connect(pair);
    const struct ike_state *inside = pair->end[IKE_CLIENT].ike.state;
    const struct ike_child *child = &inside->children[0];
    const struct ike_phase1 *phase1 = &inside->phase1s[0];
    const struct ike_exchange *exchange = &inside->exchanges[1]; /* [0] waits for phase 1 */
    assert_false(is_zero(child->sa.protocols, sizeof child->sa.protocols));
    assert_false(is_zero(&phase1->keys, sizeof phase1->keys));
    assert_false(is_zero(exchange->shared, sizeof exchange->shared));
    ike_shut_down(&pair->end[IKE_CLIENT].ike, pair->now);
    ike_pair_poll(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(100));
    assert_true(is_zero(child->sa.protocols, sizeof child->sa.protocols));
    assert_true(is_zero(&inside->told, sizeof inside->told));
    assert_true(is_zero(&phase1->keys, sizeof phase1->keys));
    for (unsigned i = 0; i < 8; i++) {
        assert_true(is_zero(inside->exchanges[i].shared, sizeof exchange->shared));
        assert_true(is_zero(inside->exchanges[i].private_value, sizeof exchange->private_value));
    }
}

static void only_who_has_that_name_is_deleted(void **state)
{
    struct ike_pair *pair = *state;
    struct ike *client = &pair->end[IKE_CLIENT].ike;
    const struct ip_address *here = &pair->end[IKE_CLIENT].address;
    const struct ip_address *server = &pair->end[IKE_SERVER].address;
    connect(pair);
    ike_delete_peer(client, pair->now, here, NULL);
    ike_delete_peer(client, pair->now, server, "10.0.0.9");
    ike_pair_poll(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(2));
    ike_pair_assert_up(pair);
    ike_delete_peer(client, pair->now, NULL, "10.0.0.1");
    ike_pair_poll(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(3));
    assert_int_equal(pair->end[IKE_SERVER].children[0].cause, IKE_CAUSE_PEER_DELETED);
    assert_int_equal(ike_count(client).phase1, 0);
}

static void windows_wants_its_deletes_acknowledged(void **state)
{
    struct ike_pair *pair = *state;
    ike_pair_profiles(pair, IKE_PROFILE_WINDOWS_XP_SP2, IKE_PROFILE_SERVER_2003);
    connect(pair);
    unsigned before = pair->datagram_count;
    ike_delete_peer(&pair->end[IKE_CLIENT].ike, pair->now, &pair->end[IKE_SERVER].address, NULL);
    ike_pair_poll(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(60));
    /* Child SA and ISAKMP SA, each with its answer, and nothing again. */
    assert_int_equal(pair->datagram_count - before, 4);
    assert_int_equal(ike_pair_count(pair, IKE_CLIENT, "ike.delete.acknowledged", ""), 2);
    assert_int_equal(pair->end[IKE_SERVER].children[0].cause, IKE_CAUSE_PEER_DELETED);
    assert_int_equal(pair->end[IKE_SERVER].phase1s_deleted, 1);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(ike_count(&pair->end[i].ike).phase1, 0);
}

static void an_unacknowledged_delete_goes_out_seven_times(void **state)
{
    struct ike_pair *pair = *state;
    ike_pair_profiles(pair, IKE_PROFILE_WINDOWS_XP_SP2, IKE_PROFILE_SERVER_2003);
    connect(pair);
    unsigned before = pair->datagram_count;
    pair->fate = lose_all;
    (void)ike_delete_child(&pair->end[IKE_CLIENT].ike, pair->now,
                           ike_pair_sending(pair, IKE_CLIENT)->sa.id);
    ike_pair_poll(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(120));
    static const unsigned seconds[] = {0, 1, 3, 7, 15, 31, 47};
    assert_int_equal(pair->datagram_count - before, 7);
    for (unsigned i = 0; i < 7; i++)
        assert_int_equal(pair->datagrams[before + i].at, SECONDS(1 + seconds[i]));
}

static void windows_2000_sends_plain_deletes(void **state)
{
    struct ike_pair *pair = *state;
    ike_pair_profiles(pair, IKE_PROFILE_WINDOWS_2000, IKE_PROFILE_SERVER_2003);
    connect(pair);
    unsigned before = pair->datagram_count;
    (void)ike_delete_child(&pair->end[IKE_CLIENT].ike, pair->now,
                           ike_pair_sending(pair, IKE_CLIENT)->sa.id);
    ike_pair_poll(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(30));
    assert_int_equal(pair->datagram_count - before, 1);
    assert_int_equal(pair->end[IKE_SERVER].children[0].cause, IKE_CAUSE_PEER_DELETED);
}

static void a_peer_that_answers_no_more_counts_as_dead(void **state)
{
    struct ike_pair *pair = *state;
    struct ike_behaviour *behaviour = &pair->end[IKE_CLIENT].config.behaviour;
    behaviour->dpd_ms = 30000;
    connect(pair);
    ike_pair_run(pair, SECONDS(100));
    /* It was asked at 30, 60 and 90 seconds after it was last heard. */
    assert_int_equal(ike_pair_count(pair, IKE_CLIENT, "ike.notify.sent", "R-U-THERE"), 3);
    assert_int_equal(ike_pair_count(pair, IKE_CLIENT, "ike.dpd.alive", ""), 3);
    assert_int_equal(pair->end[IKE_CLIENT].dead, 0);
    pair->fate = lose_all;
    ike_pair_run(pair, SECONDS(144));
    assert_int_equal(pair->end[IKE_CLIENT].dead, 0);
    ike_pair_run(pair, SECONDS(146));
    assert_int_equal(pair->end[IKE_CLIENT].dead, 1);
    assert_int_equal(pair->end[IKE_CLIENT].children[0].cause, IKE_CAUSE_PEER_DEAD);
    assert_int_equal(ike_count(&pair->end[IKE_CLIENT].ike).phase1, 0);
}

static void traffic_of_the_peer_shows_that_it_lives(void **state)
{
    struct ike_pair *pair = *state;
    pair->end[IKE_CLIENT].config.behaviour.dpd_ms = 30000;
    connect(pair);
    run_with_traffic(pair, SECONDS(200));
    assert_int_equal(ike_pair_count(pair, IKE_CLIENT, "ike.notify.sent", "R-U-THERE"), 0);
}

static void initial_contact_ends_what_the_peer_has_forgotten(void **state)
{
    struct ike_pair *pair = *state;
    connect(pair);
    /* The client starts anew and knows nothing. */
    ike_close(&pair->end[IKE_CLIENT].ike);
    pair->end[IKE_CLIENT].child_count = 0;
    assert_int_equal(ike_init(&pair->end[IKE_CLIENT].ike, &pair->end[IKE_CLIENT].config),
                     STATUS_OK);
    (void)ike_pair_acquire(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(3));
    ike_pair_assert_up(pair);
    assert_int_equal(pair->end[IKE_SERVER].children[0].cause, IKE_CAUSE_INITIAL_CONTACT);
    assert_int_equal(ike_count(&pair->end[IKE_SERVER].ike).phase1, 1);
    assert_int_equal(ike_count(&pair->end[IKE_SERVER].ike).children, 1);
}

static void a_peer_without_the_isakmp_sa_is_asked_anew_after_a_timeout(void **state)
{
    struct ike_pair *pair = *state;
    connect(pair);
    ike_close(&pair->end[IKE_SERVER].ike);
    pair->end[IKE_SERVER].child_count = 0;
    assert_int_equal(ike_init(&pair->end[IKE_SERVER].ike, &pair->end[IKE_SERVER].config),
                     STATUS_OK);
    (void)ike_delete_child(&pair->end[IKE_CLIENT].ike, pair->now,
                           ike_pair_sending(pair, IKE_CLIENT)->sa.id);
    ike_pair_poll(pair, IKE_CLIENT);
    (void)ike_pair_acquire(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(200));
    assert_int_equal(pair->end[IKE_CLIENT].cause, IKE_CAUSE_TIMEOUT);
    assert_int_equal(ike_count(&pair->end[IKE_CLIENT].ike).phase1, 0);
    (void)ike_pair_acquire(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(203));
    ike_pair_assert_up(pair);
}

static void shutting_down_tells_every_peer(void **state)
{
    struct ike_pair *pair = *state;
    connect(pair);
    ike_shut_down(&pair->end[IKE_SERVER].ike, pair->now);
    ike_pair_poll(pair, IKE_SERVER);
    ike_pair_run(pair, SECONDS(100));
    assert_null(ike_pair_sending(pair, IKE_CLIENT));
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(ike_count(&pair->end[i].ike).phase1, 0);
        assert_int_equal(ike_count(&pair->end[i].ike).children, 0);
        assert_int_equal(ike_next_timeout(&pair->end[i].ike), INSTANT_NEVER);
    }
}
#define TEST(name) cmocka_unit_test_setup_teardown(name, ike_pair_set_up, ike_pair_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rekeying_in_time_loses_no_packet),
        TEST(kilobytes_end_a_lifetime_too),
        TEST(a_lifetime_that_nothing_renews_ends),
        TEST(rekeying_goes_on_when_a_message_of_it_is_lost),
        TEST(the_older_one_sends_until_the_peer_has_the_newer),
        TEST(an_older_one_sends_no_longer_than_it_may),
        TEST(a_newer_one_sends_when_the_older_is_deleted),
        TEST(another_renewal_follows_when_the_newer_one_is_deleted),
        TEST(none_sends_when_all_are_deleted),
        TEST(both_ends_may_rekey_at_the_same_time),
        TEST(both_ends_may_rekey_at_the_same_time_and_wait_for_each_other),
        TEST(the_loser_of_two_sends_when_the_peer_deletes_the_winner),
        TEST(phase_1_is_renewed_before_its_end_and_child_sas_stay),
        TEST(an_idle_child_sa_of_windows_ends_after_five_minutes),
        TEST(an_idle_child_sa_with_a_cluster_ends_after_a_minute),
        TEST(a_deleted_child_sa_is_gone_at_both_ends),
        TEST(keys_are_wiped_when_what_they_protect_ends),
        TEST(only_who_has_that_name_is_deleted),
        TEST(windows_wants_its_deletes_acknowledged),
        TEST(an_unacknowledged_delete_goes_out_seven_times),
        TEST(windows_2000_sends_plain_deletes),
        TEST(a_peer_that_answers_no_more_counts_as_dead),
        TEST(traffic_of_the_peer_shows_that_it_lives),
        TEST(initial_contact_ends_what_the_peer_has_forgotten),
        TEST(a_peer_without_the_isakmp_sa_is_asked_anew_after_a_timeout),
        TEST(shutting_down_tells_every_peer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
