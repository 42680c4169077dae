/* The words for what goes wrong in a handshake. */
#include "crypto/tls_failure.h"

#include "crypto/certificate_verdict.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

struct tls_failure tls_failure_make(long verify_result, unsigned long error, bool alerted)
{
    if (alerted)
        return (struct tls_failure){.reason = "refused-by-peer"};
    if (verify_result != X509_V_OK)
        return (struct tls_failure){
            .reason = certificate_verdict_text(certificate_verdict_of(verify_result)),
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
