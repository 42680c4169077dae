/*
 * What a flood of malformed PPTP messages does to memory: the scenario of that name, run to two
 * instants of its flood between which hundreds of connections and thousands of packets come.
 * Nothing but the flood happens meanwhile, so that the heap, the arena and the packets must be as
 * they were.
 */
#include "support/unit.h"

#include "core/arena.h"
#include "crypto/crypto.h"
#include "run/build.h"

#include <malloc.h>
#include <stdlib.h>

#define FILE_NAME VPNSIM_SOURCE_DIR "/scenarios/pptp/pptp-malformed-stream-leak.xml"
/* Both callers are connected, and the transfer is over. */
#define EARLY (17 * INSTANT_SECOND)
#define LATE  (24 * INSTANT_SECOND + 900 * INSTANT_MILLISECOND)

struct memory {
    size_t heap; /* 0 where a sanitizer keeps the heap */
    size_t arena;
    size_t packets;
    size_t reserved;
};

static struct memory look(const struct simulation *simulation)
{
    struct mallinfo2 information = mallinfo2();
    return (struct memory){
        .heap = information.uordblks + information.hblkhd,
        .arena = arena_bytes(simulation->arena),
        .packets = simulation->packets.in_use,
        .reserved = simulation->packets.bytes_reserved,
    };
}

static int discarded(const struct run *run)
{
    char text[20];
    assert_true(run_state(run, "gateway", "pptp.discarded", text, sizeof text));
    return atoi(text);
}

static void a_flood_of_malformed_messages_takes_no_memory(void **state)
{
    (void)state;
    const struct scenario_load_options options = {.vocabulary = run_vocabulary()};
    struct diagnostics diagnostics;
    struct scenario *scenario;
    struct run *run;
    char error[200];
    diagnostics_init(&diagnostics);
    assert_int_equal(scenario_load(FILE_NAME, &options, &scenario, &diagnostics), STATUS_OK);
    struct crypto *crypto = crypto_create(NULL, NULL);
    assert_non_null(crypto);
    assert_int_equal(run_build(scenario, 1, crypto, &run, error, sizeof error), STATUS_OK);
    struct simulation *simulation = run_simulation(run);
    run_start(run);
    assert_int_equal(simulation_run(simulation, EARLY), STATUS_OK);
    const struct memory early = look(simulation);
    const int before = discarded(run);
    assert_int_equal(simulation_run(simulation, LATE), STATUS_OK);
    const struct memory late = look(simulation);
    assert_true(discarded(run) > before + 200);
    assert_int_equal(late.heap, early.heap);
    assert_int_equal(late.arena, early.arena);
    assert_int_equal(late.packets, early.packets);
    assert_int_equal(late.reserved, early.reserved);
    run_destroy(run);
    crypto_destroy(crypto);
    scenario_free(scenario);
    diagnostics_destroy(&diagnostics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flood_of_malformed_messages_takes_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
