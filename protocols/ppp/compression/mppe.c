#include "ppp/compression/mppe.h"

#include "base/wire.h"

#include <assert.h>
#include <string.h>

/* A count further ahead than half of the number space is one from the past. */
#define MPPE_WINDOW ((MPPE_COUNT_MASK + 1) / 2)

static void load_key(struct mppe_state *state)
{
    rc4_set_key(state->rc4, state->session_key, state->key_length);
}

static bool is_flag_packet(uint16_t count)
{
    return (count & 0xff) == 0xff;
}

static void change_keys(struct mppe_state *state, unsigned times)
{
    uint8_t former[MPPE_KEY_SIZE];
    for (; times > 0; times--) {
        memcpy(former, state->session_key, sizeof former);
        mppe_change_key(state->crypto, (enum mppe_strength)state->strength, state->start_key,
                        state->session_key);
        state->key_changes += memcmp(former, state->session_key, sizeof former) != 0;
    }
}

static enum status init_state(struct mppe_state *state, const struct mppe_config *config)
{
    size_t length = mppe_key_length(config->strength);
    *state = (struct mppe_state){
        .crypto = config->crypto,
        .key_length = (uint8_t)length,
        .strength = (uint8_t)config->strength,
        .stateless = config->stateless,
        .new_key_when_flushed = config->new_key_when_flushed && !config->stateless,
    };
    memcpy(state->start_key, config->start_key, length);
    mppe_initial_session_key(state->crypto, config->strength, state->start_key, state->session_key);
    /* Stateless packets need no keystream between them, so they share the context's. */
    state->rc4 =
        config->stateless ? crypto_scratch_rc4(config->crypto) : rc4_create(config->crypto);
    if (!state->rc4)
        return STATUS_NO_MEMORY;
    load_key(state);
    return STATUS_OK;
}

static void clear_state(struct mppe_state *state)
{
    if (!state->stateless)
        rc4_destroy(state->rc4);
    *state = (struct mppe_state){.stateless = true};
}

enum status mppe_compressor_init(struct mppe_compressor *compressor,
                                 const struct mppe_config *config)
{
    compressor->flush = false;
    return init_state(&compressor->state, config);
}

void mppe_compressor_clear(struct mppe_compressor *compressor)
{
    clear_state(&compressor->state);
}

bool mppe_flushes_next(const struct mppe_compressor *compressor)
{
    const struct mppe_state *state = &compressor->state;
    return state->stateless || compressor->flush || is_flag_packet(state->count);
}

void mppe_encrypt_with(struct mppe_compressor *compressor, struct packet *packet, uint16_t bits)
{
    struct mppe_state *state = &compressor->state;
    unsigned header = bits | MPPE_ENCRYPTED | state->count;
    if (mppe_flushes_next(compressor))
        header |= MPPE_FLUSHED;
    /* RFC 3078 section 7.1: every packet; section 7.2: only the "flag" packet. */
    if (state->stateless || is_flag_packet(state->count) ||
        (state->new_key_when_flushed && header & MPPE_FLUSHED))
        change_keys(state, 1);
    if (header & MPPE_FLUSHED)
        load_key(state);
    compressor->flush = false;
    rc4_crypt(state->rc4, packet->data, packet->length);
    wire_store_u16(packet_push(packet, MPPE_HEADER_SIZE), (uint16_t)header);
    state->count = (state->count + 1) & MPPE_COUNT_MASK;
}

void mppe_encrypt(struct mppe_compressor *compressor, struct packet *packet)
{
    mppe_encrypt_with(compressor, packet, 0);
}

void mppe_compressor_reset(struct mppe_compressor *compressor)
{
    if (compressor->state.stateless)
        return;
    load_key(&compressor->state);
    compressor->flush = true;
}

enum status mppe_decompressor_init(struct mppe_decompressor *decompressor,
                                   const struct mppe_config *config)
{
    *decompressor = (struct mppe_decompressor){
        .reset_request_interval = config->reset_request_interval ? config->reset_request_interval
                                                                 : MPPE_RESET_REQUEST_INTERVAL,
    };
    enum status status = init_state(&decompressor->state, config);
    /* So that the first packet, whose count is 0, is one ahead. */
    decompressor->state.count = MPPE_COUNT_MASK;
    return status;
}

