#include "cli/cli.h"
#include "cli/files.h"
#include "cli/help.h"
#include "cli/options.h"
#include "expect/describe.h"
#include "scenario/scenario_xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A scenario in the list; one that cannot be read has no name. */
struct row {
    const char *path;
    struct scenario_summary summary;
    bool good;
};

static bool summarize(struct row *row, const char *path)
{
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics);
    row->path = path;
    row->good = scenario_summarize(path, &row->summary, &diagnostics) == STATUS_OK;
    diagnostics_print(&diagnostics, stderr);
    diagnostics_destroy(&diagnostics);
    return row->good;
}

static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) : 0;
}

static bool same_folder(const char *a, const char *b)
{
    size_t length = folder_length(a);
    return length == folder_length(b) && strncmp(a, b, length) == 0;
}

static int title_column(const struct scenario_summary *summary)
{
    size_t longest = strlen(summary->name);
    for (size_t i = 0; i < summary->case_count; i++) {
        size_t length = strlen(summary->name) + 1 + strlen(summary->cases[i].name);
        longest = length > longest ? length : longest;
    }
    return (int)longest;
}

static void print_row(const char *scenario, const char *item, int names, const char *protocols,
                      int protocol_width, const char *title)
{
    int used = printf("  %s%s%s", scenario, item[0] ? "/" : "", item) - 2;
    printf("%*s  %-*s  ", names - used, "", protocol_width, protocols);
    describe_text(stdout, title);
    putchar('\n');
}

static void print_rows(const struct row *rows, size_t count)
{
    int names = 0;
    int protocols = 0;
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].good)
            continue;
        int length = title_column(&rows[i].summary);
        names = length > names ? length : names;
        length = (int)strlen(rows[i].summary.protocols);
        protocols = length > protocols ? length : protocols;
    }
    const char *folder = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].good)
            continue;
        if (!folder || !same_folder(folder, rows[i].path)) {
            folder = rows[i].path;
            printf("%s%.*s/\n", i > 0 ? "\n" : "", (int)folder_length(folder), folder);
        }
        const struct scenario_summary *summary = &rows[i].summary;
        if (summary->case_count == 0)
            print_row(summary->name, "", names, summary->protocols, protocols, summary->title);
        for (size_t k = 0; k < summary->case_count; k++)
            print_row(summary->name, summary->cases[k].name, names, summary->protocols, protocols,
                      summary->cases[k].title);
    }
}

static int list(const char *folder)
{
    struct cli_files files = {0};
    char error[512];
    enum status status =
        cli_files_add(&files, folder, scenario_is_scenario_file, error, sizeof error);
    struct row *rows = status == STATUS_OK ? calloc(files.count + 1, sizeof *rows) : NULL;
    int worst = CLI_HOLDS;
    if (!rows) {
        cli_error("%s", status == STATUS_OK ? status_text(STATUS_NO_MEMORY) : error);
        worst = status == STATUS_NOT_FOUND ? CLI_INVALID : CLI_LOCAL;
    } else if (files.count == 0) {
        cli_error("%s: there is no scenario in this folder", folder);
        worst = CLI_INVALID;
    } else {
        for (size_t i = 0; i < files.count; i++)
            if (!summarize(&rows[i], files.paths[i]))
                worst = CLI_INVALID;
        print_rows(rows, files.count);
        for (size_t i = 0; i < files.count; i++)
            if (rows[i].good)
                scenario_summary_free(&rows[i].summary);
    }
    free(rows);
    cli_files_clear(&files);
    return worst;
}

int cli_list(int argc, char **argv)
{
    struct cli_plain_options options;
    char error[256];
    if (!cli_plain_options_parse(&options, argc, argv, 0, 1, error, sizeof error)) {
        cli_error("list: %s; see \"vpnsim list --help\"", error);
        return CLI_INVALID;
    }
    int status = CLI_HOLDS;
    if (options.help)
        cli_help(stdout, "list");
    else
        status = list(options.path_count > 0 ? options.paths[0] : "scenarios");
    return cli_flush(status);
}
