/* MPPC, MPPE and Van Jacobson compression in the data path of whole sessions. */
#include "ppp/ppp_session.h"
#include "support/ppp_pair.h"
#include "support/unit.h"

#include <string.h>

#define S INSTANT_SECOND

static void use_ccp(struct ppp_pair *pair, uint32_t strengths, bool stateless, bool compress)
{
    ppp_pair_init(pair);
    for (unsigned i = 0; i < 2; i++)
        pair->end[i].config.ccp = (struct ccp_config){.enabled = true,
                                                      .required = strengths != 0,
                                                      .strengths = strengths,
                                                      .stateless = stateless,
                                                      .compress = compress};
}

static void connect_ends(struct ppp_pair *pair)
{
    ppp_pair_start(pair);
    ppp_pair_run(pair, 2 * S);
    assert_true(ppp_session_network_is_up(&pair->end[PPP_CLIENT].session));
    assert_true(ppp_session_network_is_up(&pair->end[PPP_SERVER].session));
}

/* Sends @count datagrams of @length octets and checks that all of them arrive. */
static const struct ppp_pair_frame *send_all(struct ppp_pair *pair, unsigned count, size_t length)
{
    unsigned before = pair->end[PPP_SERVER].delivered;
    unsigned frame = pair->frame_count;
    for (unsigned i = 0; i < count; i++)
        ppp_pair_send(pair, PPP_CLIENT, 0x45, length);
    ppp_pair_run(pair, pair->now + S);
    assert_int_equal(pair->end[PPP_SERVER].delivered, before + count);
    assert_int_equal(pair->end[PPP_SERVER].last_length, length);
    for (unsigned i = 0; i < sizeof pair->end[PPP_SERVER].last_delivered && i < length; i++)
        assert_int_equal(pair->end[PPP_SERVER].last_delivered[i], 0x45);
    return &pair->frames[frame];
}

/* Header bits: A flushed, C compressed, D encrypted. */
static void both_together_compress_before_they_encrypt(void **state)
{
    (void)state;
    for (unsigned stateless = 0; stateless < 2; stateless++) {
        struct ppp_pair pair;
        use_ccp(&pair, CCP_MPPE_128, stateless, true);
        connect_ends(&pair);
        assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "ppp.ccp.opened",
                                        stateless ? "strength=128 stateless=yes compression=yes"
                                                  : "strength=128 stateless=no compression=yes"),
                         1);
        const struct ppp_pair_frame *frame = send_all(&pair, 3, 1000);
        assert_int_equal(frame[0].octets[0], 0xfd);
        assert_int_equal(frame[0].octets[1] & 0x30, 0x30);
        assert_int_equal(frame[2].octets[1] & 0x80, stateless ? 0x80 : 0);
        assert_true(frame[0].length < 60);
        ppp_pair_destroy(&pair);
    }
}

static void compression_alone_is_no_encryption(void **state)
{
    (void)state;
    struct ppp_pair pair;
    use_ccp(&pair, 0, false, true);
    connect_ends(&pair);
    assert_int_equal(ppp_session_strength_bits(&pair.end[PPP_CLIENT].session), 0);
    const struct ppp_pair_frame *frame = send_all(&pair, 2, 1000);
    assert_int_equal(frame[0].octets[1] & 0x30, 0x20);
    ppp_pair_destroy(&pair);
}

/* One end without compression: the Nak takes the bit away. */
static void both_ends_must_want_compression(void **state)
{
    (void)state;
    struct ppp_pair pair;
    use_ccp(&pair, CCP_MPPE_128, true, true);
    pair.end[PPP_SERVER].config.ccp.compress = false;
    connect_ends(&pair);
    assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "ppp.ccp.opened", "compression=no"), 1);
    const struct ppp_pair_frame *frame = send_all(&pair, 1, 80);
    assert_int_equal(frame[0].octets[1] & 0x30, 0x10);
    assert_int_equal(frame[0].length, 1 + 2 + 2 + 80);
    ppp_pair_destroy(&pair);
}

