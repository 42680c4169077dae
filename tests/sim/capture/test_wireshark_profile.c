#include "capture/wireshark_profile.h"
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** A profile with one file, which is read back when it is closed. */
struct bench {
    struct wireshark_profile *profile;
    char path[64];
    char text[2048];
    char error[256];
};

static void begin(struct bench *bench, enum wireshark_file file)
{
    *bench = (struct bench){.path = "/tmp/vpnsim-profile-XXXXXX"};
    int descriptor = mkstemp(bench->path);
    assert_true(descriptor >= 0);
    close(descriptor);
    bench->profile = wireshark_profile_create();
    assert_non_null(bench->profile);
    assert_int_equal(wireshark_profile_open(bench->profile, file, bench->path, bench->error,
                                            sizeof bench->error),
                     STATUS_OK);
}

static void finish(struct bench *bench)
{
    assert_false(wireshark_profile_failed(bench->profile));
    assert_int_equal(wireshark_profile_close(bench->profile, bench->error, sizeof bench->error),
                     STATUS_OK);
    FILE *file = fopen(bench->path, "r");
    assert_non_null(file);
    size_t length = fread(bench->text, 1, sizeof bench->text - 1, file);
    bench->text[length] = '\0';
    fclose(file);
    unlink(bench->path);
}

static struct ip_address address(const char *text)
{
    struct ip_address parsed;
    assert_true(ip_address_parse(text, &parsed));
    return parsed;
}

static struct secret esp(const char *source, const char *destination, uint32_t spi, uint8_t key)
{
    struct secret secret = {.kind = SECRET_ESP,
                            .esp = {.source = address(source),
                                    .destination = address(destination),
                                    .spi = spi,
                                    .cipher = CIPHER_DES_CBC,
                                    .cipher_key_length = 8,
                                    .integrity = true,
                                    .hash = HASH_MD5,
                                    .integrity_key_length = 16}};
    memset(secret.esp.cipher_key, key, 8);
    memset(secret.esp.integrity_key, key + 1, 16);
    return secret;
}

static void secrets_of_tls_are_written_as_they_come(void **state)
{
    struct bench bench;
    (void)state;
    begin(&bench, WIRESHARK_TLS_KEYS);
    wireshark_profile_receive(bench.profile, &(struct secret){.tls = "CLIENT_RANDOM 22 33"});
    wireshark_profile_receive(bench.profile, &(struct secret){.tls = "CLIENT_RANDOM 00 11"});
    assert_int_equal(wireshark_profile_count(bench.profile).tls, 2);
    finish(&bench);
    assert_string_equal(bench.text, "CLIENT_RANDOM 22 33\nCLIENT_RANDOM 00 11\n");
}

static void the_preferences_have_esp_decrypted_and_checked(void **state)
{
    struct bench bench;
    (void)state;
    begin(&bench, WIRESHARK_PREFERENCES);
    finish(&bench);
    assert_string_equal(bench.text, "esp.enable_encryption_decode: TRUE\n"
                                    "esp.enable_authentication_check: TRUE\n");
}

static void keys_of_ike_that_both_ends_tell_are_written_once(void **state)
{
    const struct secret first = {
        .kind = SECRET_IKE,
        .ike = {.cookie = {2, 0, 0, 0, 0, 0, 0, 1}, .key_length = 3, .key = {0xaa, 0xbb, 0xcc}}};
    const struct secret second = {.kind = SECRET_IKE,
                                  .ike = {.cookie = {1}, .key_length = 2, .key = {0xdd, 0xee}}};
    struct bench bench;
    (void)state;
    begin(&bench, WIRESHARK_IKE_KEYS);
    wireshark_profile_receive(bench.profile, &first);
    wireshark_profile_receive(bench.profile, &second);
    wireshark_profile_receive(bench.profile, &first);
    assert_int_equal(wireshark_profile_count(bench.profile).ike, 2);
    finish(&bench);
    assert_string_equal(bench.text, "0100000000000000,ddee\n0200000000000001,aabbcc\n");
}

