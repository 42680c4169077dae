#ifndef VPNSIM_TESTS_PPTP_BENCH_H
#define VPNSIM_TESTS_PPTP_BENCH_H

#include "pptp/pptp_control.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#define MS(n)       ((instant)(n)*INSTANT_MILLISECOND)
#define SECONDS(n)  ((instant)(n)*INSTANT_SECOND)
#define BENCH_CALLS 4

/* One end of a control connection, and the octets it has sent that have not been delivered. */
struct bench_end {
    char name; /**< 'c' for the client (PNS, originator), 's' for the server (PAC, receiver) */
    struct pptp_control control;
    struct pptp_call calls[BENCH_CALLS];
    uint8_t sent[8192];
    size_t sent_length;
    char drops[512]; /**< reasons of traced drops, each followed by a blank */
    char *log;
    size_t log_size;
};

/*
 * Two ends with a wire between them and one log of what they do: "c7" the client sends message
 * type 7, "s!conn:1" the server's event for its Call ID 1.
 */
struct bench {
    struct packet_pool pool;
    struct bench_end client;
    struct bench_end server;
    char log[4096];
};

static inline void bench_note(struct bench_end *end, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline void bench_note(struct bench_end *end, const char *format, ...)
{
    size_t used = strlen(end->log);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(end->log + used, end->log_size - used, format, arguments);
    va_end(arguments);
}

static inline void bench_record(void *context, const struct trace_event *event)
{
    struct bench_end *end = context;
    if (strcmp(event->name, "packet.dropped") != 0)
        return;
    assert_string_equal(event->fields[0].text, "pptp");
    size_t used = strlen(end->drops);
    snprintf(end->drops + used, sizeof end->drops - used, "%s ", event->fields[1].text);
}

static inline void bench_note_event(struct bench_end *end, const struct output *output)
{
    static const char *const names[] = {
        [PPTP_EVENT_CONTROL_ESTABLISHED] = "est",
        [PPTP_EVENT_CONTROL_FAILED] = "fail",
        [PPTP_EVENT_CALL_REQUESTED] = "req",
        [PPTP_EVENT_CALL_ACCEPTED] = "acc",
        [PPTP_EVENT_CALL_CONNECTED] = "conn",
        [PPTP_EVENT_CALL_REFUSED] = "ref",
        [PPTP_EVENT_CALL_CLEARED] = "clr",
        [PPTP_EVENT_LINK_INFO] = "link",
        [PPTP_EVENT_WAN_ERROR] = "wan",
        [PPTP_EVENT_STOPPED] = "stop",
        [PPTP_EVENT_ABORT] = "abort",
    };
    enum pptp_event event = (enum pptp_event)output->event;
    bench_note(end, "%c!%s", end->name, names[event]);
    if (event == PPTP_EVENT_CONTROL_FAILED || event == PPTP_EVENT_STOPPED ||
        event == PPTP_EVENT_ABORT) {
        bench_note(end, ":%s ", pptp_close_reason_text((enum pptp_close_reason)output->value));
    } else if (event == PPTP_EVENT_CONTROL_ESTABLISHED) {
        bench_note(end, " ");
    } else {
        const struct pptp_call *call = pptp_control_call(&end->control, (uint16_t)output->value);
        assert_non_null(call); /* its details can be read when the event is polled */
        bench_note(end, ":%u", output->value);
        if (event == PPTP_EVENT_CALL_CLEARED)
            bench_note(end, "/%s", pptp_clear_reason_text(call->reason));
        if (event == PPTP_EVENT_CALL_REFUSED)
            bench_note(end, "/%u/%u", call->result, call->error);
        bench_note(end, " ");
    }
}

/* What both ends are in most tests; the server's Call IDs start at 100 under the RFC's rules. */
static inline struct pptp_control_config bench_client_rfc(void)
{
    return pptp_control_config_rfc(PPTP_PNS, true);
}

static inline struct pptp_control_config bench_server_rfc(void)
{
    struct pptp_control_config config = pptp_control_config_rfc(PPTP_PAC, false);
    config.first_call_id = 100;
    return config;
}

static inline struct pptp_control_config bench_client_windows(void)
{
    return pptp_control_config_windows(PPTP_PNS, true);
}

static inline struct pptp_control_config bench_server_windows(void)
{
    return pptp_control_config_windows(PPTP_PAC, false);
}

/* Polls one end until it has nothing more. */
static inline void bench_poll(struct bench_end *end)
{
    struct output output;
    while (pptp_control_poll(&end->control, &output)) {
        if (output.kind == OUTPUT_EVENT) {
            bench_note_event(end, &output);
            continue;
        }
        assert_int_equal(output.kind, OUTPUT_SEND);
        struct pptp_message message;
        assert_int_equal(pptp_message_decode(output.packet->data, output.packet->length, &message),
                         PPTP_MESSAGE_OK);
        bench_note(end, "%c%d ", end->name, (int)message.type);
        assert_true(end->sent_length + output.packet->length <= sizeof end->sent);
        memcpy(end->sent + end->sent_length, output.packet->data, output.packet->length);
        end->sent_length += output.packet->length;
        packet_free(output.packet);
    }
}

/* Gives octets to one end as a node would. */
static inline void bench_feed(struct bench_end *end, instant now, const uint8_t *octets,
                              size_t length)
{
    while (length > 0) {
        size_t taken = pptp_control_input(&end->control, now, octets, length);
        assert_in_range(taken, 1, length);
        bench_poll(end);
        octets += taken;
        length -= taken;
    }
}

static inline void bench_feed_hex(struct bench_end *end, instant now, const char *hex)
{
    uint8_t octets[1024];
    bench_feed(end, now, octets, unit_hex(hex, octets, sizeof octets));
}

static inline void bench_feed_message(struct bench_end *end, instant now,
                                      const struct pptp_message *message)
{
    uint8_t octets[PPTP_MESSAGE_MAXIMUM];
    bench_feed(end, now, octets, pptp_message_encode(message, octets, sizeof octets));
}

/* Polls both ends and carries octets until nothing moves. */
static inline void bench_settle(struct bench *bench, instant now)
{
    struct bench_end *ends[] = {&bench->client, &bench->server};
    bool moved = true;
    while (moved) {
        moved = false;
        for (int i = 0; i < 2; i++) {
            bench_poll(ends[i]);
            uint8_t octets[sizeof ends[i]->sent];
            size_t length = ends[i]->sent_length;
            memcpy(octets, ends[i]->sent, length);
            ends[i]->sent_length = 0;
            bench_feed(ends[1 - i], now, octets, length);
            moved = moved || length > 0;
        }
    }
}

/* Compares the log so far and empties it. */
static inline void bench_expect(struct bench *bench, const char *log)
{
    assert_string_equal(bench->log, log);
    bench->log[0] = '\0';
}

static inline void bench_open_end(struct bench *bench, struct bench_end *end, char name,
                                  struct pptp_control_config config)
{
    config.trace = (struct trace){.emit = bench_record, .context = end, .node = "test"};
    config.pool = &bench->pool;
    config.calls = end->calls;
    if (config.max_calls == 0)
        config.max_calls = BENCH_CALLS;
    end->name = name;
    end->log = bench->log;
    end->log_size = sizeof bench->log;
    pptp_control_init(&end->control, &config);
}

static inline void bench_open(struct bench *bench, struct pptp_control_config client,
                              struct pptp_control_config server)
{
    memset(bench, 0, sizeof *bench);
    packet_pool_init(&bench->pool);
    bench_open_end(bench, &bench->client, 'c', client);
    bench_open_end(bench, &bench->server, 's', server);
}

static inline void bench_close(struct bench *bench)
{
    pptp_control_close(&bench->client.control);
    pptp_control_close(&bench->server.control);
    assert_int_equal(bench->pool.in_use, 0);
    packet_pool_destroy(&bench->pool);
}

/* Both ends started and the control connection established; the log is empty afterwards. */
static inline void bench_establish(struct bench *bench, instant now)
{
    pptp_control_start(&bench->server.control, now);
    pptp_control_start(&bench->client.control, now);
    bench_settle(bench, now);
    bench_expect(bench, "c1 s2 s!est c!est ");
}

/* What a Windows client asks for. */
static inline struct pptp_outgoing_call_request bench_request(void)
{
    return (struct pptp_outgoing_call_request){
        .call_serial_number = 49611,
        .minimum_bps = 300,
        .maximum_bps = 100000000,
        .bearer_type = 3,
        .framing_type = 3,
        .receive_window = 64,
    };
}

static inline struct pptp_outgoing_call_reply bench_reply(uint8_t result)
{
    return (struct pptp_outgoing_call_reply){
        .result = result, .connect_speed = 100000000, .receive_window = 16384};
}

/* An established call, with the client's Call ID in the result; the log is empty afterwards. */
static inline uint16_t bench_call(struct bench *bench, instant now)
{
    struct pptp_outgoing_call_request request = bench_request();
    struct pptp_outgoing_call_reply reply = bench_reply(PPTP_OUTGOING_CONNECTED);
    uint16_t id = 0xffff;
    assert_int_equal(pptp_control_place_call(&bench->client.control, now, &request, &id),
                     STATUS_OK);
    bench_settle(bench, now);
    const struct pptp_call *call = NULL;
    for (int i = 0; i < BENCH_CALLS; i++)
        if (bench->server.calls[i].state == PPTP_CALL_WAIT_CS_ANS)
            call = &bench->server.calls[i];
    assert_non_null(call);
    assert_int_equal(
        pptp_control_answer_call(&bench->server.control, now, call->local_call_id, &reply),
        STATUS_OK);
    bench_settle(bench, now);
    bench->log[0] = '\0';
    assert_int_equal(pptp_control_call(&bench->client.control, id)->state, PPTP_CALL_ESTABLISHED);
    return id;
}

#endif
