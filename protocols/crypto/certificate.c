/* Certificates of the simulation's own making (RFC 5280). */
#include "crypto/certificate.h"

#include "base/ip_address.h"
#include "crypto/crypto_private.h"

#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/** Counts the authorities from @p certificate to the one that signed itself. */
static unsigned chain_length(const struct certificate *certificate)
{
    unsigned length = 0;
    for (; certificate; certificate = certificate->issuer)
        length++;
    return length;
}

static bool request_is_valid(const struct certificate_request *request,
                             const struct certificate *issuer)
{
    size_t length = strlen(request->subject);
    return length >= 1 && length <= CERTIFICATE_SUBJECT_MAX &&
           request->not_before <= request->not_after &&
           request->key_bits >= CERTIFICATE_KEY_BITS_MIN &&
           request->key_bits <= CERTIFICATE_KEY_BITS_MAX &&
           (!issuer || issuer->usage == CERTIFICATE_AUTHORITY) &&
           chain_length(issuer) < CERTIFICATE_CHAIN_MAX;
}

static bool add_extension(X509 *x509, const X509 *issuer, int identifier, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, (X509 *)(uintptr_t)issuer, x509, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, identifier, value);
    bool added = extension && X509_add_ext(x509, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

static bool add_extensions(X509 *x509, const X509 *issuer, enum certificate_usage usage)
{
    static const struct {
        const char *constraints;
        const char *key_usage;
        const char *extended; /* NULL: there is none */
    } of[] = {
        [CERTIFICATE_AUTHORITY] = {"critical,CA:TRUE", "critical,keyCertSign,cRLSign", NULL},
        [CERTIFICATE_SERVER] = {"CA:FALSE", "digitalSignature,keyEncipherment", "serverAuth"},
        [CERTIFICATE_CLIENT] = {"CA:FALSE", "digitalSignature,keyEncipherment", "clientAuth"},
        [CERTIFICATE_GENERAL] = {"CA:FALSE", "digitalSignature,keyEncipherment", NULL},
        [CERTIFICATE_IPSEC] = {"CA:FALSE", "digitalSignature,keyEncipherment", "1.3.6.1.5.5.8.2.2"},
    };
    return add_extension(x509, issuer, NID_basic_constraints, of[usage].constraints) &&
           add_extension(x509, issuer, NID_key_usage, of[usage].key_usage) &&
           (!of[usage].extended ||
            add_extension(x509, issuer, NID_ext_key_usage, of[usage].extended)) &&
           add_extension(x509, issuer, NID_subject_key_identifier, "hash") &&
           add_extension(x509, issuer, NID_authority_key_identifier, "keyid");
}

static int kind_of(const char *name)
{
    struct ip_address address;
    return strchr(name, '@') ? GEN_EMAIL : ip_address_parse(name, &address) ? GEN_IPADD : GEN_DNS;
}

static bool add_name(GENERAL_NAMES *names, const char *text)
{
    GENERAL_NAME *name = a2i_GENERAL_NAME(NULL, NULL, NULL, kind_of(text), text, 0);
    if (name && sk_GENERAL_NAME_push(names, name) > 0)
        return true;
    GENERAL_NAME_free(name);
    return false;
}

static bool add_alternative_names(X509 *x509, const char *text)
{
    char name[CERTIFICATE_NAME_MAX + 1];
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    bool added = names != NULL;
    while (added && *(text += strspn(text, " ")) != '\0') {
        size_t length = strcspn(text, " ");
        added = length <= CERTIFICATE_NAME_MAX;
        if (!added)
            break;
        memcpy(name, text, length);
        name[length] = '\0';
        added = add_name(names, name);
        text += length;
    }
    added =
        added && X509_add1_ext_i2d(x509, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) == 1;
    GENERAL_NAMES_free(names);
    return added;
}

static bool fill(X509 *x509, const struct certificate_request *request, uint64_t serial,
                 EVP_PKEY *key, const X509 *issuer)
{
    const unsigned char *subject = (const unsigned char *)request->subject;
    return X509_set_version(x509, X509_VERSION_3) == 1 &&
           ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial) == 1 &&
           ASN1_TIME_set(X509_getm_notBefore(x509), (time_t)request->not_before) &&
           ASN1_TIME_set(X509_getm_notAfter(x509), (time_t)request->not_after) &&
           X509_NAME_add_entry_by_NID(X509_get_subject_name(x509), NID_commonName, MBSTRING_UTF8,
                                      subject, -1, -1, 0) == 1 &&
           X509_set_issuer_name(x509, X509_get_subject_name(issuer)) == 1 &&
           X509_set_pubkey(x509, key) == 1 && add_extensions(x509, issuer, request->usage) &&
           (!request->alternative_names || add_alternative_names(x509, request->alternative_names));
}

