#include "crypto/crypto.h"
#include "support/crypto_fixture.h"
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct crypto_piece text_piece(const char *text)
{
    return (struct crypto_piece){text, strlen(text)};
}

static void every_digest_matches_its_specification(void **state)
{
    struct crypto *crypto = *state;
    uint8_t digest[CRYPTO_SHA1_SIZE];
    /* RFC 1320 appendix A.5 */
    static const char *const md4[][2] = {
        {"", "31d6cfe0d16ae931b73c59d7e0c089c0"},
        {"a", "bde52cb31de33e46245e05fbdbd6fb24"},
        {"abc", "a448017aaf21d8525fc10ae87aa6729d"},
        {"message digest", "d9130a8164549fe818874806e1c7014b"},
        {"abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9"},
    };
    for (size_t i = 0; i < sizeof md4 / sizeof md4[0]; i++) {
        struct crypto_piece piece = text_piece(md4[i][0]);
        crypto_md4(crypto, &piece, 1, digest);
        unit_assert_hex(digest, CRYPTO_MD4_SIZE, md4[i][1]);
    }
    struct crypto_piece abc = text_piece("abc");
    crypto_md5(crypto, &abc, 1, digest); /* RFC 1321 appendix A.5 */
    unit_assert_hex(digest, CRYPTO_MD5_SIZE, "900150983cd24fb0d6963f7d28e17f72");
    crypto_sha1(crypto, &abc, 1, digest); /* RFC 3174 section 7.3 */
    unit_assert_hex(digest, CRYPTO_SHA1_SIZE, "a9993e364706816aba3e25717850c26c9cd0d89d");
}

static void pieces_are_hashed_as_if_concatenated(void **state)
{
    struct crypto *crypto = *state;
    uint8_t digest[CRYPTO_SHA1_SIZE];
    struct crypto_piece pieces[] = {text_piece("message"), text_piece(""), text_piece(" digest")};
    crypto_md4(crypto, pieces, 3, digest);
    unit_assert_hex(digest, CRYPTO_MD4_SIZE, "d9130a8164549fe818874806e1c7014b");
    crypto_md5(crypto, pieces, 3, digest);
    unit_assert_hex(digest, CRYPTO_MD5_SIZE, "f96b697d7cb7938d525a2f31aaf161d0");
    crypto_sha1(crypto, pieces, 3, digest);
    unit_assert_hex(digest, CRYPTO_SHA1_SIZE, "c12252ceda8be8994d5fa0290a47231c1d16aae3");
    crypto_md4(crypto, NULL, 0, digest);
    unit_assert_hex(digest, CRYPTO_MD4_SIZE, "31d6cfe0d16ae931b73c59d7e0c089c0");
}

static void a_des_key_gets_its_parity_bits_back(void **state)
{
    (void)state;
    uint8_t key[CRYPTO_DES_KEY_SIZE];
    uint8_t expanded[8];
    /* RFC 2759 section 9.3 */
    unit_hex("fc156af7edcd6c", key, sizeof key);
    crypto_des_expand_key(key, expanded);
    unit_assert_hex(expanded, sizeof expanded, "fd0b5b5e7f6e34d9");
    unit_hex("0edde3337d427f", key, sizeof key);
    crypto_des_expand_key(key, expanded);
    unit_assert_hex(expanded, sizeof expanded, "0e6e796737ea08fe");
}

static void des_encrypts_a_block_under_56_bits(void **state)
{
    struct crypto *crypto = *state;
    uint8_t key[CRYPTO_DES_KEY_SIZE] = {0};
    uint8_t block[8] = {0};
    uint8_t encrypted[8];
    crypto_des_ecb_encrypt(crypto, key, block, encrypted);
    unit_assert_hex(encrypted, 8, "8ca64de9c1b123a7");
    /* 0123456789abcdef under the key 133457799bbcdff1, whose parity bits are removed here. */
    unit_hex("12695bc9b7b7f8", key, sizeof key);
    unit_hex("0123456789abcdef", block, sizeof block);
    crypto_des_ecb_encrypt(crypto, key, block, encrypted);
    unit_assert_hex(encrypted, 8, "85e813540f0ab405");
}

static void rc4_runs_on_until_it_gets_a_key_again(void **state)
{
    struct crypto *crypto = *state;
    struct rc4 *rc4 = rc4_create(crypto);
    uint8_t octets[9];
    memcpy(octets, "Plaintext", sizeof octets);
    rc4_set_key(rc4, (const uint8_t *)"Key", 3);
    rc4_crypt(rc4, octets, 4);
    rc4_crypt(rc4, octets + 4, 0);
    rc4_crypt(rc4, octets + 4, 5);
    unit_assert_hex(octets, sizeof octets, "bbf316e8d940af0ad3");
    rc4_crypt(rc4, octets, sizeof octets);
    assert_memory_not_equal(octets, "Plaintext", sizeof octets);
    unit_hex("bbf316e8d940af0ad3", octets, sizeof octets);
    rc4_set_key(rc4, (const uint8_t *)"Key", 3);
    rc4_crypt(rc4, octets, sizeof octets);
    assert_memory_equal(octets, "Plaintext", sizeof octets);
    rc4_destroy(rc4);
}

static void rc4_objects_have_keystreams_of_their_own(void **state)
{
    struct crypto *crypto = *state;
    struct rc4 *one = rc4_create(crypto);
    struct rc4 *other = crypto_scratch_rc4(crypto);
    uint8_t octets[9];
    uint8_t noise[64] = {0};
    memcpy(octets, "Plaintext", sizeof octets);
    rc4_set_key(one, (const uint8_t *)"Key", 3);
    rc4_crypt(one, octets, 4);
    rc4_set_key(other, (const uint8_t *)"another key", 11);
    rc4_crypt(other, noise, sizeof noise);
    rc4_crypt(one, octets + 4, 5);
    unit_assert_hex(octets, sizeof octets, "bbf316e8d940af0ad3");
    rc4_destroy(one);
}

static void a_missing_legacy_provider_is_told_in_one_line(void **state)
{
    (void)state;
    char folder[] = "/tmp/vpnsim-no-modules-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(setenv("OPENSSL_MODULES", folder, 1), 0);
    enum status status = STATUS_OK;
    const char *what_failed = NULL;
    struct crypto *crypto = crypto_create(&status, &what_failed);
    unsetenv("OPENSSL_MODULES");
    rmdir(folder);
    assert_null(crypto);
    assert_int_equal(status, STATUS_CRYPTO);
    assert_non_null(strstr(what_failed, "legacy provider"));
    assert_non_null(strstr(what_failed, "install"));
    assert_non_null(strstr(what_failed, "OPENSSL_MODULES"));
    assert_null(strchr(what_failed, '\n'));
    /* The failure leaves nothing behind: the next attempt works, and reports so. */
    crypto = crypto_create(&status, &what_failed);
    assert_non_null(crypto);
    assert_int_equal(status, STATUS_OK);
    assert_null(what_failed);
    crypto_destroy(crypto);
    crypto_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_digest_matches_its_specification),
        cmocka_unit_test(pieces_are_hashed_as_if_concatenated),
        cmocka_unit_test(a_des_key_gets_its_parity_bits_back),
        cmocka_unit_test(des_encrypts_a_block_under_56_bits),
        cmocka_unit_test(rc4_runs_on_until_it_gets_a_key_again),
        cmocka_unit_test(rc4_objects_have_keystreams_of_their_own),
        cmocka_unit_test(a_missing_legacy_provider_is_told_in_one_line),
    };
    return cmocka_run_group_tests(tests, crypto_fixture_set_up, crypto_fixture_tear_down);
}
