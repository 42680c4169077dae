#ifndef VPNSIM_CRYPTO_CERTIFICATE_H
#define VPNSIM_CRYPTO_CERTIFICATE_H

#include "base/entropy.h"
#include "base/status.h"
#include "crypto/crypto.h"

#include <stdint.h>

/** Longest subject of a certificate, in octets of UTF-8 (RFC 5280: ub-common-name). */
#define CERTIFICATE_SUBJECT_MAX 64
/** Longest way from a certificate to the authority that signed itself. */
#define CERTIFICATE_CHAIN_MAX 8

/** Bounds of an RSA key. */
#define CERTIFICATE_KEY_BITS_MIN 1024
#define CERTIFICATE_KEY_BITS_MAX 4096

/** What a certificate may be used for (RFC 5280 sections 4.2.1.3, 4.2.1.9 and 4.2.1.12). */
enum certificate_usage {
    CERTIFICATE_AUTHORITY, /**< issues certificates */
    CERTIFICATE_SERVER,    /**< Server Authentication */
    CERTIFICATE_CLIENT,    /**< Client Authentication */
    CERTIFICATE_GENERAL,   /**< without Extended Key Usage, which no end of TLS takes here */
};

/** What a certificate is to say; borrowed for the call. */
struct certificate_request {
    enum certificate_usage usage;
    const char *subject; /**< the common name, UTF-8, 1 to CERTIFICATE_SUBJECT_MAX octets */
    int64_t not_before;  /**< seconds since 1970-01-01T00:00:00Z */
    int64_t not_after;
    unsigned key_bits; /**< of the RSA key, CERTIFICATE_KEY_BITS_MIN to _MAX */
};

/** An X.509 certificate, version 3, with its RSA key and the authority that issued it. */
struct certificate;

/**
 * Makes a key and a certificate for it; signatures are SHA-1 with RSA, as the authorities of
 * Windows 2000 give them. Key and serial number come from @p entropy: the same stream makes the
 * same certificate.
 *
 * @param issuer  an authority, borrowed for the certificate's life; NULL: it signs itself
 * @return the certificate, to be freed with certificate_destroy(); NULL with @p status
 *         STATUS_INVALID (the request makes no sense or the issuer is no authority) or
 *         STATUS_CRYPTO. A 1,024-bit key takes about 20 ms, one of 2,048 bits 200 ms.
 */
struct certificate *certificate_issue(struct crypto *crypto, struct entropy *entropy,
                                      const struct certificate_request *request,
                                      const struct certificate *issuer, enum status *status);

/** Frees the certificate and its key; what it has issued must be gone. NULL is allowed. */
void certificate_destroy(struct certificate *certificate);

#endif
