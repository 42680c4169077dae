/* Expectations, and whether what they name exists. */
#include "expect/expectation.h"
#include "scenario/parse.h"
#include "scenario/states.h"
#include "scenario/suggest.h"
#include "scenario/values.h"

#include <inttypes.h>
#include <string.h>

/* So that looking up what they name one by one stays cheap. */
#define EXPECTATIONS_MAX 4096

static const char *const expectation_names[] = {"event", "never",        "in-order", "packets",
                                                "state", "transfer",     "ping",     "client-error",
                                                "cause", "reproducible", NULL};

/* "after" and "before", the first not later than the second. */
static struct time_window parse_window(struct loader *loader, const xmlNode *element)
{
    struct time_window window = {
        .after = element_duration(loader, element, "after", 0),
        .before = element_duration(loader, element, "before", INSTANT_NEVER),
    };
    if (window.after > window.before)
        loader_error(loader, loader_attribute_position(loader, element, "after"),
                     "after=\"%s\" of <%s> is later than before=\"%s\"",
                     element_text(loader, element, "after"), element->name,
                     element_text(loader, element, "before"));
    else if (window.after > loader->scenario->duration)
        loader_error(loader, loader_attribute_position(loader, element, "after"),
                     "after=\"%s\" of <%s> is behind the scenario's end",
                     element_text(loader, element, "after"), element->name);
    return window;
}

/* An exact number (attribute exact), or min and max; absent when none is there. */
static struct count_range parse_range(struct loader *loader, const xmlNode *element,
                                      const char *exact, struct count_range absent)
{
    bool has_min = xml_attribute(element, "min");
    bool has_max = xml_attribute(element, "max");
    if (xml_attribute(element, exact)) {
        uint64_t count = element_number(loader, element, exact, 0);
        if (has_min || has_max)
            loader_error(loader, loader_attribute_position(loader, element, exact),
                         "%s of <%s> together with min or max; expected one or the other", exact,
                         element->name);
        return (struct count_range){.min = count, .max = count};
    }
    if (!has_min && !has_max)
        return absent;
    struct count_range range = {.min = element_number(loader, element, "min", 0),
                                .max = element_number(loader, element, "max", UINT64_MAX)};
    if (range.min > range.max)
        loader_error(loader, loader_attribute_position(loader, element, "min"),
                     "min=\"%" PRIu64 "\" of <%s> is above max=\"%" PRIu64 "\"", range.min,
                     element->name, range.max);
    return range;
}

/* A machine's name or link:NAME that must exist; NULL when absent. */
static const char *parse_place(struct loader *loader, const xmlNode *element, const char *name)
{
    const char *place = element_text(loader, element, name);
    struct scenario_position at = loader_attribute_position(loader, element, name);
    if (!place)
        return NULL;
    if (strncmp(place, "link:", 5) == 0) {
        if (!scenario_find_link(loader->scenario, place + 5))
            parse_unknown_link(loader, at, place + 5);
    } else if (!scenario_find_node(loader->scenario, place)) {
        parse_unknown_node(loader, at, place);
    }
    return place;
}

/* The name of a machine that must exist; NULL when absent. */
static const char *parse_node_name(struct loader *loader, const xmlNode *element)
{
    const struct scenario_node *node = parse_node_reference(loader, element, "node");
    return node ? node->name : NULL;
}

/* True when text is one of the words of list. */
static bool has_word(const char *list, const char *text)
{
    size_t length = strlen(text);
    while (*list) {
        list += strspn(list, " ");
        size_t word = strcspn(list, " ");
        if (word == length && memcmp(list, text, length) == 0)
            return true;
        list += word;
    }
    return false;
}