/* A peer that compresses though nobody agreed: its packets are dropped, those beside them pass. */
static void compressed_packets_without_agreement_are_dropped(void **state)
{
    (void)state;
    struct ppp_pair pair;
    use_ccp(&pair, CCP_MPPE_128, true, false);
    connect_ends(&pair);
    struct ccp *ccp = &pair.end[PPP_CLIENT].session.ccp;
    const struct mppc_config config = {.stateless = true};
    assert_int_equal(mppc_compressor_init(&ccp->mppc_compressor, &config), STATUS_OK);
    ccp->compresses = true;
    ppp_pair_send(&pair, PPP_CLIENT, 0x45, 80);
    ppp_pair_run(&pair, pair.now + S);
    assert_int_equal(pair.end[PPP_SERVER].delivered, 0);
    assert_int_equal(
        ppp_pair_count(&pair, PPP_SERVER, "packet.dropped", "protocol=mppc reason=not-negotiated"),
        1);
    mppc_compressor_clear(&ccp->mppc_compressor);
    ccp->compresses = false;
    send_all(&pair, 1, 80);
    ppp_pair_destroy(&pair);
}

/* Random octets do not shrink: the packet is sent as it is, four octets longer. */
static void what_does_not_shrink_is_sent_as_it_is(void **state)
{
    (void)state;
    struct ppp_pair pair;
    use_ccp(&pair, CCP_MPPE_128, true, true);
    connect_ends(&pair);
    struct entropy entropy = entropy_make(3, "noise");
    struct packet *packet = packet_alloc(&pair.pool, 90);
    entropy_fill(&entropy, packet_append(packet, 90), 90);
    uint8_t copy[64];
    memcpy(copy, packet->data, sizeof copy);
    unsigned frame = pair.frame_count;
    ppp_session_send_ip(&pair.end[PPP_CLIENT].session, pair.now, packet);
    ppp_pair_poll(&pair, PPP_CLIENT);
    ppp_pair_run(&pair, pair.now + S);
    assert_int_equal(pair.frames[frame].octets[1] & 0x30, 0x10);
    assert_int_equal(pair.frames[frame].length, 1 + 2 + 2 + 90);
    assert_int_equal(pair.end[PPP_SERVER].delivered, 1);
    assert_memory_equal(pair.end[PPP_SERVER].last_delivered, copy, sizeof copy);
    ppp_pair_destroy(&pair);
}

static bool lose_one(struct ppp_pair *pair, unsigned from, unsigned index,
                     const struct packet *frame)
{
    (void)from, (void)frame;
    return index == pair->lose_index;
}

/* A stateful loss: Reset-Request, and the history and, where there is one, the keystream start
   anew. */
static void a_stateful_loss_resets_history_and_keystream(void **state)
{
    (void)state;
    for (unsigned alone = 0; alone < 2; alone++) {
        unsigned encrypted = alone ? 0 : 0x10;
        struct ppp_pair pair;
        use_ccp(&pair, alone ? 0 : CCP_MPPE_128, false, true);
        connect_ends(&pair);
        send_all(&pair, 3, 500);
        pair.lose = lose_one;
        pair.lose_index = pair.frame_count;
        ppp_pair_send(&pair, PPP_CLIENT, 0x45, 500);
        ppp_pair_send(&pair, PPP_CLIENT, 0x45, 500);
        ppp_pair_run(&pair, pair.now + S);
        assert_int_equal(pair.end[PPP_SERVER].delivered, 3);
        assert_int_equal(ppp_pair_count(&pair, PPP_SERVER, "ppp.ccp.reset-request.sent", ""), 1);
        assert_int_equal(ppp_pair_count(&pair, PPP_SERVER, "packet.dropped",
                                        alone ? "protocol=mppc" : "protocol=mppe"),
                         1);
        const struct ppp_pair_frame *frame = send_all(&pair, 3, 500);
        assert_int_equal(frame[0].octets[1] & 0xb0, 0xa0 | encrypted);
        assert_int_equal(frame[1].octets[1] & 0xb0, 0x20 | encrypted);
        ppp_pair_destroy(&pair);
    }
}

