/* What MS-CHAP-1 adds to the hashes of MS-CHAP-V2: LAN Manager (RFC 2433 appendix A). */
#include "ppp/auth/mschap.h"

#include <string.h>

bool mschap_lm_password_hash(struct crypto *crypto, enum oem_code_page code_page,
                             const char *password, uint8_t hash[MSCHAP_HASH_SIZE])
{
    /* What DesHash encrypts (section A.3). */
    static const uint8_t known[CRYPTO_DES_BLOCK_SIZE] = {'K', 'G', 'S', '!', '@', '#', '$', '%'};
    uint8_t padded[2 * CRYPTO_DES_KEY_SIZE] = {0};
    size_t length;
    _Static_assert(sizeof padded == MSCHAP_LM_PASSWORD_MAX, "two DES keys make a password");
    if (!oem_upper_from_utf8(code_page, password, strlen(password), padded, sizeof padded, &length))
        return false;
    crypto_des_ecb_encrypt(crypto, padded, known, hash);
    crypto_des_ecb_encrypt(crypto, padded + CRYPTO_DES_KEY_SIZE, known,
                           hash + CRYPTO_DES_BLOCK_SIZE);
    return true;
}
