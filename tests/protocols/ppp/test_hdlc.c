#include "ppp/hdlc.h"

#include "base/entropy.h"
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line end whose drops are remembered: "reason reason ". */
struct bench {
    struct packet_pool pool;
    struct hdlc_decoder decoder;
    char drops[256];
};

static void record(void *context, const struct trace_event *event)
{
    struct bench *bench = context;
    assert_string_equal(event->name, "packet.dropped");
    for (size_t i = 0; i < event->field_count; i++) {
        if (strcmp(event->fields[i].key, "protocol") == 0)
            assert_string_equal(event->fields[i].text, "hdlc");
        if (strcmp(event->fields[i].key, "reason") == 0) {
            strncat(bench->drops, event->fields[i].text, 30);
            strcat(bench->drops, " ");
        }
    }
}

static void open_bench(struct bench *bench)
{
    *bench = (struct bench){0};
    packet_pool_init(&bench->pool);
    const struct trace trace = {.emit = record, .context = bench};
    hdlc_decoder_init(&bench->decoder, &bench->pool, &trace, 1500);
}

static void close_bench(struct bench *bench)
{
    hdlc_decoder_reset(&bench->decoder, 0);
    assert_int_equal(bench->pool.in_use, 0);
    packet_pool_destroy(&bench->pool);
}

/* Feeds octets in pieces of @step; the frames come as lines of hexadecimal into @frames. */
static void feed(struct bench *bench, const uint8_t *octets, size_t length, size_t step,
                 char *frames, size_t size)
{
    size_t used = 0;
    frames[0] = '\0';
    for (size_t start = 0; start < length; start += step) {
        size_t end = start + step < length ? start + step : length;
        for (size_t at = start; at < end;) {
            struct packet *frame;
            at += hdlc_decoder_input(&bench->decoder, 7, octets + at, end - at, &frame);
            if (!frame)
                continue;
            assert_true(used + 2 * frame->length + 2 < size);
            for (uint32_t i = 0; i < frame->length; i++)
                used += (size_t)snprintf(frames + used, size - used, "%02x", frame->data[i]);
            used += (size_t)snprintf(frames + used, size - used, "\n");
            packet_free(frame);
        }
    }
}

static void feed_hex(struct bench *bench, const char *text, char *frames, size_t size)
{
    static uint8_t octets[4096];
    size_t length = unit_hex(text, octets, sizeof octets);
    feed(bench, octets, length, 4096, frames, size);
}

static void expect_frames(struct bench *bench, const char *text, const char *expected)
{
    static char frames[8192];
    feed_hex(bench, text, frames, sizeof frames);
    assert_string_equal(frames, expected);
}

/* A frame as the line carries it, as hexadecimal. */
static void expect_encoded(const char *frame, uint32_t accm, bool opening_flag, const char *line)
{
    uint8_t octets[256];
    uint8_t out[1024];
    size_t length = unit_hex(frame, octets, sizeof octets);
    size_t written = hdlc_encode(octets, length, accm, opening_flag, out, sizeof out);
    unit_assert_hex(out, written, line);
}

/* RFC 1662 appendix C.1's algorithm, a bit at a time. */
static uint16_t slow_fcs(uint16_t fcs, const uint8_t *octets, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        fcs ^= octets[i];
        for (unsigned bit = 0; bit < 8; bit++)
            fcs = (uint16_t)(fcs & 1 ? fcs >> 1 ^ 0x8408 : fcs >> 1);
    }
    return fcs;
}

static void the_fcs_of_the_digits_is_906e(void **state)
{
    (void)state;
    assert_int_equal(hdlc_fcs(HDLC_FCS_INITIAL, "123456789", 9) ^ 0xffff, 0x906e);
}

static void the_fcs_over_a_frame_and_its_fcs_is_f0b8(void **state)
{
    (void)state;
    uint8_t frame[40];
    size_t length = unit_hex("ff03c021010100190206000000000305c223050506ffbc7884070208027605",
                             frame, sizeof frame);
    assert_int_equal(hdlc_fcs(HDLC_FCS_INITIAL, frame, length), HDLC_FCS_GOOD);
    frame[7] ^= 0x10;
    assert_int_not_equal(hdlc_fcs(HDLC_FCS_INITIAL, frame, length), HDLC_FCS_GOOD);
}

