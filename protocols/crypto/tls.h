#ifndef VPNSIM_CRYPTO_TLS_H
#define VPNSIM_CRYPTO_TLS_H

#include "base/entropy.h"
#include "base/status.h"
#include "crypto/certificate.h"
#include "crypto/crypto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Octets of a master secret and of either random value (RFC 5246 sections 8.1 and 7.4.1.2). */
#define TLS_MASTER_SECRET_SIZE 48
#define TLS_RANDOM_SIZE        32

/** Versions as the wire has them. */
enum tls_version {
    TLS_1_0 = 0x0301, /**< as Windows 2000 to 2003 speak it */
    TLS_1_1 = 0x0302,
    TLS_1_2 = 0x0303,
};

/** How far a handshake has come. */
enum tls_state {
    TLS_HANDSHAKING, /**< the peer's next flight is waited for, or has not come whole */
    TLS_FINISHED,    /**< both Finished messages are there */
    TLS_FAILED,      /**< tls_failure() says why; an alert may have to be sent still */
};

/** Why a handshake failed. */
struct tls_failure {
    /**
     * A fixed phrase. About the peer's certificate: certificate-expired,
     * certificate-not-yet-valid, unknown-authority, wrong-usage, bad-signature, not-an-authority,
     * certificate-invalid, no-certificate. Else: refused-by-peer (an alert came),
     * no-common-version, no-common-cipher, bad-message.
     */
    const char *reason;
    bool about_certificate; /**< it was the peer's certificate */
    const char *alert;      /**< the alert sent or received, "certificate-expired"; "" when none */
};

/**
 * Takes one line of a key log, without its end: "CLIENT_RANDOM <hex> <hex>" (the NSS key log
 * format, which Wireshark reads).
 */
typedef void tls_key_log(void *context, const char *line);

/** Everything is borrowed for the session's life. */
struct tls_config {
    struct crypto *crypto;
    struct entropy *entropy; /**< where all randomness comes from */
    bool server;
    const struct certificate *own; /**< sent with its issuers but the last; a client may lack it */
    const struct certificate *const *trusted; /**< authorities that a peer's chain may end at */
    size_t trusted_count;
    enum tls_version minimum;
    enum tls_version maximum;
    int64_t time;         /**< when certificates must be valid: seconds since 1970 */
    tls_key_log *key_log; /**< may be NULL */
    void *key_log_context;
};

/**
 * One handshake of TLS 1.0 to 1.2 in either role, with certificates on both sides: the server
 * demands the client's, and both check the other's chain, time and Extended Key Usage.
 *
 * It neither sends nor receives: octets go in with tls_input() and come out with tls_take().
 * Secrets are exchanged with RSA and data encrypted with AES in CBC mode, which all versions have;
 * there are no extensions beside those that version 1.2 needs, no tickets and no resumption. What
 * it sends follows from its inputs and its stream alone: no clock is read. Takes 25 kB and more.
 */
struct tls;

/**
 * @return the session, to be freed with tls_destroy(); or NULL with @p status: STATUS_INVALID (a
 *         server without certificate, a certificate of the other usage is not refused here),
 *         STATUS_CRYPTO or STATUS_NO_MEMORY
 */
struct tls *tls_create(const struct tls_config *config, enum status *status);

/** NULL is allowed. */
void tls_destroy(struct tls *tls);

/** Takes octets from the peer; nothing happens before tls_advance(). False: no memory. */
bool tls_input(struct tls *tls, const uint8_t *octets, size_t length);

/** Works on what has come; a client's first call makes its ClientHello. */
enum tls_state tls_advance(struct tls *tls);

/** Octets that wait to be sent. */
size_t tls_pending(const struct tls *tls);

/** Hands out @p length octets of them. */
void tls_take(struct tls *tls, uint8_t *octets, size_t length);

/** After TLS_FAILED. */
const struct tls_failure *tls_failure(const struct tls *tls);

/**
 * Key material after TLS_FINISHED: PRF(master_secret, label, client_random | server_random) (RFC
 * 5705 section 4 without a context, RFC 5216 section 2.3).
 */
bool tls_export(struct tls *tls, const char *label, uint8_t *octets, size_t length);

/** After TLS_FINISHED: "TLS 1.0", and "TLS_RSA_WITH_AES_128_CBC_SHA". */
const char *tls_version_name(const struct tls *tls);
const char *tls_cipher_name(const struct tls *tls);

/**
 * The common name of the certificate that the peer has sent, in UTF-8, whether it was good or not;
 * "" when there is none or it is too long. Control characters show as '?'.
 */
void tls_peer_subject(const struct tls *tls, char subject[CERTIFICATE_SUBJECT_MAX + 1]);

#endif
