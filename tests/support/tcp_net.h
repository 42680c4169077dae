#ifndef VPNSIM_TESTS_SUPPORT_TCP_NET_H
#define VPNSIM_TESTS_SUPPORT_TCP_NET_H

#include "inet/tcp.h"
#include "inet/tcp_segment.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Addresses of the two hosts. */
#define TCP_NET_A UINT32_C(0x0a000001)
#define TCP_NET_B UINT32_C(0x0a000002)

enum tcp_net_side { SIDE_A, SIDE_B };

struct tcp_net;

/** What the network does with one segment. */
struct tcp_net_fate {
    bool lost;
    bool twice;
    instant extra_delay;
};

/**
 * Two TCP endpoints with a wire between them, in virtual time.
 *
 * Every segment and event becomes a line of the narration, "MILLISECONDS SIDE ...", and a test says
 * what it expects with tcp_net_expect(). Segments read "FLAGS SEQUENCE+LENGTH ack N win N", with
 * sequence numbers counted from each side's initial one; a segment that the network lost ends with
 * "lost".
 */
struct tcp_net {
    struct packet_pool pool;
    struct tcp_endpoint ends[2];
    struct tcp_connection *connections[2]; /**< the latest of each side */
    instant now;
    instant delay;       /**< one way */
    struct packet *wire; /**< sorted by due */
    struct packet *wire_last;
    bool crashed[2]; /**< that host neither receives nor sends */
    bool quiet;      /**< no narration (bulk transfers) */
    /** Decides a segment's fate; NULL: all arrive. */
    struct tcp_net_fate (*fate)(struct tcp_net *net, enum tcp_net_side from,
                                const struct tcp_segment *segment, size_t length);
    /** The application; NULL: none. */
    void (*application)(struct tcp_net *net, enum tcp_net_side side, enum tcp_event event,
                        struct tcp_connection *connection);
    void *context;
    struct entropy entropy; /**< for fates */
    uint32_t loss_ppm, duplicate_ppm, reorder_ppm;
    bool has_initial[2];
    uint32_t initial[2]; /**< initial sequence numbers, as seen in SYNs */
    uint32_t sent[2];    /**< segments of each side */
    char narration[65536];
    size_t narrated;
    char traces[16384]; /**< names and reasons of trace events, one a line */
    size_t traced;
};

/** Both hosts with @p options, the MTU 1,500 and 10 ms of delay. */
void tcp_net_init(struct tcp_net *net, const struct tcp_options *options, uint64_t seed);
/** Ends both hosts and fails the test when a packet has leaked. */
void tcp_net_destroy(struct tcp_net *net);

/** Runs everything due up to and including @p until, which becomes now. */
void tcp_net_run(struct tcp_net *net, instant until);
/** tcp_net_run() for so many milliseconds from now. */
void tcp_net_run_ms(struct tcp_net *net, uint64_t milliseconds);
/** Runs until nothing is left to do or @p limit; true when idle. */
bool tcp_net_run_idle(struct tcp_net *net, instant limit);

/** B listens on port 1723 and A connects to it; run until both are established. */
void tcp_net_connect(struct tcp_net *net);
/** A connects to B's port 1723. */
struct tcp_connection *tcp_net_open(struct tcp_net *net, const struct tcp_options *options);

/** Puts a hand-made segment on the wire from @p from (sequence numbers relative), due at once. */
void tcp_net_inject(struct tcp_net *net, enum tcp_net_side from, struct tcp_segment segment,
                    const void *data, size_t length);

/** Fails unless the narration since the last call is exactly @p expected; forgets it. */
void tcp_net_expect(struct tcp_net *net, const char *expected);
/** Forgets the narration. */
void tcp_net_forget(struct tcp_net *net);
/** Fails unless the traces since the last call are exactly @p expected; forgets them. */
void tcp_net_expect_traces(struct tcp_net *net, const char *expected);

/** Fails unless the states are as given. */
void tcp_net_expect_states(const struct tcp_net *net, enum tcp_state a, enum tcp_state b);

/** A fate with the net's loss_ppm, duplicate_ppm and reorder_ppm (up to three delays late). */
struct tcp_net_fate tcp_net_random_fate(struct tcp_net *net, enum tcp_net_side from,
                                        const struct tcp_segment *segment, size_t length);

#endif
