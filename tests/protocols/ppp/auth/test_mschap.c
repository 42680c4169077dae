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

/* RFC 2759 section 9.2 unless said otherwise. */
static void every_step_of_the_rfc_example_has_its_value(void **state)
{
    struct crypto *crypto = *state;
    uint8_t authenticator_challenge[16];
    uint8_t peer_challenge[16];
    uint8_t challenge[8];
    uint8_t hash[16];
    uint8_t hash_hash[16];
    uint8_t response[24];
    uint8_t digest[20];
    unit_hex("5b5d7c7d7b3f2f3e3c2c602132262628", authenticator_challenge, 16);
    unit_hex("21402324255e262a28295f2b3a337c7e", peer_challenge, 16);
    struct mschap_v2_exchange exchange = {authenticator_challenge, peer_challenge,
                                          (const uint8_t *)"User", 4};
    mschap_v2_challenge_hash(crypto, &exchange, challenge);
    unit_assert_hex(challenge, 8, "d02e4386bce91226");
    assert_true(mschap_nt_password_hash(crypto, "clientPass", hash));
    unit_assert_hex(hash, 16, "44ebba8d5312b8d611474411f56989ae");
    mschap_hash_nt_password_hash(crypto, hash, hash_hash);
    unit_assert_hex(hash_hash, 16, "41c00c584bd2d91c4017a2a12fa59f3f");
    mschap_challenge_response(crypto, challenge, hash, response);
    unit_assert_hex(response, 24, "82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df");
    memset(response, 0, sizeof response);
    mschap_v2_nt_response(crypto, &exchange, hash, response);
    unit_assert_hex(response, 24, "82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df");
    mschap_v2_authenticator_response(crypto, &exchange, hash, response, digest);
    unit_assert_hex(digest, 20, "407a5589115fd0d6209f510fe9c04566932cda56");
}

static void the_hash_pads_three_des_keys_with_zeros(void **state)
{
    struct crypto *crypto = *state;
    uint8_t hash[16];
    uint8_t challenge[8];
    uint8_t response[24];
    /* RFC 2433 appendix B.2 */
    assert_true(mschap_nt_password_hash(crypto, "MyPw", hash));
    unit_assert_hex(hash, 16, "fc156af7edcd6c0edde3337d427f4eac");
    unit_hex("102db5df085d3041", challenge, 8);
    mschap_challenge_response(crypto, challenge, hash, response);
    unit_assert_hex(response, 24, "4e9d3c8f9cfd385d5bf4d3246791956ca4c351ab409a3d61");
}

/** One exchange between real peers. */
struct recorded {
    const char *user;
    const char *password;
    const char *authenticator_challenge;
    const char *peer_challenge;
    const char *nt_response;
    const char *digest;
};

