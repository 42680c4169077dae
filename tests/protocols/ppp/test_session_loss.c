/* Loss: any single control packet, and MPPE packets in both modes. */
#include "support/ppp_pair.h"
#include "support/unit.h"

#define MS INSTANT_MILLISECOND
#define S  INSTANT_SECOND

static void use_encryption(struct ppp_pair *pair, bool stateless)
{
    for (unsigned i = 0; i < 2; i++)
        pair->end[i].config.ccp = (struct ccp_config){
            .enabled = true, .required = true, .strengths = CCP_MPPE_128, .stateless = stateless};
}

static bool lose_one(struct ppp_pair *pair, unsigned from, unsigned index,
                     const struct packet *frame)
{
    (void)from, (void)frame;
    return index == pair->lose_index;
}

static void assert_connected(struct ppp_pair *pair)
{
    for (unsigned i = 0; i < 2; i++) {
        if (!ppp_session_network_is_up(&pair->end[i].session)) {
            ppp_pair_print(pair);
            fail_msg("frame %u lost: end %u is not connected", pair->lose_index, i);
        }
        assert_int_equal(pair->end[i].error, -1);
    }
    pair->lose = NULL;
    for (unsigned i = 0; i < 2; i++) {
        unsigned before = pair->end[1 - i].delivered;
        ppp_pair_send(pair, i, 0x45, 100);
        ppp_pair_run(pair, pair->now + 100 * MS);
        assert_int_equal(pair->end[1 - i].delivered, before + 1);
    }
}

static void the_loss_of_any_single_control_packet_is_made_good(void **state)
{
    (void)state;
    for (unsigned variant = 0; variant < 4; variant++) {
        unsigned frames = UINT32_MAX;
        for (unsigned lost = 0; lost < frames; lost++) {
            struct ppp_pair pair;
            ppp_pair_init(&pair);
            use_encryption(&pair, variant & 1);
            for (unsigned i = 0; i < 2; i++) {
                pair.end[i].config.renumber_retransmits = variant & 2;
                pair.end[i].config.shared_identifier = variant & 2;
                pair.end[i].config.lcp.identification[0] = "MSRASV5.00";
            }
            /* The first run loses nothing and counts. */
            pair.lose = lose_one;
            pair.lose_index = frames == UINT32_MAX ? UINT32_MAX : lost;
            ppp_pair_start(&pair);
            ppp_pair_run(&pair, 30 * S);
            if (frames == UINT32_MAX) {
                frames = pair.frame_count;
                lost = UINT32_MAX;
            }
            assert_connected(&pair);
            ppp_pair_destroy(&pair);
        }
        assert_in_range(frames, 20, 40);
    }
}

static bool lose_first_two(struct ppp_pair *pair, unsigned from, unsigned index,
                           const struct packet *frame)
{
    (void)from, (void)frame;
    return index == pair->lose_index || index == pair->lose_index + 1;
}

static void so_is_the_loss_of_two_in_a_row(void **state)
{
    (void)state;
    for (unsigned lost = 0; lost < 24; lost++) {
        struct ppp_pair pair;
        ppp_pair_init(&pair);
        use_encryption(&pair, true);
        pair.lose = lose_first_two;
        pair.lose_index = lost;
        ppp_pair_start(&pair);
        ppp_pair_run(&pair, 60 * S);
        assert_connected(&pair);
        ppp_pair_destroy(&pair);
    }
}

static void duplicated_answers_change_nothing(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    ppp_pair_start(&pair);
    for (unsigned step = 1; step <= 40; step++) {
        /* Every answer arrives twice. A second Configure-Request would mean a new negotiation. */
        struct packet_queue twice = {0};
        struct packet *packet;
        while ((packet = packet_queue_pop(&pair.line))) {
            const uint8_t *p = packet->data + (packet->data[0] == 0xff ? 2 : 0);
            struct packet *copy = p[2] == PPP_CONFIGURE_REQUEST ? NULL : packet_clone(packet);
            packet_queue_push(&twice, packet);
            if (copy)
                packet_queue_push(&twice, copy);
        }
        pair.line = twice;
        ppp_pair_run(&pair, step * 10 * MS);
    }
    assert_connected(&pair);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(pair.end[i].events[PPP_EVENT_NETWORK_UP], 1);
    assert_true(ppp_pair_count(&pair, PPP_CLIENT, "packet.dropped",
                               "protocol=lcp reason=duplicate-reply") > 0);
    ppp_pair_destroy(&pair);
}

