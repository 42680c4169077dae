#include "nodes/rras_dialup.h"

#include "nodes/rras_server.h"

#include <stdio.h>
#include <strings.h>

static void modem_rings(void *owner)
{
    struct rras_modem_port *port = owner;
    modem_answer(port->modem);
}

static void modem_connected(void *owner)
{
    struct rras_modem_port *port = owner;
    const struct node_profile *profile = port->caller.server->profile;
    struct ppp_session_config session = rras_caller_session(&port->caller);
    profile_line(profile, port->modem, &session);
    const struct ppp_port_habits habits = {
        .mtu = SERIAL_MTU,
        .mtu_ignores_mppe = profile->windows,
    };
    if (!serial_port_open(&port->serial, port->modem, &habits, &session))
        modem_hang_up(port->modem);
}

static void modem_ended(void *owner, enum modem_end end)
{
    (void)end;
    struct rras_modem_port *port = owner;
    rras_caller_close(&port->caller);
}

static void modem_sent(void *owner)
{
    struct rras_modem_port *port = owner;
    serial_port_sent(&port->serial);
}

static void modem_received(void *owner, struct packet *octets)
{
    struct rras_modem_port *port = owner;
    serial_port_receive(&port->serial, octets);
}

static const struct modem_owner answering = {
    .ring = modem_rings,
    .connected = modem_connected,
    .ended = modem_ended,
    .sent = modem_sent,
    .receive = modem_received,
};

static void port_event(void *owner, enum ppp_event event, uint32_t value)
{
    struct rras_modem_port *port = owner;
    switch (event) {
    case PPP_EVENT_LCP_UP:
    case PPP_EVENT_AUTHENTICATED:
        return;
    case PPP_EVENT_PROTOCOL_UP:
    case PPP_EVENT_PROTOCOL_DOWN:
        rras_caller_protocol(&port->caller, event == PPP_EVENT_PROTOCOL_UP, value);
        return;
    case PPP_EVENT_NETWORK_UP:
        rras_caller_connected(&port->caller, trace_text("from", modem_caller(port->modem)));
        return;
    case PPP_EVENT_NETWORK_DOWN:
        rras_caller_disconnected(&port->caller);
        return;
    case PPP_EVENT_FINISHED:
        rras_caller_close(&port->caller);
        modem_hang_up(port->modem);
        return;
    }
}

enum status rras_server_add_modem(struct rras_server *server, struct modem *modem,
                                  ipv4_address local)
{
    struct rras_modem_port *port = simulation_allocate(server->host.node.simulation, sizeof *port);
    if (!port)
        return STATUS_NO_MEMORY;
    struct rras_modem_port **end = &server->modem_ports;
    unsigned index = 0;
    for (; *end; end = &(*end)->next)
        index++;
    *end = port;
    port->modem = modem;
    port->caller =
        (struct rras_caller){.server = server, .port = &port->serial.ppp, .local = local};
    snprintf(port->caller.name, sizeof port->caller.name, "COM%u", index + 1);
    serial_port_init(&port->serial, &server->host, &server->watch, port_event, port);
    modem_set_answering(modem, &answering, port);
    return STATUS_OK;
}

unsigned rras_server_modem_calls(const struct rras_server *server)
{
    unsigned calls = 0;
    for (const struct rras_modem_port *p = server->modem_ports; p; p = p->next)
        calls += p->serial.ppp.open ? 1 : 0;
    return calls;
}

void rras_dialup_disconnect(struct rras_server *server, const char *user)
{
    for (struct rras_modem_port *p = server->modem_ports; p; p = p->next) {
        struct ppp_port *port = &p->serial.ppp;
        if (port->open && (!user || strcasecmp(user, ppp_session_peer_name(&port->session)) == 0))
            ppp_port_hang_up(port, PPP_ERROR_REMOTE_DISCONNECTION);
    }
}

void rras_dialup_destroy(struct rras_server *server)
{
    for (struct rras_modem_port *p = server->modem_ports; p; p = p->next)
        ppp_port_close(&p->serial.ppp);
}
