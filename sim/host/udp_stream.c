#include "host/udp_stream.h"

#include "base/wire.h"
#include "host/host_stack_ipv6.h"

/* How long answers to the last datagram are waited for. */
#define ANSWER_WAIT (2 * INSTANT_SECOND)

struct udp_stream {
    struct event event; /* first: the clock's event is the stream */
    struct host *host;
    struct udp_stream_config config;
    struct stack_udp_socket socket;
    uint32_t sent;
    uint32_t replies;
};

static void receive(void *context, struct stack_udp_socket *socket,
                    struct stack_interface *interface, const struct ipv4_header *header,
                    uint16_t source_port, struct packet *packet)
{
    (void)socket, (void)interface, (void)header, (void)source_port;
    struct udp_stream *stream = context;
    stream->replies++;
    packet_free(packet);
}

static void receive_ipv6(void *context, struct stack_udp_socket *socket,
                         struct stack_interface *interface, const struct ipv6_header *header,
                         uint16_t source_port, struct packet *packet)
{
    (void)header;
    receive(context, socket, interface, NULL, source_port, packet);
}

static void send_one(struct udp_stream *stream)
{
    const struct udp_stream_config *config = &stream->config;
    struct host *host = stream->host;
    struct packet *packet = packet_alloc(&host->node.simulation->packets, config->size);
    if (!packet)
        return;
    /* The number tells the datagrams apart, the rest is a pattern one recognises in a trace. */
    struct wire_writer writer = wire_writer_make(packet_append(packet, config->size), config->size);
    if (config->size >= 4)
        wire_put_u32(&writer, stream->sent);
    while (wire_room(&writer) > 0)
        wire_put_u8(&writer, (uint8_t)('a' + wire_written(&writer) % 23));
    if (config->destination.version == 6)
        (void)host_stack_ipv6_udp_send(&host->stack, &stream->socket, NULL, &config->destination,
                                       config->port, packet, NULL);
    else
        (void)host_stack_udp_send(&host->stack, &stream->socket,
                                  ip_address_to_ipv4(&config->destination), config->port, packet,
                                  NULL);
}

static void step(struct simulation *simulation, struct event *event)
{
    struct udp_stream *stream = (struct udp_stream *)event;
    const struct udp_stream_config *config = &stream->config;
    if (stream->sent < config->count) {
        send_one(stream);
        stream->sent++;
        simulation_schedule(simulation, event,
                            instant_after(simulation->now, stream->sent < config->count
                                                               ? config->interval
                                                               : ANSWER_WAIT));
        return;
    }
    host_stack_udp_unbind(&stream->host->stack, &stream->socket);
    TRACE(&stream->host->node.trace, simulation->now, "udp-stream.finished",
          trace_text("name", config->name), trace_number("sent", stream->sent),
          trace_number("replies", stream->replies));
}

/* Of many senders most are cold: what sending touches is fetched before the turn comes. */
static void prepare(const struct event *event, unsigned turn)
{
    const struct udp_stream *stream = (const struct udp_stream *)event;
    host_stack_prepare(&stream->host->stack, turn);
}

enum status udp_stream_start(struct host *host, const struct udp_stream_config *config)
{
    struct simulation *simulation = host->node.simulation;
    struct udp_stream *stream = simulation_allocate(simulation, sizeof *stream);
    if (!stream)
        return STATUS_NO_MEMORY;
    *stream = (struct udp_stream){
        .event = {.action = step, .prepare = prepare},
        .host = host,
        .config = *config,
        .socket = {.receive = receive, .receive_ipv6 = receive_ipv6, .context = stream},
    };
    enum status status = host_stack_udp_bind(&host->stack, &stream->socket);
    if (status == STATUS_OK)
        simulation_schedule(simulation, &stream->event, simulation->now);
    return status;
}
