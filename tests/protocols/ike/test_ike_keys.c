#include "ike/ike_keys.h"

#include "support/crypto_fixture.h"
#include "support/unit.h"

#include <string.h>

/** Octets of a vector, kept as long as the test. */
struct value {
    uint8_t octets[256];
    size_t length;
};

static struct value from_hex(const char *text)
{
    struct value value;
    value.length = unit_hex(text, value.octets, sizeof value.octets);
    return value;
}

static struct value counting(uint8_t first, size_t length)
{
    struct value value = {.length = length};
    for (size_t i = 0; i < length; i++)
        value.octets[i] = (uint8_t)(first + i);
    return value;
}

static struct crypto_piece piece(const struct value *value)
{
    return (struct crypto_piece){value->octets, value->length};
}

static struct ike_algorithms algorithms_of(struct ike_phase1_transform transform)
{
    struct ike_algorithms algorithms;
    assert_true(ike_algorithms_from(&transform, &algorithms));
    return algorithms;
}

static const struct ike_phase1_transform triple_des = {
    .encryption = IKE_ENCRYPTION_3DES,
    .hash = IKE_HASH_SHA1,
    .authentication = IKE_AUTHENTICATION_PRE_SHARED_KEY,
    .group = 2,
};
static const struct ike_phase1_transform aes_128 = {
    .encryption = IKE_ENCRYPTION_AES,
    .key_bits = 128,
    .hash = IKE_HASH_SHA1,
    .authentication = IKE_AUTHENTICATION_PRE_SHARED_KEY,
    .group = 2,
};

/** What SKEYID and the others are made from; there is no key with signatures. */
struct secrets {
    struct value cookies; /**< both */
    struct value initiator_nonce;
    struct value responder_nonce;
    struct value shared;
    struct value pre_shared_key;
};

static struct ike_keys derive(struct crypto *crypto, const struct ike_phase1_transform *transform,
                              const struct secrets *from)
{
    const struct ike_algorithms algorithms = algorithms_of(*transform);
    const struct ike_phase1_material material = {.initiator_cookie = from->cookies.octets,
                                                 .responder_cookie = from->cookies.octets + 8,
                                                 .initiator_nonce = piece(&from->initiator_nonce),
                                                 .responder_nonce = piece(&from->responder_nonce),
                                                 .shared = piece(&from->shared),
                                                 .pre_shared_key = piece(&from->pre_shared_key)};
    struct ike_keys keys;
    ike_keys_derive(crypto, &algorithms, &material, &keys);
    return keys;
}

/* NIST's Cryptographic Algorithm Validation Program, IKEv1 with a pre-shared key. */
static void the_keys_of_a_pre_shared_key_are_those_of_nist(void **state)
{
    const struct secrets secrets = {
        .cookies = from_hex("83d374c30b3b50825afc0da06c728029"),
        .initiator_nonce = from_hex("b9a2d0e922dc66dd"),
        .responder_nonce = from_hex("2130166863b5ddef"),
        .shared = from_hex("739003ba2c11c982946c65e26acf661fbf8ebb78011a9fead79efa12fe3e71cc"),
        .pre_shared_key = from_hex("75")};
    const struct ike_keys keys = derive(*state, &aes_128, &secrets);
    unit_assert_hex(keys.skeyid, 20, "62b04d112877e442fc3282fc37c076997718a0b9");
    unit_assert_hex(keys.skeyid_d, 20, "369e5aad1bdb5faf6a3d929d500cdc236710a9ab");
    unit_assert_hex(keys.skeyid_a, 20, "588e957d8d790d093b3a39f121473473af78e9bb");
    unit_assert_hex(keys.skeyid_e, 20, "cd74b0c048219db81384d3fda8f6cda51e398a2b");
}

/* The same, with signatures. */
static void the_keys_of_signatures_are_those_of_nist(void **state)
{
    const struct secrets secrets = {
        .cookies = from_hex("8c3bcd3a69831d7fd2d9a7ff4fbe95a7"),
        .initiator_nonce = from_hex("69a62284195f1680"),
        .responder_nonce = from_hex("80c94ba25c8abda5"),
        .shared = from_hex("8ba4cbc73c0187301dc19a975823854dbd641c597f637f8d053a83b9514673eb")};
    struct ike_phase1_transform transform = aes_128;
    transform.authentication = IKE_AUTHENTICATION_RSA_SIGNATURE;
    const struct ike_keys keys = derive(*state, &transform, &secrets);
    unit_assert_hex(keys.skeyid, 20, "707197817fb2d90cf54d1842606bdea59b9f4823");
    unit_assert_hex(keys.skeyid_d, 20, "384be709a8a5e63c3ed160cfe3921c4b37d5b32d");
    unit_assert_hex(keys.skeyid_a, 20, "48b327575abe3adba0f279849e289022a13e2b47");
    unit_assert_hex(keys.skeyid_e, 20, "a4a415c8e0c38c0da847c356cc61c24df8025560");
}

