/* Attribute Value Pairs, their rules, hiding and tunnel authentication: RFC 2661 sections 4 and 5.
 */
#include "l2tp/l2tp_avp.h"
#include "support/crypto_fixture.h"
#include "support/unit.h"

#include <string.h>

static void an_avp_is_read_and_written(void **state)
{
    (void)state;
    uint8_t octets[32];
    size_t length = unit_hex("c409 0137 1234 aabbcc 8006 0000 0027", octets, sizeof octets);
    struct wire_reader reader = wire_reader_make(octets, length);
    struct l2tp_avp avp;
    assert_true(l2tp_avp_read(&reader, &avp));
    assert_true(avp.mandatory);
    assert_true(avp.hidden);
    assert_int_equal(avp.reserved, 1);
    assert_int_equal(avp.vendor_id, 311);
    assert_int_equal(avp.attribute, 0x1234);
    unit_assert_hex(avp.value, avp.length, "aabbcc");
    uint8_t again[32];
    struct wire_writer writer = wire_writer_make(again, sizeof again);
    l2tp_avp_write(&writer, &avp);
    assert_true(l2tp_avp_read(&reader, &avp));
    assert_int_equal(avp.length, 0);
    assert_int_equal(avp.attribute, L2TP_SEQUENCING_REQUIRED);
    l2tp_avp_write(&writer, &avp);
    unit_assert_hex(again, wire_written(&writer), "c409 0137 1234 aabbcc 8006 0000 0027");
    assert_false(l2tp_avp_read(&reader, &avp));
    assert_false(reader.failed);
}

static void a_length_that_cannot_be_fails(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "8005 0000 0000",    /* shorter than its header */
        "8000 0000 0000",    /* which would never end */
        "8008 0000 0000 00", /* longer than what is left */
        "80",
        "8006 0000 00",        /* not even a header */
        "83ff 0000 0000 0000", /* far longer */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t octets[32];
        struct wire_reader reader =
            wire_reader_make(octets, unit_hex(cases[i], octets, sizeof octets));
        struct l2tp_avp avp;
        assert_false(l2tp_avp_read(&reader, &avp));
        assert_true(reader.failed);
    }
    uint8_t value[L2TP_AVP_VALUE_MAXIMUM + 1] = {0};
    uint8_t octets[2048];
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    struct l2tp_avp avp = {.value = value, .length = L2TP_AVP_VALUE_MAXIMUM};
    l2tp_avp_write(&writer, &avp);
    assert_int_equal(wire_written(&writer), 1023);
    unit_assert_hex(octets, 2, "03ff");
    avp.length++;
    l2tp_avp_write(&writer, &avp);
    assert_true(writer.failed);
}

/* RFC 2661 section 4.4, read line by line: M bit, hiding, Length (0: no fixed one), least Length.
 */
static const struct {
    unsigned attribute;
    bool mandatory;
    bool may_hide;
    unsigned length;
    unsigned least;
} rfc[] = {
    {0, true, false, 8, 8},    {1, true, false, 0, 8},    {2, true, false, 8, 8},
    {3, true, true, 10, 10},   {4, true, true, 10, 10},   {5, false, false, 14, 14},
    {6, false, true, 8, 8},    {7, true, false, 0, 7},    {8, false, true, 0, 6},
    {9, true, true, 8, 8},     {10, true, false, 8, 8},   {11, true, true, 0, 7},
    {12, true, false, 0, 9},   {13, true, true, 22, 22},  {14, true, true, 8, 8},
    {15, true, true, 10, 10},  {16, true, true, 10, 10},  {17, true, true, 10, 10},
    {18, true, true, 10, 10},  {19, true, true, 10, 10},  {21, true, true, 0, 6},
    {22, true, true, 0, 6},    {23, true, true, 0, 6},    {24, true, true, 10, 10},
    {25, false, true, 10, 10}, {26, false, true, 0, 6},   {27, false, true, 0, 6},
    {28, false, true, 0, 6},   {29, false, true, 8, 8},   {30, false, true, 0, 6},
    {31, false, true, 0, 7},   {32, false, true, 8, 8},   {33, false, true, 0, 6},
    {34, true, true, 32, 32},  {35, true, true, 16, 16},  {36, true, false, 0, 6},
    {37, false, true, 0, 6},   {38, false, true, 10, 10}, {39, true, false, 6, 6},
};

static void the_rules_are_those_of_the_rfc(void **state)
{
    (void)state;
    size_t count = sizeof rfc / sizeof rfc[0];
    for (size_t i = 0; i < count; i++) {
        const struct l2tp_attribute_rule *rule = l2tp_attribute_rule(rfc[i].attribute);
        assert_non_null(rule);
        assert_int_equal(rule->mandatory, rfc[i].mandatory);
        assert_int_equal(rule->may_hide, rfc[i].may_hide);
        assert_int_equal(rule->minimum + 6, rfc[i].least);
        assert_int_equal(rule->maximum + 6, rfc[i].length ? rfc[i].length : 1023);
    }
    assert_int_equal(count, 39); /* 0 to 39, but for 20 */
    assert_null(l2tp_attribute_rule(20));
    assert_null(l2tp_attribute_rule(40));
}

