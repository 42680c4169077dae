#ifndef VPNSIM_TESTS_SUPPORT_IPSEC_BENCH_H
#define VPNSIM_TESTS_SUPPORT_IPSEC_BENCH_H

#include "ipsec/ipsec_processor.h"

/** One host with IP security under test; what it traces is written down. */
struct ipsec_bench {
    struct packet_pool pool;
    struct crypto *crypto;
    struct entropy entropy;
    struct ipsec_processor processor;
    char dropped[64];  /**< "protocol/reason" of the last drop, "" when there was none */
    char events[1024]; /**< names of all other events, each followed by a blank */
    char reason[32];   /**< field "reason" of the last of them that had one */
    instant now;
};

/** A host with the default configuration. */
void ipsec_bench_init(struct ipsec_bench *bench);

/** A host with @p config, whose surroundings are filled in here. */
void ipsec_bench_init_with(struct ipsec_bench *bench, struct ipsec_processor_config config);

/** Checks that no packet has leaked. */
void ipsec_bench_destroy(struct ipsec_bench *bench);

/** An SA whose keys are made from @p spi. */
struct security_association_config ipsec_bench_sa(enum ipsec_protocol protocol, uint32_t spi,
                                                  enum cipher_algorithm cipher,
                                                  enum hash_algorithm hash);

/** The two ends of one SA, for what works on single packets. */
struct ipsec_sa_bench {
    struct packet_pool pool;
    struct crypto *crypto;
    struct security_association outbound;
    struct security_association inbound;
    struct ipsec_steps steps;
};

void ipsec_sa_bench_init(struct ipsec_sa_bench *bench,
                         const struct security_association_config *config);

/** Checks that no packet has leaked. */
void ipsec_sa_bench_destroy(struct ipsec_sa_bench *bench);

/** A policy that protects everything between two addresses; tunnel mode: and between them too. */
struct ipsec_policy ipsec_bench_policy(enum ipsec_mode mode, const char *local, const char *remote);

/** SAs of ESP with AES and SHA-1 between two addresses, with SPIs of this host's own choice. */
struct ipsec_bundle_config ipsec_bench_bundle(uint32_t policy, enum ipsec_mode mode,
                                              const char *local, const char *peer,
                                              uint32_t inbound_spi, uint32_t outbound_spi);

/** ipsec_processor_add_policy() that must go well; the policy's number. */
uint32_t ipsec_bench_add_policy(struct ipsec_bench *bench, const struct ipsec_policy *policy);

/** ipsec_processor_add() that must go well; the bundle's number. */
uint32_t ipsec_bench_add(struct ipsec_bench *bench, const struct ipsec_bundle_config *config);

/**
 * A UDP datagram of either version with right checksums and @p length octets of data: 0, 1, 2, ...
 */
struct packet *ipsec_bench_udp(struct ipsec_bench *bench, const char *source,
                               const char *destination, uint16_t source_port,
                               uint16_t destination_port, size_t length);

/** Sets Don't Fragment in an IPv4 header. */
void ipsec_bench_set_df(struct packet *packet);

/** Moves a packet to the pool of another bench, as a link would. */
struct packet *ipsec_bench_carry(struct ipsec_bench *to, struct packet *packet);

/** The stream whose next 16 octets are @p octets. */
struct entropy ipsec_bench_entropy(const uint8_t octets[16]);

#endif
