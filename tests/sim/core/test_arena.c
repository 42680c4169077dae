#include "core/arena.h"
#include "support/unit.h"

#include <string.h>

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    uint8_t *previous = NULL;
    for (size_t size = 1; size < 3000; size += 37) {
        uint8_t *piece = arena_allocate(arena, size);
        assert_non_null(piece);
        assert_int_equal((uintptr_t)piece % (size < 64 ? 16 : 64), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(piece[i], 0);
        memset(piece, 0xff, size);
        if (previous)
            assert_int_equal(*previous, 0xff);
        previous = piece;
    }
    arena_destroy(arena);
}

static void small_pieces_share_blocks_and_large_ones_do_not_waste_them(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    assert_int_equal(arena_bytes(arena), 0);
    for (int i = 0; i < 1000; i++)
        assert_non_null(arena_allocate(arena, 16));
    size_t small = arena_bytes(arena);
    assert_in_range(small, 16000, 70000);
    assert_non_null(arena_allocate(arena, 1000000));
    assert_in_range(arena_bytes(arena), small + 1000000, small + 1000100);
    /* The block that was being filled goes on being filled. */
    size_t before = arena_bytes(arena);
    assert_non_null(arena_allocate(arena, 16));
    assert_int_equal(arena_bytes(arena), before);
    arena_destroy(arena);
}

static void a_piece_too_large_for_any_memory_is_refused(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    assert_null(arena_allocate(arena, SIZE_MAX));
    assert_null(arena_allocate(arena, SIZE_MAX - 64));
    assert_non_null(arena_allocate(arena, 1));
    arena_destroy(arena);
    arena_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(small_pieces_share_blocks_and_large_ones_do_not_waste_them),
        cmocka_unit_test(a_piece_too_large_for_any_memory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