bool parse_event_name(struct loader *loader, const xmlNode *element, const char *attribute,
                      const char *name)
{
    const struct scenario_vocabulary *vocabulary = loader->options.vocabulary;
    if (!vocabulary || !vocabulary->events)
        return false;
    struct suggestion suggestion = suggest_start(name);
    char text[SUGGESTION_TEXT_SIZE];
    for (size_t i = 0; vocabulary->events[i]; i++) {
        for (const struct trace_declaration *event = vocabulary->events[i]; event->name; event++) {
            if (strcmp(event->name, name) == 0)
                return true;
        }
    }
    if (loader_is_full(loader))
        return false;
    for (size_t i = 0; vocabulary->events[i]; i++) {
        for (const struct trace_declaration *event = vocabulary->events[i]; event->name; event++)
            suggest_consider(&suggestion, event->name);
    }
    loader_error(loader, loader_attribute_position(loader, element, attribute),
                 "there is no event \"%s\"%s", name, suggest_text(&suggestion, text));
    return false;
}

/* Offers every word of the list of fields. */
static void consider_fields(struct loader *loader, struct suggestion *suggestion,
                            const char *fields)
{
    for (const char *field; (field = element_word(loader, &fields));)
        suggest_consider(suggestion, field);
}

/* Whether some declaration of the event, which is known, has the field. */
static void check_field(struct loader *loader, const xmlNode *element, const char *event_name,
                        const char *field)
{
    const struct scenario_vocabulary *vocabulary = loader->options.vocabulary;
    struct suggestion suggestion = suggest_start(field);
    char text[SUGGESTION_TEXT_SIZE];
    const char *fields = "";
    for (size_t i = 0; vocabulary->events[i]; i++) {
        for (const struct trace_declaration *event = vocabulary->events[i]; event->name; event++) {
            if (strcmp(event->name, event_name) != 0)
                continue;
            if (has_word(event->fields, field))
                return;
            fields = event->fields;
            consider_fields(loader, &suggestion, fields);
        }
    }
    suggest_text(&suggestion, text);
    loader_error(loader, loader_attribute_position(loader, element, "name"),
                 "the event \"%s\" has no field \"%s\"%s%s", event_name, field,
                 text[0]     ? text
                 : fields[0] ? "; expected one of: "
                             : "; expected none",
                 text[0] ? "" : fields);
}

static void parse_field(struct loader *loader, const xmlNode *element, struct field_pattern *field)
{
    field->name = element_text(loader, element, "name");
    field->is = element_text(loader, element, "is");
    field->is_not = element_text(loader, element, "not");
    field->has_min = xml_attribute(element, "min");
    field->min = element_number(loader, element, "min", 0);
    field->has_max = xml_attribute(element, "max");
    field->max = element_number(loader, element, "max", 0);
    if (!field->is && !field->is_not && !field->has_min && !field->has_max)
        loader_error(loader, loader_position(loader, element),
                     "<field> asks for nothing; expected is, not, min or max");
    if (field->has_min && field->has_max && field->min > field->max)
        loader_error(loader, loader_attribute_position(loader, element, "min"),
                     "min=\"%" PRIu64 "\" of <field> is above max=\"%" PRIu64 "\"", field->min,
                     field->max);
}

static struct event_pattern parse_pattern(struct loader *loader, const xmlNode *element)
{
    struct event_pattern pattern = {.node = parse_place(loader, element, "node"),
                                    .name = element_text(loader, element, "name"),
                                    .window = parse_window(loader, element)};
    struct field_pattern *fields =
        loader_allocate(loader, parse_count(element, "field"), sizeof *fields);
    bool is_known = pattern.name && parse_event_name(loader, element, "name", pattern.name);
    for (xmlNode *child = xml_first_child(element); child && fields;
         child = xml_next_sibling(child)) {
        if (!xml_is(child, "field"))
            continue;
        struct field_pattern *field = &fields[pattern.field_count++];
        parse_field(loader, child, field);
        if (is_known && field->name)
            check_field(loader, child, pattern.name, field->name);
    }
    pattern.fields = fields;
    return pattern;
}

static void parse_events(struct loader *loader, const xmlNode *element,
                         struct expectation *expectation)
{
    size_t count = parse_count(element, "event");
    size_t least = expectation->kind == EXPECT_IN_ORDER ? 2 : 1;
    struct event_pattern *patterns = loader_allocate(loader, count, sizeof *patterns);
    if (count < least)
        loader_error(loader, loader_position(loader, element),
                     "<%s> has %zu <event>; expected at least %zu", element->name, count, least);
    expectation->events.patterns = patterns;
    for (xmlNode *child = xml_first_child(element); child && patterns;
         child = xml_next_sibling(child)) {
        if (xml_is(child, "event"))
            patterns[expectation->events.count++] = parse_pattern(loader, child);
    }
}

