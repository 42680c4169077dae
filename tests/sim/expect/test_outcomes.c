#include "evaluate.h"

/* What is judged by its end: packets, states, transfers, pings, errors, causes, repetition. */

struct evidence {
    struct packet_evidence packets;
    bool counted;
    const char *state;
};

static bool give_packets(void *context, size_t index, struct packet_evidence *evidence)
{
    const struct evidence *known = context;
    assert_int_equal(index, 0);
    *evidence = known->packets;
    return known->counted;
}

static bool give_state(void *context, const char *node, const char *name, char *text, size_t size)
{
    const struct evidence *known = context;
    assert_string_equal(node, "client");
    assert_string_equal(name, "connection.corp");
    if (!known->state)
        return false;
    assert_true(strlen(known->state) < size);
    strcpy(text, known->state);
    return true;
}

static void end_knowing(struct evidence known, bool holds, const char *seen)
{
    end_with(&(const struct evaluation_sources){&known, give_packets, give_state}, holds, seen);
}

static const struct expectation frames = {
    .kind = EXPECT_PACKETS,
    .packets = {.point = "link:a",
                .filter = "proto 47",
                .window = {0, INSTANT_NEVER},
                .count = {2, 4}},
};

static void packets_are_counted(void **state)
{
    (void)state;
    for (uint64_t matched = 2; matched <= 4; matched++) {
        begin(&frames);
        end_knowing((struct evidence){.packets = {.matched = matched, .seen = 9}, .counted = true},
                    true, "");
    }
    begin(&frames);
    end_knowing((struct evidence){.packets = {1, 0, 57, 1000 * MS, 1500 * MS}, .counted = true},
                false, "1 of the 57 frames there match, the first at 1 s, the last at 1.5 s");
    begin(&frames);
    end_knowing((struct evidence){.packets = {0, 6, 57, 0, 0}, .counted = true}, false,
                "0 of the 57 frames there match; 6 more match at other times");
    begin(&frames);
    end_knowing((struct evidence){.packets = {5, 0, 5, 0, 9}, .counted = true}, false,
                "5 of the 5 frames there match, the first at 0 s, the last at 0.000000009 s");
    begin(&frames);
    end_knowing((struct evidence){.counted = false}, false, "nothing was captured there");
}

static const struct expectation connected_at_end = {
    .kind = EXPECT_STATE,
    .state = {.node = "client", .name = "connection.corp", .is = "connected"},
};

static void a_state_is_compared_at_the_end(void **state)
{
    (void)state;
    begin(&connected_at_end);
    end_knowing((struct evidence){.state = "connected"}, true, "");
    begin(&connected_at_end);
    end_knowing((struct evidence){.state = "dialing"}, false, "it is \"dialing\"");
    begin(&connected_at_end);
    end_knowing((struct evidence){0}, false, "client has no state of that name");
}

static const struct expectation intact = {
    .kind = EXPECT_TRANSFER,
    .transfer = {.name = "up", .result = TRANSFER_INTACT, .before = 5000 * MS},
};

static const struct expectation failed = {
    .kind = EXPECT_TRANSFER,
    .transfer = {.name = "up", .result = TRANSFER_FAILED, .before = INSTANT_NEVER},
};

static const struct expectation failed_early = {
    .kind = EXPECT_TRANSFER,
    .transfer = {.name = "up", .result = TRANSFER_FAILED, .before = 5000 * MS},
};

static void transfer_starts(void)
{
    HAPPENS(1000 * MS, "c", "transfer.started", trace_text("name", "up"));
}

static void transfer_ends(instant at, const char *whether)
{
    transfer_starts();
    HAPPENS(at, "c", "transfer.finished", trace_text("name", "other"), trace_text("intact", "yes"));
    HAPPENS(at, "c", "transfer.finished", trace_text("name", "up"), trace_text("intact", whether));
}

