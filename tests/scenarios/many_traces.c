/*
 * Preloaded into tshark, lets one process dissect many traces. Setting tshark up takes far longer
 * than most traces do, so once that is done it is forked for each line of the file $MANY_TRACES,
 * which says "PROFILE<tab>TRACE<tab>OUTPUT". The child reads its settings by the link
 * $WIRESHARK_CONFIG_DIR, which leads to PROFILE, and opens TRACE instead of what its arguments
 * name; what it prints goes to OUTPUT, its complaints to OUTPUT.errors and its exit status to
 * OUTPUT.status.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* As Wireshark 4 declares them. */
struct _e_prefs *epan_load_settings(void);
struct wtap *wtap_open_offline(const char *name, unsigned type, int *error, char **text,
                               int random_access);
void epan_cleanup(void);

/* What Wireshark only needs to give numbers a name; reading it takes longer than all else. */
static const char *const databases[] = {"enterprises.tsv", "manuf", "services", "wka"};

#define NAME_SIZE 4096

static const char *trace; /* in a child: what it opens */

static _Noreturn void fail(const char *what)
{
    perror(what);
    _exit(2);
}

/* The function of this name that is behind ours; to is a pointer to a function pointer. */
static void find_original(const char *name, void *to)
{
    void *symbol = dlsym(RTLD_NEXT, name);
    if (symbol == NULL)
        fail(name);
    memcpy(to, &symbol, sizeof symbol);
}

static char *next_field(char **rest)
{
    char *field = strsep(rest, "\t");
    if (field == NULL)
        fail("a line of $MANY_TRACES");
    return field;
}

static void name_file(char *name, const char *output, const char *suffix)
{
    if ((size_t)snprintf(name, NAME_SIZE, "%s%s", output, suffix) >= NAME_SIZE)
        fail(output);
}

static void write_status(const char *output, int status)
{
    char name[NAME_SIZE];
    name_file(name, output, ".status");
    FILE *file = fopen(name, "w");
    if (file == NULL ||
        fprintf(file, "%d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)) <
            0 ||
        fclose(file) != 0)
        fail(name);
}

static void redirect(const char *output)
{
    char errors[NAME_SIZE];
    name_file(errors, output, ".errors");
    if (freopen(output, "w", stdout) == NULL || freopen(errors, "w", stderr) == NULL)
        fail(output);
}

/* Whether this is the child that dissects the trace of the line; the parent returns when the child
 * has ended. */
static bool is_child_for_line(char *line, const char *link)
{
    const char *profile = next_field(&line);
    trace = next_field(&line);
    const char *output = next_field(&line);
    if ((unlink(link) != 0 && errno != ENOENT) || symlink(profile, link) != 0)
        fail(link);
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0) {
        redirect(output);
        return true;
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child)
        fail("waitpid");
    write_status(output, status);
    return false;
}

/* The whole file at once: what a stream has read ahead, parent and child would share. */
static char *read_list(void)
{
    const char *name = getenv("MANY_TRACES");
    FILE *file = name != NULL ? fopen(name, "r") : NULL;
    char *text = NULL;
    size_t size = 0;
    if (file == NULL || getdelim(&text, &size, '\0', file) <= 0)
        fail("$MANY_TRACES");
    fclose(file);
    return text;
}

struct _e_prefs *epan_load_settings(void)
{
    struct _e_prefs *(*load)(void);
    find_original("epan_load_settings", &load);
    const char *link = getenv("WIRESHARK_CONFIG_DIR");
    if (link == NULL)
        fail("$WIRESHARK_CONFIG_DIR");
    char *rest = read_list();
    for (char *line; (line = strsep(&rest, "\n")) != NULL && *line != '\0';)
        if (is_child_for_line(line, link))
            return load();
    _exit(0);
}

struct wtap *wtap_open_offline(const char *name, unsigned type, int *error, char **text,
                               int random_access)
{
    struct wtap *(*open_trace)(const char *, unsigned, int *, char **, int);
    find_original("wtap_open_offline", &open_trace);
    (void)name;
    return open_trace(trace, type, error, text, random_access);
}

/* Would write to every page that the child shares with its parent. */
void epan_cleanup(void)
{
}

static bool is_database(const char *name)
{
    const char *last = strrchr(name, '/');
    for (size_t i = 0; last != NULL && i < sizeof databases / sizeof databases[0]; i++)
        if (strcmp(last + 1, databases[i]) == 0)
            return true;
    return false;
}

FILE *fopen(const char *restrict name, const char *restrict mode)
{
    if (is_database(name)) {
        errno = ENOENT;
        return NULL;
    }
    FILE *(*open_file)(const char *, const char *);
    find_original("fopen", &open_file);
    return open_file(name, mode);
}
