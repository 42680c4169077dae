#include "crypto/cipher.h"

#include "support/crypto_fixture.h"
#include "support/unit.h"

#include <string.h>

#define LONGEST 64

struct vector {
    enum cipher_algorithm algorithm;
    const char *key;
    const char *iv;
    const char *plain;
    const char *encrypted;
};

static const struct vector vectors[] = {
    /* FIPS 81, "Now is the time for all " */
    {CIPHER_DES_CBC, "0123456789abcdef", "1234567890abcdef",
     "4e6f77206973207468652074696d6520666f7220616c6c20",
     "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6"},
    /* "7654321 Now is the time for " and four NULs, of the first DES implementations' own tests */
    {CIPHER_3DES_CBC, "0123456789abcdeff1e0d3c2b5a49786fedcba9876543210", "fedcba9876543210",
     "37363534333231204e6f77206973207468652074696d6520666f722000000000",
     "3fe301c962ac01d02213763c1cbd4cdc799657c064ecf5d41c673812cfde9675"},
    /* RFC 3602 section 4, cases 1 to 4 */
    {CIPHER_AES_CBC, "06a9214036b8a15b512e03d534120006", "3dafba429d9eb430b422da802c9fac41",
     "53696e676c6520626c6f636b206d7367", "e353779c1079aeb82708942dbe77181a"},
    {CIPHER_AES_CBC, "c286696d887c9aa0611bbb3e2025a45a", "562e17996d093d28ddb3ba695a2e6f58",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1"},
    {CIPHER_AES_CBC, "6c3ea0477630ce21a2ce334aa746c2cd", "c782dc4c098c66cbd9cd27d825682c81",
     "5468697320697320612034382d62797465206d657373616765202865786163746c7920332041455320626c6f636b"
     "7329",
     "d0a02b3836451753d493665d33f0e8862dea54cdb293abc7506939276772f8d5021c19216bad525c8579695d83ba"
     "2684"},
    {CIPHER_AES_CBC, "56e47a38c5598974bc46903dba290349", "8ce82eefbea0da3c44699ed7db51b7d9",
     "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccd"
     "cecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf",
     "c30e32ffedc0774e6aff6af0869f71aa0f3af07a9a31a9c684db207eb0ef8e4e35907aa632c3ffdf868bb7b29d3d"
     "46ad83ce9f9a102ee99d49a53e87f4c3da55"},
    /* SP 800-38A F.2.3 and F.2.5, first two blocks */
    {CIPHER_AES_CBC, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
     "000102030405060708090a0b0c0d0e0f",
     "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
     "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a"},
    {CIPHER_AES_CBC, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
     "000102030405060708090a0b0c0d0e0f",
     "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
     "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"},
};

static void every_cipher_matches_its_specification_both_ways(void **state)
{
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        uint8_t key[CIPHER_KEY_SIZE_MAXIMUM];
        uint8_t iv[CIPHER_BLOCK_SIZE_MAXIMUM];
        uint8_t octets[LONGEST];
        size_t key_length = unit_hex(vectors[i].key, key, sizeof key);
        size_t iv_length = unit_hex(vectors[i].iv, iv, sizeof iv);
        size_t length = unit_hex(vectors[i].plain, octets, sizeof octets);
        assert_int_equal(iv_length, cipher_iv_size(vectors[i].algorithm));
        struct cipher *cipher =
            cipher_create(*state, vectors[i].algorithm, key, key_length, CIPHER_DOES_BOTH);
        assert_non_null(cipher);
        for (int again = 0; again < 2; again++) {
            cipher_encrypt(cipher, iv, octets, length);
            unit_assert_hex(octets, length, vectors[i].encrypted);
            cipher_decrypt(cipher, iv, octets, length);
            unit_assert_hex(octets, length, vectors[i].plain);
        }
        cipher_destroy(cipher);
    }
}

static void the_last_block_continues_the_chain(void **state)
{
    const struct vector *vector = &vectors[5];
    uint8_t key[CIPHER_KEY_SIZE_MAXIMUM];
    uint8_t iv[CIPHER_BLOCK_SIZE_MAXIMUM];
    uint8_t octets[LONGEST];
    size_t key_length = unit_hex(vector->key, key, sizeof key);
    unit_hex(vector->iv, iv, sizeof iv);
    size_t length = unit_hex(vector->plain, octets, sizeof octets);
    struct cipher *cipher = cipher_create(*state, CIPHER_AES_CBC, key, key_length, CIPHER_ENCRYPTS);
    cipher_encrypt(cipher, iv, octets, 16);
    cipher_encrypt(cipher, octets, octets + 16, length - 16);
    unit_assert_hex(octets, length, vector->encrypted);
    cipher_destroy(cipher);
}

