#include "gre/enhanced_gre.h"
#include "gre/gre_tunnel.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#define MS(n) ((instant)(n)*INSTANT_MILLISECOND)

/* One tunnel end under test, with what came out of it written down as text. */
struct bench {
    struct packet_pool pool;
    struct gre_tunnel tunnel;
    char drops[256]; /**< reasons, each followed by a blank */
    char output[1024];
    size_t output_length;
};

static void record(void *context, const struct trace_event *event)
{
    struct bench *bench = context;
    if (strcmp(event->name, "packet.dropped") != 0)
        return;
    assert_string_equal(event->fields[0].text, "gre");
    size_t used = strlen(bench->drops);
    snprintf(bench->drops + used, sizeof bench->drops - used, "%s ", event->fields[1].text);
}

static void bench_open(struct bench *bench, struct gre_tunnel_config config)
{
    memset(bench, 0, sizeof *bench);
    packet_pool_init(&bench->pool);
    config.trace = (struct trace){.emit = record, .context = bench, .node = "test"};
    config.pool = &bench->pool;
    config.local_call_id = 0x0001;
    config.peer_call_id = 0x0004;
    gre_tunnel_init(&bench->tunnel, &config);
}

static void bench_close(struct bench *bench)
{
    gre_tunnel_close(&bench->tunnel);
    assert_int_equal(bench->pool.in_use, 0);
    packet_pool_destroy(&bench->pool);
}

/* Polls everything: "s3" data 3 sent, "s3a5" with acknowledgment 5, "a5" bare, "d7" payload 7. */
static const char *polled(struct bench *bench)
{
    struct output output;
    bench->output[0] = '\0';
    size_t used = 0;
    while (gre_tunnel_poll(&bench->tunnel, &output)) {
        struct enhanced_gre_header header;
        char *at = bench->output + used;
        size_t room = sizeof bench->output - used;
        if (output.kind == OUTPUT_DELIVER) {
            assert_int_equal(output.packet->length, 1);
            used += (size_t)snprintf(at, room, "d%u ", output.packet->data[0]);
        } else {
            assert_int_equal(output.kind, OUTPUT_SEND);
            assert_int_equal(
                enhanced_gre_decode(output.packet->data, output.packet->length, &header),
                ENHANCED_GRE_OK);
            assert_int_equal(header.call_id, 4);
            if (header.sequence_present)
                used += (size_t)snprintf(at, room, "s%u", header.sequence);
            if (header.acknowledgment_present)
                used += (size_t)snprintf(bench->output + used, sizeof bench->output - used, "a%u",
                                         header.acknowledgment);
            used += (size_t)snprintf(bench->output + used, sizeof bench->output - used, " ");
        }
        packet_free(output.packet);
    }
    return bench->output;
}

static void send_one(struct bench *bench, instant now)
{
    gre_tunnel_send(&bench->tunnel, now, packet_from(&bench->pool, "x", 1));
}

static void arrive(struct bench *bench, instant now, const struct enhanced_gre_header *header,
                   uint8_t payload)
{
    struct packet *packet = packet_from(&bench->pool, &payload, header->payload_length);
    enhanced_gre_push(packet, header);
    gre_tunnel_input(&bench->tunnel, now, packet);
}

/* Data with a Sequence Number arrives; its payload is the number's low octet. */
static void data(struct bench *bench, instant now, uint32_t sequence)
{
    arrive(bench, now,
           &(struct enhanced_gre_header){
               .sequence_present = true, .payload_length = 1, .call_id = 1, .sequence = sequence},
           (uint8_t)sequence);
}

static void ack(struct bench *bench, instant now, uint32_t number)
{
    arrive(bench, now,
           &(struct enhanced_gre_header){
               .acknowledgment_present = true, .call_id = 1, .acknowledgment = number},
           0);
}

