#include "capture/events_log.h"
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/vpnsim-events-XXXXXX";
static char contents[65536];

static void log_event(struct events_log *log, instant at, const char *name,
                      const struct trace_field *fields, size_t count)
{
    struct trace trace = {.emit = events_log_receive, .context = log, .node = "client"};
    trace_emit(&trace, at, name, fields, count);
}

static const char *logged(const char *name, const struct trace_field *fields, size_t count)
{
    char error[256];
    struct events_log *log = NULL;
    assert_int_equal(events_log_open(path, &log, error, sizeof error), STATUS_OK);
    log_event(log, 1000250000, name, fields, count);
    assert_int_equal(events_log_close(log, error, sizeof error), STATUS_OK);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t length = fread(contents, 1, sizeof contents - 1, file);
    fclose(file);
    contents[length] = '\0';
    return contents;
}

static void an_event_is_one_line_with_its_fields_in_order(void **state)
{
    (void)state;
    const uint8_t octets[] = {0x00, 0xa5, 0xff};
    const struct trace_field fields[] = {
        trace_number("z", 18446744073709551615U),
        trace_text("name", "cor\"p\n"),
        trace_address("address", 0x0a000001),
        trace_octets("a", octets, sizeof octets),
        trace_number("count", 0),
    };
    assert_string_equal(logged("dial.started", fields, 5),
                        "{\"t\":1000250000,\"node\":\"client\",\"event\":\"dial.started\","
                        "\"z\":\"18446744073709551615\",\"name\":\"cor\\\"p\\n\","
                        "\"address\":\"10.0.0.1\",\"a\":\"00a5ff\",\"count\":0}\n");
}

static void an_event_without_fields_is_a_line_too(void **state)
{
    (void)state;
    assert_string_equal(logged("a.b", NULL, 0),
                        "{\"t\":1000250000,\"node\":\"client\",\"event\":\"a.b\"}\n");
}

static void text_that_is_not_utf8_stays_readable(void **state)
{
    (void)state;
    const struct trace_field field = trace_text("name", "a\xff\\b");
    assert_string_equal(logged("a", &field, 1),
                        "{\"t\":1000250000,\"node\":\"client\",\"event\":\"a\","
                        "\"name\":\"a\\\\xff\\\\b\"}\n");
}

static void a_field_cannot_hide_the_time_or_the_node(void **state)
{
    (void)state;
    const struct trace_field fields[] = {trace_text("node", "x"), trace_number("t", 1)};
    assert_string_equal(logged("a", fields, 2),
                        "{\"t\":1000250000,\"node\":\"client\",\"event\":\"a\","
                        "\"field.node\":\"x\",\"field.t\":1}\n");
}

static void a_line_longer_than_usual_is_whole(void **state)
{
    (void)state;
    static char text[10001];
    memset(text, 'x', sizeof text - 1);
    const struct trace_field field = trace_text("name", text);
    const char *line = logged("a", &field, 1);
    assert_int_equal(strlen(line), 10000 + strlen("{\"t\":1000250000,\"node\":\"client\","
                                                  "\"event\":\"a\",\"name\":\"\"}\n"));
    assert_int_equal(line[strlen(line) - 1], '\n');
}

static void a_full_disk_is_reported_once_with_its_path(void **state)
{
    (void)state;
    char error[256] = "";
    struct events_log *log = NULL;
    assert_int_equal(events_log_open("/dev/full", &log, error, sizeof error), STATUS_OK);
    log_event(log, 0, "a.b", NULL, 0);
    assert_false(events_log_failed(log));
    for (int i = 0; i < 10000; i++)
        log_event(log, 0, "a.b", NULL, 0);
    assert_true(events_log_failed(log));
    assert_int_equal(events_log_close(log, error, sizeof error), STATUS_IO);
    assert_string_equal(error, "/dev/full: No space left on device");
}

static void a_full_disk_at_the_last_moment_is_reported_too(void **state)
{
    (void)state;
    char error[256] = "";
    struct events_log *log = NULL;
    assert_int_equal(events_log_open("/dev/full", &log, error, sizeof error), STATUS_OK);
    log_event(log, 0, "a.b", NULL, 0);
    assert_int_equal(events_log_close(log, error, sizeof error), STATUS_IO);
    assert_string_equal(error, "/dev/full: No space left on device");
}

static void a_missing_folder_is_reported(void **state)
{
    (void)state;
    char error[256] = "";
    struct events_log *log = NULL;
    assert_int_equal(events_log_open("/nowhere/events.jsonl", &log, error, sizeof error),
                     STATUS_IO);
    assert_null(log);
    assert_string_equal(error, "/nowhere/events.jsonl: No such file or directory");
}

static int make_file(void **state)
{
    (void)state;
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    return close(descriptor);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_one_line_with_its_fields_in_order),
        cmocka_unit_test(an_event_without_fields_is_a_line_too),
        cmocka_unit_test(text_that_is_not_utf8_stays_readable),
        cmocka_unit_test(a_field_cannot_hide_the_time_or_the_node),
        cmocka_unit_test(a_line_longer_than_usual_is_whole),
        cmocka_unit_test(a_full_disk_is_reported_once_with_its_path),
        cmocka_unit_test(a_full_disk_at_the_last_moment_is_reported_too),
        cmocka_unit_test(a_missing_folder_is_reported),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
