/*
 * Preloaded into tshark, makes it a server. Setting tshark up takes far longer than most traces do,
 * so once that is done it waits for lines in the FIFO $TSHARK_REQUESTS. Each names a folder with
 *   profile  settings of Wireshark, where $WIRESHARK_CONFIG_DIR (a relative path) finds them
 *   traces   a line "TRACE<tab>OUTPUT" each; what tshark prints of TRACE goes to OUTPUT, its
 *            complaints to OUTPUT.errors and its exit status to OUTPUT.status
 *   errors   (made) complaints about the settings
 *   done     a FIFO that ends when all that is over
 * A copy of the process reads the settings, and a copy of that dissects each trace. The server ends
 * when process $TSHARK_OWNER has.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* As Wireshark 4 declares them. */
struct _e_prefs *epan_load_settings(void);
struct wtap *wtap_open_offline(const char *name, unsigned type, int *error, char **text,
                               int random_access);
struct epan_session;
void epan_free(struct epan_session *session);
void epan_cleanup(void);

/* What Wireshark only needs to give numbers a name; reading it takes longer than all else. */
static const char *const databases[] = {"enterprises.tsv", "manuf", "services", "wka"};

#define NAME_SIZE 4096

static pid_t owner;

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

static pid_t copy_process(void)
{
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    return child;
}

/* ---- The server ---- */

static void look_for_owner(int number)
{
    (void)number;
    if (kill(owner, 0) != 0)
        _exit(0);
}

static void watch_owner(void)
{
    const char *number = getenv("TSHARK_OWNER");
    owner = number != NULL ? (pid_t)strtol(number, NULL, 10) : 0;
    if (owner <= 0)
        fail("$TSHARK_OWNER");
    const struct sigaction look = {.sa_handler = look_for_owner, .sa_flags = SA_RESTART};
    const struct itimerval each_second = {{1, 0}, {1, 0}};
    if (sigaction(SIGALRM, &look, NULL) != 0 || setitimer(ITIMER_REAL, &each_second, NULL) != 0)
        fail("a timer");
}

/* Also for writing, so that it never ends. */
static FILE *open_requests(void)
{
    const char *name = getenv("TSHARK_REQUESTS");
    FILE *requests = name != NULL ? fopen(name, "r+") : NULL;
    if (requests == NULL)
        fail("$TSHARK_REQUESTS");
    return requests;
}

/* Who asked sees the end of "done" when this process has ended, whatever it ended by. */
static void enter(char *folder)
{
    folder[strcspn(folder, "\n")] = '\0';
    if (chdir(folder) != 0 || open("done", O_WRONLY) < 0 || freopen("errors", "w", stderr) == NULL)
        fail(folder);
}

/* Returns in the copies of the process that serve a request. */
static void serve(void)
{
    char *folder = NULL;
    size_t size = 0;
    FILE *requests = open_requests();
    watch_owner();
    signal(SIGCHLD, SIG_IGN); /* nobody waits for those copies */
    while (getline(&folder, &size, requests) > 0)
        if (copy_process() == 0) {
            signal(SIGCHLD, SIG_DFL);
            enter(folder);
            return;
        }
    fail("$TSHARK_REQUESTS");
}

struct _e_prefs *epan_load_settings(void)
{
    struct _e_prefs *(*load)(void);
    find_original("epan_load_settings", &load);
    serve();
    return load();
}

/* ---- A request ---- */

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

/* The whole file at once: what a stream has read ahead, parent and child would share. */
static char *read_traces(void)
{
    FILE *file = fopen("traces", "r");
    char *text = NULL;
    size_t size = 0;
    if (file == NULL || getdelim(&text, &size, '\0', file) <= 0)
        fail("traces");
    fclose(file);
    return text;
}

/* Returns, in a copy of the process each, the traces to dissect. */
static const char *next_trace(void)
{
    char *rest = read_traces();
    for (char *output; (output = strsep(&rest, "\n")) != NULL && *output != '\0';) {
        const char *trace = strsep(&output, "\t");
        if (output == NULL)
            fail(trace);
        pid_t child = copy_process();
        if (child == 0) {
            redirect(output);
            return trace;
        }
        int status = 0;
        if (waitpid(child, &status, 0) != child)
            fail("waitpid");
        write_status(output, status);
    }
    fflush(stderr);
    _exit(0);
}

struct wtap *wtap_open_offline(const char *name, unsigned type, int *error, char **text,
                               int random_access)
{
    struct wtap *(*open_trace)(const char *, unsigned, int *, char **, int);
    find_original("wtap_open_offline", &open_trace);
    (void)name;
    return open_trace(next_trace(), type, error, text, random_access);
}

/* ---- What is left out ---- */

/* Would write to every page that the child shares with its parent, only for it to end. */
void epan_free(struct epan_session *session)
{
    (void)session;
}

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
