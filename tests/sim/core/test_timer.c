#include "core/simulation.h"
#include "core/timer.h"
#include "support/unit.h"

/* A timer and the instants at which it fired. */
struct fixture {
    struct simulation simulation;
    struct timer timer;
    instant fired[16];
    size_t count;
    instant again; /* set to now + this from within the callback; 0: not */
};

static void fire(void *context, instant now)
{
    struct fixture *fixture = context;
    assert_false(timer_is_set(&fixture->timer));
    fixture->fired[fixture->count++] = now;
    if (fixture->again && fixture->count < 3)
        timer_set(&fixture->simulation, &fixture->timer, now + fixture->again);
}

static void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){0};
    assert_int_equal(simulation_init(&fixture->simulation, 1), STATUS_OK);
    timer_init(&fixture->timer, fire, fixture);
    assert_false(timer_is_set(&fixture->timer));
}

static void it_fires_once_at_the_wanted_instant(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    timer_set(&fixture.simulation, &fixture.timer, 100);
    assert_true(timer_is_set(&fixture.timer));
    simulation_run(&fixture.simulation, 99);
    assert_int_equal(fixture.count, 0);
    simulation_run(&fixture.simulation, 1000);
    assert_int_equal(fixture.count, 1);
    assert_int_equal(fixture.fired[0], 100);
    simulation_destroy(&fixture.simulation);
}

static void moving_it_later_leaves_the_queue_alone(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    for (instant at = 100; at <= 100000; at++) {
        timer_set(&fixture.simulation, &fixture.timer, at);
        assert_int_equal(fixture.timer.event.at, 100);
    }
    simulation_run(&fixture.simulation, 200000);
    assert_int_equal(fixture.count, 1);
    assert_int_equal(fixture.fired[0], 100000);
    assert_int_equal(fixture.simulation.events_run, 2);
    simulation_destroy(&fixture.simulation);
}

static void moving_it_earlier_takes_effect(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    timer_set(&fixture.simulation, &fixture.timer, 100);
    timer_set(&fixture.simulation, &fixture.timer, 50);
    simulation_run(&fixture.simulation, 1000);
    assert_int_equal(fixture.count, 1);
    assert_int_equal(fixture.fired[0], 50);
    simulation_destroy(&fixture.simulation);
}

static void never_unsets_it(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    timer_set(&fixture.simulation, &fixture.timer, 100);
    timer_set(&fixture.simulation, &fixture.timer, INSTANT_NEVER);
    assert_false(timer_is_set(&fixture.timer));
    simulation_run(&fixture.simulation, 150);
    assert_int_equal(fixture.count, 0);
    timer_set(&fixture.simulation, &fixture.timer, 200);
    timer_set(&fixture.simulation, &fixture.timer, INSTANT_NEVER);
    timer_set(&fixture.simulation, &fixture.timer, 300);
    simulation_run(&fixture.simulation, 1000);
    assert_int_equal(fixture.count, 1);
    assert_int_equal(fixture.fired[0], 300);
    simulation_destroy(&fixture.simulation);
}

static void an_instant_that_has_passed_means_now(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    simulation_run(&fixture.simulation, 500);
    timer_set(&fixture.simulation, &fixture.timer, 100);
    assert_int_equal(fixture.count, 0);
    simulation_run(&fixture.simulation, 500);
    assert_int_equal(fixture.count, 1);
    assert_int_equal(fixture.fired[0], 500);
    simulation_destroy(&fixture.simulation);
}

static void the_callback_may_set_it_again(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    fixture.again = 7;
    timer_set(&fixture.simulation, &fixture.timer, 10);
    simulation_run(&fixture.simulation, 1000);
    assert_int_equal(fixture.count, 3);
    assert_int_equal(fixture.fired[1], 17);
    assert_int_equal(fixture.fired[2], 24);
    simulation_destroy(&fixture.simulation);
}

static void a_destroyed_one_leaves_nothing_behind(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    timer_set(&fixture.simulation, &fixture.timer, 10);
    timer_destroy(&fixture.simulation, &fixture.timer);
    assert_int_equal(event_queue_count(fixture.simulation.queue), 0);
    simulation_run(&fixture.simulation, 1000);
    assert_int_equal(fixture.count, 0);
    simulation_destroy(&fixture.simulation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_fires_once_at_the_wanted_instant),
        cmocka_unit_test(moving_it_later_leaves_the_queue_alone),
        cmocka_unit_test(moving_it_earlier_takes_effect),
        cmocka_unit_test(never_unsets_it),
        cmocka_unit_test(an_instant_that_has_passed_means_now),
        cmocka_unit_test(the_callback_may_set_it_again),
        cmocka_unit_test(a_destroyed_one_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
