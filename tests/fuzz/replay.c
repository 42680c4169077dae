/* Runs a fuzz target over every file of a corpus folder, in the place of libFuzzer. */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static int replay(const char *path)
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
    LLVMFuzzerTestOneInput(data, length);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
        return 2;
    }
    struct dirent **names;
    int count = scandir(argv[1], &names, NULL, alphasort);
    int failures = 0;
    int runs = 0;
    for (int i = 0; i < count; i++) {
        char path[4096];
        if (names[i]->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s", argv[1], names[i]->d_name);
            failures += replay(path);
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
