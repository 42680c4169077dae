/* The Change-Password packets of MS-CHAP and what is encrypted in them. */
#include "ppp/auth/mschap_change.h"
#include "support/unit.h"

#include <string.h>

static int make_crypto(void **state)
{
    *state = crypto_create(NULL, NULL);
    return *state ? 0 : -1;
}

static int drop_crypto(void **state)
{
    crypto_destroy(*state);
    return 0;
}

static void a_hash_is_encrypted_under_another_as_two_des_keys(void **state)
{
    uint8_t hash[16];
    uint8_t block[16];
    uint8_t cypher[16];
    unit_hex("44ebba8d5312b8d611474411f56989ae", hash, 16);
    unit_hex("fc156af7edcd6c0edde3337d427f4eac", block, 16); /* keys of RFC 2433 appendix B.3 */
    mschap_encrypt_hash(*state, hash, block, cypher);
    unit_assert_hex(cypher, 16, "6f69bbe9311fd367 14e380e62855261d");
}

static void a_hash_under_a_challenge_comes_back(void **state)
{
    uint8_t hash[16];
    uint8_t challenge[8];
    uint8_t cypher[16];
    uint8_t back[16];
    uint8_t half[8];
    unit_hex("44ebba8d5312b8d611474411f56989ae", hash, 16);
    unit_hex("102db5df085d3041", challenge, 8);
    mschap_encrypt_hash_with_challenge(*state, hash, challenge, cypher);
    /* One key for both halves: the challenge's first seven octets. */
    crypto_des_ecb_encrypt(*state, challenge, hash, half);
    assert_memory_equal(cypher, half, 8);
    crypto_des_ecb_encrypt(*state, challenge, hash + 8, half);
    assert_memory_equal(cypher + 8, half, 8);
    challenge[7] ^= 0xff;
    mschap_decrypt_hash_with_challenge(*state, cypher, challenge, back);
    assert_memory_equal(back, hash, 16);
}

static void a_password_sits_at_the_end_of_its_block(void **state)
{
    struct crypto *crypto = *state;
    struct entropy entropy = entropy_make(1, "test");
    uint8_t hash[16];
    uint8_t block[MSCHAP_PASSWORD_BLOCK_SIZE];
    uint8_t clear[MSCHAP_PASSWORD_BLOCK_SIZE];
    const uint8_t *password;
    size_t length;
    assert_true(mschap_nt_password_hash(crypto, "clientPass", hash));
    assert_true(mschap_encrypt_password(crypto, &entropy, "MyPw", hash, block));
    assert_true(mschap_decrypt_password(crypto, block, hash, clear, &password, &length));
    unit_assert_hex(password, length, "4d00 7900 5000 7700");
    assert_ptr_equal(password, clear + 504);
    /* The length is little-endian, behind the password. */
    unit_assert_hex(clear + 512, 4, "08000000");
    /* What stands in front is random: nobody may know the keystream from zeros. */
    struct entropy same = entropy_make(1, "test");
    uint8_t random[504];
    entropy_fill(&same, random, sizeof random);
    assert_memory_equal(clear, random, sizeof random);
    /* RC4 under the old hash itself. */
    rc4_set_key(crypto_scratch_rc4(crypto), hash, 16);
    rc4_crypt(crypto_scratch_rc4(crypto), block, sizeof block);
    assert_memory_equal(block, clear, sizeof block);
}

static void passwords_of_every_length_fit(void **state)
{
    struct crypto *crypto = *state;
    struct entropy entropy = entropy_make(1, "test");
    const uint8_t hash[16] = {7};
    uint8_t block[MSCHAP_PASSWORD_BLOCK_SIZE];
    uint8_t clear[MSCHAP_PASSWORD_BLOCK_SIZE];
    const uint8_t *password;
    size_t length;
    char text[300];
    memset(text, 'x', sizeof text);
    text[256] = '\0';
    assert_true(mschap_encrypt_password(crypto, &entropy, text, hash, block));
    assert_true(mschap_decrypt_password(crypto, block, hash, clear, &password, &length));
    assert_int_equal(length, 512);
    assert_ptr_equal(password, clear);
    text[256] = 'x';
    text[257] = '\0';
    assert_false(mschap_encrypt_password(crypto, &entropy, text, hash, block));
    assert_true(mschap_encrypt_password(crypto, &entropy, "", hash, block));
    assert_true(mschap_decrypt_password(crypto, block, hash, clear, &password, &length));
    assert_int_equal(length, 0);
}

