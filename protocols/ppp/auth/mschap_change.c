#include "ppp/auth/mschap_change.h"

#include "crypto/utf16.h"

#include <string.h>

#define PASSWORD_ROOM (MSCHAP_PASSWORD_BLOCK_SIZE - 4)

bool mschap_decode_change_1(const uint8_t *octets, size_t length, struct mschap_change_1 *change)
{
    struct wire_reader reader = wire_reader_make(octets, length);
    wire_copy(&reader, change->lm_new, MSCHAP_HASH_SIZE);
    wire_copy(&reader, change->lm_old, MSCHAP_HASH_SIZE);
    wire_copy(&reader, change->nt_new, MSCHAP_HASH_SIZE);
    wire_copy(&reader, change->nt_old, MSCHAP_HASH_SIZE);
    change->password_length = wire_get_u16(&reader);
    change->flags = wire_get_u16(&reader);
    return length == MSCHAP_CHANGE_1_SIZE;
}

bool mschap_decode_change_2(const uint8_t *octets, size_t length, struct mschap_change_2 *change)
{
    struct wire_reader reader = wire_reader_make(octets, length);
    change->nt_block = wire_get_octets(&reader, MSCHAP_PASSWORD_BLOCK_SIZE);
    change->nt_hash = wire_get_octets(&reader, MSCHAP_HASH_SIZE);
    change->lm_block = wire_get_octets(&reader, MSCHAP_PASSWORD_BLOCK_SIZE);
    change->lm_hash = wire_get_octets(&reader, MSCHAP_HASH_SIZE);
    change->lm_response = wire_get_octets(&reader, MSCHAP_NT_RESPONSE_SIZE);
    change->nt_response = wire_get_octets(&reader, MSCHAP_NT_RESPONSE_SIZE);
    change->flags = wire_get_u16(&reader);
    return length == MSCHAP_CHANGE_2_SIZE;
}

bool mschap_decode_change_3(const uint8_t *octets, size_t length, struct mschap_change_3 *change)
{
    struct wire_reader reader = wire_reader_make(octets, length);
    change->nt_block = wire_get_octets(&reader, MSCHAP_PASSWORD_BLOCK_SIZE);
    change->nt_hash = wire_get_octets(&reader, MSCHAP_HASH_SIZE);
    change->peer_challenge = wire_get_octets(&reader, MSCHAP_V2_CHALLENGE_SIZE);
    wire_skip(&reader, 8);
    change->nt_response = wire_get_octets(&reader, MSCHAP_NT_RESPONSE_SIZE);
    return length == MSCHAP_CHANGE_3_SIZE;
}

static void put(struct wire_writer *writer, const uint8_t *octets, size_t length)
{
    if (octets)
        wire_put_octets(writer, octets, length);
    else
        wire_put_zeros(writer, length);
}

void mschap_encode_change_1(struct wire_writer *writer, const struct mschap_change_1 *change)
{
    put(writer, change->lm_new, MSCHAP_HASH_SIZE);
    put(writer, change->lm_old, MSCHAP_HASH_SIZE);
    put(writer, change->nt_new, MSCHAP_HASH_SIZE);
    put(writer, change->nt_old, MSCHAP_HASH_SIZE);
    wire_put_u16(writer, change->password_length);
    wire_put_u16(writer, change->flags);
}

void mschap_encode_change_2(struct wire_writer *writer, const struct mschap_change_2 *change)
{
    put(writer, change->nt_block, MSCHAP_PASSWORD_BLOCK_SIZE);
    put(writer, change->nt_hash, MSCHAP_HASH_SIZE);
    put(writer, change->lm_block, MSCHAP_PASSWORD_BLOCK_SIZE);
    put(writer, change->lm_hash, MSCHAP_HASH_SIZE);
    put(writer, change->lm_response, MSCHAP_NT_RESPONSE_SIZE);
    put(writer, change->nt_response, MSCHAP_NT_RESPONSE_SIZE);
    wire_put_u16(writer, change->flags);
}

