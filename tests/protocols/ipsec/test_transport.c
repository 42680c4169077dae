#include "base/wire.h"
#include "ipsec/ipsec_datagram.h"
#include "support/ipsec_bench.h"
#include "support/unit.h"

#include <string.h>

#define A "10.0.0.1"
#define B "10.0.0.2"

/* Two hosts that protect everything between them in transport mode. */
struct pair {
    struct ipsec_bench a;
    struct ipsec_bench b;
    uint32_t policy_a;
    uint32_t policy_b;
    uint32_t bundle_a;
    uint32_t bundle_b;
};

static void open_pair_of(struct pair *pair, const char *a, const char *b, bool ah)
{
    ipsec_bench_init(&pair->a);
    ipsec_bench_init(&pair->b);
    struct ipsec_policy policy = ipsec_bench_policy(IPSEC_TRANSPORT, a, b);
    policy.ah = ah;
    pair->policy_a = ipsec_bench_add_policy(&pair->a, &policy);
    policy = ipsec_bench_policy(IPSEC_TRANSPORT, b, a);
    policy.ah = ah;
    pair->policy_b = ipsec_bench_add_policy(&pair->b, &policy);
    struct ipsec_bundle_config bundle =
        ipsec_bench_bundle(pair->policy_a, IPSEC_TRANSPORT, a, b, 0x1001, 0x2001);
    if (ah) {
        bundle.pair_count = 2;
        bundle.pairs[1].inbound = ipsec_bench_sa(IPSEC_AH, 0x1002, CIPHER_NULL, HASH_MD5);
        bundle.pairs[1].outbound = ipsec_bench_sa(IPSEC_AH, 0x2002, CIPHER_NULL, HASH_MD5);
    }
    pair->bundle_a = ipsec_bench_add(&pair->a, &bundle);
    bundle.policy = pair->policy_b;
    bundle.local = unit_address(b);
    bundle.peer = unit_address(a);
    for (int i = 0; i < bundle.pair_count; i++) {
        const struct security_association_config swapped = bundle.pairs[i].inbound;
        bundle.pairs[i].inbound = bundle.pairs[i].outbound;
        bundle.pairs[i].outbound = swapped;
    }
    pair->bundle_b = ipsec_bench_add(&pair->b, &bundle);
}

static void open_pair(struct pair *pair)
{
    open_pair_of(pair, A, B, false);
}

static void close_pair(struct pair *pair)
{
    ipsec_bench_destroy(&pair->a);
    ipsec_bench_destroy(&pair->b);
}

/* Protects a datagram of A's for B. */
static struct packet *from_a(struct pair *pair, struct packet *packet)
{
    const struct ipsec_outbound out =
        ipsec_processor_outbound(&pair->a.processor, pair->a.now, packet, 1500, 0);
    assert_int_equal(out.verdict, IPSEC_PROCESSED);
    assert_int_equal(out.mode, IPSEC_TRANSPORT);
    assert_int_equal(out.bundle, pair->bundle_a);
    return ipsec_bench_carry(&pair->b, packet);
}

static void refused_by_b(struct pair *pair, struct packet *packet, const char *drop)
{
    pair->b.dropped[0] = '\0';
    const struct ipsec_inbound in = ipsec_processor_inbound(&pair->b.processor, 0, packet, true);
    assert_int_equal(in.verdict, IPSEC_DROPPED);
    assert_string_equal(pair->b.dropped, drop);
    assert_string_equal(strchr(drop, '/') + 1, in.reason);
}

static void a_datagram_comes_out_as_it_went_in(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool ah;
    } ways[] = {{A, B, false},
                {A, B, true},
                {"2001:db8::1", "2001:db8::2", false},
                {"2001:db8::1", "2001:db8::2", true}};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct pair pair;
        open_pair_of(&pair, ways[i].a, ways[i].b, ways[i].ah);
        for (size_t length = 0; length < 300; length += 7) {
            struct packet *packet =
                ipsec_bench_udp(&pair.a, ways[i].a, ways[i].b, 1701, 1701, length);
            struct packet *original = packet_clone(packet);
            packet = from_a(&pair, packet);
            struct ipsec_datagram datagram;
            assert_true(ipsec_datagram_decode(packet, &datagram));
            assert_int_equal(datagram.protocol, ways[i].ah ? IPSEC_NEXT_AH : IPSEC_NEXT_ESP);
            assert_int_equal(datagram.ttl, 64);
            const struct ipsec_inbound in =
                ipsec_processor_inbound(&pair.b.processor, 0, packet, true);
            assert_int_equal(in.verdict, IPSEC_PROCESSED);
            assert_int_equal(in.mode, IPSEC_TRANSPORT);
            assert_int_equal(in.bundle, pair.bundle_b);
            assert_int_equal(packet->length, original->length);
            assert_memory_equal(packet->data, original->data, original->length);
            packet_free(packet);
            packet_free(original);
        }
        const struct ipsec_counters *counters = &pair.b.processor.counters;
        assert_int_equal(counters->opened_in, 43);
        assert_int_equal(counters->esp.decrypted, 43);
        assert_int_equal(counters->ah.authenticated, ways[i].ah ? 43 : 0);
        close_pair(&pair);
    }
}

