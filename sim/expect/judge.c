#include "expect/judge.h"

#include "core/trace_value.h"
#include "expect/describe.h"

#include <inttypes.h>
#include <string.h>

size_t judged_watch_count(const struct expectation *expectation)
{
    switch (expectation->kind) {
    case EXPECT_EVENT:
    case EXPECT_PING:
    case EXPECT_CAUSE:
        return 1;
    case EXPECT_NEVER:
    case EXPECT_IN_ORDER:
        return expectation->events.count;
    case EXPECT_TRANSFER:
        return 3;
    case EXPECT_CLIENT_ERROR:
        return 2;
    case EXPECT_PACKETS:
    case EXPECT_STATE:
    case EXPECT_REPRODUCIBLE:
        return 0;
    }
    return 0;
}

static void ask(struct judged *judged, size_t index, const char *node, const char *name,
                size_t field_count)
{
    judged->watches[index].pattern = (struct event_pattern){
        .node = node,
        .name = name,
        .window = TIME_WINDOW_ALL,
        .fields = judged->fields,
        .field_count = field_count,
    };
}

static void init_transfer(struct judged *judged)
{
    judged->fields[0] =
        (struct field_pattern){.name = "name", .is = judged->expectation->transfer.name};
    ask(judged, TRANSFER_FINISHED, NULL, "transfer.finished", 1);
    ask(judged, TRANSFER_GAVE_UP, NULL, "transfer.failed", 1);
    ask(judged, TRANSFER_STARTED, NULL, "transfer.started", 1);
}

static void init_ping(struct judged *judged)
{
    const struct expectation *expectation = judged->expectation;
    judged->fields[0] = (struct field_pattern){.name = "name", .is = expectation->ping.name};
    ask(judged, PING_FINISHED, expectation->ping.node, "ping.finished",
        expectation->ping.name ? 1 : 0);
}

static void init_client_error(struct judged *judged)
{
    const struct expectation *expectation = judged->expectation;
    const char *connection = expectation->client_error.connection;
    size_t known = 0;
    if (connection)
        judged->fields[known++] = (struct field_pattern){.name = "connection", .is = connection};
    ask(judged, CLIENT_ERROR_CONNECTED, expectation->client_error.node, "dial.connected", known);
    uint64_t code = expectation->client_error.code;
    judged->fields[known++] = (struct field_pattern){
        .name = "error", .has_min = true, .has_max = true, .min = code, .max = code};
    ask(judged, CLIENT_ERROR_FAILED, expectation->client_error.node, "dial.failed", known);
    judged->watches[CLIENT_ERROR_FAILED].pattern.window = expectation->client_error.window;
}

static void init_cause(struct judged *judged)
{
    const struct expectation *expectation = judged->expectation;
    size_t known = 0;
    if (expectation->cause.protocol)
        judged->fields[known++] =
            (struct field_pattern){.name = "protocol", .is = expectation->cause.protocol};
    if (expectation->cause.reason)
        judged->fields[known++] =
            (struct field_pattern){.name = "reason", .is = expectation->cause.reason};
    ask(judged, 0, expectation->cause.node, "packet.dropped", known);
}

void judged_init(struct judged *judged, const struct expectation *expectation,
                 struct watch *watches)
{
    *judged = (struct judged){
        .expectation = expectation,
        .watches = watches,
        .watch_count = judged_watch_count(expectation),
    };
    switch (expectation->kind) {
    case EXPECT_EVENT:
        watches[0].pattern = expectation->event.pattern;
        break;
    case EXPECT_NEVER:
    case EXPECT_IN_ORDER:
        for (size_t i = 0; i < judged->watch_count; i++)
            watches[i].pattern = expectation->events.patterns[i];
        break;
    case EXPECT_TRANSFER:
        init_transfer(judged);
        break;
    case EXPECT_PING:
        init_ping(judged);
        break;
    case EXPECT_CLIENT_ERROR:
        init_client_error(judged);
        break;
    case EXPECT_CAUSE:
        init_cause(judged);
        break;
    case EXPECT_PACKETS:
    case EXPECT_STATE:
    case EXPECT_REPRODUCIBLE:
        break;
    }
}

