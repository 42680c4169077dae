#ifndef VPNSIM_EXPECT_EVALUATION_H
#define VPNSIM_EXPECT_EVALUATION_H

#include "base/status.h"
#include "base/trace.h"
#include "expect/expectation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What became of one expectation. The texts belong to the evaluation. */
struct verdict {
    const struct expectation *expectation;
    bool holds;
    const char *title;    /**< the author's sentence, or else what is expected */
    const char *expected; /**< what was demanded, one line */
    const char *seen;     /**< what happened instead, one line; "" when it holds */
};

/** What a packet counter found for an expectation of kind EXPECT_PACKETS. */
struct packet_evidence {
    uint64_t matched; /**< frames that match within the window */
    uint64_t outside; /**< frames that match at other times */
    uint64_t seen;    /**< all frames of the capture point */
    instant first;    /**< of those matched; undefined when there are none */
    instant last;
};

/** Where evaluation_finish() asks for what is not in the event stream. */
struct evaluation_sources {
    void *context;
    /** The count for the expectation at @p index; false: nothing was counted. */
    bool (*packets)(void *context, size_t index, struct packet_evidence *evidence);
    /** The value of a node's state when the run ended; false: there is no such state. */
    bool (*state)(void *context, const char *node, const char *name, char *text, size_t size);
};

/**
 * Watches the event stream of one run and judges a scenario's expectations. Of what it sees it
 * keeps a bounded amount, enough to say what happened instead.
 */
struct evaluation;

/** NULL when memory is exhausted. @p expectations is borrowed. */
struct evaluation *evaluation_create(const struct expectation *expectations, size_t count);

/** Takes one event; a receiver of struct trace_subscriber, the evaluation is its context. */
void evaluation_receive(void *evaluation, const struct trace_event *event);

/**
 * Whether every expectation would hold if the run ended now; those of kind EXPECT_REPRODUCIBLE,
 * which need a second run, are left out.
 */
bool evaluation_holds_so_far(const struct evaluation *evaluation,
                             const struct evaluation_sources *sources);

/**
 * Judges everything, once the run has ended; an expectation of kind EXPECT_REPRODUCIBLE does not
 * hold until evaluation_set() says so. STATUS_NO_MEMORY when something could not be kept.
 */
enum status evaluation_finish(struct evaluation *evaluation,
                              const struct evaluation_sources *sources);

/** Sets the verdict of the expectation at @p index from outside; @p seen is copied. */
enum status evaluation_set(struct evaluation *evaluation, size_t index, bool holds,
                           const char *seen);

/** One verdict an expectation, in their order; valid after evaluation_finish(). */
const struct verdict *evaluation_verdicts(const struct evaluation *evaluation);

/** Whether every expectation holds. */
bool evaluation_holds(const struct evaluation *evaluation);

/** NULL is allowed. */
void evaluation_destroy(struct evaluation *evaluation);

#endif
