#ifndef VPNSIM_PPP_PPP_AUTOMATON_H
#define VPNSIM_PPP_PPP_AUTOMATON_H

#include "base/instant.h"
#include "base/trace.h"

#include <stdbool.h>
#include <stdint.h>

/** States of the option negotiation automaton (RFC 1661 section 4.2), numbered as there. */
enum ppp_state {
    PPP_INITIAL,
    PPP_STARTING,
    PPP_CLOSED,
    PPP_STOPPED,
    PPP_CLOSING,
    PPP_STOPPING,
    PPP_REQ_SENT,
    PPP_ACK_RCVD,
    PPP_ACK_SENT,
    PPP_OPENED,
};
#define PPP_STATE_COUNT 10

/** Events (RFC 1661 section 4.3), in the order of the table's rows. */
enum ppp_automaton_event {
    PPP_UP,
    PPP_DOWN,
    PPP_OPEN,
    PPP_CLOSE,
    PPP_TO_PLUS,   /**< restart timer expired, counter above zero */
    PPP_TO_MINUS,  /**< restart timer expired, counter at zero */
    PPP_RCR_PLUS,  /**< acceptable Configure-Request */
    PPP_RCR_MINUS, /**< Configure-Request to be answered with Nak or Reject */
    PPP_RCA,       /**< Configure-Ack */
    PPP_RCN,       /**< Configure-Nak or Configure-Reject */
    PPP_RTR,       /**< Terminate-Request */
    PPP_RTA,       /**< Terminate-Ack */
    PPP_RUC,       /**< unknown code */
    PPP_RXJ_PLUS,  /**< Code-Reject or Protocol-Reject that can be lived with */
    PPP_RXJ_MINUS, /**< Code-Reject or Protocol-Reject that is fatal */
    PPP_RXR,       /**< Echo-Request, Echo-Reply or Discard-Request */
};
#define PPP_AUTOMATON_EVENT_COUNT 16

/** Actions (RFC 1661 section 4.4) as bits; a cell's actions run in ascending order of the bits. */
enum ppp_action {
    PPP_TLD = 1 << 0,  /**< This-Layer-Down */
    PPP_IRC = 1 << 1,  /**< Initialize-Restart-Count */
    PPP_ZRC = 1 << 2,  /**< Zero-Restart-Count */
    PPP_SCR = 1 << 3,  /**< Send-Configure-Request */
    PPP_SCA = 1 << 4,  /**< Send-Configure-Ack */
    PPP_SCN = 1 << 5,  /**< Send-Configure-Nak or -Reject */
    PPP_STR = 1 << 6,  /**< Send-Terminate-Request */
    PPP_STA = 1 << 7,  /**< Send-Terminate-Ack */
    PPP_SCJ = 1 << 8,  /**< Send-Code-Reject */
    PPP_SER = 1 << 9,  /**< Send-Echo-Reply */
    PPP_TLS = 1 << 10, /**< This-Layer-Started */
    PPP_TLF = 1 << 11, /**< This-Layer-Finished */
    PPP_TLU = 1 << 12, /**< This-Layer-Up */
};

/** The letters behind a state in the table of RFC 1661 section 4.1. */
enum ppp_footnote {
    PPP_NO_FOOTNOTE,
    PPP_PASSIVE_OPTION,     /**< [p] */
    PPP_RESTART_OPTION,     /**< [r] */
    PPP_CROSSED_CONNECTION, /**< [x] */
};

/** One cell of the table. An illegal transition has @c legal false and nothing else. */
struct ppp_transition {
    uint16_t actions; /**< set of enum ppp_action */
    uint8_t next;     /**< enum ppp_state */
    uint8_t footnote; /**< enum ppp_footnote */
    bool legal;
};

/** The cell of RFC 1661 section 4.1 for @p event in @p state. */
const struct ppp_transition *ppp_automaton_transition(enum ppp_automaton_event event,
                                                      enum ppp_state state);

/** Name of @p state as in the RFC ("Req-Sent"); static storage. */
const char *ppp_state_name(enum ppp_state state);

/** Timer, counters and implementation options (RFC 1661 sections 4.6, 4.2, 4.3). */
struct ppp_automaton_config {
    uint32_t restart_ms;       /**< Restart timer; default 3000 */
    uint32_t first_restart_ms; /**< period after the first transmission only; 0: restart_ms */
    uint8_t max_terminate;     /**< Terminate-Requests sent; default 2 */
    uint8_t max_configure;     /**< Configure-Requests sent without a valid reply; default 10 */
    uint8_t max_failure;       /**< Configure-Naks sent before rejecting; default 5 */
    bool passive;              /**< [p]: wait in Stopped instead of finishing */
    bool restart;              /**< [r]: an Open of an open layer is Down followed by Up */
};

/** The defaults of RFC 1661 section 4.6, both options off. */
struct ppp_automaton_config ppp_automaton_defaults(void);

/**
 * One running automaton: state, Restart timer and counter. It decides; its owner acts. Actions are
 * carried out through @c act, one call an action, after the state has changed. @c act may not call
 * ppp_automaton_event() on the same automaton.
 */
struct ppp_automaton {
    const struct ppp_automaton_config *config; /**< borrowed, outlives the automaton */
    void (*act)(void *context, instant now, enum ppp_action action);
    void *context;
    instant restart_at; /**< when the Restart timer expires, INSTANT_NEVER when stopped */
    uint8_t state;      /**< enum ppp_state */
    uint8_t counter;    /**< Restart counter */
    bool first;         /**< the next transmission is the first after irc */
};

/** Puts @p automaton into Initial. */
void ppp_automaton_init(struct ppp_automaton *automaton, const struct ppp_automaton_config *config,
                        void (*act)(void *context, instant now, enum ppp_action action),
                        void *context);

/**
 * Feeds @p event: looks the cell up, changes state, runs or stops the Restart timer and carries
 * out the actions. Returns the cell, whose @c legal is false when the event cannot happen in this
 * state, in which case nothing changed (RFC 1661 section 4.4, Illegal-Event).
 */
const struct ppp_transition *ppp_automaton_event(struct ppp_automaton *automaton, instant now,
                                                 enum ppp_automaton_event event);

/** Feeds TO+ or TO- when the Restart timer has expired at @p now; otherwise nothing. */
void ppp_automaton_handle_timeout(struct ppp_automaton *automaton, instant now);

#endif
