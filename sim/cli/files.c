#include "cli/files.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <fts.h>

bool cli_files_append(struct cli_files *files, const char *path)
{
    if (files->count == files->capacity) {
        size_t capacity = files->capacity > 0 ? files->capacity * 2 : 16;
        char **paths = realloc(files->paths, capacity * sizeof *paths);
        if (!paths)
            return false;
        files->paths = paths;
        files->capacity = capacity;
    }
    char *copy = strdup(path);
    if (!copy)
        return false;
    files->paths[files->count++] = copy;
    return true;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool ends_in_xml(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, ".xml") == 0;
}

static enum status visit(struct cli_files *files, FTS *tree, FTSENT *entry,
                         bool (*wanted)(const char *path), char *error, size_t error_size)
{
    bool hidden = entry->fts_level > 0 && entry->fts_name[0] == '.';
    switch (entry->fts_info) {
    case FTS_D:
        if (hidden)
            fts_set(tree, entry, FTS_SKIP);
        return STATUS_OK;
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        snprintf(error, error_size, "%s: %s", entry->fts_path, strerror(entry->fts_errno));
        return STATUS_IO;
    case FTS_F:
        if (hidden || !ends_in_xml(entry->fts_name) || (wanted && !wanted(entry->fts_path)))
            return STATUS_OK;
        if (cli_files_append(files, entry->fts_path))
            return STATUS_OK;
        snprintf(error, error_size, "%s", status_text(STATUS_NO_MEMORY));
        return STATUS_NO_MEMORY;
    default:
        return STATUS_OK;
    }
}

/* "scenarios/" is to give "scenarios/x.xml", not "scenarios//x.xml". */
static char *without_slashes(const char *path)
{
    char *copy = strdup(path);
    if (!copy)
        return NULL;
    size_t length = strlen(copy);
    while (length > 1 && copy[length - 1] == '/')
        copy[--length] = '\0';
    return copy;
}

static enum status add_folder(struct cli_files *files, const char *path,
                              bool (*wanted)(const char *path), char *error, size_t error_size)
{
    char *root = without_slashes(path);
    char *roots[] = {root, NULL};
    FTS *tree = root ? fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name) : NULL;
    if (!tree) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        free(root);
        return STATUS_IO;
    }
    enum status status = STATUS_OK;
    FTSENT *entry;
    while (status == STATUS_OK && (errno = 0, entry = fts_read(tree)) != NULL)
        status = visit(files, tree, entry, wanted, error, error_size);
    if (status == STATUS_OK && errno != 0) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        status = STATUS_IO;
    }
    fts_close(tree);
    free(root);
    return status;
}

enum status cli_files_add(struct cli_files *files, const char *path,
                          bool (*wanted)(const char *path), char *error, size_t error_size)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return STATUS_NOT_FOUND;
    }
    if (S_ISDIR(status.st_mode))
        return add_folder(files, path, wanted, error, error_size);
    if (cli_files_append(files, path))
        return STATUS_OK;
    snprintf(error, error_size, "%s", status_text(STATUS_NO_MEMORY));
    return STATUS_NO_MEMORY;
}

void cli_files_clear(struct cli_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        free(files->paths[i]);
    free(files->paths);
    *files = (struct cli_files){0};
}
