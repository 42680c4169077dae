#include "ppp/compression/mppc.h"

#include "base/wire.h"
#include "ppp/compression/mppc_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/*
 * RFC 2118 section 3.1, behind protocol 00FD:
 *
 *   0  A FLUSHED, B AT-FRONT, C COMPRESSED, D ENCRYPTED, coherency count (12 bits)
 *   2  the code, or without C protocol field and data as they are
 */

/* A count further ahead than half of the number space is one from the past. */
#define MPPC_WINDOW ((MPPC_COUNT_MASK + 1) / 2)

enum status mppc_compressor_init(struct mppc_compressor *compressor,
                                 const struct mppc_config *config)
{
    *compressor = (struct mppc_compressor){.stateless = config->stateless};
    compressor->dictionary = calloc(1, sizeof *compressor->dictionary);
    return compressor->dictionary ? STATUS_OK : STATUS_NO_MEMORY;
}

void mppc_compressor_clear(struct mppc_compressor *compressor)
{
    free(compressor->dictionary);
    *compressor = (struct mppc_compressor){0};
}

void mppc_compressor_reset(struct mppc_compressor *compressor)
{
    compressor->flush = true;
}

uint16_t mppc_compress(struct mppc_compressor *compressor, struct packet *packet, bool flush)
{
    uint16_t bits = 0;
    uint32_t length = packet->length;
    uint8_t *history = compressor->dictionary->history;
    if (compressor->stateless || compressor->flush || flush) {
        bits = MPPC_FLUSHED;
        compressor->position = 0;
        compressor->filled = 0;
    }
    compressor->flush = length >= MPPC_HISTORY_SIZE;
    if (compressor->flush)
        return bits;
    uint32_t position = compressor->position;
    if (position + length >= MPPC_HISTORY_SIZE)
        position = 0;
    memcpy(history + position, packet->data, length);
    size_t shrunk =
        mppc_encode(compressor->dictionary, position, compressor->filled, length, packet->data);
    if (shrunk == 0) {
        /* The peer never sees these octets, so that what they overwrote is lost to both. */
        memcpy(packet->data, history + position, length);
        compressor->flush = true;
        return bits;
    }
    if (position < compressor->position)
        bits |= MPPC_AT_FRONT;
    compressor->position = position + length;
    if (compressor->filled < compressor->position)
        compressor->filled = compressor->position;
    packet->length = (uint32_t)shrunk;
    return bits | MPPC_COMPRESSED;
}

void mppc_send(struct mppc_compressor *compressor, struct packet *packet)
{
    uint16_t header = mppc_compress(compressor, packet, false) | compressor->count;
    wire_store_u16(packet_push(packet, MPPC_HEADER_SIZE), header);
    compressor->count = (compressor->count + 1) & MPPC_COUNT_MASK;
}

enum status mppc_decompressor_init(struct mppc_decompressor *decompressor,
                                   const struct mppc_config *config)
{
    assert(config->max_length > 0);
    *decompressor = (struct mppc_decompressor){
        .stateless = config->stateless,
        .max_length = config->max_length,
        /* So that the first packet, whose count is 0, is one ahead. */
        .count = MPPC_COUNT_MASK,
        .reset_request_interval = config->reset_request_interval ? config->reset_request_interval
                                                                 : MPPC_RESET_REQUEST_INTERVAL,
    };
    decompressor->history = calloc(1, MPPC_HISTORY_SIZE);
    return decompressor->history ? STATUS_OK : STATUS_NO_MEMORY;
}

void mppc_decompressor_clear(struct mppc_decompressor *decompressor)
{
    free(decompressor->history);
    *decompressor = (struct mppc_decompressor){0};
}

static enum mppc_result drop_until_flushed(struct mppc_decompressor *decompressor, instant now)
{
    if (decompressor->stateless || now < decompressor->next_reset_request)
        return MPPC_DROP;
    decompressor->next_reset_request = instant_after(now, decompressor->reset_request_interval);
    return MPPC_DROP_AND_REQUEST_RESET;
}

/* A new loss is worth a request of its own; only its repetition is limited. */
static enum mppc_result lose_history(struct mppc_decompressor *decompressor, instant now)
{
    if (!decompressor->awaiting_flush)
        decompressor->next_reset_request = now;
    decompressor->awaiting_flush = true;
    return drop_until_flushed(decompressor, now);
}

/* Decodes into the history and from there into the packet, whose storage is used afresh. */
static const char *expand(struct mppc_decompressor *decompressor, struct packet *packet,
                          uint16_t header)
{
    uint32_t length;
    uint32_t room = packet->storage_size - PACKET_HEADROOM;
    if (header & MPPC_AT_FRONT)
        decompressor->position = 0;
    const char *reason =
        mppc_decode(decompressor->history, decompressor->position, decompressor->filled,
                    decompressor->max_length, packet->data, packet->length, &length);
    if (reason)
        return reason;
    if (length == 0 || length > room)
        return length ? "no-room" : "too-short";
    packet->data = packet->storage + PACKET_HEADROOM;
    packet->length = length;
    memcpy(packet->data, decompressor->history + decompressor->position, length);
    decompressor->position += length;
    if (decompressor->filled < decompressor->position)
        decompressor->filled = decompressor->position;
    return NULL;
}

enum mppc_result mppc_decompress(struct mppc_decompressor *decompressor, instant now,
                                 struct packet *packet, uint16_t header, const char **reason)
{
    *reason = NULL;
    if (header & MPPC_FLUSHED) {
        decompressor->awaiting_flush = false;
        decompressor->position = 0;
        decompressor->filled = 0;
    } else if (decompressor->stateless) {
        *reason = "not-flushed";
        return MPPC_DROP;
    } else if (decompressor->awaiting_flush) {
        *reason = "awaiting-flushed-packet";
        return drop_until_flushed(decompressor, now);
    }
    if (header & MPPC_COMPRESSED) {
        *reason = expand(decompressor, packet, header);
        return *reason ? lose_history(decompressor, now) : MPPC_DELIVER;
    }
    if (packet->length > decompressor->max_length) {
        *reason = "too-long";
        return MPPC_DROP;
    }
    return MPPC_DELIVER;
}

enum mppc_result mppc_receive(struct mppc_decompressor *decompressor, instant now,
                              struct packet *packet, const char **reason)
{
    if (packet->length <= MPPC_HEADER_SIZE) {
        *reason = "too-short";
        return MPPC_DROP;
    }
    uint16_t header = wire_load_u16(packet->data);
    unsigned distance = ((header & MPPC_COUNT_MASK) - decompressor->count) & MPPC_COUNT_MASK;
    if (header & MPPC_ENCRYPTED) {
        *reason = "encrypted";
        return MPPC_DROP;
    }
    if (distance == 0 || distance > MPPC_WINDOW) {
        *reason = "old-coherency-count";
        return MPPC_DROP;
    }
    decompressor->count = header & MPPC_COUNT_MASK;
    (void)packet_pull(packet, MPPC_HEADER_SIZE);
    /* RFC 2118 section 4.3: after a loss only FLUSHED brings the histories together again. */
    if (distance != 1 && !(header & MPPC_FLUSHED) && !decompressor->stateless &&
        !decompressor->awaiting_flush) {
        *reason = "coherency-gap";
        return lose_history(decompressor, now);
    }
    return mppc_decompress(decompressor, now, packet, header, reason);
}
