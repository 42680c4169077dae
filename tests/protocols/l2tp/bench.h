#ifndef VPNSIM_TESTS_L2TP_BENCH_H
#define VPNSIM_TESTS_L2TP_BENCH_H

#include "l2tp/l2tp_endpoint.h"
#include "support/unit.h"

#include "base/wire.h"

#include <stdio.h>
#include <string.h>

#define MS(n)      ((instant)(n)*INSTANT_MILLISECOND)
#define SECONDS(n) ((instant)(n)*INSTANT_SECOND)

#define BENCH_TUNNELS  8
#define BENCH_SESSIONS 16
#define BENCH_WIRE     64

/* A packet on its way. */
struct bench_flight {
    struct packet *packet;
    instant arrival;
};

/* One endpoint and the packets that are on their way to it. */
struct bench_end {
    char name; /**< 'a' has address 1.1.1.1, 'b' has 2.2.2.2 */
    struct l2tp_endpoint endpoint;
    struct entropy entropy;
    struct l2tp_tunnel tunnels[BENCH_TUNNELS];
    struct l2tp_session sessions[BENCH_SESSIONS];
    struct ip_address address;
    struct bench *bench;
    struct bench_flight incoming[BENCH_WIRE];
    unsigned incoming_count;
    unsigned control_sent;     /**< control packets sent so far, ZLBs included */
    unsigned lose;             /**< which of them the wire loses, counted from 1; 0: none */
    bool deaf;                 /**< nothing reaches it */
    bool answers;              /**< accepts what is requested */
    char drops[512];           /**< reasons of traced drops, each followed by a blank */
    char events[4096];         /**< names of traced events, each followed by a blank */
    uint16_t tunnel_id;        /**< of the latest event */
    uint16_t session_id;       /**< of the latest event of a session */
    uint8_t last[PACKET_SIZE]; /**< the latest packet sent */
    size_t last_length;
    uint8_t delivered[256]; /**< first octets of the frames delivered */
    unsigned delivered_count;
};

/*
 * Two endpoints, a wire that takes 5 ms, and one log of what they do: "a:SCCRQ " a sends it,
 * "a~SCCRQ " once more, "a:zlb " an acknowledgment, "b!up:1 " b's event of its tunnel 1, "b!ses:2 "
 * of its session 2.
 */
struct bench {
    struct packet_pool pool;
    struct crypto *crypto;
    struct bench_end a;
    struct bench_end b;
    instant now;
    char log[8192];
};

