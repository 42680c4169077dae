#include "ike/ike_nat_traversal.h"

#include "ike/ike_proposal.h"
#include "support/crypto_fixture.h"
#include "support/unit.h"

#include <string.h>

static struct ip_address address(const char *text)
{
    struct ip_address parsed;
    assert_true(ip_address_parse(text, &parsed));
    return parsed;
}

static const uint8_t cookies[16] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
                                    0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18};

static void the_hash_is_over_cookies_address_and_port(void **state)
{
    const struct ip_address v4 = address("10.0.0.1");
    uint8_t digest[IKE_NAT_D_MAX];
    ike_nat_d(*state, HASH_SHA1, cookies, cookies + 8, &v4, 500, digest);
    unit_assert_hex(digest, 20, "a44b6462d5a1361bfbe845cb7ec1e337d558f0da");
}

/* A message from 10.0.0.2:500 to 131.107.2.2:500, as its sender sees both. */
static struct isakmp_message sent(struct crypto *crypto, unsigned type, uint8_t *octets,
                                  size_t size)
{
    const struct ip_address source = address("10.0.0.2");
    const struct ip_address destination = address("131.107.2.2");
    struct isakmp_header header = {.version = ISAKMP_VERSION, .exchange = 2};
    struct isakmp_builder builder;
    struct isakmp_message message;
    memcpy(header.initiator_cookie, cookies, 8);
    memcpy(header.responder_cookie, cookies + 8, 8);
    isakmp_build_start(&builder, &header, octets, size);
    uint8_t *first = isakmp_build_space(&builder, type, 20);
    uint8_t *second = isakmp_build_space(&builder, type, 20);
    ike_nat_d(crypto, HASH_SHA1, cookies, cookies + 8, &destination, 500, first);
    ike_nat_d(crypto, HASH_SHA1, cookies, cookies + 8, &source, 500, second);
    size_t length = isakmp_build_finish(&builder);
    assert_int_equal(isakmp_message_decode(octets, length, &message), ISAKMP_OK);
    return message;
}

static void translations_show_on_the_side_where_they_are(void **state)
{
    const struct ip_address client = address("10.0.0.2");
    const struct ip_address outside = address("131.107.1.1");
    const struct ip_address server = address("131.107.2.2");
    const struct ip_address inner = address("192.168.0.2");
    uint8_t octets[256];
    struct isakmp_message message = sent(*state, ISAKMP_PAYLOAD_NAT_D, octets, sizeof octets);
    struct ike_nat_found found = ike_nat_detect(*state, HASH_SHA1, &message, IKE_NAT_TRAVERSAL_RFC,
                                                &server, 500, &client, 500);
    assert_true(found.present);
    assert_false(found.self);
    assert_false(found.peer);
    found = ike_nat_detect(*state, HASH_SHA1, &message, IKE_NAT_TRAVERSAL_RFC, &server, 500,
                           &outside, 500);
    assert_false(found.self);
    assert_true(found.peer);
    found = ike_nat_detect(*state, HASH_SHA1, &message, IKE_NAT_TRAVERSAL_RFC, &server, 500,
                           &client, 501);
    assert_true(found.peer);
    found = ike_nat_detect(*state, HASH_SHA1, &message, IKE_NAT_TRAVERSAL_RFC, &inner, 500,
                           &outside, 500);
    assert_true(found.self);
    assert_true(found.peer);
    /* Under another hash nothing agrees. */
    found = ike_nat_detect(*state, HASH_MD5, &message, IKE_NAT_TRAVERSAL_RFC, &server, 500, &client,
                           500);
    assert_true(found.self);
    assert_true(found.peer);
}

static void the_numbers_are_those_of_the_revision(void **state)
{
    const struct ip_address server = address("131.107.2.2");
    const struct ip_address client = address("10.0.0.2");
    uint8_t octets[256];
    struct isakmp_message message = sent(*state, ISAKMP_PAYLOAD_NAT_D_DRAFT, octets, sizeof octets);
    assert_false(ike_nat_detect(*state, HASH_SHA1, &message, IKE_NAT_TRAVERSAL_RFC, &server, 500,
                                &client, 500)
                     .present);
    assert_true(ike_nat_detect(*state, HASH_SHA1, &message, IKE_NAT_TRAVERSAL_DRAFT_02, &server,
                               500, &client, 500)
                    .present);
    assert_int_equal(ike_nat_d_payload(IKE_NAT_TRAVERSAL_RFC), 20);
    assert_int_equal(ike_nat_oa_payload(IKE_NAT_TRAVERSAL_RFC), 21);
    assert_int_equal(ike_nat_d_payload(IKE_NAT_TRAVERSAL_DRAFT_03), 130);
    assert_int_equal(ike_nat_oa_payload(IKE_NAT_TRAVERSAL_DRAFT_02), 131);
    assert_int_equal(ike_nat_encapsulation(IKE_NAT_TRAVERSAL_RFC, true), 3);
    assert_int_equal(ike_nat_encapsulation(IKE_NAT_TRAVERSAL_RFC, false), 4);
    assert_int_equal(ike_nat_encapsulation(IKE_NAT_TRAVERSAL_DRAFT_02, true), 0xf003);
    assert_int_equal(ike_nat_encapsulation(IKE_NAT_TRAVERSAL_DRAFT_02, false), 0xf004);
}