static void what_should_have_been_protected_is_dropped(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    refused_by_b(&pair, ipsec_bench_udp(&pair.b, A, B, 1701, 1701, 10), "ipsec/unprotected");
    /* On its way through as well: nobody may inject into a protected subnet. */
    struct packet *passing = ipsec_bench_udp(&pair.b, A, B, 1701, 1701, 10);
    assert_int_equal(ipsec_processor_inbound(&pair.b.processor, 0, passing, false).verdict,
                     IPSEC_DROPPED);
    /* From others, and IKE from anyone, it may come in the clear. */
    struct packet *other = ipsec_bench_udp(&pair.b, "10.0.0.3", B, 1701, 1701, 10);
    assert_int_equal(ipsec_processor_inbound(&pair.b.processor, 0, other, true).verdict,
                     IPSEC_PASS);
    packet_free(other);
    struct packet *ike = ipsec_bench_udp(&pair.b, A, B, 500, 500, 10);
    assert_int_equal(ipsec_processor_inbound(&pair.b.processor, 0, ike, true).verdict, IPSEC_PASS);
    packet_free(ike);
    close_pair(&pair);
}

static void a_policy_may_accept_what_is_unprotected(void **state)
{
    (void)state;
    struct ipsec_bench host;
    ipsec_bench_init(&host);
    struct ipsec_policy policy = ipsec_bench_policy(IPSEC_TRANSPORT, B, A);
    policy.accepts_unprotected = true;
    ipsec_bench_add_policy(&host, &policy);
    struct packet *packet = ipsec_bench_udp(&host, A, B, 1701, 1701, 10);
    assert_int_equal(ipsec_processor_inbound(&host.processor, 0, packet, true).verdict, IPSEC_PASS);
    packet_free(packet);
    ipsec_bench_destroy(&host);
}

static void bypassed_and_discarded_as_the_first_policy_says(void **state)
{
    (void)state;
    struct ipsec_bench host;
    ipsec_bench_init(&host);
    const struct ipsec_policy bypass = {.selector = {.protocol = 17, .local_port = 53},
                                        .action = IPSEC_BYPASS};
    const struct ipsec_policy discard = {.selector = {.protocol = 17}, .action = IPSEC_DISCARD};
    struct packet *packet = ipsec_bench_udp(&host, A, B, 53, 9, 10);
    struct packet *other = ipsec_bench_udp(&host, A, B, 54, 9, 10);
    /* Without a policy nothing is done. */
    assert_int_equal(ipsec_processor_outbound(&host.processor, 0, other, 0, 0).verdict, IPSEC_PASS);
    ipsec_bench_add_policy(&host, &bypass);
    ipsec_bench_add_policy(&host, &discard);
    assert_int_equal(ipsec_processor_outbound(&host.processor, 0, packet, 0, 0).verdict,
                     IPSEC_PASS);
    packet_free(packet);
    assert_int_equal(ipsec_processor_outbound(&host.processor, 0, other, 0, 0).verdict,
                     IPSEC_DROPPED);
    assert_string_equal(host.dropped, "ipsec/policy-discard");
    packet = ipsec_bench_udp(&host, B, A, 9, 53, 10);
    assert_int_equal(ipsec_processor_inbound(&host.processor, 0, packet, true).verdict, IPSEC_PASS);
    packet_free(packet);
    packet = ipsec_bench_udp(&host, B, A, 9, 54, 10);
    assert_int_equal(ipsec_processor_inbound(&host.processor, 0, packet, true).verdict,
                     IPSEC_DROPPED);
    ipsec_bench_destroy(&host);
}