static void the_first_packet_is_number_zero_without_acknowledgment(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, gre_tunnel_config_windows());
    struct packet *packet = packet_from(&b.pool, "\xff\x03\xc0\x21", 4);
    const uint8_t *payload = packet->data;
    gre_tunnel_send(&b.tunnel, 0, packet);
    struct output output;
    assert_true(gre_tunnel_poll(&b.tunnel, &output));
    assert_int_equal(output.kind, OUTPUT_SEND);
    unit_assert_hex(output.packet->data, output.packet->length, "3001880b0004000400000000ff03c021");
    assert_ptr_equal(output.packet->data + 12, payload);
    packet_free(output.packet);
    send_one(&b, 0);
    assert_string_equal(polled(&b), "s1 ");
    assert_int_equal(gre_tunnel_next_timeout(&b.tunnel), INSTANT_NEVER);
    assert_int_equal(b.tunnel.counters.data_sent, 2);
    bench_close(&b);
}

static void an_acknowledgment_rides_on_data_that_is_sent_in_time(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, gre_tunnel_config_windows());
    data(&b, MS(10), 0);
    data(&b, MS(20), 1);
    assert_string_equal(polled(&b), "d0 d1 ");
    send_one(&b, MS(50));
    send_one(&b, MS(51));
    assert_string_equal(polled(&b), "s0a1 s1 ");
    assert_int_equal(gre_tunnel_next_timeout(&b.tunnel), INSTANT_NEVER);
    gre_tunnel_handle_timeout(&b.tunnel, MS(200));
    assert_string_equal(polled(&b), "");
    assert_int_equal(b.tunnel.counters.acks_carried, 1);
    assert_int_equal(b.tunnel.counters.acks_sent, 0);
    bench_close(&b);
}

static void a_bare_acknowledgment_goes_100_ms_after_the_first_packet_it_covers(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, gre_tunnel_config_windows());
    data(&b, MS(10), 0);
    data(&b, MS(80), 1);
    polled(&b);
    assert_int_equal(gre_tunnel_next_timeout(&b.tunnel), MS(110));
    gre_tunnel_handle_timeout(&b.tunnel, MS(110) - 1);
    assert_string_equal(polled(&b), "");
    gre_tunnel_handle_timeout(&b.tunnel, MS(110));
    struct output output;
    assert_true(gre_tunnel_poll(&b.tunnel, &output));
    unit_assert_hex(output.packet->data, output.packet->length, "2081880b0000000400000001");
    packet_free(output.packet);
    assert_int_equal(gre_tunnel_next_timeout(&b.tunnel), INSTANT_NEVER);
    assert_int_equal(b.tunnel.counters.acks_sent, 1);
    /* A bare acknowledgment takes no Sequence Number. */
    send_one(&b, MS(120));
    assert_string_equal(polled(&b), "s0 ");
    bench_close(&b);
}

static void an_exhausted_pool_only_loses_the_bare_acknowledgment(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, gre_tunnel_config_windows());
    data(&b, 0, 0);
    polled(&b);
    b.pool.limit = 1;
    struct packet *held = packet_alloc(&b.pool, 1);
    gre_tunnel_handle_timeout(&b.tunnel, MS(100));
    assert_string_equal(polled(&b), "");
    assert_int_equal(gre_tunnel_next_timeout(&b.tunnel), INSTANT_NEVER);
    packet_free(held);
    data(&b, MS(200), 1);
    polled(&b);
    gre_tunnel_handle_timeout(&b.tunnel, MS(300));
    assert_string_equal(polled(&b), "a1 ");
    bench_close(&b);
}

static void malformed_and_foreign_packets_are_dropped_with_their_reason(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, gre_tunnel_config_windows());
    gre_tunnel_input(&b.tunnel, 0, packet_from(&b.pool, "\x30\x00\x88\x0b", 4));
    arrive(
        &b, 0,
        &(struct enhanced_gre_header){.sequence_present = true, .payload_length = 1, .call_id = 2},
        0);
    assert_string_equal(b.drops, "bad-version wrong-call-id ");
    assert_string_equal(polled(&b), "");
    assert_int_equal(b.tunnel.counters.dropped, 2);
    assert_int_equal(b.tunnel.counters.data_received, 0);
    send_one(&b, 0);
    assert_string_equal(polled(&b), "s0 "); /* nothing valid was received: no A bit */
    bench_close(&b);
}

