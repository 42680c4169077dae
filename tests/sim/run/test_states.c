/* The table of states that scenarios may ask for, against the nodes that answer. */
#include "support/unit.h"

#include "crypto/crypto.h"
#include "run/build.h"
#include "scenario/states.h"

#include <string.h>

#define FILE_NAME VPNSIM_SOURCE_DIR "/tests/sim/run/data/states.xml"

static void patterns_stand_for_names_and_numbers(void **state)
{
    (void)state;
    assert_true(scenario_state_matches("pptp.calls", "pptp.calls"));
    assert_false(scenario_state_matches("pptp.calls", "pptp.call"));
    assert_false(scenario_state_matches("pptp.calls", "pptp.calls.most"));
    assert_true(scenario_state_matches("connection.NAME", "connection.to.corp"));
    assert_false(scenario_state_matches("connection.NAME", "connection."));
    assert_true(scenario_state_matches("udp-server.PORT.received", "udp-server.53.received"));
    assert_false(scenario_state_matches("udp-server.PORT.received", "udp-server..received"));
    assert_false(scenario_state_matches("udp-server.PORT.received", "udp-server.53"));
}

/* The name that @p pattern has for the nodes of the file. */
static void make_name(const char *pattern, char name[64])
{
    const char *port = strstr(pattern, "PORT");
    const char *text = strstr(pattern, "NAME");
    if (port)
        snprintf(name, 64, "%.*s%s%s", (int)(port - pattern), pattern,
                 strncmp(pattern, "udp", 3) == 0 ? "7" : "9", port + 4);
    else if (text)
        snprintf(name, 64, "%.*scorp", (int)(text - pattern), pattern);
    else
        snprintf(name, 64, "%s", pattern);
}

static void compare_node(const struct run *run, const struct scenario_node *node)
{
    for (const struct scenario_state *s = scenario_states; s->name; s++) {
        char name[64];
        char value[64];
        make_name(s->name, name);
        assert_true(scenario_state_matches(s->name, name));
        if (run_state(run, node->name, name, value, sizeof value) !=
            scenario_state_is_of(s, node->kind))
            fail_msg("%s is declared otherwise for %s", name, node->name);
    }
}

static void declared_states_are_those_of_the_kinds_they_name(void **state)
{
    (void)state;
    const struct scenario_load_options options = {.vocabulary = run_vocabulary()};
    struct diagnostics diagnostics;
    struct scenario *scenario;
    struct run *run;
    char error[200];
    diagnostics_init(&diagnostics);
    enum status status = scenario_load(FILE_NAME, &options, &scenario, &diagnostics);
    diagnostics_print(&diagnostics, stderr);
    diagnostics_destroy(&diagnostics);
    assert_int_equal(status, STATUS_OK);
    struct crypto *crypto = crypto_create(NULL, NULL);
    assert_non_null(crypto);
    assert_int_equal(run_build(scenario, 1, crypto, &run, error, sizeof error), STATUS_OK);
    run_start(run);
    assert_int_equal(scenario->node_count, 7);
    for (size_t i = 0; i < scenario->node_count; i++)
        compare_node(run, &scenario->nodes[i]);
    run_destroy(run);
    crypto_destroy(crypto);
    scenario_free(scenario);
}

static void no_state_is_declared_twice(void **state)
{
    (void)state;
    for (const struct scenario_state *s = scenario_states; s->name; s++)
        for (const struct scenario_state *other = s + 1; other->name; other++)
            if (s->kinds & other->kinds && strcmp(s->name, other->name) == 0)
                fail_msg("%s is declared twice", s->name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_stand_for_names_and_numbers),
        cmocka_unit_test(declared_states_are_those_of_the_kinds_they_name),
        cmocka_unit_test(no_state_is_declared_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
