#ifndef VPNSIM_BENCH_BENCH_OPENSSL_H
#define VPNSIM_BENCH_BENCH_OPENSSL_H

#include "bench.h"

#include <openssl/evp.h>

/**
 * What OpenSSL costs by itself. There are two ways to know: a plain program that encrypts what MPPE
 * would (bench_ciphers_...), and the calls that the engines have made, made again with nothing
 * around them (bench_openssl_...).
 */
struct bench_ciphers {
    OSSL_LIB_CTX *library;
    EVP_MD_CTX *sha1;
    EVP_CIPHER_CTX *rc4;
};

/** Contexts with SHA-1 and RC4 of the legacy provider, fetched once: ready for use. */
void bench_ciphers_init(struct bench_ciphers *ciphers);
void bench_ciphers_destroy(struct bench_ciphers *ciphers);

/**
 * Encrypts @p packets times @p length octets as MPPE-128 has to (RFC 3078 section 7.3): SHA-1 over
 * 112 octets and RC4 over 16 for each new key, of which stateful encryption has one in 256 packets,
 * and RC4 over the packet. No header, no count, no packet, no wrapper. Nanoseconds a packet.
 */
double bench_ciphers_run(struct bench_ciphers *ciphers, unsigned packets, size_t length,
                         bool stateless);

/** The calls of libcrypto that the library makes are recorded from now on, from nothing. */
void bench_openssl_record(void);

/** The recording ends; how many calls it holds. */
size_t bench_openssl_stop(void);

/**
 * Makes the recorded calls again in their order, on the contexts that they were made on, which must
 * still exist, with other octets of the same lengths. Nanoseconds.
 */
double bench_openssl_replay(void);

/** Frees the recording. */
void bench_openssl_forget(void);

#endif
