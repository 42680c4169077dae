#ifndef VPNSIM_TESTS_SUPPORT_CERTIFICATES_H
#define VPNSIM_TESTS_SUPPORT_CERTIFICATES_H

#include "crypto/certificate.h"

/** The seconds of 2000-02-17T00:00:00Z and of a year. */
#define CERTIFICATES_TODAY INT64_C(950745600)
#define CERTIFICATES_YEAR  INT64_C(31536000)

/** Certificates that are valid from a year before today to a year after it. */
struct certificates {
    struct certificate *root;
    struct certificate *middle;  /**< an authority below the root */
    struct certificate *other;   /**< an authority of the root's name that nobody knows */
    struct certificate *server;  /**< "vpn.example", issued by the middle one */
    struct certificate *client;  /**< "User", issued by the root */
    struct certificate *general; /**< "vpn.example" without Extended Key Usage, of the root */
    struct certificate *named;   /**< "Someone", also gate.example, boss@example, 10.0.0.1 */
    const struct certificate *trusted[1]; /**< the root */
};

void certificates_make(struct certificates *certificates, struct crypto *crypto);
void certificates_free(struct certificates *certificates);

#endif
