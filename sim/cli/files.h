#ifndef VPNSIM_CLI_FILES_H
#define VPNSIM_CLI_FILES_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/** Paths of files; zero-initialised is empty. */
struct cli_files {
    char **paths; /**< owned, as are the texts */
    size_t count;
    size_t capacity;
};

/**
 * Appends @p path when it is a file, or every file below it that ends in ".xml" and that @p wanted
 * accepts (NULL: all), in the order of their names, when it is a folder. Hidden files and folders
 * are left out. STATUS_NOT_FOUND: there is nothing at @p path; STATUS_IO: a folder cannot be read;
 * either with one line in @p error.
 */
enum status cli_files_add(struct cli_files *files, const char *path,
                          bool (*wanted)(const char *path), char *error, size_t error_size);

/** Appends a copy of @p path; false: no memory. */
bool cli_files_append(struct cli_files *files, const char *path);

void cli_files_clear(struct cli_files *files);

#endif
