/* Overrides, texts in memory, files that cannot be read, summaries. */
#include "support/unit.h"

#include "scenario/scenario_xml.h"
#include "vocabulary.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DATA VPNSIM_SOURCE_DIR "/tests/sim/scenario/data/"

#define MINIMAL                                                                                    \
    "<scenario name='m' title='t' described-in='d'>\n"                                             \
    "<topology><host name='a'/></topology>\n"                                                      \
    "<expect><reproducible/></expect></scenario>"

/* Loads with overrides; the first diagnostic (of exactly one) in text. */
static enum status load_with(const char *const *overrides, size_t count, struct scenario **scenario,
                             char text[300])
{
    const struct scenario_load_options options = {
        .overrides = overrides, .override_count = count, .vocabulary = test_vocabulary()};
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics);
    enum status status = scenario_load(DATA "full.xml", &options, scenario, &diagnostics);
    text[0] = '\0';
    if (diagnostics.count > 0) {
        assert_int_equal(diagnostics_total(&diagnostics), 1);
        snprintf(text, 300, "%u %s", diagnostics.items[0].at.line, diagnostics.items[0].text);
    }
    diagnostics_destroy(&diagnostics);
    return status;
}

static void overrides_win_over_set_and_default(void **state)
{
    (void)state;
    static const char *const overrides[] = {"delay=7ms", "loss=2%", "loss=3%"};
    struct scenario *scenario;
    char text[300];
    assert_int_equal(load_with(overrides, 3, &scenario, text), STATUS_OK);
    assert_int_equal(scenario->links[0].delay, 7 * INSTANT_MILLISECOND);
    assert_int_equal(scenario->links[0].loss_ppm, 30000);
    scenario_free(scenario);
}

static void overrides_that_fit_nothing_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *override;
        const char *text;
    } cases[] = {
        {"dealy=7ms", "0 the override \"dealy=7ms\" names no parameter of this scenario; did you "
                      "mean \"delay\"?"},
        {"delay", "0 the override \"delay\" is malformed; expected NAME=VALUE"},
        {"=7ms", "0 the override \"=7ms\" is malformed; expected NAME=VALUE"},
        {"delay=\xff", "0 the override of \"delay\" is not UTF-8 text"},
        /* A value of the wrong kind is told where it is used. */
        {"delay=soon", "45 delay=\"soon\" of <link>: expected a duration with its unit such as "
                       "250ms, 2.5s or 1m30s, up to 876000h"},
        /* The attribute's own line, not that of its start tag. */
        {"loss=most", "46 loss=\"most\" of <link>: expected a percentage from 0% to 100% such as "
                      "0.25%"},
        {"delay=", "45 delay=\"\" of <link>: expected a duration with its unit such as 250ms, 2.5s "
                   "or 1m30s, up to 876000h"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scenario *scenario;
        char text[300];
        assert_int_equal(load_with(&cases[i].override, 1, &scenario, text), STATUS_INVALID);
        assert_null(scenario);
        assert_string_equal(text, cases[i].text);
    }
}

static enum status load_text(const char *text, struct diagnostics *diagnostics)
{
    struct scenario *scenario;
    diagnostics_init(diagnostics);
    enum status status =
        scenario_load_memory("memory.xml", text, strlen(text), NULL, &scenario, diagnostics);
    scenario_free(scenario);
    return status;
}

static void a_text_in_memory_loads_but_includes_nothing(void **state)
{
    (void)state;
    struct diagnostics diagnostics;
    assert_int_equal(load_text(MINIMAL, &diagnostics), STATUS_OK);
    assert_int_equal(diagnostics_total(&diagnostics), 0);
    diagnostics_destroy(&diagnostics);

    assert_int_equal(load_text("<scenario name='m' title='t' described-in='d'\n"
                               " xmlns:xi='http://www.w3.org/2001/XInclude'>\n"
                               "<xi:include href='full-topology.xml'/></scenario>",
                               &diagnostics),
                     STATUS_INVALID);
    assert_int_equal(diagnostics_total(&diagnostics), 1);
    assert_string_equal(diagnostics.items[0].at.file, "memory.xml");
    assert_int_equal(diagnostics.items[0].at.line, 3);
    assert_string_equal(
        diagnostics.items[0].text,
        "cannot include \"full-topology.xml\": this scenario does not come from a file");
    diagnostics_destroy(&diagnostics);
    assert_int_equal(load_text("", &diagnostics), STATUS_INVALID);
    diagnostics_destroy(&diagnostics);
}

