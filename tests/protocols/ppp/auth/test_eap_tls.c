/* The conversation of EAP-TLS: fragments, acknowledgments, and what does not belong in it. */
#include "ppp/auth/eap_tls.h"

#include "support/certificates.h"
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 400

struct bench {
    struct crypto *crypto;
    struct certificates certificates;
    struct eap_tls_config config[2]; /* client, server */
    struct entropy entropy[2];
    struct eap_tls *ends[2];
    uint8_t data[2][2048]; /* the newest Type-Data of either */
    size_t length[2];
};

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    if (!bench)
        return -1;
    bench->crypto = crypto_create(NULL, NULL);
    certificates_make(&bench->certificates, bench->crypto);
    for (int i = 0; i < 2; i++) {
        bench->entropy[i] = entropy_make(1, i ? "server" : "client");
        bench->config[i] = (struct eap_tls_config){
            .own = i ? bench->certificates.server : bench->certificates.client,
            .trusted = bench->certificates.trusted,
            .trusted_count = 1,
            .minimum = TLS_1_0,
            .maximum = TLS_1_0,
            .start = CERTIFICATES_TODAY,
        };
    }
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    eap_tls_destroy(bench->ends[0]);
    eap_tls_destroy(bench->ends[1]);
    certificates_free(&bench->certificates);
    crypto_destroy(bench->crypto);
    free(bench);
    return 0;
}

static void begin(struct bench *bench, size_t room)
{
    for (int i = 0; i < 2; i++) {
        enum status status;
        bench->ends[i] = eap_tls_create(&bench->config[i], bench->crypto, &bench->entropy[i], i, 0,
                                        room, &status);
        assert_int_equal(status, STATUS_OK);
    }
}

/** Gives Type-Data to one end; what that writes is its newest. */
static enum eap_tls_step give(struct bench *bench, int to, const uint8_t *data, size_t length)
{
    struct wire_writer writer = wire_writer_make(bench->data[to], sizeof bench->data[to]);
    enum eap_tls_step step = eap_tls_input(bench->ends[to], data, length, &writer);
    assert_false(writer.failed);
    if (step == EAP_TLS_SEND)
        bench->length[to] = wire_written(&writer);
    else
        assert_int_equal(wire_written(&writer), 0);
    return step;
}

static enum eap_tls_step give_hex(struct bench *bench, int to, const char *text)
{
    uint8_t octets[600];
    return give(bench, to, octets, unit_hex(text, octets, sizeof octets));
}

static void expect_discard(struct bench *bench, int to, const char *text, const char *reason)
{
    assert_int_equal(give_hex(bench, to, text), EAP_TLS_DISCARD);
    assert_string_equal(bench->ends[to]->reason, reason);
}

/** The newest of @p from goes to the other end. */
static enum eap_tls_step pass(struct bench *bench, int from)
{
    return give(bench, !from, bench->data[from], bench->length[from]);
}

static void expect_newest(const struct bench *bench, int of, size_t length, const char *start)
{
    uint8_t octets[16];
    assert_int_equal(bench->length[of], length);
    unit_assert_hex(bench->data[of], unit_hex(start, octets, sizeof octets), start);
}

/** To where the server has sent the first fragment of its first flight. */
static void begin_and_say_hello(struct bench *bench, size_t room)
{
    begin(bench, room);
    assert_int_equal(give_hex(bench, 0, "20"), EAP_TLS_SEND);
    expect_newest(bench, 0, 59, "80 00000036 16 0301 0031 01");
    assert_int_equal(pass(bench, 0), EAP_TLS_SEND);
}

static void type_data_survive_their_encoding(void **state)
{
    (void)state;
    uint8_t octets[16];
    struct eap_tls_message message;
    static const uint8_t abc[] = {0xa, 0xb, 0xc};
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    const struct eap_tls_message fragment = {
        .flags = 0xc0, .tls_length = 0x01020304, .data = abc, .length = 3};
    eap_tls_encode(&writer, &fragment);
    unit_assert_hex(octets, wire_written(&writer), "c0 01020304 0a0b0c");
    assert_null(eap_tls_decode(octets, 8, &message));
    assert_int_equal(message.flags, EAP_TLS_LENGTH_INCLUDED | EAP_TLS_MORE_FRAGMENTS);
    assert_int_equal(message.tls_length, 0x01020304);
    assert_int_equal(message.length, 3);
    assert_memory_equal(message.data, abc, 3);
    assert_null(eap_tls_decode((const uint8_t[]){0x20}, 1, &message));
    assert_int_equal(message.flags, EAP_TLS_START);
    assert_int_equal(message.length, 0);
    assert_string_equal(eap_tls_decode(octets, 4, &message), "too-short");
    assert_string_equal(eap_tls_decode(octets, 0, &message), "too-short");
}

