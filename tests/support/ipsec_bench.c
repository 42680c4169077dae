#include "support/ipsec_bench.h"

#include "base/checksum.h"
#include "base/wire.h"
#include "ipsec/ipsec_datagram.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

static void record(void *context, const struct trace_event *event)
{
    struct ipsec_bench *bench = context;
    if (strcmp(event->name, "packet.dropped") == 0) {
        snprintf(bench->dropped, sizeof bench->dropped, "%s/%s", event->fields[0].text,
                 event->fields[1].text);
        return;
    }
    const size_t used = strlen(bench->events);
    snprintf(bench->events + used, sizeof bench->events - used, "%s ", event->name);
    for (size_t i = 0; i < event->field_count; i++) {
        if (strcmp(event->fields[i].key, "reason") == 0)
            snprintf(bench->reason, sizeof bench->reason, "%s", event->fields[i].text);
    }
}

void ipsec_bench_init_with(struct ipsec_bench *bench, struct ipsec_processor_config config)
{
    memset(bench, 0, sizeof *bench);
    packet_pool_init(&bench->pool);
    bench->crypto = crypto_create(NULL, NULL);
    assert_non_null(bench->crypto);
    bench->entropy = entropy_make(1, "ipsec bench");
    config.trace = (struct trace){.emit = record, .context = bench, .node = "host"};
    config.crypto = bench->crypto;
    config.entropy = &bench->entropy;
    config.pool = &bench->pool;
    ipsec_processor_init(&bench->processor, &config);
}

void ipsec_bench_init(struct ipsec_bench *bench)
{
    ipsec_bench_init_with(bench, ipsec_processor_config_default());
}

void ipsec_bench_destroy(struct ipsec_bench *bench)
{
    ipsec_processor_close(&bench->processor);
    assert_int_equal(bench->pool.in_use, 0);
    packet_pool_destroy(&bench->pool);
    crypto_destroy(bench->crypto);
}

struct security_association_config ipsec_bench_sa(enum ipsec_protocol protocol, uint32_t spi,
                                                  enum cipher_algorithm cipher,
                                                  enum hash_algorithm hash)
{
    static const uint8_t key_lengths[CIPHER_ALGORITHMS] = {
        [CIPHER_NULL] = 0, [CIPHER_DES_CBC] = 8, [CIPHER_3DES_CBC] = 24, [CIPHER_AES_CBC] = 16};
    struct security_association_config config = {
        .protocol = protocol,
        .spi = spi,
        .cipher = cipher,
        .cipher_key_length = key_lengths[cipher],
        .integrity = true,
        .hash = hash,
        .integrity_key_length = (uint8_t)hash_size(hash),
        .replay_window = REPLAY_WINDOW_DEFAULT,
    };
    for (size_t i = 0; i < sizeof config.cipher_key; i++) {
        config.cipher_key[i] = (uint8_t)(spi + 7 * i);
        config.integrity_key[i] = (uint8_t)(spi + 11 * i);
    }
    return config;
}

void ipsec_sa_bench_init(struct ipsec_sa_bench *bench,
                         const struct security_association_config *config)
{
    memset(bench, 0, sizeof *bench);
    packet_pool_init(&bench->pool);
    bench->crypto = crypto_create(NULL, NULL);
    assert_non_null(bench->crypto);
    assert_int_equal(
        security_association_init(&bench->outbound, bench->crypto, config, IPSEC_OUTBOUND),
        STATUS_OK);
    assert_int_equal(
        security_association_init(&bench->inbound, bench->crypto, config, IPSEC_INBOUND),
        STATUS_OK);
}

void ipsec_sa_bench_destroy(struct ipsec_sa_bench *bench)
{
    security_association_clear(&bench->inbound);
    security_association_clear(&bench->outbound);
    crypto_destroy(bench->crypto);
    assert_int_equal(bench->pool.in_use, 0);
    packet_pool_destroy(&bench->pool);
}

struct ipsec_policy ipsec_bench_policy(enum ipsec_mode mode, const char *local, const char *remote)
{
    const struct ip_address here = unit_address(local);
    const struct ip_address there = unit_address(remote);
    return (struct ipsec_policy){
        .selector = {.local = ipsec_range_address(&here), .remote = ipsec_range_address(&there)},
        .action = IPSEC_PROTECT,
        .mode = mode,
        .esp = true,
        .tunnel_local = here,
        .tunnel_remote = there,
    };
}