static struct ike_keys counted_keys(struct crypto *crypto)
{
    const struct secrets secrets = {.cookies = from_hex("01020304050607081112131415161718"),
                                    .initiator_nonce = counting(0, 20),
                                    .responder_nonce = counting(20, 20),
                                    .shared = counting(0, 128),
                                    .pre_shared_key = from_hex("736563726574")};
    return derive(crypto, &triple_des, &secrets);
}

/* Computed with other means: SKEYID_e is too short for 3DES, so the key is K1 | K2. */
static void a_cipher_that_needs_more_gets_an_expanded_key(void **state)
{
    const struct ike_keys keys = counted_keys(*state);
    unit_assert_hex(keys.skeyid, 20, "0e8442f3e18b8f94d7874fd5b01580574a188e9f");
    unit_assert_hex(keys.skeyid_e, 20, "a4f578bc808bd0e91c61691b028d259911bc3e3b");
    unit_assert_hex(keys.cipher_key, 24, "ee50eb74240142bf90d9ccfca2591b6573801e3bde526ae4");
}

static void des_passes_over_weak_keys(void **state)
{
    (void)state;
    uint8_t skeyid_e[20];
    uint8_t key[8];
    (void)unit_hex("0101010101010101 e0fee0fef1fef1fe 33333333", skeyid_e, sizeof skeyid_e);
    assert_false(ike_des_key(skeyid_e, sizeof skeyid_e, key));
    skeyid_e[15] ^= 2;
    assert_true(ike_des_key(skeyid_e, sizeof skeyid_e, key));
    unit_assert_hex(key, 8, "e0fee0fef1fef1fc");
    skeyid_e[7] = 2;
    assert_true(ike_des_key(skeyid_e, sizeof skeyid_e, key));
    unit_assert_hex(key, 8, "0101010101010102");
}

static void the_first_vector_comes_from_both_public_values(void **state)
{
    const struct value gxi = counting(0, 128);
    const struct value gxr = counting(128, 128);
    const struct ike_algorithms algorithms = algorithms_of(triple_des);
    struct ike_iv iv;
    ike_iv_phase1(*state, &algorithms, piece(&gxi), piece(&gxr), &iv);
    unit_assert_hex(iv.octets, 8, "4916d6bdb7f78e68");
}

static void keying_material_is_extended_as_far_as_needed(void **state)
{
    const struct ike_keys keys = counted_keys(*state);
    const struct value ni = counting(0, 20);
    const struct value nr = counting(20, 20);
    uint8_t keymat[44];
    ike_keymat(*state, &keys, ISAKMP_PROTOCOL_ESP, 0xaabbccdd, (struct crypto_piece){NULL, 0},
               piece(&ni), piece(&nr), keymat, sizeof keymat);
    unit_assert_hex(keymat, sizeof keymat,
                    "c1154f6f2d73944b24e11a22e29631b65826edb5f2751dfd377fef97540522bb355a080ecfaa72"
                    "5459c4d12f");
}

/* strongSwan with perfect forward secrecy: g(qm)^xy goes in front (RFC 2409 section 5.5). */
static void a_secret_of_its_own_goes_into_the_keying_material(void **state)
{
    const struct value skeyid_d = from_hex("adaa7599ea6756839739f2c6b777693147dc051a");
    const struct value secret =
        from_hex("8c32eaa9c5e576cdcaf6529a6c2184fea6ddcf7298585db3f4d1bdd4659eefa736d66d3b1c9fc9506"
                 "7b093056c6e"
                 "1d0567f267d26ac8bc4eefa6aa4a007c1632c2805102a19721e1f2ae442d0698071f93d39aa5f1979"
                 "11ddc3052db"
                 "ee35d9410396a86cc69de93844e3c47036ac17b80a0399e3d5933e745603ab76caae20fe");
    const struct value ni =
        from_hex("fc3ffadffa9690503709121df58d0b25682d9c08e1ea364530f3a307de26e359");
    const struct value nr =
        from_hex("077698cf430b1c5146eafb6179b98499214672017b09c821c47d13ea4b6b97d3");
    struct ike_keys keys = {.algorithms = algorithms_of(aes_128)};
    uint8_t keymat[36];
    memcpy(keys.skeyid_d, skeyid_d.octets, skeyid_d.length);
    ike_keymat(*state, &keys, ISAKMP_PROTOCOL_ESP, 0xc30b2a8d, piece(&secret), piece(&ni),
               piece(&nr), keymat, sizeof keymat);
    unit_assert_hex(keymat, sizeof keymat,
                    "8c89e349968bf30203f4a6656403d08d46d23c133e5aad7e2a8b267898b0e3b626f94b29");
    ike_keymat(*state, &keys, ISAKMP_PROTOCOL_ESP, 0xcdd0a16f, piece(&secret), piece(&ni),
               piece(&nr), keymat, sizeof keymat);
    unit_assert_hex(keymat, sizeof keymat,
                    "d60333773285764c28b317d9d24ee76b0476c33cb7b2f05d0e49d27c19de3d32e11d6840");
}

