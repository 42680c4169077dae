#ifndef VPNSIM_CLI_OPTIONS_H
#define VPNSIM_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How much is said on the console. */
enum cli_verbosity {
    CLI_QUIET,   /**< the verdict alone, and what failed */
    CLI_NORMAL,  /**< the telling events, every verdict, the files */
    CLI_VERBOSE, /**< every event */
};

/** Most scenarios that run at the same time. */
#define CLI_MAX_JOBS 256

/** What the words after "vpnsim run" say. Texts are borrowed from the command line. */
struct cli_run_options {
    const char *output_folder; /**< default "out" */
    uint64_t seed;             /**< default 1 */
    const char **overrides;    /**< "NAME=VALUE" texts; owned */
    size_t override_count;
    unsigned jobs;         /**< 1 .. CLI_MAX_JOBS */
    const char *junit;     /**< NULL: no such file */
    const char *case_name; /**< NULL: every case of the scenarios */
    char *const *paths;    /**< scenarios and folders, at least one */
    size_t path_count;
    enum cli_verbosity verbosity;
    bool real_time; /**< keep pace with the clock */
    bool help;      /**< only --help was asked for */
};

/**
 * Reads the words of a run command; @p argv[0] is its name. False: *@p error is one line about
 * what is wrong, @p options is then empty. Otherwise release with cli_run_options_clear().
 */
bool cli_run_options_parse(struct cli_run_options *options, int argc, char **argv, char *error,
                           size_t error_size);

void cli_run_options_clear(struct cli_run_options *options);

/** What the words after "vpnsim check" or "vpnsim list" say: no options but --help. */
struct cli_plain_options {
    char *const *paths;
    size_t path_count;
    bool help;
};

/** As cli_run_options_parse(), for a command that takes at least @p min and at most @p max paths.
 */
bool cli_plain_options_parse(struct cli_plain_options *options, int argc, char **argv, size_t min,
                             size_t max, char *error, size_t error_size);

#endif
