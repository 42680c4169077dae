#ifndef VPNSIM_CLI_H
#define VPNSIM_CLI_H

/** Exit statuses of the command; after a signal it is 128 and the signal's number. */
enum cli_exit {
    CLI_HOLDS = 0,   /**< all went well, all expectations hold */
    CLI_FAILED = 1,  /**< an expectation failed */
    CLI_INVALID = 2, /**< bad usage or an invalid scenario */
    CLI_LOCAL = 3,   /**< a local failure, such as a full disk */
};

/** The whole command, as main() gets it; returns the exit status. */
int cli_main(int argc, char **argv);

/** Writes "vpnsim: MESSAGE" as one line to standard error. */
void cli_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** The commands; @p argv starts with the command's name. */
int cli_run(int argc, char **argv);
int cli_check(int argc, char **argv);
int cli_certificates(int argc, char **argv);
int cli_list(int argc, char **argv);
int cli_reference(int argc, char **argv); /**< for "./dev reference"; help does not tell it */

/**
 * Flushes standard output at the end of a command: @p status, or CLI_LOCAL with a message when
 * something could not be written. A @p status that tells a signal stays: SIGPIPE is one.
 */
int cli_flush(int status);

#endif
