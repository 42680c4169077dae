#include "run/build.h"

#include "host/host.h"
#include "net/ethernet_switch.h"
#include "run/build_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum status build_error(struct run *run, struct scenario_position at, const char *format, ...)
{
    int used = snprintf(run->error, run->error_size, "%s:%u: ", at.file ? at.file : "?", at.line);
    if (used > 0 && (size_t)used < run->error_size) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(run->error + used, run->error_size - (size_t)used, format, arguments);
        va_end(arguments);
    }
    return STATUS_INVALID;
}

struct node *run_node(const struct run *run, const struct scenario_node *node)
{
    return run->nodes[node - run->scenario->nodes];
}

struct policy_agent *run_agent(const struct run *run, const struct scenario_node *node)
{
    return run->agents[node - run->scenario->nodes];
}

struct link *run_link(const struct run *run, const struct scenario_link *link)
{
    return run->links[link - run->scenario->links];
}

struct stack_interface *run_interface(const struct run *run, const struct scenario_node *node,
                                      const struct scenario_interface *interface)
{
    if (node->kind == SCENARIO_SWITCH)
        return NULL;
    struct host *host = (struct host *)run_node(run, node);
    return host_stack_find_interface(&host->stack, interface->name);
}

struct device *run_device(const struct run *run, const struct scenario_node *node,
                          const struct scenario_interface *interface)
{
    if (node->kind == SCENARIO_SWITCH)
        return ethernet_switch_port((struct ethernet_switch *)run_node(run, node), interface->name);
    return host_stack_device(run_interface(run, node, interface));
}

struct modem *run_modem(const struct run *run, const struct scenario_node *node,
                        const struct scenario_modem *modem)
{
    return host_find_modem((struct host *)run_node(run, node), modem->name);
}

static enum status build_links(struct run *run)
{
    const struct scenario *scenario = run->scenario;
    for (size_t i = 0; i < scenario->link_count; i++) {
        const struct scenario_link *wanted = &scenario->links[i];
        const struct link_config config = {
            .name = wanted->name,
            .rate_bps = wanted->rate_bps,
            .delay = wanted->delay,
            .mtu = wanted->mtu,
            .queue_limit = wanted->queue_limit,
            .loss_ppm = wanted->loss_ppm,
            .duplicate_ppm = wanted->duplicate_ppm,
            .reorder_ppm = wanted->reorder_ppm,
            .reorder_delay = wanted->reorder_delay,
            .corrupt_ppm = wanted->corrupt_ppm,
            .jitter = wanted->jitter,
        };
        run->links[i] = link_create(&run->simulation, &config);
        if (!run->links[i])
            return STATUS_NO_MEMORY;
        for (unsigned side = 0; side < 2; side++) {
            const struct scenario_link_end *end = &wanted->ends[side];
            enum status status = STATUS_OK;
            if (end->attachment)
                status = build_attachment(run, run->links[i], side, end);
            else
                link_attach(run->links[i], side, run_device(run, end->node, end->interface));
            if (status != STATUS_OK)
                return status;
        }
    }
    return STATUS_OK;
}

static unsigned filter_directions(enum scenario_filter_direction direction)
{
    switch (direction) {
    case SCENARIO_FILTER_IN:
        return PACKET_FILTER_IN;
    case SCENARIO_FILTER_OUT:
        return PACKET_FILTER_OUT;
    case SCENARIO_FILTER_FORWARD:
        return PACKET_FILTER_FORWARD;
    case SCENARIO_FILTER_BOTH:
        break;
    }
    return PACKET_FILTER_IN | PACKET_FILTER_OUT;
}

static enum packet_filter_action filter_action(enum scenario_filter_action action)
{
    switch (action) {
    case SCENARIO_FILTER_DROP:
        return PACKET_FILTER_DROP;
    case SCENARIO_FILTER_REJECT:
        return PACKET_FILTER_REJECT;
    case SCENARIO_FILTER_ACCEPT:
        break;
    }
    return PACKET_FILTER_ACCEPT;
}

static enum status build_filter(struct run *run, const struct scenario_filter *wanted)
{
    struct host *host = (struct host *)run_node(run, wanted->node);
    const char *name = wanted->name;
    if (!name) { /* named after its place, so that events can tell it */
        char text[32];
        snprintf(text, sizeof text, "line %u", wanted->at.line);
        name = simulation_copy_text(&run->simulation, text);
        if (!name)
            return STATUS_NO_MEMORY;
    }
    const struct packet_filter_rule rule = {
        .name = name,
        .interface = wanted->interface ? run_interface(run, wanted->node, wanted->interface) : NULL,
        .directions = filter_directions(wanted->direction),
        .protocol = wanted->any_protocol ? PACKET_FILTER_ANY_PROTOCOL : wanted->protocol,
        .source = wanted->source,
        .source_prefix = (uint8_t)wanted->source_prefix_length,
        .destination = wanted->destination,
        .destination_prefix = (uint8_t)wanted->destination_prefix_length,
        .source_ports = {wanted->source_ports.first, wanted->source_ports.last},
        .destination_ports = {wanted->destination_ports.first, wanted->destination_ports.last},
        .icmp_type = wanted->has_icmp_type ? wanted->icmp_type : PACKET_FILTER_ANY_ICMP,
        .icmp_code = wanted->has_icmp_code ? wanted->icmp_code : PACKET_FILTER_ANY_ICMP,
        .action = filter_action(wanted->action),
        .answer = PACKET_FILTER_ANSWER_PROHIBITED,
    };
    return packet_filter_add(&host->stack.filter, &rule);
}