static void a_block_with_an_impossible_length_is_refused(void **state)
{
    struct crypto *crypto = *state;
    struct entropy entropy = entropy_make(1, "test");
    const uint8_t hash[16] = {7};
    static const uint8_t bad[][4] = {{0x02, 0x02}, {0x07, 0}, {0, 0, 1}, {0, 0, 0, 0x80}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint8_t block[MSCHAP_PASSWORD_BLOCK_SIZE];
        uint8_t clear[MSCHAP_PASSWORD_BLOCK_SIZE];
        const uint8_t *password;
        size_t length;
        assert_true(mschap_encrypt_password(crypto, &entropy, "", hash, block));
        for (size_t k = 0; k < 4; k++) /* the length was zero, and RC4 is a sum */
            block[512 + k] ^= bad[i][k];
        assert_false(mschap_decrypt_password(crypto, block, hash, clear, &password, &length));
    }
}

/* Each field has octets of its own, so that none can take another's place. */
static void version_1_goes_there_and_back(void **state)
{
    (void)state;
    struct mschap_change_1 change = {.password_length = 0x0102, .flags = 0x0304};
    struct mschap_change_1 back;
    uint8_t octets[128];
    memset(change.lm_new, 0x11, 16);
    memset(change.lm_old, 0x22, 16);
    memset(change.nt_new, 0x33, 16);
    memset(change.nt_old, 0x44, 16);
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    mschap_encode_change_1(&writer, &change);
    unit_assert_hex(octets, wire_written(&writer),
                    "11111111111111111111111111111111 22222222222222222222222222222222"
                    "33333333333333333333333333333333 44444444444444444444444444444444"
                    "0102 0304");
    assert_true(mschap_decode_change_1(octets, 68, &back));
    assert_memory_equal(&back, &change, sizeof back);
    assert_false(mschap_decode_change_1(octets, 67, &back));
    assert_false(mschap_decode_change_1(octets, 69, &back));
}

static void version_2_goes_there_and_back(void **state)
{
    (void)state;
    uint8_t octets[1200];
    uint8_t fields[MSCHAP_CHANGE_2_SIZE];
    for (size_t i = 0; i < sizeof fields; i++)
        fields[i] = (uint8_t)(i * 7);
    const struct mschap_change_2 change = {
        .nt_block = fields,
        .nt_hash = fields + 516,
        .lm_block = fields + 532,
        .lm_hash = fields + 1048,
        .lm_response = fields + 1064,
        .nt_response = fields + 1088,
        .flags = (uint16_t)(fields[1112] << 8 | fields[1113]),
    };
    struct mschap_change_2 back;
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    mschap_encode_change_2(&writer, &change);
    assert_int_equal(wire_written(&writer), 1114);
    assert_memory_equal(octets, fields, sizeof fields);
    assert_true(mschap_decode_change_2(octets, 1114, &back));
    assert_ptr_equal(back.nt_hash, octets + 516);
    assert_ptr_equal(back.lm_block, octets + 532);
    assert_ptr_equal(back.lm_hash, octets + 1048);
    assert_ptr_equal(back.lm_response, octets + 1064);
    assert_ptr_equal(back.nt_response, octets + 1088);
    assert_int_equal(back.flags, change.flags);
    assert_false(mschap_decode_change_2(octets, 1113, &back));
    assert_false(mschap_decode_change_2(octets, 1115, &back));
    assert_false(mschap_decode_change_2(octets, 0, &back));
}

static void version_3_goes_there_and_back(void **state)
{
    (void)state;
    uint8_t octets[700];
    uint8_t fields[600];
    for (size_t i = 0; i < sizeof fields; i++)
        fields[i] = (uint8_t)(i * 7 + 1);
    const struct mschap_change_3 change = {
        .nt_block = fields,
        .nt_hash = fields + 516,
        .peer_challenge = fields + 532,
        .nt_response = fields + 548,
    };
    struct mschap_change_3 back;
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    mschap_encode_change_3(&writer, &change);
    assert_int_equal(wire_written(&writer), 582);
    assert_memory_equal(octets, fields, 548);
    unit_assert_hex(octets + 548, 8, "0000000000000000");
    assert_memory_equal(octets + 556, fields + 548, 24);
    unit_assert_hex(octets + 580, 2, "0000");
    assert_true(mschap_decode_change_3(octets, 582, &back));
    assert_ptr_equal(back.nt_block, octets);
    assert_ptr_equal(back.nt_hash, octets + 516);
    assert_ptr_equal(back.peer_challenge, octets + 532);
    assert_ptr_equal(back.nt_response, octets + 556);
    assert_false(mschap_decode_change_3(octets, 581, &back));
    assert_false(mschap_decode_change_3(octets, 583, &back));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash_is_encrypted_under_another_as_two_des_keys),
        cmocka_unit_test(a_hash_under_a_challenge_comes_back),
        cmocka_unit_test(a_password_sits_at_the_end_of_its_block),
        cmocka_unit_test(passwords_of_every_length_fit),
        cmocka_unit_test(a_block_with_an_impossible_length_is_refused),
        cmocka_unit_test(version_1_goes_there_and_back),
        cmocka_unit_test(version_2_goes_there_and_back),
        cmocka_unit_test(version_3_goes_there_and_back),
    };
    return cmocka_run_group_tests(tests, make_crypto, drop_crypto);
}
