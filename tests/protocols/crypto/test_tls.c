#include "crypto/tls.h"

#include "support/certificates.h"
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TODAY CERTIFICATES_TODAY
#define YEAR  CERTIFICATES_YEAR

#define FLIGHTS_MAX 16384

/** One end, what it has sent, and the last line of its key log. */
struct end {
    struct tls_config config;
    struct entropy entropy;
    struct tls *tls;
    uint8_t sent[FLIGHTS_MAX];
    size_t sent_length;
    char key_log[256];
};

/** An authority, certificates of it, and two ends that have not met. */
struct bench {
    struct crypto *crypto;
    struct certificates certificates;
    struct end ends[2]; /* client, server */
};

static void keep_key(void *context, const char *line)
{
    struct end *end = context;
    snprintf(end->key_log, sizeof end->key_log, "%s", line);
}

static void configure(struct bench *bench, bool server)
{
    struct end *end = &bench->ends[server];
    end->entropy = entropy_make(1, server ? "server" : "client");
    end->config = (struct tls_config){
        .crypto = bench->crypto,
        .entropy = &end->entropy,
        .server = server,
        .own = server ? bench->certificates.server : bench->certificates.client,
        .trusted = bench->certificates.trusted,
        .trusted_count = 1,
        .minimum = TLS_1_0,
        .maximum = TLS_1_2,
        .time = TODAY,
        .key_log = keep_key,
        .key_log_context = end,
    };
}

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    if (!bench)
        return -1;
    bench->crypto = crypto_create(NULL, NULL);
    certificates_make(&bench->certificates, bench->crypto);
    configure(bench, false);
    configure(bench, true);
    *state = bench;
    return 0;
}

static void end_session(struct end *end)
{
    tls_destroy(end->tls);
    end->tls = NULL;
    end->sent_length = 0;
    end->key_log[0] = '\0';
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    end_session(&bench->ends[0]);
    end_session(&bench->ends[1]);
    certificates_free(&bench->certificates);
    crypto_destroy(bench->crypto);
    free(bench);
    return 0;
}

/** Gives what @p from has to say to @p to, and lets that work. */
static enum tls_state carry(struct end *from, struct end *to)
{
    size_t length = tls_pending(from->tls);
    assert_true(from->sent_length + length <= FLIGHTS_MAX);
    if (length > 0) {
        uint8_t *octets = from->sent + from->sent_length;
        tls_take(from->tls, octets, length);
        from->sent_length += length;
        assert_true(tls_input(to->tls, octets, length));
    }
    return tls_advance(to->tls);
}

static void handshake(struct bench *bench)
{
    enum status status;
    for (int i = 0; i < 2; i++) {
        struct end *end = &bench->ends[i];
        end_session(end);
        end->tls = tls_create(&end->config, &status);
        assert_int_equal(status, STATUS_OK);
    }
    assert_int_equal(tls_advance(bench->ends[0].tls), TLS_HANDSHAKING);
    for (int i = 0; i < 3; i++) {
        carry(&bench->ends[0], &bench->ends[1]);
        carry(&bench->ends[1], &bench->ends[0]);
    }
}

static void expect_failure(struct end *end, const char *reason, bool about_certificate,
                           const char *alert)
{
    assert_int_equal(tls_advance(end->tls), TLS_FAILED);
    const struct tls_failure *failure = tls_failure(end->tls);
    assert_string_equal(failure->reason, reason);
    assert_string_equal(failure->alert, alert);
    assert_int_equal(failure->about_certificate, about_certificate);
}

/** The first of @p bench's ends refuses the other's certificate. */
static void expect_refusal(struct bench *bench, bool server, const char *reason, const char *alert)
{
    handshake(bench);
    expect_failure(&bench->ends[server], reason, true, alert);
    expect_failure(&bench->ends[!server], "refused-by-peer", false, alert);
}

static void both_ends_finish_and_know_each_other(void **state)
{
    struct bench *bench = *state;
    char subject[CERTIFICATE_SUBJECT_MAX + 1];
    handshake(bench);
    for (int i = 0; i < 2; i++) {
        struct tls *tls = bench->ends[i].tls;
        assert_int_equal(tls_advance(tls), TLS_FINISHED);
        assert_string_equal(tls_version_name(tls), "TLS 1.2");
        assert_string_equal(tls_cipher_name(tls), "TLS_RSA_WITH_AES_128_CBC_SHA256");
        tls_peer_subject(tls, subject);
        assert_string_equal(subject, i ? "User" : "vpn.example");
    }
    assert_string_equal(bench->ends[0].key_log, bench->ends[1].key_log);
}

