#include "cli/report.h"

#include "expect/describe.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>

bool cli_report_utf8(void)
{
    setlocale(LC_CTYPE, "");
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static const char *mark(const struct cli_report *report, bool holds)
{
    if (report->utf8)
        return holds ? "✓" : "✗";
    return holds ? "ok  " : "FAIL";
}

static size_t count_failed(const struct verdict *verdicts, size_t count)
{
    size_t failed = 0;
    for (size_t i = 0; i < count; i++)
        failed += !verdicts[i].holds;
    return failed;
}

void cli_report_title(const struct cli_report *report, const char *name, const char *title,
                      const char *described_in)
{
    if (report->verbosity == CLI_QUIET)
        return;
    fprintf(report->stream, "%s: ", name);
    describe_text(report->stream, title);
    if (described_in && described_in[0] != '\0') {
        fputs("\n  (", report->stream);
        describe_text(report->stream, described_in);
        putc(')', report->stream);
    }
    fputs("\n\n  What happened\n", report->stream);
}

static void write_failure(const struct cli_report *report, const struct verdict *verdict)
{
    const struct expectation *expectation = verdict->expectation;
    if (verdict->title != verdict->expected)
        fprintf(report->stream, "      expected: %s\n", verdict->expected);
    fprintf(report->stream, "      seen:     %s\n", verdict->seen);
    fprintf(report->stream, "      written:  %s:%u\n", expectation->file ? expectation->file : "?",
            expectation->line);
}

void cli_report_verdicts(const struct cli_report *report, const char *name,
                         const struct verdict *verdicts, size_t count)
{
    FILE *stream = report->stream;
    size_t failed = count_failed(verdicts, count);
    bool quiet = report->verbosity == CLI_QUIET;
    if (!quiet)
        fputs("\n  What was expected\n", stream);
    else if (failed == 0)
        fprintf(stream, "%s %s: %zu of %zu expectations hold\n", mark(report, true), name, count,
                count);
    else
        fprintf(stream, "%s %s: %zu of %zu expectations failed\n", mark(report, false), name,
                failed, count);
    for (size_t i = 0; i < count; i++) {
        if (quiet && verdicts[i].holds)
            continue;
        fprintf(stream, "  %s ", mark(report, verdicts[i].holds));
        describe_text(stream, verdicts[i].title);
        putc('\n', stream);
        if (!verdicts[i].holds)
            write_failure(report, &verdicts[i]);
    }
    if (!quiet && failed == 0)
        fprintf(stream, "  %zu of %zu expectations hold\n", count, count);
    else if (!quiet)
        fprintf(stream, "  %zu of %zu expectations failed\n", failed, count);
}

void cli_report_file(const struct cli_report *report, const char *path, const char *contents)
{
    if (report->verbosity != CLI_QUIET)
        fprintf(report->stream, "  wrote %s (%s)\n", path, contents);
}

void cli_report_totals(const struct cli_report *report, const struct cli_totals *totals)
{
    if (totals->scenarios < 2)
        return;
    fprintf(report->stream, "%s %zu scenarios: %zu hold, %zu failed",
            mark(report, totals->held == totals->scenarios), totals->scenarios, totals->held,
            totals->failed);
    if (totals->broken > 0)
        fprintf(report->stream, ", %zu could not be run", totals->broken);
    putc('\n', report->stream);
}
