#include "support/unit.h"

#include "scenario/diagnostics.h"
#include "scenario/suggest.h"

#include <stdlib.h>
#include <string.h>

static void the_same_message_at_one_place_is_kept_once(void **state)
{
    (void)state;
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics);
    struct scenario_position at = {.file = "a.xml", .line = 3};
    diagnostics_add(&diagnostics, at, "wrong %s", "value");
    diagnostics_add(&diagnostics, at, "wrong value");
    at.line = 4;
    diagnostics_add(&diagnostics, at, "wrong value");
    assert_int_equal(diagnostics_total(&diagnostics), 2);
    assert_string_equal(diagnostics.items[0].text, "wrong value");
    assert_int_equal(diagnostics.items[1].at.line, 4);
    diagnostics_destroy(&diagnostics);
    assert_int_equal(diagnostics_total(&diagnostics), 0);
}

static void terminal_control_characters_are_taken_out(void **state)
{
    (void)state;
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics);
    struct scenario_position at = {.file = "a\x1b.xml", .line = 1};
    diagnostics_add(&diagnostics, at, "%s", "red \x1b[31m\n\x7f!");
    assert_string_equal(diagnostics.items[0].text, "red  [31m  !");
    assert_string_equal(diagnostics.items[0].at.file, "a .xml");
    diagnostics_destroy(&diagnostics);
}

static void a_long_message_is_cut_between_characters(void **state)
{
    (void)state;
    char text[1001] = "";
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics);
    for (size_t i = 0; i < 500; i++)
        memcpy(text + 2 * i, "\xc3\xa9", 2); /* é */
    text[1000] = '\0';
    diagnostics_add(&diagnostics, (struct scenario_position){.file = "a", .line = 1}, "-%s", text);
    const char *kept = diagnostics.items[0].text;
    size_t length = strlen(kept);
    assert_int_equal(length, 598);
    assert_string_equal(kept + length - 5, "\xc3\xa9...");
    diagnostics_destroy(&diagnostics);
}

static void printing_orders_by_line_within_a_file_and_counts_the_rest(void **state)
{
    (void)state;
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics);
    diagnostics_add(&diagnostics, (struct scenario_position){.file = "b", .line = 9}, "nine");
    diagnostics_add(&diagnostics, (struct scenario_position){.file = "a", .line = 5}, "five");
    diagnostics_add(&diagnostics, (struct scenario_position){.file = "b", .line = 2}, "two");
    diagnostics_add(&diagnostics, (struct scenario_position){.file = "a"}, "whole");
    for (unsigned line = 10; line < 30; line++)
        diagnostics_add(&diagnostics, (struct scenario_position){.file = "c", .line = line}, "x");
    assert_int_equal(diagnostics.count, DIAGNOSTICS_CAPACITY);
    assert_int_equal(diagnostics.omitted, 4);
    assert_int_equal(diagnostics_total(&diagnostics), 24);
    diagnostics_sort(&diagnostics);
    diagnostics.count = 4;
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    diagnostics_print(&diagnostics, stream);
    fclose(stream);
    assert_string_equal(text, "b:2: two\nb:9: nine\na: whole\na:5: five\n... and 4 more\n");
    free(text);
    diagnostics_destroy(&diagnostics);
}

static const char *suggested(const char *wanted, const char *const *candidates)
{
    struct suggestion suggestion = suggest_start(wanted);
    for (; *candidates; candidates++)
        suggest_consider(&suggestion, *candidates);
    return suggestion.best;
}

static void suggestions_are_near_and_first(void **state)
{
    (void)state;
    static const char *const names[] = {"client", "server", "internet", "lan", "wan", NULL};
    assert_string_equal(suggested("clinet", names), "client");
    assert_string_equal(suggested("sever", names), "server");
    assert_string_equal(suggested("internett", names), "internet");
    assert_string_equal(suggested("xan", names), "lan");
    assert_null(suggested("printer", names));
    assert_null(suggested("a", names));
    char text[SUGGESTION_TEXT_SIZE];
    struct suggestion suggestion = suggest_start("lam");
    assert_string_equal(suggest_text(&suggestion, text), "");
    suggest_consider(&suggestion, NULL);
    suggest_consider(&suggestion, "lan");
    assert_string_equal(suggest_text(&suggestion, text), "; did you mean \"lan\"?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_message_at_one_place_is_kept_once),
        cmocka_unit_test(terminal_control_characters_are_taken_out),
        cmocka_unit_test(a_long_message_is_cut_between_characters),
        cmocka_unit_test(printing_orders_by_line_within_a_file_and_counts_the_rest),
        cmocka_unit_test(suggestions_are_near_and_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
