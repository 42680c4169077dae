#include "cli/cases.h"
#include "cli/cli.h"
#include "cli/files.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/jobs.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/scenario.h"
#include "expect/junit.h"
#include "run/build.h"
#include "scenario/scenario_xml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* The run command from the scenarios' loading to the totals. */
struct command {
    struct cli_run_options options;
    struct cli_files files;
    struct cli_cases cases;      /* what the files hold */
    struct scenario **scenarios; /* one a case */
    struct cli_report report;
    FILE *junit; /* NULL: not asked for */
    struct cli_totals totals;
    int status; /* the gravest so far */
};

/* A local failure is graver than a failed expectation, and a signal ends it all. */
static void note(struct command *command, int status)
{
    command->totals.scenarios++;
    if (status == CLI_HOLDS)
        command->totals.held++;
    else if (status == CLI_FAILED)
        command->totals.failed++;
    else
        command->totals.broken++;
    if (status > command->status)
        command->status = status;
}

static int load(struct command *command, size_t index)
{
    const struct scenario_load_options options = {
        .overrides = command->options.overrides,
        .override_count = command->options.override_count,
        .case_name = command->cases.items[index].name,
        .vocabulary = run_vocabulary(),
    };
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics);
    enum status status = scenario_load(command->cases.items[index].path, &options,
                                       &command->scenarios[index], &diagnostics);
    diagnostics_print(&diagnostics, stderr);
    diagnostics_destroy(&diagnostics);
    if (status == STATUS_OK)
        return CLI_HOLDS;
    return status == STATUS_NO_MEMORY ? CLI_LOCAL : CLI_INVALID;
}

/* Two scenarios of one name would write to the same folder. */
static int check_names(const struct command *command)
{
    for (size_t i = 0; i < command->cases.count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(command->scenarios[i]->name, command->scenarios[k]->name) == 0) {
                cli_error("%s and %s have the same name, %s", command->cases.items[k].path,
                          command->cases.items[i].path, command->scenarios[i]->name);
                return CLI_INVALID;
            }
    return CLI_HOLDS;
}

/* Everything is loaded before anything runs, so that a mistake costs no time. */
static int load_all(struct command *command)
{
    const struct cli_run_options *options = &command->options;
    char error[512];
    for (size_t i = 0; i < options->path_count; i++) {
        size_t before = command->files.count;
        enum status status = cli_files_add(&command->files, options->paths[i],
                                           scenario_is_scenario_file, error, sizeof error);
        if (status != STATUS_OK) {
            cli_error("%s", error);
            return status == STATUS_NOT_FOUND ? CLI_INVALID : CLI_LOCAL;
        }
        if (command->files.count == before) {
            cli_error("%s: there is no scenario in this folder", options->paths[i]);
            return CLI_INVALID;
        }
    }
    int worst = (int)cli_cases_find(&command->cases, &command->files, options->case_name);
    if (worst != CLI_HOLDS)
        return worst;
    command->scenarios = calloc(command->cases.count, sizeof *command->scenarios);
    if (!command->scenarios) {
        cli_error("%s", status_text(STATUS_NO_MEMORY));
        return CLI_LOCAL;
    }
    /* A file's mistakes are mostly those of all its cases: the first that is wrong is enough. */
    const char *wrong = NULL;
    for (size_t i = 0; i < command->cases.count; i++) {
        if (command->cases.items[i].path == wrong)
            continue;
        int status = load(command, i);
        if (status != CLI_HOLDS)
            wrong = command->cases.items[i].path;
        worst = status > worst ? status : worst;
    }
    return worst == CLI_HOLDS ? check_names(command) : worst;
}

static int open_junit(struct command *command)
{
    const char *path = command->options.junit;
    if (!path)
        return CLI_HOLDS;
    command->junit = fopen(path, "w");
    if (!command->junit) {
        cli_error("%s: %s", path, strerror(errno));
        return CLI_LOCAL;
    }
    junit_begin(command->junit);
    return CLI_HOLDS;
}

static int close_junit(struct command *command)
{
    if (!command->junit)
        return CLI_HOLDS;
    junit_end(command->junit);
    bool failed = ferror(command->junit) != 0;
    failed = fclose(command->junit) != 0 || failed;
    command->junit = NULL;
    if (!failed)
        return CLI_HOLDS;
    cli_error("%s: %s", command->options.junit, strerror(errno));
    return CLI_LOCAL;
}

static int run_in_child(void *context, size_t index, FILE *output, FILE *extra)
{
    const struct command *command = context;
    struct cli_report report = command->report;
    report.stream = output;
    return cli_scenario_run(command->scenarios[index], &command->options, &report,
                            command->junit ? extra : NULL);
}

static void done_in_child(void *context, size_t index, int status)
{
    (void)index;
    note(context, status);
}

static void run_parallel(struct command *command)
{
    const struct cli_jobs jobs = {
        .count = command->cases.count,
        .parallel = command->options.jobs,
        .work = run_in_child,
        .done = done_in_child,
        .context = command,
        .output = stdout,
        .extra = command->junit,
    };
    struct cli_output base;
    char error[512];
    /* What is wrong with it each run will say. */
    (void)cli_output_open_base(&base, command->options.output_folder, error, sizeof error);
    int signal = cli_jobs_run(&jobs);
    cli_output_discard(&base);
    if (signal < 0)
        command->status = CLI_LOCAL;
    else if (signal > 0)
        command->status = 128 + signal;
}

static void run_serial(struct command *command)
{
    cli_interrupt_catch();
    for (size_t i = 0; i < command->cases.count && !cli_interrupt_signal(); i++)
        note(command, cli_scenario_run(command->scenarios[i], &command->options, &command->report,
                                       command->junit));
}

/* A large scenario has more capture points than files may be open by default. */
static void allow_many_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void run_all(struct command *command)
{
    command->report = (struct cli_report){
        .stream = stdout,
        .verbosity = command->options.verbosity,
        .utf8 = cli_report_utf8(),
    };
    allow_many_files();
    if (command->options.jobs > 1 && command->cases.count > 1)
        run_parallel(command);
    else
        run_serial(command);
    cli_report_totals(&command->report, &command->totals);
}

int cli_run(int argc, char **argv)
{
    struct command command = {0};
    char error[256];
    if (!cli_run_options_parse(&command.options, argc, argv, error, sizeof error)) {
        cli_error("run: %s; see \"vpnsim run --help\"", error);
        return CLI_INVALID;
    }
    if (command.options.help) {
        cli_help(stdout, "run");
    } else {
        command.status = load_all(&command);
        if (command.status == CLI_HOLDS)
            command.status = open_junit(&command);
        if (command.status == CLI_HOLDS)
            run_all(&command);
        int closed = close_junit(&command);
        command.status = closed > command.status ? closed : command.status;
    }
    for (size_t i = 0; command.scenarios && i < command.cases.count; i++)
        scenario_free(command.scenarios[i]);
    free(command.scenarios);
    cli_cases_clear(&command.cases);
    cli_files_clear(&command.files);
    cli_run_options_clear(&command.options);
    return cli_flush(command.status);
}
