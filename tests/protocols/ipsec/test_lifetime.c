#include "ipsec/ipsec_private.h"
#include "support/ipsec_bench.h"
#include "support/unit.h"

#include <string.h>

#define A "10.0.0.1"
#define B "10.0.0.2"

#define S(n) ((instant)(n)*INSTANT_SECOND)

struct host {
    struct ipsec_bench bench;
    uint32_t policy;
};

static void open_host(struct host *host, uint16_t hold)
{
    struct ipsec_processor_config config = ipsec_processor_config_default();
    config.hold_packets = hold;
    ipsec_bench_init_with(&host->bench, config);
    const struct ipsec_policy policy = ipsec_bench_policy(IPSEC_TRANSPORT, A, B);
    host->policy = ipsec_bench_add_policy(&host->bench, &policy);
}

static struct ipsec_outbound send_one(struct host *host, size_t length)
{
    struct packet *packet = ipsec_bench_udp(&host->bench, A, B, 1701, 1701, length);
    struct ipsec_outbound out =
        ipsec_processor_outbound(&host->bench.processor, host->bench.now, packet, 0, 0);
    if (out.verdict == IPSEC_PROCESSED)
        packet_free(packet);
    return out;
}

static struct ipsec_bundle_config bundle_of(const struct host *host, uint32_t number)
{
    return ipsec_bench_bundle(host->policy, IPSEC_TRANSPORT, A, B, 0x1000 + number,
                              0x2000 + number);
}

static struct ipsec_output polled(struct host *host)
{
    struct ipsec_output output;
    ipsec_processor_poll(&host->bench.processor, &output);
    return output;
}

static void nothing_polled(struct host *host)
{
    struct ipsec_output output;
    assert_false(ipsec_processor_poll(&host->bench.processor, &output));
    assert_int_equal(output.kind, OUTPUT_NONE);
}

static void wake(struct host *host, instant now)
{
    assert_int_equal(ipsec_processor_next_timeout(&host->bench.processor), now);
    host->bench.now = now;
    ipsec_processor_handle_timeout(&host->bench.processor, now);
}

static void packets_wait_for_what_they_ask_for_once(void **state)
{
    (void)state;
    struct host host;
    open_host(&host, 2);
    assert_int_equal(send_one(&host, 1).verdict, IPSEC_HELD);
    assert_int_equal(send_one(&host, 2).verdict, IPSEC_HELD);
    assert_int_equal(send_one(&host, 3).verdict, IPSEC_DROPPED);
    assert_string_equal(host.bench.dropped, "ipsec/no-security-association");
    const struct ipsec_output asked = polled(&host);
    const struct ip_address peer = unit_address(B);
    assert_int_equal(asked.kind, OUTPUT_EVENT);
    assert_int_equal(asked.event, IPSEC_EVENT_ACQUIRE);
    assert_int_equal(asked.policy, host.policy);
    assert_true(ip_address_equal(&asked.peer, &peer));
    assert_int_equal(asked.traffic.protocol, 17);
    assert_int_equal(asked.traffic.remote_port, 1701);
    nothing_polled(&host);
    assert_string_equal(host.bench.events, "ipsec.acquire ");

    const struct ipsec_bundle_config bundle = bundle_of(&host, 1);
    ipsec_bench_add(&host.bench, &bundle);
    for (uint32_t length = 1; length <= 2; length++) { /* in the order they came */
        const struct ipsec_output sent = polled(&host);
        assert_int_equal(sent.kind, OUTPUT_SEND);
        assert_int_equal(sent.packet->data[9], 50);
        assert_int_equal(sent.packet->data[27], length);
        packet_free(sent.packet);
    }
    nothing_polled(&host);
    assert_int_equal(send_one(&host, 3).verdict, IPSEC_PROCESSED);
    ipsec_bench_destroy(&host.bench);
}

