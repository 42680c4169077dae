#include "real_end.h"

#include "core/simulation.h"
#include "net/link.h"
#include "outside/outside.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#define FRAME 60

/* A link of which one end is the outside and the other a device that logs and sends back. */
struct world {
    struct simulation simulation;
    struct outside outside;
    struct link *link;
    struct device device;
    struct capture_tap tap;
    struct trace_subscriber subscriber;
    int end;
    size_t arrived;
    uint8_t first_octets[256]; /* of those that arrived */
    instant arrived_at;
    size_t captured;
    size_t told;
    char events[512];
};

static void echo(struct device *device, struct packet *frame)
{
    struct world *world = device->owner;
    world->arrived_at = world->simulation.now;
    world->first_octets[world->arrived++] = frame->data[0];
    device_transmit(device, frame);
}

static void count(struct capture_tap *tap, instant at, enum tap_direction direction,
                  const uint8_t *frame, size_t length)
{
    (void)at, (void)direction, (void)frame, (void)length;
    struct world *world = (struct world *)(void *)((char *)tap - offsetof(struct world, tap));
    world->captured++;
}

static void note(void *context, const struct trace_event *event)
{
    struct world *world = context;
    size_t used = strlen(world->events);
    world->told++;
    snprintf(world->events + used, sizeof world->events - used, "%s %s/%s/%s; ", event->node,
             event->name, event->fields[0].text, event->fields[1].text);
}

static struct world *world_create(instant delay)
{
    struct world *world = calloc(1, sizeof *world);
    struct frame_port port;
    const struct link_config config = {
        .name = "wire", .delay = delay, .mtu = 1500, .queue_limit = 100};
    assert_non_null(world);
    assert_int_equal(simulation_init(&world->simulation, 1), STATUS_OK);
    world->subscriber = (struct trace_subscriber){.receive = note, .context = world};
    simulation_subscribe(&world->simulation, &world->subscriber);
    world->link = link_create(&world->simulation, &config);
    world->device = (struct device){.name = "lan", .node = "h", .owner = world, .receive = echo};
    world->tap.record = count;
    link_attach(world->link, 1, &world->device);
    link_add_tap(world->link, &world->tap);
    outside_init(&world->outside, &world->simulation);
    world->end = real_end_open(&port);
    assert_int_equal(outside_attach(&world->outside, world->link, 0, &port), STATUS_OK);
    outside_start(&world->outside);
    return world;
}

static void world_destroy(struct world *world)
{
    outside_destroy(&world->outside);
    simulation_destroy(&world->simulation);
    if (world->end >= 0)
        close(world->end);
    free(world);
}

static bool never(void)
{
    return false;
}

static void give(const struct world *world, uint8_t first, size_t length)
{
    uint8_t frame[4096] = {first};
    assert_int_equal(send(world->end, frame, length, 0), length);
}

static void run_for(struct world *world, instant duration)
{
    instant until = world->simulation.now + duration;
    assert_int_equal(outside_run(&world->outside, until, never), STATUS_OK);
    assert_int_equal(world->simulation.now, until);
}

/* What run_until() waits for. */
static struct {
    const struct world *world;
    size_t arrived;
    size_t told;
} awaited;

static bool has_come(void)
{
    return awaited.world->arrived >= awaited.arrived && awaited.world->told >= awaited.told;
}

/* Until so many frames have arrived and so many events were told, however slow the machine is. */
static void run_until(struct world *world, size_t arrived, size_t told)
{
    instant latest = world->simulation.now + 30 * INSTANT_SECOND;
    awaited.world = world;
    awaited.arrived = arrived;
    awaited.told = told;
    assert_int_equal(outside_run(&world->outside, latest, has_come), STATUS_OK);
    assert_true(has_come());
}

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * INSTANT_SECOND + (uint64_t)time.tv_nsec;
}

static void frames_go_in_and_out_and_past_the_taps(void **state)
{
    (void)state;
    struct world *world = world_create(INSTANT_MILLISECOND);
    for (uint8_t i = 1; i <= 5; i++)
        give(world, i, FRAME);
    run_until(world, 5, 0);
    run_for(world, 2 * INSTANT_MILLISECOND); /* what is on its way back arrives */
    assert_int_equal(world->arrived, 5);
    assert_memory_equal(world->first_octets, "\1\2\3\4\5", 5);
    for (uint8_t i = 1; i <= 5; i++) {
        uint8_t frame[100];
        assert_int_equal(recv(world->end, frame, sizeof frame, MSG_DONTWAIT), FRAME);
        assert_int_equal(frame[0], i);
    }
    assert_int_equal(world->captured, 10);
    assert_string_equal(world->events, "");
    world_destroy(world);
}

