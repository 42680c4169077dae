#include "crypto/certificate.h"
#include "crypto/signature.h"

#include "support/certificates.h"
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

#define TODAY CERTIFICATES_TODAY
#define YEAR  CERTIFICATES_YEAR

struct bench {
    struct crypto *crypto;
    struct certificates made;
    struct certificate *ipsec; /* "pc.example" of the middle authority */
};

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    if (!bench)
        return -1;
    bench->crypto = crypto_create(NULL, NULL);
    if (!bench->crypto)
        return -1;
    certificates_make(&bench->made, bench->crypto);
    struct entropy entropy = entropy_make(2, "certificates");
    enum status status;
    bench->ipsec = certificate_issue(bench->crypto, &entropy,
                                     &(struct certificate_request){.usage = CERTIFICATE_IPSEC,
                                                                   .subject = "pc.example",
                                                                   .not_before = TODAY - YEAR,
                                                                   .not_after = TODAY + YEAR,
                                                                   .key_bits = 1024},
                                     bench->made.middle, &status);
    *state = bench;
    return bench->ipsec ? 0 : -1;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    certificate_destroy(bench->ipsec);
    certificates_free(&bench->made);
    crypto_destroy(bench->crypto);
    free(bench);
    return 0;
}

static struct peer_certificate *sent(struct bench *bench, const struct certificate *certificate)
{
    size_t length;
    const uint8_t *der = certificate_der(certificate, &length);
    struct peer_certificate *peer = peer_certificate_parse(bench->crypto, der, length);
    assert_non_null(peer);
    return peer;
}

/* The verdict at a time about a certificate that comes with its issuer's, or alone. */
static enum certificate_verdict judge(struct bench *bench, const struct certificate *certificate,
                                      const struct certificate *issuer,
                                      enum certificate_usage usage, int64_t time)
{
    struct peer_certificate *peer = sent(bench, certificate);
    struct peer_certificate *other = issuer ? sent(bench, issuer) : NULL;
    const struct peer_certificate *const others[] = {other};
    const struct certificate_check check = {.others = others,
                                            .other_count = issuer ? 1 : 0,
                                            .trusted = bench->made.trusted,
                                            .trusted_count = 1,
                                            .usage = usage,
                                            .time = time};
    enum certificate_verdict verdict = certificate_verify(bench->crypto, peer, &check);
    peer_certificate_destroy(other);
    peer_certificate_destroy(peer);
    return verdict;
}

static void a_chain_to_a_trusted_authority_is_good_while_all_are_valid(void **state)
{
    struct bench *bench = *state;
    const struct certificate *middle = bench->made.middle;
    assert_int_equal(judge(bench, bench->ipsec, middle, CERTIFICATE_IPSEC, TODAY),
                     CERTIFICATE_GOOD);
    assert_int_equal(judge(bench, bench->ipsec, middle, CERTIFICATE_IPSEC, TODAY + YEAR - 1),
                     CERTIFICATE_GOOD);
    assert_int_equal(judge(bench, bench->ipsec, middle, CERTIFICATE_IPSEC, TODAY + YEAR + 1),
                     CERTIFICATE_EXPIRED);
    assert_int_equal(judge(bench, bench->ipsec, middle, CERTIFICATE_IPSEC, TODAY - YEAR - 1),
                     CERTIFICATE_NOT_YET_VALID);
}

static void without_a_way_to_a_trusted_authority_the_authority_is_unknown(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(judge(bench, bench->ipsec, NULL, CERTIFICATE_IPSEC, TODAY),
                     CERTIFICATE_UNKNOWN_AUTHORITY);
    assert_int_equal(judge(bench, bench->made.other, NULL, CERTIFICATE_IPSEC, TODAY),
                     CERTIFICATE_UNKNOWN_AUTHORITY);
}

static void each_use_takes_what_is_for_it(void **state)
{
    struct bench *bench = *state;
    const struct certificate *middle = bench->made.middle;
    const struct certificate *server = bench->made.server;
    const struct certificate *client = bench->made.client;
    const struct certificate *general = bench->made.general;
    assert_int_equal(judge(bench, bench->ipsec, middle, CERTIFICATE_SERVER, TODAY),
                     CERTIFICATE_WRONG_USAGE);
    assert_int_equal(judge(bench, server, middle, CERTIFICATE_SERVER, TODAY), CERTIFICATE_GOOD);
    assert_int_equal(judge(bench, server, middle, CERTIFICATE_CLIENT, TODAY),
                     CERTIFICATE_WRONG_USAGE);
    assert_int_equal(judge(bench, client, NULL, CERTIFICATE_CLIENT, TODAY), CERTIFICATE_GOOD);
    /* What Windows gives its computers is for both ends of TLS, and does for IPsec. */
    assert_int_equal(judge(bench, server, middle, CERTIFICATE_IPSEC, TODAY), CERTIFICATE_GOOD);
    assert_int_equal(judge(bench, general, NULL, CERTIFICATE_IPSEC, TODAY), CERTIFICATE_GOOD);
    assert_int_equal(judge(bench, general, NULL, CERTIFICATE_CLIENT, TODAY),
                     CERTIFICATE_WRONG_USAGE);
    /* An authority's key is not for signatures. */
    assert_int_equal(judge(bench, middle, NULL, CERTIFICATE_IPSEC, TODAY), CERTIFICATE_WRONG_USAGE);
}

