#ifndef VPNSIM_PPP_COMPRESSION_MPPC_PRIVATE_H
#define VPNSIM_PPP_COMPRESSION_MPPC_PRIVATE_H

#include "ppp/compression/mppc.h"

/* The code of RFC 2118 section 4, apart from packets: for mppc.c, the tests and the fuzzer. */

/** Where three octets last occurred is remembered in one of so many slots. */
#define MPPC_SLOTS 4096

/** Shortest copy that has a code. */
#define MPPC_MIN_MATCH 3

/** A compressor's memory: 16 KiB. */
struct mppc_dictionary {
    uint8_t history[MPPC_HISTORY_SIZE];
    uint16_t slots[MPPC_SLOTS]; /**< positions in the history, true or not: always verified */
};

/**
 * Encodes the @p length octets that lie in the dictionary's history from @p position on.
 *
 * @param filled  octets of the history that the peer has too, those of this packet aside: behind
 *                the packet there may be some of the last time around
 * @param code    room for @p length octets
 * @return        octets of code; 0 when it would be longer than @p length
 */
size_t mppc_encode(struct mppc_dictionary *dictionary, uint32_t position, uint32_t filled,
                   uint32_t length, uint8_t *code);

/**
 * Decodes a packet into the history, from @p position on.
 *
 * @param filled  octets of the history that are known
 * @param limit   most octets that may come out
 * @param length  receives how many came out
 * @return        NULL, or the reason why the code is no code: the history is then spoilt
 */
const char *mppc_decode(uint8_t history[MPPC_HISTORY_SIZE], uint32_t position, uint32_t filled,
                        uint32_t limit, const uint8_t *code, size_t code_length, uint32_t *length);

#endif
