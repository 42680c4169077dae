#include "ppp/auth/mschap.h"
#include "ppp/compression/mppe_keys.h"
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

/** The example of RFC 3079 section 3.5: user "User", password "clientPass". */
static void example_keys(struct crypto *crypto, bool server, struct mppe_start_keys *keys)
{
    uint8_t hash_hash[16];
    uint8_t response[24];
    uint8_t master[16];
    unit_hex("41c00c584bd2d91c4017a2a12fa59f3f", hash_hash, 16);
    unit_hex("82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df", response, 24);
    mppe_master_key(crypto, hash_hash, response, master);
    unit_assert_hex(master, 16, "fdece3717a8c838cb388e527ae3cdd31");
    mppe_start_keys_from_master(crypto, master, server, keys);
}

static void the_two_directions_have_different_start_keys(void **state)
{
    struct mppe_start_keys server;
    struct mppe_start_keys client;
    example_keys(*state, true, &server);
    example_keys(*state, false, &client);
    unit_assert_hex(server.send, 16, "8b7cdc149b993a1ba118cb153f56dccb");
    unit_assert_hex(server.receive, 16, "d5f0e9521e3ea9589645e86051c82226");
    assert_memory_equal(client.send, server.receive, 16);
    assert_memory_equal(client.receive, server.send, 16);
}

static void session_keys_have_the_values_of_the_rfc(void **state)
{
    static const struct {
        enum mppe_strength strength;
        size_t length;
        const char *send;
        const char *sample; /* rc4(send, "test message") */
        const char *receive;
        const char *send_after_change;
        const char *receive_after_change;
    } rows[] = {
        {MPPE_40_BIT, 8, "d1269ec49fa62e3e", "929137917e5803d668d75898", "d1269ed2ae999038",
         "d1269ece4d98d181", "d1269e772b557ec1"},
        /* RFC 3079 section 3.5.2 misprints the sample's last octet. */
        {MPPE_56_BIT, 8, "d15c00c49fa62e3e", "3f106833fa448da842bc57b8", "d16a9bd2ae999038",
         "d16182a2ab481407", "d1ef3d78b562dea9"},
        {MPPE_128_BIT, 16, "405cb2247a7956e6e211007ae27b22d4", "81848317df68846272fb5abe",
         "49d11d0f0cc6befba2a9b4b688f91eee", "726f10500e2b54135b1b74d7682f0471",
         "0e09c108101dfddef6c0e2f2d95d0bad"},
    };
    struct crypto *crypto = *state;
    struct mppe_start_keys keys;
    example_keys(crypto, true, &keys);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t length = rows[i].length;
        uint8_t key[MPPE_KEY_SIZE];
        uint8_t sample[12];
        assert_int_equal(mppe_key_length(rows[i].strength), length);
        mppe_initial_session_key(crypto, rows[i].strength, keys.send, key);
        unit_assert_hex(key, length, rows[i].send);
        memcpy(sample, "test message", 12);
        rc4_set_key(crypto_scratch_rc4(crypto), key, length);
        rc4_crypt(crypto_scratch_rc4(crypto), sample, 12);
        unit_assert_hex(sample, 12, rows[i].sample);
        mppe_change_key(crypto, rows[i].strength, keys.send, key);
        unit_assert_hex(key, length, rows[i].send_after_change);
        mppe_initial_session_key(crypto, rows[i].strength, keys.receive, key);
        unit_assert_hex(key, length, rows[i].receive);
        mppe_change_key(crypto, rows[i].strength, keys.receive, key);
        unit_assert_hex(key, length, rows[i].receive_after_change);
    }
}

/* RFC 3079 sections 2.5.1 to 2.5.3: the derivation of MS-CHAP-1 shares the last step. */
static void other_start_keys_give_the_session_keys_of_the_rfc(void **state)
{
    struct crypto *crypto = *state;
    uint8_t start[16] = {0};
    uint8_t key[16];
    /* The example's start key is the beginning of the LAN Manager hash. */
    unit_hex("76a152936096d783", start, 8);
    mppe_initial_session_key(crypto, MPPE_40_BIT, start, key);
    unit_assert_hex(key, 8, "d1269e538cec4a08");
    mppe_initial_session_key(crypto, MPPE_56_BIT, start, key);
    unit_assert_hex(key, 8, "d10801538cec4a08");
    unit_hex("a8947850cfc0acc1d1789fb62ddcddb0", start, 16);
    mppe_initial_session_key(crypto, MPPE_128_BIT, start, key);
    unit_assert_hex(key, 16, "59d159bc09f76f1da2a86a28ffec0b1e");
}