static void an_spi_of_one_meaning_is_looked_for_everywhere(void **state)
{
    const struct secret inside = esp("192.168.0.2", "131.107.2.2", 0x1000, 1);
    const struct secret outside = esp("131.107.1.1", "131.107.2.2", 0x1000, 1);
    struct bench bench;
    (void)state;
    begin(&bench, WIRESHARK_ESP_KEYS);
    wireshark_profile_receive(bench.profile, &inside);
    wireshark_profile_receive(bench.profile, &outside);
    wireshark_profile_receive(bench.profile, &inside);
    assert_int_equal(wireshark_profile_count(bench.profile).esp, 2);
    finish(&bench);
    assert_string_equal(bench.text, "\"IPv4\",\"*\",\"*\",\"0x00001000\",\"DES-CBC [RFC2405]\","
                                    "\"0x0101010101010101\",\"HMAC-MD5-96 [RFC2403]\","
                                    "\"0x02020202020202020202020202020202\"\n");
}

static void an_spi_of_two_meanings_is_told_by_addresses(void **state)
{
    struct secret one = esp("10.0.0.1", "10.0.0.2", 0x1000, 1);
    const struct secret other = esp("2001:db8::1", "2001:db8::2", 0x1000, 1);
    struct bench bench;
    (void)state;
    one.esp.cipher = CIPHER_NULL;
    one.esp.cipher_key_length = 0;
    memset(one.esp.cipher_key, 0, sizeof one.esp.cipher_key);
    begin(&bench, WIRESHARK_ESP_KEYS);
    wireshark_profile_receive(bench.profile, &other);
    wireshark_profile_receive(bench.profile, &one);
    finish(&bench);
    assert_string_equal(
        bench.text, "\"IPv4\",\"10.0.0.1\",\"10.0.0.2\",\"0x00001000\",\"NULL\",\"\","
                    "\"HMAC-MD5-96 [RFC2403]\",\"0x02020202020202020202020202020202\"\n"
                    "\"IPv6\",\"2001:db8::1\",\"2001:db8::2\",\"0x00001000\",\"DES-CBC [RFC2405]\","
                    "\"0x0101010101010101\",\"HMAC-MD5-96 [RFC2403]\","
                    "\"0x02020202020202020202020202020202\"\n");
}

static void without_integrity_there_is_no_key_for_it(void **state)
{
    struct secret secret = esp("10.0.0.1", "10.0.0.2", 0xfffffffe, 1);
    struct bench bench;
    (void)state;
    secret.esp.integrity = false;
    secret.esp.integrity_key_length = 0;
    begin(&bench, WIRESHARK_ESP_KEYS);
    wireshark_profile_receive(bench.profile, &secret);
    finish(&bench);
    assert_string_equal(bench.text, "\"IPv4\",\"*\",\"*\",\"0xfffffffe\",\"DES-CBC [RFC2405]\","
                                    "\"0x0101010101010101\",\"NULL\",\"\"\n");
}

static void a_full_disk_is_reported_with_its_path(void **state)
{
    char error[256] = "";
    struct wireshark_profile *profile = wireshark_profile_create();
    (void)state;
    assert_int_equal(
        wireshark_profile_open(profile, WIRESHARK_TLS_KEYS, "/dev/full", error, sizeof error),
        STATUS_OK);
    wireshark_profile_receive(profile, &(struct secret){.tls = "CLIENT_RANDOM 00 11"});
    assert_int_equal(wireshark_profile_close(profile, error, sizeof error), STATUS_IO);
    assert_string_equal(error, "/dev/full: No space left on device");
}

static void a_missing_folder_is_reported(void **state)
{
    char error[256] = "";
    struct wireshark_profile *profile = wireshark_profile_create();
    (void)state;
    assert_int_equal(
        wireshark_profile_open(profile, WIRESHARK_ESP_KEYS, "/nowhere/esp_sa", error, sizeof error),
        STATUS_IO);
    assert_string_equal(error, "/nowhere/esp_sa: No such file or directory");
    assert_int_equal(wireshark_profile_close(profile, error, sizeof error), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_of_tls_are_written_as_they_come),
        cmocka_unit_test(the_preferences_have_esp_decrypted_and_checked),
        cmocka_unit_test(keys_of_ike_that_both_ends_tell_are_written_once),
        cmocka_unit_test(an_spi_of_one_meaning_is_looked_for_everywhere),
        cmocka_unit_test(an_spi_of_two_meanings_is_told_by_addresses),
        cmocka_unit_test(without_integrity_there_is_no_key_for_it),
        cmocka_unit_test(a_full_disk_is_reported_with_its_path),
        cmocka_unit_test(a_missing_folder_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
