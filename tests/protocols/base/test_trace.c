#include "base/trace.h"
#include "support/unit.h"

#include <string.h>

/* The last event, copied. */
struct sink {
    struct trace_event event;
    struct trace_field fields[8];
    unsigned count;
};

static void emit(void *context, const struct trace_event *event)
{
    struct sink *sink = context;
    sink->event = *event;
    assert_in_range(event->field_count, 0, 8);
    if (event->field_count > 0)
        memcpy(sink->fields, event->fields, event->field_count * sizeof sink->fields[0]);
    sink->count++;
}

static void an_event_carries_its_fields(void **state)
{
    (void)state;
    struct sink sink = {.count = 0};
    struct trace trace = {.emit = emit, .context = &sink, .node = "nas"};
    static const uint8_t octets[] = {1, 2, 3};
    TRACE(&trace, 12345, "ppp.test", trace_number("n", UINT64_MAX), trace_text("t", "text"),
          trace_address("a", 0x0a000001), trace_octets("o", octets, 3));
    assert_int_equal(sink.count, 1);
    assert_int_equal(sink.event.at, 12345);
    assert_string_equal(sink.event.node, "nas");
    assert_string_equal(sink.event.name, "ppp.test");
    assert_int_equal(sink.event.field_count, 4);
    assert_int_equal(sink.fields[0].kind, TRACE_UNSIGNED);
    assert_true(sink.fields[0].number == UINT64_MAX);
    assert_int_equal(sink.fields[1].kind, TRACE_TEXT);
    assert_string_equal(sink.fields[1].text, "text");
    assert_int_equal(sink.fields[2].kind, TRACE_ADDRESS);
    assert_int_equal(sink.fields[2].number, 0x0a000001);
    assert_int_equal(sink.fields[3].kind, TRACE_OCTETS);
    assert_ptr_equal(sink.fields[3].octets, octets);
    assert_int_equal(sink.fields[3].number, 3);
}

static void an_event_may_be_bare_and_a_sink_nameless(void **state)
{
    (void)state;
    struct sink sink = {.count = 0};
    struct trace trace = {.emit = emit, .context = &sink};
    TRACE_BARE(&trace, 1, "x.y");
    assert_int_equal(sink.event.field_count, 0);
    assert_string_equal(sink.event.node, "");
}

static void a_zeroed_sink_discards(void **state)
{
    (void)state;
    struct trace trace = {0};
    TRACE_BARE(&trace, 1, "x.y");
    trace_drop(&trace, 1, "gre", "malformed", 7);
    TRACE_BARE((const struct trace *)NULL, 1, "x.y");
}

static void a_drop_names_layer_reason_and_packet(void **state)
{
    (void)state;
    struct sink sink = {.count = 0};
    struct trace trace = {.emit = emit, .context = &sink, .node = "nas"};
    trace_drop(&trace, 9, "gre", "malformed", 7);
    assert_string_equal(sink.event.name, "packet.dropped");
    assert_int_equal(sink.event.field_count, 3);
    assert_string_equal(sink.fields[0].key, "protocol");
    assert_string_equal(sink.fields[0].text, "gre");
    assert_string_equal(sink.fields[1].key, "reason");
    assert_string_equal(sink.fields[1].text, "malformed");
    assert_string_equal(sink.fields[2].key, "serial");
    assert_int_equal(sink.fields[2].number, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_carries_its_fields),
        cmocka_unit_test(an_event_may_be_bare_and_a_sink_nameless),
        cmocka_unit_test(a_zeroed_sink_discards),
        cmocka_unit_test(a_drop_names_layer_reason_and_packet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
