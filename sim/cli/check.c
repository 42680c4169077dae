#include "cli/cases.h"
#include "cli/cli.h"
#include "cli/files.h"
#include "cli/help.h"
#include "cli/options.h"
#include "run/build.h"
#include "scenario/scenario_xml.h"

#include <stdint.h>
#include <stdio.h>

static int check_case(const struct cli_case *item)
{
    const struct scenario_load_options options = {.vocabulary = run_vocabulary(),
                                                  .case_name = item->name};
    struct scenario *scenario = NULL;
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics);
    enum status status = scenario_load(item->path, &options, &scenario, &diagnostics);
    diagnostics_print(&diagnostics, stderr);
    diagnostics_destroy(&diagnostics);
    scenario_free(scenario);
    if (status == STATUS_OK)
        printf("%s%s%s: valid\n", item->path, item->name ? " " : "", item->name ? item->name : "");
    if (status == STATUS_NO_MEMORY)
        return CLI_LOCAL;
    return status == STATUS_OK ? CLI_HOLDS : CLI_INVALID;
}

static int check_path(const char *path)
{
    struct cli_files files = {0};
    struct cli_cases cases = {0};
    char error[512];
    int worst = CLI_HOLDS;
    enum status status =
        cli_files_add(&files, path, scenario_is_scenario_file, error, sizeof error);
    if (status != STATUS_OK) {
        cli_error("%s", error);
        worst = status == STATUS_NOT_FOUND ? CLI_INVALID : CLI_LOCAL;
    } else if (files.count == 0) {
        cli_error("%s: there is no scenario in this folder", path);
        worst = CLI_INVALID;
    }
    int found = (int)cli_cases_find(&cases, &files, NULL);
    worst = found > worst ? found : worst;
    const char *wrong = NULL; /* whose other cases would say the same again */
    for (size_t i = 0; i < cases.count; i++) {
        if (cases.items[i].path == wrong)
            continue;
        int one = check_case(&cases.items[i]);
        if (one != CLI_HOLDS)
            wrong = cases.items[i].path;
        worst = one > worst ? one : worst;
    }
    cli_cases_clear(&cases);
    cli_files_clear(&files);
    return worst;
}

int cli_check(int argc, char **argv)
{
    struct cli_plain_options options;
    char error[256];
    if (!cli_plain_options_parse(&options, argc, argv, 1, SIZE_MAX, error, sizeof error)) {
        cli_error("check: %s; see \"vpnsim check --help\"", error);
        return CLI_INVALID;
    }
    int worst = CLI_HOLDS;
    if (options.help)
        cli_help(stdout, "check");
    for (size_t i = 0; i < options.path_count; i++) {
        int one = check_path(options.paths[i]);
        worst = one > worst ? one : worst;
    }
    return cli_flush(worst);
}
