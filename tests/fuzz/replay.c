/* Runs one of the fuzz targets that are linked into this program over every file of a corpus
 * folder, in the place of libFuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TARGET(name, function) int function(const uint8_t *data, size_t size);
#include "targets.def"
#undef TARGET

struct target {
    const char *name;
    int (*run)(const uint8_t *data, size_t size);
};

static const struct target targets[] = {
#define TARGET(name, function) {name, function},
#include "targets.def"
#undef TARGET
};

static const struct target *find_target(const char *name)
{
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
        if (strcmp(targets[i].name, name) == 0)
            return &targets[i];
    return NULL;
}

static int replay(const struct target *target, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return 1;
    }
    /* Exactly as many octets as the file has, so that a sanitizer sees every read past the end. */
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
    size_t length = data ? fread(data, 1, (size_t)size, file) : 0;
    fclose(file);
    target->run(data, length);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    const struct target *target = argc == 3 ? find_target(argv[1]) : NULL;
    if (!target) {
        fprintf(stderr, "usage: %s TARGET CORPUS-FOLDER\n", argv[0]);
        return 2;
    }
    struct dirent **names;
    int count = scandir(argv[2], &names, NULL, alphasort);
    int failures = 0;
    int runs = 0;
    for (int i = 0; i < count; i++) {
        char path[4096];
        if (names[i]->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s", argv[2], names[i]->d_name);
            failures += replay(target, path);
            runs++;
        }
        free(names[i]);
    }
    if (count >= 0)
        free(names);
    printf("%d inputs replayed\n", runs);
    /* An empty corpus would be a test that cannot fail. */
    return failures > 0 || runs == 0;
}
