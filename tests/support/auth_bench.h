#ifndef VPNSIM_TESTS_SUPPORT_AUTH_BENCH_H
#define VPNSIM_TESTS_SUPPORT_AUTH_BENCH_H

#include "ppp/auth/ppp_auth.h"
#include "support/unit.h"

#define AUTH_BENCH_MAX 40

/** One engine and what it has decided and not yet been asked about. */
struct auth_end {
    struct ppp_auth auth;
    struct ppp_auth_config config;
    struct entropy entropy;
    struct packet *sent[AUTH_BENCH_MAX];
    size_t sent_count;
    int events[AUTH_BENCH_MAX];
    uint32_t values[AUTH_BENCH_MAX];
    size_t event_count;
};

/** A client that proves itself to a server, and all that was traced. */
struct auth_bench {
    struct crypto *crypto;
    struct packet_pool pool;
    struct trace trace;
    struct auth_end client;
    struct auth_end server;
    char log[AUTH_BENCH_MAX][200]; /**< "name key=value ..." or "drop protocol reason" */
    size_t log_count;
    char domain[64]; /**< what the last lookup asked for */
    char user[64];
    unsigned lookups;
};

/** cmocka's setup and teardown: both ends configured for MS-CHAP-V2, user "User". */
int auth_bench_set_up(void **state);
int auth_bench_tear_down(void **state);

/** Initialises and starts both ends with their configurations, the server first. */
void auth_bench_start(struct auth_bench *bench, instant now);

/** Moves what @p end decided into its lists. */
void auth_bench_collect(struct auth_end *end);

/** The oldest packet that @p end sent; the caller frees it. Fails the test when there is none. */
struct packet *auth_bench_take(struct auth_end *end);

/** Gives @p to one packet and collects; the packet stays the caller's. */
void auth_bench_give(struct auth_end *to, instant now, const struct packet *packet);

/** Takes the oldest packet of @p from, gives it to @p to and frees it. */
void auth_bench_carry_one(struct auth_end *from, struct auth_end *to, instant now);

/** Gives @p to the packet of these hexadecimal octets. */
void auth_bench_give_hex(struct auth_bench *bench, struct auth_end *to, instant now,
                         const char *octets);

/** Carries packets between the two until none is left. */
void auth_bench_run(struct auth_bench *bench, instant now);

/** Lets the engine's timer expire; returns when that was. */
instant auth_bench_expire(struct auth_end *end);

/** Fails unless exactly this event has happened at @p end since the last call. */
void auth_bench_expect_event(struct auth_end *end, int event, uint32_t value);

/** Fails unless both ends have succeeded and nothing else has happened since the last call. */
void auth_bench_expect_success(struct auth_bench *bench);

/** Fails unless each end sends with the key that the other receives with. */
void auth_bench_expect_matching_keys(const struct auth_bench *bench);

/** Fails unless nothing has happened at @p end since the last call. */
void auth_bench_expect_silence(const struct auth_end *end);

/** Fails unless the newest line of the log begins with @p start. */
void auth_bench_expect_log(const struct auth_bench *bench, const char *start);

/** A test with the bench as its state. */
#define AUTH_BENCH_TEST(name)                                                                      \
    cmocka_unit_test_setup_teardown(name, auth_bench_set_up, auth_bench_tear_down)

#endif