static void version_1_0_has_a_hello_without_extensions(void **state)
{
    struct bench *bench = *state;
    bench->ends[1].config.maximum = TLS_1_0;
    bench->ends[0].config.maximum = TLS_1_0;
    handshake(bench);
    assert_string_equal(tls_version_name(bench->ends[0].tls), "TLS 1.0");
    assert_string_equal(tls_cipher_name(bench->ends[0].tls), "TLS_RSA_WITH_AES_128_CBC_SHA");
    /* Record, handshake header, version; Random; no session; two ciphers and the mark that stands
       for safe renegotiation; no compression; and no extensions. */
    const uint8_t *hello = bench->ends[0].sent;
    unit_assert_hex(hello, 11, "16 0301 0031 01 00002d 0301");
    unit_assert_hex(hello + 11 + TLS_RANDOM_SIZE, 11, "00 0006 002f 0035 00ff 01 00");
    /* A server of this time would answer with the lower of both versions. */
    bench->ends[0].config.maximum = TLS_1_2;
    handshake(bench);
    assert_string_equal(tls_version_name(bench->ends[0].tls), "TLS 1.0");
}

static void versions_without_overlap_fail(void **state)
{
    struct bench *bench = *state;
    bench->ends[0].config.maximum = TLS_1_0;
    bench->ends[1].config.minimum = TLS_1_2;
    handshake(bench);
    expect_failure(&bench->ends[1], "no-common-version", false, "protocol-version");
    expect_failure(&bench->ends[0], "refused-by-peer", false, "protocol-version");
}

/* HMAC and P_hash of RFC 2246 section 5, written anew here so that OpenSSL does not judge itself.
 */

static void hmac(struct crypto *crypto, bool sha1, const uint8_t *key, size_t key_length,
                 const struct crypto_piece *pieces, size_t count, uint8_t *digest)
{
    uint8_t pads[2][64];
    struct crypto_piece inner[4] = {{pads[0], 64}};
    assert_true(key_length <= 64 && count <= 3);
    for (size_t i = 0; i < 64; i++) {
        pads[0][i] = (uint8_t)((i < key_length ? key[i] : 0) ^ 0x36);
        pads[1][i] = (uint8_t)((i < key_length ? key[i] : 0) ^ 0x5c);
    }
    memcpy(inner + 1, pieces, count * sizeof *pieces);
    if (sha1)
        crypto_sha1(crypto, inner, count + 1, digest);
    else
        crypto_md5(crypto, inner, count + 1, digest);
    uint8_t first[20];
    size_t size = sha1 ? 20 : 16;
    memcpy(first, digest, size);
    const struct crypto_piece outer[] = {{pads[1], 64}, {first, size}};
    if (sha1)
        crypto_sha1(crypto, outer, 2, digest);
    else
        crypto_md5(crypto, outer, 2, digest);
}

static void p_hash(struct crypto *crypto, bool sha1, const uint8_t *secret, size_t length,
                   const uint8_t *seed, size_t seed_length, uint8_t *octets, size_t wanted)
{
    size_t size = sha1 ? 20 : 16;
    uint8_t a[20];
    const struct crypto_piece start = {seed, seed_length};
    hmac(crypto, sha1, secret, length, &start, 1, a);
    for (size_t done = 0; done < wanted; done += size) {
        uint8_t digest[20];
        const struct crypto_piece both[] = {{a, size}, {seed, seed_length}};
        hmac(crypto, sha1, secret, length, both, 2, digest);
        for (size_t i = 0; i < size && done + i < wanted; i++)
            octets[done + i] ^= digest[i];
        const struct crypto_piece again = {a, size};
        uint8_t next[20];
        hmac(crypto, sha1, secret, length, &again, 1, next);
        memcpy(a, next, size);
    }
}