static enum status build_all(struct run *run)
{
    const struct scenario *scenario = run->scenario;
    run->nodes = simulation_allocate(&run->simulation, scenario->node_count * sizeof *run->nodes);
    run->agents = simulation_allocate(&run->simulation, scenario->node_count * sizeof *run->agents);
    run->links = simulation_allocate(&run->simulation, scenario->link_count * sizeof *run->links);
    run->telephone = telephone_network_create(&run->simulation);
    if (!run->nodes || !run->agents || !run->links || !run->telephone)
        return STATUS_NO_MEMORY;
    enum status status = build_certificates(run);
    for (size_t i = 0; i < scenario->node_count && status == STATUS_OK; i++)
        status = build_node(run, &scenario->nodes[i], &run->nodes[i]);
    if (status == STATUS_OK)
        status = build_links(run);
    for (size_t i = 0; i < scenario->filter_count && status == STATUS_OK; i++)
        status = build_filter(run, &scenario->filters[i]);
    if (status == STATUS_OK)
        status = build_timeline(run);
    return status;
}

enum status run_build(const struct scenario *scenario, uint64_t seed, struct crypto *crypto,
                      struct run **run, char *error, size_t error_size)
{
    *run = NULL;
    struct run *built = calloc(1, sizeof *built);
    snprintf(error, error_size, "%s", status_text(STATUS_NO_MEMORY));
    if (!built)
        return STATUS_NO_MEMORY;
    built->scenario = scenario;
    built->error = error;
    built->error_size = error_size;
    enum status status = simulation_init(&built->simulation, seed);
    outside_init(&built->outside, &built->simulation);
    if (status == STATUS_OK) {
        built->simulation.crypto = crypto;
        status = build_all(built);
    }
    if (status != STATUS_OK) {
        run_destroy(built);
        return status;
    }
    error[0] = '\0';
    *run = built;
    return STATUS_OK;
}

struct simulation *run_simulation(struct run *run)
{
    return &run->simulation;
}

void run_start(struct run *run)
{
    for (size_t i = 0; i < run->scenario->node_count; i++)
        if (run->nodes[i]->class->start)
            run->nodes[i]->class->start(run->nodes[i]);
    start_timeline(run);
}

/* What the layers show; see nodes/tunnel_watch.h and host/host.h. */
static int layer_link_type(const char *layer)
{
    if (strcmp(layer, "inner") == 0 || strcmp(layer, "ip") == 0 ||
        strcmp(layer, "before-ipsec") == 0)
        return CAPTURE_RAW_IP;
    if (strcmp(layer, "l2tp") == 0)
        return CAPTURE_L2TP;
    return strcmp(layer, "gre") == 0 ? CAPTURE_GRE : CAPTURE_PPP_WITH_DIR;
}

int run_link_type(const struct run *run, const struct scenario_capture *capture)
{
    (void)run;
    if (capture->kind == SCENARIO_CAPTURE_LAYER)
        return layer_link_type(capture->layer);
    return capture->kind == SCENARIO_CAPTURE_MODEM ? CAPTURE_PPP_WITH_DIR : CAPTURE_ETHERNET;
}

void run_add_tap(struct run *run, const struct scenario_capture *capture, struct capture_tap *tap)
{
    struct node *node;
    switch (capture->kind) {
    case SCENARIO_CAPTURE_LINK:
        link_add_tap(run_link(run, capture->link), tap);
        return;
    case SCENARIO_CAPTURE_INTERFACE:
        tap_point_add(&run_device(run, capture->node, capture->interface)->taps, tap);
        return;
    case SCENARIO_CAPTURE_MODEM:
        tap_point_add(&run_modem(run, capture->node, capture->modem)->taps, tap);
        return;
    case SCENARIO_CAPTURE_LAYER:
        node = run_node(run, capture->node);
        tap_point_add(node->class->layer(node, capture->layer), tap);
        return;
    }
}

bool run_state(const struct run *run, const char *node, const char *name, char *text, size_t size)
{
    const struct scenario_node *found = scenario_find_node(run->scenario, node);
    if (!found)
        return false;
    struct node *built = run_node(run, found);
    return built->class->state && built->class->state(built, name, text, size);
}

void run_destroy(struct run *run)
{
    if (!run)
        return;
    destroy_timeline(run);
    outside_destroy(&run->outside);
    for (size_t i = 0; run->nodes && i < run->scenario->node_count; i++)
        if (run->nodes[i] && run->nodes[i]->class->destroy)
            run->nodes[i]->class->destroy(run->nodes[i]);
    destroy_certificates(run);
    if (run->simulation.queue)
        simulation_destroy(&run->simulation);
    free(run);
}
