#ifndef VPNSIM_PPP_AUTH_CHAP_ALGORITHM_H
#define VPNSIM_PPP_AUTH_CHAP_ALGORITHM_H

#include "base/entropy.h"
#include "base/wire.h"
#include "crypto/crypto.h"
#include "crypto/oem.h"
#include "ppp/auth/mschap.h"
#include "ppp/compression/mppe_keys.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What both sides of one Challenge and Response know; everything is borrowed. */
struct chap_exchange {
    struct crypto *crypto;
    uint8_t identifier; /**< of the Response */
    const uint8_t *challenge;
    size_t challenge_length;
    const uint8_t *name; /**< the authenticatee's, as in the Response */
    size_t name_length;
    const char *secret; /**< UTF-8; may be NULL where .nt_hash stands for it */
    /** MS-CHAP: hashes to use instead of those of .secret; NULL: none. */
    const uint8_t *nt_hash;
    const uint8_t *lm_hash;
    enum oem_code_page code_page; /**< MS-CHAP-1: in which LAN Manager hashes .secret */
    bool lan_manager;             /**< MS-CHAP-1 authenticatee: fill in the LM-Response too */
};

/** The differences between the algorithms that CHAP carries (RFC 1994 section 3). */
struct chap_algorithm {
    uint8_t number;           /**< in the Authentication-Protocol option */
    uint8_t challenge_length; /**< that a Challenge must have; 0: any */
    uint8_t response_length;  /**< of the Response value */
    bool has_failure_fields;  /**< the Failure message is E= R= C= V= M= (RFC 2433 section 8) */
    uint8_t failure_version;  /**< V= : which Change-Password packet may follow */

    /** Authenticatee: computes the Response value. */
    void (*respond)(const struct chap_exchange *exchange, struct entropy *entropy, uint8_t *value);

    /** Authenticator: whether a Response value of the right length proves the secret. */
    bool (*verify)(const struct chap_exchange *exchange, const uint8_t *value);

    /** Authenticator: writes the Message of the Success; @p text for the user may be NULL. */
    void (*write_success)(const struct chap_exchange *exchange, const uint8_t *value,
                          const char *text, struct wire_writer *writer);

    /** Authenticatee: whether the Message of a Success proves that the peer knows the secret. */
    bool (*check_success)(const struct chap_exchange *exchange, const uint8_t *value,
                          const uint8_t *message, size_t length);

    /** Derives the start keys of MPPE; NULL when the algorithm yields none. */
    void (*derive_keys)(const struct chap_exchange *exchange, const uint8_t *value, bool server,
                        struct mppe_start_keys *keys);
};

extern const struct chap_algorithm chap_algorithm_ms_v1;
extern const struct chap_algorithm chap_algorithm_ms_v2;

/**
 * MS-CHAP: the NT hash of the exchange's secret. False when there is neither a hash nor a password
 * that Windows could hash.
 */
bool chap_nt_hash(const struct chap_exchange *exchange, uint8_t hash[MSCHAP_HASH_SIZE]);

/** MS-CHAP-1: the LAN Manager hash. False when the password has none. */
bool chap_lm_hash(const struct chap_exchange *exchange, uint8_t hash[MSCHAP_HASH_SIZE]);

/** The algorithm of that number; NULL when there is none. */
const struct chap_algorithm *chap_algorithm_find(uint8_t number);

#endif
