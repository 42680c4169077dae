#include "scenario/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status read_descriptor(struct loader *loader, int descriptor, struct source *source,
                                   const char **reason)
{
    struct stat file;
    if (fstat(descriptor, &file) != 0) {
        *reason = "it cannot be read";
        return STATUS_IO;
    }
    if (!S_ISREG(file.st_mode)) {
        *reason = S_ISDIR(file.st_mode) ? "it is a folder" : "it is not a regular file";
        return STATUS_IO;
    }
    if ((uintmax_t)file.st_size > LOADER_FILE_SIZE_MAX) {
        *reason = "it is larger than 4 MiB";
        return STATUS_INVALID;
    }
    size_t size = (size_t)file.st_size;
    if (size > LOADER_TOTAL_SIZE_MAX - loader->total_size) {
        *reason = "all files together are larger than 16 MiB";
        return STATUS_INVALID;
    }
    char *text = loader_allocate(loader, size + 1, 1);
    if (!text)
        return STATUS_NO_MEMORY;
    size_t length = 0;
    while (length < size) {
        ssize_t count = read(descriptor, text + length, size - length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            *reason = "it cannot be read";
            return STATUS_IO;
        }
        if (count == 0)
            break;
        length += (size_t)count;
    }
    loader->total_size += length;
    *source = (struct source){
        .text = text, .length = length, .device = file.st_dev, .inode = file.st_ino};
    return STATUS_OK;
}

enum status source_read(struct loader *loader, const char *path, struct source *source,
                        const char **reason)
{
    *reason = status_text(STATUS_NO_MEMORY);
    /* A pipe or a terminal must not hold the program up, nor become its terminal. */
    int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (descriptor < 0) {
        switch (errno) {
        case ENOENT:
        case ENOTDIR:
            *reason = "it does not exist";
            return STATUS_NOT_FOUND;
        case EACCES:
            *reason = "permission denied";
            return STATUS_IO;
        default:
            *reason = "it cannot be opened";
            return STATUS_IO;
        }
    }
    enum status status = read_descriptor(loader, descriptor, source, reason);
    close(descriptor);
    return status;
}