static void a_frame_enters_when_it_arrives(void **state)
{
    (void)state;
    struct world *world = world_create(2 * INSTANT_MILLISECOND);
    run_for(world, 10 * INSTANT_MILLISECOND);
    instant given = clock_ns(CLOCK_MONOTONIC) - world->outside.origin_ns;
    give(world, 1, FRAME);
    run_until(world, 1, 0);
    instant noticed = clock_ns(CLOCK_MONOTONIC) - world->outside.origin_ns;
    /* It travelled 2 ms. */
    assert_int_equal(world->arrived, 1);
    assert_in_range(world->arrived_at, given + 2 * INSTANT_MILLISECOND, noticed);
    world_destroy(world);
}

static void what_is_no_frame_is_dropped(void **state)
{
    (void)state;
    struct world *world = world_create(0);
    give(world, 1, 0);
    give(world, 2, 13);
    give(world, 3, 14);
    give(world, 4, 1514);
    give(world, 5, 1515);
    run_until(world, 2, 3);
    assert_int_equal(world->arrived, 2);
    assert_memory_equal(world->first_octets, "\3\4", 2);
    assert_string_equal(world->events, "link:wire packet.dropped/attachment/truncated; "
                                       "link:wire packet.dropped/attachment/truncated; "
                                       "link:wire packet.dropped/link/mtu; ");
    world_destroy(world);
}

static void frames_to_nobody_are_told(void **state)
{
    (void)state;
    struct world *world = world_create(0);
    close(world->end);
    world->end = -1;
    for (unsigned i = 0; i < 2; i++) {
        struct packet *frame = packet_from(&world->simulation.packets, (uint8_t[FRAME]){1}, FRAME);
        device_transmit(&world->device, frame);
    }
    run_until(world, 0, 2);
    assert_string_equal(world->events, "link:wire packet.dropped/attachment/nobody-there; "
                                       "link:wire packet.dropped/attachment/nobody-there; ");
    world_destroy(world);
}

struct alarm {
    struct event event;
    uint64_t origin;
    size_t rung;
};

static void ring(struct simulation *simulation, struct event *event)
{
    struct alarm *alarm = (struct alarm *)(void *)event;
    assert_true(clock_ns(CLOCK_MONOTONIC) - alarm->origin >= simulation->now);
    if (++alarm->rung < 10)
        simulation_schedule(simulation, event, simulation->now + 10 * INSTANT_MILLISECOND);
}

static void events_wait_for_their_time_in_sleep(void **state)
{
    (void)state;
    struct world *world = world_create(0);
    struct alarm alarm = {.event.action = ring, .origin = clock_ns(CLOCK_MONOTONIC)};
    outside_start(&world->outside);
    simulation_schedule(&world->simulation, &alarm.event, 10 * INSTANT_MILLISECOND);
    uint64_t used = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    run_for(world, 100 * INSTANT_MILLISECOND);
    used = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - used;
    assert_int_equal(alarm.rung, 10);
    /* Whoever spins needs all of the 100 ms. */
    assert_true(used < 30 * INSTANT_MILLISECOND);
    world_destroy(world);
}

static volatile sig_atomic_t signalled;

static void on_signal(int number)
{
    signalled = number;
}

static bool was_signalled(void)
{
    return signalled != 0;
}

static void a_signal_ends_the_sleep(void **state)
{
    (void)state;
    struct world *world = world_create(0);
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    const struct itimerval soon = {.it_value = {.tv_usec = 20000}};
    assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
    uint64_t before = clock_ns(CLOCK_MONOTONIC);
    assert_int_equal(outside_run(&world->outside, 60 * INSTANT_SECOND, was_signalled), STATUS_OK);
    assert_int_equal(signalled, SIGALRM);
    assert_in_range(clock_ns(CLOCK_MONOTONIC) - before, 10 * INSTANT_MILLISECOND,
                    30 * INSTANT_SECOND);
    assert_true(world->simulation.now < 30 * INSTANT_SECOND);
    world_destroy(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_go_in_and_out_and_past_the_taps),
        cmocka_unit_test(a_frame_enters_when_it_arrives),
        cmocka_unit_test(what_is_no_frame_is_dropped),
        cmocka_unit_test(frames_to_nobody_are_told),
        cmocka_unit_test(events_wait_for_their_time_in_sleep),
        cmocka_unit_test(a_signal_ends_the_sleep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
