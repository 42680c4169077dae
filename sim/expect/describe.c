#include "expect/describe.h"

#include "core/trace_value.h"

#include <inttypes.h>
#include <string.h>

/* Longer octet strings are cut off in texts for people. */
#define VALUE_SIZE 68

void describe_instant(FILE *stream, instant at)
{
    uint64_t fraction = at % INSTANT_SECOND;
    fprintf(stream, "%" PRIu64, at / INSTANT_SECOND);
    if (fraction != 0) {
        int digits = 9;
        for (; fraction % 10 == 0; fraction /= 10)
            digits--;
        fprintf(stream, ".%0*" PRIu64, digits, fraction);
    }
    fputs(" s", stream);
}

void describe_text(FILE *stream, const char *text)
{
    for (; *text; text++)
        putc((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text, stream);
}

void describe_event(FILE *stream, const struct trace_event *event)
{
    if (event->node[0] != '\0') {
        describe_text(stream, event->node);
        putc(' ', stream);
    }
    describe_text(stream, event->name);
    for (size_t i = 0; i < event->field_count; i++) {
        if (strcmp(event->fields[i].key, "serial") == 0)
            continue;
        char buffer[VALUE_SIZE];
        fprintf(stream, " %s=", event->fields[i].key);
        describe_text(stream, trace_value(&event->fields[i], buffer, sizeof buffer));
    }
}

static void describe_window(FILE *stream, struct time_window window)
{
    if (window.after == 0 && window.before == INSTANT_NEVER)
        return;
    if (window.before == INSTANT_NEVER) {
        fputs(" after ", stream);
        describe_instant(stream, window.after);
        return;
    }
    if (window.after == 0) {
        fputs(" before ", stream);
    } else {
        fputs(" between ", stream);
        describe_instant(stream, window.after);
        fputs(" and ", stream);
    }
    describe_instant(stream, window.before);
}

static void describe_field(FILE *stream, const struct field_pattern *field)
{
    const char *joint = "";
    if (field->is) {
        fprintf(stream, "%s = %s", field->name, field->is);
        joint = " and ";
    }
    if (field->is_not) {
        fprintf(stream, "%s%s other than %s", joint, field->name, field->is_not);
        joint = " and ";
    }
    if (field->has_min) {
        fprintf(stream, "%s%s >= %" PRIu64, joint, field->name, field->min);
        joint = " and ";
    }
    if (field->has_max) {
        fprintf(stream, "%s%s <= %" PRIu64, joint, field->name, field->max);
        joint = " and ";
    }
    if (joint[0] == '\0')
        fprintf(stream, "a %s", field->name);
}

void describe_pattern(FILE *stream, const struct event_pattern *pattern)
{
    fputs(pattern->name, stream);
    if (pattern->node)
        fprintf(stream, " at %s", pattern->node);
    for (size_t i = 0; i < pattern->field_count; i++) {
        fputs(i == 0 ? " with " : ", ", stream);
        describe_field(stream, &pattern->fields[i]);
    }
    describe_window(stream, pattern->window);
}

void describe_times(FILE *stream, uint64_t count)
{
    if (count == 0)
        fputs("not at all", stream);
    else if (count == 1)
        fputs("once", stream);
    else
        fprintf(stream, "%" PRIu64 " times", count);
}

void describe_count(FILE *stream, struct count_range count)
{
    if (count.max == 0) {
        fputs("never", stream);
    } else if (count.min == count.max) {
        describe_times(stream, count.min);
    } else if (count.max == UINT64_MAX) {
        if (count.min == 0) {
            fputs("any number of times", stream);
        } else {
            fputs("at least ", stream);
            describe_times(stream, count.min);
        }
    } else if (count.min == 0) {
        fputs("at most ", stream);
        describe_times(stream, count.max);
    } else {
        fprintf(stream, "%" PRIu64 " to %" PRIu64 " times", count.min, count.max);
    }
}

static void describe_events(FILE *stream, const struct expectation *expectation, const char *joint)
{
    for (size_t i = 0; i < expectation->events.count; i++) {
        if (i > 0)
            fputs(joint, stream);
        describe_pattern(stream, &expectation->events.patterns[i]);
    }
}

static void describe_transfer(FILE *stream, const struct expectation *expectation)
{
    fprintf(stream, "transfer %s %s", expectation->transfer.name,
            expectation->transfer.result == TRANSFER_INTACT ? "delivers every octet intact"
                                                            : "fails");
    describe_window(stream, (struct time_window){.before = expectation->transfer.before});
}

static void describe_ping(FILE *stream, const struct expectation *expectation)
{
    if (expectation->ping.name)
        fprintf(stream, "ping %s", expectation->ping.name);
    else
        fprintf(stream, "pinging by %s", expectation->ping.node);
    struct count_range replies = expectation->ping.replies;
    if (replies.max == 0) {
        fputs(" stays unanswered", stream);
    } else {
        fputs(" is answered ", stream);
        describe_count(stream, replies);
    }
}

static void describe_client_error(FILE *stream, const struct expectation *expectation)
{
    fprintf(stream, "a dial of %s", expectation->client_error.node);
    if (expectation->client_error.connection)
        fprintf(stream, " (connection %s)", expectation->client_error.connection);
    fprintf(stream, " fails with error %" PRIu64, expectation->client_error.code);
    describe_window(stream, expectation->client_error.window);
}

static void describe_cause(FILE *stream, const struct expectation *expectation)
{
    fprintf(stream, "%s drops", expectation->cause.node);
    if (expectation->cause.protocol)
        fprintf(stream, " %s", expectation->cause.protocol);
    fputs(" packets", stream);
    if (expectation->cause.reason)
        fprintf(stream, " for the reason \"%s\"", expectation->cause.reason);
    if (expectation->cause.min > 1)
        fprintf(stream, ", at least %" PRIu64, expectation->cause.min);
}

static void describe_packets(FILE *stream, const struct expectation *expectation)
{
    fprintf(stream, "frames at %s", expectation->packets.point);
    describe_window(stream, expectation->packets.window);
    fprintf(stream, " match \"%s\" ", expectation->packets.filter);
    describe_count(stream, expectation->packets.count);
}

void describe_expectation(FILE *stream, const struct expectation *expectation)
{
    switch (expectation->kind) {
    case EXPECT_EVENT:
        describe_pattern(stream, &expectation->event.pattern);
        fputs(", ", stream);
        describe_count(stream, expectation->event.count);
        return;
    case EXPECT_NEVER:
        fputs("never ", stream);
        describe_events(stream, expectation, " nor ");
        return;
    case EXPECT_IN_ORDER:
        fputs("in this order: ", stream);
        describe_events(stream, expectation, "; ");
        return;
    case EXPECT_PACKETS:
        describe_packets(stream, expectation);
        return;
    case EXPECT_STATE:
        fprintf(stream, "at the end, %s of %s is \"%s\"", expectation->state.name,
                expectation->state.node, expectation->state.is);
        return;
    case EXPECT_TRANSFER:
        describe_transfer(stream, expectation);
        return;
    case EXPECT_PING:
        describe_ping(stream, expectation);
        return;
    case EXPECT_CLIENT_ERROR:
        describe_client_error(stream, expectation);
        return;
    case EXPECT_CAUSE:
        describe_cause(stream, expectation);
        return;
    case EXPECT_REPRODUCIBLE:
        fputs("the same seed gives the same files, another seed does not", stream);
        return;
    }
}