/* Master keys and first session keys of recorded sessions between real peers. */
static void keys_of_real_sessions_are_reproduced(void **state)
{
    static const struct {
        const char *password;
        const char *nt_response;
        const char *master;
        enum mppe_strength strength;
        const char *client_sends;
        const char *server_sends;
    } sessions[] = {
        {"password", "ed8cc90fd40faa2d6bcd0abd0b1f562fd777df6c5609c98b",
         "01e3368b81a41d667d97ea8d822bbb4f", MPPE_128_BIT, "2351dc20b825403bdad41193b5b64650",
         "9b5d6b3341d34d3b3acef0ffb0c8a97f"},
        {"vpnuser123", "8cd6161253eac63fa53cfc6f74692fd73b0768ca63d612f0",
         "f3c4e5896e1da799567075738bac82c2", MPPE_128_BIT, "c5bf9f928c2e71358c7c95b610c82e4d",
         "7e162d5c5776f3de39e078971b0ca970"},
        {"clientPass", "c13ddfc75b48a8d6865723a9a5107660fdb50bf45dbb90a3",
         "f18832bf672545514d33d53a5acc7c91", MPPE_40_BIT, "d1269e3f2ca48125", "d1269e9e1c4566c6"},
    };
    struct crypto *crypto = *state;
    for (size_t i = 0; i < sizeof sessions / sizeof sessions[0]; i++) {
        uint8_t hash[16];
        uint8_t response[24];
        uint8_t key[16];
        struct mppe_start_keys keys;
        size_t length = mppe_key_length(sessions[i].strength);
        assert_true(mschap_nt_password_hash(crypto, sessions[i].password, hash));
        mschap_hash_nt_password_hash(crypto, hash, hash);
        unit_hex(sessions[i].nt_response, response, 24);
        mppe_master_key(crypto, hash, response, key);
        unit_assert_hex(key, 16, sessions[i].master);
        mppe_start_keys_from_master(crypto, key, false, &keys);
        mppe_initial_session_key(crypto, sessions[i].strength, keys.send, key);
        unit_assert_hex(key, length, sessions[i].client_sends);
        mppe_initial_session_key(crypto, sessions[i].strength, keys.receive, key);
        unit_assert_hex(key, length, sessions[i].server_sends);
    }
}

/* RFC 3079 section 4: the leading octets of either half of the MSK, for all strengths. The expected
   keys are SHA-1 over key, pad, key, pad, computed apart from this program. */
static void the_halves_of_an_msk_are_the_start_keys(void **state)
{
    static const struct {
        enum mppe_strength strength;
        const char *by_peer;
        const char *by_authenticator;
    } expected[] = {
        {MPPE_128_BIT, "01340ec3aa5c7a322f4319430e39dc7e", "27d3a743a1c3011c2e37e1bb7343ef1b"},
        {MPPE_56_BIT, "d16af02ca4a78ccf", "d1cb9be065612be4"},
        {MPPE_40_BIT, "d1269e2ca4a78ccf", "d1269ee065612be4"},
    };
    struct crypto *crypto = *state;
    uint8_t msk[MPPE_MSK_SIZE];
    struct mppe_start_keys server;
    struct mppe_start_keys client;
    for (size_t i = 0; i < sizeof msk; i++)
        msk[i] = (uint8_t)i;
    mppe_start_keys_from_msk(msk, true, &server);
    mppe_start_keys_from_msk(msk, false, &client);
    assert_memory_equal(server.send, client.receive, MPPE_KEY_SIZE);
    assert_memory_equal(server.receive, client.send, MPPE_KEY_SIZE);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        enum mppe_strength strength = expected[i].strength;
        uint8_t key[MPPE_KEY_SIZE];
        mppe_initial_session_key(crypto, strength, mppe_start_key(&client, strength, true), key);
        unit_assert_hex(key, mppe_key_length(strength), expected[i].by_peer);
        mppe_initial_session_key(crypto, strength, mppe_start_key(&server, strength, true), key);
        unit_assert_hex(key, mppe_key_length(strength), expected[i].by_authenticator);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_two_directions_have_different_start_keys),
        cmocka_unit_test(session_keys_have_the_values_of_the_rfc),
        cmocka_unit_test(other_start_keys_give_the_session_keys_of_the_rfc),
        cmocka_unit_test(the_halves_of_an_msk_are_the_start_keys),
        cmocka_unit_test(keys_of_real_sessions_are_reproduced),
    };
    return cmocka_run_group_tests(tests, make_crypto, drop_crypto);
}
