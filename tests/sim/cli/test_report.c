#include "cli/report.h"
#include "support/unit.h"

#include <stdlib.h>

static const struct expectation expectation = {
    .kind = EXPECT_REPRODUCIBLE, .file = "x.xml", .line = 12};

static const struct verdict verdicts[] = {
    {&expectation, true, "LCP never opens", "never lcp.opened", ""},
    {&expectation, false, "no data", "frames never", "5 of the 9 frames there match"},
};

static void assert_report(enum cli_verbosity verbosity, bool utf8, size_t count,
                          const char *expected)
{
    char *text = NULL;
    size_t size;
    struct cli_report report = {
        .stream = open_memstream(&text, &size), .verbosity = verbosity, .utf8 = utf8};
    assert_non_null(report.stream);
    cli_report_title(&report, "x", "The title", "a book");
    cli_report_verdicts(&report, "x", verdicts, count);
    cli_report_file(&report, "out/x/events.jsonl", "3 events");
    assert_int_equal(fclose(report.stream), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void the_summary_tells_each_verdict_and_what_was_seen(void **state)
{
    (void)state;
    assert_report(CLI_NORMAL, true, 2,
                  "x: The title\n"
                  "  (a book)\n"
                  "\n"
                  "  What happened\n"
                  "\n"
                  "  What was expected\n"
                  "  ✓ LCP never opens\n"
                  "  ✗ no data\n"
                  "      expected: frames never\n"
                  "      seen:     5 of the 9 frames there match\n"
                  "      written:  x.xml:12\n"
                  "  1 of 2 expectations failed\n"
                  "  wrote out/x/events.jsonl (3 events)\n");
}

static void without_utf8_the_marks_are_words(void **state)
{
    (void)state;
    assert_report(CLI_NORMAL, false, 1,
                  "x: The title\n"
                  "  (a book)\n"
                  "\n"
                  "  What happened\n"
                  "\n"
                  "  What was expected\n"
                  "  ok   LCP never opens\n"
                  "  1 of 1 expectations hold\n"
                  "  wrote out/x/events.jsonl (3 events)\n");
}

static void quiet_says_the_verdict_and_what_failed(void **state)
{
    (void)state;
    assert_report(CLI_QUIET, true, 1, "✓ x: 1 of 1 expectations hold\n");
    assert_report(CLI_QUIET, false, 2,
                  "FAIL x: 1 of 2 expectations failed\n"
                  "  FAIL no data\n"
                  "      expected: frames never\n"
                  "      seen:     5 of the 9 frames there match\n"
                  "      written:  x.xml:12\n");
}

static void assert_totals(struct cli_totals totals, const char *expected)
{
    char *text = NULL;
    size_t size;
    struct cli_report report = {.stream = open_memstream(&text, &size), .utf8 = true};
    assert_non_null(report.stream);
    cli_report_totals(&report, &totals);
    assert_int_equal(fclose(report.stream), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void several_scenarios_have_totals(void **state)
{
    (void)state;
    assert_totals((struct cli_totals){1, 1, 0, 0}, "");
    assert_totals((struct cli_totals){3, 3, 0, 0}, "✓ 3 scenarios: 3 hold, 0 failed\n");
    assert_totals((struct cli_totals){4, 2, 1, 1},
                  "✗ 4 scenarios: 2 hold, 1 failed, 1 could not be run\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_summary_tells_each_verdict_and_what_was_seen),
        cmocka_unit_test(without_utf8_the_marks_are_words),
        cmocka_unit_test(quiet_says_the_verdict_and_what_failed),
        cmocka_unit_test(several_scenarios_have_totals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
