#include "cli/jobs.h"
#include "support/unit.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define COUNT 8

struct record {
    int statuses[COUNT];
    size_t count;
};

static void wait_ms(long ms)
{
    const struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* The earlier pieces take longer, so that they end in the opposite order. */
static int slow_first(void *context, size_t index, FILE *output, FILE *extra)
{
    (void)context;
    wait_ms((long)(COUNT - index) * 10);
    fprintf(output, "output %zu\n", index);
    fprintf(extra, "<%zu>", index);
    return (int)index % 4;
}

static void keep(void *context, size_t index, int status)
{
    struct record *record = context;
    assert_int_equal(index, record->count);
    record->statuses[record->count++] = status;
}

static int run(int (*work)(void *, size_t, FILE *, FILE *), unsigned parallel,
               struct record *record, char **output, char **extra)
{
    size_t size;
    struct cli_jobs jobs = {
        .count = COUNT,
        .parallel = parallel,
        .work = work,
        .done = keep,
        .context = record,
        .output = open_memstream(output, &size),
        .extra = open_memstream(extra, &size),
    };
    int result = cli_jobs_run(&jobs);
    assert_int_equal(fclose(jobs.output), 0);
    assert_int_equal(fclose(jobs.extra), 0);
    return result;
}

static void words_come_in_the_order_of_the_pieces(void **state)
{
    (void)state;
    for (unsigned parallel = 1; parallel <= COUNT; parallel += 3) {
        struct record record = {0};
        char *output;
        char *extra;
        assert_int_equal(run(slow_first, parallel, &record, &output, &extra), 0);
        assert_string_equal(output, "output 0\noutput 1\noutput 2\noutput 3\n"
                                    "output 4\noutput 5\noutput 6\noutput 7\n");
        assert_string_equal(extra, "<0><1><2><3><4><5><6><7>");
        assert_int_equal(record.count, COUNT);
        for (int i = 0; i < COUNT; i++)
            assert_int_equal(record.statuses[i], i % 4);
        free(output);
        free(extra);
    }
}

static int crash_third(void *context, size_t index, FILE *output, FILE *extra)
{
    (void)context;
    (void)extra;
    fprintf(output, "%zu", index);
    if (index == 2) {
        signal(SIGTERM, SIG_DFL);
        raise(SIGTERM);
    }
    return 0;
}

static void a_child_that_dies_is_a_local_failure(void **state)
{
    (void)state;
    struct record record = {0};
    char *output;
    char *extra;
    assert_int_equal(run(crash_third, 2, &record, &output, &extra), 0);
    assert_int_equal(record.count, COUNT);
    assert_int_equal(record.statuses[1], 0);
    assert_int_equal(record.statuses[2], 3);
    assert_int_equal(record.statuses[3], 0);
    free(output);
    free(extra);
}

/* The second piece interrupts the parent; both then wait to be interrupted. */
static int interrupt_parent(void *context, size_t index, FILE *output, FILE *extra)
{
    (void)context;
    (void)output;
    (void)extra;
    signal(SIGINT, SIG_DFL);
    if (index == 1)
        kill(getppid(), SIGINT);
    wait_ms(20000);
    return 0;
}

static void a_signal_reaches_the_children_and_nothing_more_is_started(void **state)
{
    (void)state;
    struct record record = {0};
    char *output;
    char *extra;
    assert_int_equal(run(interrupt_parent, 2, &record, &output, &extra), SIGINT);
    assert_int_equal(record.count, 2);
    free(output);
    free(extra);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_come_in_the_order_of_the_pieces),
        cmocka_unit_test(a_child_that_dies_is_a_local_failure),
        cmocka_unit_test(a_signal_reaches_the_children_and_nothing_more_is_started),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
