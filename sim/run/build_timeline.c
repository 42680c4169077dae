#include "host/ping.h"
#include "host/transfer.h"
#include "host/udp_stream.h"
#include "ipsec/policy_agent.h"
#include "nodes/network_ping.h"
#include "nodes/rras_admin.h"
#include "nodes/vpn_client.h"
#include "run/build_internal.h"

#include <string.h>

/* An action waiting for its instant. */
struct scheduled_action {
    struct event event; /* first: the clock's event is the action */
    struct run *run;
    const struct scenario_action *action;
    uint64_t cues;            /* events that it waits for have come */
    struct fault_rule *fault; /* of an action on chosen frames; NULL: of another kind */
};

static struct host *action_host(const struct run *run, const struct scenario_node *node)
{
    return (struct host *)run_node(run, node);
}

static enum status do_ping(const struct run *run, const struct scenario_action_ping *wanted)
{
    const struct ping_config config = {
        .name = wanted->name ? wanted->name : wanted->node->name,
        .destination = wanted->destination,
        .count = wanted->count,
        .interval = wanted->interval,
        .size = wanted->size,
        .dont_fragment = wanted->dont_fragment,
        .ttl = wanted->ttl,
    };
    return ping_start(action_host(run, wanted->node), &config);
}

static enum status do_network_ping(const struct run *run,
                                   const struct scenario_action_network_ping *wanted)
{
    const struct network_ping_config config = {
        .name = wanted->name,
        .protocol = wanted->network == SCENARIO_NETWORK_IPX ? PPP_PROTOCOL_IPX : PPP_PROTOCOL_NBF,
        .count = wanted->count,
        .interval = wanted->interval,
        .size = wanted->size,
    };
    struct vpn_client *client = (struct vpn_client *)run_node(run, wanted->node);
    struct connection *connection = dialer_find(&client->dialer, wanted->connection->name);
    return network_ping_start(connection->networks, &config);
}

static enum status do_transfer(const struct run *run, const struct scenario_action_transfer *wanted)
{
    const struct transfer_config config = {
        .name = wanted->name,
        .destination = wanted->destination,
        .port = wanted->port,
        .size = wanted->size,
        .direction = wanted->direction == SCENARIO_TRANSFER_SEND ? TRANSFER_SEND : TRANSFER_RECEIVE,
    };
    enum status status = transfer_start(action_host(run, wanted->node), &config);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status; /* no route: told by its event */
}

static enum status do_udp_stream(const struct run *run,
                                 const struct scenario_action_udp_stream *wanted)
{
    const struct udp_stream_config config = {
        .name = wanted->name,
        .destination = wanted->destination,
        .port = wanted->port,
        .size = wanted->size,
        .count = wanted->count,
        .interval = wanted->interval,
    };
    return udp_stream_start(action_host(run, wanted->node), &config);
}

static void do_call(const struct run *run, const struct scenario_action_call *wanted, bool dial)
{
    struct dialer *dialer = run_dialer(run, wanted->node);
    for (struct connection *c = dialer->connections; c; c = c->next)
        if (!wanted->connection || dialer_find(dialer, wanted->connection->name) == c) {
            if (dial)
                connection_dial(c);
            else
                connection_hang_up(c);
        }
}

static void do_end_control(const struct run *run, const struct scenario_action_call *wanted,
                           bool reset)
{
    struct dialer *dialer = run_dialer(run, wanted->node);
    for (struct connection *c = dialer->connections; c; c = c->next)
        if (!wanted->connection || dialer_find(dialer, wanted->connection->name) == c)
            connection_end_control(c, reset);
    if (wanted->node->kind == SCENARIO_VPN_SERVER && !wanted->connection)
        rras_server_end_control((struct rras_server *)run_node(run, wanted->node), reset);
}

static void do_set_link(const struct run *run, const struct scenario_action_set_link *wanted)
{
    struct link *link = run_link(run, wanted->link);
    if (wanted->has_mtu)
        link_set_mtu(link, wanted->mtu);
    if (wanted->has_loss)
        link_set_loss(link, wanted->loss_ppm);
}

static void do_set_modem(const struct run *run, const struct scenario_action_set_modem *wanted)
{
    struct modem *modem = run_modem(run, wanted->node, wanted->modem);
    if (wanted->has_noise)
        modem_set_noise(modem, wanted->noise_ppm);
    if (wanted->plugged != SCENARIO_UNSET)
        modem_set_plugged(modem, wanted->plugged == SCENARIO_YES);
    if (wanted->looped != SCENARIO_UNSET)
        modem_set_looped(modem, wanted->looped == SCENARIO_YES);
}