static void the_null_cipher_leaves_everything_as_it_is(void **state)
{
    uint8_t octets[] = "any seven";
    struct cipher *cipher = cipher_create(*state, CIPHER_NULL, NULL, 0, CIPHER_DOES_BOTH);
    cipher_encrypt(cipher, NULL, octets, 7);
    cipher_decrypt(cipher, NULL, octets, 7);
    assert_string_equal((char *)octets, "any seven");
    assert_int_equal(cipher_block_size(CIPHER_NULL), 1);
    assert_int_equal(cipher_iv_size(CIPHER_NULL), 0);
    cipher_destroy(cipher);
}

static void each_cipher_takes_keys_of_its_own_lengths(void **state)
{
    (void)state;
    static const struct {
        enum cipher_algorithm algorithm;
        size_t lengths[3];
        size_t count;
    } table[] = {
        {CIPHER_NULL, {0}, 1},
        {CIPHER_DES_CBC, {8}, 1},
        {CIPHER_3DES_CBC, {24}, 1},
        {CIPHER_AES_CBC, {16, 24, 32}, 3},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        for (size_t length = 0; length <= 40; length++) {
            bool expected = false;
            for (size_t j = 0; j < table[i].count; j++)
                expected |= table[i].lengths[j] == length;
            assert_int_equal(cipher_takes_key_length(table[i].algorithm, length), expected);
        }
    }
}

static void weak_keys_of_des_are_known(void **state)
{
    (void)state;
    /* RFC 2409 appendix A, with the second halves that they have in truth. */
    static const char *const keys[] = {
        "0101010101010101", "1f1f1f1f0e0e0e0e", "e0e0e0e0f1f1f1f1", "fefefefefefefefe",
        "01fe01fe01fe01fe", "1fe01fe00ef10ef1", "01e001e001f101f1", "1ffe1ffe0efe0efe",
        "011f011f010e010e", "e0fee0fef1fef1fe", "fe01fe01fe01fe01", "e01fe01ff10ef10e",
        "e001e001f101f101", "fe1ffe1ffe0efe0e", "1f011f010e010e01", "fee0fee0fef1fef1"};
    uint8_t key[24];
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_int_equal(unit_hex(keys[i], key, sizeof key), 8);
        assert_true(cipher_is_weak_key(CIPHER_DES_CBC, key));
        for (unsigned bit = 0; bit < 64; bit++) {
            key[bit / 8] ^= (uint8_t)(1u << bit % 8);
            /* The lowest bits are parity. */
            assert_int_equal(cipher_is_weak_key(CIPHER_DES_CBC, key), bit % 8 == 0);
            key[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        assert_false(cipher_is_weak_key(CIPHER_AES_CBC, key));
    }
}

static void a_key_of_3des_consists_of_three(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        bool weak;
    } table[] = {
        {"0123456789abcdef 23456789abcdef01 456789abcdef0123", false},
        {"0123456789abcdef 0022446688aaccee 456789abcdef0123", true},
        {"0123456789abcdef 23456789abcdef01 23456789abcdef01", true},
        {"0123456789abcdef 23456789abcdef01 0123456789abcdef", false},
        {"0101010101010101 23456789abcdef01 456789abcdef0123", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        uint8_t key[24];
        assert_int_equal(unit_hex(table[i].key, key, sizeof key), 24);
        assert_int_equal(cipher_is_weak_key(CIPHER_3DES_CBC, key), table[i].weak);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cipher_matches_its_specification_both_ways),
        cmocka_unit_test(the_last_block_continues_the_chain),
        cmocka_unit_test(the_null_cipher_leaves_everything_as_it_is),
        cmocka_unit_test(each_cipher_takes_keys_of_its_own_lengths),
        cmocka_unit_test(weak_keys_of_des_are_known),
        cmocka_unit_test(a_key_of_3des_consists_of_three),
    };
    return cmocka_run_group_tests(tests, crypto_fixture_set_up, crypto_fixture_tear_down);
}
