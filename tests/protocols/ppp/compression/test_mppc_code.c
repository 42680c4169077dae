#include "ppp/compression/mppc_private.h"

#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

/** One sender's and one receiver's memory, and room for a whole history of code. */
struct fixture {
    struct mppc_dictionary dictionary;
    uint8_t history[MPPC_HISTORY_SIZE];
    uint8_t code[MPPC_HISTORY_SIZE];
};

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

/** Encodes @p plain into an empty history; returns the octets of code. */
static size_t encode(struct fixture *fixture, const void *plain, size_t length)
{
    memcpy(fixture->dictionary.history, plain, length);
    return mppc_encode(&fixture->dictionary, 0, 0, (uint32_t)length, fixture->code);
}

/** Decodes into the history behind @p position octets, of @p filled that are known. */
static const char *decode(struct fixture *fixture, uint32_t position, uint32_t filled,
                          const char *code, uint32_t *length)
{
    uint8_t octets[64];
    size_t code_length = unit_hex(code, octets, sizeof octets);
    return mppc_decode(fixture->history, position, filled, MPPC_HISTORY_SIZE, octets, code_length,
                       length);
}

/** @p plain and @p code stand for each other in an empty history. */
static void expect_code(struct fixture *fixture, const void *plain, size_t length, const char *code)
{
    uint32_t decoded = 0;
    size_t coded = encode(fixture, plain, length);
    unit_assert_hex(fixture->code, coded, code);
    assert_null(
        mppc_decode(fixture->history, 0, 0, MPPC_HISTORY_SIZE, fixture->code, coded, &decoded));
    assert_int_equal(decoded, length);
    assert_memory_equal(fixture->history, plain, length);
}

#define BELLS "for.whom.the.bell.tolls,.the.bell.tolls.for.thee!"

static void a_text_has_the_known_code(void **state)
{
    expect_code(*state, BELLS, strlen(BELLS),
                "666f722e77686f6d2e7468652e62656c6c2e746f6c6c732c f4372efa23d3329080");
}

static void another_choice_of_copies_decodes_to_the_same_text(void **state)
{
    struct fixture *fixture = *state;
    uint32_t length = 0;
    assert_null(decode(fixture, 0, 0,
                       "666f722e77686f6d2e7468652e62656c6c2e746f6c6c732cf4372e66fa1f199484",
                       &length));
    assert_int_equal(length, strlen(BELLS));
    assert_memory_equal(fixture->history, BELLS, strlen(BELLS));
}

static void literals_take_eight_or_nine_bits(void **state)
{
    struct fixture *fixture = *state;
    uint32_t length = 0;
    expect_code(fixture, "\x00\x7f\x01", 3, "007f01");
    /* 10 0000000, 10 1111111 and padding: longer than what it encodes, hence not sent. */
    assert_int_equal(encode(fixture, "\x80\xff", 2), 0);
    assert_null(decode(fixture, 0, 0, "805fc0", &length));
    unit_assert_hex(fixture->history, length, "80ff");
}

static void a_copy_may_repeat_what_it_writes(void **state)
{
    expect_code(*state, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", 10, "80783880");
}

static void every_class_of_lengths_has_its_code(void **state)
{
    static const struct {
        uint32_t length;
        const char *code;
    } cases[] = {
        {3, "61f040"},        {4, "61f060"},          {7, "61f06c"},          {8, "61f070"},
        {15, "61f077"},       {16, "61f07800"},       {31, "61f07bc0"},       {32, "61f07c00"},
        {63, "61f07df0"},     {64, "61f07e00"},       {127, "61f07efc"},      {128, "61f07f00"},
        {255, "61f07f7f"},    {256, "61f07f8000"},    {511, "61f07fbfc0"},    {512, "61f07fc000"},
        {1023, "61f07fdff0"}, {1024, "61f07fe000"},   {2047, "61f07feffc"},   {2048, "61f07ff000"},
        {4095, "61f07ff7ff"}, {4096, "61f07ff80000"}, {8191, "61f07ffbffc0"},
    };
    uint8_t plain[MPPC_HISTORY_SIZE];
    memset(plain, 'a', sizeof plain);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_code(*state, plain, 1 + cases[i].length, cases[i].code);
}

/** Octets below 80, of which no three in a row come twice; each is its own code. */
static void make_literals(uint8_t *octets, size_t length)
{
    for (size_t i = 0; i < length; i++)
        octets[i] = (uint8_t)(i % 3 == 0 ? i / 3 % 64 : i % 3 == 1 ? 64 + i / 192 : 127);
}

static void every_class_of_offsets_has_its_code(void **state)
{
    static const struct {
        uint32_t offset;
        const char *copy;
    } cases[] = {
        /* The offset, 0 for length three, padding. */
        {3, "f0c0"},   {63, "ffc0"},    {64, "e000"},    {65, "e010"},
        {319, "eff0"}, {320, "c00000"}, {321, "c00100"},
    };
    struct fixture *fixture = *state;
    static const size_t sizes[] = {2, 3};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t plain[MPPC_HISTORY_SIZE];
        uint32_t offset = cases[i].offset;
        make_literals(plain, offset);
        memcpy(plain + offset, plain, 3);
        size_t coded = encode(fixture, plain, offset + 3);
        size_t size = sizes[offset >= 320];
        assert_int_equal(coded, offset + size);
        assert_memory_equal(fixture->code, plain, offset);
        unit_assert_hex(fixture->code + offset, size, cases[i].copy);
        uint32_t length = 0;
        assert_null(
            mppc_decode(fixture->history, 0, 0, MPPC_HISTORY_SIZE, fixture->code, coded, &length));
        assert_int_equal(length, offset + 3);
        assert_memory_equal(fixture->history, plain, length);
    }
}