static void the_fcs_is_the_same_however_the_octets_are_taken(void **state)
{
    (void)state;
    uint8_t octets[300];
    struct entropy entropy = entropy_make(1, "fcs");
    entropy_fill(&entropy, octets, sizeof octets);
    for (size_t length = 0; length <= sizeof octets; length++) {
        uint16_t start = (uint16_t)entropy_u32(&entropy);
        uint16_t expected = slow_fcs(start, octets, length);
        assert_int_equal(hdlc_fcs(start, octets, length), expected);
        size_t cut = length / 3;
        assert_int_equal(hdlc_fcs(hdlc_fcs(start, octets, cut), octets + cut, length - cut),
                         expected);
    }
}

static void an_fcs_is_appended_checked_and_removed(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct packet *frame = packet_from(&pool, "\xff\x03\xc0\x21\x09", 5);
    hdlc_append_fcs(frame);
    assert_int_equal(frame->length, 7);
    assert_int_equal(hdlc_fcs(HDLC_FCS_INITIAL, frame->data, 7), HDLC_FCS_GOOD);
    frame->data[4] ^= 1;
    assert_false(hdlc_remove_fcs(frame));
    frame->data[4] ^= 1;
    assert_true(hdlc_remove_fcs(frame));
    assert_int_equal(frame->length, 5);
    packet_trim(frame, 3);
    assert_false(hdlc_remove_fcs(frame));
    packet_free(frame);
    packet_pool_destroy(&pool);
}

/* The examples of RFC 1662 section 4.2. */
static void flags_escapes_and_mapped_octets_are_escaped(void **state)
{
    (void)state;
    expect_encoded("7e", 0, false, "7d5e 816a 7e");
    expect_encoded("7d", 0, false, "7d5d 1a58 7e");
    expect_encoded("03", 1u << 3, false, "7d23 e3c2 7e");
    expect_encoded("03", ~(1u << 3), false, "03 e3c2 7e");
    expect_encoded("111391", 0x000a0000, false, "7d317d3391 7c23 7e");
}

/* A Configure-Request that pppd sent over a serial line, and its FCS. */
static void a_recorded_frame_is_encoded_octet_for_octet(void **state)
{
    (void)state;
    expect_encoded("ff03c021010100190206000000000305c223050506ffbc788407020802", HDLC_DEFAULT_ACCM,
                   true,
                   "7e ff7d23c0217d217d217d207d397d227d267d207d207d207d207d237d25c2237d257d257d26"
                   "ffbc78847d277d227d287d22767d25 7e");
}

static const char sent_line[] =
    "7eff7d23c0217d217d217d207d347d227d267d207d2a7d207d207d257d2688d2bee57d277d227d287d2248e4"
    "7e7eff7d23c0217d227d217d207d397d227d267d207d207d207d207d237d25c2237d257d257d26ffbc78847d"
    "277d227d287d22fb7d297ec0210900000888d2bee5ce3e7ec0210a00000888d2bee51eb47ec2230212001910"
    "fd46d707898e6a9e1dbfc50a7d5dd587b2557365723bf37e8021010100100206002d0f01030600000000d02f"
    "7e8021020100100206002d0f0103060a070001d3f47e8021010200100206002d0f0103060a07000217847e7e"
    "214500005402054000400124940a0700020a0700010800037b031e00015e07016b00000000d3200000000000"
    "00101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363736da7e";
