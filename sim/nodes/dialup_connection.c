#include "nodes/dialup_connection.h"

#include "nodes/dialer.h"

#include <stdio.h>

/* How long the server shall wait before it calls back, as Windows asks for. */
#define CALLBACK_DELAY_S 12
/* The modem is made ready in half of that; then Windows waits so long (KB Q111068). */
#define CALLBACK_PATIENCE (85 * INSTANT_SECOND)

/* ---- How calls end ---- */

static void free_modem(struct dialup_link *link)
{
    timer_set(connection_simulation(&link->connection->base), &link->patience, INSTANT_NEVER);
    if (link->dialled)
        modem_release(link->modem);
    link->dialled = false;
    link->callback_agreed = false;
}

/* The connection is over: the modems are free for the next call. */
static void release(struct dialup_connection *connection)
{
    connection_down(&connection->base);
    if (connection->bundle)
        ppp_port_close(&connection->bundle->ppp);
    for (unsigned i = 0; i < connection->link_count; i++) {
        struct dialup_link *link = &connection->links[i];
        ppp_port_close(&link->port.ppp);
        free_modem(link);
    }
    connection_ended(&connection->base);
}

static bool is_only_link(const struct dialup_link *link)
{
    const struct dialup_connection *connection = link->connection;
    for (unsigned i = 0; i < connection->link_count; i++)
        if (&connection->links[i] != link && connection->links[i].dialled)
            return false;
    return true;
}

/* A bundle persists only while it has links (RFC 1990 section 7): one that joined later would find
   a new one at the other end. */
static bool has_lost_bundle(const struct dialup_connection *connection)
{
    const struct bundle_port *bundle = connection->bundle;
    return bundle && bundle->ppp.open && bundle->link_count == 0;
}

/* A call is over, or there was none. The last one takes the connection with it. */
static void end_link(struct dialup_link *link, uint32_t error, const char *reason)
{
    struct connection *base = &link->connection->base;
    bundle_link_leave(&link->membership);
    if (is_only_link(link) || has_lost_bundle(link->connection)) {
        connection_tell_end(base, error, reason);
        release(link->connection);
        return;
    }
    TRACE(connection_trace(base), connection_now(base), "dial.link-ended",
          trace_text("connection", base->config.name),
          trace_text("modem", link->modem->config.name), trace_number("error", error),
          trace_text("reason", reason));
    ppp_port_close(&link->port.ppp);
    free_modem(link);
}

/* What Windows shows for each way in which a call ends (raserror.h). */
static void end_by_modem(struct dialup_link *link, enum modem_end end)
{
    uint32_t error = PPP_ERROR_NONE;
    switch (end) {
    case MODEM_BUSY:
        end_link(link, DIAL_ERROR_LINE_BUSY, "the line is busy");
        return;
    case MODEM_NO_ANSWER:
        end_link(link, DIAL_ERROR_NO_ANSWER, "nobody answers");
        return;
    case MODEM_NO_CARRIER:
        end_link(link, DIAL_ERROR_NO_CARRIER, "no modem answers with a carrier");
        return;
    case MODEM_NO_DIAL_TONE:
        end_link(link, DIAL_ERROR_NO_DIAL_TONE, "there is no dial tone");
        return;
    case MODEM_REMOTE_HANG_UP:
        /* If PPP has been ended before, the server has said why. */
        if (link->port.ppp.open)
            error = ppp_session_error(&link->port.ppp.session);
        if (error == PPP_ERROR_NONE)
            error = PPP_ERROR_REMOTE_DISCONNECTION;
        end_link(link, error, connection_error_reason(error));
        return;
    case MODEM_LINE_LOST:
        end_link(link, PPP_ERROR_DISCONNECTION, "the telephone line was lost");
        return;
    }
}

/* ---- Callback ---- */

/* The call is over: the server makes the next one, to the same modem (MS-CBCP section 1.3). */
static void await_callback(struct dialup_link *link)
{
    struct connection *base = &link->connection->base;
    const struct cbcp *agreed = ppp_session_callback(&link->port.ppp.session);
    instant delay = agreed->delay_s * INSTANT_SECOND;
    TRACE(connection_trace(base), connection_now(base), "dial.callback-awaited",
          trace_text("connection", base->config.name),
          trace_text("modem", link->modem->config.name), trace_text("number", agreed->number),
          trace_number("delay", agreed->delay_s));
    ppp_port_close(&link->port.ppp);
    modem_hang_up(link->modem);
    modem_await_call(link->modem);
    link->callback_agreed = false;
    link->called = true;
    timer_set(connection_simulation(base), &link->patience,
              instant_after(connection_now(base), delay / 2 + CALLBACK_PATIENCE));
    if (base->state == CONNECTION_NEGOTIATING)
        base->state = CONNECTION_AWAITING_CALLBACK;
}