/* Says that nothing is captured at that point. */
static void unknown_point(struct loader *loader, const xmlNode *element, const char *point)
{
    const struct scenario *scenario = loader->scenario;
    struct suggestion suggestion = suggest_start(point);
    char text[SUGGESTION_TEXT_SIZE];
    if (loader_is_full(loader))
        return;
    for (size_t i = 0; i < scenario->capture_count; i++)
        suggest_consider(&suggestion, scenario->captures[i].point);
    loader_error(loader, loader_attribute_position(loader, element, "at"),
                 "nothing is captured at \"%s\"%s", point,
                 suggestion.best ? suggest_text(&suggestion, text)
                                 : "; expected a <capture> of that point");
}

static void parse_packets(struct loader *loader, const xmlNode *element,
                          struct expectation *expectation)
{
    const struct scenario *scenario = loader->scenario;
    const struct scenario_vocabulary *vocabulary = loader->options.vocabulary;
    expectation->packets.point = element_text(loader, element, "at");
    expectation->packets.filter = element_text(loader, element, "filter");
    expectation->packets.window = parse_window(loader, element);
    expectation->packets.count = parse_range(loader, element, "count", COUNT_AT_LEAST_ONE);
    if (!expectation->packets.point || !expectation->packets.filter)
        return;
    const struct scenario_capture *capture = NULL;
    for (size_t i = 0; i < scenario->capture_count && !capture; i++) {
        if (strcmp(scenario->captures[i].point, expectation->packets.point) == 0)
            capture = &scenario->captures[i];
    }
    if (!capture) {
        unknown_point(loader, element, expectation->packets.point);
        return;
    }
    char message[200];
    if (vocabulary && vocabulary->filter_compiles &&
        !vocabulary->filter_compiles(vocabulary->context, capture, expectation->packets.filter,
                                     message, sizeof message))
        loader_error(loader, loader_attribute_position(loader, element, "filter"),
                     "filter=\"%.80s\" of <packets>: %s", expectation->packets.filter, message);
}

/* Whether nodes of that kind tell of such a state; says so when not. */
static void check_state(struct loader *loader, const xmlNode *element,
                        const struct scenario_node *node, const char *name)
{
    const struct scenario_vocabulary *vocabulary = loader->options.vocabulary;
    if (!vocabulary || !vocabulary->states)
        return;
    struct suggestion suggestion = suggest_start(name);
    char text[SUGGESTION_TEXT_SIZE];
    for (const struct scenario_state *state = vocabulary->states; state->name; state++) {
        if (!scenario_state_is_of(state, node->kind))
            continue;
        if (scenario_state_matches(state->name, name))
            return;
        suggest_consider(&suggestion, state->name);
    }
    loader_error(loader, loader_attribute_position(loader, element, "name"),
                 "\"%s\" (a %s) has no state \"%s\"%s", node->name,
                 scenario_node_kind_text(node->kind), name, suggest_text(&suggestion, text));
}

static void parse_state(struct loader *loader, const xmlNode *element,
                        struct expectation *expectation)
{
    static const char prefix[] = "connection.";
    const struct scenario_node *node = parse_node_reference(loader, element, "node");
    expectation->state.node = node ? node->name : NULL;
    expectation->state.name = element_text(loader, element, "name");
    expectation->state.is = element_text(loader, element, "is");
    if (!node || !expectation->state.name)
        return;
    check_state(loader, element, node, expectation->state.name);
    if (!scenario_kind_dials(node->kind) ||
        strncmp(expectation->state.name, prefix, sizeof prefix - 1) != 0)
        return;
    const char *connection = expectation->state.name + sizeof prefix - 1;
    if (!scenario_find_connection(node, connection))
        loader_error(loader, loader_attribute_position(loader, element, "name"),
                     "\"%s\" has no connection \"%s\"", node->name, connection);
}

