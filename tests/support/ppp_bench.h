#ifndef VPNSIM_TESTS_SUPPORT_PPP_BENCH_H
#define VPNSIM_TESTS_SUPPORT_PPP_BENCH_H

#include "ppp/ppp_control.h"

#define PPP_BENCH_NOTICES (PPP_NOTICE_REFUSED + 1)

/** The surroundings of one control protocol: what it sends, tells and drops is written down. */
struct ppp_bench {
    struct packet_pool pool;
    struct trace trace;
    struct ppp_automaton_config automaton;
    struct ppp_control_link link;
    char sent[2048]; /**< packets in hexadecimal, each followed by a newline */
    unsigned notices[PPP_BENCH_NOTICES];
    uint32_t notice_value; /**< of the last notice */
    char dropped[64];      /**< reason of the last drop, "" when there was none */
    char text[128];        /**< last "text" or "option" field of a trace event */
    instant now;
};

/** Prepares a bench with the timers of RFC 1661, Identifiers counting from 1. */
void ppp_bench_init(struct ppp_bench *bench);

/** Checks that no packet has leaked. */
void ppp_bench_destroy(struct ppp_bench *bench);

/** Hands the hexadecimal packet @p octets, from its Code on, to @p control. */
void ppp_bench_input(struct ppp_bench *bench, struct ppp_control *control, const char *octets);

/** Fails unless exactly these packets were sent since the last call, one a line; blanks count
 *  for nothing. */
void ppp_bench_expect(struct ppp_bench *bench, const char *packets);

/** A stream whose first two 32-bit draws are anything, and @p magic: LCP draws a magic number when
 *  initialised and another when it comes up. */
struct entropy ppp_bench_entropy(uint32_t magic);

#endif
