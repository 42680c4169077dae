#ifndef VPNSIM_SCENARIO_STATES_H
#define VPNSIM_SCENARIO_STATES_H

#include "scenario/scenario_xml.h"

/** Every state that some kind of node tells of, ended by a NULL name. */
extern const struct scenario_state scenario_states[];

/** Whether nodes of @p kind tell of @p state. */
bool scenario_state_is_of(const struct scenario_state *state, enum scenario_node_kind kind);

/**
 * Whether @p name is what @p pattern, the name of a declaration, stands for: a number for PORT, any
 * text for NAME at its end, and else the same letters.
 */
bool scenario_state_matches(const char *pattern, const char *name);

#endif
