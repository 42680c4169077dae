#include "run/build_internal.h"

struct fault_rule {
    struct link_fault fault; /* first: the link's fault is the rule */
    struct capture_filter *filter;
    bool any_side;
    unsigned side;
};

static bool matches(const struct link_fault *fault, unsigned side, const uint8_t *frame,
                    size_t length)
{
    const struct fault_rule *rule = (const struct fault_rule *)fault;
    return (rule->any_side || rule->side == side) &&
           capture_filter_matches(rule->filter, side == 0 ? TAP_SENT : TAP_RECEIVED, frame, length);
}

static enum link_fault_action action_of(enum scenario_action_kind kind)
{
    if (kind == SCENARIO_DELAY)
        return LINK_FAULT_DELAY;
    if (kind == SCENARIO_DUPLICATE)
        return LINK_FAULT_DUPLICATE;
    return kind == SCENARIO_CORRUPT ? LINK_FAULT_CORRUPT : LINK_FAULT_DROP;
}

bool is_fault(const struct scenario_action *action)
{
    return action->kind == SCENARIO_DROP || action->kind == SCENARIO_DELAY ||
           action->kind == SCENARIO_DUPLICATE || action->kind == SCENARIO_CORRUPT;
}

enum status build_fault(struct run *run, const struct scenario_action *action,
                        struct fault_rule **built)
{
    const struct scenario_action_fault *wanted = &action->fault;
    struct fault_rule *rule = simulation_allocate(&run->simulation, sizeof *rule);
    char message[256];
    if (!rule)
        return STATUS_NO_MEMORY;
    enum status status = capture_filter_compile(wanted->filter, CAPTURE_ETHERNET, &rule->filter,
                                                message, sizeof message);
    if (status == STATUS_INVALID)
        return build_error(run, action->at, "bad filter \"%s\": %s", wanted->filter, message);
    rule->fault = (struct link_fault){
        .matches = matches,
        .action = action_of(action->kind),
        .first = wanted->first,
        .last = wanted->last,
        .delay = wanted->by,
        .offset = wanted->offset,
        .mask = wanted->mask,
        .mask_length = (uint32_t)wanted->mask_length,
    };
    rule->any_side = wanted->from == NULL;
    rule->side = wanted->from == wanted->link->ends[1].node ? 1 : 0;
    *built = rule;
    return status;
}

void do_fault(struct run *run, const struct scenario_action_fault *wanted, struct fault_rule *rule)
{
    link_add_fault(run_link(run, wanted->link), &rule->fault);
}

void destroy_fault(struct fault_rule *rule)
{
    if (rule)
        capture_filter_destroy(rule->filter);
}
