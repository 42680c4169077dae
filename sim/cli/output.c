#include "cli/output.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIST_NAME ".vpnsim-files"
/* Longer lines of a list are not ours. */
#define LINE_SIZE  1024
#define BLOCK_SIZE 65536

static char *join(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s/%s", folder, name);
    return path;
}

static enum status out_of_memory(char *error, size_t error_size)
{
    snprintf(error, error_size, "%s", status_text(STATUS_NO_MEMORY));
    return STATUS_NO_MEMORY;
}

static enum status refused(const char *path, char *error, size_t error_size)
{
    snprintf(error, error_size, "%s: %s", path, strerror(errno));
    return STATUS_IO;
}

/* Makes one folder; one that exists already is as good. */
static enum status make_folder(struct cli_output *output, const char *path, char *error,
                               size_t error_size)
{
    if (mkdir(path, 0777) == 0)
        return cli_files_append(&output->made, path) ? STATUS_OK : out_of_memory(error, error_size);
    struct stat status;
    if (errno == EEXIST && stat(path, &status) == 0) {
        if (S_ISDIR(status.st_mode))
            return STATUS_OK;
        errno = ENOTDIR;
    }
    return refused(path, error, error_size);
}

/* Makes @p path with every folder on the way to it. */
static enum status make_folders(struct cli_output *output, const char *path, char *error,
                                size_t error_size)
{
    char *partial = strdup(path);
    if (!partial)
        return out_of_memory(error, error_size);
    enum status status = STATUS_OK;
    for (char *slash = partial + 1; status == STATUS_OK && (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        status = make_folder(output, partial, error, error_size);
        *slash = '/';
    }
    if (status == STATUS_OK)
        status = make_folder(output, partial, error, error_size);
    free(partial);
    return status;
}

static void remove_file(const char *folder, const char *name)
{
    char *path = join(folder, name);
    struct stat status;
    if (path && lstat(path, &status) == 0 && S_ISREG(status.st_mode))
        unlink(path);
    free(path);
}

/* A list that somebody has tampered with must not lead out of the folder. */
static bool is_inside(const char *name)
{
    return name[0] != '\0' && name[0] != '/' && !strstr(name, "..");
}

static void remove_former_files(const char *folder)
{
    char *path = join(folder, LIST_NAME);
    FILE *list = path ? fopen(path, "r") : NULL;
    free(path);
    if (!list)
        return;
    char line[LINE_SIZE];
    while (fgets(line, sizeof line, list)) {
        char *end = strchr(line, '\n');
        if (!end)
            break;
        *end = '\0';
        if (is_inside(line))
            remove_file(folder, line);
    }
    fclose(list);
    remove_file(folder, LIST_NAME);
}

enum status cli_output_open(struct cli_output *output, const char *base, const char *name,
                            char *error, size_t error_size)
{
    const char *slash = strchr(name, '/');
    *output = (struct cli_output){.folder = join(base, name)};
    if (output->folder && slash)
        output->cases = strndup(output->folder, strlen(base) + 1 + (size_t)(slash - name));
    char *captures = output->folder ? join(output->folder, "captures") : NULL;
    enum status status = captures ? make_folders(output, captures, error, error_size)
                                  : out_of_memory(error, error_size);
    free(captures);
    if (status != STATUS_OK) {
        cli_output_discard(output);
        return status;
    }
    remove_former_files(output->folder);
    return STATUS_OK;
}

enum status cli_output_open_base(struct cli_output *output, const char *base, char *error,
                                 size_t error_size)
{
    *output = (struct cli_output){0};
    return make_folders(output, base, error, error_size);
}

enum status cli_output_add(struct cli_output *output, const char *path)
{
    return cli_files_append(&output->files, path) ? STATUS_OK : STATUS_NO_MEMORY;
}

/* The folder of an announced file, which may be one that captures do not need. */
static enum status make_parent(struct cli_output *output, size_t index, char *error,
                               size_t error_size)
{
    char *path = cli_output_path(output, index);
    if (!path)
        return out_of_memory(error, error_size);
    *strrchr(path, '/') = '\0';
    enum status status = make_folder(output, path, error, error_size);
    free(path);
    return status;
}

enum status cli_output_list(struct cli_output *output, char *error, size_t error_size)
{
    char *path = join(output->folder, LIST_NAME);
    if (!path)
        return out_of_memory(error, error_size);
    FILE *list = fopen(path, "w");
    enum status status = list ? STATUS_OK : refused(path, error, error_size);
    output->listed = list != NULL;
    for (size_t i = 0; status == STATUS_OK && i < output->files.count; i++)
        status = make_parent(output, i, error, error_size);
    for (size_t i = 0; list && i < output->files.count; i++)
        fprintf(list, "%s\n", output->files.paths[i]);
    if (list) {
        bool complete = !ferror(list);
        if (fclose(list) != 0 || !complete)
            status = refused(path, error, error_size);
    }
    free(path);
    return status;
}

char *cli_output_path(const struct cli_output *output, size_t index)
{
    return join(output->folder, output->files.paths[index]);
}

enum status cli_output_opened(struct cli_output *output, size_t index)
{
    return cli_files_append(&output->opened, output->files.paths[index]) ? STATUS_OK
                                                                         : STATUS_NO_MEMORY;
}

void cli_output_close(struct cli_output *output)
{
    free(output->folder);
    free(output->cases);
    cli_files_clear(&output->files);
    cli_files_clear(&output->opened);
    cli_files_clear(&output->made);
    *output = (struct cli_output){0};
}

void cli_output_discard(struct cli_output *output)
{
    for (size_t i = 0; i < output->opened.count; i++)
        remove_file(output->folder, output->opened.paths[i]);
    if (output->listed)
        remove_file(output->folder, LIST_NAME);
    for (size_t i = output->made.count; i > 0; i--)
        rmdir(output->made.paths[i - 1]);
    /* The folder of a scenario's cases may have been made by another case that has gone since. */
    if (output->cases)
        rmdir(output->cases);
    cli_output_close(output);
}

static bool is_announced(const struct cli_output *output, const char *path)
{
    for (size_t i = 0; i < output->files.count; i++)
        if (strcmp(output->files.paths[i], path) == 0)
            return true;
    return false;
}

char *cli_output_capture_name(const struct cli_output *output, const char *point)
{
    size_t size = strlen(point) + 40;
    char *path = malloc(size);
    if (!path)
        return NULL;
    int stem = snprintf(path, size, "captures/%s", point);
    for (char *at = path + strlen("captures/"); *at; at++)
        if (!isalnum((unsigned char)*at) && *at != '.' && *at != '_')
            *at = '-';
    snprintf(path + stem, size - (size_t)stem, ".pcap");
    for (unsigned number = 2; is_announced(output, path); number++)
        snprintf(path + stem, size - (size_t)stem, "-%u.pcap", number);
    return path;
}

static FILE *open_announced(const struct cli_output *output, size_t index, char *error,
                            size_t error_size)
{
    char *path = cli_output_path(output, index);
    FILE *file = path ? fopen(path, "rb") : NULL;
    if (!file)
        refused(path ? path : output->folder, error, error_size);
    free(path);
    return file;
}

static bool same_contents(FILE *a, FILE *b)
{
    char first[BLOCK_SIZE];
    char second[BLOCK_SIZE];
    size_t length;
    do {
        length = fread(first, 1, sizeof first, a);
        if (fread(second, 1, sizeof second, b) != length || memcmp(first, second, length) != 0)
            return false;
    } while (length == sizeof first);
    return true;
}

enum status cli_output_compare(const struct cli_output *a, const struct cli_output *b,
                               size_t *different, char *error, size_t error_size)
{
    bool same = a->files.count == b->files.count;
    size_t index = 0;
    while (same && index < a->files.count) {
        FILE *first = open_announced(a, index, error, error_size);
        FILE *second = first ? open_announced(b, index, error, error_size) : NULL;
        bool readable = first && second;
        same = readable && same_contents(first, second) && !ferror(first) && !ferror(second);
        if (first)
            fclose(first);
        if (second)
            fclose(second);
        if (!readable)
            return STATUS_IO;
        if (same)
            index++;
    }
    *different = index;
    return STATUS_OK;
}
