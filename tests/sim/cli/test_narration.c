#include "cli/narration.h"
#include "cli/sentence.h"
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct telling {
    FILE *stream;
    char *text;
    size_t size;
    struct cli_narration *narration;
};

static void begin(struct telling *telling, bool every_event)
{
    telling->text = NULL;
    telling->stream = open_memstream(&telling->text, &telling->size);
    assert_non_null(telling->stream);
    telling->narration = cli_narration_create(telling->stream, every_event);
    assert_non_null(telling->narration);
}

static void happens(struct telling *telling, instant at, const char *node, const char *name,
                    const struct trace_field *fields, size_t count)
{
    struct trace trace = {
        .emit = cli_narration_receive, .context = telling->narration, .node = node};
    trace_emit(&trace, at, name, fields, count);
}

static void assert_told(struct telling *telling, const char *expected)
{
    cli_narration_finish(telling->narration);
    cli_narration_destroy(telling->narration);
    assert_int_equal(fclose(telling->stream), 0);
    assert_string_equal(telling->text, expected);
    free(telling->text);
}

static void telling_events_become_sentences(void **state)
{
    (void)state;
    struct telling telling;
    begin(&telling, false);
    const struct trace_field dial[] = {trace_text("connection", "corp"),
                                       trace_address("server", 0x83680514),
                                       trace_text("protocol", "PPTP")};
    happens(&telling, INSTANT_SECOND, "client", "dial.started", dial, 3);
    happens(&telling, INSTANT_SECOND + 1, "client", "no.such.event", dial, 3);
    const struct trace_field failed[] = {trace_text("connection", "corp"),
                                         trace_number("error", 721)};
    happens(&telling, 22 * INSTANT_SECOND + 250000, "client", "dial.failed", failed, 2);
    assert_told(&telling, "      1.000000 s  client: dials corp at 131.104.5.20 by PPTP\n"
                          "     22.000250 s  client: cannot connect corp: error 721\n");
}

static void parts_about_absent_fields_are_left_out(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    const struct trace_field fields[] = {trace_text("a", "\x1b[1m"), trace_number("b", 2)};
    const struct trace_event event = {.node = "", .name = "", .fields = fields, .field_count = 2};
    cli_sentence_write(stream, "{a}[ b {b}][ c {c}][ both {b} {c}] {d}.", &event);
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(text, "?[1m b 2 ?.");
    free(text);
}

static void drops_are_told_once_and_counted(void **state)
{
    (void)state;
    struct telling telling;
    begin(&telling, false);
    struct trace trace = {
        .emit = cli_narration_receive, .context = telling.narration, .node = "isp"};
    trace_drop(&trace, INSTANT_SECOND, "gre", "filter", 1);
    trace_drop(&trace, INSTANT_SECOND, "udp", "no-listener", 2);
    for (uint64_t i = 0; i < 9; i++)
        trace_drop(&trace, 2 * INSTANT_SECOND, "gre", "filter", 3 + i);
    assert_told(&telling, "      1.000000 s  isp: drops a packet (gre): filter\n"
                          "      1.000000 s  isp: drops a packet (udp): no-listener\n"
                          "  isp dropped 10 packets in all (gre): filter\n");
}

static void what_happens_too_often_is_cut_short(void **state)
{
    (void)state;
    struct telling telling;
    begin(&telling, false);
    for (int i = 0; i < 100; i++)
        happens(&telling, 0, "n", "link.up", NULL, 0);
    char expected[2000] = "";
    for (int i = 0; i < 12; i++)
        strcat(expected, "      0.000000 s  n: comes up\n");
    strcat(expected, "  and 88 more of link.up\n");
    assert_told(&telling, expected);
}

static void every_event_is_told_as_it_is_when_asked_for(void **state)
{
    (void)state;
    struct telling telling;
    begin(&telling, true);
    const struct trace_field field = trace_number("x", 1);
    happens(&telling, 5, "n", "no.such.event", &field, 1);
    happens(&telling, 1500000, "n", "link.up", NULL, 0);
    assert_told(&telling, "      0.000000 s  n no.such.event x=1\n"
                          "      0.001500 s  n link.up\n");
}

static void count_call(void *context)
{
    ++*(unsigned *)context;
}

static void the_terminal_can_be_cleared_in_front_of_each_line(void **state)
{
    (void)state;
    struct telling telling;
    unsigned calls = 0;
    begin(&telling, false);
    cli_narration_before(telling.narration, count_call, &calls);
    happens(&telling, 0, "n", "no.such.event", NULL, 0);
    assert_int_equal(calls, 0);
    happens(&telling, 0, "n", "link.up", NULL, 0);
    assert_int_equal(calls, 1);
    cli_narration_before(telling.narration, NULL, NULL);
    happens(&telling, 0, "n", "link.down", NULL, 0);
    assert_int_equal(calls, 1);
    assert_told(&telling, "      0.000000 s  n: comes up\n      0.000000 s  n: goes down\n");
}

static void every_sentence_closes_its_brackets(void **state)
{
    (void)state;
    for (size_t i = 0; cli_sentences[i].event; i++) {
        int depth = 0;
        for (const char *at = cli_sentences[i].text; *at; at++) {
            depth += (*at == '[') - (*at == ']');
            if (depth < 0 || depth > 1)
                fail_msg("%s", cli_sentences[i].text);
        }
        assert_int_equal(depth, 0);
        assert_int_equal(cli_sentence_find(cli_sentences[i].event), i);
    }
    assert_true(cli_sentence_find("no.such.event") == SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(telling_events_become_sentences),
        cmocka_unit_test(parts_about_absent_fields_are_left_out),
        cmocka_unit_test(drops_are_told_once_and_counted),
        cmocka_unit_test(what_happens_too_often_is_cut_short),
        cmocka_unit_test(every_event_is_told_as_it_is_when_asked_for),
        cmocka_unit_test(the_terminal_can_be_cleared_in_front_of_each_line),
        cmocka_unit_test(every_sentence_closes_its_brackets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
