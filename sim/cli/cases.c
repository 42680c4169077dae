#include "cli/cases.h"

#include "scenario/scenario_xml.h"

#include <stdlib.h>
#include <string.h>

static bool append(struct cli_cases *cases, const char *path, const char *name)
{
    if (cases->count == cases->capacity) {
        size_t capacity = cases->capacity > 0 ? cases->capacity * 2 : 16;
        struct cli_case *items = realloc(cases->items, capacity * sizeof *items);
        if (!items)
            return false;
        cases->items = items;
        cases->capacity = capacity;
    }
    char *copy = name ? strdup(name) : NULL;
    if (name && !copy)
        return false;
    cases->items[cases->count++] = (struct cli_case){.path = path, .name = copy};
    return true;
}

static enum cli_exit no_memory(void)
{
    cli_error("%s", status_text(STATUS_NO_MEMORY));
    return CLI_LOCAL;
}

static enum cli_exit add_file(struct cli_cases *cases, const char *path, const char *only)
{
    struct scenario_summary summary;
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics);
    enum status status = scenario_summarize(path, &summary, &diagnostics);
    diagnostics_print(&diagnostics, stderr);
    diagnostics_destroy(&diagnostics);
    if (status != STATUS_OK)
        return status == STATUS_NO_MEMORY ? CLI_LOCAL : CLI_INVALID;
    bool added = true;
    for (size_t i = 0; i < summary.case_count && added; i++)
        if (!only || strcmp(only, summary.cases[i].name) == 0)
            added = append(cases, path, summary.cases[i].name);
    if (summary.case_count == 0 && !only)
        added = append(cases, path, NULL);
    scenario_summary_free(&summary);
    return added ? CLI_HOLDS : no_memory();
}

enum cli_exit cli_cases_find(struct cli_cases *cases, const struct cli_files *files,
                             const char *only)
{
    enum cli_exit worst = CLI_HOLDS;
    for (size_t i = 0; i < files->count; i++) {
        enum cli_exit one = add_file(cases, files->paths[i], only);
        worst = one > worst ? one : worst;
    }
    if (worst == CLI_HOLDS && only && cases->count == 0) {
        cli_error("there is no case \"%s\"", only);
        worst = CLI_INVALID;
    }
    return worst;
}

void cli_cases_clear(struct cli_cases *cases)
{
    for (size_t i = 0; i < cases->count; i++)
        free(cases->items[i].name);
    free(cases->items);
    *cases = (struct cli_cases){0};
}
