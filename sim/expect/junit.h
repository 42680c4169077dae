#ifndef VPNSIM_EXPECT_JUNIT_H
#define VPNSIM_EXPECT_JUNIT_H

#include "base/status.h"
#include "expect/evaluation.h"

#include <stddef.h>
#include <stdio.h>

/**
 * Writes one scenario as a <testsuite> of JUnit's XML: a <testcase> for each verdict, with what was
 * seen instead in its <failure>. When @p error is not NULL the scenario did not run to its end: one
 * <testcase> with that <error>. @p verdicts may then be NULL.
 */
enum status junit_write_suite(FILE *stream, const char *name, const struct verdict *verdicts,
                              size_t count, const char *error);

/** Writes the document's beginning and its end, around the suites. */
void junit_begin(FILE *stream);
void junit_end(FILE *stream);

#endif
