/* The words for what goes wrong in a handshake. */
#include "crypto/tls_failure.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

static const char *certificate_reason(long verify_result)
{
    switch (verify_result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return "certificate-expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "certificate-not-yet-valid";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_CERT_UNTRUSTED:
        return "unknown-authority";
    case X509_V_ERR_INVALID_PURPOSE:
        return "wrong-usage";
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
        return "bad-signature";
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
        return "not-an-authority";
    default:
        return "certificate-invalid";
    }
}

struct tls_failure tls_failure_make(long verify_result, unsigned long error, bool alerted)
{
    if (alerted)
        return (struct tls_failure){.reason = "refused-by-peer"};
    if (verify_result != X509_V_OK)
        return (struct tls_failure){.reason = certificate_reason(verify_result),
                                    .about_certificate = true};
    if (ERR_GET_LIB(error) != ERR_LIB_SSL)
        return (struct tls_failure){.reason = "bad-message"};
    switch (ERR_GET_REASON(error)) {
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
        return (struct tls_failure){.reason = "no-certificate", .about_certificate = true};
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_WRONG_VERSION_NUMBER:
        return (struct tls_failure){.reason = "no-common-version"};
    case SSL_R_NO_SHARED_CIPHER:
        return (struct tls_failure){.reason = "no-common-cipher"};
    default:
        return (struct tls_failure){.reason = "bad-message"};
    }
}

const char *tls_alert_name(uint8_t alert)
{
    static const struct {
        uint8_t alert;
        const char *name;
    } names[] = {
        {0, "close-notify"},
        {10, "unexpected-message"},
        {20, "bad-record-mac"},
        {22, "record-overflow"},
        {40, "handshake-failure"},
        {42, "bad-certificate"},
        {43, "unsupported-certificate"},
        {44, "certificate-revoked"},
        {45, "certificate-expired"},
        {46, "certificate-unknown"},
        {47, "illegal-parameter"},
        {48, "unknown-ca"},
        {49, "access-denied"},
        {50, "decode-error"},
        {51, "decrypt-error"},
        {70, "protocol-version"},
        {71, "insufficient-security"},
        {80, "internal-error"},
        {90, "user-canceled"},
        {100, "no-renegotiation"},
        {110, "unsupported-extension"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].alert == alert)
            return names[i].name;
    return "unknown-alert";
}
