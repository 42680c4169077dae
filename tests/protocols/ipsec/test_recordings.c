#include "support/ipsec_recordings.h"

#include "base/wire.h"
#include "ipsec/ah.h"
#include "ipsec/ipsec_datagram.h"
#include "support/ipsec_bench.h"
#include "support/unit.h"

#include <string.h>

#define LONGEST 256

static struct security_association_config direction_config(const struct ipsec_recording *recording,
                                                           int direction)
{
    struct security_association_config config = {
        .protocol = recording->protocol,
        .spi = recording->directions[direction].spi,
        .cipher = recording->cipher,
        .integrity = true,
        .hash = recording->hash,
        .replay_window = 32,
    };
    config.cipher_key_length = (uint8_t)unit_hex(recording->directions[direction].cipher_key,
                                                 config.cipher_key, sizeof config.cipher_key);
    config.integrity_key_length =
        (uint8_t)unit_hex(recording->directions[direction].integrity_key, config.integrity_key,
                          sizeof config.integrity_key);
    return config;
}

/* The host that receives direction @p inbound and sends the other one. */
static void set_up_host(struct ipsec_bench *bench, const struct ipsec_recording *recording,
                        int inbound, const struct ipsec_datagram *first)
{
    struct ipsec_processor_config config = ipsec_processor_config_default();
    config.tunnel_ttl = 64; /* Linux */
    ipsec_bench_init_with(bench, config);
    struct ipsec_policy policy = {
        .action = IPSEC_PROTECT,
        .mode = recording->mode,
        .esp = recording->protocol == IPSEC_ESP,
        .ah = recording->protocol == IPSEC_AH,
        .tunnel_local = first->destination,
        .tunnel_remote = first->source,
    };
    struct ipsec_bundle_config bundle = {
        .policy = ipsec_bench_add_policy(bench, &policy),
        .mode = recording->mode,
        .local = first->destination,
        .peer = first->source,
        .pair_count = 1,
        .pairs[0] = {.inbound = direction_config(recording, inbound),
                     .outbound = direction_config(recording, !inbound)},
        .local_port = recording->port,
        .peer_port = recording->port,
    };
    ipsec_bench_add(bench, &bundle);
}

/* Each packet is opened by one host; the other one, given what was in it, must send the same. */
static void check(const struct ipsec_recording *recording, int direction)
{
    struct ipsec_bench receiver;
    struct ipsec_bench sender;
    struct ipsec_datagram datagram;
    for (int number = 0; number < IPSEC_RECORDING_PACKETS; number++) {
        const char *text = recording->directions[direction].packets[number];
        uint8_t octets[LONGEST];
        const size_t length = unit_hex(text, octets, sizeof octets);
        assert_true(ipsec_datagram_decode_quoted(octets, length, &datagram));
        set_up_host(&receiver, recording, direction, &datagram);
        const struct ipsec_datagram mirrored = {.source = datagram.destination,
                                                .destination = datagram.source};
        set_up_host(&sender, recording, !direction, &mirrored);
        struct packet *packet = packet_from(&receiver.pool, octets, length);
        const struct ipsec_inbound in =
            ipsec_processor_inbound(&receiver.processor, 0, packet, true);
        assert_int_equal(in.verdict, IPSEC_PROCESSED);
        assert_int_equal(in.mode, recording->mode);

        /* What is drawn at random, and what counts, is as in the recording. */
        const uint8_t *iv = octets + datagram.header_length + (recording->port ? 8 : 0) + 8;
        packet = ipsec_bench_carry(&sender, packet);
        for (int earlier = 0; earlier < number; earlier++) {
            struct packet *other = packet_clone(packet);
            ipsec_processor_outbound(&sender.processor, 0, other, 0, 0);
            packet_free(other);
        }
        sender.entropy = ipsec_bench_entropy(iv);
        sender.processor.identification = (uint16_t)(wire_load_u16(octets + 4) - 1);
        const struct ipsec_outbound out =
            ipsec_processor_outbound(&sender.processor, 0, packet, 1500, 0);
        assert_int_equal(out.verdict, IPSEC_PROCESSED);
        unit_assert_hex(packet->data, packet->length, text);
        packet_free(packet);
        ipsec_bench_destroy(&receiver);
        ipsec_bench_destroy(&sender);
    }
}

static void what_real_hosts_sent_is_opened_and_sent_again_to_the_octet(void **state)
{
    (void)state;
    for (int i = 0; i < IPSEC_RECORDINGS; i++) {
        check(&ipsec_recordings[i], 0);
        check(&ipsec_recordings[i], 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_real_hosts_sent_is_opened_and_sent_again_to_the_octet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