static void exchanges_of_real_peers_are_reproduced(void **state)
{
    static const struct recorded recorded[] = {
        /* Windows 7 client, Linux server */
        {"lulu", "password", "95a87fa62ebcd2e3c8b09e1b448a6c72", "e2ae0995eaac6ceff0d9757428b51509",
         "ed8cc90fd40faa2d6bcd0abd0b1f562fd777df6c5609c98b",
         "460874e1cadf35fbd9f6e80c01a1adc5746f0b6a"},
        {"solar", "solarisalwaysbusy", "bde000cc4aec82da11803dee6c6720cd",
         "8005caf13dfebc85e67beaf822310a01", "b700770725f87739adb110b310d9a289cdbb550adca6cb86",
         "79fce48cdcad95bf0d8db7845faaed588c58b881"},
        /* Windows XP client */
        {"scott", "turquoise", "e3a5d0775370bda51e16219a06b0278f",
         "84c4b33e00d9231645598acf91c38480", "565fe2492fd5fb88edaec934c00d282c046227406c31609b",
         "cee89947f2dca18c95f551c2e9e676504112c722"},
        /* Windows client, Windows RRAS server */
        {"vpnuser", "vpnuser123", "05b2f10bdc3d6c92b6cd160adee148b4",
         "789223b02a0cc515404bca2c696edcff", "8cd6161253eac63fa53cfc6f74692fd73b0768ca63d612f0",
         "974e79c350cc7dc53fbc5f3a114c63b1efa16e19"},
        /* Linux pppd at both ends */
        {"User", "clientPass", "c895538c9abfaa12c2698ddc72dc2cb4",
         "d6cead0338c0368a3c34c58e37e65eb9", "8c2f42b62764a9fa6425db9a062b57862768e8d4e2d53139",
         "07f7221010cf8f62099e0f2a247fa2e3c2fca724"},
    };
    struct crypto *crypto = *state;
    for (size_t i = 0; i < sizeof recorded / sizeof recorded[0]; i++) {
        const struct recorded *r = &recorded[i];
        uint8_t authenticator_challenge[16];
        uint8_t peer_challenge[16];
        uint8_t hash[16];
        uint8_t response[24];
        uint8_t digest[20];
        unit_hex(r->authenticator_challenge, authenticator_challenge, 16);
        unit_hex(r->peer_challenge, peer_challenge, 16);
        struct mschap_v2_exchange exchange = {authenticator_challenge, peer_challenge,
                                              (const uint8_t *)r->user, strlen(r->user)};
        assert_true(mschap_nt_password_hash(crypto, r->password, hash));
        mschap_v2_nt_response(crypto, &exchange, hash, response);
        unit_assert_hex(response, 24, r->nt_response);
        mschap_v2_authenticator_response(crypto, &exchange, hash, response, digest);
        unit_assert_hex(digest, 20, r->digest);
    }
}

static void a_domain_in_front_of_the_user_name_is_not_hashed(void **state)
{
    struct crypto *crypto = *state;
    uint8_t challenges[2][16];
    uint8_t challenge[8];
    unit_hex("5b5d7c7d7b3f2f3e3c2c602132262628", challenges[0], 16);
    unit_hex("21402324255e262a28295f2b3a337c7e", challenges[1], 16);
    struct mschap_v2_exchange exchange = {challenges[0], challenges[1],
                                          (const uint8_t *)"BIGCO\\User", 10};
    mschap_v2_challenge_hash(crypto, &exchange, challenge);
    unit_assert_hex(challenge, 8, "d02e4386bce91226");

    size_t length = 10;
    assert_memory_equal(mschap_user_without_domain((const uint8_t *)"BIGCO\\User", &length), "User",
                        4);
    assert_int_equal(length, 4);
    length = 6;
    (void)mschap_user_without_domain((const uint8_t *)"BIGCO\\", &length);
    assert_int_equal(length, 0);
    length = 5;
    assert_memory_equal(mschap_user_without_domain((const uint8_t *)"plain", &length), "plain", 5);
    assert_int_equal(length, 5);
}

static void passwords_have_at_most_256_characters(void **state)
{
    struct crypto *crypto = *state;
    char password[258];
    uint8_t hash[16];
    memset(password, 'x', sizeof password);
    password[257] = 0;
    assert_false(mschap_nt_password_hash(crypto, password, hash));
    password[256] = 0;
    assert_true(mschap_nt_password_hash(crypto, password, hash));
    assert_false(mschap_nt_password_hash(crypto, "\xff", hash));
    assert_true(mschap_nt_password_hash(crypto, "", hash));
    unit_assert_hex(hash, 16, "31d6cfe0d16ae931b73c59d7e0c089c0");
}

static void success_messages_are_written_in_upper_case_and_read_in_either(void **state)
{
    (void)state;
    uint8_t digest[20];
    uint8_t octets[80];
    unit_hex("407a5589115fd0d6209f510fe9c04566932cda56", digest, 20);
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    mschap_v2_write_success(&writer, digest, NULL);
    assert_int_equal(wire_written(&writer), 42);
    assert_memory_equal(octets, "S=407A5589115FD0D6209F510FE9C04566932CDA56", 42);
    writer = wire_writer_make(octets, sizeof octets);
    mschap_v2_write_success(&writer, digest, "Access granted");
    assert_int_equal(wire_written(&writer), 59);
    assert_memory_equal(octets + 42, " M=Access granted", 17);

    uint8_t read[20] = {0};
    assert_true(mschap_v2_read_success(octets, 59, read));
    assert_memory_equal(read, digest, 20);
    memset(read, 0, sizeof read);
    const char *lower = "S=407a5589115fd0d6209f510fe9c04566932cda56";
    assert_true(mschap_v2_read_success((const uint8_t *)lower, 42, read));
    assert_memory_equal(read, digest, 20);
}