static struct l2tp_secret secret_of(struct crypto *crypto, const char *text)
{
    return (struct l2tp_secret){.crypto = crypto, .octets = text, .length = strlen(text)};
}

static void a_value_is_hidden_and_revealed(void **state)
{
    struct l2tp_secret secret = secret_of(*state, "secret");
    uint8_t vector[16];
    unit_hex("000102030405060708090a0b0c0d0e0f", vector, sizeof vector);
    uint8_t value[4] = {0, 0, 0x12, 0x34};
    uint8_t hidden[16] = {0};
    assert_true(l2tp_avp_hide(&secret, 15, vector, 16, value, 4, 10, hidden, 16));
    unit_assert_hex(hidden, 16, "1f8899e56b7f896a743ed3cb514c3ab1");
    uint8_t revealed[16];
    size_t length;
    assert_true(l2tp_avp_reveal(&secret, 15, vector, 16, hidden, 16, revealed, &length));
    unit_assert_hex(revealed + 2, length, "00001234");
    assert_false(l2tp_avp_hide(&secret, 15, vector, 16, value, 4, 11, hidden, 16));
}

static void values_of_any_length_come_back(void **state)
{
    struct l2tp_secret secret = secret_of(*state, "a longer secret than one block of MD5 is");
    uint8_t value[200];
    for (size_t i = 0; i < sizeof value; i++)
        value[i] = (uint8_t)(i * 7);
    for (size_t length = 0; length <= sizeof value; length++) {
        uint8_t hidden[220] = {0};
        uint8_t revealed[220];
        size_t found;
        assert_true(l2tp_avp_hide(&secret, 30, "vector", 6, value, length, length % 5, hidden,
                                  sizeof hidden));
        assert_true(l2tp_avp_reveal(&secret, 30, "vector", 6, hidden, 2 + length + length % 5,
                                    revealed, &found));
        assert_int_equal(found, length);
        assert_memory_equal(revealed + 2, value, length);
    }
}

static void a_wrong_secret_reveals_a_length_that_cannot_be(void **state)
{
    struct l2tp_secret secret = secret_of(*state, "secret");
    struct l2tp_secret wrong = secret_of(*state, "Secret");
    uint8_t hidden[8] = {0};
    uint8_t revealed[8];
    size_t length;
    assert_true(l2tp_avp_hide(&secret, 14, "v", 1, "\x12\x34", 2, 4, hidden, sizeof hidden));
    assert_false(l2tp_avp_reveal(&wrong, 14, "v", 1, hidden, 8, revealed, &length));
    assert_false(l2tp_avp_reveal(&secret, 15, "v", 1, hidden, 8, revealed, &length));
    assert_false(l2tp_avp_reveal(&secret, 14, "w", 1, hidden, 8, revealed, &length));
    assert_false(l2tp_avp_reveal(&secret, 14, "v", 1, hidden, 1, revealed, &length));
}

/* Recorded from xl2tpd 1.3.18: attribute 14 hidden in ICRP, secret "labtunnel". */
static void what_xl2tpd_hid_is_revealed(void **state)
{
    struct l2tp_secret secret = secret_of(*state, "labtunnel");
    uint8_t vector[16];
    uint8_t hidden[16];
    uint8_t revealed[16];
    size_t length;
    unit_hex("02d9e09995a51cfabe1b913ed2a3fd35", vector, sizeof vector);
    unit_hex("92cd76b5d202188f6dbda44289e0826a", hidden, sizeof hidden);
    assert_true(l2tp_avp_reveal(&secret, 14, vector, 16, hidden, 16, revealed, &length));
    unit_assert_hex(revealed + 2, length, "8f62"); /* which ICCN has in its header */
}

/* The first computed, the others recorded from xl2tpd 1.3.18. */
static void challenges_are_answered(void **state)
{
    static const struct {
        const char *secret;
        uint8_t type;
        const char *challenge;
        const char *response;
    } cases[] = {
        {"secret", 2, "000102030405060708090a0b0c0d0e0f", "dd4186e2196f00124a9d588f02701259"},
        {"labtunnel", 2, "4889750ea78f2588b877d16959270b5e", "a5561936a0b78c69e93a6432c392118a"},
        {"labtunnel", 3, "04439a766922ecb084a1d68570921883", "feaf28431412cd0df91dda6466b80355"},
    };
    for (size_t i = 0; i < 3; i++) {
        struct l2tp_secret secret = secret_of(*state, cases[i].secret);
        uint8_t challenge[16];
        uint8_t response[16];
        unit_hex(cases[i].challenge, challenge, sizeof challenge);
        l2tp_challenge_response(&secret, cases[i].type, challenge, 16, response);
        unit_assert_hex(response, 16, cases[i].response);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_avp_is_read_and_written),
        cmocka_unit_test(a_length_that_cannot_be_fails),
        cmocka_unit_test(the_rules_are_those_of_the_rfc),
        cmocka_unit_test(a_value_is_hidden_and_revealed),
        cmocka_unit_test(values_of_any_length_come_back),
        cmocka_unit_test(a_wrong_secret_reveals_a_length_that_cannot_be),
        cmocka_unit_test(what_xl2tpd_hid_is_revealed),
        cmocka_unit_test(challenges_are_answered),
    };
    return cmocka_run_group_tests(tests, crypto_fixture_set_up, crypto_fixture_tear_down);
}
