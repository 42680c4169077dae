#include "base/checksum.h"
#include "base/wire.h"
#include "ipsec/ipsec_datagram.h"
#include "support/ipsec_bench.h"
#include "support/unit.h"

#include <string.h>

/* Two gateways, 192.0.2.1 in front of 10.1.0.0/16 and 192.0.2.2 in front of 10.2.0.0/16. */
struct gateways {
    struct ipsec_bench a;
    struct ipsec_bench b;
    bool ipv6; /* the outer header */
    enum ipsec_ecn ecn;
};

static const char *outer(const struct gateways *gateways, int number)
{
    static const char *const addresses[2][2] = {{"192.0.2.1", "192.0.2.2"},
                                                {"2001:db8::1", "2001:db8::2"}};
    return addresses[gateways->ipv6][number];
}

static struct ipsec_policy subnet_policy(const struct gateways *gateways, int here)
{
    static const char *const subnets[] = {"10.1.0.0", "10.2.0.0"};
    const struct ip_address local = unit_address(subnets[here]);
    const struct ip_address remote = unit_address(subnets[!here]);
    struct ipsec_policy policy =
        ipsec_bench_policy(IPSEC_TUNNEL, outer(gateways, here), outer(gateways, !here));
    policy.tunnel_ecn = gateways->ecn;
    policy.selector = (struct ipsec_selector){.local = ipsec_range_prefix(&local, 16),
                                              .remote = ipsec_range_prefix(&remote, 16)};
    return policy;
}

static void open_with_ecn(struct gateways *gateways, struct ipsec_processor_config config,
                          bool ipv6, enum ipsec_ecn ecn)
{
    gateways->ipv6 = ipv6;
    gateways->ecn = ecn;
    ipsec_bench_init_with(&gateways->a, config);
    ipsec_bench_init_with(&gateways->b, config);
    struct ipsec_policy policy = subnet_policy(gateways, 0);
    struct ipsec_bundle_config bundle =
        ipsec_bench_bundle(ipsec_bench_add_policy(&gateways->a, &policy), IPSEC_TUNNEL,
                           outer(gateways, 0), outer(gateways, 1), 0x1001, 0x2001);
    ipsec_bench_add(&gateways->a, &bundle);
    policy = subnet_policy(gateways, 1);
    bundle = ipsec_bench_bundle(ipsec_bench_add_policy(&gateways->b, &policy), IPSEC_TUNNEL,
                                outer(gateways, 1), outer(gateways, 0), 0x2001, 0x1001);
    ipsec_bench_add(&gateways->b, &bundle);
}

static void open_gateways(struct gateways *gateways, struct ipsec_processor_config config,
                          bool ipv6)
{
    open_with_ecn(gateways, config, ipv6, IPSEC_ECN_COPIED);
}

static void close_gateways(struct gateways *gateways)
{
    ipsec_bench_destroy(&gateways->a);
    ipsec_bench_destroy(&gateways->b);
}

/* Puts a datagram into the tunnel at A and says what its outer header is. */
static struct packet *into(struct gateways *gateways, struct packet *packet,
                           struct ipsec_datagram *header)
{
    const struct ipsec_outbound out =
        ipsec_processor_outbound(&gateways->a.processor, gateways->a.now, packet, 1500, 0);
    assert_int_equal(out.verdict, IPSEC_PROCESSED);
    assert_int_equal(out.mode, IPSEC_TUNNEL);
    assert_true(ipsec_datagram_decode(packet, header));
    return ipsec_bench_carry(&gateways->b, packet);
}

static struct packet *inner(struct gateways *gateways, size_t length)
{
    return ipsec_bench_udp(&gateways->a, "10.1.0.5", "10.2.0.6", 1, 2, length);
}

static void the_outer_header_names_the_gateways_and_the_inner_one_is_kept(void **state)
{
    (void)state;
    for (int ipv6 = 0; ipv6 < 2; ipv6++) {
        struct gateways gateways;
        struct ipsec_datagram header;
        open_gateways(&gateways, ipsec_processor_config_default(), ipv6);
        const struct ip_address from = unit_address(outer(&gateways, 0));
        const struct ip_address to = unit_address(outer(&gateways, 1));
        struct packet *packet = inner(&gateways, 100);
        packet->data[1] = 0xb8;
        packet->data[8] = 3;
        ipsec_bench_set_df(packet);
        struct packet *original = packet_clone(packet);
        packet = into(&gateways, packet, &header);
        assert_true(ip_address_equal(&header.source, &from));
        assert_true(ip_address_equal(&header.destination, &to));
        assert_int_equal(header.protocol, IPSEC_NEXT_ESP);
        assert_int_equal(header.ttl, 128); /* not the inner one's: the way has its own */
        assert_int_equal(header.tos, 0xb8);
        assert_true(header.dont_fragment);
        const struct ipsec_inbound in =
            ipsec_processor_inbound(&gateways.b.processor, 0, packet, true);
        assert_int_equal(in.verdict, IPSEC_PROCESSED);
        assert_int_equal(in.mode, IPSEC_TUNNEL);
        assert_int_equal(packet->length, original->length);
        assert_memory_equal(packet->data, original->data, original->length);
        packet_free(packet);
        packet_free(original);
        close_gateways(&gateways);
    }
}

