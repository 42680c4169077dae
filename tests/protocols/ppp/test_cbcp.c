/* CBCP by its packets; those of MS-CBCP section 4.2 first. */
#include "ppp/cbcp.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#define S INSTANT_SECOND

struct end {
    struct packet_pool pool;
    struct trace trace;
    struct cbcp_config config;
    struct cbcp cbcp;
    char dropped[32];
    char sent[256];
    int event;
    instant now;
};

static void record(void *context, const struct trace_event *event)
{
    struct end *end = context;
    for (size_t i = 0; i < event->field_count; i++)
        if (strcmp(event->name, "packet.dropped") == 0 &&
            strcmp(event->fields[i].key, "reason") == 0)
            snprintf(end->dropped, sizeof end->dropped, "%s", event->fields[i].text);
}

static void poll(struct end *end)
{
    struct output output;
    end->sent[0] = '\0';
    while (cbcp_poll(&end->cbcp, &output)) {
        if (output.kind == OUTPUT_EVENT) {
            end->event = output.event;
            continue;
        }
        for (uint32_t i = 0; i < output.packet->length; i++)
            snprintf(end->sent + strlen(end->sent), 3, "%02x", output.packet->data[i]);
        packet_free(output.packet);
    }
}

static void prepare(struct end *end, bool answerer)
{
    memset(end, 0, sizeof *end);
    packet_pool_init(&end->pool);
    end->trace = (struct trace){.emit = record, .context = end};
    end->config = (struct cbcp_config){
        .answerer = answerer, .pool = &end->pool, .trace = &end->trace, .label = "test"};
}

static void start(struct end *end)
{
    cbcp_init(&end->cbcp, &end->config);
    cbcp_start(&end->cbcp, end->now);
    poll(end);
}

static void input(struct end *end, const char *octets)
{
    uint8_t data[128];
    size_t length = unit_hex(octets, data, sizeof data);
    struct packet *packet = packet_from(&end->pool, data, length);
    end->dropped[0] = '\0';
    cbcp_input(&end->cbcp, end->now, packet);
    packet_free(packet);
    poll(end);
}

static void finish(struct end *end)
{
    cbcp_clear(&end->cbcp);
    assert_int_equal(end->pool.in_use, 0);
    packet_pool_destroy(&end->pool);
}

static void the_answerer_of_the_specification_offers_and_acknowledges(void **state)
{
    (void)state;
    struct end end;
    prepare(&end, true);
    end.config.allowed = CBCP_ALLOW(CBCP_NO_CALLBACK) | CBCP_ALLOW(CBCP_USER_SPECIFIED);
    start(&end);
    assert_string_equal(end.sent, "0101000b01020205000100");
    input(&end, "02010010020c0c013230303930343200");
    assert_string_equal(end.sent, "03010010020c0c013230303930343200");
    assert_int_equal(end.event, CBCP_DONE);
    assert_int_equal(end.cbcp.type, CBCP_USER_SPECIFIED);
    assert_int_equal(end.cbcp.delay_s, 12);
    assert_string_equal(end.cbcp.number, "2009042");
    finish(&end);
}

static void the_caller_of_the_specification_names_its_number(void **state)
{
    (void)state;
    struct end end;
    prepare(&end, false);
    end.config.number = "2009042";
    end.config.delay_s = 12;
    start(&end);
    assert_string_equal(end.sent, "");
    input(&end, "0101000b01020205000100");
    assert_string_equal(end.sent, "02010010020c0c013230303930343200");
    input(&end, "03010010020c0c013230303930343200");
    assert_int_equal(end.event, CBCP_DONE);
    assert_int_equal(end.cbcp.type, CBCP_USER_SPECIFIED);
    finish(&end);
}

/* The round that Windows runs when nobody is to be called back. */
static void no_callback_takes_one_round(void **state)
{
    (void)state;
    struct end answerer;
    struct end caller;
    prepare(&answerer, true);
    prepare(&caller, false);
    start(&answerer);
    start(&caller);
    assert_string_equal(answerer.sent, "010100060102");
    input(&caller, answerer.sent);
    assert_string_equal(caller.sent, "020100060102");
    input(&answerer, caller.sent);
    assert_string_equal(answerer.sent, "030100060102");
    input(&caller, answerer.sent);
    assert_int_equal(answerer.event, CBCP_DONE);
    assert_int_equal(caller.event, CBCP_DONE);
    assert_int_equal(caller.cbcp.type, CBCP_NO_CALLBACK);
    finish(&answerer);
    finish(&caller);
}