/* A recorded main mode and quick mode with AES, from a tester of state machines. */
static void a_recorded_exchange_with_aes_proves_its_ends(void **state)
{
    const struct value cookies = from_hex("59cedc5dcea558fe9e16984236445257");
    const struct value key = from_hex("41414141");
    const struct value ni = from_hex("32ae9db36e7418a7");
    const struct value nr =
        from_hex("ce2b9ff5f8519260b6c8f153529bc5a43121e3aa57a3de7d0d63baba86679e57");
    const struct value gxi =
        from_hex("b5fcea14e2593ee937054b98886ca43b00472167db154ff074e158e8b7fcae77ac35cef073698bfe6"
                 "3c99c6dd64a"
                 "e25a95d55800a845a5db0640d1c3ea5bb8596cb0ffa5d4db0fd01e1875941b14ad4ac492fb5f6381d"
                 "b934664ad84"
                 "93fe95aab7f1ff8976f329b5ea0f9ede244e906fb419353e878f2fa92ccd533ba33d79ee");
    const struct value gxr =
        from_hex("24bb23e799283854458c53d6d735ee8c099008c743c89900b312264d3d372e4ff3986d5890d43e5aa"
                 "7f2c6adb910"
                 "b302cddcdf773b74921f8ce0376a338a28d7569fb8d4dab85a799cc753bd7d2fd9a65d4e4b016ea97"
                 "42349c0d8cb"
                 "6271061e21f5d6af924fddf05fa3a0c83ce7a22074e779c4fee154a728a4c0d6488adbb3");
    const struct value secret =
        from_hex("00e029653a38618eb495ddb60cc745aafca3233c4058a5988aa9cf57dec9a601a808af1fa6cc4dd49"
                 "b12f4d991e9"
                 "488805dd36483d26223c46b5061f279d1b808f4d84abae6c3a0773dfb552e05e85e64de96c36e298a"
                 "00513a67df5"
                 "c34508138d2c150607fb1636ef6832d93812ea77dcf0935b6e91de94c063a66b4bb184d6");
    const struct value sa =
        from_hex("00000001000000010000002c00010001000000240001000080010007800e0080"
                 "800200028004000280030001800b0001800c7080");
    const struct value idii = from_hex("010000000a000301");
    const struct value idir = from_hex("010000000a00030a");
    const struct ike_phase1_material material = {.initiator_cookie = cookies.octets,
                                                 .responder_cookie = cookies.octets + 8,
                                                 .initiator_nonce = piece(&ni),
                                                 .responder_nonce = piece(&nr),
                                                 .initiator_public = piece(&gxi),
                                                 .responder_public = piece(&gxr),
                                                 .shared = piece(&secret),
                                                 .pre_shared_key = piece(&key),
                                                 .initiator_sa = piece(&sa)};
    const struct ike_algorithms algorithms = algorithms_of(aes_128);
    struct ike_keys keys;
    struct ike_iv iv;
    uint8_t hash[IKE_DIGEST_MAX];
    ike_keys_derive(*state, &algorithms, &material, &keys);
    unit_assert_hex(keys.skeyid, 20, "aafa545facee66f62e9492f83a131a30899231a9");
    unit_assert_hex(keys.cipher_key, 16, "6c40f4ee0189ebbfcdb7a4630732e95d");
    ike_iv_phase1(*state, &algorithms, material.initiator_public, material.responder_public, &iv);
    unit_assert_hex(iv.octets, 16, "6684fc480b12e4423eaae6587d04de81");
    ike_hash_i(*state, &keys, &material, piece(&idii), hash);
    unit_assert_hex(hash, 20, "043c3510b050ab53f485fab266905669627dc14a");
    ike_hash_r(*state, &keys, &material, piece(&idir), hash);
    unit_assert_hex(hash, 20, "c5da8bd839ce22276563fe1c332eb821ea32dfe4");
    const struct value qm_ni = from_hex("695346ebcf35ab90");
    const struct value qm_nr =
        from_hex("f7f30d166c81bbaec75d2d24cb08ffbdd99ae2c530699ca607f701af00fb69a4");
    uint8_t keymat[36];
    ike_hash_3(*state, &keys, 0x259cf133, piece(&qm_ni), piece(&qm_nr), hash);
    unit_assert_hex(hash, 20, "e1a07e625d5939197ac276cef8309fa70bfd1915");
    ike_keymat(*state, &keys, ISAKMP_PROTOCOL_ESP, 0xc6bf8b4d, (struct crypto_piece){NULL, 0},
               piece(&qm_ni), piece(&qm_nr), keymat, sizeof keymat);
    unit_assert_hex(keymat, sizeof keymat,
                    "7b37d7732a9d29267d354445dc11073e94b2d2b4b021c21a0073435ed53748f333332d42");
    ike_keymat(*state, &keys, ISAKMP_PROTOCOL_ESP, 0xb75ad16c, (struct crypto_piece){NULL, 0},
               piece(&qm_ni), piece(&qm_nr), keymat, sizeof keymat);
    unit_assert_hex(keymat, sizeof keymat,
                    "ee2d6de38f33b3705cc34cc0ce363db1bdd4116f6260e980f891dca5498d421d19ad66e5");
}