static void packets_wait_no_longer_than_they_should(void **state)
{
    (void)state;
    struct host host;
    open_host(&host, 2);
    send_one(&host, 1);
    polled(&host);
    wake(&host, S(30));
    assert_string_equal(host.bench.dropped, "ipsec/no-security-association");
    assert_string_equal(host.bench.events, "ipsec.acquire ipsec.acquire.failed ");
    assert_int_equal(ipsec_processor_next_timeout(&host.bench.processor), INSTANT_NEVER);
    /* The next one asks anew, and whoever negotiates may say sooner that it is in vain. */
    assert_int_equal(send_one(&host, 1).verdict, IPSEC_HELD);
    assert_int_equal(polled(&host).event, IPSEC_EVENT_ACQUIRE);
    host.bench.dropped[0] = '\0';
    const struct ip_address peer = unit_address(B);
    ipsec_processor_acquire_failed(&host.bench.processor, S(31), host.policy, &peer);
    assert_string_equal(host.bench.dropped, "ipsec/no-security-association");
    ipsec_bench_destroy(&host.bench);
}

static void more_negotiations_than_fit_are_refused(void **state)
{
    (void)state;
    struct ipsec_bench host;
    ipsec_bench_init(&host);
    const struct ipsec_policy policy = {
        .action = IPSEC_PROTECT, .mode = IPSEC_TRANSPORT, .esp = true};
    ipsec_bench_add_policy(&host, &policy);
    for (int i = 0; i <= IPSEC_PENDING_MAXIMUM; i++) {
        char text[] = "10.0.1.10";
        struct ipsec_output output;
        text[7] = (char)('1' + i / 10);
        text[8] = (char)('0' + i % 10);
        struct packet *packet = ipsec_bench_udp(&host, A, text, 1, 2, 3);
        const struct ipsec_outbound out =
            ipsec_processor_outbound(&host.processor, 0, packet, 0, 0);
        const bool fits = i < IPSEC_PENDING_MAXIMUM;
        assert_int_equal(out.verdict, fits ? IPSEC_HELD : IPSEC_DROPPED);
        assert_int_equal(ipsec_processor_poll(&host.processor, &output), fits);
    }
    assert_string_equal(host.dropped, "ipsec/too-many-negotiations");
    ipsec_bench_destroy(&host);
}

static void time_ends_associations_after_a_warning(void **state)
{
    (void)state;
    struct host host;
    open_host(&host, 0);
    struct ipsec_bundle_config bundle = bundle_of(&host, 1);
    bundle.lifetime = (struct ipsec_lifetime){.soft_s = 3000, .hard_s = 3600};
    const uint32_t id = ipsec_bench_add(&host.bench, &bundle);
    wake(&host, S(3000));
    struct ipsec_output told = polled(&host);
    assert_int_equal(told.event, IPSEC_EVENT_REKEY);
    assert_int_equal(told.bundle, id);
    assert_int_equal(send_one(&host, 10).verdict, IPSEC_PROCESSED);
    wake(&host, S(3600));
    told = polled(&host);
    assert_int_equal(told.event, IPSEC_EVENT_EXPIRED);
    assert_int_equal(told.bundle, id);
    assert_int_equal(told.pairs[0].inbound_spi, 0x1001);
    assert_int_equal(told.pairs[0].outbound_spi, 0x2001);
    assert_int_equal(told.pairs[0].protocol, IPSEC_ESP);
    assert_string_equal(host.bench.reason, "time");
    assert_int_equal(ipsec_processor_next_timeout(&host.bench.processor), INSTANT_NEVER);
    assert_int_equal(send_one(&host, 10).verdict, IPSEC_DROPPED);
    ipsec_bench_destroy(&host.bench);
}

static void octets_end_associations_after_a_warning(void **state)
{
    (void)state;
    struct host host;
    open_host(&host, 0);
    struct ipsec_bundle_config bundle = bundle_of(&host, 1);
    bundle.lifetime = (struct ipsec_lifetime){.soft_kilobytes = 2, .hard_kilobytes = 3};
    ipsec_bench_add(&host.bench, &bundle);
    const struct {
        size_t octets; /* with the UDP header: what has gone through afterwards */
        int event;     /* -1: none */
    } steps[] = {
        {1000, -1}, {2040, -1}, {2048, IPSEC_EVENT_REKEY}, {3071, -1}, {3079, IPSEC_EVENT_EXPIRED}};
    size_t sent = 0;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        assert_int_equal(send_one(&host, steps[i].octets - sent - 8).verdict, IPSEC_PROCESSED);
        sent = steps[i].octets;
        if (steps[i].event >= 0)
            assert_int_equal(polled(&host).event, steps[i].event);
        nothing_polled(&host);
    }
    assert_string_equal(host.bench.reason, "octets");
    assert_int_equal(send_one(&host, 10).verdict, IPSEC_DROPPED);
    ipsec_bench_destroy(&host.bench);
}

