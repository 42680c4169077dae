#include "crypto/signature.h"

#include "crypto/crypto_private.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

/* Without a digest OpenSSL pads the octets themselves: there is no DigestInfo then. */
EVP_PKEY_CTX *signature_context(struct crypto *crypto, EVP_PKEY *key, bool sign)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(crypto_library(crypto), key, NULL);
    if (context && ((sign ? EVP_PKEY_sign_init(context) : EVP_PKEY_verify_init(context)) != 1 ||
                    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) != 1)) {
        EVP_PKEY_CTX_free(context);
        context = NULL;
    }
    return context;
}

enum status signature_sign(struct crypto *crypto, const struct certificate *signer,
                           const uint8_t *hash, size_t hash_length, uint8_t *signature,
                           size_t *length)
{
    /* The numbers that blind the key against listeners leave no trace in the signature, so their
     * stream is nobody's. */
    struct entropy blinding = entropy_make(0, "blinding");
    crypto_draw_from(crypto, &blinding);
    *length = SIGNATURE_MAX;
    bool is_signed = EVP_PKEY_sign(signer->signer, signature, length, hash, hash_length) == 1;
    crypto_draw_from(crypto, NULL);
    ERR_clear_error();
    return is_signed ? STATUS_OK : STATUS_CRYPTO;
}

bool signature_verify(const struct peer_certificate *signer, const uint8_t *hash,
                      size_t hash_length, const uint8_t *signature, size_t length)
{
    bool good = EVP_PKEY_verify(signer->verifier, signature, length, hash, hash_length) == 1;
    ERR_clear_error();
    return good;
}
