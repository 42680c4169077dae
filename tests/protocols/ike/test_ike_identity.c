#include "ike/ike_identity.h"

#include "support/unit.h"

#include <string.h>

static struct ip_address address(const char *text)
{
    struct ip_address parsed;
    assert_true(ip_address_parse(text, &parsed));
    return parsed;
}

/* Encoding gives the octets, and decoding them the same identity and text. */
static void check(const struct ike_identity *identity, const char *octets, const char *expected)
{
    uint8_t written[300];
    struct wire_writer writer = wire_writer_make(written, sizeof written);
    struct ike_identity decoded;
    char text[IKE_IDENTITY_TEXT_SIZE];
    ike_identity_encode(identity, &writer);
    unit_assert_hex(written, wire_written(&writer), octets);
    assert_int_equal(ike_identity_decode(written, wire_written(&writer), &decoded), ISAKMP_OK);
    assert_true(ike_identity_equal(identity, &decoded));
    assert_string_equal(ike_identity_format(&decoded, text), expected);
}

static void addresses_subnets_and_ranges_come_back(void **state)
{
    const struct ip_address v4 = address("10.0.3.1");
    const struct ip_address v4_last = address("10.0.3.9");
    const struct ip_address v6 = address("2001:db8::1");
    const struct ip_address v6_last = address("2001:db8::9");
    struct ike_identity identity = ike_identity_address(&v4, 17, 1701);
    (void)state;
    check(&identity, "011106a5 0a000301", "10.0.3.1[17/1701]");
    identity = ike_identity_address(&v6, 0, 0);
    check(&identity, "05000000 20010db8000000000000000000000001", "2001:db8::1");
    identity = ike_identity_subnet(&v4, 23, 0, 0);
    check(&identity, "04000000 0a000200 fffffe00", "10.0.2.0/23");
    identity = ike_identity_subnet(&v6, 64, 58, 0);
    check(&identity, "063a0000 20010db8000000000000000000000000 ffffffffffffffff0000000000000000",
          "2001:db8::/64[58/0]");
    identity = ike_identity_range(&v4, &v4_last, 0, 0);
    check(&identity, "07000000 0a000301 0a000309", "10.0.3.1-10.0.3.9");
    identity = ike_identity_range(&v6, &v6_last, 0, 0);
    check(&identity, "08000000 20010db8000000000000000000000001 20010db8000000000000000000000009",
          "2001:db8::1-2001:db8::9");
}

static void names_come_back(void **state)
{
    uint8_t der[] = {0x30, 0x11, 0x31, 0x0f, 0x30, 0x0d, 0x06, 0x03, 0x55, 0x04,
                     0x03, 0x0c, 0x06, 'c',  'l',  'i',  'e',  'n',  't'};
    struct ike_identity identity = ike_identity_name(IKE_ID_FQDN, "pc.example", 10, 17, 1701);
    (void)state;
    check(&identity, "021106a5 70632e6578616d706c65", "pc.example[17/1701]");
    identity = ike_identity_name(IKE_ID_USER_FQDN, "me@pc", 5, 0, 0);
    check(&identity, "03000000 6d65407063", "me@pc");
    identity = ike_identity_name(IKE_ID_KEY_ID, "\x01z", 2, 0, 0);
    check(&identity, "0b000000 017a", "?z");
    identity = ike_identity_name(IKE_ID_DER_ASN1_DN, der, sizeof der, 0, 0);
    check(&identity, "09000000 3011310f300d06035504030c06636c69656e74", "CN=client");
    der[1] = 0x12; /* no Name any more */
    identity = ike_identity_name(IKE_ID_DER_ASN1_DN, der, sizeof der, 0, 0);
    check(&identity, "09000000 3012310f300d06035504030c06636c69656e74", "0?1?0???U????client");
}

static void what_is_no_identity_is_refused(void **state)
{
    static const struct {
        const char *octets;
        enum isakmp_error error;
    } rows[] = {
        {"010000", ISAKMP_TRUNCATED_PAYLOAD},
        {"00000000 0a000001", ISAKMP_BAD_IDENTITY},
        {"0c000000 0a000001", ISAKMP_BAD_IDENTITY},
        {"01000000 0a0000", ISAKMP_BAD_IDENTITY},
        {"01000000 0a00000102", ISAKMP_BAD_IDENTITY},
        {"04000000 0a000001", ISAKMP_BAD_IDENTITY},
        {"04000000 0a000001 ffffff0000", ISAKMP_BAD_IDENTITY},
        {"05000000 0a000001", ISAKMP_BAD_IDENTITY},
        {"02000000", ISAKMP_BAD_IDENTITY},
        {"02000000 61", ISAKMP_OK},
    };
    struct ike_identity identity;
    uint8_t octets[300] = {0};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t length = unit_hex(rows[i].octets, octets, sizeof octets);
        if (ike_identity_decode(octets, length, &identity) != rows[i].error)
            fail_msg("row %zu", i);
    }
    octets[0] = IKE_ID_KEY_ID;
    assert_int_equal(ike_identity_decode(octets, 4 + 256, &identity), ISAKMP_OK);
    assert_int_equal(ike_identity_decode(octets, 4 + 257, &identity), ISAKMP_BAD_IDENTITY);
}

