#include "host/udp_server.h"

#include "host/host_stack_ipv6.h"

static void receive(void *context, struct stack_udp_socket *socket,
                    struct stack_interface *interface, const struct ipv4_header *header,
                    uint16_t source_port, struct packet *packet)
{
    (void)interface;
    struct udp_server *server = context;
    server->received++;
    if (server->echo)
        host_stack_udp_send(&server->host->stack, socket, header->source, source_port, packet,
                            NULL);
    else
        packet_free(packet);
}

static void receive_ipv6(void *context, struct stack_udp_socket *socket,
                         struct stack_interface *interface, const struct ipv6_header *header,
                         uint16_t source_port, struct packet *packet)
{
    (void)interface;
    struct udp_server *server = context;
    server->received++;
    if (server->echo)
        (void)host_stack_ipv6_udp_send(&server->host->stack, socket, &header->destination,
                                       &header->source, source_port, packet, NULL);
    else
        packet_free(packet);
}

enum status udp_server_add(struct host *host, uint16_t port, bool echo)
{
    struct udp_server *server = simulation_allocate(host->node.simulation, sizeof *server);
    if (!server)
        return STATUS_NO_MEMORY;
    *server = (struct udp_server){
        .host = host,
        .socket = {.port = port,
                   .receive = receive,
                   .receive_ipv6 = receive_ipv6,
                   .context = server},
        .echo = echo,
        .next = host->udp_servers,
    };
    host->udp_servers = server;
    return STATUS_OK;
}

void udp_server_start(struct udp_server *server)
{
    enum status status = host_stack_udp_bind(&server->host->stack, &server->socket);
    if (status != STATUS_OK)
        TRACE(&server->host->node.trace, server->host->node.simulation->now, "server.failed",
              trace_number("port", server->socket.port), trace_text("reason", status_text(status)));
}