static void padding_behind_the_payload_is_not_delivered(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, gre_tunnel_config_windows());
    uint8_t octets[32];
    size_t length = unit_hex("3001880b0001000100000000 07 0000000000", octets, sizeof octets);
    gre_tunnel_input(&b.tunnel, 0, packet_from(&b.pool, octets, length));
    assert_string_equal(polled(&b), "d7 ");
    bench_close(&b);
}

static void windows_puts_swapped_packets_in_order(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, gre_tunnel_config_windows());
    data(&b, MS(0), 0);
    data(&b, MS(1), 2);
    data(&b, MS(2), 3);
    assert_string_equal(polled(&b), "d0 ");
    data(&b, MS(3), 1);
    assert_string_equal(polled(&b), "d1 d2 d3 ");
    assert_int_equal(b.tunnel.counters.reordered, 2);
    assert_int_equal(b.tunnel.counters.skipped, 0);
    assert_int_equal(b.tunnel.counters.dropped, 0);
    bench_close(&b);
}

static void windows_waits_100_ms_for_a_missing_packet_and_delivers_it_late(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, gre_tunnel_config_windows());
    data(&b, MS(0), 0);
    send_one(&b, MS(0)); /* takes the acknowledgment along */
    polled(&b);
    data(&b, MS(10), 3);
    data(&b, MS(20), 2);
    send_one(&b, MS(20));
    assert_string_equal(polled(&b), "s1a3 "); /* the highest received, RFC 2637 section 4.3 */
    assert_int_equal(gre_tunnel_next_timeout(&b.tunnel), MS(110));
    gre_tunnel_handle_timeout(&b.tunnel, MS(110) - 1);
    assert_string_equal(polled(&b), "");
    gre_tunnel_handle_timeout(&b.tunnel, MS(110));
    assert_string_equal(polled(&b), "d2 d3 ");
    assert_int_equal(b.tunnel.counters.skipped, 1);
    assert_int_equal(gre_tunnel_next_timeout(&b.tunnel), INSTANT_NEVER);
    data(&b, MS(120), 1);
    data(&b, MS(121), 1);
    assert_string_equal(polled(&b), "d1 d1 ");
    assert_int_equal(b.tunnel.counters.late, 2);
    assert_int_equal(b.tunnel.counters.duplicates, 1);
    assert_string_equal(b.drops, "");
    assert_int_equal(gre_tunnel_next_timeout(&b.tunnel), INSTANT_NEVER); /* nothing new to ack */
    data(&b, MS(130), 4);
    assert_string_equal(polled(&b), "d4 ");
    bench_close(&b);
}

static void windows_delivers_a_duplicate_that_was_queued(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, gre_tunnel_config_windows());
    data(&b, 0, 1);
    data(&b, 0, 1);
    data(&b, 0, 2);
    assert_string_equal(polled(&b), "");
    data(&b, 0, 0);
    assert_string_equal(polled(&b), "d0 d1 d1 d2 ");
    assert_int_equal(b.tunnel.counters.duplicates, 1);
    bench_close(&b);
}

static void a_full_reorder_queue_gives_up_the_oldest_gap(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, gre_tunnel_config_windows());
    for (uint32_t sequence = 1; sequence <= 8; sequence++)
        data(&b, 0, sequence == 5 ? 20 : sequence);
    assert_string_equal(polled(&b), "");
    data(&b, 0, 9);
    assert_string_equal(polled(&b), "d1 d2 d3 d4 ");
    assert_int_equal(b.tunnel.counters.skipped, 1);
    data(&b, 0, 5);
    assert_string_equal(polled(&b), "d5 d6 d7 d8 d9 ");
    data(&b, 0, 10);
    assert_string_equal(polled(&b), "d10 ");
    bench_close(&b); /* 20 is still queued and must not leak */
}