static void messages_are_padded_to_blocks_with_zeros(void **state)
{
    const struct ike_keys keys = counted_keys(*state);
    struct ike_iv sender = {{1, 2, 3, 4, 5, 6, 7, 8}};
    struct ike_iv receiver = sender;
    uint8_t message[64] = {0};
    message[27] = 28 + 13;
    memset(message + 28, 0x55, 13);
    memset(message + 41, 0xee, sizeof message - 41);
    assert_int_equal(ike_encrypt(*state, &keys, &sender, message, 41, 43), 0);
    assert_int_equal(ike_encrypt(*state, &keys, &sender, message, 41, 44), 44);
    assert_int_equal(message[19], ISAKMP_FLAG_ENCRYPTION);
    assert_int_equal(message[27], 44);
    assert_memory_equal(sender.octets, message + 36, 8);
    assert_int_equal(message[44], 0xee);
    assert_true(ike_decrypt(*state, &keys, &receiver, message, 44));
    unit_assert_hex(message + 28, 16, "55555555555555555555555555000000");
    assert_memory_equal(sender.octets, receiver.octets, 8);
}

static void what_is_no_whole_blocks_is_not_deciphered(void **state)
{
    const struct ike_keys keys = counted_keys(*state);
    struct ike_iv iv = {{1}};
    uint8_t message[64] = {0};
    assert_false(ike_decrypt(*state, &keys, &iv, message, 28));
    assert_false(ike_decrypt(*state, &keys, &iv, message, 28 + 7));
    assert_false(ike_decrypt(*state, &keys, &iv, message, 28 + 9));
    assert_int_equal(message[28], 0);
    assert_int_equal(iv.octets[0], 1);
    assert_true(ike_decrypt(*state, &keys, &iv, message, 28 + 8));
}

static void transforms_that_are_not_known_have_no_algorithms(void **state)
{
    struct ike_algorithms algorithms;
    struct ike_phase1_transform transform = aes_128;
    (void)state;
    assert_true(ike_algorithms_from(&transform, &algorithms));
    assert_int_equal(algorithms.cipher_key_length, 16);
    transform.key_bits = 0;
    assert_false(ike_algorithms_from(&transform, &algorithms));
    transform.key_bits = 129;
    assert_false(ike_algorithms_from(&transform, &algorithms));
    transform = triple_des;
    transform.key_bits = 192;
    assert_false(ike_algorithms_from(&transform, &algorithms));
    transform = triple_des;
    transform.hash = 3; /* Tiger */
    assert_false(ike_algorithms_from(&transform, &algorithms));
    transform = triple_des;
    transform.group = 3;
    assert_false(ike_algorithms_from(&transform, &algorithms));
    transform = triple_des;
    transform.encryption = 2; /* IDEA */
    assert_false(ike_algorithms_from(&transform, &algorithms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_keys_of_a_pre_shared_key_are_those_of_nist),
        cmocka_unit_test(the_keys_of_signatures_are_those_of_nist),
        cmocka_unit_test(a_cipher_that_needs_more_gets_an_expanded_key),
        cmocka_unit_test(des_passes_over_weak_keys),
        cmocka_unit_test(the_first_vector_comes_from_both_public_values),
        cmocka_unit_test(keying_material_is_extended_as_far_as_needed),
        cmocka_unit_test(a_secret_of_its_own_goes_into_the_keying_material),
        cmocka_unit_test(a_recorded_exchange_with_aes_proves_its_ends),
        cmocka_unit_test(messages_are_padded_to_blocks_with_zeros),
        cmocka_unit_test(what_is_no_whole_blocks_is_not_deciphered),
        cmocka_unit_test(transforms_that_are_not_known_have_no_algorithms),
    };
    return cmocka_run_group_tests(tests, crypto_fixture_set_up, crypto_fixture_tear_down);
}
