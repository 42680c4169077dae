#ifndef VPNSIM_PPP_CBCP_H
#define VPNSIM_PPP_CBCP_H

#include "base/instant.h"
#include "base/output.h"
#include "base/packet.h"
#include "base/trace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CBCP_PROTOCOL 0xc029

/* Packet codes (MS-CBCP section 2.2.4). */
#define CBCP_CALLBACK_REQUEST  1
#define CBCP_CALLBACK_RESPONSE 2
#define CBCP_CALLBACK_ACK      3

/** Callback types (MS-CBCP section 2.2.3). */
enum cbcp_type {
    CBCP_NO_CALLBACK = 1,
    CBCP_USER_SPECIFIED = 2, /**< the caller names the number */
    CBCP_PRE_SPECIFIED = 3,  /**< the administrator has named it */
};

/* The types as a set of bits. */
#define CBCP_ALLOW(type) (1u << (type))

/** Longest callback number, in characters. */
#define CBCP_NUMBER_MAX 48

/** How one end negotiates; everything is borrowed for the engine's life. */
struct cbcp_config {
    bool answerer;      /**< offers callbacks; otherwise the caller, who chooses */
    unsigned allowed;   /**< answerer: set of CBCP_ALLOW(); 0: no callback alone */
    const char *number; /**< caller: where to be called back; NULL: nowhere, type 2 is not chosen */
    uint8_t delay_s;    /**< caller: before the callback */
    uint32_t restart_ms;   /**< between two transmissions; 0: 2 s */
    uint8_t transmissions; /**< before giving up; 0: 10 */
    struct packet_pool *pool;
    const struct trace *trace; /**< may be NULL */
    const char *label;         /**< field "session" of every event */
};

/** Events in struct output. */
enum cbcp_event {
    CBCP_DONE = 1, /**< agreed: see .type, .number, .delay_s */
    CBCP_FAILED,   /**< the peer did not answer */
};

/**
 * CBCP of one link (MS-CBCP): the answerer offers ways to call back, the caller chooses, the
 * answerer acknowledges. It takes and gives packets whose data starts at Code.
 */
struct cbcp {
    struct cbcp_config config;
    uint8_t state;      /**< enum cbcp_state */
    uint8_t identifier; /**< of the Request under way */
    uint8_t transmissions_left;
    instant deadline;
    enum cbcp_type type; /**< chosen */
    uint8_t delay_s;
    char number[CBCP_NUMBER_MAX + 1]; /**< chosen, "" when the type has none */
    struct packet_queue send;
    uint8_t event; /**< enum cbcp_event that waits to be polled, 0: none */
};

void cbcp_init(struct cbcp *cbcp, const struct cbcp_config *config);

/** Frees queued packets. The engine may be initialised again. */
void cbcp_clear(struct cbcp *cbcp);

/** Authentication is through: the answerer sends its Request, the caller waits for it. */
void cbcp_start(struct cbcp *cbcp, instant now);

/** A packet has come; it stays the caller's. Malformed and unexpected ones are traced drops. */
void cbcp_input(struct cbcp *cbcp, instant now, const struct packet *packet);

void cbcp_handle_timeout(struct cbcp *cbcp, instant now);
instant cbcp_next_timeout(const struct cbcp *cbcp);

/** The next decision: OUTPUT_SEND, OUTPUT_EVENT (enum cbcp_event) or, with false, OUTPUT_NONE. */
bool cbcp_poll(struct cbcp *cbcp, struct output *output);

/** "Callback-Request", ...; "unknown". */
const char *cbcp_code_name(uint8_t code);

#endif