/* The name of an action of the timeline of that kind; NULL: there is no such action. */
static const char *action_name(const struct scenario_action *action, enum scenario_action_kind kind)
{
    if (action->kind != kind)
        return NULL;
    return kind == SCENARIO_PING ? action->ping.name : action->transfer.name;
}

/* Whether the timeline has that action; says so when not. */
static void check_action(struct loader *loader, const xmlNode *element, const char *wanted,
                         enum scenario_action_kind kind, const char *what)
{
    const struct scenario *scenario = loader->scenario;
    struct suggestion suggestion = suggest_start(wanted);
    char text[SUGGESTION_TEXT_SIZE];
    for (size_t i = 0; i < scenario->action_count; i++) {
        const char *name = action_name(&scenario->actions[i], kind);
        if (name && strcmp(name, wanted) == 0)
            return;
    }
    if (loader_is_full(loader))
        return;
    for (size_t i = 0; i < scenario->action_count; i++)
        suggest_consider(&suggestion, action_name(&scenario->actions[i], kind));
    loader_error(loader, loader_attribute_position(loader, element, "name"),
                 "the timeline has no %s \"%s\"%s", what, wanted, suggest_text(&suggestion, text));
}

static void parse_transfer(struct loader *loader, const xmlNode *element,
                           struct expectation *expectation)
{
    static const char *const results[] = {"intact", "failed", NULL};
    expectation->transfer.name = element_text(loader, element, "name");
    expectation->transfer.result =
        (enum transfer_result)element_index(loader, element, "result", results, 0);
    expectation->transfer.before = element_duration(loader, element, "before", INSTANT_NEVER);
    if (expectation->transfer.name)
        check_action(loader, element, expectation->transfer.name, SCENARIO_TRANSFER, "transfer");
}

/* How many requests the pings that are meant send: the replies when nothing else is said. */
static uint64_t requests_of(const struct loader *loader, const char *name, const char *node)
{
    const struct scenario *scenario = loader->scenario;
    uint64_t requests = 0;
    for (size_t i = 0; i < scenario->action_count; i++) {
        const struct scenario_action *action = &scenario->actions[i];
        if (action->kind != SCENARIO_PING)
            continue;
        bool is_meant = name ? action->ping.name && strcmp(action->ping.name, name) == 0
                             : action->ping.node && strcmp(action->ping.node->name, node) == 0;
        requests += is_meant ? action->ping.count : 0;
    }
    return requests;
}

static void parse_ping(struct loader *loader, const xmlNode *element,
                       struct expectation *expectation)
{
    const char *name = element_text(loader, element, "name");
    bool has_node = xml_attribute(element, "node");
    expectation->ping.name = name;
    expectation->ping.node = parse_node_name(loader, element);
    if ((name != NULL) == has_node) {
        loader_error(loader, loader_position(loader, element),
                     "<ping> has %s; expected either name or node",
                     name ? "both name and node" : "neither name nor node");
        return;
    }
    if (name)
        check_action(loader, element, name, SCENARIO_PING, "ping");
    else if (expectation->ping.node && requests_of(loader, NULL, expectation->ping.node) == 0)
        loader_error(loader, loader_position(loader, element), "\"%s\" sends no ping",
                     expectation->ping.node);
    uint64_t requests =
        name || expectation->ping.node ? requests_of(loader, name, expectation->ping.node) : 0;
    struct count_range all = {.min = requests, .max = requests};
    expectation->ping.replies = parse_range(loader, element, "replies", all);
    if (requests > 0 && expectation->ping.replies.min > requests)
        loader_error(loader, loader_position(loader, element),
                     "<ping> asks for %" PRIu64 " replies, but only %" PRIu64 " requests are sent",
                     expectation->ping.replies.min, requests);
}

