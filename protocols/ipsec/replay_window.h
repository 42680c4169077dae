#ifndef VPNSIM_IPSEC_REPLAY_WINDOW_H
#define VPNSIM_IPSEC_REPLAY_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

/** The widest window that can be configured. */
#define REPLAY_WINDOW_MAXIMUM 1024
/** What RFC 2401 appendix C recommends. */
#define REPLAY_WINDOW_DEFAULT 64

/**
 * Which Sequence Numbers of an SA have been received (RFC 2401 appendix C). A number is looked up
 * before its packet is authenticated and marked afterwards: a forged packet moves nothing.
 * All zero: no check, every number is taken.
 */
struct replay_window {
    uint16_t size;    /**< numbers that may come late, the highest included; 0: no check */
    uint32_t highest; /**< 0: none received */
    uint64_t received[REPLAY_WINDOW_MAXIMUM / 64]; /**< ring of bits, by number */
};

/** What a Sequence Number is. */
enum replay_result {
    REPLAY_FRESH,
    REPLAY_SEEN,    /**< received before */
    REPLAY_TOO_OLD, /**< left of the window */
    REPLAY_ZERO,    /**< never sent: the first packet has number 1 */
};

/** An empty window over @p size numbers, at most REPLAY_WINDOW_MAXIMUM. */
void replay_window_init(struct replay_window *self, uint16_t size);

/** Looks @p sequence up; changes nothing. */
enum replay_result replay_window_check(const struct replay_window *self, uint32_t sequence);

/** Notes the authenticated @p sequence, which was REPLAY_FRESH. */
void replay_window_mark(struct replay_window *self, uint32_t sequence);

#endif
