#include "nodes/pptp/pptp_port.h"

#include "gre/enhanced_gre.h"

static struct gre_tunnel *gre_of(struct ppp_port *port)
{
    return &((struct pptp_port *)port)->gre;
}

static void send_frame(struct ppp_port *port, instant now, struct packet *frame)
{
    gre_tunnel_send(gre_of(port), now, frame);
}

static void send_packet(struct pptp_port *port, instant now, struct packet *packet)
{
    tap_point_record(&port->ppp.watch->gre, now, TAP_SENT, packet->data, packet->length);
    host_stack_send(&port->ppp.host->stack, port->local, port->peer, ENHANCED_GRE_IP_PROTOCOL,
                    packet, NULL);
}

/* The GRE packets that are due are sent on the way to the next PPP frame. */
static struct packet *receive_frame(struct ppp_port *port, instant now)
{
    struct pptp_port *self = (struct pptp_port *)port;
    struct output output;
    while (gre_tunnel_poll(&self->gre, &output)) {
        if (output.kind == OUTPUT_DELIVER)
            return output.packet;
        if (output.kind == OUTPUT_SEND)
            send_packet(self, now, output.packet);
    }
    return NULL;
}

static instant next_timeout(const struct ppp_port *port)
{
    return gre_tunnel_next_timeout(&((const struct pptp_port *)port)->gre);
}

static void handle_timeout(struct ppp_port *port, instant now)
{
    gre_tunnel_handle_timeout(gre_of(port), now);
}

static void close_tunnel(struct ppp_port *port)
{
    tunnel_watch_ended(port->watch, (const struct pptp_port *)port);
    gre_tunnel_close(gre_of(port));
}

static const struct ppp_lower_layer gre_layer = {
    .send = send_frame,
    .receive = receive_frame,
    .next_timeout = next_timeout,
    .handle_timeout = handle_timeout,
    .close = close_tunnel,
};

void pptp_port_init(struct pptp_port *port, struct tunnel_watch *watch, ppp_port_event *event,
                    void *owner)
{
    *port = (struct pptp_port){0};
    ppp_port_init(&port->ppp, &gre_layer, watch->host, &watch->ppp, event, owner);
    port->ppp.framed = &watch->mppe;
    port->ppp.watch = watch;
    tunnel_watch_add(watch, port);
}

bool pptp_port_open(struct pptp_port *port, ipv4_address local, ipv4_address peer,
                    const struct ppp_port_habits *habits, const struct gre_tunnel_config *gre,
                    const struct ppp_session_config *ppp)
{
    struct node *node = &port->ppp.host->node;
    struct gre_tunnel_config config = *gre;
    config.trace = tunnel_watch_trace(port->ppp.watch);
    config.pool = &node->simulation->packets;
    gre_tunnel_init(&port->gre, &config);
    port->local = local;
    port->peer = peer;
    if (ppp_port_open(&port->ppp, habits, ppp))
        return true;
    gre_tunnel_close(&port->gre);
    return false;
}

void pptp_port_input(struct pptp_port *port, ipv4_address source, struct packet *packet)
{
    struct tunnel_watch *watch = port->ppp.watch;
    instant now = watch->host->node.simulation->now;
    if (port->validate_address && source != port->peer) {
        tunnel_watch_refuse(watch, "wrong-source", packet);
        return;
    }
    if (!port->ppp.open) {
        packet_free(packet);
        return;
    }
    tap_point_record(&watch->gre, now, TAP_RECEIVED, packet->data, packet->length);
    watch->serial = packet->serial;
    gre_tunnel_input(&port->gre, now, packet);
    watch->serial = 0;
    ppp_port_run(&port->ppp);
}
