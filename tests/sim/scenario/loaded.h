#ifndef VPNSIM_TESTS_SIM_SCENARIO_LOADED_H
#define VPNSIM_TESTS_SIM_SCENARIO_LOADED_H

#include "scenario/scenario_xml.h"
#include "vocabulary.h"

/* A scenario file of the tests' data that all tests of a program look at. */

/* Loads the file into @p state; -1: it was refused. */
static inline int load_data(void **state, const char *path)
{
    const struct scenario_load_options options = {.vocabulary = test_vocabulary()};
    struct scenario *scenario;
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics);
    enum status status = scenario_load(path, &options, &scenario, &diagnostics);
    diagnostics_print(&diagnostics, stderr);
    diagnostics_destroy(&diagnostics);
    *state = scenario;
    return status == STATUS_OK ? 0 : -1;
}

static inline int release_data(void **state)
{
    scenario_free(*state);
    return 0;
}

#endif