static void selectors_mean_addresses(void **state)
{
    const struct ip_address inside = address("10.0.3.7");
    struct ike_identity identity = ike_identity_subnet(&inside, 24, 0, 0);
    struct ip_address first;
    struct ip_address last;
    char text[IP_TEXT_SIZE];
    (void)state;
    assert_true(ike_identity_addresses(&identity, &first, &last));
    assert_string_equal(ip_address_format(&first, text), "10.0.3.0");
    assert_string_equal(ip_address_format(&last, text), "10.0.3.255");
    identity.second.octets[1] = 0; /* 255.0.255.0 is no prefix */
    assert_false(ike_identity_addresses(&identity, &first, &last));
    identity = ike_identity_range(&last, &inside, 0, 0);
    assert_false(ike_identity_addresses(&identity, &first, &last));
    identity = ike_identity_name(IKE_ID_FQDN, "pc", 2, 0, 0);
    assert_false(ike_identity_addresses(&identity, &first, &last));
}

static void a_selector_contains_what_is_narrower(void **state)
{
    const struct ip_address inside = address("10.0.3.7");
    const struct ip_address outside = address("10.0.4.7");
    const struct ip_address v6 = address("::");
    const struct ike_identity net = ike_identity_subnet(&inside, 24, 17, 0);
    const struct ike_identity anything = ike_identity_subnet(&inside, 0, 0, 0);
    struct ike_identity one = ike_identity_address(&inside, 17, 1701);
    (void)state;
    assert_true(ike_identity_contains(&net, &one));
    assert_false(ike_identity_contains(&one, &net));
    one.protocol = 6;
    assert_false(ike_identity_contains(&net, &one));
    assert_true(ike_identity_contains(&anything, &one));
    one = ike_identity_address(&outside, 17, 1701);
    assert_false(ike_identity_contains(&net, &one));
    one = ike_identity_address(&v6, 17, 1701);
    assert_false(ike_identity_contains(&anything, &one));
}

static void behind_a_nat_an_end_may_come_back_by_another_address(void **state)
{
    (void)state;
    struct ip_address own = ip_address_from_ipv4(0x0a000002);
    struct ip_address seen = ip_address_from_ipv4(0x836b0102);
    struct ike_identity sent = ike_identity_address(&own, 17, 1701);
    struct ike_identity name = ike_identity_name(IKE_ID_FQDN, "pc", 2, 17, 1701);
    struct ike_identity answer = ike_identity_address(&seen, 17, 1701);
    assert_true(ike_identity_comes_back(&sent, &sent, false));
    assert_false(ike_identity_comes_back(&sent, &answer, false));
    assert_true(ike_identity_comes_back(&sent, &answer, true));
    assert_true(ike_identity_comes_back(&name, &answer, true));
    assert_false(ike_identity_comes_back(&answer, &name, true));
    answer.port = 0;
    assert_true(ike_identity_comes_back(&sent, &answer, true));
    answer.port = 1702;
    assert_false(ike_identity_comes_back(&sent, &answer, true));
    answer = ike_identity_address(&seen, 6, 1701);
    assert_false(ike_identity_comes_back(&sent, &answer, true));
    answer = ike_identity_subnet(&seen, 24, 17, 1701);
    assert_false(ike_identity_comes_back(&sent, &answer, true));
}

static void names_of_dns_are_equal_without_regard_to_case(void **state)
{
    const struct ike_identity lower = ike_identity_name(IKE_ID_FQDN, "pc.example", 10, 0, 0);
    const struct ike_identity upper = ike_identity_name(IKE_ID_FQDN, "PC.Example", 10, 0, 0);
    const struct ike_identity key = ike_identity_name(IKE_ID_KEY_ID, "pc.example", 10, 0, 0);
    const struct ike_identity other_key = ike_identity_name(IKE_ID_KEY_ID, "PC.example", 10, 0, 0);
    (void)state;
    assert_true(ike_identity_equal(&lower, &upper));
    assert_false(ike_identity_equal(&lower, &key));
    assert_false(ike_identity_equal(&key, &other_key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_subnets_and_ranges_come_back),
        cmocka_unit_test(names_come_back),
        cmocka_unit_test(what_is_no_identity_is_refused),
        cmocka_unit_test(selectors_mean_addresses),
        cmocka_unit_test(a_selector_contains_what_is_narrower),
        cmocka_unit_test(names_of_dns_are_equal_without_regard_to_case),
        cmocka_unit_test(behind_a_nat_an_end_may_come_back_by_another_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