static bool field_says_yes(const struct trace_event *event, const char *key)
{
    const struct trace_field *field = trace_find(event, key);
    if (!field)
        return false;
    if (field->kind == TRACE_UNSIGNED)
        return field->number != 0;
    return field->kind == TRACE_TEXT && strcmp(field->text, "yes") == 0;
}

static uint64_t field_number(const struct trace_event *event, const char *key)
{
    const struct trace_field *field = trace_find(event, key);
    return field && field->kind == TRACE_UNSIGNED ? field->number : 0;
}

void judged_see(struct judged *judged, size_t index, const struct trace_event *event,
                uint64_t number)
{
    if (!watch_see(&judged->watches[index], event))
        return;
    enum expectation_kind kind = judged->expectation->kind;
    /* One event is one step at most, even when two steps ask for the same. */
    if (kind == EXPECT_IN_ORDER && index == judged->position && judged->consumed != number) {
        judged->position++;
        judged->consumed = number;
        judged->reached = event->at;
    }
    if (kind == EXPECT_TRANSFER && index == TRANSFER_FINISHED)
        judged->intact = field_says_yes(event, "intact");
    if (kind == EXPECT_PING)
        judged->replies += field_number(event, "received");
}

static bool within(uint64_t value, struct count_range range)
{
    return value >= range.min && value <= range.max;
}

static bool decide_event(const struct judged *judged, FILE *seen)
{
    const struct watch *watch = &judged->watches[0];
    struct count_range count =
        judged->expectation->kind == EXPECT_EVENT
            ? judged->expectation->event.count
            : (struct count_range){judged->expectation->cause.min, UINT64_MAX};
    if (within(watch->matched, count))
        return true;
    watch_describe_matches(watch, seen);
    if (watch->matched < count.min)
        watch_describe_near(watch, seen);
    return false;
}

static bool decide_never(const struct judged *judged, FILE *seen)
{
    bool holds = true;
    for (size_t i = 0; i < judged->watch_count; i++) {
        if (judged->watches[i].matched == 0)
            continue;
        if (!holds)
            fputs("; ", seen);
        watch_describe_matches(&judged->watches[i], seen);
        holds = false;
    }
    return holds;
}

static bool decide_in_order(const struct judged *judged, FILE *seen)
{
    size_t position = judged->position;
    if (position == judged->watch_count)
        return true;
    const struct watch *watch = &judged->watches[position];
    fprintf(seen, "step %zu of %zu, ", position + 1, judged->watch_count);
    describe_pattern(seen, &watch->pattern);
    fputs(", was not seen", seen);
    if (position > 0) {
        fprintf(seen, " after step %zu at ", position);
        describe_instant(seen, judged->reached);
    }
    if (watch->matched > 0) {
        fputs("; before that it was seen ", seen);
        watch_describe_matches(watch, seen);
    } else {
        watch_describe_near(watch, seen);
    }
    return false;
}

static bool decide_packets(const struct judged *judged, size_t index,
                           const struct evaluation_sources *sources, FILE *seen)
{
    struct packet_evidence evidence;
    if (!sources->packets || !sources->packets(sources->context, index, &evidence)) {
        fputs("nothing was captured there", seen);
        return false;
    }
    if (within(evidence.matched, judged->expectation->packets.count))
        return true;
    fprintf(seen, "%" PRIu64 " of the %" PRIu64 " frames there match", evidence.matched,
            evidence.seen);
    if (evidence.matched > 0) {
        fputs(", the first at ", seen);
        describe_instant(seen, evidence.first);
        fputs(", the last at ", seen);
        describe_instant(seen, evidence.last);
    }
    if (evidence.outside > 0)
        fprintf(seen, "; %" PRIu64 " more match at other times", evidence.outside);
    return false;
}