/* Note 5: without a number of its own the caller prefers the administrator's to none. */
static void the_administrators_number_comes_before_none(void **state)
{
    (void)state;
    struct end end;
    prepare(&end, false);
    start(&end);
    input(&end, "0105000e0102 0205000100 030300");
    assert_string_equal(end.sent, "02050007030300");
    finish(&end);
}

static void a_choice_that_was_not_offered_is_asked_again(void **state)
{
    (void)state;
    struct end end;
    prepare(&end, true);
    start(&end);
    input(&end, "02010007030300");
    assert_string_equal(end.dropped, "not-offered");
    assert_string_equal(end.sent, "010200060102");
    input(&end, "020100060102");
    assert_string_equal(end.dropped, "stale-identifier");
    input(&end, "020200060102");
    assert_int_equal(end.event, CBCP_DONE);
    finish(&end);
}

/* Section 3.2.5.3: the answerer that is done repeats a lost Ack. */
static void a_lost_ack_is_repeated(void **state)
{
    (void)state;
    struct end end;
    prepare(&end, true);
    start(&end);
    input(&end, "020100060102");
    end.event = 0;
    input(&end, "020100060102");
    assert_string_equal(end.sent, "030100060102");
    assert_int_equal(end.event, 0);
    finish(&end);
}

static void the_answerer_asks_every_two_seconds_with_new_identifiers(void **state)
{
    (void)state;
    struct end end;
    prepare(&end, true);
    end.config.transmissions = 3;
    start(&end);
    for (unsigned i = 2; i <= 3; i++) {
        char expected[32];
        assert_int_equal(cbcp_next_timeout(&end.cbcp), end.now + 2 * S);
        end.now += 2 * S;
        cbcp_handle_timeout(&end.cbcp, end.now);
        poll(&end);
        snprintf(expected, sizeof expected, "01%02x00060102", i);
        assert_string_equal(end.sent, expected);
    }
    end.now += 2 * S;
    cbcp_handle_timeout(&end.cbcp, end.now);
    poll(&end);
    assert_int_equal(end.event, CBCP_FAILED);
    assert_int_equal(cbcp_next_timeout(&end.cbcp), INSTANT_NEVER);
    finish(&end);
}

static void an_ack_of_something_else_makes_the_caller_repeat(void **state)
{
    (void)state;
    struct end end;
    prepare(&end, false);
    start(&end);
    input(&end, "010100060102");
    input(&end, "03010007030300");
    assert_string_equal(end.dropped, "ack-differs-from-response");
    assert_string_equal(end.sent, "020100060102");
    assert_int_equal(end.event, 0);
    finish(&end);
}

static void malformed_packets_change_nothing(void **state)
{
    (void)state;
    static const char *const packets[] = {"01",
                                          "01010003",
                                          "010100080102",
                                          "01010004",
                                          "010100060103",
                                          "010100070401 00",
                                          "0101000802040001",
                                          "0101000a0206000232 00",
                                          "0101000902050001 31",
                                          "010100060101"};
    struct end end;
    prepare(&end, false);
    start(&end);
    for (size_t i = 0; i < sizeof packets / sizeof *packets; i++) {
        input(&end, packets[i]);
        assert_string_not_equal(end.dropped, "");
        assert_string_equal(end.sent, "");
    }
    finish(&end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_answerer_of_the_specification_offers_and_acknowledges),
        cmocka_unit_test(the_caller_of_the_specification_names_its_number),
        cmocka_unit_test(no_callback_takes_one_round),
        cmocka_unit_test(the_administrators_number_comes_before_none),
        cmocka_unit_test(a_choice_that_was_not_offered_is_asked_again),
        cmocka_unit_test(a_lost_ack_is_repeated),
        cmocka_unit_test(the_answerer_asks_every_two_seconds_with_new_identifiers),
        cmocka_unit_test(an_ack_of_something_else_makes_the_caller_repeat),
        cmocka_unit_test(malformed_packets_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