static void a_changed_signature_is_told_from_an_unknown_authority(void **state)
{
    struct bench *bench = *state;
    size_t length;
    uint8_t der[2048];
    const uint8_t *good = certificate_der(bench->made.client, &length);
    assert_in_range(length, 1, sizeof der);
    memcpy(der, good, length);
    der[length - 1] ^= 1;
    struct peer_certificate *peer = peer_certificate_parse(bench->crypto, der, length);
    const struct certificate_check check = {.trusted = bench->made.trusted,
                                            .trusted_count = 1,
                                            .usage = CERTIFICATE_CLIENT,
                                            .time = TODAY};
    assert_non_null(peer);
    assert_int_equal(certificate_verify(bench->crypto, peer, &check), CERTIFICATE_BAD_SIGNATURE);
    peer_certificate_destroy(peer);
}

static void every_verdict_has_its_phrase(void **state)
{
    (void)state;
    assert_string_equal(certificate_verdict_text(CERTIFICATE_GOOD), "");
    assert_string_equal(certificate_verdict_text(CERTIFICATE_EXPIRED), "certificate-expired");
    assert_string_equal(certificate_verdict_text(CERTIFICATE_NOT_YET_VALID),
                        "certificate-not-yet-valid");
    assert_string_equal(certificate_verdict_text(CERTIFICATE_UNKNOWN_AUTHORITY),
                        "unknown-authority");
    assert_string_equal(certificate_verdict_text(CERTIFICATE_WRONG_USAGE), "wrong-usage");
    assert_string_equal(certificate_verdict_text(CERTIFICATE_BAD_SIGNATURE), "bad-signature");
}

static void octets_that_are_no_certificate_are_refused(void **state)
{
    struct bench *bench = *state;
    size_t length;
    uint8_t der[2049] = {0};
    const uint8_t *good = certificate_der(bench->ipsec, &length);
    memcpy(der, good, length);
    assert_null(peer_certificate_parse(bench->crypto, der, length + 1));
    for (size_t cut = 0; cut < length; cut += 7)
        assert_null(peer_certificate_parse(bench->crypto, der, cut));
}

static void the_same_octets_are_parsed_once_and_belong_to_each_caller(void **state)
{
    struct bench *bench = *state;
    struct peer_certificate *first = sent(bench, bench->ipsec);
    struct peer_certificate *second = sent(bench, bench->ipsec);
    struct peer_certificate *other = sent(bench, bench->made.client);
    size_t length;
    assert_ptr_equal(first, second);
    assert_ptr_not_equal(first, other);
    peer_certificate_destroy(first);
    assert_non_null(peer_certificate_subject_der(second, &length));
    peer_certificate_destroy(second);
    peer_certificate_destroy(other);
}

static void a_pkcs_7_holds_certificates(void **state)
{
    struct bench *bench = *state;
    struct peer_certificate *found[3];
    struct peer_certificate *const own = sent(bench, bench->ipsec);
    struct peer_certificate *const middle = sent(bench, bench->made.middle);
    size_t length;
    uint8_t *der = certificate_pkcs7(bench->ipsec, &length);
    assert_non_null(der);
    /* The same octets are parsed once. */
    assert_int_equal(peer_certificates_parse_pkcs7(bench->crypto, der, length, found, 3), 2);
    assert_ptr_equal(found[0], middle);
    assert_ptr_equal(found[1], own);
    for (size_t i = 0; i < 2; i++)
        peer_certificate_destroy(found[i]);
    assert_int_equal(peer_certificates_parse_pkcs7(bench->crypto, der, length, found, 1), 1);
    peer_certificate_destroy(found[0]);
    /* Cut anywhere, with something behind it, or a bare certificate, it is none. */
    for (size_t cut = 0; cut < length; cut += 7)
        assert_int_equal(peer_certificates_parse_pkcs7(bench->crypto, der, cut, found, 3), 0);
    uint8_t *longer = realloc(der, length + 1);
    assert_non_null(longer);
    longer[length] = 0;
    assert_int_equal(peer_certificates_parse_pkcs7(bench->crypto, longer, length + 1, found, 3), 0);
    free(longer);
    const uint8_t *bare = certificate_der(bench->ipsec, &length);
    assert_int_equal(peer_certificates_parse_pkcs7(bench->crypto, bare, length, found, 3), 0);
    peer_certificate_destroy(middle);
    peer_certificate_destroy(own);
}