static void the_start_is_one_octet(void **state)
{
    (void)state;
    uint8_t octets[4];
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    eap_tls_start(&writer);
    unit_assert_hex(octets, wire_written(&writer), "20");
}

static void a_flight_longer_than_the_room_goes_in_fragments(void **state)
{
    struct bench *bench = *state;
    begin_and_say_hello(bench, ROOM);
    size_t total = bench->ends[1]->out.octets;
    assert_true(total > 2 * ROOM && total < 5 * ROOM);
    /* Only the first fragment tells the length of all; the last has no flags. */
    char start[32];
    snprintf(start, sizeof start, "c0 0000%04x 16 0301", (unsigned)total);
    expect_newest(bench, 1, ROOM, start);
    size_t carried = ROOM - EAP_TLS_HEADER_MAX;
    unsigned fragments = 1;
    while (bench->data[1][0] & EAP_TLS_MORE_FRAGMENTS) {
        assert_int_equal(pass(bench, 1), EAP_TLS_SEND);
        expect_newest(bench, 0, 1, "00");
        assert_false(bench->ends[0]->took_flight);
        assert_int_equal(pass(bench, 0), EAP_TLS_SEND);
        carried += bench->length[1] - 1;
        assert_int_equal(bench->data[1][0], carried < total ? EAP_TLS_MORE_FRAGMENTS : 0);
        fragments++;
    }
    assert_int_equal(carried, total);
    assert_int_equal(fragments, bench->ends[1]->out.fragments);
    assert_int_equal(pass(bench, 1), EAP_TLS_SEND);
    assert_true(bench->ends[0]->took_flight);
    assert_int_equal(bench->ends[0]->in.octets, total);
    assert_int_equal(bench->ends[0]->in.fragments, fragments);
}

/** Lets both go on until the server ends the conversation. */
static void finish(struct bench *bench)
{
    for (int i = 0; i < 40; i++) {
        assert_int_equal(pass(bench, 1), EAP_TLS_SEND);
        if (pass(bench, 0) == EAP_TLS_END)
            return;
    }
    fail_msg("the conversation does not end");
}

static void both_ends_derive_the_same_keys_whatever_the_fragments(void **state)
{
    struct bench *bench = *state;
    uint8_t msk[3][EAP_TLS_MSK_SIZE];
    uint8_t exported[128];
    static const size_t rooms[] = {EAP_TLS_ROOM_MIN, 1395};
    for (int i = 0; i < 2; i++) {
        bench->entropy[0] = entropy_make(1, "client");
        bench->entropy[1] = entropy_make(1, "server");
        begin_and_say_hello(bench, rooms[i]);
        finish(bench);
        expect_newest(bench, 0, 1, "00");
        assert_int_equal(bench->ends[0]->state, TLS_FINISHED);
        assert_int_equal(bench->ends[1]->state, TLS_FINISHED);
        assert_true(eap_tls_msk(bench->ends[0], msk[0]));
        assert_true(eap_tls_msk(bench->ends[1], msk[1 + i]));
        assert_memory_equal(msk[0], msk[1 + i], sizeof msk[0]);
        assert_true(tls_export(bench->ends[0]->tls, "client EAP encryption", exported, 128));
        assert_memory_equal(msk[0], exported, EAP_TLS_MSK_SIZE);
        eap_tls_destroy(bench->ends[0]);
        eap_tls_destroy(bench->ends[1]);
        bench->ends[0] = bench->ends[1] = NULL;
    }
    assert_memory_equal(msk[1], msk[2], sizeof msk[1]);
}

