#include "support/crypto_fixture.h"

int crypto_fixture_set_up(void **state)
{
    *state = crypto_create(NULL, NULL);
    return *state ? 0 : -1;
}

int crypto_fixture_tear_down(void **state)
{
    crypto_destroy(*state);
    return 0;
}
