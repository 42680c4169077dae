#include "evaluate.h"

static const struct field_pattern call_fields[] = {
    {.name = "result", .is = "1"},
    {.name = "call-id", .has_min = true, .min = 10, .has_max = true, .max = 20},
};

static const struct expectation call_established = {
    .kind = EXPECT_EVENT,
    .event = {.pattern = {.node = "client",
                          .name = "call.established",
                          .window = {1000 * MS, 3000 * MS},
                          .fields = call_fields,
                          .field_count = 2},
              .count = {1, UINT64_MAX}},
};

static void an_event_is_seen_with_its_fields_at_its_time(void **state)
{
    (void)state;
    begin(&call_established);
    HAPPENS(2000 * MS, "client", "call.established", trace_number("result", 1),
            trace_number("call-id", 10));
    holds();
}

static void the_window_counts_both_of_its_ends(void **state)
{
    (void)state;
    const instant ends[] = {1000 * MS, 3000 * MS};
    for (size_t i = 0; i < 2; i++) {
        begin(&call_established);
        HAPPENS(ends[i], "client", "call.established", trace_text("result", "1"),
                trace_text("call-id", "20"));
        holds();
    }
}

static void what_was_not_seen_at_all_is_said(void **state)
{
    (void)state;
    begin(&call_established);
    HAPPENS_BARE(2000 * MS, "client", "call.refused");
    fails("not at all; no other call.established was seen");
}

static void the_nearest_events_come_first(void **state)
{
    (void)state;
    begin(&call_established);
    /* other node; right node but both fields wrong; one field wrong, twice; too late */
    HAPPENS(1100 * MS, "server", "call.established", trace_number("result", 1),
            trace_number("call-id", 12));
    HAPPENS(1200 * MS, "client", "call.established", trace_number("result", 2),
            trace_number("call-id", 9));
    HAPPENS(1300 * MS, "client", "call.established", trace_number("result", 1),
            trace_number("call-id", 21));
    HAPPENS(1400 * MS, "client", "call.established", trace_number("result", 1),
            trace_number("call-id", 21));
    HAPPENS(3000 * MS + 1, "client", "call.established", trace_number("result", 1),
            trace_number("call-id", 12));
    fails("not at all; nearest: at 3.000000001 s client call.established result=1 call-id=12; "
          "at 1.3 s client call.established result=1 call-id=21 (2 times); "
          "at 1.2 s client call.established result=2 call-id=9");
}

static void an_absent_field_and_a_value_that_is_no_number_do_not_match(void **state)
{
    (void)state;
    begin(&call_established);
    HAPPENS(2000 * MS, "client", "call.established", trace_number("result", 1));
    HAPPENS(2000 * MS, "client", "call.established", trace_number("result", 1),
            trace_text("call-id", "12x"));
    fails("not at all; nearest: at 2 s client call.established result=1; "
          "at 2 s client call.established result=1 call-id=12x");
}

static void a_field_can_be_anything_but_a_value(void **state)
{
    (void)state;
    const struct field_pattern field = {.name = "protocol", .is_not = "mppe"};
    const struct expectation expectation = {
        .kind = EXPECT_EVENT,
        .event = {.pattern = {.name = "packet.dropped",
                              .window = TIME_WINDOW_ALL,
                              .fields = &field,
                              .field_count = 1},
                  .count = {2, 2}},
    };
    begin(&expectation);
    HAPPENS(1 * MS, "a", "packet.dropped", trace_text("protocol", "mppe"));
    HAPPENS(2 * MS, "b", "packet.dropped", trace_text("protocol", "gre"));
    HAPPENS(3 * MS, "a", "packet.dropped", trace_text("protocol", "link"));
    HAPPENS(4 * MS, "a", "packet.dropped", trace_text("other", "link"));
    holds();
}

static void addresses_and_octets_compare_as_they_are_printed(void **state)
{
    (void)state;
    const struct field_pattern fields[] = {
        {.name = "local", .is = "10.0.0.201"},
        {.name = "cookie", .is = "1a2b3c4d"},
    };
    const struct expectation expectation = {
        .kind = EXPECT_EVENT,
        .event = {.pattern =
                      {.name = "x", .window = TIME_WINDOW_ALL, .fields = fields, .field_count = 2},
                  .count = {1, UINT64_MAX}},
    };
    const uint8_t cookie[] = {0x1a, 0x2b, 0x3c, 0x4d};
    begin(&expectation);
    HAPPENS(0, "a", "x", trace_address("local", 0x0a0000c9), trace_octets("cookie", cookie, 4));
    holds();
}

static const struct expectation twice = {
    .kind = EXPECT_EVENT,
    .event = {.pattern = {.name = "a.b", .window = {0, INSTANT_NEVER}}, .count = {2, 2}},
};

static void too_many_are_told_with_their_times(void **state)
{
    (void)state;
    begin(&twice);
    for (int i = 1; i <= 5; i++)
        HAPPENS((instant)i * 100 * MS, "n", "a.b", trace_number("i", (uint64_t)i));
    fails("5 times: at 0.1 s n a.b i=1; at 0.2 s n a.b i=2; at 0.3 s n a.b i=3; ... the last at "
          "0.5 s");
}