static void patience_over(void *context, instant now)
{
    (void)now;
    end_link(context, DIAL_ERROR_REQUEST_TIMEOUT, "the server did not call back");
}

static void modem_rings(void *owner)
{
    struct dialup_link *link = owner;
    timer_set(connection_simulation(&link->connection->base), &link->patience, INSTANT_NEVER);
    modem_answer(link->modem);
}

/* Hangs up every call with @error; those that are not through yet at once. */
static void hang_up_all(struct dialup_connection *connection, enum ppp_error error)
{
    for (unsigned i = 0; i < connection->link_count; i++) {
        struct dialup_link *link = &connection->links[i];
        link->callback_agreed = false;
        if (link->port.ppp.open)
            ppp_port_hang_up(&link->port.ppp, error);
        else if (link->dialled)
            end_link(link, error, connection_error_reason(error));
    }
}

/* ---- The network phase ---- */

static struct ppp_session_config line_session(struct dialup_connection *connection,
                                              const struct modem *modem)
{
    struct connection *base = &connection->base;
    struct ppp_session_config session = connection_session(base);
    profile_line(base->dialer->profile, modem, &session);
    return session;
}

/* An authenticated call becomes part of the bundle, or the bundle begins with it. */
static void join_bundle(struct dialup_link *link)
{
    struct dialup_connection *connection = link->connection;
    struct bundle_port *bundle = connection->bundle;
    if (!bundle->ppp.open) {
        struct ppp_session_config session = line_session(connection, link->modem);
        const struct ppp_port_habits habits = connection_habits(&connection->base, SERIAL_MTU);
        if (!bundle_port_open(bundle, &link->membership, &habits, &session)) {
            ppp_port_hang_up(&link->port.ppp, PPP_ERROR_NO_PROTOCOLS_CONFIGURED);
            return;
        }
    }
    link->refused = bundle_port_join(bundle, &link->membership, link->modem->rate_bps);
    if (link->refused)
        ppp_port_hang_up(&link->port.ppp, PPP_ERROR_USER_DISCONNECTION);
}

/* Events of the port that has the network phase. */
static void network_event(struct dialup_connection *connection, enum ppp_event event,
                          uint32_t value)
{
    struct connection *base = &connection->base;
    if (event == PPP_EVENT_PROTOCOL_UP || event == PPP_EVENT_PROTOCOL_DOWN)
        other_networks_changed(base->networks, value, event == PPP_EVENT_PROTOCOL_UP);
    else if (event == PPP_EVENT_NETWORK_DOWN)
        connection_down(base);
    else if (event == PPP_EVENT_NETWORK_UP &&
             (!connection_ip_is_up(base) || connection_add_interface(base)))
        connection_up(base, ppp_session_peer_address(&base->port->session), 0);
}

static void bundle_event(void *owner, enum ppp_event event, uint32_t value)
{
    struct dialup_connection *connection = owner;
    if (event != PPP_EVENT_FINISHED) {
        network_event(connection, event, value);
        return;
    }
    connection_tell_error(&connection->base, value);
    hang_up_all(connection, (enum ppp_error)value);
}

static void link_event(void *owner, enum ppp_event event, uint32_t value)
{
    struct dialup_link *link = owner;
    if (event == PPP_EVENT_CALLBACK) {
        link->callback_agreed = true;
    } else if (event == PPP_EVENT_FINISHED && link->callback_agreed) {
        await_callback(link);
    } else if (event == PPP_EVENT_FINISHED) {
        end_link(link, value, link->refused ? link->refused : connection_error_reason(value));
    } else if (!link->connection->bundle) {
        network_event(link->connection, event, value);
    } else if (event == PPP_EVENT_AUTHENTICATED) {
        join_bundle(link);
    } else if (event == PPP_EVENT_PROTOCOL_REJECTED) {
        bundle_link_protocol_rejected(&link->membership, value);
    }
}

/* ---- The modem ---- */

static void modem_connected(void *owner)
{
    struct dialup_link *link = owner;
    struct dialup_connection *connection = link->connection;
    struct connection *base = &connection->base;
    if (base->state == CONNECTION_CONNECTING || base->state == CONNECTION_AWAITING_CALLBACK)
        base->state = CONNECTION_NEGOTIATING;
    struct ppp_session_config session = line_session(connection, link->modem);
    session.cbcp.number = connection->callback_number;
    session.cbcp.delay_s = CALLBACK_DELAY_S;
    if (link->called) /* one callback is enough (MS-CBCP section 1.3) */
        session.lcp.callback = session.lcp.callback_allowed = false;
    if (connection->bundle) {
        profile_multilink(base->dialer->profile, base->dialer->host->node.name, &session.lcp);
        session.label = link->label;
        session.networks = NULL;
    }
    const struct ppp_port_habits habits = connection_habits(base, SERIAL_MTU);
    if (!serial_port_open(&link->port, link->modem, &habits, &session))
        end_link(link, PPP_ERROR_NO_PROTOCOLS_CONFIGURED, "the PPP settings are refused");
}