static void each_reason_to_drop_is_told(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    struct packet *packet = from_a(&pair, ipsec_bench_udp(&pair.a, A, B, 1, 2, 100));
    struct packet *again = packet_clone(packet);
    struct packet *unknown = packet_clone(packet);
    struct packet *forged = packet_clone(packet);
    struct packet *cut = packet_clone(packet);
    struct packet *fragment = packet_clone(packet);
    assert_int_equal(ipsec_processor_inbound(&pair.b.processor, 0, packet, true).verdict,
                     IPSEC_PROCESSED);
    packet_free(packet);
    refused_by_b(&pair, again, "esp/replayed");
    unknown->data[20] ^= 1;
    refused_by_b(&pair, unknown, "esp/unknown-spi");
    struct packet *elsewhere = packet_clone(forged);
    elsewhere->data[19] ^= 7; /* another address of the host */
    refused_by_b(&pair, elsewhere, "esp/endpoint-mismatch");
    forged->data[27] = 9; /* the next Sequence Number */
    refused_by_b(&pair, forged, "esp/integrity-check-failed");
    packet_trim(cut, 27);
    wire_store_u16(cut->data + 2, 27);
    refused_by_b(&pair, cut, "esp/malformed");
    fragment->data[6] |= 0x20; /* more fragments: it has not been put together */
    refused_by_b(&pair, fragment, "esp/fragment");
    struct packet *torn = ipsec_bench_udp(&pair.b, A, B, 1, 2, 3);
    packet_trim(torn, 19);
    refused_by_b(&pair, torn, "ipsec/malformed");
    const struct ipsec_counters *counters = &pair.b.processor.counters;
    assert_int_equal(counters->unknown_spi, 1);
    assert_int_equal(counters->dropped_in, 7);
    assert_int_equal(counters->esp.received, 3);
    assert_int_equal(counters->esp.fresh, 2);
    assert_int_equal(counters->esp.authenticated, 1);
    assert_int_equal(counters->esp.decrypted, 1);
    close_pair(&pair);
}

static void a_fragment_cannot_be_protected_in_transport_mode(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    struct packet *packet = ipsec_bench_udp(&pair.a, A, B, 1, 2, 16);
    packet->data[6] |= 0x20;
    assert_int_equal(ipsec_processor_outbound(&pair.a.processor, 0, packet, 1500, 0).verdict,
                     IPSEC_DROPPED);
    assert_string_equal(pair.a.dropped, "ipsec/fragment");
    close_pair(&pair);
}

/* ESP alone where AH around it was agreed on, and either with the other's SPI. */
static void half_a_bundle_is_not_enough(void **state)
{
    (void)state;
    struct pair pair;
    open_pair_of(&pair, A, B, true);
    struct packet *packet = from_a(&pair, ipsec_bench_udp(&pair.a, A, B, 1, 2, 100));
    struct ipsec_datagram datagram;
    assert_true(ipsec_datagram_decode(packet, &datagram));
    ipsec_datagram_remove(packet, 20, 24);
    ipsec_datagram_finish(packet, &datagram, IPSEC_NEXT_ESP);
    refused_by_b(&pair, packet, "ipsec/policy-mismatch");
    close_pair(&pair);
}

static void an_association_carries_only_what_it_was_made_for(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    struct ipsec_bundle_config narrow =
        ipsec_bench_bundle(pair.policy_b, IPSEC_TRANSPORT, B, A, 0x3001, 0x4001);
    narrow.selector = (struct ipsec_selector){.protocol = 17, .local_port = 1701};
    ipsec_bench_add(&pair.b, &narrow);
    narrow = ipsec_bench_bundle(pair.policy_a, IPSEC_TRANSPORT, A, B, 0x4001, 0x3001);
    pair.bundle_a = ipsec_bench_add(&pair.a, &narrow);
    struct packet *packet = from_a(&pair, ipsec_bench_udp(&pair.a, A, B, 9, 1701, 100));
    assert_int_equal(ipsec_processor_inbound(&pair.b.processor, 0, packet, true).verdict,
                     IPSEC_PROCESSED);
    packet_free(packet);
    packet = from_a(&pair, ipsec_bench_udp(&pair.a, A, B, 9, 1702, 100));
    refused_by_b(&pair, packet, "ipsec/selector-mismatch");
    close_pair(&pair);
}

