#include "cli/scenario.h"

#include "cli/cli.h"
#include "cli/execution.h"
#include "cli/interrupt.h"
#include "cli/narration.h"
#include "cli/repeat.h"
#include "expect/describe.h"
#include "expect/expectation.h"
#include "expect/junit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A scenario on its way through the command. */
struct passage {
    const struct scenario *scenario;
    const struct cli_report *report;
    FILE *junit;
    struct evaluation *evaluation;
    struct cli_narration *narration;
    struct cli_execution_config config;
    struct cli_execution_result result;
};

static int tell_failure(const struct passage *passage, int exit, const char *error)
{
    cli_error("%s: %s", passage->scenario->name, error);
    if (passage->junit)
        junit_write_suite(passage->junit, passage->scenario->name, NULL, 0, error);
    return exit;
}

/* What a file of the profile for Wireshark holds. */
static void describe_profile(const struct passage *passage, const char *name, char *text,
                             size_t size)
{
    const struct wireshark_counts *secrets = &passage->result.secrets;
    const struct {
        enum wireshark_file file;
        uint64_t count;
        const char *of;
    } kinds[] = {
        {WIRESHARK_TLS_KEYS, secrets->tls, "TLS session"},
        {WIRESHARK_IKE_KEYS, secrets->ike, "ISAKMP SA"},
        {WIRESHARK_ESP_KEYS, secrets->esp, "ESP SA"},
    };
    snprintf(text, size, "settings for Wireshark");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(name, wireshark_file_name(kinds[i].file)) == 0)
            snprintf(text, size, "keys of %" PRIu64 " %s%s", kinds[i].count, kinds[i].of,
                     kinds[i].count == 1 ? "" : "s");
}

/* The count with a comma every three digits would be nicer; the digits alone are easier to copy. */
static void report_files(const struct passage *passage)
{
    const struct cli_output *output = &passage->result.output;
    for (size_t i = 0; i < output->files.count; i++) {
        char contents[48];
        if (i < passage->scenario->capture_count)
            snprintf(contents, sizeof contents, "%" PRIu64 " frames", passage->result.frames[i]);
        else if (i == passage->scenario->capture_count)
            snprintf(contents, sizeof contents, "%" PRIu64 " events", passage->result.events);
        else
            describe_profile(passage, output->files.paths[i], contents, sizeof contents);
        char *path = cli_output_path(output, i);
        if (path)
            cli_report_file(passage->report, path, contents);
        free(path);
    }
}

static int ended_early(const struct passage *passage)
{
    const struct cli_execution_result *result = &passage->result;
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    if (stream) {
        describe_instant(stream, result->ended_at);
        fclose(stream);
    }
    char error[sizeof result->loss + 128];
    snprintf(error, sizeof error, "%s at %s; the files written so far are complete",
             result->loss[0] != '\0' ? result->loss : "interrupted", text ? text : "some time");
    free(text);
    report_files(passage);
    int signal = cli_interrupt_signal();
    return tell_failure(passage, signal ? 128 + signal : CLI_LOCAL, error);
}

/* Sets the verdicts that ask for the run to be repeated. */
static enum cli_exit judge_repetition(struct passage *passage, char *error, size_t error_size)
{
    bool known = false;
    bool reproducible = false;
    for (size_t i = 0; i < passage->scenario->expectation_count; i++) {
        if (passage->scenario->expectations[i].kind != EXPECT_REPRODUCIBLE)
            continue;
        enum cli_exit exit = CLI_HOLDS;
        if (!known)
            exit = cli_repeat(&passage->config, &passage->result, &reproducible, error, error_size);
        if (exit != CLI_HOLDS || cli_interrupt_signal())
            return exit;
        known = true;
        if (evaluation_set(passage->evaluation, i, reproducible, error) != STATUS_OK) {
            snprintf(error, error_size, "%s", status_text(STATUS_NO_MEMORY));
            return CLI_LOCAL;
        }
    }
    return CLI_HOLDS;
}

static int conclude(struct passage *passage)
{
    const struct scenario *scenario = passage->scenario;
    if (passage->narration)
        cli_narration_finish(passage->narration);
    char error[512];
    enum cli_exit exit = CLI_HOLDS;
    bool lost = passage->result.loss[0] != '\0';
    if (!cli_interrupt_signal() && !lost)
        exit = judge_repetition(passage, error, sizeof error);
    if (exit != CLI_HOLDS)
        return tell_failure(passage, (int)exit, error);
    if (cli_interrupt_signal() || lost)
        return ended_early(passage);
    const struct verdict *verdicts = evaluation_verdicts(passage->evaluation);
    cli_report_verdicts(passage->report, scenario->name, verdicts, scenario->expectation_count);
    report_files(passage);
    if (passage->junit)
        junit_write_suite(passage->junit, scenario->name, verdicts, scenario->expectation_count,
                          NULL);
    return evaluation_holds(passage->evaluation) ? CLI_HOLDS : CLI_FAILED;
}

static int run(struct passage *passage, const struct cli_run_options *options)
{
    const struct scenario *scenario = passage->scenario;
    passage->evaluation = evaluation_create(scenario->expectations, scenario->expectation_count);
    bool quiet = options->verbosity == CLI_QUIET;
    if (!quiet)
        passage->narration =
            cli_narration_create(passage->report->stream, options->verbosity == CLI_VERBOSE);
    if (!passage->evaluation || (!quiet && !passage->narration))
        return tell_failure(passage, CLI_LOCAL, status_text(STATUS_NO_MEMORY));
    passage->config = (struct cli_execution_config){
        .scenario = scenario,
        .seed = options->seed,
        .base = options->output_folder,
        .name = scenario->name,
        .narration = passage->narration,
        .evaluation = passage->evaluation,
        .progress = options->jobs == 1,
        .real_time = options->real_time,
    };
    cli_report_title(passage->report, scenario->name, scenario->title, scenario->described_in);
    enum cli_exit exit = cli_execution_run(&passage->config, &passage->result);
    if (exit != CLI_HOLDS)
        return tell_failure(passage, (int)exit, passage->result.error);
    int status = conclude(passage);
    cli_execution_close(&passage->result, true);
    return status;
}

int cli_scenario_run(const struct scenario *scenario, const struct cli_run_options *options,
                     const struct cli_report *report, FILE *junit)
{
    struct passage passage = {.scenario = scenario, .report = report, .junit = junit};
    int status = run(&passage, options);
    if (options->verbosity != CLI_QUIET)
        putc('\n', report->stream);
    cli_narration_destroy(passage.narration);
    evaluation_destroy(passage.evaluation);
    return status;
}