static void transfer_gives_up(instant at)
{
    transfer_starts();
    HAPPENS(at, "c", "transfer.failed", trace_text("name", "up"), trace_text("reason", "reset"));
}

static void a_transfer_is_intact_when_every_octet_arrives_in_time(void **state)
{
    (void)state;
    begin(&intact);
    transfer_ends(5000 * MS, "yes");
    holds();
    begin(&intact);
    transfer_ends(5001 * MS, "yes");
    fails("once: at 5.001 s c transfer.finished name=up intact=yes");
    begin(&intact);
    transfer_ends(2000 * MS, "no");
    fails("once: at 2 s c transfer.finished name=up intact=no");
    begin(&intact);
    transfer_gives_up(2000 * MS);
    fails("once: at 2 s c transfer.failed name=up reason=reset");
    begin(&intact);
    transfer_starts();
    fails("it was started at 1 s and had not finished when the run ended");
    begin(&intact);
    fails("it had not finished when the run ended");
}

static void a_transfer_fails_when_it_gives_up_hangs_or_is_altered(void **state)
{
    (void)state;
    begin(&failed);
    transfer_gives_up(2000 * MS);
    holds();
    begin(&failed);
    transfer_ends(2000 * MS, "no");
    holds();
    begin(&failed);
    transfer_starts();
    holds();
    begin(&failed);
    transfer_ends(2000 * MS, "yes");
    fails("once: at 2 s c transfer.finished name=up intact=yes");
    begin(&failed);
    holds();
    begin(&failed_early);
    transfer_gives_up(5001 * MS);
    fails("once: at 5.001 s c transfer.failed name=up reason=reset");
    begin(&failed_early);
    transfer_starts();
    fails("it was started at 1 s and had not finished when the run ended");
}

static void ping_ends(const char *node, const char *name, uint64_t received)
{
    HAPPENS(9000 * MS, node, "ping.finished", trace_text("name", name),
            trace_number("received", received));
}

static void the_replies_of_a_ping_are_counted(void **state)
{
    (void)state;
    const struct expectation named = {.kind = EXPECT_PING,
                                      .ping = {.name = "through", .replies = {4, 4}}};
    begin(&named);
    ping_ends("c", "before", 0);
    ping_ends("c", "through", 4);
    holds();
    begin(&named);
    ping_ends("c", "through", 3);
    fails("answered 3 times; ping.finished was seen once: at 9 s c ping.finished name=through "
          "received=3");
    begin(&named);
    ping_ends("c", "before", 4);
    fails("it had not finished when the run ended; nearest: at 9 s c ping.finished name=before "
          "received=4");
    const struct expectation none = {.kind = EXPECT_PING,
                                     .ping = {.name = "through", .replies = {0, 0}}};
    begin(&none);
    ping_ends("c", "through", 0);
    holds();
    begin(&none);
    fails("it had not finished when the run ended; no other ping.finished was seen");
}

static void the_pings_of_a_node_are_counted_together(void **state)
{
    (void)state;
    const struct expectation all = {.kind = EXPECT_PING, .ping = {.node = "c", .replies = {6, 6}}};
    begin(&all);
    ping_ends("c", "one", 4);
    ping_ends("d", "two", 4);
    ping_ends("c", "three", 2);
    holds();
}

static const struct expectation error_721 = {
    .kind = EXPECT_CLIENT_ERROR,
    .client_error = {.node = "c", .connection = "corp", .code = 721, .window = {0, 60000 * MS}},
};

static void dial_fails(instant at, const char *connection, uint64_t error)
{
    HAPPENS(at, "c", "dial.failed", trace_text("connection", connection),
            trace_number("error", error));
}