/* RFC 3168 section 9.2.1.3, and before it RFC 2401 section 5.1.2.1, for each of the codepoints. */
static void a_tunnel_shows_congestion_or_hides_it(void **state)
{
    (void)state;
    static const uint8_t outer_of[3][4] = {
        [IPSEC_ECN_COPIED] = {0, 1, 2, 3},
        [IPSEC_ECN_LIMITED] = {0, 0, 0, 0},
        [IPSEC_ECN_FULL] = {0, 1, 2, 2},
    };
    for (unsigned i = 0; i < 3 * 4 * 2; i++) {
        struct gateways gateways;
        const enum ipsec_ecn ecn = (enum ipsec_ecn)(i / 8);
        struct ipsec_processor_config config = ipsec_processor_config_default();
        struct ipsec_datagram header;
        const unsigned inside = i % 4;
        config.tunnel_copies_tos = i / 4 % 2 == 0;
        open_with_ecn(&gateways, config, false, ecn);
        struct packet *packet = inner(&gateways, 100);
        packet->data[1] = (uint8_t)(0xb8 | inside);
        packet_free(into(&gateways, packet, &header));
        unsigned wanted = outer_of[ecn][inside];
        if (config.tunnel_copies_tos)
            wanted |= 0xb8;
        else if (ecn == IPSEC_ECN_COPIED)
            wanted = 0;
        assert_int_equal(header.tos, wanted);
        close_gateways(&gateways);
    }
}

static void what_a_tunnel_has_met_comes_out_where_it_may(void **state)
{
    (void)state;
    /* What the inner header says when the outer one has been marked; 9: it is dropped. */
    static const uint8_t inner_of[3][4] = {
        [IPSEC_ECN_COPIED] = {0, 1, 2, 3},
        [IPSEC_ECN_LIMITED] = {9, 9, 9, 3},
        [IPSEC_ECN_FULL] = {9, 3, 3, 3},
    };
    for (unsigned i = 0; i < 3 * 4 * 2; i++) {
        struct gateways gateways;
        const enum ipsec_ecn ecn = (enum ipsec_ecn)(i / 8);
        struct ipsec_datagram header;
        const unsigned wanted = inner_of[ecn][i % 4];
        open_with_ecn(&gateways, ipsec_processor_config_default(), i / 4 % 2 == 1, ecn);
        struct packet *packet = inner(&gateways, 100);
        assert_true(ipsec_datagram_decode(packet, &header));
        ipsec_datagram_set_tos(packet, &header, (uint8_t)(0xb8 | i % 4));
        struct packet *original = packet_clone(packet);
        packet = into(&gateways, packet, &header);
        ipsec_datagram_set_tos(packet, &header, header.tos | 3);
        const struct ipsec_inbound in =
            ipsec_processor_inbound(&gateways.b.processor, 0, packet, true);
        assert_int_equal(in.verdict, wanted == 9 ? IPSEC_DROPPED : IPSEC_PROCESSED);
        if (wanted == 9) {
            assert_string_equal(gateways.b.dropped, "ipsec/unexpected-congestion-experienced");
        } else {
            assert_int_equal(packet->data[1], 0xb8 | wanted);
            assert_int_equal(checksum(packet->data, 20), 0);
            assert_memory_equal(packet->data + 12, original->data + 12, original->length - 12);
            packet_free(packet);
        }
        packet_free(original);
        close_gateways(&gateways);
    }
}

