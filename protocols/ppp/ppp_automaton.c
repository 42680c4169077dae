#include "ppp/ppp_automaton.h"

#include <assert.h>

/* The words of RFC 1661 section 4.1, so that the table below reads like the one there. */
#define tld PPP_TLD
#define irc PPP_IRC
#define zrc PPP_ZRC
#define scr PPP_SCR
#define sca PPP_SCA
#define scn PPP_SCN
#define str PPP_STR
#define sta PPP_STA
#define scj PPP_SCJ
#define ser PPP_SER
#define tls PPP_TLS
#define tlf PPP_TLF
#define tlu PPP_TLU

/* clang-format off */
#define X          {0, 0, PPP_NO_FOOTNOTE, false}               /* "-" */
#define N(s)       {0, (s), PPP_NO_FOOTNOTE, true}              /* "2" */
#define T(a, s)    {(a), (s), PPP_NO_FOOTNOTE, true}            /* "irc,scr/6" */
#define P(a, s)    {(a), (s), PPP_PASSIVE_OPTION, true}         /* "tlf/3p" */
#define R(s)       {0, (s), PPP_RESTART_OPTION, true}           /* "9r" */
#define C(a, s)    {(a), (s), PPP_CROSSED_CONNECTION, true}     /* "scr/6x" */

/* RFC 1661 section 4.1, State Transition Table. */
static const struct ppp_transition table[PPP_AUTOMATON_EVENT_COUNT][PPP_STATE_COUNT] = {
/*                 0          1             2               3                   4           5
                   Initial    Starting      Closed          Stopped             Closing     Stopping */
/*                 6              7              8              9
                   Req-Sent       Ack-Rcvd       Ack-Sent       Opened */
[PPP_UP]        = {N(2),      T(irc|scr,6), X,              X,                  X,          X,
                   X,             X,             X,             X                },
[PPP_DOWN]      = {X,         X,            N(0),           T(tls,1),           N(0),       N(1),
                   N(1),          N(1),          N(1),          T(tld,1)         },
[PPP_OPEN]      = {T(tls,1),  N(1),         T(irc|scr,6),   R(3),               R(5),       R(5),
                   N(6),          N(7),          N(8),          R(9)             },
[PPP_CLOSE]     = {N(0),      T(tlf,0),     N(2),           N(2),               N(4),       N(4),
                   T(irc|str,4),  T(irc|str,4),  T(irc|str,4),  T(tld|irc|str,4) },

[PPP_TO_PLUS]   = {X,         X,            X,              X,                  T(str,4),   T(str,5),
                   T(scr,6),      T(scr,6),      T(scr,8),      X                },
[PPP_TO_MINUS]  = {X,         X,            X,              X,                  T(tlf,2),   T(tlf,3),
                   P(tlf,3),      P(tlf,3),      P(tlf,3),      X                },

[PPP_RCR_PLUS]  = {X,         X,            T(sta,2),       T(irc|scr|sca,8),   N(4),       N(5),
                   T(sca,8),      T(sca|tlu,9),  T(sca,8),      T(tld|scr|sca,8) },
[PPP_RCR_MINUS] = {X,         X,            T(sta,2),       T(irc|scr|scn,6),   N(4),       N(5),
                   T(scn,6),      T(scn,7),      T(scn,6),      T(tld|scr|scn,6) },
[PPP_RCA]       = {X,         X,            T(sta,2),       T(sta,3),           N(4),       N(5),
                   T(irc,7),      C(scr,6),      T(irc|tlu,9),  C(tld|scr,6)     },
[PPP_RCN]       = {X,         X,            T(sta,2),       T(sta,3),           N(4),       N(5),
                   T(irc|scr,6),  C(scr,6),      T(irc|scr,8),  C(tld|scr,6)     },

[PPP_RTR]       = {X,         X,            T(sta,2),       T(sta,3),           T(sta,4),   T(sta,5),
                   T(sta,6),      T(sta,6),      T(sta,6),      T(tld|zrc|sta,5) },
[PPP_RTA]       = {X,         X,            N(2),           N(3),               T(tlf,2),   T(tlf,3),
                   N(6),          N(6),          N(8),          T(tld|scr,6)     },

[PPP_RUC]       = {X,         X,            T(scj,2),       T(scj,3),           T(scj,4),   T(scj,5),
                   T(scj,6),      T(scj,7),      T(scj,8),      T(scj,9)         },
[PPP_RXJ_PLUS]  = {X,         X,            N(2),           N(3),               N(4),       N(5),
                   N(6),          N(6),          N(8),          N(9)             },
[PPP_RXJ_MINUS] = {X,         X,            T(tlf,2),       T(tlf,3),           T(tlf,2),   T(tlf,3),
                   T(tlf,3),      T(tlf,3),      T(tlf,3),      T(tld|irc|str,5) },

[PPP_RXR]       = {X,         X,            N(2),           N(3),               N(4),       N(5),
                   N(6),          N(7),          N(8),          T(ser,9)         },
};
/* clang-format on */

