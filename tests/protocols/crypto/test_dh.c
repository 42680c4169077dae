#include "crypto/dh.h"

#include "support/crypto_fixture.h"
#include "support/unit.h"

#include <string.h>

static const enum dh_group groups[] = {DH_GROUP_1, DH_GROUP_2, DH_GROUP_5, DH_GROUP_14};

static void the_lengths_of_the_primes_are_known(void **state)
{
    (void)state;
    assert_int_equal(dh_prime_length(1), 96);
    assert_int_equal(dh_prime_length(2), 128);
    assert_int_equal(dh_prime_length(5), 192);
    assert_int_equal(dh_prime_length(14), 256);
    assert_int_equal(dh_prime_length(0), 0);
    assert_int_equal(dh_prime_length(3), 0);
    assert_int_equal(dh_prime_length(15), 0);
}

/* A recorded exchange of group 2 whose secret begins with a zero octet, which must stay. */
static void a_recorded_exchange_comes_out_with_its_leading_zero(void **state)
{
    static const char private_text[] =
        "6f583ca64176389ae033076d036ea24bbe93f0d66a2c64a5eca5e8f38a521cc5f040cee069794c6dcb69165795"
        "06"
        "0d4df4c6cc7a6c64806de7fa9852151816151e6099533761316fc040476793cf4c2b3a3bb0a96b324549b8fb65"
        "19"
        "ce22e6f110fc32eb304a155f703effe2d9a7082e910a3f3167f26a5c4a166d1a133cb07f";
    static const char public_text[] =
        "b5fcea14e2593ee937054b98886ca43b00472167db154ff074e158e8b7fcae77ac35cef073698bfe63c99c6dd6"
        "4a"
        "e25a95d55800a845a5db0640d1c3ea5bb8596cb0ffa5d4db0fd01e1875941b14ad4ac492fb5f6381db934664ad"
        "84"
        "93fe95aab7f1ff8976f329b5ea0f9ede244e906fb419353e878f2fa92ccd533ba33d79ee";
    static const char peer_text[] =
        "24bb23e799283854458c53d6d735ee8c099008c743c89900b312264d3d372e4ff3986d5890d43e5aa7f2c6adb9"
        "10"
        "b302cddcdf773b74921f8ce0376a338a28d7569fb8d4dab85a799cc753bd7d2fd9a65d4e4b016ea9742349c0d8"
        "cb"
        "6271061e21f5d6af924fddf05fa3a0c83ce7a22074e779c4fee154a728a4c0d6488adbb3";
    static const char secret_text[] =
        "00e029653a38618eb495ddb60cc745aafca3233c4058a5988aa9cf57dec9a601a808af1fa6cc4dd49b12f4d991"
        "e9"
        "488805dd36483d26223c46b5061f279d1b808f4d84abae6c3a0773dfb552e05e85e64de96c36e298a00513a67d"
        "f5"
        "c34508138d2c150607fb1636ef6832d93812ea77dcf0935b6e91de94c063a66b4bb184d6";
    uint8_t private_value[DH_PRIME_MAX];
    uint8_t peer[DH_PRIME_MAX];
    uint8_t result[DH_PRIME_MAX];
    size_t length = unit_hex(private_text, private_value, sizeof private_value);
    assert_int_equal(unit_hex(peer_text, peer, sizeof peer), 128);
    assert_int_equal(dh_public_value(*state, DH_GROUP_2, private_value, length, result), STATUS_OK);
    unit_assert_hex(result, 128, public_text);
    assert_int_equal(dh_shared_secret(*state, DH_GROUP_2, private_value, length, peer, 128, result),
                     STATUS_OK);
    unit_assert_hex(result, 128, secret_text);
}

static void both_ends_of_every_group_share_a_secret(void **state)
{
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        struct entropy entropy = entropy_make(i, "dh");
        size_t length = dh_prime_length(groups[i]);
        uint8_t privates[2][DH_PRIVATE_SIZE];
        uint8_t publics[2][DH_PRIME_MAX];
        uint8_t secrets[2][DH_PRIME_MAX];
        for (size_t end = 0; end < 2; end++) {
            dh_draw_private(&entropy, privates[end]);
            assert_true(privates[end][0] & 0x80);
            assert_int_equal(
                dh_public_value(*state, groups[i], privates[end], DH_PRIVATE_SIZE, publics[end]),
                STATUS_OK);
        }
        assert_memory_not_equal(publics[0], publics[1], length);
        for (size_t end = 0; end < 2; end++)
            assert_int_equal(dh_shared_secret(*state, groups[i], privates[end], DH_PRIVATE_SIZE,
                                              publics[1 - end], length, secrets[end]),
                             STATUS_OK);
        assert_memory_equal(secrets[0], secrets[1], length);
    }
}

static void a_small_exponent_gives_a_padded_value(void **state)
{
    static const uint8_t three[] = {3};
    uint8_t result[DH_PRIME_MAX];
    assert_int_equal(dh_public_value(*state, DH_GROUP_14, three, 1, result), STATUS_OK);
    for (size_t i = 0; i < 255; i++)
        assert_int_equal(result[i], 0);
    assert_int_equal(result[255], 8);
}

/* p - 1 is 2 ^ ((p - 1) / 2) or its inverse; here it comes from the prime, which ends in 64 ones.
 */
static void values_that_give_the_secret_away_are_refused(void **state)
{
    static const char prime_text[] = "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67c"
                                     "c74020bbea63b139b22514a08798e34"
                                     "04ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b5766"
                                     "25e7ec6f44c42e9a63a3620ffffffff"
                                     "ffffffff";
    static const uint8_t any_private[] = {5};
    uint8_t value[DH_PRIME_MAX + 1] = {0};
    uint8_t result[DH_PRIME_MAX];
    struct crypto *crypto = *state;
#define SHARED(length) dh_shared_secret(crypto, DH_GROUP_1, any_private, 1, value, (length), result)
    assert_int_equal(SHARED(96), STATUS_INVALID);
    assert_int_equal(SHARED(0), STATUS_INVALID);
    value[95] = 1;
    assert_int_equal(SHARED(96), STATUS_INVALID);
    value[95] = 2;
    assert_int_equal(SHARED(96), STATUS_OK);
    assert_int_equal(SHARED(97), STATUS_INVALID);
    assert_int_equal(unit_hex(prime_text, value, sizeof value), 96);
    assert_int_equal(SHARED(96), STATUS_INVALID);
    value[95] = 0xfe;
    assert_int_equal(SHARED(96), STATUS_INVALID);
    value[95] = 0xfd;
    assert_int_equal(SHARED(96), STATUS_OK);
    memset(value, 0xff, 96);
    assert_int_equal(SHARED(96), STATUS_INVALID);
#undef SHARED
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lengths_of_the_primes_are_known),
        cmocka_unit_test(a_recorded_exchange_comes_out_with_its_leading_zero),
        cmocka_unit_test(both_ends_of_every_group_share_a_secret),
        cmocka_unit_test(a_small_exponent_gives_a_padded_value),
        cmocka_unit_test(values_that_give_the_secret_away_are_refused),
    };
    return cmocka_run_group_tests(tests, crypto_fixture_set_up, crypto_fixture_tear_down);
}
