#ifndef VPNSIM_TESTS_SUPPORT_CRYPTO_FIXTURE_H
#define VPNSIM_TESTS_SUPPORT_CRYPTO_FIXTURE_H

#include "crypto/crypto.h"

/** The fixture of tests that want nothing but the algorithms: a struct crypto as their state. */
int crypto_fixture_set_up(void **state);
int crypto_fixture_tear_down(void **state);

#endif
