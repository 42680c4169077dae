#include "support/certificates.h"

#include "support/unit.h"

static struct certificate *issue(struct crypto *crypto, struct entropy *entropy,
                                 enum certificate_usage usage, const char *subject,
                                 const char *names, const struct certificate *issuer)
{
    enum status status;
    const struct certificate_request request = {
        .usage = usage,
        .subject = subject,
        .not_before = CERTIFICATES_TODAY - CERTIFICATES_YEAR,
        .not_after = CERTIFICATES_TODAY + CERTIFICATES_YEAR,
        .key_bits = 1024,
        .alternative_names = names,
    };
    struct certificate *certificate = certificate_issue(crypto, entropy, &request, issuer, &status);
    assert_int_equal(status, STATUS_OK);
    assert_non_null(certificate);
    return certificate;
}

void certificates_make(struct certificates *made, struct crypto *crypto)
{
    struct entropy entropy = entropy_make(1, "certificates");
    made->root = issue(crypto, &entropy, CERTIFICATE_AUTHORITY, "Root", NULL, NULL);
    made->middle = issue(crypto, &entropy, CERTIFICATE_AUTHORITY, "Middle", NULL, made->root);
    made->other = issue(crypto, &entropy, CERTIFICATE_AUTHORITY, "Root", NULL, NULL);
    made->server = issue(crypto, &entropy, CERTIFICATE_SERVER, "vpn.example", NULL, made->middle);
    made->client = issue(crypto, &entropy, CERTIFICATE_CLIENT, "User", NULL, made->root);
    made->general = issue(crypto, &entropy, CERTIFICATE_GENERAL, "vpn.example", NULL, made->root);
    made->named = issue(crypto, &entropy, CERTIFICATE_IPSEC, "Someone",
                        "gate.example boss@example 10.0.0.1", made->root);
    made->trusted[0] = made->root;
}

void certificates_free(struct certificates *certificates)
{
    certificate_destroy(certificates->named);
    certificate_destroy(certificates->general);
    certificate_destroy(certificates->client);
    certificate_destroy(certificates->server);
    certificate_destroy(certificates->other);
    certificate_destroy(certificates->middle);
    certificate_destroy(certificates->root);
}
