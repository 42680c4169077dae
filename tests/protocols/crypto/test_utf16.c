#include "crypto/utf16.h"
#include "support/unit.h"

#include <string.h>

static bool convert(const char *text, uint8_t *octets, size_t size, size_t *written)
{
    return utf16le_from_utf8(text, strlen(text), octets, size, written);
}

static void ascii_and_beyond_becomes_little_endian_units(void **state)
{
    (void)state;
    uint8_t octets[64];
    size_t written = 99;
    assert_true(convert("MyPw", octets, sizeof octets, &written));
    unit_assert_hex(octets, written, "4d00 7900 5000 7700");
    /* One character of each UTF-8 length, at both ends of its range. */
    assert_true(convert("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf",
                        octets, sizeof octets, &written));
    unit_assert_hex(octets, written, "7f00 8000 ff07 0008 ffd7 00e0 ffff");
    assert_true(convert("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", octets, sizeof octets, &written));
    unit_assert_hex(octets, written, "00d8 00dc ffdb ffdf");
    assert_true(convert("", octets, sizeof octets, &written));
    assert_int_equal(written, 0);
    assert_true(utf16le_from_utf8("a\0b", 3, octets, sizeof octets, &written));
    unit_assert_hex(octets, written, "6100 0000 6200");
}

static void what_is_not_strict_utf8_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x80",             /* a continuation alone */
        "a\xc3",            /* cut off */
        "\xe2\x82",         /* cut off */
        "\xf0\x9f\x98",     /* cut off */
        "\xc3(",            /* no continuation */
        "\xe2\x82(",        /* no continuation */
        "\xc0\x80",         /* overlong */
        "\xc1\xbf",         /* overlong */
        "\xe0\x9f\xbf",     /* overlong */
        "\xf0\x8f\xbf\xbf", /* overlong */
        "\xed\xa0\x80",     /* surrogate */
        "\xed\xbf\xbf",     /* surrogate */
        "\xf4\x90\x80\x80", /* above 10FFFF */
        "\xf5\x80\x80\x80", /* above 10FFFF */
        "\xff",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint8_t octets[16];
        size_t written = 99;
        if (convert(bad[i], octets, sizeof octets, &written))
            fail_msg("number %zu was accepted", i);
        assert_int_equal(written, 0);
    }
}

static void nothing_is_written_past_the_room(void **state)
{
    (void)state;
    uint8_t octets[6];
    size_t written = 99;
    memset(octets, 0xee, sizeof octets);
    assert_false(utf16le_from_utf8("abc", 3, octets, 5, &written));
    assert_int_equal(octets[4], 0xee);
    assert_int_equal(written, 0);
    assert_true(utf16le_from_utf8("abc", 3, octets, 6, &written));
    assert_int_equal(written, 6);
    memset(octets, 0xee, sizeof octets);
    assert_false(utf16le_from_utf8("\xf0\x90\x80\x80", 4, octets, 3, &written));
    assert_int_equal(octets[0], 0xee);
    assert_true(utf16le_from_utf8("\xf0\x90\x80\x80", 4, octets, 4, &written));
    assert_int_equal(octets[4], 0xee);
}

static void utf16_goes_back_to_the_utf8_it_came_from(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "MyPw",
                                        "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xef\xbf\xbf",
                                        "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint8_t octets[64];
        char text[64] = "x";
        size_t written;
        assert_true(convert(texts[i], octets, sizeof octets, &written));
        assert_true(utf8_from_utf16le(octets, written, text, sizeof text));
        assert_string_equal(text, texts[i]);
        /* The terminator needs room too. */
        assert_true(utf8_from_utf16le(octets, written, text, strlen(texts[i]) + 1));
        if (written > 0)
            assert_false(utf8_from_utf16le(octets, written, text, strlen(texts[i])));
    }
    static const char *const bad[] = {"41", "4100 0000", "00d8", "00d8 4100", "00dc", "00d8 00d8"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint8_t octets[8];
        char text[64] = "x";
        size_t length = unit_hex(bad[i], octets, sizeof octets);
        if (utf8_from_utf16le(octets, length, text, sizeof text))
            fail_msg("accepted: %s", bad[i]);
        assert_string_equal(text, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf16_goes_back_to_the_utf8_it_came_from),
        cmocka_unit_test(ascii_and_beyond_becomes_little_endian_units),
        cmocka_unit_test(what_is_not_strict_utf8_is_refused),
        cmocka_unit_test(nothing_is_written_past_the_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