static void do_delete(const struct run *run, const struct scenario_action_delete *wanted)
{
    policy_agent_delete_peer(run_agent(run, wanted->node),
                             wanted->peer.version != 0 ? &wanted->peer : NULL,
                             wanted->peer_identity);
}

static void perform(struct simulation *simulation, struct event *event)
{
    struct scheduled_action *scheduled = (struct scheduled_action *)event;
    struct run *run = scheduled->run;
    const struct scenario_action *action = scheduled->action;
    enum status status = STATUS_OK;
    switch (action->kind) {
    case SCENARIO_DIAL:
        do_call(run, &action->call, true);
        break;
    case SCENARIO_HANG_UP:
        do_call(run, &action->call, false);
        break;
    case SCENARIO_PING:
        status = do_ping(run, &action->ping);
        break;
    case SCENARIO_NETWORK_PING:
        status = do_network_ping(run, &action->network_ping);
        break;
    case SCENARIO_TRANSFER:
        status = do_transfer(run, &action->transfer);
        break;
    case SCENARIO_UDP_STREAM:
        status = do_udp_stream(run, &action->udp_stream);
        break;
    case SCENARIO_LINK_DOWN:
        link_set_up(run_link(run, action->link), false);
        break;
    case SCENARIO_LINK_UP:
        link_set_up(run_link(run, action->link), true);
        break;
    case SCENARIO_SET_LINK:
        do_set_link(run, &action->set_link);
        break;
    case SCENARIO_SET_MODEM:
        do_set_modem(run, &action->set_modem);
        break;
    case SCENARIO_DROP:
    case SCENARIO_DELAY:
    case SCENARIO_DUPLICATE:
    case SCENARIO_CORRUPT:
        do_fault(run, &action->fault, scheduled->fault);
        break;
    case SCENARIO_DELETE_ASSOCIATIONS:
        do_delete(run, &action->deletion);
        break;
    case SCENARIO_DISCONNECT_CALLER:
        rras_server_disconnect((struct rras_server *)run_node(run, action->disconnect.node),
                               action->disconnect.user);
        break;
    case SCENARIO_STOP_CONTROL:
        do_end_control(run, &action->call, false);
        break;
    case SCENARIO_RESET_CONTROL:
        do_end_control(run, &action->call, true);
        break;
    case SCENARIO_TCP_SCRIPT:
        status = do_tcp_script(run, &action->tcp_script);
        break;
    case SCENARIO_SEND_PACKET:
        status = do_send_packet(run, &action->send_packet);
        break;
    }
    if (status != STATUS_OK) /* no memory or no free port: the run is not what was asked for */
        simulation->failure = status;
}

enum status build_timeline(struct run *run)
{
    const struct scenario *scenario = run->scenario;
    run->actions =
        simulation_allocate(&run->simulation, scenario->action_count * sizeof *run->actions);
    if (!run->actions)
        return STATUS_NO_MEMORY;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < scenario->action_count && status == STATUS_OK; i++) {
        struct scheduled_action *scheduled = &run->actions[i];
        scheduled->event.action = perform;
        scheduled->run = run;
        scheduled->action = &scenario->actions[i];
        if (is_fault(scheduled->action))
            status = build_fault(run, scheduled->action, &scheduled->fault);
    }
    return status;
}

/* Puts the actions on the clock that have waited for this event. */
static void take_cue(void *context, const struct trace_event *event)
{
    struct run *run = context;
    for (size_t i = 0; i < run->scenario->action_count; i++) {
        const struct scenario_action *action = &run->scenario->actions[i];
        struct scheduled_action *scheduled = &run->actions[i];
        if (!action->cue || strcmp(action->cue, event->name) != 0 ||
            ++scheduled->cues != action->occurrence)
            continue;
        simulation_schedule(&run->simulation, &scheduled->event,
                            instant_after(run->simulation.now, action->when));
    }
}

void start_timeline(struct run *run)
{
    bool cues = false;
    for (size_t i = 0; i < run->scenario->action_count; i++) {
        if (run->scenario->actions[i].cue)
            cues = true;
        else
            simulation_schedule(&run->simulation, &run->actions[i].event,
                                run->scenario->actions[i].when);
    }
    if (!cues)
        return;
    run->cues = (struct trace_subscriber){.receive = take_cue, .context = run};
    simulation_subscribe(&run->simulation, &run->cues);
}

void destroy_timeline(struct run *run)
{
    for (size_t i = 0; run->actions && i < run->scenario->action_count; i++)
        destroy_fault(run->actions[i].fault);
}