static void the_whole_history_is_within_reach(void **state)
{
    uint8_t plain[MPPC_HISTORY_SIZE - 1];
    memset(plain, 'x', sizeof plain);
    memcpy(plain, "abc", 3);
    memcpy(plain + sizeof plain - 3, "abc", 3);
    expect_code(*state, plain, sizeof plain, "61626378f07ffbfe37af00");
}

static void a_copy_comes_from_the_newest_occurrence(void **state)
{
    /* The last one finds itself four and eight octets back. */
    expect_code(*state, "abc0abc1abc", 11, "61626330f1063e20");
}

static void offsets_wrap_into_the_last_time_around(void **state)
{
    struct fixture *fixture = *state;
    uint32_t length = 0;
    for (uint32_t i = 0; i < MPPC_HISTORY_SIZE; i++)
        fixture->history[i] = (uint8_t)(i / 32);
    memcpy(fixture->history + 11, "old", 3);
    /* From position 10 back over the front to position 11: offset 8,191. */
    assert_null(decode(fixture, 10, 8000, "debf00", &length));
    assert_int_equal(length, 3);
    assert_memory_equal(fixture->history + 10, "old", 3);
}

static void what_lies_behind_the_packet_is_found_again(void **state)
{
    struct fixture *fixture = *state;
    struct mppc_dictionary *dictionary = &fixture->dictionary;
    uint32_t length = 0;
    /* A first packet of 100 octets, then one of four at the front that repeats its end. */
    make_literals(dictionary->history, 100);
    memcpy(dictionary->history + 90, "0123456789", 10);
    assert_int_equal(mppc_encode(dictionary, 0, 0, 100, fixture->code), 100);
    assert_null(mppc_decode(fixture->history, 0, 0, 100, fixture->code, 100, &length));
    memcpy(dictionary->history, "3456", 4);
    size_t coded = mppc_encode(dictionary, 0, 100, 4, fixture->code);
    /* Offset 8,192 - 93, length four. */
    unit_assert_hex(fixture->code, coded, "de6380");
    assert_null(mppc_decode(fixture->history, 0, 100, 100, fixture->code, coded, &length));
    assert_int_equal(length, 4);
    assert_memory_equal(fixture->history, "3456", 4);
}

static void what_the_packet_itself_overwrites_is_not_referred_to(void **state)
{
    struct fixture *fixture = *state;
    struct mppc_dictionary *dictionary = &fixture->dictionary;
    uint32_t length = 0;
    memcpy(dictionary->history, "..........0123456789", 20);
    size_t coded = mppc_encode(dictionary, 0, 0, 20, fixture->code);
    assert_null(mppc_decode(fixture->history, 0, 0, 100, fixture->code, coded, &length));
    /* The second packet lies over the first: its own octets stand where the slots point. */
    memcpy(dictionary->history, "0123456789..........", 20);
    coded = mppc_encode(dictionary, 0, 20, 20, fixture->code);
    unit_assert_hex(fixture->code, coded, "303132333435363738392ef071");
    assert_null(mppc_decode(fixture->history, 0, 20, 100, fixture->code, coded, &length));
    assert_int_equal(length, 20);
    assert_memory_equal(fixture->history, "0123456789..........", 20);
    /* A match that starts behind the packet ends where what is known ends. */
    memcpy(dictionary->history, "........", 8);
    memcpy(dictionary->history + 20, "........", 8);
    coded = mppc_encode(dictionary, 0, 20, 8, fixture->code);
    unit_assert_hex(fixture->code, coded, "deaf7832");
    assert_null(mppc_decode(fixture->history, 0, 20, 100, fixture->code, coded, &length));
    assert_int_equal(length, 8);
    assert_memory_equal(fixture->history, "........", 8);
}