static void earlier_diagnostics_of_the_caller_do_not_count(void **state)
{
    (void)state;
    struct scenario *scenario;
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics);
    diagnostics_add(&diagnostics, (struct scenario_position){.file = "other.xml", .line = 1},
                    "wrong");
    assert_int_equal(
        scenario_load_memory("memory.xml", MINIMAL, strlen(MINIMAL), NULL, &scenario, &diagnostics),
        STATUS_OK);
    assert_non_null(scenario);
    assert_int_equal(diagnostics_total(&diagnostics), 1);
    scenario_free(scenario);
    diagnostics_destroy(&diagnostics);
}

/* Loads a file that cannot be read; the one line about it in text. */
static enum status load_unreadable(const char *path, char text[300])
{
    struct scenario *scenario;
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics);
    enum status status = scenario_load(path, NULL, &scenario, &diagnostics);
    assert_null(scenario);
    assert_int_equal(diagnostics_total(&diagnostics), 1);
    assert_int_equal(diagnostics.items[0].at.line, 0);
    assert_string_equal(diagnostics.items[0].at.file, path);
    snprintf(text, 300, "%s", diagnostics.items[0].text);
    diagnostics_destroy(&diagnostics);
    return status;
}

static void a_file_that_cannot_be_read_is_told_in_one_line(void **state)
{
    (void)state;
    char text[300];
    assert_int_equal(load_unreadable(DATA "nowhere.xml", text), STATUS_NOT_FOUND);
    assert_string_equal(text, "this scenario cannot be read: it does not exist");
    assert_int_equal(load_unreadable(DATA "full.xml/more", text), STATUS_NOT_FOUND);
    assert_int_equal(load_unreadable(VPNSIM_SOURCE_DIR "/tests", text), STATUS_IO);
    assert_string_equal(text, "this scenario cannot be read: it is a folder");
    assert_int_equal(load_unreadable("/dev/zero", text), STATUS_IO);
    assert_string_equal(text, "this scenario cannot be read: it is not a regular file");
}

/* Whoever waits for a writer of a pipe waits for ever. */
static void a_pipe_does_not_hold_the_loader_up(void **state)
{
    (void)state;
    char folder[] = "/tmp/vpnsim-test-XXXXXX";
    char path[64];
    char text[300];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/pipe.xml", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(load_unreadable(path, text), STATUS_IO);
    unlink(path);
    rmdir(folder);
}

static void a_huge_file_is_refused_unread(void **state)
{
    (void)state;
    char folder[] = "/tmp/vpnsim-test-XXXXXX";
    char path[64];
    char text[300];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/huge.xml", folder);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), (off_t)1 << 32), 0);
    fclose(file);
    assert_int_equal(load_unreadable(path, text), STATUS_INVALID);
    assert_string_equal(text, "this scenario cannot be read: it is larger than 4 MiB");
    unlink(path);
    rmdir(folder);
}

static void a_summary_tells_name_title_source_and_protocols(void **state)
{
    (void)state;
    struct scenario_summary summary;
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics);
    assert_int_equal(scenario_summarize(DATA "full.xml", &summary, &diagnostics), STATUS_OK);
    assert_string_equal(summary.name, "full");
    assert_string_equal(summary.title, "Everything \xc3\xa9");
    assert_string_equal(summary.described_in, "this test");
    assert_string_equal(summary.protocols, "PPTP");
    scenario_summary_free(&summary);
    assert_int_equal(scenario_summarize(DATA "full-topology.xml", &summary, &diagnostics),
                     STATUS_INVALID);
    assert_null(summary.arena);
    assert_int_equal(diagnostics_total(&diagnostics), 1);
    diagnostics_destroy(&diagnostics);
}

static void scenarios_are_told_from_topologies(void **state)
{
    (void)state;
    assert_true(scenario_is_scenario_file(DATA "full.xml"));
    assert_false(scenario_is_scenario_file(DATA "full-topology.xml"));
    assert_false(scenario_is_scenario_file(DATA "nowhere.xml"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overrides_win_over_set_and_default),
        cmocka_unit_test(overrides_that_fit_nothing_are_refused),
        cmocka_unit_test(a_text_in_memory_loads_but_includes_nothing),
        cmocka_unit_test(earlier_diagnostics_of_the_caller_do_not_count),
        cmocka_unit_test(a_file_that_cannot_be_read_is_told_in_one_line),
        cmocka_unit_test(a_pipe_does_not_hold_the_loader_up),
        cmocka_unit_test(a_huge_file_is_refused_unread),
        cmocka_unit_test(a_summary_tells_name_title_source_and_protocols),
        cmocka_unit_test(scenarios_are_told_from_topologies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
