#include "crypto/certificate_verdict.h"

#include <openssl/x509_vfy.h>

enum certificate_verdict certificate_verdict_of(long verify_result)
{
    switch (verify_result) {
    case X509_V_OK:
        return CERTIFICATE_GOOD;
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return CERTIFICATE_EXPIRED;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return CERTIFICATE_NOT_YET_VALID;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_CERT_UNTRUSTED:
        return CERTIFICATE_UNKNOWN_AUTHORITY;
    case X509_V_ERR_INVALID_PURPOSE:
        return CERTIFICATE_WRONG_USAGE;
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
        return CERTIFICATE_BAD_SIGNATURE;
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
        return CERTIFICATE_NOT_AN_AUTHORITY;
    default:
        return CERTIFICATE_INVALID;
    }
}

const char *certificate_verdict_text(enum certificate_verdict verdict)
{
    switch (verdict) {
    case CERTIFICATE_GOOD:
        return "";
    case CERTIFICATE_EXPIRED:
        return "certificate-expired";
    case CERTIFICATE_NOT_YET_VALID:
        return "certificate-not-yet-valid";
    case CERTIFICATE_UNKNOWN_AUTHORITY:
        return "unknown-authority";
    case CERTIFICATE_WRONG_USAGE:
        return "wrong-usage";
    case CERTIFICATE_BAD_SIGNATURE:
        return "bad-signature";
    case CERTIFICATE_NOT_AN_AUTHORITY:
        return "not-an-authority";
    case CERTIFICATE_INVALID:
        return "certificate-invalid";
    }
    return "certificate-invalid";
}