static void success_messages_without_a_whole_digest_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "Welcome",
        "S=",
        "S=407A5589115FD0D6209F510FE9C04566932CDA5",
        "S=407A5589115FD0D6209F510FE9C04566932CDA566",
        "S=407A5589115FD0D6209F510FE9C04566932CDA5G M=x",
        "M=S=407A5589115FD0D6209F510FE9C04566932CDA56",
    };
    uint8_t digest[20];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (mschap_v2_read_success((const uint8_t *)bad[i], strlen(bad[i]), digest))
            fail_msg("accepted: %s", bad[i]);
}

static void failure_messages_have_the_fields_of_the_rfc(void **state)
{
    (void)state;
    uint8_t octets[128];
    struct mschap_failure failure = {
        .error = 691, .retry = true, .challenge_length = 16, .version = 3};
    unit_hex("157d8593a54c409ec7a568b7024425ad", failure.challenge, 16);
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    mschap_write_failure(&writer, &failure);
    const char *expected = "E=691 R=1 C=157D8593A54C409EC7A568B7024425AD V=3";
    assert_int_equal(wire_written(&writer), strlen(expected));
    assert_memory_equal(octets, expected, strlen(expected));

    struct mschap_failure read;
    const char *real = "E=647 R=1 C=157d8593a54c409ec7a568b7024425ad V=0 M=Access denied";
    mschap_read_failure((const uint8_t *)real, strlen(real), &read);
    assert_int_equal(read.error, 647);
    assert_true(read.retry);
    assert_int_equal(read.challenge_length, 16);
    unit_assert_hex(read.challenge, 16, "157d8593a54c409ec7a568b7024425ad");
    assert_int_equal(read.version, 0);
    assert_int_equal(read.text_length, 13);
    assert_memory_equal(read.text, "Access denied", 13);
}

static void failure_messages_are_read_tolerantly(void **state)
{
    (void)state;
    struct mschap_failure read;
    const char *text = "V=3  X=9 junk C=12 R=0 E=99999999999";
    mschap_read_failure((const uint8_t *)text, strlen(text), &read);
    assert_int_equal(read.error, UINT32_MAX);
    assert_int_equal(read.version, 3);
    assert_false(read.retry);
    assert_int_equal(read.challenge_length, 0);
    assert_null(read.text);
    mschap_read_failure(NULL, 0, &read);
    assert_int_equal(read.error, 691);
    assert_false(read.retry);
    /* A field inside M= is text. */
    text = "R=1 M=go away R=0 E=1";
    mschap_read_failure((const uint8_t *)text, strlen(text), &read);
    assert_int_equal(read.error, 691);
    assert_true(read.retry);
    assert_int_equal(read.text_length, 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_of_the_rfc_example_has_its_value),
        cmocka_unit_test(the_hash_pads_three_des_keys_with_zeros),
        cmocka_unit_test(exchanges_of_real_peers_are_reproduced),
        cmocka_unit_test(a_domain_in_front_of_the_user_name_is_not_hashed),
        cmocka_unit_test(passwords_have_at_most_256_characters),
        cmocka_unit_test(success_messages_are_written_in_upper_case_and_read_in_either),
        cmocka_unit_test(success_messages_without_a_whole_digest_are_refused),
        cmocka_unit_test(failure_messages_have_the_fields_of_the_rfc),
        cmocka_unit_test(failure_messages_are_read_tolerantly),
    };
    return cmocka_run_group_tests(tests, make_crypto, drop_crypto);
}