static bool decide_state(const struct judged *judged, const struct evaluation_sources *sources,
                         FILE *seen)
{
    const struct expectation *expectation = judged->expectation;
    char text[256];
    if (!sources->state || !sources->state(sources->context, expectation->state.node,
                                           expectation->state.name, text, sizeof text)) {
        fprintf(seen, "%s has no state of that name", expectation->state.node);
        return false;
    }
    if (strcmp(text, expectation->state.is) == 0)
        return true;
    fputs("it is \"", seen);
    describe_text(seen, text);
    putc('"', seen);
    return false;
}

static void describe_transfer_fate(const struct judged *judged, FILE *seen)
{
    static const size_t outcomes[] = {TRANSFER_FINISHED, TRANSFER_GAVE_UP};
    bool known = false;
    for (size_t i = 0; i < 2; i++) {
        const struct watch *watch = &judged->watches[outcomes[i]];
        if (watch->matched == 0)
            continue;
        if (known)
            fputs("; ", seen);
        watch_describe_matches(watch, seen);
        known = true;
    }
    if (known)
        return;
    if (judged->watches[TRANSFER_STARTED].matched == 0) {
        fputs("it had not finished when the run ended", seen);
        return;
    }
    fputs("it was started at ", seen);
    describe_instant(seen, judged->watches[TRANSFER_STARTED].last);
    fputs(" and had not finished when the run ended", seen);
}

static bool decide_transfer(const struct judged *judged, FILE *seen)
{
    const struct watch *finished = &judged->watches[TRANSFER_FINISHED];
    const struct watch *gave_up = &judged->watches[TRANSFER_GAVE_UP];
    instant before = judged->expectation->transfer.before;
    bool intact = finished->matched > 0 && judged->intact;
    bool holds;
    if (judged->expectation->transfer.result == TRANSFER_INTACT)
        holds = intact && finished->last <= before;
    else if (finished->matched > 0)
        holds = !intact && finished->last <= before;
    else if (gave_up->matched > 0)
        holds = gave_up->last <= before;
    else /* one that hangs until the end has failed, too, unless it was to fail by some time */
        holds = before == INSTANT_NEVER;
    if (!holds)
        describe_transfer_fate(judged, seen);
    return holds;
}

static bool decide_ping(const struct judged *judged, FILE *seen)
{
    const struct watch *finished = &judged->watches[PING_FINISHED];
    if (finished->matched > 0 && within(judged->replies, judged->expectation->ping.replies))
        return true;
    if (finished->matched > 0) {
        fprintf(seen, "answered ");
        describe_times(seen, judged->replies);
        fputs("; ping.finished was seen ", seen);
        watch_describe_matches(finished, seen);
    } else {
        fputs("it had not finished when the run ended", seen);
        watch_describe_near(finished, seen);
    }
    return false;
}

static bool decide_client_error(const struct judged *judged, FILE *seen)
{
    const struct watch *failed = &judged->watches[CLIENT_ERROR_FAILED];
    const struct watch *connected = &judged->watches[CLIENT_ERROR_CONNECTED];
    if (failed->matched > 0)
        return true;
    fputs("no such failure", seen);
    watch_describe_near(failed, seen);
    if (connected->matched > 0) {
        fputs("; it connected ", seen);
        watch_describe_matches(connected, seen);
    }
    return false;
}

bool judged_decide(const struct judged *judged, size_t index,
                   const struct evaluation_sources *sources, FILE *seen)
{
    switch (judged->expectation->kind) {
    case EXPECT_EVENT:
    case EXPECT_CAUSE:
        return decide_event(judged, seen);
    case EXPECT_NEVER:
        return decide_never(judged, seen);
    case EXPECT_IN_ORDER:
        return decide_in_order(judged, seen);
    case EXPECT_PACKETS:
        return decide_packets(judged, index, sources, seen);
    case EXPECT_STATE:
        return decide_state(judged, sources, seen);
    case EXPECT_TRANSFER:
        return decide_transfer(judged, seen);
    case EXPECT_PING:
        return decide_ping(judged, seen);
    case EXPECT_CLIENT_ERROR:
        return decide_client_error(judged, seen);
    case EXPECT_REPRODUCIBLE:
        fputs("the run was not repeated", seen);
        return false;
    }
    return false;
}
