#ifndef VPNSIM_TESTS_EXPECT_EVALUATE_H
#define VPNSIM_TESTS_EXPECT_EVALUATE_H

#include "expect/evaluation.h"
#include "support/unit.h"

#include <string.h>

/* Runs one expectation over events that a test tells one by one. */

#define MS INSTANT_MILLISECOND

static struct evaluation *evaluation;

static inline void begin(const struct expectation *expectation)
{
    evaluation = evaluation_create(expectation, 1);
    assert_non_null(evaluation);
}

static inline void happens(instant at, const char *node, const char *name,
                           const struct trace_field *fields, size_t count)
{
    struct trace trace = {.emit = evaluation_receive, .context = evaluation, .node = node};
    trace_emit(&trace, at, name, fields, count);
}

/** An event with up to two fields; end with {0}. */
#define HAPPENS(at, node, name, ...)                                                               \
    happens((at), (node), (name), (const struct trace_field[]){__VA_ARGS__},                       \
            sizeof((const struct trace_field[]){__VA_ARGS__}) / sizeof(struct trace_field))
#define HAPPENS_BARE(at, node, name) happens((at), (node), (name), NULL, 0)

static inline void end_with(const struct evaluation_sources *sources, bool holds, const char *seen)
{
    assert_int_equal(evaluation_finish(evaluation, sources), STATUS_OK);
    const struct verdict *verdict = &evaluation_verdicts(evaluation)[0];
    assert_string_equal(verdict->seen, seen);
    assert_int_equal(verdict->holds, holds);
    assert_int_equal(evaluation_holds(evaluation), holds);
    evaluation_destroy(evaluation);
    evaluation = NULL;
}

static inline void holds(void)
{
    end_with(&(const struct evaluation_sources){0}, true, "");
}

static inline void fails(const char *seen)
{
    end_with(&(const struct evaluation_sources){0}, false, seen);
}

#endif