static bool make(struct certificate *certificate, struct crypto *crypto, struct entropy *entropy,
                 const struct certificate_request *request)
{
    OSSL_LIB_CTX *library = crypto_library(crypto);
    const struct certificate *issuer = certificate->issuer ? certificate->issuer : certificate;
    /* A positive number of eight octets at most (section 4.1.2.2). */
    uint64_t serial = entropy_u64(entropy) >> 1 | 1;
    certificate->x509 = X509_new_ex(library, NULL);
    certificate->key = EVP_PKEY_Q_keygen(library, NULL, "RSA", (size_t)request->key_bits);
    if (!certificate->x509 || !certificate->key ||
        !fill(certificate->x509, request, serial, certificate->key, issuer->x509))
        return false;
    EVP_MD *digest = EVP_MD_fetch(library, "SHA1", NULL);
    bool is_signed = digest && X509_sign(certificate->x509, issuer->key, digest) > 0;
    EVP_MD_free(digest);
    int length = is_signed ? i2d_X509(certificate->x509, &certificate->der) : 0;
    certificate->der_length = length > 0 ? (size_t)length : 0;
    certificate->signer = signature_context(crypto, certificate->key, true);
    return length > 0 && certificate->signer;
}

struct certificate *certificate_issue(struct crypto *crypto, struct entropy *entropy,
                                      const struct certificate_request *request,
                                      const struct certificate *issuer, enum status *status)
{
    *status = STATUS_INVALID;
    if (!request_is_valid(request, issuer))
        return NULL;
    struct certificate *certificate = calloc(1, sizeof *certificate);
    *status = certificate ? STATUS_OK : STATUS_NO_MEMORY;
    if (!certificate)
        return NULL;
    certificate->issuer = issuer;
    certificate->usage = request->usage;
    crypto_draw_from(crypto, entropy);
    if (!make(certificate, crypto, entropy, request)) {
        *status = STATUS_CRYPTO;
        certificate_destroy(certificate);
        certificate = NULL;
    }
    crypto_draw_from(crypto, NULL);
    ERR_clear_error();
    return certificate;
}

/* Whoever issued it comes first, but for the one that signed itself. */
static bool wrap(PKCS7 *wrapping, const struct certificate *certificate)
{
    const struct certificate *issuer = certificate->issuer;
    return (!issuer || !issuer->issuer || wrap(wrapping, issuer)) &&
           PKCS7_add_certificate(wrapping, certificate->x509) == 1;
}

uint8_t *certificate_pkcs7(const struct certificate *certificate, size_t *length)
{
    uint8_t *der = NULL;
    PKCS7 *wrapping = PKCS7_new();
    bool made = wrapping && PKCS7_set_type(wrapping, NID_pkcs7_signed) == 1 &&
                PKCS7_content_new(wrapping, NID_pkcs7_data) == 1 && wrap(wrapping, certificate);
    int size = made ? i2d_PKCS7(wrapping, NULL) : 0;
    if (size > 0 && (der = malloc((size_t)size)) != NULL) {
        unsigned char *end = der;
        *length = (size_t)i2d_PKCS7(wrapping, &end);
    }
    PKCS7_free(wrapping);
    ERR_clear_error();
    return der;
}

void certificate_destroy(struct certificate *certificate)
{
    if (!certificate)
        return;
    X509_free(certificate->x509);
    EVP_PKEY_CTX_free(certificate->signer);
    EVP_PKEY_free(certificate->key);
    OPENSSL_free(certificate->der);
    free(certificate);
}