static void the_rfc_drops_late_packets_and_duplicates(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, gre_tunnel_config_rfc());
    data(&b, 0, 0);
    data(&b, 0, 2);
    assert_string_equal(polled(&b), "d0 d2 ");
    assert_int_equal(b.tunnel.counters.skipped, 1);
    data(&b, 0, 1);
    data(&b, 0, 2);
    data(&b, 0, 1);
    assert_string_equal(polled(&b), "");
    assert_string_equal(b.drops, "late-sequence duplicate-sequence duplicate-sequence ");
    data(&b, 0, 3);
    assert_string_equal(polled(&b), "d3 ");
    bench_close(&b);
}

static void the_rfc_may_reorder_and_then_drops_a_queued_duplicate(void **state)
{
    (void)state;
    struct bench b;
    struct gre_tunnel_config config = gre_tunnel_config_rfc();
    config.reorder_packets = 4;
    config.reorder_ms = 50;
    bench_open(&b, config);
    data(&b, 0, 1);
    data(&b, 0, 1);
    assert_string_equal(b.drops, "duplicate-sequence ");
    assert_int_equal(gre_tunnel_next_timeout(&b.tunnel), MS(50));
    data(&b, 0, 0);
    assert_string_equal(polled(&b), "d0 d1 ");
    bench_close(&b);
}

static void sequence_numbers_wrap_around(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, gre_tunnel_config_windows());
    b.tunnel.next_sequence = b.tunnel.oldest_unacked = 0xfffffffe;
    b.tunnel.expected = 0xfffffffe;
    for (int i = 0; i < 3; i++)
        send_one(&b, 0);
    assert_string_equal(polled(&b), "s4294967294 s4294967295 s0 ");
    ack(&b, 0, 0);
    assert_int_equal(b.tunnel.oldest_unacked, 1);
    data(&b, 0, 0xfffffffe);
    data(&b, 0, 0);
    data(&b, 0, 1);
    assert_string_equal(polled(&b), "d254 ");
    data(&b, 0, 0xffffffff);
    assert_string_equal(polled(&b), "d255 d0 d1 ");
    data(&b, 0, 0xffffffff);
    assert_int_equal(b.tunnel.counters.duplicates, 1);
    assert_string_equal(polled(&b), "d255 ");
    send_one(&b, 0);
    assert_string_equal(polled(&b), "s1a1 ");
    bench_close(&b);
}

static void windows_ignores_the_window_and_lost_acknowledgments(void **state)
{
    (void)state;
    struct bench b;
    struct gre_tunnel_config config = gre_tunnel_config_windows();
    config.peer_window = 2;
    bench_open(&b, config);
    for (int i = 0; i < 200; i++)
        send_one(&b, MS(i));
    polled(&b);
    assert_int_equal(b.tunnel.counters.data_sent, 200);
    assert_int_equal(gre_tunnel_next_timeout(&b.tunnel), INSTANT_NEVER);
    bench_close(&b);
}

static void acknowledgments_of_packets_never_sent_are_counted_and_ignored(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, gre_tunnel_config_rfc());
    ack(&b, 0, 0);
    send_one(&b, 0);
    ack(&b, 0, 1);
    assert_int_equal(b.tunnel.counters.acks_invalid, 2);
    assert_int_equal(b.tunnel.oldest_unacked, 0);
    ack(&b, 0, 0);
    ack(&b, 0, 0);
    assert_int_equal(b.tunnel.counters.acks_invalid, 2);
    assert_int_equal(b.tunnel.oldest_unacked, 1);
    assert_int_equal(b.tunnel.counters.acks_received, 4);
    polled(&b);
    bench_close(&b);
}