/* An SA for one policy does not open the door that another one guards. */
static void what_was_done_must_be_what_the_policy_asks_for(void **state)
{
    (void)state;
    struct ipsec_bench host;
    struct ipsec_bench peer;
    ipsec_bench_init(&host);
    ipsec_bench_init(&peer);
    struct ipsec_policy first = ipsec_bench_policy(IPSEC_TRANSPORT, B, A);
    first.selector.protocol = 6;
    first.ah = true;
    ipsec_bench_add_policy(&host, &first);
    const struct ipsec_policy second = ipsec_bench_policy(IPSEC_TRANSPORT, B, A);
    struct ipsec_bundle_config bundle = ipsec_bench_bundle(ipsec_bench_add_policy(&host, &second),
                                                           IPSEC_TRANSPORT, B, A, 0x1001, 0x2001);
    ipsec_bench_add(&host, &bundle);
    const struct ipsec_policy all = ipsec_bench_policy(IPSEC_TRANSPORT, A, B);
    bundle = ipsec_bench_bundle(ipsec_bench_add_policy(&peer, &all), IPSEC_TRANSPORT, A, B, 0x2001,
                                0x1001);
    ipsec_bench_add(&peer, &bundle);
    struct packet *packet = ipsec_bench_udp(&peer, A, B, 1, 2, 20);
    packet->data[9] = 6; /* TCP */
    assert_int_equal(ipsec_processor_outbound(&peer.processor, 0, packet, 0, 0).verdict,
                     IPSEC_PROCESSED);
    packet = ipsec_bench_carry(&host, packet);
    assert_int_equal(ipsec_processor_inbound(&host.processor, 0, packet, true).verdict,
                     IPSEC_DROPPED);
    assert_string_equal(host.dropped, "ipsec/policy-mismatch");
    ipsec_bench_destroy(&host);
    ipsec_bench_destroy(&peer);
}

static void behind_ipv6_destination_options_the_ports_are_found(void **state)
{
    (void)state;
    struct ipsec_bench host;
    ipsec_bench_init(&host);
    const struct ipsec_policy discard = {.selector = {.protocol = 17, .remote_port = 1701},
                                         .action = IPSEC_DISCARD};
    ipsec_bench_add_policy(&host, &discard);
    struct packet *packet = ipsec_bench_udp(&host, "2001:db8::1", "2001:db8::2", 9, 1701, 10);
    static const uint8_t options[8] = {17, 0, 1, 4, 0, 0, 0, 0};
    memcpy(ipsec_datagram_insert(packet, 40, 8), options, 8);
    packet->data[6] = 60;
    wire_store_u16(packet->data + 4, (uint16_t)(packet->length - 40));
    assert_int_equal(ipsec_processor_outbound(&host.processor, 0, packet, 0, 0).verdict,
                     IPSEC_DROPPED);
    /* Neighbor Discovery needs no policy, and could not wait for one. */
    const struct ipsec_policy everything = {.action = IPSEC_DISCARD};
    ipsec_bench_add_policy(&host, &everything);
    packet = ipsec_bench_udp(&host, "2001:db8::1", "2001:db8::2", 0, 0, 10);
    packet->data[6] = 58;
    packet->data[40] = 135;
    assert_int_equal(ipsec_processor_outbound(&host.processor, 0, packet, 0, 0).verdict,
                     IPSEC_PASS);
    packet->data[40] = 128; /* Echo Request */
    assert_int_equal(ipsec_processor_outbound(&host.processor, 0, packet, 0, 0).verdict,
                     IPSEC_DROPPED);
    ipsec_bench_destroy(&host);
}

static void what_may_not_be_fragmented_must_leave_room(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    struct packet *packet = ipsec_bench_udp(&pair.a, A, B, 1, 2, 1472);
    ipsec_bench_set_df(packet);
    struct ipsec_outbound out = ipsec_processor_outbound(&pair.a.processor, 0, packet, 1500, 0);
    assert_int_equal(out.verdict, IPSEC_TOO_BIG);
    packet_free(packet);
    /* 20 + 8 + 16 + 1440 + 12 = 1496, and one octet more would need another block. */
    assert_int_equal(out.mtu, 20 + 1440 - 2);
    packet = ipsec_bench_udp(&pair.a, A, B, 1, 2, out.mtu - 28);
    ipsec_bench_set_df(packet);
    packet = from_a(&pair, packet);
    assert_int_equal(packet->length, 1496);
    packet_free(packet);
    /* What may be fragmented goes out, for the host to cut. */
    packet_free(from_a(&pair, ipsec_bench_udp(&pair.a, A, B, 1, 2, 1472)));
    close_pair(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_datagram_comes_out_as_it_went_in),
        cmocka_unit_test(what_should_have_been_protected_is_dropped),
        cmocka_unit_test(a_policy_may_accept_what_is_unprotected),
        cmocka_unit_test(bypassed_and_discarded_as_the_first_policy_says),
        cmocka_unit_test(each_reason_to_drop_is_told),
        cmocka_unit_test(a_fragment_cannot_be_protected_in_transport_mode),
        cmocka_unit_test(half_a_bundle_is_not_enough),
        cmocka_unit_test(an_association_carries_only_what_it_was_made_for),
        cmocka_unit_test(what_was_done_must_be_what_the_policy_asks_for),
        cmocka_unit_test(behind_ipv6_destination_options_the_ports_are_found),
        cmocka_unit_test(what_may_not_be_fragmented_must_leave_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