static void the_last_sequence_number_ends_an_association(void **state)
{
    (void)state;
    struct host host;
    open_host(&host, 0);
    const struct ipsec_bundle_config bundle = bundle_of(&host, 1);
    const uint32_t id = ipsec_bench_add(&host.bench, &bundle);
    struct security_association *sa =
        &ipsec_bundle_get(&host.bench.processor, id)->pairs[0].outbound;
    assert_int_equal(send_one(&host, 10).verdict, IPSEC_PROCESSED);
    nothing_polled(&host);
    sa->sequence = 0xdfffffff;
    assert_int_equal(send_one(&host, 10).verdict, IPSEC_PROCESSED);
    assert_int_equal(polled(&host).event, IPSEC_EVENT_REKEY);
    sa->sequence = UINT32_MAX - 1;
    assert_int_equal(send_one(&host, 10).verdict, IPSEC_PROCESSED);
    nothing_polled(&host);
    assert_int_equal(send_one(&host, 10).verdict, IPSEC_DROPPED);
    assert_string_equal(host.bench.dropped, "esp/sequence-exhausted");
    assert_int_equal(polled(&host).event, IPSEC_EVENT_EXPIRED);
    assert_string_equal(host.bench.reason, "sequence");
    ipsec_bench_destroy(&host.bench);
}

static void an_idle_association_goes_and_a_used_one_stays(void **state)
{
    (void)state;
    struct host host;
    open_host(&host, 0);
    struct ipsec_bundle_config bundle = bundle_of(&host, 1);
    bundle.lifetime = (struct ipsec_lifetime){.idle_s = 300};
    ipsec_bench_add(&host.bench, &bundle);
    host.bench.now = S(200);
    assert_int_equal(send_one(&host, 10).verdict, IPSEC_PROCESSED);
    wake(&host, S(300)); /* looked at, and found used */
    nothing_polled(&host);
    wake(&host, S(500));
    assert_int_equal(polled(&host).event, IPSEC_EVENT_EXPIRED);
    assert_string_equal(host.bench.reason, "idle");
    ipsec_bench_destroy(&host.bench);
}

