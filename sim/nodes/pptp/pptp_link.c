#include "nodes/pptp/pptp_link.h"

static instant link_now(const struct pptp_link *link)
{
    return link->host->node.simulation->now;
}

/* TCP is forgotten; the engine, if it still runs, learns that its transport is lost. */
static void release(struct pptp_link *link)
{
    if (!link->tcp)
        return;
    struct tcp_connection *tcp = link->tcp;
    link->tcp = NULL;
    host_stack_tcp_release(&link->host->stack, tcp);
    timer_set(link->host->node.simulation, &link->timer, INSTANT_NEVER);
    packet_queue_clear(&link->unsent);
    link->started = false;
    link->owner_class->released(link->owner);
}

static void send_unsent(struct pptp_link *link)
{
    struct packet *packet;
    while ((packet = link->unsent.head)) {
        size_t taken =
            host_stack_tcp_send(&link->host->stack, link->tcp, packet->data, packet->length);
        packet_pull(packet, taken);
        if (packet->length > 0)
            return;
        packet_free(packet_queue_pop(&link->unsent));
    }
}

static void handle_event(struct pptp_link *link, enum pptp_event event, uint32_t value)
{
    link->owner_class->event(link->owner, event, value);
    if (event == PPTP_EVENT_STOPPED && link->tcp) {
        link->closing = true;
        host_stack_tcp_close(&link->host->stack, link->tcp);
    } else if (event == PPTP_EVENT_ABORT && link->tcp) {
        link->closing = true;
        host_stack_tcp_abort(&link->host->stack, link->tcp);
        release(link);
    }
}

void pptp_link_run(struct pptp_link *link)
{
    if (link->running || !link->started)
        return; /* whoever runs it already goes on until there is nothing left */
    link->running = true;
    struct output output;
    while (link->started && pptp_control_poll(&link->control, &output)) {
        if (output.kind == OUTPUT_SEND) {
            packet_queue_push(&link->unsent, output.packet);
            send_unsent(link);
        } else {
            handle_event(link, (enum pptp_event)output.event, output.value);
        }
    }
    link->running = false;
    if (link->started)
        timer_set(link->host->node.simulation, &link->timer,
                  pptp_control_next_timeout(&link->control));
}

static void timer_came(void *context, instant now)
{
    struct pptp_link *link = context;
    if (!link->started)
        return;
    pptp_control_handle_timeout(&link->control, now);
    pptp_link_run(link);
}

static void read_stream(struct pptp_link *link)
{
    const uint8_t *octets;
    size_t length;
    while (link->tcp && link->started && (octets = tcp_peek(link->tcp, &length))) {
        size_t taken = pptp_control_input(&link->control, link_now(link), octets, length);
        host_stack_tcp_consume(&link->host->stack, link->tcp, taken);
        pptp_link_run(link);
    }
}

static void transport_lost(struct pptp_link *link)
{
    if (link->started && !link->closing) {
        pptp_control_lower_down(&link->control, link_now(link));
        pptp_link_run(link);
    }
    release(link);
}

static void start(struct pptp_link *link)
{
    link->started = true;
    pptp_control_start(&link->control, link_now(link));
    pptp_link_run(link);
}

static void tcp_happened(void *context, struct tcp_connection *connection, enum tcp_event event)
{
    struct pptp_link *link = context;
    if (link->tcp != connection)
        return;
    switch (event) {
    case TCP_EVENT_CONNECTED:
        start(link);
        return;
    case TCP_EVENT_ACCEPTED:
        return;
    case TCP_EVENT_WRITABLE:
        send_unsent(link);
        return;
    case TCP_EVENT_READABLE:
        read_stream(link);
        return;
    case TCP_EVENT_PEER_CLOSED:
        read_stream(link);
        if (!link->tcp)
            return;
        if (!link->closing) { /* the loss of TCP ends all calls (MS-PTPT 3.1.7.1) */
            pptp_control_lower_down(&link->control, link_now(link));
            link->closing = true;
            pptp_link_run(link);
        }
        if (link->tcp)
            host_stack_tcp_close(&link->host->stack, link->tcp);
        return;
    case TCP_EVENT_REFUSED:
    case TCP_EVENT_TIMED_OUT:
    case TCP_EVENT_UNREACHABLE:
        if (!link->started)
            link->owner_class->unreachable(link->owner, event);
        link->timed_out = event == TCP_EVENT_TIMED_OUT;
        transport_lost(link);
        return;
    case TCP_EVENT_CLOSED:
    case TCP_EVENT_RESET:
        transport_lost(link);
        return;
    }
}

void pptp_link_init(struct pptp_link *link, struct host *host,
                    const struct pptp_link_owner *owner_class, void *owner)
{
    *link = (struct pptp_link){
        .host = host,
        .owner_class = owner_class,
        .owner = owner,
        .handler = {.event = tcp_happened, .context = link},
    };
    timer_init(&link->timer, timer_came, link);
}

static void prepare(struct pptp_link *link, const struct pptp_control_config *config)
{
    struct pptp_control_config complete = *config;
    complete.trace = link->host->node.trace;
    complete.pool = &link->host->node.simulation->packets;
    complete.calls = &link->call;
    complete.max_calls = 1;
    link->started = false;
    link->closing = false;
    link->timed_out = false;
    pptp_control_init(&link->control, &complete);
}

bool pptp_link_connect(struct pptp_link *link, ipv4_address server, uint16_t port,
                       const struct tcp_options *options, const struct pptp_control_config *config)
{
    prepare(link, config);
    link->tcp =
        host_stack_tcp_connect(&link->host->stack, IPV4_ANY, server, port, options, &link->handler);
    return link->tcp != NULL;
}

void pptp_link_accept(struct pptp_link *link, struct tcp_connection *tcp,
                      const struct pptp_control_config *config)
{
    prepare(link, config);
    link->tcp = tcp;
    host_stack_tcp_set_handler(tcp, &link->handler);
    start(link);
    read_stream(link);
}

void pptp_link_abort(struct pptp_link *link)
{
    if (!link->tcp)
        return;
    link->closing = true;
    if (link->started) { /* the engine ends its calls and asks for the reset */
        pptp_control_lower_down(&link->control, link_now(link));
        pptp_link_run(link);
    }
    if (link->tcp)
        host_stack_tcp_abort(&link->host->stack, link->tcp);
    release(link);
}

bool pptp_link_in_use(const struct pptp_link *link)
{
    return link->tcp != NULL;
}
