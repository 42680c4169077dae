#include "crypto/hmac.h"

#include "support/crypto_fixture.h"
#include "support/unit.h"

#include <string.h>

struct vector {
    int key_octet; /* repeated; -1: key_text */
    size_t key_length;
    const char *key_text;
    int data_octet; /* repeated; -1: data_text */
    size_t data_length;
    const char *data_text;
    const char *expected;
};

static void check(struct crypto *crypto, enum hash_algorithm algorithm, const struct vector *vector)
{
    uint8_t key[131];
    uint8_t data[160];
    uint8_t digest[HASH_SIZE_MAXIMUM];
    size_t data_length = vector->data_length;
    size_t expected_length = strlen(vector->expected) / 2;
    if (vector->key_text)
        unit_hex(vector->key_text, key, sizeof key);
    else
        memset(key, vector->key_octet, vector->key_length);
    if (vector->data_text) {
        data_length = strlen(vector->data_text);
        memcpy(data, vector->data_text, data_length);
    } else {
        memset(data, vector->data_octet, data_length);
    }
    /* In two pieces, which must make no difference. */
    const struct crypto_piece pieces[] = {{data, 3}, {data + 3, data_length - 3}};
    struct hmac hmac;
    hmac_init(&hmac, crypto, algorithm, key, vector->key_length);
    for (int i = 0; i < 2; i++) { /* the key is still there the second time */
        hmac_compute(&hmac, pieces, 2, digest);
        unit_assert_hex(digest, expected_length, vector->expected);
    }
    memset(digest, 0, sizeof digest);
    crypto_hmac(crypto, algorithm, key, vector->key_length, pieces, 2, digest);
    unit_assert_hex(digest, expected_length, vector->expected);
}

#define KEY_1_TO_25 "0102030405060708090a0b0c0d0e0f10111213141516171819"
#define LARGE_KEY   "Test Using Larger Than Block-Size Key - Hash Key First"
#define LARGE_BOTH  "Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data"

static void hmac_md5_matches_rfc_2202(void **state)
{
    static const struct vector vectors[] = {
        {0x0b, 16, NULL, -1, 0, "Hi There", "9294727a3638bb1c13f48ef8158bfc9d"},
        {-1, 4, "4a656665", -1, 0, "what do ya want for nothing?",
         "750c783e6ab0b503eaa86e310a5db738"},
        {0xaa, 16, NULL, 0xdd, 50, NULL, "56be34521d144c88dbb8c733f0e8b3f6"},
        {-1, 25, KEY_1_TO_25, 0xcd, 50, NULL, "697eaf0aca3a3aea3a75164746ffaa79"},
        {0x0c, 16, NULL, -1, 0, "Test With Truncation", "56461ef2342edc00f9bab995"},
        {0xaa, 80, NULL, -1, 0, LARGE_KEY, "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"},
        {0xaa, 80, NULL, -1, 0, LARGE_BOTH, "6f630fad67cda0ee1fb1f562db3aa53e"},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
        check(*state, HASH_MD5, &vectors[i]);
}

static void hmac_sha1_matches_rfc_2202(void **state)
{
    static const struct vector vectors[] = {
        {0x0b, 20, NULL, -1, 0, "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"},
        {-1, 4, "4a656665", -1, 0, "what do ya want for nothing?",
         "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
        {0xaa, 20, NULL, 0xdd, 50, NULL, "125d7342b9ac11cd91a39af48aa17b4f63f175d3"},
        {-1, 25, KEY_1_TO_25, 0xcd, 50, NULL, "4c9007f4026250c6bc8414f9bf50c86c2d7235da"},
        {0x0c, 20, NULL, -1, 0, "Test With Truncation", "4c1a03424b55e07fe7f27be1"},
        {0xaa, 80, NULL, -1, 0, LARGE_KEY, "aa4ae5e15272d00e95705637ce8a3b55ed402112"},
        {0xaa, 80, NULL, -1, 0, LARGE_BOTH, "e8e99d0f45237d786d6bbaa7965c7808bbff1a91"},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
        check(*state, HASH_SHA1, &vectors[i]);
}

static void hmac_sha256_matches_rfc_4231(void **state)
{
    static const struct vector vectors[] = {
        {0x0b, 20, NULL, -1, 0, "Hi There",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {-1, 4, "4a656665", -1, 0, "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {0xaa, 20, NULL, 0xdd, 50, NULL,
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {-1, 25, KEY_1_TO_25, 0xcd, 50, NULL,
         "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
        {0x0c, 20, NULL, -1, 0, "Test With Truncation", "a3b6167473100ee06e0c796c2955552b"},
        {0xaa, 131, NULL, -1, 0, LARGE_KEY,
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {0xaa, 131, NULL, -1, 0,
         "This is a test using a larger than block-size key and a larger than block-size data. The "
         "key needs to be hashed before being used by the HMAC algorithm.",
         "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
        check(*state, HASH_SHA256, &vectors[i]);
}

static void every_hash_matches_its_specification(void **state)
{
    static const char *const expected[HASH_ALGORITHMS] = {
        [HASH_MD5] = "900150983cd24fb0d6963f7d28e17f72",
        [HASH_SHA1] = "a9993e364706816aba3e25717850c26c9cd0d89d",
        [HASH_SHA256] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"};
    const struct crypto_piece pieces[] = {{"a", 1}, {"bc", 2}};
    uint8_t digest[HASH_SIZE_MAXIMUM];
    for (int i = 0; i < HASH_ALGORITHMS; i++) {
        enum hash_algorithm algorithm = (enum hash_algorithm)i;
        crypto_hash(*state, algorithm, pieces, 2, digest);
        assert_int_equal(hash_size(algorithm), strlen(expected[i]) / 2);
        unit_assert_hex(digest, hash_size(algorithm), expected[i]);
    }
    assert_string_equal(hash_name(HASH_SHA256), "SHA-256");
}

static void the_key_and_the_data_may_be_empty(void **state)
{
    uint8_t digest[HASH_SIZE_MAXIMUM];
    crypto_hmac(*state, HASH_MD5, NULL, 0, NULL, 0, digest);
    unit_assert_hex(digest, 16, "74e6f7298a9c2d168935f58c001bad88");
    crypto_hmac(*state, HASH_SHA1, NULL, 0, NULL, 0, digest);
    unit_assert_hex(digest, 20, "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d");
    crypto_hmac(*state, HASH_SHA256, NULL, 0, NULL, 0, digest);
    unit_assert_hex(digest, 32, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void octets_are_compared_to_the_last(void **state)
{
    (void)state;
    assert_true(crypto_equal("abcd", "abcd", 4));
    assert_false(crypto_equal("abcd", "abce", 4));
    assert_false(crypto_equal("bbcd", "abcd", 4));
    assert_true(crypto_equal("abcd", "abce", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hmac_md5_matches_rfc_2202),
        cmocka_unit_test(hmac_sha1_matches_rfc_2202),
        cmocka_unit_test(hmac_sha256_matches_rfc_4231),
        cmocka_unit_test(every_hash_matches_its_specification),
        cmocka_unit_test(the_key_and_the_data_may_be_empty),
        cmocka_unit_test(octets_are_compared_to_the_last),
    };
    return cmocka_run_group_tests(tests, crypto_fixture_set_up, crypto_fixture_tear_down);
}
