/* Certificates that peers send: parsed, judged, and told about (RFC 5280 section 6). */
#include "crypto/certificate.h"

#include "crypto/certificate_verdict.h"
#include "crypto/crypto_private.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/** Shorter keys are none any more; peers may have had them of an old authority. */
#define KEY_BITS_MIN 512

/* The certificate whose octets these are, when it was parsed lately; it is the caller's as well. */
static struct peer_certificate *recall(struct parsed_certificates *parsed, const uint8_t *der,
                                       size_t length)
{
    for (size_t i = 0; i < PARSED_CERTIFICATES; i++) {
        struct peer_certificate *known = parsed->known[i];
        if (known && known->der_length == length && memcmp(known->der, der, length) == 0) {
            known->users++;
            return known;
        }
    }
    return NULL;
}

/* Parsing takes OpenSSL longer than all that IKE computes, so the server's certificate is parsed
 * once for its many clients. */
static void remember(struct parsed_certificates *parsed, struct peer_certificate *certificate)
{
    struct peer_certificate **place = &parsed->known[parsed->next];
    parsed->next = (parsed->next + 1) % PARSED_CERTIFICATES;
    peer_certificate_destroy(*place);
    *place = certificate;
    certificate->users++;
}

void parsed_certificates_forget(struct parsed_certificates *parsed)
{
    for (size_t i = 0; i < PARSED_CERTIFICATES; i++) {
        peer_certificate_destroy(parsed->known[i]);
        parsed->known[i] = NULL;
    }
}

static bool is_acceptable(const EVP_PKEY *key)
{
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) >= KEY_BITS_MIN &&
           EVP_PKEY_get_bits(key) <= CERTIFICATE_KEY_BITS_MAX;
}

static struct peer_certificate *parse(struct crypto *crypto, const uint8_t *der, size_t length)
{
    const unsigned char *position = der;
    struct peer_certificate *certificate = calloc(1, sizeof *certificate + length);
    if (!certificate)
        return NULL;
    certificate->users = 1;
    certificate->der_length = length;
    memcpy(certificate->der, der, length);
    certificate->x509 = X509_new_ex(crypto_library(crypto), NULL);
    /* On failure d2i_X509() frees what it was given and clears the pointer. */
    if (certificate->x509 && length <= LONG_MAX &&
        d2i_X509(&certificate->x509, &position, (long)length) && position == der + length)
        certificate->key = X509_get_pubkey(certificate->x509);
    if (certificate->key && is_acceptable(certificate->key))
        certificate->verifier = signature_context(crypto, certificate->key, false);
    if (!certificate->verifier) {
        peer_certificate_destroy(certificate);
        certificate = NULL;
    }
    ERR_clear_error();
    return certificate;
}

struct peer_certificate *peer_certificate_parse(struct crypto *crypto, const uint8_t *der,
                                                size_t length)
{
    struct parsed_certificates *parsed = crypto_parsed_certificates(crypto);
    struct peer_certificate *certificate = recall(parsed, der, length);
    if (!certificate && (certificate = parse(crypto, der, length)) != NULL)
        remember(parsed, certificate);
    return certificate;
}

static STACK_OF(X509) * wrapped_by(const PKCS7 *wrapping)
{
    return wrapping && OBJ_obj2nid(wrapping->type) == NID_pkcs7_signed && wrapping->d.sign
               ? wrapping->d.sign->cert
               : NULL;
}

size_t peer_certificates_parse_pkcs7(struct crypto *crypto, const uint8_t *der, size_t length,
                                     struct peer_certificate **certificates, size_t room)
{
    const unsigned char *position = der;
    size_t count = 0;
    PKCS7 *wrapping = length <= LONG_MAX ? d2i_PKCS7(NULL, &position, (long)length) : NULL;
    STACK_OF(X509) *wrapped = position == der + length ? wrapped_by(wrapping) : NULL;
    for (int i = 0; i < sk_X509_num(wrapped) && count < room; i++) {
        unsigned char *octets = NULL;
        int size = i2d_X509(sk_X509_value(wrapped, i), &octets);
        struct peer_certificate *certificate =
            size > 0 ? peer_certificate_parse(crypto, octets, (size_t)size) : NULL;
        if (certificate)
            certificates[count++] = certificate;
        OPENSSL_free(octets);
    }
    PKCS7_free(wrapping);
    ERR_clear_error();
    return count;
}