static void a_refused_server_hears_an_alert_and_ends(void **state)
{
    struct bench *bench = *state;
    bench->config[0].start += 2 * CERTIFICATES_YEAR;
    begin_and_say_hello(bench, 1395);
    while (bench->data[1][0] & EAP_TLS_MORE_FRAGMENTS) {
        assert_int_equal(pass(bench, 1), EAP_TLS_SEND);
        assert_int_equal(pass(bench, 0), EAP_TLS_SEND);
    }
    assert_int_equal(pass(bench, 1), EAP_TLS_SEND);
    /* Alert, version, length 2, fatal, certificate_expired. */
    expect_newest(bench, 0, 12, "80 00000007 15 0301 0002 02 2d");
    assert_string_equal(bench->ends[0]->failure.reason, "certificate-expired");
    assert_int_equal(pass(bench, 0), EAP_TLS_END);
    assert_string_equal(bench->ends[1]->failure.reason, "refused-by-peer");
    assert_string_equal(bench->ends[1]->failure.alert, "certificate-expired");
}

static void a_refused_client_acknowledges_the_alert(void **state)
{
    struct bench *bench = *state;
    bench->config[1].start += 2 * CERTIFICATES_YEAR;
    begin_and_say_hello(bench, 1395);
    finish(bench);
    expect_newest(bench, 1, 12, "80 00000007 15 0301 0002 02 2d");
    expect_newest(bench, 0, 1, "00");
    assert_string_equal(bench->ends[0]->failure.reason, "refused-by-peer");
    assert_string_equal(bench->ends[1]->failure.reason, "certificate-expired");
}

static void what_does_not_belong_is_discarded_and_changes_nothing(void **state)
{
    struct bench *bench = *state;
    begin(bench, ROOM);
    expect_discard(bench, 0, "", "too-short");
    expect_discard(bench, 0, "00", "not-started");
    expect_discard(bench, 0, "20 16", "start-with-data");
    assert_int_equal(give_hex(bench, 0, "20"), EAP_TLS_SEND);
    expect_discard(bench, 0, "20", "unexpected-start");
    expect_discard(bench, 0, "00", "unexpected-acknowledgment");
    expect_discard(bench, 1, "20", "unexpected-start");
    expect_discard(bench, 1, "00", "unexpected-acknowledgment");
    expect_discard(bench, 1, "40", "empty-fragment");
    expect_discard(bench, 1, "40 16", "no-tls-length");
    expect_discard(bench, 1, "80 00000000", "empty-fragment");
    expect_discard(bench, 1, "c0 00010001 16", "tls-message-too-long");
    expect_discard(bench, 1, "80 00000002 16", "wrong-tls-length");
    expect_discard(bench, 1, "c0 00000001 16", "wrong-tls-length");
    assert_int_equal(pass(bench, 0), EAP_TLS_SEND);
    expect_discard(bench, 1, "00 16", "expected-acknowledgment");
    /* The client has one fragment of the server's flight. */
    assert_int_equal(pass(bench, 1), EAP_TLS_SEND);
    expect_discard(bench, 0, "c0 00000400 16", "tls-length-differs");
    expect_discard(bench, 0, "00 16", "wrong-tls-length");
    assert_int_equal(pass(bench, 0), EAP_TLS_SEND);
    finish(bench);
    assert_int_equal(bench->ends[1]->state, TLS_FINISHED);
    expect_discard(bench, 0, "00 16", "unexpected-data");
    expect_discard(bench, 1, "00 16", "unexpected-data");
}

static void a_flight_that_breaks_off_ends_the_conversation(void **state)
{
    struct bench *bench = *state;
    begin(bench, ROOM);
    /* Half a record, for which nobody asks to be continued. */
    assert_int_equal(give_hex(bench, 1, "80 00000006 16 0301 0031 01"), EAP_TLS_END);
    assert_int_equal(bench->ends[1]->state, TLS_FAILED);
    assert_string_equal(bench->ends[1]->failure.reason, "incomplete-flight");
}

int main(void)
{
#define BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(type_data_survive_their_encoding),
        cmocka_unit_test(the_start_is_one_octet),
        BENCH(a_flight_longer_than_the_room_goes_in_fragments),
        BENCH(both_ends_derive_the_same_keys_whatever_the_fragments),
        BENCH(a_refused_server_hears_an_alert_and_ends),
        BENCH(a_refused_client_acknowledges_the_alert),
        BENCH(what_does_not_belong_is_discarded_and_changes_nothing),
        BENCH(a_flight_that_breaks_off_ends_the_conversation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