struct ipsec_bundle_config ipsec_bench_bundle(uint32_t policy, enum ipsec_mode mode,
                                              const char *local, const char *peer,
                                              uint32_t inbound_spi, uint32_t outbound_spi)
{
    return (struct ipsec_bundle_config){
        .policy = policy,
        .mode = mode,
        .local = unit_address(local),
        .peer = unit_address(peer),
        .pair_count = 1,
        .pairs[0] = {.inbound = ipsec_bench_sa(IPSEC_ESP, inbound_spi, CIPHER_AES_CBC, HASH_SHA1),
                     .outbound =
                         ipsec_bench_sa(IPSEC_ESP, outbound_spi, CIPHER_AES_CBC, HASH_SHA1)},
    };
}

uint32_t ipsec_bench_add_policy(struct ipsec_bench *bench, const struct ipsec_policy *policy)
{
    uint32_t id = 0;
    assert_int_equal(ipsec_processor_add_policy(&bench->processor, policy, &id), STATUS_OK);
    assert_int_not_equal(id, 0);
    return id;
}

uint32_t ipsec_bench_add(struct ipsec_bench *bench, const struct ipsec_bundle_config *config)
{
    uint32_t id = 0;
    assert_int_equal(ipsec_processor_add(&bench->processor, bench->now, config, &id), STATUS_OK);
    assert_int_not_equal(id, 0);
    return id;
}

struct packet *ipsec_bench_udp(struct ipsec_bench *bench, const char *source,
                               const char *destination, uint16_t source_port,
                               uint16_t destination_port, size_t length)
{
    struct packet *packet = packet_alloc(&bench->pool, length + IPSEC_UDP_HEADER_SIZE);
    assert_non_null(packet);
    uint8_t *udp = packet_append(packet, length + IPSEC_UDP_HEADER_SIZE);
    wire_store_u16(udp, source_port);
    wire_store_u16(udp + 2, destination_port);
    wire_store_u16(udp + 4, (uint16_t)packet->length);
    wire_store_u16(udp + 6, 0);
    for (size_t i = 0; i < length; i++)
        udp[IPSEC_UDP_HEADER_SIZE + i] = (uint8_t)i;
    struct ipsec_datagram datagram = {
        .source = unit_address(source),
        .destination = unit_address(destination),
        .ttl = 64,
    };
    uint64_t sum = checksum_pseudo_header_ip(&datagram.source, &datagram.destination,
                                             IPSEC_NEXT_UDP, packet->length);
    wire_store_u16(udp + 6, checksum_finish(checksum_add(sum, udp, packet->length)));
    ipsec_datagram_push(packet, &datagram, IPSEC_NEXT_UDP, 1);
    return packet;
}

void ipsec_bench_set_df(struct packet *packet)
{
    packet->data[6] |= 0x40;
    wire_store_u16(packet->data + 10, 0);
    wire_store_u16(packet->data + 10, checksum(packet->data, 20));
}

struct packet *ipsec_bench_carry(struct ipsec_bench *to, struct packet *packet)
{
    struct packet *carried = packet_from(&to->pool, packet->data, packet->length);
    assert_non_null(carried);
    packet_free(packet);
    return carried;
}

static uint64_t rotate_right(uint64_t value, int bits)
{
    return value >> bits | value << (64 - bits);
}

/** The state word that makes xoshiro256** give @p output: its scrambler, backwards. */
static uint64_t word_for(uint64_t output)
{
    const uint64_t ninth = UINT64_C(0x8e38e38e38e38e39); /* times 9 is 1 */
    const uint64_t fifth = UINT64_C(0xcccccccccccccccd); /* times 5 is 1 */
    return rotate_right(output * ninth, 7) * fifth;
}

struct entropy ipsec_bench_entropy(const uint8_t octets[16])
{
    uint64_t draws[2] = {0, 0};
    for (int i = 15; i >= 0; i--)
        draws[i / 8] = draws[i / 8] << 8 | octets[i];
    const uint64_t now = word_for(draws[0]);
    /* The second word becomes itself and the first and third, combined. */
    const uint64_t next = word_for(draws[1]);
    return (struct entropy){.state = {0, now, now ^ next, 1}};
}
