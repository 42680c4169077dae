#ifndef VPNSIM_CRYPTO_CERTIFICATE_VERDICT_H
#define VPNSIM_CRYPTO_CERTIFICATE_VERDICT_H

#include "crypto/certificate.h"

/* Only sources of this folder include this. */

/** What an X509_V_... of OpenSSL means. */
enum certificate_verdict certificate_verdict_of(long verify_result);

#endif
