#include "nodes/l2tp/l2tp_port.h"

static void send_frame(struct ppp_port *port, instant now, struct packet *frame)
{
    struct l2tp_port *self = (struct l2tp_port *)port;
    /* Urgency is not marked: Windows discards what has that bit (MS-L2TPIE 3.1.5.1). */
    l2tp_endpoint_send(&self->link->endpoint, now, self->session_id, frame, false);
    l2tp_link_run(self->link);
}

/* The session belongs to who placed or took the call, and outlives PPP. */
static void close_nothing(struct ppp_port *port)
{
    (void)port;
}

static const struct ppp_lower_layer l2tp_layer = {
    .send = send_frame,
    .close = close_nothing,
};

void l2tp_port_init(struct l2tp_port *port, struct l2tp_link *link, ppp_port_event *event,
                    void *event_owner, l2tp_port_call_event *call_event, void *owner)
{
    *port = (struct l2tp_port){.link = link, .call_event = call_event, .owner = owner};
    ppp_port_init(&port->ppp, &l2tp_layer, link->host, &link->watch->ppp, event, event_owner);
    port->ppp.framed = &link->watch->mppe;
    port->ppp.watch = link->watch;
    link->ports++;
}

void l2tp_port_take(struct l2tp_port *port, uint16_t session_id)
{
    port->session_id = session_id;
    l2tp_endpoint_set_owner(&port->link->endpoint, session_id, port);
}

bool l2tp_port_open(struct l2tp_port *port, const struct ppp_port_habits *habits,
                    const struct ppp_session_config *ppp)
{
    struct ppp_session_config config = *ppp;
    config.ccp.strengths = 0;
    config.ccp.required = false;
    config.ccp.enabled = config.ccp.compress;
    return ppp_port_open(&port->ppp, habits, &config);
}

void l2tp_port_input(struct l2tp_port *port, struct packet *frame)
{
    ppp_port_input(&port->ppp, frame);
}

void l2tp_port_disconnect(struct l2tp_port *port, uint16_t result)
{
    if (port->session_id == 0)
        return;
    l2tp_endpoint_disconnect(&port->link->endpoint, port->link->host->node.simulation->now,
                             port->session_id, result, L2TP_ERROR_NONE, 0);
    l2tp_link_run(port->link);
}