static void the_exported_keys_are_the_pseudorandom_function_of_the_master_secret(void **state)
{
    struct bench *bench = *state;
    static const char label[] = "client EAP encryption";
    uint8_t exported[2][128];
    uint8_t expected[128] = {0};
    uint8_t random[TLS_RANDOM_SIZE];
    uint8_t master[TLS_MASTER_SECRET_SIZE];
    uint8_t seed[sizeof label - 1 + 2 * TLS_RANDOM_SIZE];
    bench->ends[0].config.maximum = TLS_1_0;
    handshake(bench);
    for (int i = 0; i < 2; i++)
        assert_true(tls_export(bench->ends[i].tls, label, exported[i], sizeof exported[i]));
    /* "CLIENT_RANDOM " 64 hexadecimal digits, a blank, 96 digits. */
    char *line = bench->ends[0].key_log;
    assert_int_equal(strlen(line), 14 + 64 + 1 + 96);
    line[14 + 64] = '\0';
    assert_int_equal(unit_hex(line + 14, random, sizeof random), sizeof random);
    assert_int_equal(unit_hex(line + 14 + 65, master, sizeof master), sizeof master);
    assert_memory_equal(random, bench->ends[0].sent + 11, sizeof random);
    memcpy(seed, label, sizeof label - 1);
    memcpy(seed + sizeof label - 1, random, sizeof random);
    memcpy(seed + sizeof label - 1 + sizeof random, bench->ends[1].sent + 11, TLS_RANDOM_SIZE);
    p_hash(bench->crypto, false, master, 24, seed, sizeof seed, expected, sizeof expected);
    p_hash(bench->crypto, true, master + 24, 24, seed, sizeof seed, expected, sizeof expected);
    assert_memory_equal(exported[0], expected, sizeof expected);
    assert_memory_equal(exported[1], expected, sizeof expected);
}

static void the_same_streams_send_the_same_octets(void **state)
{
    struct bench *bench = *state;
    static uint8_t before[2][FLIGHTS_MAX];
    size_t lengths[2];
    handshake(bench);
    for (int i = 0; i < 2; i++) {
        lengths[i] = bench->ends[i].sent_length;
        memcpy(before[i], bench->ends[i].sent, lengths[i]);
        bench->ends[i].entropy = entropy_make(1, i ? "server" : "client");
    }
    handshake(bench);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(bench->ends[i].sent_length, lengths[i]);
        assert_memory_equal(bench->ends[i].sent, before[i], lengths[i]);
    }
    bench->ends[0].entropy = entropy_make(2, "client");
    bench->ends[1].entropy = entropy_make(1, "server");
    handshake(bench);
    assert_memory_not_equal(bench->ends[0].sent + 11, before[0] + 11, TLS_RANDOM_SIZE);
    assert_memory_equal(bench->ends[1].sent + 11, before[1] + 11, TLS_RANDOM_SIZE);
}

static void certificates_count_within_their_time(void **state)
{
    struct bench *bench = *state;
    for (int i = 0; i < 2; i++)
        bench->ends[i].config.time = TODAY + YEAR - 1;
    handshake(bench);
    assert_int_equal(tls_advance(bench->ends[0].tls), TLS_FINISHED);
    bench->ends[0].config.time = TODAY + YEAR + 1;
    expect_refusal(bench, false, "certificate-expired", "certificate-expired");
    bench->ends[0].config.time = TODAY - YEAR - 1;
    expect_refusal(bench, false, "certificate-not-yet-valid", "bad-certificate");
    bench->ends[0].config.time = TODAY;
    bench->ends[1].config.time = TODAY + YEAR + 1;
    expect_refusal(bench, true, "certificate-expired", "certificate-expired");
}

static void a_chain_must_end_at_a_trusted_authority(void **state)
{
    struct bench *bench = *state;
    const struct certificate *none[] = {bench->certificates.other};
    bench->ends[1].config.trusted = none;
    expect_refusal(bench, true, "unknown-authority", "unknown-ca");
    bench->ends[1].config.trusted = bench->certificates.trusted;
    bench->ends[0].config.trusted = none;
    expect_refusal(bench, false, "unknown-authority", "unknown-ca");
    char subject[CERTIFICATE_SUBJECT_MAX + 1];
    tls_peer_subject(bench->ends[0].tls, subject);
    assert_string_equal(subject, "vpn.example");
}