/* Both ends take up the new keys at different times, and packets are still under way. */
static void a_successor_takes_over_without_a_loss(void **state)
{
    (void)state;
    struct host host;
    struct ipsec_bench peer;
    open_host(&host, 0);
    ipsec_bench_init(&peer);
    const struct ipsec_policy policy = ipsec_bench_policy(IPSEC_TRANSPORT, B, A);
    const uint32_t policy_b = ipsec_bench_add_policy(&peer, &policy);
    uint32_t old = 0;
    struct packet *under_way[3];
    for (uint32_t number = 1; number <= 3; number++) {
        struct ipsec_bundle_config bundle = bundle_of(&host, number);
        const uint32_t id = ipsec_bench_add(&host.bench, &bundle);
        bundle =
            ipsec_bench_bundle(policy_b, IPSEC_TRANSPORT, B, A, 0x2000 + number, 0x1000 + number);
        bundle.standby = true; /* the responder waits for a sign that the peer has them */
        ipsec_bench_add(&peer, &bundle);
        under_way[number - 1] = ipsec_bench_udp(&host.bench, A, B, 1, 2, number);
        const struct ipsec_outbound out =
            ipsec_processor_outbound(&host.bench.processor, 0, under_way[number - 1], 0, 0);
        assert_int_equal(out.bundle, id); /* the newest */
        assert_int_not_equal(out.bundle, old);
        old = id;
    }
    /* Nothing has come yet: the peer has nothing to answer with. */
    struct packet *early = ipsec_bench_udp(&peer, B, A, 1, 2, 3);
    assert_int_equal(ipsec_processor_outbound(&peer.processor, 0, early, 0, 0).verdict, IPSEC_HELD);
    struct ipsec_output asked;
    assert_true(ipsec_processor_poll(&peer.processor, &asked));
    assert_int_equal(asked.event, IPSEC_EVENT_ACQUIRE);
    uint32_t flow = 0;
    for (int i = 2; i >= 0; i--) { /* the newest first */
        struct packet *packet = ipsec_bench_carry(&peer, under_way[i]);
        const struct ipsec_inbound in = ipsec_processor_inbound(&peer.processor, 0, packet, true);
        assert_int_equal(in.verdict, IPSEC_PROCESSED);
        assert_true(flow == 0 || flow == in.flow); /* one peer, whichever keys */
        flow = in.flow;
        packet_free(packet);
        packet = ipsec_bench_udp(&peer, B, A, 1, 2, 3);
        assert_int_equal(ipsec_processor_outbound(&peer.processor, 0, packet, 0, 0).bundle, 3);
        packet_free(packet);
    }
    /* What has waited goes out as soon as the first packet has come. */
    assert_true(ipsec_processor_poll(&peer.processor, &asked));
    assert_int_equal(asked.kind, OUTPUT_SEND);
    packet_free(asked.packet);
    assert_int_equal(ipsec_processor_delete(&host.bench.processor, 0, 1), STATUS_OK);
    assert_int_equal(ipsec_processor_delete(&host.bench.processor, 0, 1), STATUS_NOT_FOUND);
    assert_int_equal(send_one(&host, 10).bundle, 3);
    ipsec_bench_destroy(&peer);
    ipsec_bench_destroy(&host.bench);
}

static void many_associations_expire_a_few_at_a_time(void **state)
{
    (void)state;
    struct host host;
    struct ipsec_output output;
    unsigned expired[5] = {0};
    open_host(&host, 0);
    for (uint32_t number = 0; number < 100; number++) {
        struct ipsec_bundle_config bundle = bundle_of(&host, number);
        bundle.lifetime.hard_s = 100 + (number * 37) % 5;
        ipsec_bench_add(&host.bench, &bundle);
    }
    while (ipsec_processor_next_timeout(&host.bench.processor) != INSTANT_NEVER) {
        host.bench.now = ipsec_processor_next_timeout(&host.bench.processor);
        assert_true(host.bench.now >= S(100) && host.bench.now <= S(104));
        ipsec_processor_handle_timeout(&host.bench.processor, host.bench.now);
        while (ipsec_processor_poll(&host.bench.processor, &output))
            expired[(host.bench.now - S(100)) / S(1)] += output.event == IPSEC_EVENT_EXPIRED;
    }
    for (int i = 0; i < 5; i++) /* each in its second */
        assert_int_equal(expired[i], 20);
    ipsec_bench_destroy(&host.bench);
}

