#include "core/simulation.h"
#include "support/unit.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* An event that writes its letter, and may do one more thing. */
struct letter {
    struct event event;
    char letter;
    void (*also)(struct simulation *simulation, struct letter *letter);
    char *log; /* written to, terminated */
    struct letter *other;
};

static void write_letter(struct simulation *simulation, struct event *event)
{
    struct letter *letter = (struct letter *)(void *)event;
    size_t used = strlen(letter->log);
    letter->log[used] = letter->letter;
    letter->log[used + 1] = '\0';
    assert_false(event_is_pending(event));
    if (letter->also)
        letter->also(simulation, letter);
}

static struct letter letter_make(char c, char *log)
{
    return (struct letter){.event = {.action = write_letter}, .letter = c, .log = log};
}

static void events_run_by_instant_and_then_by_order(void **state)
{
    (void)state;
    struct simulation simulation;
    assert_int_equal(simulation_init(&simulation, 1), STATUS_OK);
    char log[16] = "";
    struct letter a = letter_make('a', log);
    struct letter b = letter_make('b', log);
    struct letter c = letter_make('c', log);
    struct letter d = letter_make('d', log);
    simulation_schedule(&simulation, &a.event, 20);
    simulation_schedule(&simulation, &b.event, 10);
    simulation_schedule(&simulation, &c.event, 10);
    simulation_schedule(&simulation, &d.event, 30);
    /* Moving an event puts it behind those of its new instant. */
    simulation_schedule(&simulation, &b.event, 10);
    assert_int_equal(simulation_run(&simulation, 20), STATUS_OK);
    assert_string_equal(log, "cba");
    assert_int_equal(simulation.now, 20);
    assert_int_equal(simulation.events_run, 3);
    simulation_cancel(&simulation, &d.event);
    simulation_cancel(&simulation, &d.event);
    assert_int_equal(simulation_run(&simulation, 25), STATUS_OK);
    assert_int_equal(simulation.now, 25);
    simulation_schedule(&simulation, &d.event, 25);
    assert_int_equal(simulation_run(&simulation, INSTANT_NEVER), STATUS_OK);
    assert_string_equal(log, "cbad");
    assert_int_equal(simulation.now, 25);
    simulation_destroy(&simulation);
}

static void stop(struct simulation *simulation, struct letter *letter)
{
    (void)letter;
    simulation_stop(simulation);
}

static void a_stopped_run_can_go_on(void **state)
{
    (void)state;
    struct simulation simulation;
    simulation_init(&simulation, 1);
    char log[16] = "";
    struct letter a = letter_make('a', log);
    struct letter b = letter_make('b', log);
    a.also = stop;
    simulation_schedule(&simulation, &a.event, 10);
    simulation_schedule(&simulation, &b.event, 10);
    assert_int_equal(simulation_run(&simulation, 50), STATUS_OK);
    assert_string_equal(log, "a");
    assert_int_equal(simulation.now, 10);
    assert_int_equal(simulation_run(&simulation, 50), STATUS_OK);
    assert_string_equal(log, "ab");
    assert_int_equal(simulation.now, 50);
    simulation_destroy(&simulation);
}

static void run_dry(struct simulation *simulation, struct letter *letter)
{
    (void)letter;
    simulation->failure = STATUS_NO_MEMORY;
}

static void a_local_failure_ends_the_run(void **state)
{
    (void)state;
    struct simulation simulation;
    simulation_init(&simulation, 1);
    char log[16] = "";
    struct letter a = letter_make('a', log);
    struct letter b = letter_make('b', log);
    a.also = run_dry;
    simulation_schedule(&simulation, &a.event, 10);
    simulation_schedule(&simulation, &b.event, 11);
    assert_int_equal(simulation_run(&simulation, 50), STATUS_NO_MEMORY);
    assert_string_equal(log, "a");
    assert_int_equal(simulation.now, 10);
    assert_int_equal(simulation_run(&simulation, 50), STATUS_NO_MEMORY);
    assert_string_equal(log, "a");
    simulation_destroy(&simulation);
}

static void into_the_past(void)
{
    struct simulation simulation;
    char log[16] = "";
    struct letter a = letter_make('a', log);
    if (freopen("/dev/null", "w", stderr) && simulation_init(&simulation, 1) == STATUS_OK &&
        simulation_run(&simulation, 10) == STATUS_OK)
        simulation_schedule(&simulation, &a.event, 9);
}

static void scheduling_into_the_past_stops_the_program(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        /* Not the handlers of cmocka or a sanitizer: the plain way to die. */
        signal(SIGABRT, SIG_DFL);
        into_the_past();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void every_component_has_its_own_stream(void **state)
{
    (void)state;
    struct simulation one;
    struct simulation two;
    simulation_init(&one, 42);
    simulation_init(&two, 43);
    struct entropy a = simulation_entropy(&one, "link:a");
    struct entropy again = simulation_entropy(&one, "link:a");
    struct entropy b = simulation_entropy(&one, "link:b");
    struct entropy other_seed = simulation_entropy(&two, "link:a");
    uint64_t value = entropy_u64(&a);
    assert_true(value == entropy_u64(&again));
    assert_true(value != entropy_u64(&b));
    assert_true(value != entropy_u64(&other_seed));
    simulation_destroy(&one);
    simulation_destroy(&two);
}

/* A subscriber that writes its mark. */
struct listener {
    struct trace_subscriber subscriber;
    char mark;
    char *log;
};

static void listen(void *context, const struct trace_event *event)
{
    struct listener *listener = context;
    size_t used = strlen(listener->log);
    snprintf(listener->log + used, 64 - used, "%c:%s@%s ", listener->mark, event->name,
             event->node);
}

static void each_event_reaches_the_subscribers_in_their_order(void **state)
{
    (void)state;
    struct simulation simulation;
    simulation_init(&simulation, 1);
    char log[64] = "";
    struct listener listeners[2] = {{.mark = '1', .log = log}, {.mark = '2', .log = log}};
    for (int i = 0; i < 2; i++) {
        listeners[i].subscriber.receive = listen;
        listeners[i].subscriber.context = &listeners[i];
        simulation_subscribe(&simulation, &listeners[i].subscriber);
    }
    struct trace trace = simulation_trace(&simulation, "nas");
    TRACE_BARE(&trace, 5, "x.y");
    assert_string_equal(log, "1:x.y@nas 2:x.y@nas ");
    simulation_destroy(&simulation);
}

static void copied_text_outlives_its_source(void **state)
{
    (void)state;
    struct simulation simulation;
    simulation_init(&simulation, 1);
    char text[] = "client";
    char *copy = simulation_copy_text(&simulation, text);
    text[0] = 'X';
    assert_string_equal(copy, "client");
    simulation_destroy(&simulation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_run_by_instant_and_then_by_order),
        cmocka_unit_test(a_stopped_run_can_go_on),
        cmocka_unit_test(a_local_failure_ends_the_run),
        cmocka_unit_test(scheduling_into_the_past_stops_the_program),
        cmocka_unit_test(every_component_has_its_own_stream),
        cmocka_unit_test(each_event_reaches_the_subscribers_in_their_order),
        cmocka_unit_test(copied_text_outlives_its_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
