#ifndef VPNSIM_PPP_AUTH_MSCHAP_H
#define VPNSIM_PPP_AUTH_MSCHAP_H

#include "base/wire.h"
#include "crypto/crypto.h"
#include "crypto/oem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MSCHAP_HASH_SIZE         16
#define MSCHAP_NT_RESPONSE_SIZE  24
#define MSCHAP_V2_CHALLENGE_SIZE 16
/** Response value: Peer-Challenge 16, Reserved 8, NT-Response 24, Flags 1 (RFC 2759 section 4). */
#define MSCHAP_V2_RESPONSE_SIZE  49
#define MSCHAP_V1_CHALLENGE_SIZE 8
/** Response value: LM-Response 24, NT-Response 24, Use-NT 1 (RFC 2433 section 6). */
#define MSCHAP_V1_RESPONSE_SIZE 49
/** Most UTF-16 units of a password (RFC 2759 section 4). */
#define MSCHAP_PASSWORD_MAX 256
/** Most characters of a password that has a LAN Manager hash (RFC 2433 section A.2). */
#define MSCHAP_LM_PASSWORD_MAX 14

/** RAS error numbers that a Failure message carries (RFC 2759 section 6). */
enum mschap_error {
    MSCHAP_RESTRICTED_LOGON_HOURS = 646,
    MSCHAP_ACCOUNT_DISABLED = 647,
    MSCHAP_PASSWORD_EXPIRED = 648,
    MSCHAP_NO_DIALIN_PERMISSION = 649,
    MSCHAP_AUTHENTICATION_FAILURE = 691,
    MSCHAP_CHANGING_PASSWORD = 709,
};

/**
 * NtPasswordHash (RFC 2759 section 8.3): MD4 over the password in UTF-16LE. False when @p password
 * is not UTF-8 or longer than MSCHAP_PASSWORD_MAX units.
 */
bool mschap_nt_password_hash(struct crypto *crypto, const char *password,
                             uint8_t hash[MSCHAP_HASH_SIZE]);

/** HashNtPasswordHash (RFC 2759 section 8.4). */
void mschap_hash_nt_password_hash(struct crypto *crypto, const uint8_t hash[MSCHAP_HASH_SIZE],
                                  uint8_t hash_hash[MSCHAP_HASH_SIZE]);

/** ChallengeResponse (RFC 2759 section 8.5): three DES blocks keyed by the zero-padded hash. */
void mschap_challenge_response(struct crypto *crypto, const uint8_t challenge[8],
                               const uint8_t hash[MSCHAP_HASH_SIZE],
                               uint8_t response[MSCHAP_NT_RESPONSE_SIZE]);

/**
 * LmPasswordHash (RFC 2433 section A.2): upper case, OEM characters, two DES blocks. False when
 * @p password is longer than MSCHAP_LM_PASSWORD_MAX or has a character that @p code_page lacks:
 * such a password has no LAN Manager hash.
 */
bool mschap_lm_password_hash(struct crypto *crypto, enum oem_code_page code_page,
                             const char *password, uint8_t hash[MSCHAP_HASH_SIZE]);

/**
 * The part of a user name that enters the hashes: what follows the last backslash of
 * "DOMAIN\user" (RFC 2759 section 4). @p length becomes its length.
 */
const uint8_t *mschap_user_without_domain(const uint8_t *name, size_t *length);

/** What both sides of one MS-CHAP-V2 exchange hash; everything is borrowed. */
struct mschap_v2_exchange {
    const uint8_t *authenticator_challenge; /**< 16 octets, from the Challenge or from C= */
    const uint8_t *peer_challenge;          /**< 16 octets, from the Response */
    const uint8_t *user_name;               /**< as in the Response; a domain prefix is skipped */
    size_t user_name_length;
};

/** ChallengeHash (RFC 2759 section 8.2). */
void mschap_v2_challenge_hash(struct crypto *crypto, const struct mschap_v2_exchange *exchange,
                              uint8_t challenge[8]);

/** GenerateNTResponse (RFC 2759 section 8.1) from the password's hash. */
void mschap_v2_nt_response(struct crypto *crypto, const struct mschap_v2_exchange *exchange,
                           const uint8_t nt_password_hash[MSCHAP_HASH_SIZE],
                           uint8_t response[MSCHAP_NT_RESPONSE_SIZE]);

/** GenerateAuthenticatorResponse (RFC 2759 section 8.7), the 20 octets before they become text. */
void mschap_v2_authenticator_response(struct crypto *crypto,
                                      const struct mschap_v2_exchange *exchange,
                                      const uint8_t nt_password_hash[MSCHAP_HASH_SIZE],
                                      const uint8_t nt_response[MSCHAP_NT_RESPONSE_SIZE],
                                      uint8_t digest[CRYPTO_SHA1_SIZE]);

/**
 * Writes a Success message: "S=" and 40 upper-case digits, then " M=" and @p text unless that is
 * NULL (RFC 2759 section 5).
 */
void mschap_v2_write_success(struct wire_writer *writer, const uint8_t digest[CRYPTO_SHA1_SIZE],
                             const char *text);

/** Finds S= in a Success message. False when it is missing or not 40 hexadecimal digits. */
bool mschap_v2_read_success(const uint8_t *message, size_t length,
                            uint8_t digest[CRYPTO_SHA1_SIZE]);

/** The fields of a Failure message (RFC 2433 section 8, RFC 2759 section 6). */
struct mschap_failure {
    uint32_t error;
    bool retry;
    uint8_t challenge_length; /**< 8 or 16; 0: there is no C= */
    uint8_t challenge[MSCHAP_V2_CHALLENGE_SIZE];
    uint32_t version;
    const uint8_t *text; /**< after M=, borrowed; NULL when the message has none */
    size_t text_length;
};

/** Writes "E=691 R=1 C=... V=3", then " M=" and the text unless that is NULL. */
void mschap_write_failure(struct wire_writer *writer, const struct mschap_failure *failure);

/**
 * Reads a Failure message tolerantly: fields in any order, any of them missing, either case of the
 * hexadecimal digits. A missing E= is 691, a missing V= is 0; unknown fields are skipped.
 */
void mschap_read_failure(const uint8_t *message, size_t length, struct mschap_failure *failure);

#endif
