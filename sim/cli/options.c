#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTION_HELP = 256,
    OPTION_JUNIT,
    OPTION_CASE,
    OPTION_REALTIME,
};

static bool parse_number(const char *text, int base, uint64_t max, uint64_t *number)
{
    if (!isdigit((unsigned char)text[0]))
        return false;
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, base);
    if (errno != 0 || *end != '\0' || value > max)
        return false;
    *number = value;
    return true;
}

static bool parse_seed(struct cli_run_options *options, const char *text, char *error, size_t size)
{
    bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    if (parse_number(text, hexadecimal ? 16 : 10, UINT64_MAX, &options->seed))
        return true;
    snprintf(error, size, "\"%s\" is no seed: a number from 0 to 18446744073709551615 is expected",
             text);
    return false;
}

static bool parse_jobs(struct cli_run_options *options, const char *text, char *error, size_t size)
{
    uint64_t number;
    if (parse_number(text, 10, CLI_MAX_JOBS, &number) && number > 0) {
        options->jobs = (unsigned)number;
        return true;
    }
    snprintf(error, size, "\"%s\" is no number of jobs: 1 to %d is expected", text, CLI_MAX_JOBS);
    return false;
}

static bool add_override(struct cli_run_options *options, const char *text, char *error,
                         size_t size)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text) {
        snprintf(error, size, "\"%s\" sets no parameter: NAME=VALUE is expected", text);
        return false;
    }
    options->overrides[options->override_count++] = text;
    return true;
}

/* getopt's own messages name the program's path; these name the option. */
static void complain(int option, char **argv, char *error, size_t size)
{
    const char *word = optind > 0 ? argv[optind - 1] : "";
    bool is_long = strncmp(word, "--", 2) == 0;
    if (option == ':' && is_long)
        snprintf(error, size, "%s needs a value", word);
    else if (option == ':')
        snprintf(error, size, "-%c needs a value", optopt);
    else if (is_long || !isgraph(optopt))
        snprintf(error, size, "unknown option \"%s\"", word);
    else
        snprintf(error, size, "unknown option \"-%c\"", optopt);
}

static bool set_verbosity(struct cli_run_options *options, enum cli_verbosity verbosity,
                          char *error, size_t size)
{
    if (options->verbosity != CLI_NORMAL && options->verbosity != verbosity) {
        snprintf(error, size, "-q and -v exclude each other");
        return false;
    }
    options->verbosity = verbosity;
    return true;
}

static bool take_option(struct cli_run_options *options, int option, char **argv, char *error,
                        size_t size)
{
    switch (option) {
    case 'o':
        options->output_folder = optarg;
        if (optarg[0] != '\0')
            return true;
        snprintf(error, size, "-o needs the name of a folder");
        return false;
    case 's':
        return parse_seed(options, optarg, error, size);
    case 'p':
        return add_override(options, optarg, error, size);
    case 'j':
        return parse_jobs(options, optarg, error, size);
    case 'c':
    case OPTION_CASE:
        options->case_name = optarg;
        return true;
    case 'q':
        return set_verbosity(options, CLI_QUIET, error, size);
    case 'v':
        return set_verbosity(options, CLI_VERBOSE, error, size);
    case OPTION_JUNIT:
        options->junit = optarg;
        return true;
    case OPTION_REALTIME:
        options->real_time = true;
        return true;
    case 'h':
    case OPTION_HELP:
        options->help = true;
        return true;
    default:
        complain(option, argv, error, size);
        return false;
    }
}

bool cli_run_options_parse(struct cli_run_options *options, int argc, char **argv, char *error,
                           size_t error_size)
{
    static const struct option names[] = {
        {"help", no_argument, NULL, OPTION_HELP},
        {"case", required_argument, NULL, OPTION_CASE},
        {"junit", required_argument, NULL, OPTION_JUNIT},
        {"realtime", no_argument, NULL, OPTION_REALTIME},
        {NULL, 0, NULL, 0},
    };
    *options = (struct cli_run_options){
        .output_folder = "out", .seed = 1, .jobs = 1, .verbosity = CLI_NORMAL};
    options->overrides = calloc((size_t)argc + 1, sizeof *options->overrides);
    if (!options->overrides) {
        snprintf(error, error_size, "out of memory");
        return false;
    }
    optind = 0; /* glibc: start anew */
    opterr = 0;
    int option;
    bool good = true;
    while (good && !options->help &&
           (option = getopt_long(argc, argv, ":o:s:p:j:c:qvh", names, NULL)) != -1)
        good = take_option(options, option, argv, error, error_size);
    if (good && !options->help && optind == argc) {
        snprintf(error, error_size, "no scenario is named");
        good = false;
    }
    if (!good) {
        cli_run_options_clear(options);
        return false;
    }
    options->paths = argv + optind;
    options->path_count = (size_t)(argc - optind);
    return true;
}

void cli_run_options_clear(struct cli_run_options *options)
{
    free(options->overrides);
    *options = (struct cli_run_options){0};
}

bool cli_plain_options_parse(struct cli_plain_options *options, int argc, char **argv, size_t min,
                             size_t max, char *error, size_t error_size)
{
    static const struct option names[] = {
        {"help", no_argument, NULL, OPTION_HELP},
        {NULL, 0, NULL, 0},
    };
    *options = (struct cli_plain_options){0};
    optind = 0; /* glibc: start anew */
    opterr = 0;
    int option;
    while ((option = getopt_long(argc, argv, ":h", names, NULL)) != -1) {
        if (option != 'h' && option != OPTION_HELP) {
            complain(option, argv, error, error_size);
            return false;
        }
        options->help = true;
        return true;
    }
    options->paths = argv + optind;
    options->path_count = (size_t)(argc - optind);
    if (options->path_count >= min && options->path_count <= max)
        return true;
    snprintf(error, error_size, "%s",
             options->path_count < min ? "no scenario is named" : "too many arguments");
    return false;
}
