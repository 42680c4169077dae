#ifndef VPNSIM_PPP_PPP_AUTH_PRIVATE_H
#define VPNSIM_PPP_PPP_AUTH_PRIVATE_H

#include "ppp/ppp_auth.h"

/* What the methods share; only the sources of ppp_auth include this. */

/** Room that a packet of these protocols needs: header, value with its size, name, password. */
#define PPP_AUTH_PACKET_MAX (4 + 2 * (1 + PPP_AUTH_NAME_MAX))

/** Longest success_text and failure_text, in octets: MS-CHAP's fields must fit in front. */
#define PPP_AUTH_TEXT_MAX (PPP_AUTH_MESSAGE_MAX - 80)

enum ppp_auth_phase {
    PPP_AUTH_PHASE_IDLE,          /**< not started */
    PPP_AUTH_PHASE_ACTIVE,        /**< a Request, Challenge or Response is on its way */
    PPP_AUTH_PHASE_RETRY_GRANTED, /**< authenticator: R=1 was sent */
    PPP_AUTH_PHASE_RETRY_OFFERED, /**< authenticatee: R=1 was received, the user is asked */
    PPP_AUTH_PHASE_SUCCEEDED,
    PPP_AUTH_PHASE_FAILED,
};

/** One method in one role. */
struct ppp_auth_engine {
    void (*start)(struct ppp_auth *auth, instant now);
    void (*input)(struct ppp_auth *auth, instant now, const struct packet *packet);
    void (*handle_timeout)(struct ppp_auth *auth, instant now);
};

extern const struct ppp_auth_engine ppp_auth_pap_authenticatee;
extern const struct ppp_auth_engine ppp_auth_pap_authenticator;
extern const struct ppp_auth_engine ppp_auth_chap_authenticatee;
extern const struct ppp_auth_engine ppp_auth_chap_authenticator;

/** Answers R=1 with the credentials configured now (RFC 2759 section 6). */
void ppp_auth_chap_retry(struct ppp_auth *auth, instant now);

/** Queues a PAP or CHAP packet; nothing when the pool is exhausted: retransmission mends it. */
void ppp_auth_send_pap(struct ppp_auth *auth, const struct pap_message *message);
void ppp_auth_send_chap(struct ppp_auth *auth, const struct chap_message *message);

/** Traces the drop of a received packet. */
void ppp_auth_drop(struct ppp_auth *auth, instant now, const struct packet *packet,
                   const char *reason);

/** Arms the timer one restart period, or @p periods of them, after @p now. */
void ppp_auth_arm(struct ppp_auth *auth, instant now, unsigned periods);

/** The first success is told; every success rests the timer, or arms it for a re-challenge. */
void ppp_auth_succeed(struct ppp_auth *auth, instant now);

/** Tells the failure; @p reason is a fixed phrase for the trace. */
void ppp_auth_fail(struct ppp_auth *auth, instant now, uint32_t error, const char *reason);

/** Emits an event with the fields common to all, and @p error unless that is 0. */
void ppp_auth_trace(struct ppp_auth *auth, instant now, const char *name, uint32_t error,
                    const char *reason);

void ppp_auth_push_event(struct ppp_auth *auth, enum ppp_auth_event event, uint32_t value);

/** Keeps the peer's name in a form that can be shown; too long a name is cut. */
void ppp_auth_set_peer_name(struct ppp_auth *auth, const uint8_t *name, size_t length);

/** Looks up the account of a name off the wire; false when there is none. */
bool ppp_auth_find_account(struct ppp_auth *auth, const uint8_t *name, size_t length,
                           struct ppp_auth_account *account);

#endif
