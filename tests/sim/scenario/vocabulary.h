#ifndef VPNSIM_TESTS_SIM_SCENARIO_VOCABULARY_H
#define VPNSIM_TESTS_SIM_SCENARIO_VOCABULARY_H

#include "scenario/scenario_xml.h"
#include "scenario/states.h"

#include <stdio.h>
#include <string.h>

/* A small vocabulary of the tests' own, so that they do not depend on what the nodes tell. */

/* Refuses every filter that holds the word "wrong". */
static inline bool test_filter_compiles(void *context, const struct scenario_capture *point,
                                        const char *filter, char *message, size_t message_size)
{
    (void)context;
    if (!strstr(filter, "wrong"))
        return true;
    snprintf(message, message_size, "syntax error at %s", point ? point->point : "a link");
    return false;
}

static inline const struct scenario_vocabulary *test_vocabulary(void)
{
    static const struct trace_declaration dialling[] = {
        {"dial.connected", "connection address strength", "It is up."},
        {"dial.failed", "connection error", "It failed."},
        {NULL, NULL, NULL},
    };
    static const struct trace_declaration pinging[] = {
        {"ping.lost", "", "A reply is missing."},
        {NULL, NULL, NULL},
    };
    static const struct trace_declaration *const events[] = {dialling, pinging, NULL};
    static const struct scenario_layer layers[] = {{SCENARIO_VPN_CLIENT, "ppp", "PPP frames"},
                                                   {SCENARIO_VPN_SERVER, "ppp", "PPP frames"},
                                                   {SCENARIO_ISP_NAS, "ppp", "PPP frames"},
                                                   {.name = NULL}};
    static const struct scenario_vocabulary vocabulary = {.events = events,
                                                          .layers = layers,
                                                          .states = scenario_states,
                                                          .filter_compiles = test_filter_compiles};
    return &vocabulary;
}

#endif
