#include "host/ping.h"

#include "base/wire.h"
#include "host/host_stack_ipv6.h"

/* How long Windows waits for a reply. */
#define REPLY_WAIT (4 * INSTANT_SECOND)

struct ping {
    struct event event; /* first: the clock's event is the ping */
    struct host *host;
    struct ping_config config;
    struct stack_echo echo;
    uint16_t first_sequence;
    uint32_t sent;
    uint32_t received;
    bool finished;
    instant *sent_at; /* of each request; INSTANT_NEVER once answered */
};

static void finish(struct ping *ping)
{
    struct simulation *simulation = ping->host->node.simulation;
    ping->finished = true;
    simulation_cancel(simulation, &ping->event);
    host_stack_echo_close(&ping->host->stack, &ping->echo);
    char destination[IP_TEXT_SIZE];
    TRACE(&ping->host->node.trace, simulation->now, "ping.finished",
          trace_text("name", ping->config.name),
          trace_text("destination", ip_address_format(&ping->config.destination, destination)),
          trace_number("sent", ping->sent), trace_number("received", ping->received));
}

static void take_reply(struct ping *ping, const struct ip_address *source, uint8_t ttl,
                       uint16_t sequence, struct packet *packet)
{
    instant now = ping->host->node.simulation->now;
    uint32_t number = (uint16_t)(sequence - ping->first_sequence);
    size_t size = packet->length;
    packet_free(packet);
    /* A duplicated or late reply counts once. */
    if (ping->finished || number >= ping->sent || ping->sent_at[number] == INSTANT_NEVER)
        return;
    char from[IP_TEXT_SIZE];
    TRACE(&ping->host->node.trace, now, "ping.reply", trace_text("name", ping->config.name),
          trace_text("from", ip_address_format(source, from)), trace_number("sequence", sequence),
          trace_number("size", size), trace_number("ttl", ttl),
          trace_number("rtt-us", (now - ping->sent_at[number]) / INSTANT_MICROSECOND));
    ping->sent_at[number] = INSTANT_NEVER;
    ping->received++;
    if (ping->received == ping->config.count)
        finish(ping);
}

static void reply(void *context, const struct ipv4_header *header, uint16_t sequence,
                  struct packet *packet)
{
    struct ip_address source = ip_address_from_ipv4(header->source);
    take_reply(context, &source, header->ttl, sequence, packet);
}

static void reply_ipv6(void *context, const struct ipv6_header *header, uint16_t sequence,
                       struct packet *packet)
{
    take_reply(context, &header->source, header->hop_limit, sequence, packet);
}

static void take_error(const struct ping *ping, uint16_t sequence,
                       const struct ip_address *reporter, uint8_t type, uint8_t code)
{
    char from[IP_TEXT_SIZE];
    TRACE(&ping->host->node.trace, ping->host->node.simulation->now, "ping.error",
          trace_text("name", ping->config.name), trace_number("sequence", sequence),
          trace_text("from", ip_address_format(reporter, from)), trace_number("type", type),
          trace_number("code", code));
}

static void error(void *context, uint16_t sequence, const struct stack_icmp_error *error)
{
    struct ip_address reporter = ip_address_from_ipv4(error->reporter);
    take_error(context, sequence, &reporter, error->type, error->code);
}

static void error_ipv6(void *context, uint16_t sequence, const struct stack_icmpv6_error *error)
{
    take_error(context, sequence, &error->reporter, error->type, error->code);
}

static void send_one(struct ping *ping)
{
    struct host *host = ping->host;
    uint16_t sequence = (uint16_t)(ping->first_sequence + ping->sent);
    struct packet *packet = packet_alloc(&host->node.simulation->packets, ping->config.size);
    if (!packet)
        return;
    /* The data of Windows' ping: the alphabet up to w, over and over. */
    uint8_t *data = packet_append(packet, ping->config.size);
    for (uint32_t i = 0; i < ping->config.size; i++)
        data[i] = (uint8_t)('a' + i % 23);
    struct stack_send_options options = {.dont_fragment = ping->config.dont_fragment,
                                         .ttl = ping->config.ttl};
    const struct ip_address *destination = &ping->config.destination;
    enum status status =
        destination->version == 6
            ? host_stack_ipv6_ping(&host->stack, &ping->echo, destination, sequence, packet,
                                   &options)
            : host_stack_ping(&host->stack, &ping->echo, IPV4_ANY, ip_address_to_ipv4(destination),
                              sequence, packet, &options);
    if (status != STATUS_OK)
        TRACE(&host->node.trace, host->node.simulation->now, "ping.error",
              trace_text("name", ping->config.name), trace_number("sequence", sequence),
              trace_text("reason", status == STATUS_NOT_FOUND ? "no route" : "too long"));
}

static void step(struct simulation *simulation, struct event *event)
{
    struct ping *ping = (struct ping *)event;
    if (ping->sent == ping->config.count) {
        finish(ping);
        return;
    }
    ping->sent_at[ping->sent] = simulation->now;
    send_one(ping);
    ping->sent++;
    simulation_schedule(simulation, event,
                        instant_after(simulation->now, ping->sent < ping->config.count
                                                           ? ping->config.interval
                                                           : REPLY_WAIT));
}

enum status ping_start(struct host *host, const struct ping_config *config)
{
    struct simulation *simulation = host->node.simulation;
    struct ping *ping = simulation_allocate(simulation, sizeof *ping);
    instant *sent_at = simulation_allocate(simulation, config->count * sizeof *sent_at);
    if (!ping || !sent_at)
        return STATUS_NO_MEMORY;
    *ping = (struct ping){
        .event = {.action = step},
        .host = host,
        .config = *config,
        .echo = {.identifier = host->next_echo_identifier++,
                 .reply = reply,
                 .error = error,
                 .reply_ipv6 = reply_ipv6,
                 .error_ipv6 = error_ipv6,
                 .context = ping},
        .first_sequence = 1,
        .sent_at = sent_at,
    };
    host_stack_echo_open(&host->stack, &ping->echo);
    simulation_schedule(simulation, &ping->event, simulation->now);
    return STATUS_OK;
}