static void only_sound_bundles_are_added(void **state)
{
    (void)state;
    struct host host;
    uint32_t id;
    open_host(&host, 0);
    struct ipsec_processor *processor = &host.bench.processor;
    const struct ipsec_bundle_config sound = bundle_of(&host, 1);
    struct ipsec_bundle_config bundle = sound;
    bundle.policy = 77;
    assert_int_equal(ipsec_processor_add(processor, 0, &bundle, &id), STATUS_INVALID);
    bundle = sound;
    bundle.mode = IPSEC_TUNNEL;
    assert_int_equal(ipsec_processor_add(processor, 0, &bundle, &id), STATUS_INVALID);
    bundle = sound;
    bundle.pair_count = 0;
    assert_int_equal(ipsec_processor_add(processor, 0, &bundle, &id), STATUS_INVALID);
    bundle = sound;
    bundle.local = unit_address("2001:db8::1");
    assert_int_equal(ipsec_processor_add(processor, 0, &bundle, &id), STATUS_INVALID);
    bundle = sound;
    bundle.pairs[0].outbound.integrity_key_length = 3;
    assert_int_equal(ipsec_processor_add(processor, 0, &bundle, &id), STATUS_INVALID);
    bundle = sound; /* a weak key */
    bundle.pairs[0].outbound.cipher = CIPHER_DES_CBC;
    bundle.pairs[0].outbound.cipher_key_length = 8;
    memset(bundle.pairs[0].outbound.cipher_key, 0x01, 8);
    assert_int_equal(ipsec_processor_add(processor, 0, &bundle, &id), STATUS_INVALID);
    bundle = sound;
    bundle.pairs[0].outbound.protocol = IPSEC_AH;
    assert_int_equal(ipsec_processor_add(processor, 0, &bundle, &id), STATUS_INVALID);
    bundle = sound; /* ESP outside of AH */
    bundle.pair_count = 2;
    bundle.pairs[1] = bundle.pairs[0];
    bundle.pairs[0].inbound = ipsec_bench_sa(IPSEC_AH, 0x1002, CIPHER_NULL, HASH_MD5);
    bundle.pairs[0].outbound = ipsec_bench_sa(IPSEC_AH, 0x1002, CIPHER_NULL, HASH_MD5);
    assert_int_equal(ipsec_processor_add(processor, 0, &bundle, &id), STATUS_INVALID);
    bundle = sound; /* AH through a NAT */
    bundle.pair_count = 2;
    bundle.pairs[1].inbound = ipsec_bench_sa(IPSEC_AH, 0x1002, CIPHER_NULL, HASH_MD5);
    bundle.pairs[1].outbound = ipsec_bench_sa(IPSEC_AH, 0x1002, CIPHER_NULL, HASH_MD5);
    bundle.local_port = 4500;
    bundle.peer_port = 4500;
    assert_int_equal(ipsec_processor_add(processor, 0, &bundle, &id), STATUS_INVALID);
    assert_int_equal(ipsec_processor_add(processor, 0, &sound, &id), STATUS_OK);
    assert_int_equal(ipsec_processor_add(processor, 0, &sound, &id), STATUS_INVALID); /* SPI */
    ipsec_bench_destroy(&host.bench);
}

static void a_policy_goes_with_its_associations(void **state)
{
    (void)state;
    struct host host;
    struct ipsec_bundle_state gone;
    open_host(&host, 1);
    const struct ipsec_bundle_config bundle = bundle_of(&host, 1);
    const uint32_t id = ipsec_bench_add(&host.bench, &bundle);
    const struct ip_address peer = unit_address(B);
    struct ipsec_processor *processor = &host.bench.processor;
    assert_int_equal(ipsec_processor_find_outbound(processor, &peer, IPSEC_ESP, 0x2001), id);
    assert_int_equal(ipsec_processor_find_outbound(processor, &peer, IPSEC_AH, 0x2001), 0);
    assert_int_equal(ipsec_processor_find_outbound(processor, &peer, IPSEC_ESP, 0x2002), 0);
    assert_int_equal(ipsec_processor_remove_policy(processor, 0, host.policy), STATUS_OK);
    assert_int_equal(ipsec_processor_remove_policy(processor, 0, host.policy), STATUS_NOT_FOUND);
    assert_false(ipsec_processor_describe(processor, id, &gone));
    assert_string_equal(host.bench.events, "ipsec.sa.added ipsec.sa.added ipsec.sa.removed ");
    nothing_polled(&host);
    ipsec_bench_destroy(&host.bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_wait_for_what_they_ask_for_once),
        cmocka_unit_test(packets_wait_no_longer_than_they_should),
        cmocka_unit_test(more_negotiations_than_fit_are_refused),
        cmocka_unit_test(time_ends_associations_after_a_warning),
        cmocka_unit_test(octets_end_associations_after_a_warning),
        cmocka_unit_test(the_last_sequence_number_ends_an_association),
        cmocka_unit_test(an_idle_association_goes_and_a_used_one_stays),
        cmocka_unit_test(a_successor_takes_over_without_a_loss),
        cmocka_unit_test(many_associations_expire_a_few_at_a_time),
        cmocka_unit_test(only_sound_bundles_are_added),
        cmocka_unit_test(a_policy_goes_with_its_associations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
