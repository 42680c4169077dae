#ifndef VPNSIM_PPP_AUTH_MSCHAP_CHANGE_H
#define VPNSIM_PPP_AUTH_MSCHAP_CHANGE_H

#include "base/entropy.h"
#include "base/wire.h"
#include "ppp/auth/mschap.h"

/*
 * The Change-Password packets: Code, Identifier and Length as any CHAP packet, then these fields.
 *
 *   code 5 (RFC 2433 section 9)   LM-New 16  LM-Old 16  NT-New 16  NT-Old 16
 *                                 Password-Length 2  Flags 2
 *   code 6 (RFC 2433 section 10)  NT-Block 516  NT-Hash 16  LM-Block 516  LM-Hash 16
 *                                 LM-Response 24  NT-Response 24  Flags 2
 *   code 7 (RFC 2759 section 7)   NT-Block 516  NT-Hash 16  Peer-Challenge 16  Reserved 8
 *                                 NT-Response 24  Flags 2
 */
#define MSCHAP_CHANGE_1_SIZE 68
#define MSCHAP_CHANGE_2_SIZE 1114
#define MSCHAP_CHANGE_3_SIZE 582
/** PWBLOCK: 512 octets with the password at their end, and its length (RFC 2433 section A.11). */
#define MSCHAP_PASSWORD_BLOCK_SIZE 516

/** Flags of code 5, bit 0: the fields of NT are valid. */
#define MSCHAP_CHANGE_1_NT_VALID 1u
/** Flags of code 6, bit 0: the NT-Response is to be used; bit 1: the fields of LM are valid. */
#define MSCHAP_CHANGE_2_USE_NT   1u
#define MSCHAP_CHANGE_2_LM_VALID 2u

/** Fields of code 5: hashes, each encrypted with the challenge as a DES key. */
struct mschap_change_1 {
    uint8_t lm_new[MSCHAP_HASH_SIZE];
    uint8_t lm_old[MSCHAP_HASH_SIZE];
    uint8_t nt_new[MSCHAP_HASH_SIZE];
    uint8_t nt_old[MSCHAP_HASH_SIZE];
    uint16_t password_length; /**< octets of the new OEM password; above 14: LM is not valid */
    uint16_t flags;
};

/** Fields of code 6; what the peer should not generate is zero (NULL when encoding). */
struct mschap_change_2 {
    const uint8_t *nt_block;
    const uint8_t *nt_hash; /**< the old one, encrypted with the new one */
    const uint8_t *lm_block;
    const uint8_t *lm_hash;
    const uint8_t *lm_response;
    const uint8_t *nt_response;
    uint16_t flags;
};

/** Fields of code 7. */
struct mschap_change_3 {
    const uint8_t *nt_block;
    const uint8_t *nt_hash;
    const uint8_t *peer_challenge;
    const uint8_t *nt_response;
};

/** Decode the fields behind Length, borrowed from @p octets; false: the size is wrong. */
bool mschap_decode_change_1(const uint8_t *octets, size_t length, struct mschap_change_1 *change);
bool mschap_decode_change_2(const uint8_t *octets, size_t length, struct mschap_change_2 *change);
bool mschap_decode_change_3(const uint8_t *octets, size_t length, struct mschap_change_3 *change);

/** Append the fields. */
void mschap_encode_change_1(struct wire_writer *writer, const struct mschap_change_1 *change);
void mschap_encode_change_2(struct wire_writer *writer, const struct mschap_change_2 *change);
void mschap_encode_change_3(struct wire_writer *writer, const struct mschap_change_3 *change);

/**
 * NewPasswordEncryptedWithOldNtPasswordHash (RFC 2759 section 8.9): the block with @p password in
 * UTF-16LE behind random octets, under RC4. False when the password is none (see
 * mschap_nt_password_hash()).
 */
bool mschap_encrypt_password(struct crypto *crypto, struct entropy *entropy, const char *password,
                             const uint8_t old_hash[MSCHAP_HASH_SIZE],
                             uint8_t block[MSCHAP_PASSWORD_BLOCK_SIZE]);

/**
 * The way back. The password is octets[0 .. *length) of @p clear, in UTF-16LE. False when the block
 * was not made with this hash: its length is impossible.
 */
bool mschap_decrypt_password(struct crypto *crypto, const uint8_t block[MSCHAP_PASSWORD_BLOCK_SIZE],
                             const uint8_t old_hash[MSCHAP_HASH_SIZE],
                             uint8_t clear[MSCHAP_PASSWORD_BLOCK_SIZE], const uint8_t **password,
                             size_t *length);

/** NtPasswordHashEncryptedWithBlock (RFC 2433 section A.17): @p hash under @p block's two keys. */
void mschap_encrypt_hash(struct crypto *crypto, const uint8_t hash[MSCHAP_HASH_SIZE],
                         const uint8_t block[MSCHAP_HASH_SIZE], uint8_t cypher[MSCHAP_HASH_SIZE]);

/** PasswordHashEncryptedWithBlock (RFC 2433 section A.9) with a challenge, and the way back. */
void mschap_encrypt_hash_with_challenge(struct crypto *crypto, const uint8_t hash[MSCHAP_HASH_SIZE],
                                        const uint8_t challenge[MSCHAP_V1_CHALLENGE_SIZE],
                                        uint8_t cypher[MSCHAP_HASH_SIZE]);
void mschap_decrypt_hash_with_challenge(struct crypto *crypto,
                                        const uint8_t cypher[MSCHAP_HASH_SIZE],
                                        const uint8_t challenge[MSCHAP_V1_CHALLENGE_SIZE],
                                        uint8_t hash[MSCHAP_HASH_SIZE]);

#endif
