#include "base/wire.h"
#include "support/unit.h"

#include <string.h>

static void numbers_are_read_big_endian(void **state)
{
    (void)state;
    const uint8_t octets[] = {0x01, 0x82, 0x03, 0xf4, 0x05, 0x06, 0x07, 'a', 'b', 'c'};
    struct wire_reader reader = wire_reader_make(octets, sizeof octets);
    assert_int_equal(wire_get_u8(&reader), 0x01);
    assert_int_equal(wire_get_u16(&reader), 0x8203);
    assert_true(wire_get_u32(&reader) == 0xf4050607);
    assert_int_equal(wire_remaining(&reader), 3);
    char text[4] = "xxx";
    wire_copy(&reader, text, 2);
    assert_memory_equal(text, "abx", 3);
    wire_skip(&reader, 1);
    assert_int_equal(wire_remaining(&reader), 0);
    assert_false(reader.failed);
    assert_int_equal(wire_load_u16(octets), 0x0182);
    assert_int_equal(wire_load_u32(octets), 0x018203f4);
}

static void a_read_past_the_end_fails_for_good(void **state)
{
    (void)state;
    const uint8_t octets[] = {1, 2, 3};
    struct wire_reader reader = wire_reader_make(octets, sizeof octets);
    assert_int_equal(wire_get_u32(&reader), 0);
    assert_true(reader.failed);
    /* What would fit is refused too. */
    assert_int_equal(wire_get_u8(&reader), 0);
    assert_int_equal(wire_get_u16(&reader), 0);
    assert_int_equal(wire_remaining(&reader), 0);
    assert_null(wire_get_octets(&reader, 0));
    char text[4] = "xxx";
    wire_copy(&reader, text, 3);
    assert_memory_equal(text, "\0\0\0", 3);
    assert_ptr_equal(reader.position, octets);
}

static void an_empty_reader_holds_nothing(void **state)
{
    (void)state;
    struct wire_reader reader = wire_reader_make(NULL, 0);
    assert_int_equal(wire_remaining(&reader), 0);
    wire_copy(&reader, NULL, 0);
    assert_false(reader.failed);
    assert_int_equal(wire_get_u8(&reader), 0);
    assert_true(reader.failed);
}

static void a_sub_reader_is_bounded_by_its_length(void **state)
{
    (void)state;
    const uint8_t octets[] = {1, 2, 3, 4, 5};
    struct wire_reader reader = wire_reader_make(octets, sizeof octets);
    struct wire_reader sub = wire_sub_reader(&reader, 2);
    assert_int_equal(wire_get_u8(&sub), 1);
    assert_int_equal(wire_get_u16(&sub), 0);
    assert_true(sub.failed);
    assert_false(reader.failed);
    assert_int_equal(wire_get_u8(&reader), 3);
    sub = wire_sub_reader(&reader, 3);
    assert_true(sub.failed);
    assert_true(reader.failed);
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    uint8_t octets[20];
    memset(octets, 0xee, sizeof octets);
    struct wire_writer writer = wire_writer_make(octets, 16);
    wire_put_u16(&writer, 0);
    wire_put_u8(&writer, 0xab);
    wire_put_u32(&writer, 0x01020304);
    wire_put_octets(&writer, "xy", 2);
    wire_put_zeros(&writer, 1);
    wire_put_padded_text(&writer, "abc", 4);
    wire_patch_u16(&writer, 0, 0xcafe);
    assert_int_equal(wire_written(&writer), 14);
    assert_int_equal(wire_room(&writer), 2);
    assert_false(writer.failed);
    unit_assert_hex(octets, 16, "cafe ab 01020304 7879 00 61626300 eeee");
}

static void a_text_longer_than_its_field_is_cut(void **state)
{
    (void)state;
    uint8_t octets[4];
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    wire_put_padded_text(&writer, "abcdefgh", 4);
    assert_false(writer.failed);
    assert_memory_equal(octets, "abcd", 4);
}

static void a_write_past_the_end_stores_nothing_and_fails_for_good(void **state)
{
    (void)state;
    uint8_t octets[4] = {9, 9, 9, 9};
    struct wire_writer writer = wire_writer_make(octets, 3);
    wire_put_u32(&writer, 1);
    assert_true(writer.failed);
    wire_put_u8(&writer, 1);
    assert_null(wire_put_space(&writer, 0));
    assert_int_equal(wire_written(&writer), 0);
    assert_int_equal(wire_room(&writer), 0);
    unit_assert_hex(octets, 4, "09090909");
}

static void a_patch_beyond_what_is_written_fails(void **state)
{
    (void)state;
    uint8_t octets[4] = {0};
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    wire_put_u16(&writer, 7);
    wire_patch_u16(&writer, 1, 0xffff);
    assert_true(writer.failed);
    unit_assert_hex(octets, 4, "00070000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_big_endian),
        cmocka_unit_test(a_read_past_the_end_fails_for_good),
        cmocka_unit_test(an_empty_reader_holds_nothing),
        cmocka_unit_test(a_sub_reader_is_bounded_by_its_length),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(a_text_longer_than_its_field_is_cut),
        cmocka_unit_test(a_write_past_the_end_stores_nothing_and_fails_for_good),
        cmocka_unit_test(a_patch_beyond_what_is_written_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
