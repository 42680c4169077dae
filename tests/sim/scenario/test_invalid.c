/*
 * Every file tests/scenarios/invalid/NAME.xml is wrong in one way, and NAME.expected beside it
 * holds exactly what is said about it. With VPNSIM_UPDATE_EXPECTED=1 in the environment the
 * .expected files are written instead of compared; then read them.
 */
#include "support/unit.h"

#include "scenario/scenario_xml.h"
#include "vocabulary.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER VPNSIM_SOURCE_DIR "/tests/scenarios/invalid"

/* What loading the file says, as it would be printed; to be freed. */
static char *diagnose(const char *file)
{
    struct scenario_load_options options = {.vocabulary = test_vocabulary()};
    struct scenario *scenario;
    struct diagnostics diagnostics;
    char *text = NULL;
    size_t size = 0;
    diagnostics_init(&diagnostics);
    enum status status = scenario_load(file, &options, &scenario, &diagnostics);
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    diagnostics_print(&diagnostics, stream);
    if (status != STATUS_INVALID)
        fprintf(stream, "status: %s\n", status_text(status));
    fclose(stream);
    scenario_free(scenario);
    diagnostics_destroy(&diagnostics);
    return text;
}

static char *read_whole(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 65536);
    assert_non_null(text);
    if (file) {
        (void)!fread(text, 1, 65535, file);
        fclose(file);
    }
    return text;
}

static int is_xml(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".xml") == 0;
}

static void every_invalid_scenario_gets_exactly_its_diagnostics(void **state)
{
    (void)state;
    struct dirent **entries;
    bool update = getenv("VPNSIM_UPDATE_EXPECTED") != NULL;
    int failures = 0;
    assert_int_equal(chdir(FOLDER), 0);
    int count = scandir(".", &entries, is_xml, alphasort);
    assert_true(count > 70);
    for (int i = 0; i < count; i++) {
        char expected_path[300];
        const char *file = entries[i]->d_name;
        snprintf(expected_path, sizeof expected_path, "%.*s.expected", (int)strlen(file) - 4, file);
        char *found = diagnose(file);
        char *expected = read_whole(expected_path);
        if (update) {
            FILE *stream = fopen(expected_path, "wb");
            assert_non_null(stream);
            fputs(found, stream);
            fclose(stream);
        } else if (strcmp(found, expected) != 0 || found[0] == '\0') {
            print_error("%s: expected:\n%sfound:\n%s", file, expected, found);
            failures++;
        }
        free(found);
        free(expected);
        free(entries[i]);
    }
    free(entries);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_invalid_scenario_gets_exactly_its_diagnostics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