static void a_certificate_serves_its_usage_alone(void **state)
{
    struct bench *bench = *state;
    bench->ends[0].config.own = bench->certificates.server;
    expect_refusal(bench, true, "wrong-usage", "unsupported-certificate");
    bench->ends[0].config.own = bench->certificates.client;
    bench->ends[1].config.own = bench->certificates.client;
    expect_refusal(bench, false, "wrong-usage", "unsupported-certificate");
    bench->ends[1].config.own = bench->certificates.general;
    expect_refusal(bench, false, "wrong-usage", "unsupported-certificate");
    bench->ends[1].config.own = bench->certificates.middle;
    expect_refusal(bench, false, "wrong-usage", "unsupported-certificate");
}

static void a_client_without_certificate_is_refused(void **state)
{
    struct bench *bench = *state;
    bench->ends[0].config.own = NULL;
    expect_refusal(bench, true, "no-certificate", "handshake-failure");
}

static void garbage_fails_the_handshake(void **state)
{
    struct bench *bench = *state;
    static const uint8_t garbage[] = "GET / HTTP/1.0\r\n\r\n";
    enum status status;
    bench->ends[1].tls = tls_create(&bench->ends[1].config, &status);
    assert_true(tls_input(bench->ends[1].tls, garbage, sizeof garbage));
    assert_int_equal(tls_advance(bench->ends[1].tls), TLS_FAILED);
    assert_string_equal(tls_failure(bench->ends[1].tls)->reason, "bad-message");
    assert_int_equal(tls_advance(bench->ends[1].tls), TLS_FAILED);
}

static void a_flight_may_come_in_pieces(void **state)
{
    struct bench *bench = *state;
    enum status status;
    uint8_t hello[1024];
    for (int i = 0; i < 2; i++)
        bench->ends[i].tls = tls_create(&bench->ends[i].config, &status);
    tls_advance(bench->ends[0].tls);
    size_t length = tls_pending(bench->ends[0].tls);
    for (size_t i = 0; i < length; i++) {
        assert_int_equal(tls_pending(bench->ends[1].tls), 0);
        tls_take(bench->ends[0].tls, hello, 1);
        assert_true(tls_input(bench->ends[1].tls, hello, 1));
        assert_int_equal(tls_advance(bench->ends[1].tls), TLS_HANDSHAKING);
    }
    assert_true(tls_pending(bench->ends[1].tls) > 1000);
}

static void senseless_requests_are_refused(void **state)
{
    struct bench *bench = *state;
    struct entropy entropy = entropy_make(1, "none");
    enum status status;
    struct certificate_request request = {.usage = CERTIFICATE_CLIENT,
                                          .subject = "",
                                          .not_before = TODAY,
                                          .not_after = TODAY,
                                          .key_bits = 1024};
    assert_null(certificate_issue(bench->crypto, &entropy, &request, NULL, &status));
    assert_int_equal(status, STATUS_INVALID);
    request.subject = "bob";
    assert_null(
        certificate_issue(bench->crypto, &entropy, &request, bench->certificates.client, &status));
    request.key_bits = 512;
    assert_null(
        certificate_issue(bench->crypto, &entropy, &request, bench->certificates.root, &status));
    request.key_bits = 1024;
    request.not_after--;
    assert_null(
        certificate_issue(bench->crypto, &entropy, &request, bench->certificates.root, &status));
    assert_int_equal(status, STATUS_INVALID);
    bench->ends[1].config.own = NULL;
    assert_null(tls_create(&bench->ends[1].config, &status));
    assert_int_equal(status, STATUS_INVALID);
}

int main(void)
{
#define BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        BENCH(both_ends_finish_and_know_each_other),
        BENCH(version_1_0_has_a_hello_without_extensions),
        BENCH(versions_without_overlap_fail),
        BENCH(the_exported_keys_are_the_pseudorandom_function_of_the_master_secret),
        BENCH(the_same_streams_send_the_same_octets),
        BENCH(certificates_count_within_their_time),
        BENCH(a_chain_must_end_at_a_trusted_authority),
        BENCH(a_certificate_serves_its_usage_alone),
        BENCH(a_client_without_certificate_is_refused),
        BENCH(garbage_fails_the_handshake),
        BENCH(a_flight_may_come_in_pieces),
        BENCH(senseless_requests_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
