#ifndef VPNSIM_PPP_AUTH_SPAP_H
#define VPNSIM_PPP_AUTH_SPAP_H

#include <stddef.h>
#include <stdint.h>

/**
 * PPP protocol number of Shiva's Password Authentication Protocol.
 *
 * Its packets were never published. Here LCP negotiates it as Windows does, but the packets are
 * PAP's (see pap.h) with the password scrambled in a way of this project's own: they have what is
 * known of SPAP, a password that is encrypted reversibly and the same way each time, and will not
 * interoperate with any other implementation.
 */
#define SPAP_PROTOCOL 0xc027

/** Scrambles @p length octets from @p clear to @p scrambled; they may be the same. */
void spap_scramble(const uint8_t *clear, size_t length, uint8_t *scrambled);

/** The way back. */
void spap_unscramble(const uint8_t *scrambled, size_t length, uint8_t *clear);

#endif
