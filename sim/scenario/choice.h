#ifndef VPNSIM_SCENARIO_CHOICE_H
#define VPNSIM_SCENARIO_CHOICE_H

/** A choice that a scenario may leave to the node's profile. */
enum scenario_choice {
    SCENARIO_UNSET, /**< not said: the profile decides */
    SCENARIO_NO,
    SCENARIO_YES,
};

#endif