static void tos_and_df_of_the_outer_header_can_be_chosen(void **state)
{
    (void)state;
    static const struct {
        enum ipsec_df_policy policy;
        bool inner, outer;
    } table[] = {
        {IPSEC_DF_COPY, false, false},  {IPSEC_DF_COPY, true, true},
        {IPSEC_DF_SET, false, true},    {IPSEC_DF_SET, true, true},
        {IPSEC_DF_CLEAR, false, false}, {IPSEC_DF_CLEAR, true, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct ipsec_processor_config config = ipsec_processor_config_default();
        struct gateways gateways;
        struct ipsec_datagram header;
        config.tunnel_df = table[i].policy;
        config.tunnel_copies_tos = false;
        open_gateways(&gateways, config, false);
        struct packet *packet = inner(&gateways, 100);
        packet->data[1] = 0xb8;
        if (table[i].inner)
            ipsec_bench_set_df(packet);
        packet_free(into(&gateways, packet, &header));
        assert_int_equal(header.dont_fragment, table[i].outer);
        assert_int_equal(header.tos, 0);
        close_gateways(&gateways);
    }
}

static void a_datagram_too_long_for_the_path_is_answered_with_what_fits(void **state)
{
    (void)state;
    struct gateways gateways;
    struct ipsec_datagram header;
    open_gateways(&gateways, ipsec_processor_config_default(), false);
    struct packet *packet = inner(&gateways, 1472);
    ipsec_bench_set_df(packet);
    struct ipsec_outbound out = ipsec_processor_outbound(&gateways.a.processor, 0, packet, 1500, 0);
    assert_int_equal(out.verdict, IPSEC_TOO_BIG);
    assert_int_equal(out.mtu, 1438); /* 20 + 8 + 16 + (1438 + 2) + 12 = 1496 */
    assert_int_equal(packet->length, 1500);
    packet_free(packet);
    packet = inner(&gateways, out.mtu - 28);
    ipsec_bench_set_df(packet);
    packet = into(&gateways, packet, &header);
    assert_int_equal(packet->length, 1496);

    /* A router on the way has less: its message quotes as little as RFC 792 asks for. */
    assert_true(ipsec_processor_input_too_big(&gateways.a.processor, 0, packet->data, 28, 1400));
    assert_string_equal(gateways.a.events, "ipsec.sa.added ipsec.sa.added ipsec.path-mtu ");
    packet_free(packet);
    packet = inner(&gateways, 1410);
    ipsec_bench_set_df(packet);
    out = ipsec_processor_outbound(&gateways.a.processor, 0, packet, 1500, 0);
    assert_int_equal(out.verdict, IPSEC_TOO_BIG);
    assert_int_equal(out.mtu, 1342); /* 20 + 8 + 16 + 1344 + 12 = 1400 */
    /* It is forgotten after ten minutes. */
    gateways.a.now = 600 * INSTANT_SECOND;
    packet_free(into(&gateways, packet, &header));
    close_gateways(&gateways);
}

static void messages_about_other_packets_change_nothing(void **state)
{
    (void)state;
    struct gateways gateways;
    struct ipsec_datagram header;
    open_gateways(&gateways, ipsec_processor_config_default(), false);
    struct packet *packet = into(&gateways, inner(&gateways, 100), &header);
    struct ipsec_processor *processor = &gateways.a.processor;
    for (size_t length = 0; length < 24; length++)
        assert_false(ipsec_processor_input_too_big(processor, 0, packet->data, length, 1400));
    packet->data[23] ^= 1; /* another SPI */
    assert_false(ipsec_processor_input_too_big(processor, 0, packet->data, 28, 1400));
    packet->data[23] ^= 1;
    packet->data[19] ^= 1; /* another peer */
    assert_false(ipsec_processor_input_too_big(processor, 0, packet->data, 28, 1400));
    packet_free(packet);
    close_gateways(&gateways);
}

static void what_does_not_belong_into_the_tunnel_is_dropped_behind_it(void **state)
{
    (void)state;
    struct gateways gateways;
    struct ipsec_datagram header;
    open_gateways(&gateways, ipsec_processor_config_default(), false);
    /* A, or who has its keys, puts a stranger's datagram into the tunnel. */
    gateways.a.processor.policies.entries[0].policy.selector = (struct ipsec_selector){0};
    const struct ipsec_policy guard = {.action = IPSEC_DISCARD};
    ipsec_bench_add_policy(&gateways.b, &guard);
    struct packet *packet =
        into(&gateways, ipsec_bench_udp(&gateways.a, "10.9.0.5", "10.2.0.6", 1, 2, 10), &header);
    assert_int_equal(ipsec_processor_inbound(&gateways.b.processor, 0, packet, true).verdict,
                     IPSEC_DROPPED);
    assert_string_equal(gateways.b.dropped, "ipsec/policy-discard");
    close_gateways(&gateways);
}

static void an_opened_tunnel_must_hold_a_datagram(void **state)
{
    (void)state;
    struct gateways gateways;
    open_gateways(&gateways, ipsec_processor_config_default(), false);
    /* A pads, encrypts and signs whatever it is told to, as one with a fault would. */
    struct ipsec_policy *policy = &gateways.a.processor.policies.entries[0].policy;
    policy->mode = IPSEC_TRANSPORT;
    policy->selector = (struct ipsec_selector){0};
    ipsec_processor_delete(&gateways.a.processor, 0, 1);
    struct ipsec_bundle_config bundle =
        ipsec_bench_bundle(1, IPSEC_TRANSPORT, "192.0.2.1", "192.0.2.2", 0x1001, 0x2001);
    ipsec_bench_add(&gateways.a, &bundle);
    struct packet *packet = ipsec_bench_udp(&gateways.a, "192.0.2.1", "192.0.2.2", 1, 2, 40);
    assert_int_equal(ipsec_processor_outbound(&gateways.a.processor, 0, packet, 0, 0).verdict,
                     IPSEC_PROCESSED);
    packet = ipsec_bench_carry(&gateways.b, packet);
    assert_int_equal(ipsec_processor_inbound(&gateways.b.processor, 0, packet, true).verdict,
                     IPSEC_DROPPED);
    assert_string_equal(gateways.b.dropped, "ipsec/not-a-tunnel");
    close_gateways(&gateways);
}

static void fragments_may_pass_through_a_tunnel(void **state)
{
    (void)state;
    struct gateways gateways;
    struct ipsec_datagram header;
    open_gateways(&gateways, ipsec_processor_config_default(), false);
    struct packet *packet = inner(&gateways, 40);
    packet->data[7] = 5; /* fragment offset 40 */
    packet = into(&gateways, packet, &header);
    assert_false(header.fragment);
    assert_int_equal(ipsec_processor_inbound(&gateways.b.processor, 0, packet, true).verdict,
                     IPSEC_PROCESSED);
    packet_free(packet);
    close_gateways(&gateways);
}

/* The ends of the tunnel protect what goes between them as well, and put that into the tunnel. */
static void transport_mode_inside_a_tunnel_to_the_same_host_is_opened_too(void **state)
{
    (void)state;
    struct ipsec_bench host;
    struct ipsec_bench peer;
    ipsec_bench_init(&host);
    ipsec_bench_init(&peer);
    const struct ipsec_policy transport =
        ipsec_bench_policy(IPSEC_TRANSPORT, "10.0.0.1", "10.0.0.2");
    struct ipsec_policy tunnel = ipsec_bench_policy(IPSEC_TUNNEL, "10.0.0.1", "10.0.0.2");
    tunnel.selector.protocol = 50;
    uint32_t id = ipsec_bench_add_policy(&host, &tunnel);
    struct ipsec_bundle_config bundle =
        ipsec_bench_bundle(id, IPSEC_TUNNEL, "10.0.0.1", "10.0.0.2", 0x1001, 0x2001);
    ipsec_bench_add(&host, &bundle);
    id = ipsec_bench_add_policy(&host, &transport);
    bundle = ipsec_bench_bundle(id, IPSEC_TRANSPORT, "10.0.0.1", "10.0.0.2", 0x1002, 0x2002);
    ipsec_bench_add(&host, &bundle);
    tunnel = ipsec_bench_policy(IPSEC_TUNNEL, "10.0.0.2", "10.0.0.1");
    tunnel.selector.protocol = 50;
    id = ipsec_bench_add_policy(&peer, &tunnel);
    bundle = ipsec_bench_bundle(id, IPSEC_TUNNEL, "10.0.0.2", "10.0.0.1", 0x2001, 0x1001);
    ipsec_bench_add(&peer, &bundle);
    const struct ipsec_policy back = ipsec_bench_policy(IPSEC_TRANSPORT, "10.0.0.2", "10.0.0.1");
    id = ipsec_bench_add_policy(&peer, &back);
    bundle = ipsec_bench_bundle(id, IPSEC_TRANSPORT, "10.0.0.2", "10.0.0.1", 0x2002, 0x1002);
    const uint32_t innermost = ipsec_bench_add(&peer, &bundle);

    struct packet *packet = ipsec_bench_udp(&host, "10.0.0.1", "10.0.0.2", 1, 2, 50);
    assert_int_equal(ipsec_processor_outbound(&host.processor, 0, packet, 0, 0).mode,
                     IPSEC_TRANSPORT);
    assert_int_equal(ipsec_processor_outbound(&host.processor, 0, packet, 0, 0).mode, IPSEC_TUNNEL);
    packet = ipsec_bench_carry(&peer, packet);
    const struct ipsec_inbound in = ipsec_processor_inbound(&peer.processor, 0, packet, true);
    assert_int_equal(in.verdict, IPSEC_PROCESSED);
    assert_int_equal(in.mode, IPSEC_TRANSPORT);
    assert_int_equal(in.bundle, innermost);
    assert_int_equal(packet->length, 20 + 8 + 50);
    packet_free(packet);
    ipsec_bench_destroy(&host);
    ipsec_bench_destroy(&peer);
}

static void ah_protects_the_outer_header_of_a_tunnel(void **state)
{
    (void)state;
    struct ipsec_bench host;
    struct ipsec_bench peer;
    ipsec_bench_init(&host);
    ipsec_bench_init(&peer);
    struct ipsec_policy policy = ipsec_bench_policy(IPSEC_TUNNEL, "10.0.0.1", "10.0.0.2");
    policy.esp = false;
    policy.ah = true;
    struct ipsec_bundle_config bundle =
        ipsec_bench_bundle(ipsec_bench_add_policy(&host, &policy), IPSEC_TUNNEL, "10.0.0.1",
                           "10.0.0.2", 0x1001, 0x2001);
    bundle.pairs[0].inbound = ipsec_bench_sa(IPSEC_AH, 0x1001, CIPHER_NULL, HASH_SHA1);
    bundle.pairs[0].outbound = ipsec_bench_sa(IPSEC_AH, 0x2001, CIPHER_NULL, HASH_SHA1);
    ipsec_bench_add(&host, &bundle);
    policy = ipsec_bench_policy(IPSEC_TUNNEL, "10.0.0.2", "10.0.0.1");
    policy.esp = false;
    policy.ah = true;
    bundle.policy = ipsec_bench_add_policy(&peer, &policy);
    bundle.local = unit_address("10.0.0.2");
    bundle.peer = unit_address("10.0.0.1");
    bundle.pairs[0].inbound = ipsec_bench_sa(IPSEC_AH, 0x2001, CIPHER_NULL, HASH_SHA1);
    bundle.pairs[0].outbound = ipsec_bench_sa(IPSEC_AH, 0x1001, CIPHER_NULL, HASH_SHA1);
    ipsec_bench_add(&peer, &bundle);

    struct packet *packet = ipsec_bench_udp(&host, "10.0.0.1", "10.0.0.2", 1, 2, 50);
    assert_int_equal(ipsec_processor_outbound(&host.processor, 0, packet, 0, 0).verdict,
                     IPSEC_PROCESSED);
    assert_memory_equal(packet->data + 20 + 24 + 20 + 8, "\0\1\2\3", 4); /* in the clear */
    packet = ipsec_bench_carry(&peer, packet);
    struct packet *changed = packet_clone(packet);
    assert_int_equal(ipsec_processor_inbound(&peer.processor, 0, packet, true).verdict,
                     IPSEC_PROCESSED);
    assert_int_equal(packet->length, 20 + 8 + 50);
    packet_free(packet);
    changed->data[5] ^= 1;
    changed->data[20 + 11] = 2; /* the next Sequence Number */
    assert_int_equal(ipsec_processor_inbound(&peer.processor, 0, changed, true).verdict,
                     IPSEC_DROPPED);
    assert_string_equal(peer.dropped, "ah/integrity-check-failed");
    ipsec_bench_destroy(&host);
    ipsec_bench_destroy(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_outer_header_names_the_gateways_and_the_inner_one_is_kept),
        cmocka_unit_test(a_tunnel_shows_congestion_or_hides_it),
        cmocka_unit_test(what_a_tunnel_has_met_comes_out_where_it_may),
        cmocka_unit_test(tos_and_df_of_the_outer_header_can_be_chosen),
        cmocka_unit_test(a_datagram_too_long_for_the_path_is_answered_with_what_fits),
        cmocka_unit_test(messages_about_other_packets_change_nothing),
        cmocka_unit_test(what_does_not_belong_into_the_tunnel_is_dropped_behind_it),
        cmocka_unit_test(an_opened_tunnel_must_hold_a_datagram),
        cmocka_unit_test(fragments_may_pass_through_a_tunnel),
        cmocka_unit_test(transport_mode_inside_a_tunnel_to_the_same_host_is_opened_too),
        cmocka_unit_test(ah_protects_the_outer_header_of_a_tunnel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