/* RFC 2637 sections 4.2.1 and 4.2.3. */
static void the_sliding_window_starts_at_half_and_grows_by_one_a_window(void **state)
{
    (void)state;
    struct bench b;
    struct gre_tunnel_config config = gre_tunnel_config_rfc();
    config.peer_window = 4;
    bench_open(&b, config);
    for (int i = 0; i < 10; i++)
        send_one(&b, 0);
    assert_string_equal(polled(&b), "s0 s1 ");
    ack(&b, MS(10), 0);
    assert_string_equal(polled(&b), "s2 ");
    ack(&b, MS(10), 1); /* a window's worth: 3 may be outstanding now */
    assert_string_equal(polled(&b), "s3 s4 ");
    ack(&b, MS(20), 4); /* cumulative, and the next window's worth: 4 */
    assert_string_equal(polled(&b), "s5 s6 s7 s8 ");
    ack(&b, MS(30), 8);
    assert_string_equal(polled(&b), "s9 ");
    assert_int_equal(b.tunnel.window, 4); /* never above what the peer advertised */
    bench_close(&b);
}

/* RFC 2637 sections 4.4.1 and 4.4.2, with numbers worked out by hand. */
static void the_acknowledgment_timeout_adapts_and_halves_the_window(void **state)
{
    (void)state;
    struct bench b;
    struct gre_tunnel_config config = gre_tunnel_config_rfc();
    config.peer_window = 14;
    config.peer_processing_delay = 8; /* RTT 800 ms, DEV 0 */
    bench_open(&b, config);
    send_one(&b, MS(1000));
    assert_int_equal(gre_tunnel_next_timeout(&b.tunnel), MS(1800));
    ack(&b, MS(1200), 0); /* DIFF -600: DEV 150, RTT 725, ATO 1325 */
    assert_int_equal(gre_tunnel_next_timeout(&b.tunnel), INSTANT_NEVER);
    for (int i = 0; i < 8; i++)
        send_one(&b, MS(2000) + MS(i));
    assert_string_equal(polled(&b), "s0 s1 s2 s3 s4 s5 s6 s7 ");
    assert_int_equal(b.tunnel.window, 7);
    assert_int_equal(gre_tunnel_next_timeout(&b.tunnel), MS(3325));
    ack(&b, MS(2500), 1); /* SAMPLE 500, DIFF -225: DEV 168.75, RTT 696.875, ATO 1371.875 */
    assert_string_equal(polled(&b), "s8 ");
    assert_int_equal(gre_tunnel_next_timeout(&b.tunnel), MS(2001) + MS(1) * 1371 + 875000);
    gre_tunnel_handle_timeout(&b.tunnel, MS(3372) + 875000);
    assert_int_equal(b.tunnel.counters.timeouts, 1);
    assert_int_equal(b.tunnel.window, 4); /* half of 7, rounded up */
    assert_int_equal(gre_tunnel_next_timeout(&b.tunnel), INSTANT_NEVER);
    send_one(&b, MS(4000)); /* RTT 1393.75, DEV 168.75: ATO 2068.75 */
    assert_string_equal(polled(&b), "s9 ");
    assert_int_equal(gre_tunnel_next_timeout(&b.tunnel), MS(6068) + 750000);
    ack(&b, MS(4001), 8); /* of packets written off: nothing new */
    assert_int_equal(b.tunnel.oldest_unacked, 9);
    ack(&b, MS(4500), 9); /* one packet is not the window of four that lets it grow */
    assert_int_equal(b.tunnel.oldest_unacked, 10);
    assert_int_equal(b.tunnel.window, 4);
    for (int i = 0; i < 20; i++) {
        send_one(&b, MS(1000000) + MS(i) * 20000);
        gre_tunnel_handle_timeout(&b.tunnel, gre_tunnel_next_timeout(&b.tunnel));
    }
    polled(&b);
    assert_int_equal(b.tunnel.window, 1);                  /* the least */
    assert_int_equal(b.tunnel.timeout_us, 10 * 1000000UL); /* MaxTimeOut */
    bench_close(&b);
}