static const char *const sent_frames[] = {
    "ff03c021010100140206000a0000050688d2bee507020802",
    "ff03c021020100190206000000000305c223050506ffbc788407020802",
    "c0210900000888d2bee5",
    "c0210a00000888d2bee5",
    "c2230212001910fd46d707898e6a9e1dbfc50a7dd587b255736572",
    "8021010100100206002d0f01030600000000",
    "8021020100100206002d0f0103060a070001",
    "8021010200100206002d0f0103060a070002",
    ("214500005402054000400124940a0700020a0700010800037b031e00015e07016b00000000d32000000000000010"
     "1112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637"),
};
static const char received_line[] =
    "7eff7d23c0217d217d217d207d397d227d267d207d207d207d207d237d25c2237d257d257d26ffbc78847d27"
    "7d227d287d22767d257e7eff7d23c0217d227d217d207d347d227d267d207d2a7d207d207d257d2688d2bee5"
    "7d277d227d287d22a38d7ec02109000008ffbc788409ca7ec2230112001c140919c2795ff9c2eaf39117f74d"
    "2f20c554cac6ee73727670b97ec0210a000008ffbc7884d9407ec22303120012416363657373206772616e74"
    "65642fa07e8021010100100206002d0f0103060a070001f26e7e80210301000a03060a0700029aed7e802102"
    "0200100206002d0f0103060a070002361e7e7e2145000054c40c00004001a28c0a0700010a07000200000b7b"
    "031e00015e07016b00000000d320000000000000107d31127d331415161718191a1b1c1d1e1f202122232425"
    "262728292a2b2c2d2e2f3031323334353637d91d7e";
static const char *const received_frames[] = {
    "ff03c021010100190206000000000305c223050506ffbc788407020802",
    "ff03c021020100140206000a0000050688d2bee507020802",
    "c02109000008ffbc7884",
    "c2230112001c140919c2795ff9c2eaf39117f74d2f20c554cac6ee737276",
    "c0210a000008ffbc7884",
    "c22303120012416363657373206772616e746564",
    "8021010100100206002d0f0103060a070001",
    "80210301000a03060a070002",
    "8021020200100206002d0f0103060a070002",
    ("2145000054c40c00004001a28c0a0700010a07000200000b7b031e00015e07016b00000000d32000000000000010"
     "1112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637"),
};
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A whole recorded conversation of pppd, LCP to a ping. The maps are those that LCP agreed on. */
static void check_recording(const char *line, const char *const *frames, size_t count,
                            uint32_t accm)
{
    uint8_t stream[1024];
    uint8_t again[1024];
    size_t length = unit_hex(line, stream, sizeof stream);
    size_t used = 0;
    char expected[4096] = "";
    for (size_t i = 0; i < count; i++) {
        uint8_t frame[256];
        size_t size = unit_hex(frames[i], frame, sizeof frame);
        bool opening = stream[used] == HDLC_FLAG; /* sent after a pause */
        used += hdlc_encode(frame, size, hdlc_frame_accm(frame, size, accm), opening, again + used,
                            sizeof again - used);
        strcat(strcat(expected, frames[i]), "\n");
    }
    assert_int_equal(used, length);
    assert_memory_equal(again, stream, length);

    struct bench bench;
    open_bench(&bench);
    char found[4096];
    for (size_t step = 1; step <= length; step = step * 2 + 1) {
        bench.decoder.accm = accm;
        feed(&bench, stream, length, step, found, sizeof found);
        assert_string_equal(found, expected);
    }
    assert_string_equal(bench.drops, "");
    close_bench(&bench);
}

static void a_recorded_conversation_is_decoded_and_encoded_octet_for_octet(void **state)
{
    (void)state;
    check_recording(sent_line, sent_frames, COUNT(sent_frames), 0);
    check_recording(received_line, received_frames, COUNT(received_frames), 0x000a0000);
}

static void lcp_packets_up_to_code_7_keep_the_default_map(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 256; code++) {
        const uint8_t whole[] = {0xff, 0x03, 0xc0, 0x21, (uint8_t)code, 1, 0, 4};
        uint32_t expected = code >= 1 && code <= 7 ? HDLC_DEFAULT_ACCM : 5;
        assert_int_equal(hdlc_frame_accm(whole, sizeof whole, 5), expected);
        assert_int_equal(hdlc_frame_accm(whole + 2, sizeof whole - 2, 5), expected);
    }
    const uint8_t ipcp[] = {0xff, 0x03, 0x80, 0x21, 1, 1, 0, 4};
    assert_int_equal(hdlc_frame_accm(ipcp, sizeof ipcp, 5), 5);
    assert_int_equal(hdlc_frame_accm(ipcp, 0, 5), 5);
    const uint8_t cut[] = {0xff, 0x03, 0xc0, 0x21};
    assert_int_equal(hdlc_frame_accm(cut, sizeof cut, 5), 5);
}