static void the_best_revision_of_both_sides_is_taken(void **state)
{
    const uint32_t rfc = IKE_VENDOR_BIT(IKE_VENDOR_NAT_T_RFC);
    const uint32_t draft = IKE_VENDOR_BIT(IKE_VENDOR_NAT_T_02);
    const uint32_t plain = IKE_VENDOR_BIT(IKE_VENDOR_NAT_T_02_PLAIN);
    const uint32_t third = IKE_VENDOR_BIT(IKE_VENDOR_NAT_T_03);
    (void)state;
    assert_int_equal(ike_nat_traversal_select(rfc | draft, rfc | draft), IKE_NAT_TRAVERSAL_RFC);
    assert_int_equal(ike_nat_traversal_select(rfc | draft, draft), IKE_NAT_TRAVERSAL_DRAFT_02);
    assert_int_equal(ike_nat_traversal_select(draft, plain), IKE_NAT_TRAVERSAL_DRAFT_02);
    assert_int_equal(ike_nat_traversal_select(third | draft, third | draft),
                     IKE_NAT_TRAVERSAL_DRAFT_03);
    assert_int_equal(ike_nat_traversal_select(rfc, draft), IKE_NAT_TRAVERSAL_NONE);
    assert_int_equal(ike_nat_traversal_select(IKE_VENDOR_BIT(IKE_VENDOR_NAT_T_00),
                                              IKE_VENDOR_BIT(IKE_VENDOR_NAT_T_00)),
                     IKE_NAT_TRAVERSAL_NONE);
    assert_string_equal(ike_nat_traversal_name(IKE_NAT_TRAVERSAL_RFC), "rfc-3947");
    assert_string_equal(ike_nat_traversal_name(IKE_NAT_TRAVERSAL_NONE), "none");
}

static void original_addresses_come_back(void **state)
{
    const struct ip_address v4 = address("192.168.50.2");
    const struct ip_address v6 = address("2001:db8::2");
    const struct ip_address *const both[] = {&v4, &v6};
    static const char *const octets_of[] = {"01000000c0a83202",
                                            "0500000020010db8000000000000000000000002"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        uint8_t octets[32];
        struct wire_writer writer = wire_writer_make(octets, sizeof octets);
        struct ip_address decoded;
        ike_nat_oa_encode(both[i], &writer);
        unit_assert_hex(octets, wire_written(&writer), octets_of[i]);
        struct isakmp_payload payload = {.body = octets, .length = wire_written(&writer)};
        assert_int_equal(ike_nat_oa_decode(&payload, &decoded), ISAKMP_OK);
        assert_true(ip_address_equal(&decoded, both[i]));
        payload.length--;
        assert_int_equal(ike_nat_oa_decode(&payload, &decoded), ISAKMP_TRUNCATED_PAYLOAD);
        payload.length += 2;
        assert_int_equal(ike_nat_oa_decode(&payload, &decoded), ISAKMP_BAD_PAYLOAD_LENGTH);
        octets[0] = 2;
        assert_int_equal(ike_nat_oa_decode(&payload, &decoded), ISAKMP_BAD_IDENTITY);
    }
}

static void datagrams_on_the_port_are_told_apart(void **state)
{
    static const uint8_t message[] = {0, 0, 0, 0, 1};
    static const uint8_t esp[] = {0, 0, 1, 0, 0};
    static const uint8_t keepalive[] = {0xff};
    static const uint8_t other[] = {0xfe};
    (void)state;
    assert_int_equal(ike_udp_classify(message, 5), IKE_UDP_MESSAGE);
    assert_int_equal(ike_udp_classify(message, 4), IKE_UDP_RUNT);
    assert_int_equal(ike_udp_classify(esp, 5), IKE_UDP_ESP);
    assert_int_equal(ike_udp_classify(keepalive, 1), IKE_UDP_KEEPALIVE);
    assert_int_equal(ike_udp_classify(other, 1), IKE_UDP_RUNT);
    assert_int_equal(ike_udp_classify(other, 0), IKE_UDP_RUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hash_is_over_cookies_address_and_port),
        cmocka_unit_test(translations_show_on_the_side_where_they_are),
        cmocka_unit_test(the_numbers_are_those_of_the_revision),
        cmocka_unit_test(the_best_revision_of_both_sides_is_taken),
        cmocka_unit_test(original_addresses_come_back),
        cmocka_unit_test(datagrams_on_the_port_are_told_apart),
    };
    return cmocka_run_group_tests(tests, crypto_fixture_set_up, crypto_fixture_tear_down);
}
