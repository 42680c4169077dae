#include "crypto/oem.h"
#include "support/unit.h"

#include <string.h>

static bool convert(enum oem_code_page code_page, const char *text, uint8_t *octets, size_t size,
                    size_t *written)
{
    return oem_upper_from_utf8(code_page, text, strlen(text), octets, size, written);
}

static void letters_become_upper_case_in_both_code_pages(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *us;
        const char *western;
    } rows[] = {
        {"clientPass", "434c49454e5450415353", "434c49454e5450415353"},
        {"a~z{0", "417e5a7b30", "417e5a7b30"},
        {"äöü", "8e999a", "8e999a"},
        {"é£", "909c", "909c"},
        /* No upper case in code page 437: the letter stays. */
        {"à", "85", "b7"},
        {"ÿß÷", "98e1f6", "98e1f6"},
        /* The section sign: a control character's picture, or a character of its own. */
        {"§", "15", "f5"},
        {"¶", "14", "f4"},
        {"", "", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t octets[16];
        size_t written = 99;
        assert_true(convert(OEM_CODE_PAGE_437, rows[i].text, octets, sizeof octets, &written));
        unit_assert_hex(octets, written, rows[i].us);
        assert_true(convert(OEM_CODE_PAGE_850, rows[i].text, octets, sizeof octets, &written));
        unit_assert_hex(octets, written, rows[i].western);
    }
}

static void what_the_code_page_lacks_is_refused(void **state)
{
    (void)state;
    uint8_t octets[4];
    size_t written = 99;
    assert_false(convert(OEM_CODE_PAGE_437, "Ø", octets, sizeof octets, &written));
    assert_int_equal(written, 0);
    assert_true(convert(OEM_CODE_PAGE_850, "ø", octets, sizeof octets, &written));
    unit_assert_hex(octets, written, "9d");
    assert_false(convert(OEM_CODE_PAGE_850, "α", octets, sizeof octets, &written));
    assert_false(convert(OEM_CODE_PAGE_850, "\xff", octets, sizeof octets, &written));
    assert_false(convert(OEM_CODE_PAGE_850, "abcde", octets, sizeof octets, &written));
    assert_int_equal(written, 0);
    assert_true(convert(OEM_CODE_PAGE_850, "abcd", octets, sizeof octets, &written));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_become_upper_case_in_both_code_pages),
        cmocka_unit_test(what_the_code_page_lacks_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