static void every_kind_of_bad_frame_has_its_reason(void **state)
{
    (void)state;
    struct bench bench;
    open_bench(&bench);
    expect_frames(&bench, "7e7e7e", "");
    assert_string_equal(bench.drops, "");
    expect_frames(&bench, "7e c0210900000888d2bee5ce3f 7e", "");
    expect_frames(&bench, "c02109 7d7e", "");
    expect_frames(&bench, "ff7d23c02100 7e 7d7e", "");
    expect_frames(&bench, "c0210900 7d20 00 08 88d2be e5 f7", "");
    hdlc_decoder_reset(&bench.decoder, 0);
    assert_string_equal(bench.drops, "bad-fcs aborted bad-fcs aborted incomplete ");
    bench.drops[0] = '\0';
    expect_frames(&bench, "7e c021 7e ff 7e", "");
    assert_string_equal(bench.drops, "runt runt ");
    const struct hdlc_counters *counters = &bench.decoder.counters;
    assert_int_equal(counters->bad_fcs, 2);
    assert_int_equal(counters->aborted, 2);
    assert_int_equal(counters->runts, 2);
    assert_int_equal(counters->lost, 1);
    assert_int_equal(counters->frames, 0);
    close_bench(&bench);
}

/* What follows a damaged frame is received: a flag always ends and begins. */
static void a_good_frame_behind_a_bad_one_is_received(void **state)
{
    (void)state;
    struct bench bench;
    open_bench(&bench);
    bench.decoder.accm = 0;
    expect_frames(&bench,
                  "7e c0210900000888d2bee5ce3f 7e c0210900000888d2bee5ce3e 7e 7d7e"
                  "c0210900000888d2bee5ce3e 7e",
                  "c0210900000888d2bee5\nc0210900000888d2bee5\n");
    assert_string_equal(bench.drops, "bad-fcs aborted ");
    close_bench(&bench);
}

static void an_overlong_frame_is_dropped_once_and_skipped_to_its_flag(void **state)
{
    (void)state;
    struct bench bench;
    open_bench(&bench);
    static uint8_t frame[1600];
    static uint8_t line[4096];
    static char frames[8192];
    memset(frame, 0x41, sizeof frame);
    /* 1,500 octets of information behind a whole header are the most that fit. */
    size_t length = hdlc_encode(frame, 1504, 0, true, line, sizeof line);
    feed(&bench, line, length, 7, frames, sizeof frames);
    assert_int_equal(strlen(frames), 2 * 1504 + 1);
    length = hdlc_encode(frame, 1505, 0, true, line, sizeof line);
    feed(&bench, line, length, 7, frames, sizeof frames);
    length = hdlc_encode(frame, 1600, 0, true, line, sizeof line);
    feed(&bench, line, length, 4096, frames, sizeof frames);
    assert_string_equal(frames, "");
    assert_string_equal(bench.drops, "overlong overlong ");
    bench.decoder.accm = 0;
    expect_frames(&bench, "c0210900000888d2bee5ce3e 7e", "c0210900000888d2bee5\n");
    close_bench(&bench);
}

static void octets_that_the_receiving_map_flags_are_removed(void **state)
{
    (void)state;
    struct bench bench;
    open_bench(&bench);
    bench.decoder.accm = 0x000a0000;
    /* XON and XOFF put in by a modem, one of them between an escape and its octet. */
    expect_frames(&bench, "7e 11 c021 13 0900000888d2bee5ce3e 7e 7d 11 5e 816a 7e",
                  "c0210900000888d2bee5\n");
    assert_string_equal(bench.drops, "runt ");
    assert_int_equal(bench.decoder.counters.removed, 3);
    /* Without a map they are data, and spoil the frame. */
    bench.decoder.accm = 0;
    expect_frames(&bench, "7e 11 c021 13 0900000888d2bee5ce3e 7e", "");
    assert_string_equal(bench.drops, "runt bad-fcs ");
    close_bench(&bench);
}

static void an_empty_pool_loses_the_frame_with_a_reason(void **state)
{
    (void)state;
    struct bench bench;
    open_bench(&bench);
    bench.decoder.accm = 0;
    bench.pool.limit = 1;
    struct packet *other = packet_alloc(&bench.pool, 10);
    expect_frames(&bench, "7e c0210900000888d2bee5ce3e 7e", "");
    assert_string_equal(bench.drops, "no-memory ");
    packet_free(other);
    expect_frames(&bench, "c0210900000888d2bee5ce3e 7e", "c0210900000888d2bee5\n");
    close_bench(&bench);
}