/* Loses every packet of the client whose place in the stream is a multiple of 7. */
static bool lose_every_seventh(struct ppp_pair *pair, unsigned from, unsigned index,
                               const struct packet *frame)
{
    (void)frame;
    return from == PPP_CLIENT && pair->lose_index && index % 7 == 0;
}

static void a_stateless_link_loses_only_what_was_lost(void **state)
{
    (void)state;
    struct ppp_pair pair;
    unsigned lost = 0;
    ppp_pair_init(&pair);
    use_encryption(&pair, true);
    pair.lose = lose_every_seventh;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 1 * S);
    pair.lose_index = 1;
    for (unsigned i = 0; i < 700; i++) {
        lost += pair.frame_count % 7 == 0;
        ppp_pair_send(&pair, PPP_CLIENT, (uint8_t)i, 60);
        ppp_pair_run(&pair, pair.now + 20 * MS);
    }
    assert_int_equal(lost, 100);
    assert_int_equal(pair.end[PPP_SERVER].delivered, 600);
    assert_int_equal(ppp_pair_count(&pair, PPP_SERVER, "ppp.ccp.reset-request.sent", ""), 0);
    ppp_pair_destroy(&pair);
}

static void a_stateful_link_loses_a_round_trip_and_asks_once(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    use_encryption(&pair, false);
    pair.lose = lose_one;
    pair.lose_index = UINT32_MAX;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 1 * S);
    pair.lose_index = pair.frame_count + 3;
    for (unsigned i = 0; i < 10; i++) {
        ppp_pair_send(&pair, PPP_CLIENT, (uint8_t)(0x50 + i), 60);
        ppp_pair_run(&pair, pair.now + 5 * MS);
    }
    ppp_pair_run(&pair, 3 * S);
    /* Packet 3 is lost at 15 ms. Packet 4 arrives at 30 ms and shows it; the Reset-Request is back
       at 40 ms, before packet 8 leaves, which is flushed. 4 to 7 are the price. */
    assert_int_equal(pair.end[PPP_SERVER].delivered, 5);
    assert_int_equal(pair.end[PPP_SERVER].last_delivered[0], 0x59);
    assert_int_equal(ppp_pair_count(&pair, PPP_SERVER, "ppp.ccp.reset-request.sent", ""), 1);
    assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "ppp.ccp.reset-request.received", ""), 1);
    assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "ppp.packet.sent", "code=Reset-Ack"), 0);
    assert_int_equal(ppp_pair_count(&pair, PPP_SERVER, "packet.dropped", "protocol=mppe"), 4);
    ppp_pair_destroy(&pair);
}

static void a_lost_reset_request_is_repeated(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    use_encryption(&pair, false);
    pair.lose = lose_first_two;
    pair.lose_index = UINT32_MAX - 1;
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 1 * S);
    /* One data packet, then the Reset-Request that the next one provokes. */
    pair.lose_index = pair.frame_count;
    ppp_pair_send(&pair, PPP_CLIENT, 1, 60);
    pair.lose_index = pair.frame_count + 1;
    for (unsigned i = 0; i < 40; i++) {
        ppp_pair_send(&pair, PPP_CLIENT, (uint8_t)i, 60);
        ppp_pair_run(&pair, pair.now + 50 * MS);
    }
    assert_true(pair.end[PPP_SERVER].delivered >= 15);
    assert_int_equal(ppp_pair_count(&pair, PPP_SERVER, "ppp.ccp.reset-request.sent", ""), 2);
    ppp_pair_destroy(&pair);
}

static void clear_data_is_dropped_where_encryption_is_required(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    use_encryption(&pair, true);
    ppp_pair_start(&pair);
    ppp_pair_run(&pair, 1 * S);
    ppp_pair_inject(&pair, PPP_SERVER, "21 45000014");
    ppp_pair_inject(&pair, PPP_SERVER, "ff030021 45000014");
    assert_int_equal(pair.end[PPP_SERVER].delivered, 0);
    assert_int_equal(
        ppp_pair_count(&pair, PPP_SERVER, "packet.dropped", "protocol=mppe reason=clear-packet"),
        2);
    ppp_pair_destroy(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_loss_of_any_single_control_packet_is_made_good),
        cmocka_unit_test(so_is_the_loss_of_two_in_a_row),
        cmocka_unit_test(duplicated_answers_change_nothing),
        cmocka_unit_test(a_stateless_link_loses_only_what_was_lost),
        cmocka_unit_test(a_stateful_link_loses_a_round_trip_and_asks_once),
        cmocka_unit_test(a_lost_reset_request_is_repeated),
        cmocka_unit_test(clear_data_is_dropped_where_encryption_is_required),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