static void modem_ended(void *owner, enum modem_end end)
{
    struct dialup_link *link = owner;
    if (link->callback_agreed)
        await_callback(link);
    else
        end_by_modem(link, end);
}

static void modem_sent(void *owner)
{
    struct dialup_link *link = owner;
    serial_port_sent(&link->port);
}

static void modem_received(void *owner, struct packet *octets)
{
    struct dialup_link *link = owner;
    serial_port_receive(&link->port, octets);
}

static const struct modem_owner modem_owner = {
    .ring = modem_rings,
    .connected = modem_connected,
    .ended = modem_ended,
    .sent = modem_sent,
    .receive = modem_received,
};

/* ---- The connection ---- */

static void dial(struct connection *base)
{
    struct dialup_connection *connection = (struct dialup_connection *)base;
    TRACE(connection_trace(base), connection_now(base), "dial.started",
          trace_text("connection", base->config.name), trace_text("number", connection->number),
          trace_text("protocol", "dial-up"));
    for (unsigned i = 0; i < connection->link_count; i++) {
        struct dialup_link *link = &connection->links[i];
        link->refused = NULL;
        link->called = false;
        link->dialled = modem_take(link->modem, &modem_owner, link);
    }
    for (unsigned i = 0; i < connection->link_count; i++) {
        struct dialup_link *link = &connection->links[i];
        if (link->dialled)
            modem_dial(link->modem, connection->number);
        else
            end_link(link, DIAL_ERROR_PORT_NOT_AVAILABLE, "the modem is in use");
        if (base->state == CONNECTION_DISCONNECTED)
            return;
    }
}

static void hang_up(struct connection *base)
{
    hang_up_all((struct dialup_connection *)base, PPP_ERROR_USER_DISCONNECTION);
}

static void destroy(struct connection *base)
{
    struct dialup_connection *connection = (struct dialup_connection *)base;
    if (connection->bundle)
        ppp_port_close(&connection->bundle->ppp);
    for (unsigned i = 0; i < connection->link_count; i++)
        ppp_port_close(&connection->links[i].port.ppp);
}

static const struct connection_class dialup_connection_class = {
    .dial = dial,
    .hang_up = hang_up,
    .destroy = destroy,
};

static bool init_link(struct dialup_connection *connection, struct dialup_link *link,
                      struct modem *modem)
{
    struct dialer *dialer = connection->base.dialer;
    *link = (struct dialup_link){.connection = connection, .modem = modem};
    timer_init(&link->patience, patience_over, link);
    serial_port_init(&link->port, dialer->host, dialer->watch, link_event, link);
    if (!connection->bundle)
        return true;
    char label[80];
    snprintf(label, sizeof label, "%s:%s", connection->base.config.name, modem->config.name);
    link->label = simulation_copy_text(dialer->host->node.simulation, label);
    bundle_link_init(&link->membership, &link->port.ppp);
    return link->label != NULL;
}

enum status dialup_connection_add(struct dialer *dialer,
                                  const struct dialup_connection_config *config)
{
    struct simulation *simulation = dialer->host->node.simulation;
    struct dialup_connection *connection = simulation_allocate(simulation, sizeof *connection);
    if (!connection)
        return STATUS_NO_MEMORY;
    connection->links =
        simulation_allocate(simulation, config->modem_count * sizeof *connection->links);
    if (config->common.ppp.multilink == PPP_CHOICE_YES)
        connection->bundle = simulation_allocate(simulation, sizeof *connection->bundle);
    if (!connection->links ||
        (config->common.ppp.multilink == PPP_CHOICE_YES && !connection->bundle))
        return STATUS_NO_MEMORY;
    connection->number = config->number;
    connection->callback_number = config->callback_number;
    connection->link_count = config->modem_count;
    if (connection->bundle)
        bundle_port_init(connection->bundle, dialer->host, &dialer->watch->ppp, bundle_event,
                         connection);
    connection_init(&connection->base, &dialup_connection_class, dialer, &config->common,
                    connection->bundle ? &connection->bundle->ppp : &connection->links[0].port.ppp);
    for (unsigned i = 0; i < connection->link_count; i++)
        if (!init_link(connection, &connection->links[i], config->modems[i]))
            return STATUS_NO_MEMORY;
    return STATUS_OK;
}
