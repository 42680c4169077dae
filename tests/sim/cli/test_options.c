#include "cli/options.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#define MAX_WORDS 32

static struct cli_run_options options;
static char error[256];

static char text[512];
static char *words[MAX_WORDS + 1];

/* Splits a command line at blanks into words, which live until the next call. */
static int split(const char *line)
{
    int count = 0;
    snprintf(text, sizeof text, "%s", line);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        words[count++] = word;
    words[count] = NULL;
    error[0] = '\0';
    return count;
}

static bool parse(const char *line)
{
    int count = split(line);
    return cli_run_options_parse(&options, count, words, error, sizeof error);
}

static struct cli_plain_options plain;

static bool parse_plain(const char *line, size_t min, size_t max)
{
    int count = split(line);
    return cli_plain_options_parse(&plain, count, words, min, max, error, sizeof error);
}

static void the_defaults_are_those_of_the_help_text(void **state)
{
    (void)state;
    assert_true(parse("run a.xml"));
    assert_string_equal(options.output_folder, "out");
    assert_int_equal(options.seed, 1);
    assert_int_equal(options.jobs, 1);
    assert_int_equal(options.verbosity, CLI_NORMAL);
    assert_int_equal(options.override_count, 0);
    assert_null(options.junit);
    assert_int_equal(options.path_count, 1);
    assert_string_equal(options.paths[0], "a.xml");
    cli_run_options_clear(&options);
}

static void every_option_is_taken_also_behind_the_scenarios(void **state)
{
    (void)state;
    assert_true(parse("run a.xml -o dir -s 18446744073709551615 -p x=1 b.xml -p y= -j4 --junit "
                      "r.xml -q"));
    assert_string_equal(options.output_folder, "dir");
    assert_true(options.seed == UINT64_MAX);
    assert_int_equal(options.jobs, 4);
    assert_int_equal(options.verbosity, CLI_QUIET);
    assert_string_equal(options.junit, "r.xml");
    assert_int_equal(options.override_count, 2);
    assert_string_equal(options.overrides[0], "x=1");
    assert_string_equal(options.overrides[1], "y=");
    assert_int_equal(options.path_count, 2);
    assert_string_equal(options.paths[0], "a.xml");
    assert_string_equal(options.paths[1], "b.xml");
    cli_run_options_clear(&options);
    assert_true(parse("run --junit=r.xml -s 0xff -v --realtime -- -odd.xml"));
    assert_true(options.real_time);
    assert_int_equal(options.seed, 255);
    assert_int_equal(options.verbosity, CLI_VERBOSE);
    assert_string_equal(options.paths[0], "-odd.xml");
    cli_run_options_clear(&options);
}

static void help_needs_no_scenario(void **state)
{
    (void)state;
    assert_true(parse("run --help"));
    assert_true(options.help);
    cli_run_options_clear(&options);
    assert_true(parse("run -h"));
    assert_true(options.help);
    cli_run_options_clear(&options);
}

static void assert_refused(const char *line, const char *expected)
{
    assert_false(parse(line));
    assert_string_equal(error, expected);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    assert_refused("run", "no scenario is named");
    assert_refused("run -q", "no scenario is named");
    assert_refused("run -x a.xml", "unknown option \"-x\"");
    assert_refused("run -qx a.xml", "unknown option \"-x\"");
    assert_refused("run --fast a.xml", "unknown option \"--fast\"");
    assert_refused("run a.xml -o", "-o needs a value");
    assert_refused("run a.xml --junit", "--junit needs a value");
    assert_refused("run -q -v a.xml", "-q and -v exclude each other");
    assert_refused("run -p x a.xml", "\"x\" sets no parameter: NAME=VALUE is expected");
    assert_refused("run -p =x a.xml", "\"=x\" sets no parameter: NAME=VALUE is expected");
    const char *const seeds[] = {"-1", "x", "1x", "18446744073709551616", "+1", "0x"};
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        char line[64];
        char expected[128];
        snprintf(line, sizeof line, "run -s%s a.xml", seeds[i]);
        snprintf(expected, sizeof expected,
                 "\"%s\" is no seed: a number from 0 to 18446744073709551615 is expected",
                 seeds[i]);
        assert_refused(line, expected);
    }
    assert_refused("run -j0 a.xml", "\"0\" is no number of jobs: 1 to 256 is expected");
    assert_refused("run -j257 a.xml", "\"257\" is no number of jobs: 1 to 256 is expected");
}

static void plain_commands_take_paths_alone(void **state)
{
    (void)state;
    assert_true(parse_plain("check a.xml b.xml", 1, SIZE_MAX));
    assert_int_equal(plain.path_count, 2);
    assert_string_equal(plain.paths[1], "b.xml");
    assert_false(parse_plain("list a.xml b.xml", 0, 1));
    assert_string_equal(error, "too many arguments");
    assert_false(parse_plain("check", 1, SIZE_MAX));
    assert_string_equal(error, "no scenario is named");
    assert_false(parse_plain("check -o", 1, SIZE_MAX));
    assert_string_equal(error, "unknown option \"-o\"");
    assert_true(parse_plain("check --help", 1, SIZE_MAX));
    assert_true(plain.help);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_are_those_of_the_help_text),
        cmocka_unit_test(every_option_is_taken_also_behind_the_scenarios),
        cmocka_unit_test(help_needs_no_scenario),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(plain_commands_take_paths_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
