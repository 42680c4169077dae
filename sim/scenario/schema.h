#ifndef VPNSIM_SCENARIO_SCHEMA_H
#define VPNSIM_SCENARIO_SCHEMA_H

#include <stddef.h>

/** The text of scenario.xsd, which is built into the program; terminated beyond @p length. */
const char *scenario_schema_text(size_t *length);

#endif
