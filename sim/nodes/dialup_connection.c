#include "nodes/dialup_connection.h"

#include "nodes/dialer.h"

/* The call is over, whoever ended it: the modem is free for the next one. */
static void release(struct dialup_connection *connection)
{
    connection_down(&connection->base);
    ppp_port_close(&connection->port.ppp);
    modem_release(connection->modem);
    connection_ended(&connection->base);
}

static void modem_connected(void *owner)
{
    struct dialup_connection *connection = owner;
    struct connection *base = &connection->base;
    base->state = CONNECTION_NEGOTIATING;
    struct ppp_session_config session = connection_session(base);
    profile_line(base->dialer->profile, connection->modem, &session);
    const struct ppp_port_habits habits = connection_habits(base, SERIAL_MTU);
    if (!serial_port_open(&connection->port, connection->modem, &habits, &session)) {
        connection_tell_end(base, PPP_ERROR_NO_PROTOCOLS_CONFIGURED,
                            "the PPP settings are refused");
        release(connection);
    }
}

/* What Windows shows for each way in which a call ends (raserror.h). */
static void tell_modem_end(struct connection *base, enum modem_end end)
{
    switch (end) {
    case MODEM_BUSY:
        connection_tell_end(base, DIAL_ERROR_LINE_BUSY, "the line is busy");
        return;
    case MODEM_NO_ANSWER:
        connection_tell_end(base, DIAL_ERROR_NO_ANSWER, "nobody answers");
        return;
    case MODEM_NO_CARRIER:
        connection_tell_end(base, DIAL_ERROR_NO_CARRIER, "no modem answers with a carrier");
        return;
    case MODEM_NO_DIAL_TONE:
        connection_tell_end(base, DIAL_ERROR_NO_DIAL_TONE, "there is no dial tone");
        return;
    case MODEM_REMOTE_HANG_UP:
        connection_tell_error(base, PPP_ERROR_REMOTE_DISCONNECTION);
        return;
    case MODEM_LINE_LOST:
        connection_tell_end(base, PPP_ERROR_DISCONNECTION, "the telephone line was lost");
        return;
    }
}

static void modem_ended(void *owner, enum modem_end end)
{
    struct dialup_connection *connection = owner;
    tell_modem_end(&connection->base, end);
    release(connection);
}

static void modem_sent(void *owner)
{
    struct dialup_connection *connection = owner;
    serial_port_sent(&connection->port);
}

static void modem_received(void *owner, struct packet *octets)
{
    struct dialup_connection *connection = owner;
    serial_port_receive(&connection->port, octets);
}

/* The modem is taken only while it dials, so nobody rings. */
static void modem_rings(void *owner)
{
    (void)owner;
}

static const struct modem_owner modem_owner = {
    .ring = modem_rings,
    .connected = modem_connected,
    .ended = modem_ended,
    .sent = modem_sent,
    .receive = modem_received,
};

static void port_event(void *owner, enum ppp_event event, uint32_t value)
{
    struct dialup_connection *connection = owner;
    struct connection *base = &connection->base;
    switch (event) {
    case PPP_EVENT_LCP_UP:
    case PPP_EVENT_AUTHENTICATED:
    case PPP_EVENT_PROTOCOL_UP:
    case PPP_EVENT_PROTOCOL_DOWN:
        return;
    case PPP_EVENT_NETWORK_UP:
        if (!connection_ip_is_up(base) || connection_add_interface(base))
            connection_up(base, ppp_session_peer_address(&base->port->session));
        return;
    case PPP_EVENT_NETWORK_DOWN:
        connection_down(base);
        return;
    case PPP_EVENT_FINISHED:
        connection_tell_error(base, value);
        release(connection);
        return;
    }
}

static void dial(struct connection *base)
{
    struct dialup_connection *connection = (struct dialup_connection *)base;
    TRACE(connection_trace(base), connection_now(base), "dial.started",
          trace_text("connection", base->config.name), trace_text("number", connection->number),
          trace_text("protocol", "dial-up"));
    if (!modem_take(connection->modem, &modem_owner, connection)) {
        connection_tell_end(base, DIAL_ERROR_PORT_NOT_AVAILABLE, "the modem is in use");
        connection_ended(base);
        return;
    }
    modem_dial(connection->modem, connection->number);
}

static void hang_up(struct connection *base)
{
    struct dialup_connection *connection = (struct dialup_connection *)base;
    if (connection->port.ppp.open) {
        ppp_port_hang_up(&connection->port.ppp, PPP_ERROR_USER_DISCONNECTION);
        return;
    }
    connection_tell_error(base, PPP_ERROR_USER_DISCONNECTION);
    release(connection);
}

static void destroy(struct connection *base)
{
    struct dialup_connection *connection = (struct dialup_connection *)base;
    ppp_port_close(&connection->port.ppp);
}

static const struct connection_class dialup_connection_class = {
    .dial = dial,
    .hang_up = hang_up,
    .destroy = destroy,
};

enum status dialup_connection_add(struct dialer *dialer,
                                  const struct dialup_connection_config *config)
{
    struct host *host = dialer->host;
    struct dialup_connection *connection =
        simulation_allocate(host->node.simulation, sizeof *connection);
    if (!connection)
        return STATUS_NO_MEMORY;
    connection_init(&connection->base, &dialup_connection_class, dialer, &config->common,
                    &connection->port.ppp);
    connection->number = config->number;
    connection->modem = config->modem;
    serial_port_init(&connection->port, host, dialer->watch, port_event, connection);
    return STATUS_OK;
}
