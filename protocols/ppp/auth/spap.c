#include "ppp/auth/spap.h"

/* Each octet is added to the scrambled one before it and to a constant that walks: no secret. */
#define FIRST 0x53
#define STEP  0x1d

void spap_scramble(const uint8_t *clear, size_t length, uint8_t *scrambled)
{
    uint8_t before = FIRST;
    for (size_t i = 0; i < length; i++) {
        before = (uint8_t)((clear[i] + before) ^ (uint8_t)(STEP * (i + 1)));
        scrambled[i] = before;
    }
}

void spap_unscramble(const uint8_t *scrambled, size_t length, uint8_t *clear)
{
    uint8_t before = FIRST;
    for (size_t i = 0; i < length; i++) {
        uint8_t octet = scrambled[i];
        clear[i] = (uint8_t)((octet ^ (uint8_t)(STEP * (i + 1))) - before);
        before = octet;
    }
}