/* A TCP segment of one flow; its sequence number and checksum move on with @number. */
static struct packet *segment(struct ppp_pair *pair, unsigned number)
{
    uint8_t octets[60];
    size_t length = unit_hex("45000034 00010000 4006 0000 0a010002 0a010001"
                             "04d2 01bd 00000001 00000009 5010 2000 1234 0000"
                             "41414141 41414141 41414141",
                             octets, sizeof octets);
    octets[5] = (uint8_t)(1 + number);
    octets[27] = (uint8_t)(1 + 12 * number);
    octets[37] = (uint8_t)number;
    /* The IP header's checksum, which the receiver computes anew. */
    uint32_t sum = 0;
    for (unsigned i = 0; i < 20; i += 2)
        sum += (uint32_t)octets[i] << 8 | octets[i + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    octets[10] = (uint8_t)(~sum >> 8);
    octets[11] = (uint8_t)~sum;
    return packet_from(&pair->pool, octets, length);
}

static void use_vj(struct ppp_pair *pair)
{
    ppp_pair_init(pair);
    for (unsigned i = 0; i < 2; i++)
        pair->end[i].config.ipcp.vj = pair->end[i].config.ipcp.vj_allowed = true;
}

static void headers_of_a_connection_shrink_and_come_back(void **state)
{
    (void)state;
    struct ppp_pair pair;
    use_vj(&pair);
    connect_ends(&pair);
    assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "ppp.ipcp.opened", "vj=yes"), 1);
    unsigned frame = pair.frame_count;
    for (unsigned i = 0; i < 4; i++) {
        struct packet *sent = segment(&pair, i);
        uint8_t copy[60];
        size_t length = sent->length;
        memcpy(copy, sent->data, length);
        ppp_session_send_ip(&pair.end[PPP_CLIENT].session, pair.now, sent);
        ppp_pair_poll(&pair, PPP_CLIENT);
        ppp_pair_run(&pair, pair.now + S);
        assert_int_equal(pair.end[PPP_SERVER].last_length, length);
        assert_memory_equal(pair.end[PPP_SERVER].last_delivered, copy, length);
    }
    assert_int_equal(pair.end[PPP_SERVER].delivered, 4);
    assert_int_equal(pair.frames[frame].octets[0], 0x2f);
    assert_int_equal(pair.frames[frame + 1].octets[0], 0x2d);
    /* Protocol, mask, checksum and the data: the second one also names the slot's change. */
    assert_true(pair.frames[frame + 2].length < 1 + 8 + 12);
    ppp_pair_destroy(&pair);
}

/* An error of the line makes what does not name its slot untrustworthy. */
static void a_link_error_tosses_until_a_slot_is_named(void **state)
{
    (void)state;
    struct ppp_pair pair;
    use_vj(&pair);
    connect_ends(&pair);
    for (unsigned i = 0; i < 3; i++) {
        ppp_session_send_ip(&pair.end[PPP_CLIENT].session, pair.now, segment(&pair, i));
        ppp_pair_poll(&pair, PPP_CLIENT);
        ppp_pair_run(&pair, pair.now + S);
        if (i == 1)
            ppp_session_link_error(&pair.end[PPP_SERVER].session);
    }
    assert_int_equal(pair.end[PPP_SERVER].delivered, 2);
    assert_int_equal(ppp_pair_count(&pair, PPP_SERVER, "packet.dropped", "protocol=vj"), 1);
    ppp_pair_destroy(&pair);
}

/* Without agreement the protocols are unknown ones. */
static void compressed_headers_without_agreement_are_rejected(void **state)
{
    (void)state;
    struct ppp_pair pair;
    ppp_pair_init(&pair);
    connect_ends(&pair);
    ppp_pair_inject(&pair, PPP_SERVER, "002d 00 1234 4141");
    assert_int_equal(ppp_pair_count(&pair, PPP_SERVER, "ppp.protocol-rejected", "protocol=45"), 1);
    assert_int_equal(pair.end[PPP_SERVER].delivered, 0);
    ppp_pair_destroy(&pair);
}

static void a_refused_option_leaves_headers_alone(void **state)
{
    (void)state;
    struct ppp_pair pair;
    use_vj(&pair);
    pair.end[PPP_SERVER].config.ipcp.vj = pair.end[PPP_SERVER].config.ipcp.vj_allowed = false;
    connect_ends(&pair);
    assert_int_equal(ppp_pair_count(&pair, PPP_CLIENT, "ppp.ipcp.opened", "vj=no"), 1);
    unsigned frame = pair.frame_count;
    ppp_session_send_ip(&pair.end[PPP_CLIENT].session, pair.now, segment(&pair, 0));
    ppp_pair_poll(&pair, PPP_CLIENT);
    assert_int_equal(pair.frames[frame].octets[0], 0x21);
    ppp_pair_destroy(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_together_compress_before_they_encrypt),
        cmocka_unit_test(compression_alone_is_no_encryption),
        cmocka_unit_test(both_ends_must_want_compression),
        cmocka_unit_test(compressed_packets_without_agreement_are_dropped),
        cmocka_unit_test(what_does_not_shrink_is_sent_as_it_is),
        cmocka_unit_test(a_stateful_loss_resets_history_and_keystream),
        cmocka_unit_test(headers_of_a_connection_shrink_and_come_back),
        cmocka_unit_test(a_link_error_tosses_until_a_slot_is_named),
        cmocka_unit_test(compressed_headers_without_agreement_are_rejected),
        cmocka_unit_test(a_refused_option_leaves_headers_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
