#include "expect/describe.h"
#include "support/unit.h"

#include <stdlib.h>

static void assert_described(const struct expectation *expectation, const char *expected)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    describe_expectation(stream, expectation);
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void assert_instant(instant at, const char *expected)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    describe_instant(stream, at);
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void instants_are_seconds_without_trailing_zeros(void **state)
{
    (void)state;
    assert_instant(0, "0 s");
    assert_instant(1, "0.000000001 s");
    assert_instant(1000250000, "1.00025 s");
    assert_instant(60 * INSTANT_SECOND, "60 s");
    assert_instant(INSTANT_SECOND / 2, "0.5 s");
}

static void every_kind_reads_as_a_sentence(void **state)
{
    (void)state;
    const struct field_pattern fields[] = {
        {.name = "result", .is = "1"},
        {.name = "protocol", .is_not = "mppe"},
        {.name = "port", .has_min = true, .min = 1024, .has_max = true, .max = 5000},
    };
    const struct event_pattern patterns[] = {
        {.name = "a.b",
         .node = "client",
         .window = {INSTANT_SECOND, 3 * INSTANT_SECOND},
         .fields = fields,
         .field_count = 3},
        {.name = "c.d", .window = {INSTANT_SECOND, INSTANT_NEVER}},
        {.name = "e.f", .window = {0, INSTANT_SECOND}},
    };
    struct expectation expectation = {.kind = EXPECT_EVENT,
                                      .event = {patterns[0], COUNT_AT_LEAST_ONE}};
    assert_described(&expectation, "a.b at client with result = 1, protocol other than mppe, port "
                                   ">= 1024 and port <= 5000 between 1 s and 3 s, at least once");
    expectation = (struct expectation){.kind = EXPECT_NEVER, .events = {patterns + 1, 2}};
    assert_described(&expectation, "never c.d after 1 s nor e.f before 1 s");
    expectation.kind = EXPECT_IN_ORDER;
    assert_described(&expectation, "in this order: c.d after 1 s; e.f before 1 s");
    expectation = (struct expectation){
        .kind = EXPECT_PACKETS,
        .packets = {"link:a", "proto 47", {0, INSTANT_NEVER}, {0, 0}},
    };
    assert_described(&expectation, "frames at link:a match \"proto 47\" never");
    expectation = (struct expectation){.kind = EXPECT_STATE, .state = {"client", "x", "up"}};
    assert_described(&expectation, "at the end, x of client is \"up\"");
    expectation = (struct expectation){.kind = EXPECT_TRANSFER,
                                       .transfer = {"up", TRANSFER_INTACT, INSTANT_SECOND}};
    assert_described(&expectation, "transfer up delivers every octet intact before 1 s");
    expectation = (struct expectation){.kind = EXPECT_TRANSFER,
                                       .transfer = {"up", TRANSFER_FAILED, INSTANT_NEVER}};
    assert_described(&expectation, "transfer up fails");
    expectation = (struct expectation){.kind = EXPECT_PING, .ping = {"p", NULL, {0, 0}}};
    assert_described(&expectation, "ping p stays unanswered");
    expectation = (struct expectation){.kind = EXPECT_PING, .ping = {NULL, "c", {2, 4}}};
    assert_described(&expectation, "pinging by c is answered 2 to 4 times");
    expectation = (struct expectation){.kind = EXPECT_CLIENT_ERROR,
                                       .client_error = {"c", "corp", 721, TIME_WINDOW_ALL}};
    assert_described(&expectation, "a dial of c (connection corp) fails with error 721");
    expectation = (struct expectation){.kind = EXPECT_CAUSE, .cause = {"isp", "filter", "gre", 8}};
    assert_described(&expectation, "isp drops gre packets for the reason \"filter\", at least 8");
    expectation = (struct expectation){.kind = EXPECT_REPRODUCIBLE};
    assert_described(&expectation, "the same seed gives the same files, another seed does not");
}

static void assert_count(uint64_t min, uint64_t max, const char *expected)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    describe_count(stream, (struct count_range){min, max});
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void counts_read_as_words(void **state)
{
    (void)state;
    assert_count(0, 0, "never");
    assert_count(1, 1, "once");
    assert_count(3, 3, "3 times");
    assert_count(1, UINT64_MAX, "at least once");
    assert_count(8, UINT64_MAX, "at least 8 times");
    assert_count(0, 2, "at most 2 times");
    assert_count(0, UINT64_MAX, "any number of times");
    assert_count(2, 5, "2 to 5 times");
}

static void what_came_off_the_wire_cannot_disturb_a_terminal(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    const uint8_t octets[40] = {0xab};
    const struct trace_field fields[] = {trace_text("name", "a\x1b[2Jb\x7f"),
                                         trace_number("serial", 17),
                                         trace_octets("data", octets, sizeof octets)};
    const struct trace_event event = {
        .node = "c", .name = "x.y", .fields = fields, .field_count = 3};
    describe_event(stream, &event);
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(text, "c x.y name=a?[2Jb? data=ab000000000000000000000000000000"
                              "00000000000000000000000000000000..");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instants_are_seconds_without_trailing_zeros),
        cmocka_unit_test(every_kind_reads_as_a_sentence),
        cmocka_unit_test(counts_read_as_words),
        cmocka_unit_test(what_came_off_the_wire_cannot_disturb_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
