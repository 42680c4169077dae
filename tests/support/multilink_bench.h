#ifndef VPNSIM_TESTS_SUPPORT_MULTILINK_BENCH_H
#define VPNSIM_TESTS_SUPPORT_MULTILINK_BENCH_H

#include "ppp/multilink.h"
#include "protocols/inet/drop_log.h"
#include "support/unit.h"

/** One end of a bundle; packets of fewer than eight octets go whole, eight fragments are held. */
struct multilink_bench {
    struct packet_pool pool;
    struct drop_log log;
    struct multilink multilink;
};

/** cmocka's setup and teardown: no links yet; fails when a packet has leaked. */
int multilink_bench_set_up(void **state);
int multilink_bench_tear_down(void **state);

/** Adds @p count links of 64 kbit/s with an MRU of 1500. */
void multilink_bench_join(struct multilink_bench *bench, unsigned count);

/** Hands the hexadecimal @p octets to the bundle as a fragment that came on @p link. */
void multilink_bench_input(struct multilink_bench *bench, uint32_t link, const char *octets);

/** Fails unless the next output is the delivery of these hexadecimal @p octets. */
void multilink_bench_expect(struct multilink_bench *bench, const char *octets);

/** Fails unless the next output is the signal of section 5 that a packet was lost. */
void multilink_bench_expect_loss(struct multilink_bench *bench);

/** Fails unless there is no output. */
void multilink_bench_expect_nothing(struct multilink_bench *bench);

/** Fails unless @p count packets have been dropped, all for @p reason. */
void multilink_bench_expect_drops(const struct multilink_bench *bench, size_t count,
                                  const char *reason);

#endif