void mschap_encode_change_3(struct wire_writer *writer, const struct mschap_change_3 *change)
{
    put(writer, change->nt_block, MSCHAP_PASSWORD_BLOCK_SIZE);
    put(writer, change->nt_hash, MSCHAP_HASH_SIZE);
    put(writer, change->peer_challenge, MSCHAP_V2_CHALLENGE_SIZE);
    wire_put_zeros(writer, 8);
    put(writer, change->nt_response, MSCHAP_NT_RESPONSE_SIZE);
    wire_put_u16(writer, 0);
}

static void crypt_block(struct crypto *crypto, const uint8_t *hash, uint8_t *block)
{
    struct rc4 *rc4 = crypto_scratch_rc4(crypto);
    rc4_set_key(rc4, hash, MSCHAP_HASH_SIZE);
    rc4_crypt(rc4, block, MSCHAP_PASSWORD_BLOCK_SIZE);
}

/* The length is little-endian: the block is a structure of Windows, not a field of the protocol. */
bool mschap_encrypt_password(struct crypto *crypto, struct entropy *entropy, const char *password,
                             const uint8_t old_hash[MSCHAP_HASH_SIZE],
                             uint8_t block[MSCHAP_PASSWORD_BLOCK_SIZE])
{
    uint8_t unicode[PASSWORD_ROOM];
    size_t length;
    if (!utf16le_from_utf8(password, strlen(password), unicode, sizeof unicode, &length))
        return false;
    entropy_fill(entropy, block, PASSWORD_ROOM - length);
    memcpy(block + PASSWORD_ROOM - length, unicode, length);
    for (unsigned i = 0; i < 4; i++)
        block[PASSWORD_ROOM + i] = (uint8_t)(length >> 8 * i);
    crypt_block(crypto, old_hash, block);
    return true;
}

bool mschap_decrypt_password(struct crypto *crypto, const uint8_t block[MSCHAP_PASSWORD_BLOCK_SIZE],
                             const uint8_t old_hash[MSCHAP_HASH_SIZE],
                             uint8_t clear[MSCHAP_PASSWORD_BLOCK_SIZE], const uint8_t **password,
                             size_t *length)
{
    uint32_t stated = 0;
    memcpy(clear, block, MSCHAP_PASSWORD_BLOCK_SIZE);
    crypt_block(crypto, old_hash, clear);
    for (unsigned i = 0; i < 4; i++)
        stated |= (uint32_t)clear[PASSWORD_ROOM + i] << 8 * i;
    if (stated > PASSWORD_ROOM || stated % 2 != 0)
        return false;
    *password = clear + PASSWORD_ROOM - stated;
    *length = stated;
    return true;
}

void mschap_encrypt_hash(struct crypto *crypto, const uint8_t hash[MSCHAP_HASH_SIZE],
                         const uint8_t block[MSCHAP_HASH_SIZE], uint8_t cypher[MSCHAP_HASH_SIZE])
{
    crypto_des_ecb_encrypt(crypto, block, hash, cypher);
    crypto_des_ecb_encrypt(crypto, block + CRYPTO_DES_KEY_SIZE, hash + CRYPTO_DES_BLOCK_SIZE,
                           cypher + CRYPTO_DES_BLOCK_SIZE);
}

void mschap_encrypt_hash_with_challenge(struct crypto *crypto, const uint8_t hash[MSCHAP_HASH_SIZE],
                                        const uint8_t challenge[MSCHAP_V1_CHALLENGE_SIZE],
                                        uint8_t cypher[MSCHAP_HASH_SIZE])
{
    crypto_des_ecb_encrypt(crypto, challenge, hash, cypher);
    crypto_des_ecb_encrypt(crypto, challenge, hash + CRYPTO_DES_BLOCK_SIZE,
                           cypher + CRYPTO_DES_BLOCK_SIZE);
}

void mschap_decrypt_hash_with_challenge(struct crypto *crypto,
                                        const uint8_t cypher[MSCHAP_HASH_SIZE],
                                        const uint8_t challenge[MSCHAP_V1_CHALLENGE_SIZE],
                                        uint8_t hash[MSCHAP_HASH_SIZE])
{
    crypto_des_ecb_decrypt(crypto, challenge, cypher, hash);
    crypto_des_ecb_decrypt(crypto, challenge, cypher + CRYPTO_DES_BLOCK_SIZE,
                           hash + CRYPTO_DES_BLOCK_SIZE);
}