static inline void bench_note(struct bench *bench, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline void bench_note(struct bench *bench, const char *format, ...)
{
    size_t used = strlen(bench->log);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(bench->log + used, sizeof bench->log - used, format, arguments);
    va_end(arguments);
}

static inline void bench_record(void *context, const struct trace_event *event)
{
    struct bench_end *end = context;
    size_t used = strlen(end->events);
    snprintf(end->events + used, sizeof end->events - used, "%s ", event->name);
    if (strcmp(event->name, "packet.dropped") == 0) {
        assert_string_equal(event->fields[0].text, "l2tp");
        used = strlen(end->drops);
        snprintf(end->drops + used, sizeof end->drops - used, "%s ", event->fields[1].text);
    } else if (strcmp(event->name, "l2tp.message.sent") == 0) {
        bench_note(end->bench, "%c:%s ", end->name, event->fields[0].text);
    } else if (strcmp(event->name, "l2tp.message.retransmitted") == 0) {
        bench_note(end->bench, "%c~%s ", end->name, event->fields[0].text);
    } else if (strcmp(event->name, "l2tp.zlb.sent") == 0) {
        bench_note(end->bench, "%c:zlb ", end->name);
    }
}

static inline void bench_event(struct bench_end *end, const struct l2tp_output *output)
{
    static const char *const names[] = {
        [L2TP_EVENT_TUNNEL_ESTABLISHED] = "up",   [L2TP_EVENT_TUNNEL_CLOSED] = "down",
        [L2TP_EVENT_TUNNEL_SETTLED] = "settled",  [L2TP_EVENT_SESSION_REQUESTED] = "req",
        [L2TP_EVENT_SESSION_PROCEEDING] = "proc", [L2TP_EVENT_SESSION_ESTABLISHED] = "ses",
        [L2TP_EVENT_SESSION_ENDED] = "end",       [L2TP_EVENT_LINK_INFO] = "sli",
        [L2TP_EVENT_WAN_ERROR] = "wen",
    };
    const struct l2tp_tunnel *tunnel = l2tp_endpoint_tunnel(&end->endpoint, output->tunnel_id);
    bench_note(end->bench, "%c!%s:%u", end->name, names[output->event],
               output->session_id != 0 ? output->session_id : output->tunnel_id);
    assert_non_null(tunnel); /* its details can be read when the event is polled */
    end->tunnel_id = output->tunnel_id;
    if (output->event == L2TP_EVENT_TUNNEL_CLOSED)
        bench_note(end->bench, "/%s", l2tp_close_reason_text(tunnel->reason));
    if (output->session_id != 0) {
        const struct l2tp_session *session =
            l2tp_endpoint_session(&end->endpoint, output->session_id);
        assert_non_null(session);
        end->session_id = output->session_id;
        if (output->event == L2TP_EVENT_SESSION_ENDED)
            bench_note(end->bench, "/%s", l2tp_end_reason_text(session->reason));
    }
    bench_note(end->bench, " ");
    if (output->event == L2TP_EVENT_SESSION_REQUESTED && end->answers)
        assert_int_equal(
            l2tp_endpoint_accept(&end->endpoint, end->bench->now, output->session_id, NULL),
            STATUS_OK);
}

static inline struct bench_end *bench_other(struct bench_end *end)
{
    return end == &end->bench->a ? &end->bench->b : &end->bench->a;
}

static inline void bench_send(struct bench_end *end, struct packet *packet)
{
    struct bench_end *peer = bench_other(end);
    bool control = packet->data[0] & 0x80;
    memcpy(end->last, packet->data, packet->length);
    end->last_length = packet->length;
    if (control)
        end->control_sent++;
    if (peer->deaf || (control && end->control_sent == end->lose)) {
        packet_free(packet);
        return;
    }
    assert_true(peer->incoming_count < BENCH_WIRE);
    peer->incoming[peer->incoming_count++] =
        (struct bench_flight){packet, instant_after(end->bench->now, MS(5))};
}

/* Polls one end until it has nothing more. */
static inline void bench_poll(struct bench_end *end)
{
    struct l2tp_output output;
    while (l2tp_endpoint_poll(&end->endpoint, &output)) {
        if (output.kind == OUTPUT_EVENT) {
            bench_event(end, &output);
        } else if (output.kind == OUTPUT_DELIVER) {
            end->session_id = output.session_id;
            end->delivered[end->delivered_count++ % sizeof end->delivered] = output.packet->data[0];
            packet_free(output.packet);
        } else {
            assert_true(ip_address_equal(&output.address, &bench_other(end)->address));
            assert_int_equal(output.port, L2TP_UDP_PORT);
            bench_send(end, output.packet);
        }
    }
}

/* Gives a packet from the other end's address to one end, as a node would. */
static inline void bench_feed(struct bench_end *end, const uint8_t *octets, size_t length)
{
    struct packet *packet = packet_from(&end->bench->pool, octets, length);
    l2tp_endpoint_input(&end->endpoint, end->bench->now, &bench_other(end)->address, L2TP_UDP_PORT,
                        packet);
    bench_poll(end);
}

static inline void bench_feed_hex(struct bench_end *end, const char *hex)
{
    uint8_t octets[1500];
    bench_feed(end, octets, unit_hex(hex, octets, sizeof octets));
}

static inline instant bench_next(const struct bench_end *end)
{
    instant next = l2tp_endpoint_next_timeout(&end->endpoint);
    return end->incoming_count > 0 ? instant_earlier(next, end->incoming[0].arrival) : next;
}

static inline void bench_step(struct bench_end *end)
{
    instant now = end->bench->now;
    if (end->incoming_count > 0 && end->incoming[0].arrival <= now) {
        struct packet *packet = end->incoming[0].packet;
        memmove(end->incoming, end->incoming + 1, --end->incoming_count * sizeof end->incoming[0]);
        l2tp_endpoint_input(&end->endpoint, now, &bench_other(end)->address, L2TP_UDP_PORT, packet);
    } else if (l2tp_endpoint_next_timeout(&end->endpoint) <= now) {
        l2tp_endpoint_handle_timeout(&end->endpoint, now);
    }
    bench_poll(end);
}

/* Lets time pass up to @p until, which then is now. */
static inline void bench_run(struct bench *bench, instant until)
{
    bench_poll(&bench->a);
    bench_poll(&bench->b);
    for (unsigned steps = 0;; steps++) {
        instant next = instant_earlier(bench_next(&bench->a), bench_next(&bench->b));
        if (next > until)
            break;
        assert_true(steps < 10000); /* time goes on */
        bench->now = next > bench->now ? next : bench->now;
        bench_step(&bench->a);
        bench_step(&bench->b);
    }
    bench->now = until;
}

/* Compares the log so far and empties it. */
static inline void bench_expect(struct bench *bench, const char *log)
{
    assert_string_equal(bench->log, log);
    bench->log[0] = '\0';
}

static inline void bench_open_end(struct bench *bench, struct bench_end *end, char name,
                                  struct l2tp_config config)
{
    end->name = name;
    end->bench = bench;
    end->entropy = entropy_make(1, name == 'a' ? "a" : "b");
    end->address = ip_address_from_ipv4(name == 'a' ? 0x01010101 : 0x02020202);
    config.trace = (struct trace){.emit = bench_record, .context = end, .node = "test"};
    config.pool = &bench->pool;
    config.entropy = &end->entropy;
    config.crypto = bench->crypto;
    config.tunnels = end->tunnels;
    config.sessions = end->sessions;
    config.max_tunnels = config.max_tunnels ? config.max_tunnels : BENCH_TUNNELS;
    config.max_sessions = config.max_sessions ? config.max_sessions : BENCH_SESSIONS;
    l2tp_endpoint_init(&end->endpoint, &config);
}

static inline void bench_open(struct bench *bench, struct l2tp_config a, struct l2tp_config b)
{
    memset(bench, 0, sizeof *bench);
    packet_pool_init(&bench->pool);
    bench->crypto = crypto_create(NULL, NULL);
    assert_non_null(bench->crypto);
    bench_open_end(bench, &bench->a, 'a', a);
    bench_open_end(bench, &bench->b, 'b', b);
}

static inline void bench_close(struct bench *bench)
{
    struct bench_end *ends[] = {&bench->a, &bench->b};
    for (int i = 0; i < 2; i++) {
        l2tp_endpoint_close(&ends[i]->endpoint);
        for (unsigned n = 0; n < ends[i]->incoming_count; n++)
            packet_free(ends[i]->incoming[n].packet);
    }
    assert_int_equal(bench->pool.in_use, 0);
    packet_pool_destroy(&bench->pool);
    crypto_destroy(bench->crypto);
}

/* What both ends are in most tests: a begins, b takes tunnels and calls. */
static inline struct l2tp_config bench_a_rfc(void)
{
    struct l2tp_config config = l2tp_config_rfc();
    config.host_name = "a.example";
    return config;
}

static inline struct l2tp_config bench_b_rfc(void)
{
    struct l2tp_config config = l2tp_config_rfc();
    config.host_name = "b.example";
    config.accept_tunnels = true;
    config.first_tunnel_id = 101;
    config.first_session_id = 201;
    return config;
}

static inline uint16_t bench_begin(struct bench_end *end)
{
    uint16_t id = 0;
    assert_int_equal(l2tp_endpoint_open(&end->endpoint, end->bench->now, &bench_other(end)->address,
                                        L2TP_UDP_PORT, NULL, &id),
                     STATUS_OK);
    return id;
}

/* A tunnel from a to b; the log is empty afterwards. */
static inline uint16_t bench_establish(struct bench *bench)
{
    uint16_t id = bench_begin(&bench->a);
    bench_run(bench, bench->now + MS(900));
    assert_int_equal(l2tp_endpoint_tunnel(&bench->a.endpoint, id)->state, L2TP_TUNNEL_ESTABLISHED);
    assert_int_equal(l2tp_endpoint_tunnel(&bench->b.endpoint, bench->b.tunnel_id)->state,
                     L2TP_TUNNEL_ESTABLISHED);
    bench->log[0] = '\0';
    return id;
}

/* An established session that a rang for; the log is empty afterwards. */
static inline uint16_t bench_session(struct bench *bench, uint16_t tunnel_id,
                                     const struct l2tp_call *call)
{
    uint16_t id = 0;
    bench->b.answers = true;
    assert_int_equal(l2tp_endpoint_ring(&bench->a.endpoint, bench->now, tunnel_id, call, &id),
                     STATUS_OK);
    bench_run(bench, bench->now + MS(900));
    assert_int_equal(l2tp_endpoint_session(&bench->a.endpoint, id)->state,
                     L2TP_SESSION_ESTABLISHED);
    bench->log[0] = '\0';
    return id;
}

#endif
