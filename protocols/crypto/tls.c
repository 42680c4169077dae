/* TLS between two buffers: OpenSSL's state machine without its sockets and its clock. */
#include "crypto/tls.h"

#include "crypto/crypto_private.h"
#include "crypto/tls_failure.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* RSA key exchange draws the same random numbers on every machine; what OpenSSL does for elliptic
   curves depends on the processor. */
#define CIPHERS "AES128-SHA256:AES128-SHA:AES256-SHA256:AES256-SHA"

#define OPTIONS                                                                                    \
    (SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |                          \
     SSL_OP_NO_ENCRYPT_THEN_MAC | SSL_OP_NO_EXTENDED_MASTER_SECRET)

struct tls {
    struct tls_config config;
    SSL_CTX *context;
    SSL *session;
    BIO *in;  /* owned by the session */
    BIO *out; /* owned by the session */
    X509 *peer;
    enum tls_state state;
    uint8_t alert; /* sent or received */
    bool alerted;  /* received */
    bool has_alert;
    struct tls_failure failure;
};

/* Libraries of the process read the machine's configuration when they are initialised; library
   contexts of our own do not, and nothing here may depend on it. */
static bool initialise_library(void)
{
    return OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1;
}

static bool add_own(SSL_CTX *context, const struct certificate *own)
{
    if (!own)
        return true;
    /* A copy, because OpenSSL keeps state in a key that the next session would find. */
    EVP_PKEY *key = EVP_PKEY_dup(own->key);
    bool added = key && SSL_CTX_use_certificate(context, own->x509) == 1 &&
                 SSL_CTX_use_PrivateKey(context, key) == 1;
    EVP_PKEY_free(key);
    for (const struct certificate *issuer = own->issuer; issuer && issuer->issuer;
         issuer = issuer->issuer)
        added = added && SSL_CTX_add1_chain_cert(context, issuer->x509) == 1;
    return added;
}

static bool add_trusted(SSL_CTX *context, const struct tls_config *config)
{
    X509_STORE *store = SSL_CTX_get_cert_store(context);
    for (size_t i = 0; i < config->trusted_count; i++) {
        X509 *x509 = config->trusted[i]->x509;
        if (X509_STORE_add_cert(store, x509) != 1 ||
            (config->server && SSL_CTX_add_client_CA(context, x509) != 1))
            return false;
    }
    return true;
}

/* OpenSSL takes a certificate without Extended Key Usage for good for everything; Windows does
   not. Authorities, which are no clients and servers, have none. */
static int verify(X509_STORE_CTX *store, void *context)
{
    struct tls *tls = context;
    X509 *leaf = X509_STORE_CTX_get0_cert(store);
    if (!tls->peer && X509_up_ref(leaf) == 1)
        tls->peer = leaf;
    if (X509_verify_cert(store) != 1)
        return 0;
    if (X509_get_extension_flags(leaf) & EXFLAG_XKUSAGE)
        return 1;
    X509_STORE_CTX_set_error(store, X509_V_ERR_INVALID_PURPOSE);
    return 0;
}

/* With RSA key exchange OpenSSL tells the premaster secret as well; the master secret suffices. */
static void log_key(const SSL *session, const char *line)
{
    const struct tls *tls = SSL_get_app_data(session);
    if (strncmp(line, "CLIENT_RANDOM ", 14) == 0)
        tls->config.key_log(tls->config.key_log_context, line);
}

static void note_alert(const SSL *session, int where, int value)
{
    struct tls *tls = SSL_get_app_data(session);
    if (!(where & SSL_CB_ALERT))
        return;
    tls->has_alert = true;
    tls->alert = (uint8_t)value;
    tls->alerted = (where & SSL_CB_READ) != 0;
}

static bool set_up_context(struct tls *tls)
{
    const struct tls_config *config = &tls->config;
    SSL_CTX *context = SSL_CTX_new_ex(crypto_library(config->crypto), NULL,
                                      config->server ? TLS_server_method() : TLS_client_method());
    tls->context = context;
    if (!context)
        return false;
    /* Keys of 1,024 bits, MD5 and SHA-1 are what the Windows of those years have. */
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_options(context, OPTIONS);
    SSL_CTX_set_mode(context, SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(context, verify, tls);
    SSL_CTX_set_info_callback(context, note_alert);
    if (config->key_log)
        SSL_CTX_set_keylog_callback(context, log_key);
    X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(context), (time_t)config->time);
    return SSL_CTX_set_min_proto_version(context, (int)config->minimum) == 1 &&
           SSL_CTX_set_max_proto_version(context, (int)config->maximum) == 1 &&
           SSL_CTX_set_cipher_list(context, CIPHERS) == 1 && add_own(context, config->own) &&
           add_trusted(context, config);
}

