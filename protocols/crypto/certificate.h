#ifndef VPNSIM_CRYPTO_CERTIFICATE_H
#define VPNSIM_CRYPTO_CERTIFICATE_H

#include "base/entropy.h"
#include "base/status.h"
#include "crypto/crypto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Longest subject of a certificate, in octets of UTF-8 (RFC 5280: ub-common-name). */
#define CERTIFICATE_SUBJECT_MAX 64
/** Longest alternative name, in octets (RFC 1035 section 2.3.4). */
#define CERTIFICATE_NAME_MAX 255
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
    CERTIFICATE_IPSEC,     /**< the end of an IPsec connection: IP Security IKE Intermediate */
};

/** What a certificate is to say; borrowed for the call. */
struct certificate_request {
    enum certificate_usage usage;
    const char *subject; /**< the common name, UTF-8, 1 to CERTIFICATE_SUBJECT_MAX octets */
    int64_t not_before;  /**< seconds since 1970-01-01T00:00:00Z */
    int64_t not_after;
    unsigned key_bits; /**< of the RSA key, CERTIFICATE_KEY_BITS_MIN to _MAX */
    /**
     * The subject's alternative names, with blanks between: addresses, "user@example.com" and
     * names of hosts (RFC 5280 section 4.2.1.6). NULL: none.
     */
    const char *alternative_names;
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

/** The certificate in DER, as long as it lives. */
const uint8_t *certificate_der(const struct certificate *certificate, size_t *length);

/** The certificate, or with @p key its private key, as PEM text to be freed; NULL: no memory. */
char *certificate_pem(const struct certificate *certificate, bool key);

/** Its subject, and that of its issuer, as a DER Name, as long as it lives. */
const uint8_t *certificate_subject_der(const struct certificate *certificate, size_t *length);
const uint8_t *certificate_issuer_der(const struct certificate *certificate, size_t *length);

/**
 * The certificate behind those that issued it, but for the one that signed itself, in a PKCS #7
 * that is no more than their wrapping (RFC 2315 section 9.1). To be freed; NULL: no memory.
 */
uint8_t *certificate_pkcs7(const struct certificate *certificate, size_t *length);

/** Who issued it; NULL when it signed itself. */
const struct certificate *certificate_issuer(const struct certificate *certificate);

/**
 * Writes a DER Name as "CN=client, O=Lab" with its most specific part first, control characters
 * and what is not UTF-8 escaped; false, with an empty text, when it is none or is too long.
 */
bool certificate_name_format(const uint8_t *der, size_t length, char *text, size_t size);

/** A certificate that a peer has sent: without a private key, and not to be trusted yet. */
struct peer_certificate;

/**
 * Parses exactly @p length octets of DER.
 *
 * @return the certificate, to be freed with peer_certificate_destroy(); NULL when it is malformed
 *         or its key is none of RSA from 512 to CERTIFICATE_KEY_BITS_MAX bits
 */
struct peer_certificate *peer_certificate_parse(struct crypto *crypto, const uint8_t *der,
                                                size_t length);

/**
 * Parses the certificates of a PKCS #7, in whatever order they are, as the function above; what is
 * none is left out.
 *
 * @return how many have been stored in @p certificates, at most @p room; 0 when it is malformed
 */
size_t peer_certificates_parse_pkcs7(struct crypto *crypto, const uint8_t *der, size_t length,
                                     struct peer_certificate **certificates, size_t room);

/** NULL is allowed. */
void peer_certificate_destroy(struct peer_certificate *certificate);

/** Its subject and its issuer as DER Names, as long as it lives. */
const uint8_t *peer_certificate_subject_der(const struct peer_certificate *certificate,
                                            size_t *length);
const uint8_t *peer_certificate_issuer_der(const struct peer_certificate *certificate,
                                           size_t *length);

/** Kinds of a subject's alternative names (RFC 5280 section 4.2.1.6). */
enum certificate_name_kind {
    CERTIFICATE_NAME_EMAIL,   /**< rfc822Name */
    CERTIFICATE_NAME_HOST,    /**< dNSName */
    CERTIFICATE_NAME_ADDRESS, /**< iPAddress: 4 or 16 octets */
};

/** What a certificate says about a name. */
enum certificate_claim {
    CERTIFICATE_CLAIMS_NONE,   /**< it has no alternative names of that kind */
    CERTIFICATE_CLAIMS_OTHERS, /**< it has some, but not that one */
    CERTIFICATE_CLAIMS_IT,
};

/**
 * Whether @p name is one of the subject's alternative names; capitals or not, but nothing stands
 * for something else (RFC 4945 sections 3.1.1 to 3.1.3).
 */
enum certificate_claim peer_certificate_claims(const struct peer_certificate *certificate,
                                               enum certificate_name_kind kind, const uint8_t *name,
                                               size_t length);

/** What is found about a peer's certificate. */
enum certificate_verdict {
    CERTIFICATE_GOOD,
    CERTIFICATE_EXPIRED,
    CERTIFICATE_NOT_YET_VALID,
    CERTIFICATE_UNKNOWN_AUTHORITY, /**< no way to an authority that is trusted */
    CERTIFICATE_WRONG_USAGE,       /**< not for this use */
    CERTIFICATE_BAD_SIGNATURE,
    CERTIFICATE_NOT_AN_AUTHORITY, /**< one that signed another may not do so */
    CERTIFICATE_INVALID,
};

/** A fixed phrase: "certificate-expired", "unknown-authority"; "" for CERTIFICATE_GOOD. */
const char *certificate_verdict_text(enum certificate_verdict verdict);

/** How a chain is judged; everything is borrowed for the call. */
struct certificate_check {
    const struct peer_certificate *const *others; /**< that the peer has sent beside its own */
    size_t other_count;
    const struct certificate *const *trusted; /**< authorities that a chain may end at */
    size_t trusted_count;
    enum certificate_usage usage; /**< what the peer is to be: SERVER, CLIENT or IPSEC */
    int64_t time;                 /**< when all must be valid: seconds since 1970 */
};

/**
 * Looks for a chain from @p certificate to a trusted authority and checks signatures, times, the
 * right to sign, and the use of the certificate itself: for IPSEC its Key Usage, where there is
 * one, must allow signatures, and its Extended Key Usage, where there is one, must name IKE, the
 * older purposes of IPsec, any purpose, or one end of TLS, as the certificates that Windows gives
 * its computers do (RFC 4945 sections 5.1.3.2 and 5.1.3.12).
 */
enum certificate_verdict certificate_verify(struct crypto *crypto,
                                            const struct peer_certificate *certificate,
                                            const struct certificate_check *check);

#endif