void mppe_decompressor_clear(struct mppe_decompressor *decompressor)
{
    clear_state(&decompressor->state);
}

static enum mppe_result drop_until_flushed(struct mppe_decompressor *decompressor, instant now)
{
    if (now < decompressor->next_reset_request)
        return MPPE_DROP;
    decompressor->next_reset_request = instant_after(now, decompressor->reset_request_interval);
    return MPPE_DROP_AND_REQUEST_RESET;
}

/**
 * Follows a stateful sender to a count @p distance ahead: the key changes of all flag packets on
 * the way, lost or not, this one included (RFC 3078 section 8.2). Returns whether there were any.
 */
static bool follow_flag_packets(struct mppe_state *state, unsigned distance)
{
    unsigned flags = ((state->count + distance + 1) >> 8) - ((state->count + 1u) >> 8);
    change_keys(state, flags);
    state->count = (uint16_t)((state->count + distance) & MPPE_COUNT_MASK);
    return flags > 0;
}

static enum mppe_result synchronize_stateful(struct mppe_decompressor *decompressor, instant now,
                                             unsigned distance, bool flushed, const char **reason)
{
    struct mppe_state *state = &decompressor->state;
    bool changed = follow_flag_packets(state, distance);
    if (flushed) {
        decompressor->awaiting_flush = false;
        /* That of a flag packet has been changed for that already. */
        if (state->new_key_when_flushed && !is_flag_packet(state->count))
            change_keys(state, 1);
        load_key(state);
        return MPPE_DELIVER;
    }
    if (decompressor->awaiting_flush) {
        *reason = "awaiting-flushed-packet";
        return drop_until_flushed(decompressor, now);
    }
    if (distance != 1) {
        /* A new loss is worth a request of its own; only its repetition is limited. */
        decompressor->awaiting_flush = true;
        decompressor->next_reset_request = now;
        *reason = "coherency-gap";
        return drop_until_flushed(decompressor, now);
    }
    if (changed)
        load_key(state);
    return MPPE_DELIVER;
}

enum mppe_result mppe_decrypt(struct mppe_decompressor *decompressor, instant now,
                              struct packet *packet, const char **reason)
{
    struct mppe_state *state = &decompressor->state;
    enum mppe_result result = MPPE_DELIVER;
    *reason = NULL;
    if (packet->length <= MPPE_HEADER_SIZE) {
        *reason = "too-short";
        return MPPE_DROP;
    }
    unsigned header = wire_load_u16(packet->data);
    bool flushed = (header & MPPE_FLUSHED) != 0;
    unsigned distance = ((header & MPPE_COUNT_MASK) - state->count) & MPPE_COUNT_MASK;
    if (!(header & MPPE_ENCRYPTED)) {
        /* Encryption was negotiated: what comes in clear is not from the peer (section 9). */
        *reason = "not-encrypted";
        return MPPE_DROP;
    }
    if (distance == 0 || distance > MPPE_WINDOW) {
        *reason = "old-coherency-count";
        return MPPE_DROP;
    }
    if (!state->stateless) {
        result = synchronize_stateful(decompressor, now, distance, flushed, reason);
    } else if (!flushed) {
        /* RFC 3078 section 3.1: the bit MUST be set on every packet of a stateless sender. */
        *reason = "not-flushed";
        return MPPE_DROP;
    } else {
        /* RFC 3078 section 8.1: one key change for each count, lost packets included. */
        change_keys(state, distance);
        load_key(state);
        state->count = header & MPPE_COUNT_MASK;
    }
    if (result == MPPE_DELIVER) {
        decompressor->header = (uint16_t)header;
        (void)packet_pull(packet, MPPE_HEADER_SIZE);
        rc4_crypt(state->rc4, packet->data, packet->length);
    }
    return result;
}
