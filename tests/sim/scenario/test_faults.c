/* What a scenario says about chosen frames of a link, field by field. */
#include "support/unit.h"

#include "loaded.h"
#include "scenario/model_action.h"

#define FILE_NAME VPNSIM_SOURCE_DIR "/tests/sim/scenario/data/faults.xml"

static int load(void **state)
{
    return load_data(state, FILE_NAME);
}

static void frames_of_one_machine_are_delayed(void **state)
{
    const struct scenario *scenario = *state;
    const struct scenario_action *action = &scenario->actions[0];
    assert_int_equal(action->kind, SCENARIO_DELAY);
    assert_ptr_equal(action->fault.link, &scenario->links[0]);
    assert_ptr_equal(action->fault.from, scenario_find_node(scenario, "b"));
    assert_string_equal(action->fault.filter, "udp");
    assert_int_equal(action->fault.first, 2);
    assert_int_equal(action->fault.last, 4);
    assert_int_equal(action->fault.by, 12 * INSTANT_MILLISECOND);
}

static void the_first_frame_alone_is_duplicated_when_nothing_else_is_said(void **state)
{
    const struct scenario_action *action = &((const struct scenario *)*state)->actions[1];
    assert_int_equal(action->kind, SCENARIO_DUPLICATE);
    assert_null(action->fault.from);
    assert_int_equal(action->fault.first, 1);
    assert_int_equal(action->fault.last, 1);
    assert_int_equal(action->fault.mask_length, 0);
}

static void bits_to_flip_and_where(void **state)
{
    static const uint8_t mask[] = {0x00, 0x8f, 0x01};
    const struct scenario_action *action = &((const struct scenario *)*state)->actions[2];
    assert_int_equal(action->kind, SCENARIO_CORRUPT);
    assert_int_equal(action->fault.first, 3);
    assert_int_equal(action->fault.last, 3);
    assert_int_equal(action->fault.offset, 34);
    assert_int_equal(action->fault.mask_length, sizeof mask);
    assert_memory_equal(action->fault.mask, mask, sizeof mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_of_one_machine_are_delayed),
        cmocka_unit_test(the_first_frame_alone_is_duplicated_when_nothing_else_is_said),
        cmocka_unit_test(bits_to_flip_and_where),
    };
    return cmocka_run_group_tests(tests, load, release_data);
}