#undef tld
#undef irc
#undef zrc
#undef scr
#undef sca
#undef scn
#undef str
#undef sta
#undef scj
#undef ser
#undef tls
#undef tlf
#undef tlu

const struct ppp_transition *ppp_automaton_transition(enum ppp_automaton_event event,
                                                      enum ppp_state state)
{
    assert((unsigned)event < PPP_AUTOMATON_EVENT_COUNT && (unsigned)state < PPP_STATE_COUNT);
    return &table[event][state];
}

const char *ppp_state_name(enum ppp_state state)
{
    static const char *const names[PPP_STATE_COUNT] = {
        [PPP_INITIAL] = "Initial",   [PPP_STARTING] = "Starting", [PPP_CLOSED] = "Closed",
        [PPP_STOPPED] = "Stopped",   [PPP_CLOSING] = "Closing",   [PPP_STOPPING] = "Stopping",
        [PPP_REQ_SENT] = "Req-Sent", [PPP_ACK_RCVD] = "Ack-Rcvd", [PPP_ACK_SENT] = "Ack-Sent",
        [PPP_OPENED] = "Opened",
    };
    assert((unsigned)state < PPP_STATE_COUNT);
    return names[state];
}

struct ppp_automaton_config ppp_automaton_defaults(void)
{
    return (struct ppp_automaton_config){
        .restart_ms = 3000, .max_terminate = 2, .max_configure = 10, .max_failure = 5};
}

void ppp_automaton_init(struct ppp_automaton *automaton, const struct ppp_automaton_config *config,
                        void (*act)(void *context, instant now, enum ppp_action action),
                        void *context)
{
    *automaton = (struct ppp_automaton){
        .config = config,
        .act = act,
        .context = context,
        .restart_at = INSTANT_NEVER,
        .state = PPP_INITIAL,
    };
}

static bool timer_runs_in(unsigned state)
{
    return state >= PPP_CLOSING && state <= PPP_ACK_SENT;
}

/* Section 4.1: only scr, str and zrc (re)start the timer. */
static void start_timer(struct ppp_automaton *automaton, instant now)
{
    const struct ppp_automaton_config *config = automaton->config;
    uint32_t period_ms = automaton->first && config->first_restart_ms > 0 ? config->first_restart_ms
                                                                          : config->restart_ms;
    automaton->first = false;
    automaton->restart_at = instant_after(now, period_ms * INSTANT_MILLISECOND);
}

static void initialize_restart_count(struct ppp_automaton *automaton)
{
    bool terminating = automaton->state == PPP_CLOSING || automaton->state == PPP_STOPPING;
    automaton->counter =
        terminating ? automaton->config->max_terminate : automaton->config->max_configure;
    automaton->first = true;
}

/* Section 4.4: the counter is decremented for each transmission, including the first. A crossed
   connection or a reopening sends without irc; its counter must not fall below zero. */
static void count_transmission(struct ppp_automaton *automaton, instant now)
{
    if (automaton->counter > 0)
        automaton->counter--;
    start_timer(automaton, now);
}

static void carry_out(struct ppp_automaton *automaton, instant now, enum ppp_action action)
{
    switch (action) {
    case PPP_IRC:
        initialize_restart_count(automaton);
        return;
    case PPP_ZRC:
        automaton->counter = 0;
        automaton->first = false;
        start_timer(automaton, now);
        return;
    case PPP_SCR:
    case PPP_STR:
        count_transmission(automaton, now);
        break;
    case PPP_TLD:
    case PPP_SCA:
    case PPP_SCN:
    case PPP_STA:
    case PPP_SCJ:
    case PPP_SER:
    case PPP_TLS:
    case PPP_TLF:
    case PPP_TLU:
        break;
    }
    automaton->act(automaton->context, now, action);
}

const struct ppp_transition *ppp_automaton_event(struct ppp_automaton *automaton, instant now,
                                                 enum ppp_automaton_event event)
{
    const struct ppp_transition *cell = ppp_automaton_transition(event, automaton->state);
    if (!cell->legal)
        return cell;
    if (cell->footnote == PPP_RESTART_OPTION && automaton->config->restart) {
        automaton->state = cell->next;
        ppp_automaton_event(automaton, now, PPP_DOWN);
        ppp_automaton_event(automaton, now, PPP_UP);
        return cell;
    }
    automaton->state = cell->next;
    if (!timer_runs_in(automaton->state))
        automaton->restart_at = INSTANT_NEVER;
    unsigned actions = cell->actions;
    if (cell->footnote == PPP_PASSIVE_OPTION && automaton->config->passive)
        actions &= ~(unsigned)PPP_TLF;
    for (unsigned action = PPP_TLD; action <= PPP_TLU; action <<= 1) {
        if (actions & action)
            carry_out(automaton, now, (enum ppp_action)action);
    }
    return cell;
}

void ppp_automaton_handle_timeout(struct ppp_automaton *automaton, instant now)
{
    if (automaton->restart_at > now)
        return;
    automaton->restart_at = INSTANT_NEVER;
    ppp_automaton_event(automaton, now, automaton->counter > 0 ? PPP_TO_PLUS : PPP_TO_MINUS);
}
