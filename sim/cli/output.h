#ifndef VPNSIM_CLI_OUTPUT_H
#define VPNSIM_CLI_OUTPUT_H

#include "base/status.h"
#include "cli/files.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * The folder that one run of a scenario writes to. It lists its files in a hidden file, so that the
 * next run of the same scenario can remove exactly those and leave alone what somebody else put
 * there.
 */
struct cli_output {
    char *folder;            /**< owned */
    char *cases;             /**< the folder of all cases, when this is one of them; owned */
    struct cli_files files;  /**< relative to the folder, in the order of cli_output_add() */
    struct cli_files opened; /**< those that were really created: cli_output_opened() */
    struct cli_files made;   /**< folders that did not exist before, outermost first */
    bool listed;             /**< the list of files is written */
};

/**
 * Makes the folder @p base/@p name with its subfolder captures, and removes what a former run left
 * there. On failure there is one line in @p error, and nothing is left behind that was not there
 * before; only successful outputs need cli_output_close() or cli_output_discard().
 */
enum status cli_output_open(struct cli_output *output, const char *base, const char *name,
                            char *error, size_t error_size);

/**
 * Makes the folder @p base alone, before several runs write below it at the same time: none of them
 * then has made it. cli_output_discard() removes it again when it was made and is empty. STATUS_IO
 * or STATUS_NO_MEMORY with one line in @p error.
 */
enum status cli_output_open_base(struct cli_output *output, const char *base, char *error,
                                 size_t error_size);

/** Announces a file to be written, @p path relative to the folder. */
enum status cli_output_add(struct cli_output *output, const char *path);

/**
 * Makes the folders of the announced files and writes the list of them; to be called before any of
 * them is created.
 */
enum status cli_output_list(struct cli_output *output, char *error, size_t error_size);

/** The path of the @p index -th announced file, to be freed by the caller; NULL: no memory. */
char *cli_output_path(const struct cli_output *output, size_t index);

/** Notes that the @p index -th announced file was created, so that discarding removes it. */
enum status cli_output_opened(struct cli_output *output, size_t index);

/** Releases @p output and keeps the files. */
void cli_output_close(struct cli_output *output);

/** Releases @p output and removes its files and the folders that it had to make. */
void cli_output_discard(struct cli_output *output);

/**
 * The name of a capture's file: "captures/link-access.pcap" for the point "link:access". The file
 * is unlike any that was announced before. To be freed by the caller; NULL: no memory.
 */
char *cli_output_capture_name(const struct cli_output *output, const char *point);

/**
 * Compares the announced files of two outputs, octet by octet. STATUS_OK: *@p different is the
 * index of the first file that differs, or the count of files when all are equal. STATUS_IO: one
 * cannot be read, with one line in @p error.
 */
enum status cli_output_compare(const struct cli_output *a, const struct cli_output *b,
                               size_t *different, char *error, size_t error_size);

#endif
