#ifndef VPNSIM_PPP_AUTH_PPP_AUTH_PRIVATE_H
#define VPNSIM_PPP_AUTH_PPP_AUTH_PRIVATE_H

#include "ppp/auth/chap_algorithm.h"
#include "ppp/auth/ppp_auth.h"

/* What the methods share; only the sources of ppp_auth include this. */

/** Room that the longest packet needs: a Change-Password of MS-CHAP-1, version 2. */
#define PPP_AUTH_PACKET_MAX 1118

/** Longest success_text and failure_text, in octets: MS-CHAP's fields must fit in front. */
#define PPP_AUTH_TEXT_MAX (PPP_AUTH_MESSAGE_MAX - 80)

enum ppp_auth_phase {
    PPP_AUTH_PHASE_IDLE,          /**< not started */
    PPP_AUTH_PHASE_ACTIVE,        /**< a Request, Challenge or Response is on its way */
    PPP_AUTH_PHASE_RETRY_GRANTED, /**< authenticator: R=1 or a passable E=648 was sent */
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
extern const struct ppp_auth_engine ppp_auth_eap_authenticatee;
extern const struct ppp_auth_engine ppp_auth_eap_authenticator;

/** How far EAP has come. */
enum ppp_auth_eap_stage {
    PPP_AUTH_EAP_IDENTITY,     /**< the Identity is asked for */
    PPP_AUTH_EAP_NOTIFICATION, /**< authenticator: the Notification is out */
    PPP_AUTH_EAP_METHOD,       /**< a method has been offered or taken up */
};

/** What a method makes of a packet, or of being begun. */
enum ppp_auth_eap_step {
    PPP_AUTH_EAP_SEND,    /**< the Type-Data written is the next Request or Response */
    PPP_AUTH_EAP_WAIT,    /**< authenticator: as SEND, but the user is given time;
                               authenticatee: nothing to send until the user has answered */
    PPP_AUTH_EAP_ACCEPT,  /**< authenticator: Success */
    PPP_AUTH_EAP_REFUSE,  /**< .error and .reason say why; the authenticatee sends nothing more */
    PPP_AUTH_EAP_DISCARD, /**< .reason says why */
};

/** One method inside EAP. Type-Data come as data and length and go into the writer. */
struct ppp_auth_eap_engine {
    const char *name;
    uint8_t type; /**< enum eap_type */
    /** Authenticator: the first Request. */
    enum ppp_auth_eap_step (*begin)(struct ppp_auth *auth, instant now, struct wire_writer *writer);
    /** Authenticator: a Response. */
    enum ppp_auth_eap_step (*response)(struct ppp_auth *auth, instant now, const uint8_t *data,
                                       size_t length, struct wire_writer *writer);
    /** Authenticatee: a Request. */
    enum ppp_auth_eap_step (*request)(struct ppp_auth *auth, instant now, const uint8_t *data,
                                      size_t length, struct wire_writer *writer);
    /** Gives back what the method holds; NULL: nothing. */
    void (*clear)(struct ppp_auth *auth);
};

extern const struct ppp_auth_eap_engine ppp_auth_eap_md5;
extern const struct ppp_auth_eap_engine ppp_auth_eap_ms_chap_v2;
extern const struct ppp_auth_eap_engine ppp_auth_eap_tls;

/** Gives back what the method under way holds. */
void ppp_auth_eap_clear(struct ppp_auth *auth);

/** Answers R=1 of EAP-MS-CHAP-V2 with the credentials configured now, or with resignation. */
void ppp_auth_eap_retry(struct ppp_auth *auth, instant now);
void ppp_auth_eap_give_up(struct ppp_auth *auth);

/** EAP-MS-CHAP-V2, authenticatee: the Type-Data of the Response to the challenge kept. */
void ppp_auth_eap_write_response(struct ppp_auth *auth, struct wire_writer *writer);
/** And of the one that takes a Failure to its end. */
void ppp_auth_eap_write_resignation(struct wire_writer *writer);

/** Answers R=1 with the credentials configured now (RFC 2759 section 6). */
void ppp_auth_chap_retry(struct ppp_auth *auth, instant now);

/*
 * CHAP without what carries it, so that PPP and EAP can both carry it. The Identifier of the
 * algorithms is ppp_auth.identifier.
 */

/** The algorithm of a method of CHAP. */
const struct chap_algorithm *ppp_auth_chap_algorithm(const struct ppp_auth *auth);

/** Authenticatee: keeps a Challenge. NULL, or why it is to be dropped. */
const char *ppp_auth_chap_take_challenge(struct ppp_auth *auth, const struct chap_message *message);

/** Authenticatee: computes the Response to the challenge kept. */
void ppp_auth_chap_compute(struct ppp_auth *auth);

/** Authenticatee: the Response computed last. */
struct chap_message ppp_auth_chap_response(const struct ppp_auth *auth);

/** Authenticatee: whether a Success proves what it must; then the keys are there. */
bool ppp_auth_chap_take_success(struct ppp_auth *auth, const struct chap_message *message);

/** What a Failure leaves an authenticatee to do. */
enum ppp_auth_chap_failure {
    PPP_AUTH_CHAP_FINAL,  /**< nothing: .error is the reason */
    PPP_AUTH_CHAP_RETRY,  /**< ask the user: phase and event say so */
    PPP_AUTH_CHAP_CHANGE, /**< send a Change-Password packet */
};

/** Authenticatee: takes a Failure. */
enum ppp_auth_chap_failure ppp_auth_chap_take_failure(struct ppp_auth *auth, instant now,
                                                      const struct chap_message *message);

/** Authenticatee: appends the whole Change-Password packet; .secret is the new one then. */
void ppp_auth_chap_write_change(struct ppp_auth *auth, instant now, struct wire_writer *writer);

/** Authenticator: draws a challenge; the Challenge to send. */
struct chap_message ppp_auth_chap_challenge(struct ppp_auth *auth);

/** What an authenticator makes of a Response or a Change-Password packet. */
enum ppp_auth_chap_judgement {
    PPP_AUTH_CHAP_ACCEPTED, /**< keys are there */
    PPP_AUTH_CHAP_REFUSED,  /**< .error and .reason say why */
    PPP_AUTH_CHAP_AGAIN,    /**< refused, but another Response or a new password may follow */
};

/** Authenticator: judges it and writes the verdict. */
enum ppp_auth_chap_judgement ppp_auth_chap_judge(struct ppp_auth *auth, instant now,
                                                 const struct chap_message *message);

/** Authenticator: the verdict written last. */
struct chap_message ppp_auth_chap_verdict(const struct ppp_auth *auth);

/** Authenticator: judges a Change-Password packet; 0 and the new hashes, or an error. */
uint32_t ppp_auth_chap_judge_change(struct ppp_auth *auth, const struct chap_message *message,
                                    struct ppp_auth_new_password *new_password, uint8_t *value);

/** Queues a PAP or CHAP packet; nothing when the pool is exhausted: retransmission mends it. */
void ppp_auth_send_pap(struct ppp_auth *auth, const struct pap_message *message);
void ppp_auth_send_chap(struct ppp_auth *auth, const struct chap_message *message);

/** Queues a copy of ppp_auth.kept. */
void ppp_auth_send_kept(struct ppp_auth *auth);

/** Forgets ppp_auth.kept. */
void ppp_auth_forget_kept(struct ppp_auth *auth);

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

/** Most fields beside the common ones. */
#define PPP_AUTH_TRACE_FURTHER 3

/** Emits an event with the fields common to all and  count further ones. */
void ppp_auth_trace_with(struct ppp_auth *auth, instant now, const char *name,
                         const struct trace_field *further, size_t count);

/** Emits an event with the fields common to all and one of text. */
void ppp_auth_trace_text(struct ppp_auth *auth, instant now, const char *name, const char *key,
                         const char *text);

void ppp_auth_push_event(struct ppp_auth *auth, enum ppp_auth_event event, uint32_t value);

/** Keeps the peer's name in a form that can be shown; too long a name is cut. */
void ppp_auth_set_peer_name(struct ppp_auth *auth, const uint8_t *name, size_t length);

/** Looks up the account of a name off the wire; false when there is none. */
bool ppp_auth_find_account(struct ppp_auth *auth, const uint8_t *name, size_t length,
                           struct ppp_auth_account *account);

/** Changes the password of the peer's account; false when that is refused. */
bool ppp_auth_change_password(struct ppp_auth *auth,
                              const struct ppp_auth_new_password *new_password);

#endif
