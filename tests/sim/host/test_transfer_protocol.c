#include "host/transfer_protocol.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

static void requests_are_read_as_they_are_written(void **state)
{
    (void)state;
    struct transfer_request request = {
        .direction = TRANSFER_SEND, .name = "upload", .size = 4000000};
    char line[TRANSFER_LINE_SIZE];
    size_t length = transfer_request_format(&request, line);
    assert_string_equal(line, "SEND upload 4000000\r\n");
    assert_int_equal(length, strlen(line));

    struct transfer_line collected = {0};
    size_t used;
    /* Octet by octet, as TCP may deliver it; what follows the line stays. */
    for (size_t i = 0; i + 1 < length; i++)
        assert_int_equal(transfer_line_add(&collected, (uint8_t *)&line[i], 1, &used),
                         TRANSFER_LINE_MORE);
    assert_int_equal(transfer_line_add(&collected, (const uint8_t *)"\nrest", 5, &used),
                     TRANSFER_LINE_COMPLETE);
    assert_int_equal(used, 1);

    struct transfer_request read;
    assert_true(transfer_request_parse(collected.text, &read));
    assert_int_equal(read.direction, TRANSFER_SEND);
    assert_string_equal(read.name, "upload");
    assert_int_equal(read.size, 4000000);
}

static void what_is_no_request_is_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "SEND",
        "SEND x",
        "SEND  5",
        "GET / HTTP/1.0",
        "SEND x -1",
        "SEND x 5 ",
        "RECEIVE x 99999999999999999999",
        "SEND x 0x10",
    };
    struct transfer_request request;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (transfer_request_parse(lines[i], &request))
            fail_msg("\"%s\" was taken for a request", lines[i]);
}

static void an_endless_line_is_given_up(void **state)
{
    (void)state;
    struct transfer_line line = {0};
    uint8_t octets[TRANSFER_LINE_SIZE * 2];
    memset(octets, 'x', sizeof octets);
    size_t used;
    assert_int_equal(transfer_line_add(&line, octets, sizeof octets, &used),
                     TRANSFER_LINE_TOO_LONG);
    assert_true(used <= sizeof octets);
}

static void every_damaged_octet_shows(void **state)
{
    (void)state;
    uint8_t octets[100];
    struct transfer_pattern sender = transfer_pattern_make("name");
    transfer_pattern_fill(&sender, octets, 37);
    transfer_pattern_fill(&sender, octets + 37, 63);
    struct transfer_pattern receiver = transfer_pattern_make("name");
    assert_true(transfer_pattern_check(&receiver, octets, 5));
    assert_true(transfer_pattern_check(&receiver, octets + 5, 95));
    assert_int_equal(receiver.offset, 100);

    for (size_t i = 0; i < sizeof octets; i++) {
        octets[i] ^= 1;
        receiver = transfer_pattern_make("name");
        assert_false(transfer_pattern_check(&receiver, octets, sizeof octets));
        assert_int_equal(receiver.offset, i);
        octets[i] ^= 1;
    }
    /* Another transfer's octets, or the right ones at the wrong place, are damage too. */
    receiver = transfer_pattern_make("other");
    assert_false(transfer_pattern_check(&receiver, octets, sizeof octets));
    receiver = transfer_pattern_make("name");
    assert_false(transfer_pattern_check(&receiver, octets + 8, 80));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_read_as_they_are_written),
        cmocka_unit_test(what_is_no_request_is_refused),
        cmocka_unit_test(an_endless_line_is_given_up),
        cmocka_unit_test(every_damaged_octet_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
