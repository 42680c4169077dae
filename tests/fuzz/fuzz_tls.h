#ifndef VPNSIM_TESTS_FUZZ_FUZZ_TLS_H
#define VPNSIM_TESTS_FUZZ_FUZZ_TLS_H

#include "ppp/auth/eap_tls.h"

#include <assert.h>

/** What EAP-TLS needs: an authority that both ends trust, and a certificate for either. */
struct fuzz_tls {
    struct crypto *crypto;
    const struct certificate *trusted[1];
    struct eap_tls_config ends[2]; /* client, server */
};

static inline struct certificate *fuzz_issue(struct crypto *crypto, struct entropy *entropy,
                                             enum certificate_usage usage, const char *subject,
                                             const struct certificate *issuer)
{
    enum status status;
    const struct certificate_request request = {
        .usage = usage, .subject = subject, .not_after = INT32_MAX, .key_bits = 1024};
    struct certificate *certificate = certificate_issue(crypto, entropy, &request, issuer, &status);
    assert(certificate);
    return certificate;
}

/** Making keys and loading providers takes longer than a run, so that one set serves all of them.
 */
static inline const struct fuzz_tls *fuzz_tls(void)
{
    static struct fuzz_tls shared;
    if (shared.crypto)
        return &shared;
    struct entropy entropy = entropy_make(1, "fuzz");
    struct crypto *crypto = shared.crypto = crypto_create(NULL, NULL);
    assert(crypto);
    shared.trusted[0] = fuzz_issue(crypto, &entropy, CERTIFICATE_AUTHORITY, "Root", NULL);
    for (int server = 0; server < 2; server++)
        shared.ends[server] = (struct eap_tls_config){
            .own = fuzz_issue(crypto, &entropy, server ? CERTIFICATE_SERVER : CERTIFICATE_CLIENT,
                              "User", shared.trusted[0]),
            .trusted = shared.trusted,
            .trusted_count = 1,
            .minimum = TLS_1_0,
            .maximum = TLS_1_2,
            .fragment = 600,
        };
    return &shared;
}

#endif
