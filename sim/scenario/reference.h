#ifndef VPNSIM_SCENARIO_REFERENCE_H
#define VPNSIM_SCENARIO_REFERENCE_H

#include "base/status.h"
#include "scenario/scenario_xml.h"

#include <stdio.h>

/** Writes the reference page of the language as Markdown: every element, attribute, type and event.
 */
enum status scenario_reference_write(const struct scenario_vocabulary *vocabulary, FILE *stream);

#endif
