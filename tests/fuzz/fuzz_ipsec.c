/*
 * A host with SAs of every kind against arbitrary datagrams. The first octet chooses what is done
 * with the octets that follow, which are a datagram from its IP header on:
 *   bit 0  1: it arrives; 0: it leaves
 *   bit 1  what arrives is signed first, so that the steps behind the integrity check are reached
 *   bit 2  it is only passing by
 *   bit 3  it is what a router quotes in its message
 */
#include "fuzz.h"

#include "base/wire.h"
#include "ipsec/ipsec_datagram.h"
#include "ipsec/ipsec_private.h"

#include <stdlib.h>
#include <string.h>

#define SPI_TRANSPORT   0x1001
#define SPI_TUNNEL      0x1002
#define SPI_AH          0x1003
#define SPI_BUNDLE_ESP  0x1004
#define SPI_BUNDLE_AH   0x1005
#define SPI_NULL_CIPHER 0x1006
#define SPI_UDP         0x1007
#define SPI_NO_HMAC     0x1008

static struct security_association_config sa(enum ipsec_protocol protocol, uint32_t spi,
                                             enum cipher_algorithm cipher)
{
    struct security_association_config config = {.protocol = protocol,
                                                 .spi = spi,
                                                 .cipher = cipher,
                                                 .integrity = spi != SPI_NO_HMAC,
                                                 .hash = HASH_MD5,
                                                 .integrity_key_length = 16,
                                                 .replay_window = spi != SPI_NO_HMAC ? 64 : 0};
    config.cipher_key_length = cipher == CIPHER_NULL ? 0 : cipher == CIPHER_DES_CBC ? 8 : 16;
    if (cipher == CIPHER_DES_CBC)
        config.cipher_key[0] = 0x10; /* zeros are a weak key */
    return config;
}

static void add(struct ipsec_processor *processor, enum ipsec_mode mode, uint16_t port,
                struct security_association_config first,
                const struct security_association_config *second)
{
    const struct ip_address local = ip_address_from_ipv4(0x0a000002);
    const struct ip_address peer = ip_address_from_ipv4(0x0a000001);
    const struct ipsec_policy policy = {
        .selector = {.protocol = second ? IPSEC_NEXT_TCP : 0},
        .action = IPSEC_PROTECT,
        .mode = mode,
        .esp = first.protocol == IPSEC_ESP,
        .ah = second || first.protocol == IPSEC_AH,
        .tunnel_local = local,
        .tunnel_remote = peer,
    };
    struct ipsec_bundle_config bundle = {
        .mode = mode,
        .local = local,
        .peer = peer,
        .pair_count = second ? 2 : 1,
        .pairs[0] = {first, first},
        .local_port = port,
        .peer_port = port,
        .checksum_repair = IPSEC_CHECKSUM_UPDATED,
        .original_peer = local,
        .original_local = peer,
    };
    if (second)
        bundle.pairs[1] = (struct ipsec_pair_config){*second, *second};
    uint32_t id;
    if (ipsec_processor_add_policy(processor, &policy, &bundle.policy) != STATUS_OK ||
        ipsec_processor_add(processor, 0, &bundle, &id) != STATUS_OK)
        abort();
}

static void open_host(struct ipsec_processor *processor, struct packet_pool *pool,
                      struct crypto *crypto, struct entropy *entropy)
{
    struct ipsec_processor_config config = ipsec_processor_config_default();
    config.crypto = crypto;
    config.entropy = entropy;
    config.pool = pool;
    ipsec_processor_init(processor, &config);
    const struct security_association_config ah = sa(IPSEC_AH, SPI_BUNDLE_AH, CIPHER_NULL);
    add(processor, IPSEC_TRANSPORT, 0, sa(IPSEC_ESP, SPI_BUNDLE_ESP, CIPHER_DES_CBC), &ah);
    add(processor, IPSEC_TRANSPORT, 0, sa(IPSEC_ESP, SPI_TRANSPORT, CIPHER_AES_CBC), NULL);
    add(processor, IPSEC_TUNNEL, 0, sa(IPSEC_ESP, SPI_TUNNEL, CIPHER_AES_CBC), NULL);
    add(processor, IPSEC_TRANSPORT, 0, sa(IPSEC_AH, SPI_AH, CIPHER_NULL), NULL);
    add(processor, IPSEC_TRANSPORT, 0, sa(IPSEC_ESP, SPI_NULL_CIPHER, CIPHER_NULL), NULL);
    add(processor, IPSEC_TRANSPORT, 4500, sa(IPSEC_ESP, SPI_UDP, CIPHER_AES_CBC), NULL);
    add(processor, IPSEC_TRANSPORT, 0, sa(IPSEC_ESP, SPI_NO_HMAC, CIPHER_DES_CBC), NULL);
}

/** Puts the right ICV at the end of what stands there as ESP. */
static void sign(struct ipsec_processor *processor, struct packet *packet)
{
    struct ipsec_datagram datagram;
    if (!ipsec_datagram_decode(packet, &datagram))
        return;
    size_t at = datagram.header_length;
    if (datagram.protocol == IPSEC_NEXT_UDP)
        at += IPSEC_UDP_HEADER_SIZE;
    if (packet->length < at + ESP_HEADER_SIZE + 12)
        return;
    uint8_t *esp = packet->data + at;
    const struct ipsec_inbound_entry *entry =
        ipsec_bundle_find_inbound(processor, IPSEC_ESP, wire_load_u32(esp));
    if (!entry || entry->bundle->pairs[entry->pair].inbound.icv_size == 0)
        return;
    const size_t length = packet->length - at - 12;
    uint8_t digest[HASH_SIZE_MAXIMUM];
    hmac_compute(&entry->bundle->pairs[entry->pair].inbound.hmac,
                 &(struct crypto_piece){esp, length}, 1, digest);
    memcpy(esp + length, digest, 12);
}

static void check(const struct packet *packet)
{
    /* Whatever comes out has a header that agrees with its length. */
    struct ipsec_datagram datagram;
    if (!ipsec_datagram_decode_quoted(packet->data, packet->length, &datagram) ||
        (datagram.source.version == 4 && wire_load_u16(packet->data + 2) != packet->length))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct crypto *crypto;
    struct entropy entropy = entropy_make(1, "fuzz");
    struct packet_pool pool;
    struct ipsec_processor processor;
    if (size < 1 || size > 1600)
        return 0;
    if (!crypto)
        crypto = crypto_create(NULL, NULL);
    packet_pool_init(&pool);
    open_host(&processor, &pool, crypto, &entropy);
    const uint8_t choice = data[0];
    struct packet *packet = packet_from(&pool, data + 1, size - 1);
    enum ipsec_verdict verdict = IPSEC_PASS;
    if (choice & 8) {
        ipsec_processor_input_too_big(&processor, 0, packet->data, packet->length, 576);
    } else if (choice & 1) {
        if (choice & 2)
            sign(&processor, packet);
        verdict = ipsec_processor_inbound(&processor, 0, packet, !(choice & 4)).verdict;
    } else {
        verdict = ipsec_processor_outbound(&processor, 0, packet, 1500, 0).verdict;
    }
    if (verdict == IPSEC_PROCESSED)
        check(packet);
    if (verdict == IPSEC_PASS || verdict == IPSEC_PROCESSED || verdict == IPSEC_TOO_BIG)
        packet_free(packet);
    ipsec_processor_close(&processor);
    if (pool.in_use != 0)
        abort();
    packet_pool_destroy(&pool);
    return 0;
}
