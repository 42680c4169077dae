#include "cli/sentence.h"
#include "run/build.h"
#include "support/unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct trace_declaration *find_event(const char *name)
{
    const struct trace_declaration *const *tables = run_vocabulary()->events;
    for (size_t i = 0; tables[i]; i++)
        for (size_t k = 0; tables[i][k].name; k++)
            if (strcmp(tables[i][k].name, name) == 0)
                return &tables[i][k];
    return NULL;
}

/* Whether the blank-separated list @p fields has the word of @p length octets at @p key. */
static bool has_field(const char *fields, const char *key, size_t length)
{
    while (*fields) {
        size_t word = strcspn(fields, " ");
        if (word == length && strncmp(fields, key, length) == 0)
            return true;
        fields += word;
        fields += strspn(fields, " ");
    }
    return false;
}

static void every_sentence_is_about_an_event_and_fields_that_exist(void **state)
{
    (void)state;
    unsigned wrong = 0;
    for (size_t i = 0; cli_sentences[i].event; i++) {
        const struct trace_declaration *event = find_event(cli_sentences[i].event);
        if (!event) {
            print_error("no event %s\n", cli_sentences[i].event);
            wrong++;
            continue;
        }
        for (const char *at = cli_sentences[i].text; (at = strchr(at, '{')); at++) {
            size_t length = strcspn(at + 1, "}");
            if (has_field(event->fields, at + 1, length))
                continue;
            print_error("%s has no field %.*s, only: %s\n", event->name, (int)length, at + 1,
                        event->fields);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* What judging relies on beside the names that a scenario's author writes. */
static void the_events_that_expectations_stand_for_exist(void **state)
{
    (void)state;
    static const char *const needed[][2] = {
        {"packet.dropped", "protocol"},   {"packet.dropped", "reason"},
        {"transfer.started", "name"},     {"transfer.finished", "name"},
        {"transfer.finished", "intact"},  {"transfer.failed", "name"},
        {"ping.finished", "name"},        {"ping.finished", "received"},
        {"dial.failed", "error"},         {"dial.failed", "connection"},
        {"dial.connected", "connection"},
    };
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        const struct trace_declaration *event = find_event(needed[i][0]);
        if (!event || !has_field(event->fields, needed[i][1], strlen(needed[i][1])))
            fail_msg("%s %s", needed[i][0], needed[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sentence_is_about_an_event_and_fields_that_exist),
        cmocka_unit_test(the_events_that_expectations_stand_for_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