static void a_dial_fails_with_its_error(void **state)
{
    (void)state;
    begin(&error_721);
    dial_fails(22000 * MS, "corp", 721);
    holds();
    begin(&error_721);
    dial_fails(22000 * MS, "corp", 678);
    dial_fails(61000 * MS, "corp", 721);
    fails("no such failure; nearest: at 61 s c dial.failed connection=corp error=721; "
          "at 22 s c dial.failed connection=corp error=678");
    begin(&error_721);
    HAPPENS(3000 * MS, "c", "dial.connected", trace_text("connection", "corp"));
    fails("no such failure; no other dial.failed was seen; it connected once: at 3 s c "
          "dial.connected connection=corp");
}

static void drop(instant at, const char *node, const char *protocol, const char *reason)
{
    struct trace trace = {.emit = evaluation_receive, .context = evaluation, .node = node};
    static uint64_t serial = 1000; /* never shown */
    trace_drop(&trace, at, protocol, reason, serial++);
}

static void a_cause_is_a_place_that_drops_for_a_reason(void **state)
{
    (void)state;
    const struct expectation cause = {
        .kind = EXPECT_CAUSE,
        .cause = {.node = "link:access", .reason = "loss", .protocol = "link", .min = 2}};
    begin(&cause);
    drop(1000 * MS, "link:access", "link", "loss");
    drop(2000 * MS, "link:access", "link", "loss");
    holds();
    begin(&cause);
    drop(1000 * MS, "link:access", "link", "loss");
    drop(2000 * MS, "link:access", "link", "queue-full");
    drop(3000 * MS, "isp", "gre", "filter");
    drop(4000 * MS, "link:access", "link", "queue-full");
    fails("once: at 1 s link:access packet.dropped protocol=link reason=loss; nearest: "
          "at 2 s link:access packet.dropped protocol=link reason=queue-full (2 times); "
          "at 3 s isp packet.dropped protocol=gre reason=filter");
    const struct expectation anything = {.kind = EXPECT_CAUSE, .cause = {.node = "isp", .min = 1}};
    begin(&anything);
    drop(1, "isp", "udp", "no-listener");
    holds();
}

static void reproducibility_is_told_from_outside(void **state)
{
    (void)state;
    const struct expectation expectation = {.kind = EXPECT_REPRODUCIBLE};
    begin(&expectation);
    fails("the run was not repeated");
    begin(&expectation);
    const struct evaluation_sources sources = {0};
    assert_int_equal(evaluation_finish(evaluation, &sources), STATUS_OK);
    assert_int_equal(evaluation_set(evaluation, 0, true, ""), STATUS_OK);
    assert_true(evaluation_holds(evaluation));
    assert_int_equal(evaluation_set(evaluation, 0, false, "events.jsonl differs"), STATUS_OK);
    assert_string_equal(evaluation_verdicts(evaluation)[0].seen, "events.jsonl differs");
    assert_false(evaluation_holds(evaluation));
    evaluation_destroy(evaluation);
}

static void no_expectation_at_all_holds(void **state)
{
    (void)state;
    evaluation = evaluation_create(NULL, 0);
    assert_non_null(evaluation);
    HAPPENS_BARE(0, "a", "b");
    const struct evaluation_sources sources = {0};
    assert_int_equal(evaluation_finish(evaluation, &sources), STATUS_OK);
    assert_true(evaluation_holds(evaluation));
    evaluation_destroy(evaluation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_are_counted),
        cmocka_unit_test(a_state_is_compared_at_the_end),
        cmocka_unit_test(a_transfer_is_intact_when_every_octet_arrives_in_time),
        cmocka_unit_test(a_transfer_fails_when_it_gives_up_hangs_or_is_altered),
        cmocka_unit_test(the_replies_of_a_ping_are_counted),
        cmocka_unit_test(the_pings_of_a_node_are_counted_together),
        cmocka_unit_test(a_dial_fails_with_its_error),
        cmocka_unit_test(a_cause_is_a_place_that_drops_for_a_reason),
        cmocka_unit_test(reproducibility_is_told_from_outside),
        cmocka_unit_test(no_expectation_at_all_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