void peer_certificate_destroy(struct peer_certificate *certificate)
{
    if (!certificate || --certificate->users > 0)
        return;
    X509_free(certificate->x509);
    EVP_PKEY_CTX_free(certificate->verifier);
    EVP_PKEY_free(certificate->key);
    free(certificate);
}

static const uint8_t *name_der(const X509_NAME *name, size_t *length)
{
    const unsigned char *der = NULL;
    *length = 0;
    return X509_NAME_get0_der(name, &der, length) == 1 ? der : NULL;
}

const uint8_t *peer_certificate_subject_der(const struct peer_certificate *certificate,
                                            size_t *length)
{
    return name_der(X509_get_subject_name(certificate->x509), length);
}

const uint8_t *peer_certificate_issuer_der(const struct peer_certificate *certificate,
                                           size_t *length)
{
    return name_der(X509_get_issuer_name(certificate->x509), length);
}

static bool is_name(const GENERAL_NAME *known, const uint8_t *name, size_t length)
{
    int kind;
    const ASN1_STRING *value = GENERAL_NAME_get0_value(known, &kind);
    const char *octets = (const char *)ASN1_STRING_get0_data(value);
    if ((size_t)ASN1_STRING_length(value) != length)
        return false;
    return kind == GEN_IPADD ? memcmp(octets, name, length) == 0
                             : strncasecmp(octets, (const char *)name, length) == 0;
}

enum certificate_claim peer_certificate_claims(const struct peer_certificate *certificate,
                                               enum certificate_name_kind kind, const uint8_t *name,
                                               size_t length)
{
    static const int types[] = {[CERTIFICATE_NAME_EMAIL] = GEN_EMAIL,
                                [CERTIFICATE_NAME_HOST] = GEN_DNS,
                                [CERTIFICATE_NAME_ADDRESS] = GEN_IPADD};
    enum certificate_claim claim = CERTIFICATE_CLAIMS_NONE;
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate->x509, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *known = sk_GENERAL_NAME_value(names, i);
        if (known->type != types[kind])
            continue;
        claim = CERTIFICATE_CLAIMS_OTHERS;
        if (is_name(known, name, length)) {
            claim = CERTIFICATE_CLAIMS_IT;
            break;
        }
    }
    GENERAL_NAMES_free(names);
    ERR_clear_error();
    return claim;
}

const uint8_t *certificate_der(const struct certificate *certificate, size_t *length)
{
    *length = certificate->der_length;
    return certificate->der;
}

char *certificate_pem(const struct certificate *certificate, bool key)
{
    BIO *memory = BIO_new(BIO_s_mem());
    char *text = NULL;
    char *octets;
    if (memory &&
        (key ? PEM_write_bio_PrivateKey(memory, certificate->key, NULL, NULL, 0, NULL, NULL)
             : PEM_write_bio_X509(memory, certificate->x509)) == 1) {
        long length = BIO_get_mem_data(memory, &octets);
        text = length > 0 ? strndup(octets, (size_t)length) : NULL;
    }
    BIO_free(memory);
    return text;
}

const uint8_t *certificate_subject_der(const struct certificate *certificate, size_t *length)
{
    return name_der(X509_get_subject_name(certificate->x509), length);
}

const uint8_t *certificate_issuer_der(const struct certificate *certificate, size_t *length)
{
    return name_der(X509_get_issuer_name(certificate->x509), length);
}

const struct certificate *certificate_issuer(const struct certificate *certificate)
{
    return certificate->issuer;
}

bool certificate_name_format(const uint8_t *der, size_t length, char *text, size_t size)
{
    /* As RFC 2253 has it, but with a blank behind the comma and UTF-8 as it is. */
    const unsigned long flags = ((unsigned long)XN_FLAG_RFC2253 & ~(unsigned long)XN_FLAG_SEP_MASK &
                                 ~(unsigned long)ASN1_STRFLGS_ESC_MSB) |
                                XN_FLAG_SEP_CPLUS_SPC;
    const unsigned char *position = der;
    X509_NAME *name = length <= LONG_MAX ? d2i_X509_NAME(NULL, &position, (long)length) : NULL;
    BIO *bio = name && position == der + length ? BIO_new(BIO_s_mem()) : NULL;
    char *written = NULL;
    bool fits = false;
    if (bio && X509_NAME_print_ex(bio, name, 0, flags) >= 0) {
        long count = BIO_get_mem_data(bio, &written);
        fits = count >= 0 && (size_t)count < size;
        if (fits && count > 0)
            memcpy(text, written, (size_t)count);
        text[fits ? count : 0] = '\0';
    } else {
        text[0] = '\0';
    }
    BIO_free(bio);
    X509_NAME_free(name);
    ERR_clear_error();
    return fits;
}