static bool set_up_session(struct tls *tls)
{
    tls->session = SSL_new(tls->context);
    tls->in = BIO_new(BIO_s_mem());
    tls->out = BIO_new(BIO_s_mem());
    if (!tls->session || !tls->in || !tls->out) {
        BIO_free(tls->in);
        BIO_free(tls->out);
        return false;
    }
    SSL_set_bio(tls->session, tls->in, tls->out);
    SSL_set_app_data(tls->session, tls);
    if (tls->config.server)
        SSL_set_accept_state(tls->session);
    else
        SSL_set_connect_state(tls->session);
    return true;
}

static bool config_is_valid(const struct tls_config *config)
{
    return config->minimum <= config->maximum && (config->own || !config->server);
}

struct tls *tls_create(const struct tls_config *config, enum status *status)
{
    *status = STATUS_INVALID;
    if (!config_is_valid(config))
        return NULL;
    struct tls *tls = calloc(1, sizeof *tls);
    *status = tls ? STATUS_OK : STATUS_NO_MEMORY;
    if (!tls)
        return NULL;
    tls->config = *config;
    crypto_draw_from(config->crypto, config->entropy);
    if (!initialise_library() || !set_up_context(tls) || !set_up_session(tls)) {
        *status = STATUS_CRYPTO;
        tls_destroy(tls);
        tls = NULL;
    }
    crypto_draw_from(config->crypto, NULL);
    ERR_clear_error();
    return tls;
}

void tls_destroy(struct tls *tls)
{
    if (!tls)
        return;
    X509_free(tls->peer);
    SSL_free(tls->session);
    SSL_CTX_free(tls->context);
    free(tls);
}

bool tls_input(struct tls *tls, const uint8_t *octets, size_t length)
{
    assert(length <= INT_MAX);
    return length == 0 || BIO_write(tls->in, octets, (int)length) == (int)length;
}

static enum tls_state fail(struct tls *tls)
{
    tls->failure =
        tls_failure_make(SSL_get_verify_result(tls->session), ERR_peek_error(), tls->alerted);
    tls->failure.alert = tls->has_alert ? tls_alert_name(tls->alert) : "";
    return TLS_FAILED;
}

enum tls_state tls_advance(struct tls *tls)
{
    if (tls->state != TLS_HANDSHAKING)
        return tls->state;
    crypto_draw_from(tls->config.crypto, tls->config.entropy);
    ERR_clear_error();
    int result = SSL_do_handshake(tls->session);
    int error = SSL_get_error(tls->session, result);
    crypto_draw_from(tls->config.crypto, NULL);
    if (result == 1)
        tls->state = TLS_FINISHED;
    else if (error != SSL_ERROR_WANT_READ)
        tls->state = fail(tls);
    ERR_clear_error();
    return tls->state;
}

size_t tls_pending(const struct tls *tls)
{
    return BIO_ctrl_pending(tls->out);
}

void tls_take(struct tls *tls, uint8_t *octets, size_t length)
{
    assert(length > 0 && length <= tls_pending(tls));
    int taken = BIO_read(tls->out, octets, (int)length);
    assert(taken == (int)length);
    (void)taken;
}

const struct tls_failure *tls_failure(const struct tls *tls)
{
    assert(tls->state == TLS_FAILED);
    return &tls->failure;
}

bool tls_export(struct tls *tls, const char *label, uint8_t *octets, size_t length)
{
    assert(tls->state == TLS_FINISHED);
    return SSL_export_keying_material(tls->session, octets, length, label, strlen(label), NULL, 0,
                                      0) == 1;
}

const char *tls_version_name(const struct tls *tls)
{
    switch (SSL_version(tls->session)) {
    case TLS_1_0:
        return "TLS 1.0";
    case TLS_1_1:
        return "TLS 1.1";
    default:
        return "TLS 1.2";
    }
}

const char *tls_cipher_name(const struct tls *tls)
{
    return SSL_CIPHER_standard_name(SSL_get_current_cipher(tls->session));
}

void tls_peer_subject(const struct tls *tls, char subject[CERTIFICATE_SUBJECT_MAX + 1])
{
    unsigned char *text = NULL;
    subject[0] = '\0';
    if (!tls->peer)
        return;
    const X509_NAME *name = X509_get_subject_name(tls->peer);
    const X509_NAME_ENTRY *entry =
        X509_NAME_get_entry(name, X509_NAME_get_index_by_NID(name, NID_commonName, -1));
    int length = entry ? ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry)) : 0;
    if (length > CERTIFICATE_SUBJECT_MAX)
        length = 0;
    for (int i = 0; i < length; i++)
        subject[i] = (char)(text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i]);
    if (length > 0)
        subject[length] = '\0';
    OPENSSL_free(text);
}
