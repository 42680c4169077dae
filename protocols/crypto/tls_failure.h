#ifndef VPNSIM_CRYPTO_TLS_FAILURE_H
#define VPNSIM_CRYPTO_TLS_FAILURE_H

#include "crypto/tls.h"

#include <stdbool.h>
#include <stdint.h>

/* Only tls.c includes this. */

/**
 * Why a handshake failed, from what X509_verify_cert() found about the peer's certificate, the
 * oldest entry of OpenSSL's queue of errors, and whether the peer has sent an alert.
 */
struct tls_failure tls_failure_make(long verify_result, unsigned long error, bool alerted);

/** "certificate-expired" (RFC 5246 section 7.2); "unknown-alert" for a number without a name. */
const char *tls_alert_name(uint8_t alert);

#endif