/** Extended Key Usages by their numbers (RFC 5280 section 4.2.1.12, RFC 4945 section 5.1.3.12). */
static const char *const ipsec_uses[] = {
    "1.3.6.1.5.5.8.2.2",  /* iKEIntermediate, as Windows and Cisco have it */
    "1.3.6.1.5.5.7.3.17", /* id-kp-ipsecIKE */
    "1.3.6.1.5.5.7.3.5",
    "1.3.6.1.5.5.7.3.6",
    "1.3.6.1.5.5.7.3.7", /* the older three */
    "1.3.6.1.5.5.7.3.1",
    "1.3.6.1.5.5.7.3.2", /* server, client */
    "2.5.29.37.0",       /* any */
    NULL,
};
static const char *const server_uses[] = {"1.3.6.1.5.5.7.3.1", NULL};
static const char *const client_uses[] = {"1.3.6.1.5.5.7.3.2", NULL};

static bool has_use(const EXTENDED_KEY_USAGE *uses, const char *const *wanted)
{
    char text[64];
    for (int i = 0; i < sk_ASN1_OBJECT_num(uses); i++) {
        OBJ_obj2txt(text, sizeof text, sk_ASN1_OBJECT_value(uses, i), 1);
        for (size_t k = 0; wanted[k]; k++)
            if (strcmp(text, wanted[k]) == 0)
                return true;
    }
    return false;
}

/* As in TLS, only IPsec takes a certificate without Extended Key Usage. */
static bool is_for(X509 *x509, enum certificate_usage usage)
{
    const char *const *wanted = usage == CERTIFICATE_SERVER   ? server_uses
                                : usage == CERTIFICATE_CLIENT ? client_uses
                                                              : ipsec_uses;
    /* All bits are set where there is no Key Usage. */
    if (!(X509_get_key_usage(x509) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)))
        return false;
    EXTENDED_KEY_USAGE *uses = X509_get_ext_d2i(x509, NID_ext_key_usage, NULL, NULL);
    bool good = uses ? has_use(uses, wanted) : usage == CERTIFICATE_IPSEC;
    EXTENDED_KEY_USAGE_free(uses);
    return good;
}

static X509_STORE *trusted_store(const struct certificate_check *check)
{
    X509_STORE *store = X509_STORE_new();
    for (size_t i = 0; store && i < check->trusted_count; i++)
        if (X509_STORE_add_cert(store, check->trusted[i]->x509) != 1) {
            X509_STORE_free(store);
            store = NULL;
        }
    return store;
}

static STACK_OF(X509) * others_of(const struct certificate_check *check)
{
    STACK_OF(X509) *others = sk_X509_new_null();
    for (size_t i = 0; others && i < check->other_count; i++)
        if (sk_X509_push(others, check->others[i]->x509) <= 0) {
            sk_X509_free(others);
            others = NULL;
        }
    return others;
}

enum certificate_verdict certificate_verify(struct crypto *crypto,
                                            const struct peer_certificate *certificate,
                                            const struct certificate_check *check)
{
    enum certificate_verdict verdict = CERTIFICATE_INVALID;
    X509_STORE *store = trusted_store(check);
    STACK_OF(X509) *others = others_of(check);
    X509_STORE_CTX *context = X509_STORE_CTX_new_ex(crypto_library(crypto), NULL);
    if (store && others && context &&
        X509_STORE_CTX_init(context, store, certificate->x509, others) == 1) {
        X509_STORE_CTX_set_time(context, 0, (time_t)check->time);
        X509_STORE_CTX_set_depth(context, CERTIFICATE_CHAIN_MAX);
        if (X509_verify_cert(context) != 1)
            verdict = certificate_verdict_of(X509_STORE_CTX_get_error(context));
        else
            verdict = is_for(certificate->x509, check->usage) ? CERTIFICATE_GOOD
                                                              : CERTIFICATE_WRONG_USAGE;
    }
    X509_STORE_CTX_free(context);
    sk_X509_free(others);
    X509_STORE_free(store);
    ERR_clear_error();
    return verdict;
}
