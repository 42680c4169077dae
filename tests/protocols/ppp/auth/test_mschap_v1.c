/* LAN Manager hashes, MS-CHAP-1 and the MPPE keys it leaves (RFC 2433, RFC 3079 section 2). */
#include "ppp/auth/chap.h"
#include "ppp/auth/chap_algorithm.h"
#include "ppp/auth/mschap.h"
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

static void lan_manager_hashes_have_their_known_values(void **state)
{
    static const struct {
        const char *password;
        const char *hash;
    } rows[] = {
        {"clientPass", "76a152936096d7830e2390227404afd2"}, /* RFC 3079 section 2.5.1 */
        {"MyPw", "75ba30198e6d1975aad3b435b51404ee"},
        {"", "aad3b435b51404eeaad3b435b51404ee"},
        {"CLIENTPASS", "76a152936096d7830e2390227404afd2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t hash[16];
        assert_true(mschap_lm_password_hash(*state, OEM_CODE_PAGE_437, rows[i].password, hash));
        unit_assert_hex(hash, 16, rows[i].hash);
    }
    uint8_t us[16];
    uint8_t western[16];
    assert_true(mschap_lm_password_hash(*state, OEM_CODE_PAGE_437, "14 characters!", us));
    assert_false(mschap_lm_password_hash(*state, OEM_CODE_PAGE_437, "15 characters..", us));
    assert_false(mschap_lm_password_hash(*state, OEM_CODE_PAGE_437, "κλειδί", us));
    assert_true(mschap_lm_password_hash(*state, OEM_CODE_PAGE_437, "§ 1", us));
    assert_true(mschap_lm_password_hash(*state, OEM_CODE_PAGE_850, "§ 1", western));
    assert_memory_not_equal(us, western, 16);
}

static struct chap_exchange exchange_of(struct crypto *crypto, const char *password,
                                        const uint8_t challenge[8])
{
    return (struct chap_exchange){
        .crypto = crypto,
        .challenge = challenge,
        .challenge_length = 8,
        .name = (const uint8_t *)"User",
        .name_length = 4,
        .secret = password,
        .lan_manager = true,
    };
}

static void responses_have_the_values_of_the_rfc_and_of_real_peers(void **state)
{
    static const struct {
        const char *password;
        const char *challenge;
        const char *response;
    } rows[] = {
        /* RFC 2433 appendix B.2; its LM-Response computed */
        {"MyPw", "102db5df085d3041",
         "91881d0152ab0c33c524135ec24a95ee64e23cdc2d33347d"
         "4e9d3c8f9cfd385d5bf4d3246791956ca4c351ab409a3d61 01"},
        {"clientPass", "102db5df085d3041",
         "edbac3d1b2bc24bda687a4ebde1f18943f4a329d5c372a8f"
         "54f22ac5aa6c5cbf7e60531821852087d681f1cc9e1bb36e 01"},
    };
    const struct chap_algorithm *v1 = chap_algorithm_find(CHAP_ALGORITHM_MS_V1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t challenge[8];
        uint8_t value[49];
        unit_hex(rows[i].challenge, challenge, 8);
        struct chap_exchange exchange = exchange_of(*state, rows[i].password, challenge);
        v1->respond(&exchange, NULL, value);
        unit_assert_hex(value, 49, rows[i].response);
        assert_true(v1->verify(&exchange, value));
        /* Peers should not give the LAN Manager response away. */
        exchange.lan_manager = false;
        v1->respond(&exchange, NULL, value);
        unit_assert_hex(value, 24, "000000000000000000000000000000000000000000000000");
        assert_true(v1->verify(&exchange, value));
    }
    /* A real client and a FreeRADIUS server. */
    uint8_t challenge[8];
    uint8_t value[49];
    unit_hex("c293b23e9fdc93ef", challenge, 8);
    struct chap_exchange exchange = exchange_of(*state, "ThisIsThePassword", challenge);
    unit_hex("a3b96f360bb1a61fb78f753f6a56c96c77fba3aff71a1abd"
             "45985fe46541d9be2025ee9297fb4c10b49e92e478dca226 01",
             value, 49);
    assert_true(v1->verify(&exchange, value));
}

/* Every octet of the response that the flag chooses counts, and none of the other. */
static void the_flag_chooses_the_response_that_is_verified(void **state)
{
    const struct chap_algorithm *v1 = chap_algorithm_find(CHAP_ALGORITHM_MS_V1);
    uint8_t challenge[8] = {1, 2, 3};
    uint8_t value[49];
    struct chap_exchange exchange = exchange_of(*state, "clientPass", challenge);
    v1->respond(&exchange, NULL, value);
    for (unsigned use_nt = 0; use_nt < 2; use_nt++) {
        value[48] = (uint8_t)use_nt;
        for (size_t i = 0; i < 48; i++) {
            value[i] ^= 1;
            assert_int_equal(v1->verify(&exchange, value), (i >= 24) != use_nt);
            value[i] ^= 1;
        }
    }
    /* Without a LAN Manager hash there is nothing to compare. */
    exchange.secret = "fifteen letters";
    value[48] = 0;
    assert_false(v1->verify(&exchange, value));
}

static void hashes_stand_for_the_password(void **state)
{
    const struct chap_algorithm *v1 = chap_algorithm_find(CHAP_ALGORITHM_MS_V1);
    uint8_t challenge[8] = {9};
    uint8_t nt_hash[16];
    uint8_t lm_hash[16];
    uint8_t value[49];
    struct chap_exchange exchange = exchange_of(*state, "clientPass", challenge);
    v1->respond(&exchange, NULL, value);
    unit_hex("44ebba8d5312b8d611474411f56989ae", nt_hash, 16);
    unit_hex("76a152936096d7830e2390227404afd2", lm_hash, 16);
    exchange.secret = NULL;
    assert_false(v1->verify(&exchange, value));
    exchange.nt_hash = nt_hash;
    assert_true(v1->verify(&exchange, value));
    value[48] = 0;
    assert_false(v1->verify(&exchange, value));
    exchange.lm_hash = lm_hash;
    assert_true(v1->verify(&exchange, value));
}

static void mppe_keys_have_the_values_of_the_rfc(void **state)
{
    const struct chap_algorithm *v1 = chap_algorithm_find(CHAP_ALGORITHM_MS_V1);
    uint8_t challenge[8];
    uint8_t key[MPPE_KEY_SIZE];
    unit_hex("102db5df085d3041", challenge, 8);
    const struct chap_exchange exchange = exchange_of(*state, "clientPass", challenge);
    for (int server = 0; server < 2; server++) {
        struct mppe_start_keys keys;
        v1->derive_keys(&exchange, NULL, server, &keys);
        for (int send = 0; send < 2; send++) {
            const uint8_t *start = mppe_start_key(&keys, MPPE_40_BIT, send);
            mppe_initial_session_key(*state, MPPE_40_BIT, start, key);
            unit_assert_hex(key, 8, "d1269e538cec4a08");
            start = mppe_start_key(&keys, MPPE_56_BIT, send);
            mppe_initial_session_key(*state, MPPE_56_BIT, start, key);
            unit_assert_hex(key, 8, "d10801538cec4a08");
            start = mppe_start_key(&keys, MPPE_128_BIT, send);
            /* RFC 3079 section 2.5.3 misprints an octet of this in its step 3. */
            unit_assert_hex(start, 16, "a8947850cfc0acc1d1789fb62ddcddb0");
            mppe_initial_session_key(*state, MPPE_128_BIT, start, key);
            unit_assert_hex(key, 16, "59d159bc09f76f1da2a86a28ffec0b1e");
        }
    }
}

static void a_long_password_leaves_only_the_long_key(void **state)
{
    const struct chap_algorithm *v1 = chap_algorithm_find(CHAP_ALGORITHM_MS_V1);
    uint8_t challenge[8] = {0};
    struct mppe_start_keys keys;
    const struct chap_exchange exchange = exchange_of(*state, "fifteen letters", challenge);
    v1->derive_keys(&exchange, NULL, true, &keys);
    assert_null(mppe_start_key(&keys, MPPE_40_BIT, true));
    assert_null(mppe_start_key(&keys, MPPE_56_BIT, false));
    assert_non_null(mppe_start_key(&keys, MPPE_128_BIT, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lan_manager_hashes_have_their_known_values),
        cmocka_unit_test(responses_have_the_values_of_the_rfc_and_of_real_peers),
        cmocka_unit_test(the_flag_chooses_the_response_that_is_verified),
        cmocka_unit_test(hashes_stand_for_the_password),
        cmocka_unit_test(mppe_keys_have_the_values_of_the_rfc),
        cmocka_unit_test(a_long_password_leaves_only_the_long_key),
    };
    return cmocka_run_group_tests(tests, make_crypto, drop_crypto);
}