static void names_are_told_and_compared_in_der(void **state)
{
    struct bench *bench = *state;
    char text[64];
    size_t length;
    size_t own_length;
    struct peer_certificate *peer = sent(bench, bench->ipsec);
    const uint8_t *subject = peer_certificate_subject_der(peer, &length);
    const uint8_t *own = certificate_subject_der(bench->ipsec, &own_length);
    assert_int_equal(length, own_length);
    assert_memory_equal(subject, own, length);
    assert_true(certificate_name_format(subject, length, text, sizeof text));
    assert_string_equal(text, "CN=pc.example");
    assert_false(certificate_name_format(subject, length, text, 13));
    assert_string_equal(text, "");
    assert_false(certificate_name_format(subject, length - 1, text, sizeof text));
    const uint8_t *issuer = peer_certificate_issuer_der(peer, &length);
    own = certificate_subject_der(certificate_issuer(bench->ipsec), &own_length);
    assert_int_equal(length, own_length);
    assert_memory_equal(issuer, own, length);
    own = certificate_issuer_der(bench->ipsec, &own_length);
    assert_int_equal(length, own_length);
    assert_memory_equal(issuer, own, length);
    peer_certificate_destroy(peer);
}

static void signatures_are_the_same_each_time_and_verify(void **state)
{
    struct bench *bench = *state;
    uint8_t hash[20] = {1, 2, 3};
    uint8_t first[SIGNATURE_MAX];
    uint8_t second[SIGNATURE_MAX];
    size_t length = 0;
    size_t again = 0;
    struct peer_certificate *peer = sent(bench, bench->ipsec);
    struct peer_certificate *stranger = sent(bench, bench->made.server);
    assert_int_equal(signature_sign(bench->crypto, bench->ipsec, hash, sizeof hash, first, &length),
                     STATUS_OK);
    assert_int_equal(signature_sign(bench->crypto, bench->ipsec, hash, sizeof hash, second, &again),
                     STATUS_OK);
    assert_int_equal(length, 128);
    assert_int_equal(again, 128);
    assert_memory_equal(first, second, length);
    assert_true(signature_verify(peer, hash, sizeof hash, first, length));
    assert_false(signature_verify(stranger, hash, sizeof hash, first, length));
    assert_false(signature_verify(peer, hash, sizeof hash - 1, first, length));
    assert_false(signature_verify(peer, hash, sizeof hash, first, length - 1));
    first[9] ^= 1;
    assert_false(signature_verify(peer, hash, sizeof hash, first, length));
    peer_certificate_destroy(stranger);
    peer_certificate_destroy(peer);
}

static void what_is_too_long_for_the_key_is_not_signed(void **state)
{
    struct bench *bench = *state;
    uint8_t hash[118] = {1};
    uint8_t signature[SIGNATURE_MAX];
    size_t length;
    /* Padding of PKCS #1 v1.5 takes eleven octets of the 128. */
    assert_int_equal(signature_sign(bench->crypto, bench->ipsec, hash, 117, signature, &length),
                     STATUS_OK);
    assert_int_equal(signature_sign(bench->crypto, bench->ipsec, hash, 118, signature, &length),
                     STATUS_CRYPTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_to_a_trusted_authority_is_good_while_all_are_valid),
        cmocka_unit_test(without_a_way_to_a_trusted_authority_the_authority_is_unknown),
        cmocka_unit_test(each_use_takes_what_is_for_it),
        cmocka_unit_test(a_changed_signature_is_told_from_an_unknown_authority),
        cmocka_unit_test(every_verdict_has_its_phrase),
        cmocka_unit_test(octets_that_are_no_certificate_are_refused),
        cmocka_unit_test(the_same_octets_are_parsed_once_and_belong_to_each_caller),
        cmocka_unit_test(a_pkcs_7_holds_certificates),
        cmocka_unit_test(names_are_told_and_compared_in_der),
        cmocka_unit_test(signatures_are_the_same_each_time_and_verify),
        cmocka_unit_test(what_is_too_long_for_the_key_is_not_signed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
