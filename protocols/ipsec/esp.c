#include "ipsec/esp.h"

#include "base/wire.h"
#include "ipsec/ipsec_datagram.h"

#include <assert.h>
#include <string.h>

/*
 * RFC 2406 section 2:
 *
 *   SPI              4 octets
 *   Sequence Number  4
 *   IV               iv_size, part of the payload data
 *   payload data     any
 *   padding          0 to 255: 1, 2, 3, ...
 *   Pad Length       1
 *   Next Header      1
 *   ICV              icv_size, over everything from SPI to Next Header
 *
 * What is encrypted reaches from the payload data behind the IV to the Next Header.
 */

const char *ipsec_result_reason(enum ipsec_result result)
{
    switch (result) {
    case IPSEC_OK:
        break;
    case IPSEC_MALFORMED:
        return "malformed";
    case IPSEC_REPLAYED:
        return "replayed";
    case IPSEC_TOO_LATE:
        return "replay-window";
    case IPSEC_BAD_INTEGRITY:
        return "integrity-check-failed";
    case IPSEC_BAD_PADDING:
        return "bad-padding";
    case IPSEC_NO_ROOM:
        return "no-room";
    case IPSEC_SEQUENCE_EXHAUSTED:
        return "sequence-exhausted";
    }
    return "none";
}

static size_t padding_length(const struct security_association *sa, size_t payload_length)
{
    size_t last = (payload_length + ESP_TRAILER_SIZE) % sa->block_size;
    return last == 0 ? 0 : sa->block_size - last;
}

size_t esp_overhead(const struct security_association *sa, size_t payload_length)
{
    return ESP_HEADER_SIZE + sa->iv_size + padding_length(sa, payload_length) + ESP_TRAILER_SIZE +
           sa->icv_size;
}

/** The HMAC over @p length octets at @p octets; its first icv_size octets are the ICV. */
static void compute_icv(const struct security_association *sa, const uint8_t *octets, size_t length,
                        uint8_t digest[HASH_SIZE_MAXIMUM])
{
    hmac_compute(&sa->hmac, &(struct crypto_piece){octets, length}, 1, digest);
}

enum ipsec_result esp_protect(struct security_association *sa, struct entropy *entropy,
                              struct packet *packet, size_t offset, uint8_t next_header)
{
    assert(offset <= packet->length);
    const size_t payload_length = packet->length - offset;
    const size_t padding = padding_length(sa, payload_length);
    const size_t header = ESP_HEADER_SIZE + (size_t)sa->iv_size;
    const size_t trailer = padding + ESP_TRAILER_SIZE + sa->icv_size;
    if (packet_headroom(packet) < header || packet_tailroom(packet) < trailer)
        return IPSEC_NO_ROOM;
    if (sa->sequence == UINT32_MAX)
        return IPSEC_SEQUENCE_EXHAUSTED;

    uint8_t *esp = ipsec_datagram_insert(packet, offset, header);
    uint8_t *iv = esp + ESP_HEADER_SIZE;
    wire_store_u32(esp, sa->spi);
    wire_store_u32(esp + 4, ++sa->sequence);
    if (sa->iv_size > 0)
        entropy_fill(entropy, iv, sa->iv_size);

    uint8_t *pad = packet_append(packet, trailer);
    for (size_t i = 0; i < padding; i++)
        pad[i] = (uint8_t)(i + 1);
    pad[padding] = (uint8_t)padding;
    pad[padding + 1] = next_header;

    const size_t enciphered = payload_length + padding + ESP_TRAILER_SIZE;
    cipher_encrypt(sa->cipher, iv, esp + header, enciphered);
    if (sa->icv_size > 0) {
        uint8_t digest[HASH_SIZE_MAXIMUM];
        compute_icv(sa, esp, header + enciphered, digest);
        memcpy(esp + header + enciphered, digest, sa->icv_size);
    }
    sa->packets++;
    sa->octets += payload_length;
    return IPSEC_OK;
}

/** Removes padding and trailer, which end the decrypted @p length octets at @p payload. */
static bool unpad(const uint8_t *payload, size_t *length, uint8_t *next_header)
{
    const size_t padding = payload[*length - 2];
    *next_header = payload[*length - 1];
    if (padding + ESP_TRAILER_SIZE > *length)
        return false;
    *length -= padding + ESP_TRAILER_SIZE;
    for (size_t i = 0; i < padding; i++) {
        if (payload[*length + i] != i + 1) /* RFC 2406 section 2.4: SHOULD be inspected */
            return false;
    }
    return true;
}

enum ipsec_result esp_open(struct security_association *sa, struct ipsec_steps *steps,
                           struct packet *packet, size_t offset, uint8_t *next_header)
{
    assert(offset <= packet->length);
    const size_t header = ESP_HEADER_SIZE + (size_t)sa->iv_size;
    const size_t length = packet->length - offset;
    uint8_t *esp = packet->data + offset;
    steps->received++;
    if (length < header + ESP_TRAILER_SIZE + sa->icv_size)
        return IPSEC_MALFORMED;
    size_t enciphered = length - header - sa->icv_size;
    if (enciphered % sa->block_size != 0)
        return IPSEC_MALFORMED;

    const uint32_t sequence = wire_load_u32(esp + 4);
    const enum replay_result replay = replay_window_check(&sa->window, sequence);
    if (replay != REPLAY_FRESH)
        return replay == REPLAY_TOO_OLD ? IPSEC_TOO_LATE : IPSEC_REPLAYED;
    steps->fresh++;

    /* Before decryption, so that a forged packet costs little (RFC 2406 section 3.4.4). */
    if (sa->icv_size > 0) {
        uint8_t digest[HASH_SIZE_MAXIMUM];
        compute_icv(sa, esp, header + enciphered, digest);
        if (!crypto_equal(digest, esp + header + enciphered, sa->icv_size))
            return IPSEC_BAD_INTEGRITY;
    }
    replay_window_mark(&sa->window, sequence);
    steps->authenticated++;

    cipher_decrypt(sa->cipher, esp + ESP_HEADER_SIZE, esp + header, enciphered);
    steps->decrypted++;
    size_t payload_length = enciphered;
    if (!unpad(esp + header, &payload_length, next_header))
        return IPSEC_BAD_PADDING;
    steps->unpadded++;

    packet_trim(packet, offset + header + payload_length);
    ipsec_datagram_remove(packet, offset, header);
    sa->packets++;
    sa->octets += payload_length;
    return IPSEC_OK;
}
