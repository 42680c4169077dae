/* Ends of links that are in the real world. */
#include "scenario/check.h"
#include "scenario/parse.h"
#include "scenario/values.h"

#include "expect/expectation.h"

#include <string.h>

/* So that comparing each with each stays cheap, as does waiting for all of them. */
#define ATTACHMENTS_MAX 256

static void parse_socket_address(struct loader *loader, const xmlNode *element, const char *name,
                                 ipv4_address *address, uint16_t *port)
{
    const char *text = element_text(loader, element, name);
    if (text && !value_socket_address(text, address, port))
        element_wrong_value(loader, element, name);
}

const struct scenario_attachment *parse_attachment(struct loader *loader, const xmlNode *element)
{
    struct scenario_attachment *attachment = loader_allocate(loader, 1, sizeof *attachment);
    if (!attachment)
        return NULL;
    if (xml_is(element, "attach-tap")) {
        attachment->kind = SCENARIO_ATTACHED_TAP;
        attachment->device = element_text(loader, element, "device");
        attachment->name_space = element_text(loader, element, "namespace");
        return attachment;
    }
    attachment->kind = SCENARIO_ATTACHED_UDP;
    parse_socket_address(loader, element, "local", &attachment->local, &attachment->local_port);
    parse_socket_address(loader, element, "remote", &attachment->remote, &attachment->remote_port);
    return attachment;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_place(const struct scenario_attachment *a, const struct scenario_attachment *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == SCENARIO_ATTACHED_TAP)
        return same_text(a->device, b->device) && same_text(a->name_space, b->name_space);
    return a->local == b->local && a->local_port == b->local_port;
}

/* The first end, up to @p last, that is attached to the same place as @p last. */
static const struct scenario_link_end *first_use(const struct scenario *scenario,
                                                 const struct scenario_link_end *last)
{
    for (size_t i = 0; i < scenario->link_count; i++)
        for (unsigned side = 0; side < 2; side++) {
            const struct scenario_link_end *end = &scenario->links[i].ends[side];
            if (end == last || (end->attachment && same_place(end->attachment, last->attachment)))
                return end;
        }
    return last;
}

static void check_places(struct loader *loader)
{
    const struct scenario *scenario = loader->scenario;
    size_t count = 0;
    for (size_t i = 0; i < scenario->link_count; i++)
        for (unsigned side = 0; side < 2 && count <= ATTACHMENTS_MAX; side++) {
            const struct scenario_link_end *end = &scenario->links[i].ends[side];
            if (!end->attachment)
                continue;
            if (++count > ATTACHMENTS_MAX)
                loader_error(loader, end->at, "there are too many attachments; expected at most %d",
                             ATTACHMENTS_MAX);
            else if (first_use(scenario, end) != end)
                loader_error(loader, end->at,
                             "an earlier end of a link is attached there already; expected another "
                             "%s",
                             end->attachment->kind == SCENARIO_ATTACHED_TAP ? "device"
                                                                            : "local address");
        }
}

void check_attachments(struct loader *loader)
{
    const struct scenario *scenario = loader->scenario;
    bool attached = scenario_is_attached(scenario);
    if (attached)
        check_places(loader);
    for (size_t i = 0; i < scenario->expectation_count; i++) {
        const struct expectation *expectation = &scenario->expectations[i];
        struct scenario_position at = {.file = expectation->file, .line = expectation->line};
        if (expectation->kind == EXPECT_REPRODUCIBLE && (attached || scenario->ends_when_all_holds))
            loader_error(loader, at, "%s; expected no <reproducible>",
                         attached ? "what is attached does not do the same twice"
                                  : "a run that is repeated does not end early");
    }
}
