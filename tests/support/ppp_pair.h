#ifndef VPNSIM_TESTS_SUPPORT_PPP_PAIR_H
#define VPNSIM_TESTS_SUPPORT_PPP_PAIR_H

#include "ppp/ppp_session.h"

/** Ends of a pair. */
#define PPP_CLIENT 0
#define PPP_SERVER 1

/** Most different (event, detail) pairs and frames that are remembered. */
#define PPP_PAIR_EVENTS 96
#define PPP_PAIR_FRAMES 128

struct ppp_pair;

/** One trace event seen at an end: how often, and when last. */
struct ppp_pair_event {
    char name[48];
    char detail[128]; /**< the fields but session, "key=value" separated by blanks */
    unsigned count;
    instant last;
};

/** One session and what it told. */
struct ppp_pair_end {
    struct ppp_pair *pair;
    struct ppp_session_config config;
    struct ppp_session session;
    unsigned events[PPP_EVENT_FINISHED + 1];
    instant event_at[PPP_EVENT_FINISHED + 1]; /**< of the last one */
    int error;                                /**< of PPP_EVENT_FINISHED, -1 before */
    unsigned delivered;
    uint8_t last_delivered[64];
    size_t last_length;
    uint16_t last_protocol;
    struct ppp_pair_event seen[PPP_PAIR_EVENTS];
    unsigned seen_count;
};

/** A frame that was sent, whether or not it arrived: its first octets. */
struct ppp_pair_frame {
    instant at;
    uint8_t from;
    uint8_t length;
    uint8_t octets[100];
};

/** Two sessions back to back over a line with a delay, in virtual time. */
struct ppp_pair {
    struct packet_pool pool;
    struct crypto *crypto;
    struct ppp_pair_end end[2];
    struct packet_queue line; /**< frames under way, in order of arrival */
    instant now;
    instant delay;
    /** True loses the frame; @p index counts the frames sent by both ends. NULL: no loss. */
    bool (*lose)(struct ppp_pair *pair, unsigned from, unsigned index, const struct packet *frame);
    unsigned lose_index; /**< for the use of .lose */
    struct ppp_pair_frame frames[PPP_PAIR_FRAMES];
    unsigned frame_count;
};

/**
 * A client and a server that would connect with MS-CHAP-V2 and without encryption: client "User",
 * "clientPass"; the server assigns 10.1.0.2 from 10.1.0.1, DNS 10.1.0.53. Change .config before
 * ppp_pair_start().
 */
void ppp_pair_init(struct ppp_pair *pair);
void ppp_pair_destroy(struct ppp_pair *pair);

/** Initialises both sessions, opens them and brings the line up at the pair's time. */
void ppp_pair_start(struct ppp_pair *pair);

/** Runs to @p until: everything due at or before it has happened. */
void ppp_pair_run(struct ppp_pair *pair, instant until);

/** Takes what @p end decided; needed after calling its session directly. */
void ppp_pair_poll(struct ppp_pair *pair, unsigned end);

/** Sends an IP datagram of @p length octets filled with @p filler from @p end. */
void ppp_pair_send(struct ppp_pair *pair, unsigned end, uint8_t filler, size_t length);

/** Hands hexadecimal @p octets to @p end as a frame from its peer. */
void ppp_pair_inject(struct ppp_pair *pair, unsigned end, const char *octets);

/** How often @p end told of event @p name with a detail that contains @p detail. */
unsigned ppp_pair_count(const struct ppp_pair *pair, unsigned end, const char *name,
                        const char *detail);

/** Prints everything both ends told, for finding out why a test fails. */
void ppp_pair_print(const struct ppp_pair *pair);

#endif