static void exactly_the_count_is_enough(void **state)
{
    (void)state;
    begin(&twice);
    HAPPENS_BARE(1, "n", "a.b");
    HAPPENS_BARE(2, "n", "a.b");
    holds();
}

static void too_few_are_told_with_what_was_seen(void **state)
{
    (void)state;
    begin(&twice);
    HAPPENS_BARE(1000 * MS, "n", "a.b");
    fails("once: at 1 s n a.b; no other a.b was seen");
}

static const struct event_pattern never_patterns[] = {
    {.name = "lcp.opened", .window = {0, INSTANT_NEVER}},
    {.name = "ipcp.opened", .node = "client", .window = {500 * MS, INSTANT_NEVER}},
};

static const struct expectation never = {
    .kind = EXPECT_NEVER,
    .events = {.patterns = never_patterns, .count = 2},
};

static void never_holds_when_none_happens(void **state)
{
    (void)state;
    begin(&never);
    HAPPENS_BARE(499 * MS, "client", "ipcp.opened");
    HAPPENS_BARE(600 * MS, "server", "ipcp.opened");
    holds();
}

static void never_names_everything_that_happened(void **state)
{
    (void)state;
    begin(&never);
    HAPPENS_BARE(500 * MS, "client", "ipcp.opened");
    HAPPENS_BARE(600 * MS, "server", "lcp.opened");
    fails("once: at 0.6 s server lcp.opened; once: at 0.5 s client ipcp.opened");
}

static const struct event_pattern steps[] = {
    {.name = "dial.started", .window = {0, INSTANT_NEVER}},
    {.name = "dial.started", .window = {0, INSTANT_NEVER}},
    {.name = "dial.connected", .window = {0, INSTANT_NEVER}},
};

static const struct expectation in_order = {
    .kind = EXPECT_IN_ORDER,
    .events = {.patterns = steps, .count = 3},
};

static void steps_are_taken_by_different_events_in_their_order(void **state)
{
    (void)state;
    begin(&in_order);
    HAPPENS_BARE(1, "c", "dial.started");
    HAPPENS_BARE(1, "c", "dial.failed");
    HAPPENS_BARE(2, "c", "dial.started");
    HAPPENS_BARE(2, "c", "dial.connected");
    holds();
}

static void one_event_is_not_two_steps(void **state)
{
    (void)state;
    begin(&in_order);
    HAPPENS_BARE(1000 * MS, "c", "dial.started");
    HAPPENS_BARE(2000 * MS, "c", "dial.connected");
    fails("step 2 of 3, dial.started, was not seen after step 1 at 1 s; before that it was seen "
          "once: at 1 s c dial.started");
}

static void a_step_that_came_too_early_is_told(void **state)
{
    (void)state;
    begin(&in_order);
    HAPPENS_BARE(1000 * MS, "c", "dial.started");
    HAPPENS_BARE(2000 * MS, "c", "dial.connected");
    HAPPENS_BARE(3000 * MS, "c", "dial.started");
    fails("step 3 of 3, dial.connected, was not seen after step 2 at 3 s; before that it was seen "
          "once: at 2 s c dial.connected");
}

static void a_first_step_that_is_missing_is_told(void **state)
{
    (void)state;
    begin(&in_order);
    fails("step 1 of 3, dial.started, was not seen; no other dial.started was seen");
}

static void many_near_misses_cost_no_memory_each(void **state)
{
    (void)state;
    begin(&call_established);
    for (uint64_t i = 0; i < 100000; i++)
        HAPPENS(2000 * MS, "server", "call.established", trace_number("result", i));
    fails("not at all; nearest: at 2 s server call.established result=1; "
          "at 2 s server call.established result=0; at 2 s server call.established result=2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_seen_with_its_fields_at_its_time),
        cmocka_unit_test(the_window_counts_both_of_its_ends),
        cmocka_unit_test(what_was_not_seen_at_all_is_said),
        cmocka_unit_test(the_nearest_events_come_first),
        cmocka_unit_test(an_absent_field_and_a_value_that_is_no_number_do_not_match),
        cmocka_unit_test(a_field_can_be_anything_but_a_value),
        cmocka_unit_test(addresses_and_octets_compare_as_they_are_printed),
        cmocka_unit_test(too_many_are_told_with_their_times),
        cmocka_unit_test(exactly_the_count_is_enough),
        cmocka_unit_test(too_few_are_told_with_what_was_seen),
        cmocka_unit_test(never_holds_when_none_happens),
        cmocka_unit_test(never_names_everything_that_happened),
        cmocka_unit_test(steps_are_taken_by_different_events_in_their_order),
        cmocka_unit_test(one_event_is_not_two_steps),
        cmocka_unit_test(a_step_that_came_too_early_is_told),
        cmocka_unit_test(a_first_step_that_is_missing_is_told),
        cmocka_unit_test(many_near_misses_cost_no_memory_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