static void malformed_codes_are_told_apart(void **state)
{
    static const struct {
        const char *code;
        uint32_t position;
        uint32_t filled;
        const char *reason;
    } cases[] = {
        {"80", 8, 8, "truncated-code"},          /* nine bits are one too many */
        {"f0", 8, 8, "truncated-code"},          /* 1111 and four of six bits */
        {"e0", 80, 80, "truncated-code"},        /* 1110 and four of eight bits */
        {"c0", 400, 400, "truncated-code"},      /* 110 and five of thirteen bits */
        {"c000", 400, 400, "truncated-code"},    /* no length */
        {"f07c", 8, 8, "truncated-code"},        /* 1111 of the length: four more bits wanted */
        {"f000", 8, 8, "invalid-offset"},        /* offset 0 */
        {"dec000", 400, 8192, "invalid-offset"}, /* 8,192 */
        {"dfff00", 400, 8192, "invalid-offset"}, /* 8,511 */
        {"f07ffc", 8, 8, "invalid-length"},      /* twelve ones */
        {"f040", 0, 0, "copy-from-nowhere"},     /* nothing is known */
        {"f100", 3, 3, "copy-from-nowhere"},     /* offset four, three octets known */
        {"debf00", 10, 13, "copy-from-nowhere"}, /* offset 8,191: 11 to 13 */
        {"6161", 8191, 8191, "too-long"},        {"f040", 8190, 8190, "too-long"},
        {"8001", 0, 0, "invalid-padding"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t length;
        const char *reason =
            decode(fixture, cases[i].position, cases[i].filled, cases[i].code, &length);
        assert_non_null(reason);
        assert_string_equal(reason, cases[i].reason);
    }
}

static void no_more_comes_out_than_is_allowed(void **state)
{
    struct fixture *fixture = *state;
    uint32_t length = 0;
    static const uint8_t code[] = {0x61, 0xf0, 0x6c}; /* eight times 61 */
    assert_null(mppc_decode(fixture->history, 0, 0, 8, code, sizeof code, &length));
    assert_int_equal(length, 8);
    assert_string_equal(mppc_decode(fixture->history, 0, 0, 7, code, sizeof code, &length),
                        "too-long");
    assert_null(mppc_decode(fixture->history, 0, 0, 1, code, 1, &length));
    assert_string_equal(mppc_decode(fixture->history, 0, 0, 0, code, 1, &length), "too-long");
}

static void a_code_as_long_as_the_octets_is_still_one(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(encode(fixture, "abc", 3), 3);
    /* Seven octets of eight bits and one of nine need nine octets. */
    assert_int_equal(encode(fixture, "abcdefg\xff", 8), 0);
    /* A copy of three makes up for it. */
    expect_code(fixture, "aaaa\xff", 5, "61f057f0");
    assert_int_equal(encode(fixture, "\xff", 1), 0);
    assert_int_equal(encode(fixture, "abcdefghijklm\xff\xfe\xfd\xfc", 17), 0);
    /* Nothing is written behind the room there is. */
    uint8_t high[200];
    for (size_t i = 0; i < sizeof high; i++)
        high[i] = (uint8_t)(0x80 + i / 2);
    memset(fixture->code, 0xa5, sizeof fixture->code);
    assert_int_equal(encode(fixture, high, sizeof high), 0);
    for (size_t i = sizeof high; i < 2 * sizeof high; i++)
        assert_int_equal(fixture->code[i], 0xa5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_text_has_the_known_code, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_choice_of_copies_decodes_to_the_same_text, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(literals_take_eight_or_nine_bits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_copy_may_repeat_what_it_writes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_class_of_lengths_has_its_code, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_class_of_offsets_has_its_code, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_whole_history_is_within_reach, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_copy_comes_from_the_newest_occurrence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(offsets_wrap_into_the_last_time_around, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_lies_behind_the_packet_is_found_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_the_packet_itself_overwrites_is_not_referred_to,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(malformed_codes_are_told_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_more_comes_out_than_is_allowed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_code_as_long_as_the_octets_is_still_one, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