static void a_timeout_lets_the_backlog_go_on(void **state)
{
    (void)state;
    struct bench b;
    struct gre_tunnel_config config = gre_tunnel_config_rfc();
    config.peer_window = 0; /* as good as 1 */
    config.backlog_packets = 2;
    bench_open(&b, config);
    for (int i = 0; i < 4; i++)
        send_one(&b, 0);
    assert_string_equal(polled(&b), "s0 ");
    assert_string_equal(b.drops, "send-window-full ");
    data(&b, MS(400), 0);
    assert_string_equal(polled(&b), "d0 ");
    assert_int_equal(gre_tunnel_next_timeout(&b.tunnel), MS(500)); /* MinTimeOut and ack alike */
    gre_tunnel_handle_timeout(&b.tunnel, MS(500));
    assert_string_equal(polled(&b), "s1a0 ");
    bench_close(&b);
}

static void two_ends_exchange_data_over_each_other(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct gre_tunnel ends[2];
    for (int i = 0; i < 2; i++) {
        struct gre_tunnel_config config = gre_tunnel_config_windows();
        config.pool = &pool;
        config.local_call_id = (uint16_t)(100 + i);
        config.peer_call_id = (uint16_t)(101 - i);
        gre_tunnel_init(&ends[i], &config);
    }
    unsigned delivered[2] = {0, 0};
    for (unsigned step = 0; step < 100; step++) {
        gre_tunnel_send(&ends[step % 2], MS(step), packet_from(&pool, "ping", 4));
        for (int i = 0; i < 2; i++) {
            struct output output;
            while (gre_tunnel_poll(&ends[i], &output)) {
                if (output.kind == OUTPUT_SEND) {
                    gre_tunnel_input(&ends[1 - i], MS(step), output.packet);
                    continue;
                }
                assert_memory_equal(output.packet->data, "ping", 4);
                packet_free(output.packet);
                delivered[i]++;
            }
        }
    }
    struct output output;
    while (gre_tunnel_poll(&ends[0], &output)) {
        packet_free(output.packet);
        delivered[0]++;
    }
    assert_int_equal(delivered[0], 50);
    assert_int_equal(delivered[1], 50);
    /* Traffic both ways needs no bare acknowledgment. */
    assert_int_equal(ends[0].counters.acks_sent + ends[1].counters.acks_sent, 0);
    assert_int_equal(ends[1].counters.acks_carried, 50);
    assert_int_equal(pool.in_use, 0);
    packet_pool_destroy(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_packet_is_number_zero_without_acknowledgment),
        cmocka_unit_test(an_acknowledgment_rides_on_data_that_is_sent_in_time),
        cmocka_unit_test(a_bare_acknowledgment_goes_100_ms_after_the_first_packet_it_covers),
        cmocka_unit_test(an_exhausted_pool_only_loses_the_bare_acknowledgment),
        cmocka_unit_test(malformed_and_foreign_packets_are_dropped_with_their_reason),
        cmocka_unit_test(padding_behind_the_payload_is_not_delivered),
        cmocka_unit_test(windows_puts_swapped_packets_in_order),
        cmocka_unit_test(windows_waits_100_ms_for_a_missing_packet_and_delivers_it_late),
        cmocka_unit_test(windows_delivers_a_duplicate_that_was_queued),
        cmocka_unit_test(a_full_reorder_queue_gives_up_the_oldest_gap),
        cmocka_unit_test(the_rfc_drops_late_packets_and_duplicates),
        cmocka_unit_test(the_rfc_may_reorder_and_then_drops_a_queued_duplicate),
        cmocka_unit_test(sequence_numbers_wrap_around),
        cmocka_unit_test(windows_ignores_the_window_and_lost_acknowledgments),
        cmocka_unit_test(acknowledgments_of_packets_never_sent_are_counted_and_ignored),
        cmocka_unit_test(the_sliding_window_starts_at_half_and_grows_by_one_a_window),
        cmocka_unit_test(the_acknowledgment_timeout_adapts_and_halves_the_window),
        cmocka_unit_test(a_timeout_lets_the_backlog_go_on),
        cmocka_unit_test(two_ends_exchange_data_over_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
