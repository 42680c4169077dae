#include "base/checksum.h"
#include "base/checksum_vector.h"
#include "base/entropy.h"
#include "support/unit.h"

#include <string.h>

static void the_example_of_rfc_1071_has_its_sum(void **state)
{
    (void)state;
    /* RFC 1071 section 3: the sum is ddf2. */
    const uint8_t octets[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    assert_int_equal(checksum(octets, sizeof octets), 0xffff ^ 0xddf2);
}

static void an_ipv4_header_with_its_checksum_sums_to_zero(void **state)
{
    (void)state;
    uint8_t header[20];
    unit_hex("45000073 00004000 40110000 c0a80001 c0a800c7", header, sizeof header);
    assert_int_equal(checksum(header, 20), 0xb861);
    header[10] = 0xb8;
    header[11] = 0x61;
    assert_int_equal(checksum(header, 20), 0);
}

/* Word by word as RFC 1071 section 1 puts it. */
static uint16_t slowly(const uint8_t *octets, size_t length)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < length; i++) {
        sum += i % 2 ? octets[i] : (uint32_t)octets[i] << 8;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

static void every_length_and_alignment_agrees_with_the_definition(void **state)
{
    (void)state;
    uint8_t octets[2100];
    struct entropy entropy = entropy_make(1, "checksum");
    entropy_fill(&entropy, octets, sizeof octets);
    for (size_t length = 0; length < 2050; length += length < 200 ? 1 : 61)
        for (size_t offset = 0; offset < 40; offset += 3)
            assert_int_equal(checksum(octets + offset, length), slowly(octets + offset, length));
    /* All ones, where every carry there can be occurs. */
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = 0xff;
    for (size_t length = 0; length < 2100; length++)
        assert_int_equal(checksum(octets, length), slowly(octets, length));
}

/* What the loop @p sum makes of its whole steps, as checksum() would give it. */
static uint16_t by_vectors(uint64_t (*sum)(const uint8_t *, size_t), const uint8_t *octets,
                           size_t length)
{
    uint64_t native = sum(octets, length) % 65535;
    uint8_t word[2];
    memcpy(word, &(uint16_t){(uint16_t)native}, sizeof word);
    return (uint16_t)(word[0] << 8 | word[1]);
}

static void agrees(uint64_t (*sum)(const uint8_t *, size_t), size_t step, const uint8_t *octets,
                   size_t length)
{
    uint16_t expected = (uint16_t)~slowly(octets, length / step * step);
    assert_int_equal(by_vectors(sum, octets, length) % 65535, expected % 65535);
}

/* Whichever of them checksum() uses on this machine. */
static void all_vectors_agree_with_the_definition(void **state)
{
    (void)state;
    uint8_t octets[2100];
    struct entropy entropy = entropy_make(4, "checksum");
    for (int ones = 0; ones < 2; ones++) {
        entropy_fill(&entropy, octets, sizeof octets);
        if (ones)
            memset(octets, 0xff, sizeof octets);
        for (size_t length = 0; length < 2030; length += length < 300 ? 1 : 31)
            for (size_t offset = 0; offset < 70; offset += 3) {
                agrees(checksum_pairs, CHECKSUM_PAIRS_STEP, octets + offset, length);
#ifdef CHECKSUM_QUADS_STEP
                if (__builtin_cpu_supports("avx2"))
                    agrees(checksum_quads, CHECKSUM_QUADS_STEP, octets + offset, length);
#endif
            }
    }
}

static void pieces_of_even_length_add_up(void **state)
{
    (void)state;
    uint8_t octets[101];
    struct entropy entropy = entropy_make(2, "checksum");
    entropy_fill(&entropy, octets, sizeof octets);
    for (size_t cut = 0; cut <= 100; cut += 2) {
        uint64_t sum = checksum_add(0, octets, cut);
        sum = checksum_add(sum, octets + cut, 101 - cut);
        assert_int_equal(checksum_finish(sum), checksum(octets, 101));
    }
}

static void the_pseudo_header_counts_as_its_octets_would(void **state)
{
    (void)state;
    uint8_t octets[12];
    unit_hex("c0a80001 fffefdfc 00 11 ff05", octets, sizeof octets);
    uint64_t sum = checksum_pseudo_header(0xc0a80001, 0xfffefdfc, 17, 0xff05);
    assert_int_equal(checksum_finish(sum), checksum(octets, 12));
}

static void an_update_equals_a_new_computation(void **state)
{
    (void)state;
    struct entropy entropy = entropy_make(3, "checksum");
    uint8_t octets[20];
    for (int i = 0; i < 10000; i++) {
        entropy_fill(&entropy, octets, sizeof octets);
        uint16_t before = checksum(octets, 20);
        uint16_t old_word = (uint16_t)(octets[8] << 8 | octets[9]);
        uint16_t new_word = (uint16_t)entropy_u32(&entropy);
        octets[8] = (uint8_t)(new_word >> 8);
        octets[9] = (uint8_t)new_word;
        assert_int_equal(checksum_update(before, old_word, new_word), checksum(octets, 20));
    }
    /* RFC 1624 section 4: the case that the older equation gets wrong. */
    assert_int_equal(checksum_update(0xdd2f, 0x5555, 0x3285), 0x0000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_rfc_1071_has_its_sum),
        cmocka_unit_test(an_ipv4_header_with_its_checksum_sums_to_zero),
        cmocka_unit_test(every_length_and_alignment_agrees_with_the_definition),
        cmocka_unit_test(all_vectors_agree_with_the_definition),
        cmocka_unit_test(pieces_of_even_length_add_up),
        cmocka_unit_test(the_pseudo_header_counts_as_its_octets_would),
        cmocka_unit_test(an_update_equals_a_new_computation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