static void parse_client_error(struct loader *loader, const xmlNode *element,
                               struct expectation *expectation)
{
    const struct scenario_node *node = parse_node_reference(loader, element, "node");
    if (node && node->connection_count == 0)
        loader_error(loader, loader_attribute_position(loader, element, "node"),
                     "\"%s\" is a %s without connections; expected a machine that has some",
                     node->name, scenario_node_kind_text(node->kind));
    const struct scenario_connection *connection =
        parse_connection_reference(loader, element, "connection", node);
    expectation->client_error.node = node ? node->name : NULL;
    expectation->client_error.connection = connection ? connection->name : NULL;
    expectation->client_error.code = element_number(loader, element, "code", 0);
    expectation->client_error.window = parse_window(loader, element);
}

static void parse_expectation(struct loader *loader, const xmlNode *element,
                              struct expectation *expectation)
{
    struct scenario_position at = loader_position(loader, element);
    expectation->file = at.file;
    expectation->line = at.line;
    expectation->says = element_text(loader, element, "says");
    switch (expectation->kind) {
    case EXPECT_EVENT:
        expectation->event.pattern = parse_pattern(loader, element);
        expectation->event.count = parse_range(loader, element, "count", COUNT_AT_LEAST_ONE);
        break;
    case EXPECT_NEVER:
    case EXPECT_IN_ORDER:
        parse_events(loader, element, expectation);
        break;
    case EXPECT_PACKETS:
        parse_packets(loader, element, expectation);
        break;
    case EXPECT_STATE:
        parse_state(loader, element, expectation);
        break;
    case EXPECT_TRANSFER:
        parse_transfer(loader, element, expectation);
        break;
    case EXPECT_PING:
        parse_ping(loader, element, expectation);
        break;
    case EXPECT_CLIENT_ERROR:
        parse_client_error(loader, element, expectation);
        break;
    case EXPECT_CAUSE:
        expectation->cause.node = parse_place(loader, element, "node");
        expectation->cause.reason = element_text(loader, element, "reason");
        expectation->cause.protocol = element_text(loader, element, "protocol");
        expectation->cause.min = element_number(loader, element, "min", 1);
        break;
    case EXPECT_REPRODUCIBLE:
        break;
    }
}

/* The <expect> in parent; NULL: there is none. */
static const xmlNode *expect_of(const xmlNode *parent)
{
    const xmlNode *expect = parent ? xml_first_child(parent) : NULL;
    while (expect && !xml_is(expect, "expect"))
        expect = xml_next_sibling(expect);
    return expect;
}

static size_t count_expectations(const xmlNode *expect)
{
    size_t count = 0;
    for (xmlNode *e = expect ? xml_first_child(expect) : NULL; e; e = xml_next_sibling(e))
        count++;
    return count;
}

static void parse_expect(struct loader *loader, const xmlNode *expect)
{
    struct scenario *scenario = loader->scenario;
    for (xmlNode *e = expect ? xml_first_child(expect) : NULL; e; e = xml_next_sibling(e)) {
        unsigned kind;
        if (e->ns || !value_choice(xml_text(e->name), expectation_names, &kind))
            continue;
        struct expectation *expectation = &scenario->expectations[scenario->expectation_count++];
        expectation->kind = (enum expectation_kind)kind;
        parse_expectation(loader, e, expectation);
    }
}

void parse_expectations(struct loader *loader, const xmlNode *root)
{
    struct scenario *scenario = loader->scenario;
    const xmlNode *expect = expect_of(root);
    const xmlNode *own = expect_of(loader->selected_case); /* the case's */
    const xmlNode *place = expect ? expect : own;
    size_t count = count_expectations(expect) + count_expectations(own);
    if (count == 0)
        loader_error(loader, place ? loader_position(loader, place) : scenario->at,
                     "the scenario asserts nothing; expected an <expect> with at least one "
                     "expectation");
    if (count > EXPECTATIONS_MAX) {
        loader_error(loader, loader_position(loader, place),
                     "there are %zu expectations; expected at most %d", count, EXPECTATIONS_MAX);
        return;
    }
    scenario->expectations = loader_allocate(loader, count, sizeof *scenario->expectations);
    if (!scenario->expectations)
        return;
    parse_expect(loader, expect);
    parse_expect(loader, own);
}
