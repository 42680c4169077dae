#ifndef VPNSIM_BASE_CHECKSUM_VECTOR_H
#define VPNSIM_BASE_CHECKSUM_VECTOR_H

/* The loops behind checksum_add(), for its file and its test only. */

#include <stddef.h>
#include <stdint.h>

/*
 * Each sums the octets as 64-bit words that this machine loads, modulo 65,535, as far as whole
 * steps of CHECKSUM_PAIRS_STEP or CHECKSUM_QUADS_STEP octets go; what is behind is not looked at.
 */
uint64_t checksum_pairs(const uint8_t *octets, size_t length);
#define CHECKSUM_PAIRS_STEP 32

#ifdef __x86_64__
/* For processors with AVX2 only. */
uint64_t checksum_quads(const uint8_t *octets, size_t length);
#define CHECKSUM_QUADS_STEP 64
#endif

#endif