static void a_buffer_too_small_is_refused_at_every_size(void **state)
{
    (void)state;
    uint8_t frame[30];
    uint8_t out[HDLC_ENCODED_MAX(30)];
    struct entropy entropy = entropy_make(2, "frames");
    for (unsigned round = 0; round < 200; round++) {
        size_t length = entropy_below(&entropy, sizeof frame + 1);
        entropy_fill(&entropy, frame, length);
        if (round % 4 == 0)
            memset(frame, HDLC_FLAG, length);
        size_t needed =
            hdlc_encode(frame, length, HDLC_DEFAULT_ACCM, true, out, HDLC_ENCODED_MAX(length));
        assert_in_range(needed, 2, HDLC_ENCODED_MAX(length));
        for (size_t size = 0; size < needed; size++) {
            memset(out, 0xee, sizeof out);
            assert_int_equal(hdlc_encode(frame, length, HDLC_DEFAULT_ACCM, true, out, size), 0);
            assert_true(size == sizeof out || out[size] == 0xee);
        }
        assert_int_equal(hdlc_encode(frame, length, HDLC_DEFAULT_ACCM, true, out, needed), needed);
    }
}

static void random_frames_survive_any_map_and_any_cut(void **state)
{
    (void)state;
    struct bench bench;
    open_bench(&bench);
    struct entropy entropy = entropy_make(3, "frames");
    for (unsigned round = 0; round < 500; round++) {
        uint8_t frame[400];
        uint8_t line[HDLC_ENCODED_MAX(400)];
        char expected[900] = "";
        char found[900];
        size_t length = 2 + entropy_below(&entropy, sizeof frame - 1);
        entropy_fill(&entropy, frame, length);
        uint32_t accm = round % 3 == 0 ? 0 : entropy_u32(&entropy);
        size_t size = hdlc_encode(frame, length, accm, round & 1, line, sizeof line);
        for (size_t i = 0; i < size; i++)
            assert_false(line[i] < 0x20 && accm >> line[i] & 1);
        for (size_t i = 0; i < length; i++)
            snprintf(expected + 2 * i, 3, "%02x", frame[i]);
        strcat(expected, "\n");
        bench.decoder.accm = accm;
        feed(&bench, line, size, 1 + entropy_below(&entropy, size), found, sizeof found);
        assert_string_equal(found, expected);
    }
    assert_string_equal(bench.drops, "");
    close_bench(&bench);
}

static void an_abort_is_7d7e(void **state)
{
    (void)state;
    uint8_t octets[2];
    assert_int_equal(hdlc_encode_abort(octets), 2);
    unit_assert_hex(octets, 2, "7d7e");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fcs_of_the_digits_is_906e),
        cmocka_unit_test(the_fcs_over_a_frame_and_its_fcs_is_f0b8),
        cmocka_unit_test(the_fcs_is_the_same_however_the_octets_are_taken),
        cmocka_unit_test(an_fcs_is_appended_checked_and_removed),
        cmocka_unit_test(flags_escapes_and_mapped_octets_are_escaped),
        cmocka_unit_test(a_recorded_frame_is_encoded_octet_for_octet),
        cmocka_unit_test(a_recorded_conversation_is_decoded_and_encoded_octet_for_octet),
        cmocka_unit_test(lcp_packets_up_to_code_7_keep_the_default_map),
        cmocka_unit_test(every_kind_of_bad_frame_has_its_reason),
        cmocka_unit_test(a_good_frame_behind_a_bad_one_is_received),
        cmocka_unit_test(an_overlong_frame_is_dropped_once_and_skipped_to_its_flag),
        cmocka_unit_test(octets_that_the_receiving_map_flags_are_removed),
        cmocka_unit_test(an_empty_pool_loses_the_frame_with_a_reason),
        cmocka_unit_test(a_buffer_too_small_is_refused_at_every_size),
        cmocka_unit_test(random_frames_survive_any_map_and_any_cut),
        cmocka_unit_test(an_abort_is_7d7e),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
