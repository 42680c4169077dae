#include "cli/jobs.h"

#include "cli/cli.h"
#include "cli/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where a child's words wait until those of the ones before are written. */
enum { OUTPUT, ERRORS, EXTRA, STREAMS };

struct job {
    pid_t process; /* 0: not started, or over */
    bool started;
    bool over;
    int status;
    FILE *streams[STREAMS];
};

struct pool {
    const struct cli_jobs *jobs;
    struct job *items;
    size_t started;
    size_t running;
    size_t told;
    int signal;
    bool refused;
    sigset_t signals; /* those that the parent waits for */
    sigset_t before;  /* the mask to give to children */
};

static void close_streams(struct job *job)
{
    for (size_t i = 0; i < STREAMS; i++)
        if (job->streams[i])
            fclose(job->streams[i]);
    memset(job->streams, 0, sizeof job->streams);
}

static _Noreturn void be_child(const struct pool *pool, size_t index)
{
    struct job *job = &pool->items[index];
    const struct cli_jobs *jobs = pool->jobs;
    cli_interrupt_catch();
    sigprocmask(SIG_SETMASK, &pool->before, NULL);
    int status = CLI_LOCAL;
    if (dup2(fileno(job->streams[ERRORS]), STDERR_FILENO) >= 0)
        status = jobs->work(jobs->context, index, job->streams[OUTPUT], job->streams[EXTRA]);
    for (size_t i = 0; i < STREAMS; i++)
        if (fflush(job->streams[i]) != 0)
            status = CLI_LOCAL;
    /* Not exit(): what the parent has buffered is the parent's to write. */
    _exit(status);
}

static void start(struct pool *pool)
{
    size_t index = pool->started++;
    struct job *job = &pool->items[index];
    bool complete = true;
    for (size_t i = 0; i < STREAMS; i++)
        complete = complete && (job->streams[i] = tmpfile()) != NULL;
    fflush(NULL);
    pid_t process = complete ? fork() : -1;
    if (process == 0)
        be_child(pool, index);
    if (process < 0) {
        cli_error("cannot start another process: %s", strerror(errno));
        close_streams(job);
        pool->refused = true;
        return;
    }
    job->started = true;
    job->process = process;
    pool->running++;
}

static void copy(FILE *from, FILE *to)
{
    char block[4096];
    size_t length;
    rewind(from);
    while ((length = fread(block, 1, sizeof block, from)) > 0)
        if (to)
            fwrite(block, 1, length, to);
}

/* Hands on the words of every job whose turn has come. */
static void tell(struct pool *pool)
{
    const struct cli_jobs *jobs = pool->jobs;
    while (pool->told < jobs->count && pool->items[pool->told].over) {
        struct job *job = &pool->items[pool->told];
        copy(job->streams[OUTPUT], jobs->output);
        fflush(jobs->output);
        copy(job->streams[ERRORS], stderr);
        copy(job->streams[EXTRA], jobs->extra);
        close_streams(job);
        jobs->done(jobs->context, pool->told++, job->status);
    }
}

static void reap(struct pool *pool)
{
    int status;
    pid_t process;
    while ((process = waitpid(-1, &status, WNOHANG)) > 0) {
        for (size_t i = pool->told; i < pool->started; i++) {
            struct job *job = &pool->items[i];
            if (job->process != process)
                continue;
            job->process = 0;
            job->over = true;
            job->status = WIFEXITED(status) ? WEXITSTATUS(status) : CLI_LOCAL;
            if (WIFSIGNALED(status))
                fprintf(job->streams[ERRORS], "vpnsim: a run was ended by signal %d\n",
                        WTERMSIG(status));
            pool->running--;
        }
    }
}

static void pass_on(struct pool *pool, int number)
{
    pool->signal = number;
    for (size_t i = pool->told; i < pool->started; i++)
        if (pool->items[i].process > 0)
            kill(pool->items[i].process, number);
}

static void supervise(struct pool *pool)
{
    for (;;) {
        while (pool->running < pool->jobs->parallel && pool->started < pool->jobs->count &&
               !pool->signal && !pool->refused)
            start(pool);
        if (pool->running == 0)
            return;
        int number;
        if (sigwait(&pool->signals, &number) != 0)
            continue;
        if (number != SIGCHLD)
            pass_on(pool, number);
        reap(pool);
        tell(pool);
    }
}

int cli_jobs_run(const struct cli_jobs *jobs)
{
    struct pool pool = {.jobs = jobs};
    pool.items = calloc(jobs->count + 1, sizeof *pool.items);
    if (!pool.items) {
        cli_error("out of memory");
        return -1;
    }
    signal(SIGCHLD, SIG_DFL);
    sigemptyset(&pool.signals);
    sigaddset(&pool.signals, SIGINT);
    sigaddset(&pool.signals, SIGTERM);
    sigaddset(&pool.signals, SIGPIPE);
    sigaddset(&pool.signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &pool.signals, &pool.before);
    supervise(&pool);
    sigprocmask(SIG_SETMASK, &pool.before, NULL);
    for (size_t i = 0; i < jobs->count; i++)
        close_streams(&pool.items[i]);
    free(pool.items);
    return pool.refused ? -1 : pool.signal;
}
