#include "host/host.h"
#include "host/packet_injection.h"
#include "host/tcp_script.h"
#include "run/build_internal.h"

static struct tcp_script_step convert(const struct scenario_script_step *wanted)
{
    static const enum tcp_script_step_kind kinds[] = {
        [SCENARIO_SCRIPT_SEND] = TCP_SCRIPT_SEND,   [SCENARIO_SCRIPT_AWAIT] = TCP_SCRIPT_AWAIT,
        [SCENARIO_SCRIPT_WAIT] = TCP_SCRIPT_WAIT,   [SCENARIO_SCRIPT_CLOSE] = TCP_SCRIPT_CLOSE,
        [SCENARIO_SCRIPT_RESET] = TCP_SCRIPT_RESET,
    };
    return (struct tcp_script_step){
        .kind = kinds[wanted->kind],
        .octets = wanted->octets,
        .length = wanted->length,
        .awaited = wanted->awaited,
        .pause = wanted->pause,
    };
}

/* False: no memory. */
static bool convert_script(struct run *run, const struct scenario_script *wanted,
                           struct tcp_script_config *config)
{
    struct tcp_script_step *steps =
        simulation_allocate(&run->simulation, (wanted->step_count + 1) * sizeof *steps);
    if (!steps)
        return false;
    for (size_t i = 0; i < wanted->step_count; i++)
        steps[i] = convert(&wanted->steps[i]);
    *config = (struct tcp_script_config){
        .name = wanted->name,
        .port = wanted->port,
        .steps = steps,
        .step_count = wanted->step_count,
    };
    return true;
}

enum status build_scripts(struct run *run, const struct scenario_node *node, struct host *host)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < node->script_count && status == STATUS_OK; i++) {
        struct tcp_script_config config;
        status = convert_script(run, &node->scripts[i], &config) ? tcp_script_add(host, &config)
                                                                 : STATUS_NO_MEMORY;
    }
    return status;
}

enum status do_tcp_script(struct run *run, const struct scenario_action_tcp_script *wanted)
{
    struct tcp_script_config config;
    if (!convert_script(run, &wanted->script, &config))
        return STATUS_NO_MEMORY;
    config.destination = wanted->destination;
    config.count = wanted->count;
    config.interval = wanted->interval;
    return tcp_script_start((struct host *)run_node(run, wanted->node), &config);
}

enum status do_send_packet(struct run *run, const struct scenario_action_send_packet *wanted)
{
    const struct packet_injection_config config = {
        .source = wanted->source,
        .destination = wanted->destination,
        .protocol = wanted->protocol,
        .octets = wanted->octets,
        .length = wanted->length,
        .count = wanted->count,
        .interval = wanted->interval,
        .senders = wanted->senders,
        .numbered = wanted->numbered,
        .number_at = wanted->number_at,
    };
    return packet_injection_start((struct host *)run_node(run, wanted->node), &config);
}
