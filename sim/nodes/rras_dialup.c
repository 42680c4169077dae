#include "nodes/rras_dialup.h"

#include "nodes/rras_server.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct modem_owner modem_owner;

static struct ppp_port_habits line_habits(const struct rras_server *server)
{
    return (struct ppp_port_habits){
        .mtu = SERIAL_MTU,
        .mtu_ignores_mppe = server->profile->windows,
    };
}

/* ---- Bundles ---- */

static void hang_up_bundle(struct rras_bundle *bundle, uint32_t error)
{
    /* Hanging up one may take another out of the array, but never adds one. */
    struct bundle_link *links[MULTILINK_LINKS];
    unsigned count = bundle->port.link_count;
    memcpy(links, bundle->port.links, sizeof links);
    for (unsigned i = 0; i < count; i++)
        ppp_port_hang_up(links[i]->port, (enum ppp_error)error);
}

/* Where the first of its calls comes from. */
static struct trace_field bundle_origin(const struct rras_bundle *bundle)
{
    const struct serial_port *serial = (const struct serial_port *)bundle->port.links[0]->port;
    return trace_text("from", modem_caller(serial->modem));
}

static void bundle_event(void *owner, enum ppp_event event, uint32_t value)
{
    struct rras_bundle *bundle = owner;
    if (event == PPP_EVENT_FINISHED)
        hang_up_bundle(bundle, value);
    else if (bundle->port.link_count > 0)
        rras_caller_ppp_event(&bundle->caller, bundle_origin(bundle), event, value);
}

/* A bundle that is not in use, or a new one; NULL: no memory. */
static struct rras_bundle *free_bundle(struct rras_server *server)
{
    unsigned index = 0;
    struct rras_bundle **end = &server->dialup.bundles;
    for (; *end; end = &(*end)->next, index++)
        if (!(*end)->port.ppp.open)
            return *end;
    struct rras_bundle *bundle = simulation_allocate(server->host.node.simulation, sizeof *bundle);
    if (!bundle) {
        server->host.node.simulation->failure = STATUS_NO_MEMORY;
        return NULL;
    }
    *end = bundle;
    bundle->caller = (struct rras_caller){.server = server, .port = &bundle->port.ppp};
    snprintf(bundle->caller.name, sizeof bundle->caller.name, "MP%u", index + 1);
    bundle_port_init(&bundle->port, &server->host, &server->watch.ppp, bundle_event, bundle);
    return bundle;
}

/* RFC 1990 section 5.1.3: the bundle of the same peer, or a new one. */
static void join_bundle(struct rras_modem_port *port)
{
    struct rras_server *server = port->caller.server;
    if (port->membership.bundle)
        return;
    for (struct rras_bundle *b = server->dialup.bundles; b; b = b->next)
        if (b->port.ppp.open &&
            !bundle_port_join(&b->port, &port->membership, port->modem->rate_bps))
            return;
    struct rras_bundle *bundle = free_bundle(server);
    if (!bundle)
        return;
    bundle->caller.local = port->caller.local;
    struct ppp_session_config session = rras_caller_session(&bundle->caller);
    profile_line(server->profile, port->modem, &session);
    const struct ppp_port_habits habits = line_habits(server);
    if (!bundle_port_open(&bundle->port, &port->membership, &habits, &session))
        ppp_port_hang_up(&port->serial.ppp, PPP_ERROR_NO_PROTOCOLS_CONFIGURED);
    else
        (void)bundle_port_join(&bundle->port, &port->membership, port->modem->rate_bps);
}

/* A call is no longer part of its bundle, which ends with the last one. */
static void leave_bundle(struct rras_modem_port *port)
{
    struct rras_bundle *bundle = NULL;
    for (struct rras_bundle *b = port->caller.server->dialup.bundles; b; b = b->next)
        if (port->membership.bundle == &b->port)
            bundle = b;
    if (!bundle)
        return;
    bundle_link_leave(&port->membership);
    if (bundle->port.link_count == 0)
        rras_caller_close(&bundle->caller);
}

/* ---- Callback ---- */

/* How the caller of a port may be called back: what its account says. */
static unsigned allow_callback(void *context, const char *peer_name)
{
    (void)peer_name;
    struct rras_modem_port *port = context; /* its caller is its first member */
    const struct rras_user *user = rras_caller_user(&port->caller);
    /* Who was called back is where it ought to be, but nobody else. */
    if (!user || port->called_back == user)
        return CBCP_ALLOW(CBCP_NO_CALLBACK);
    if (user->callback_number)
        return CBCP_ALLOW(CBCP_PRE_SPECIFIED);
    return user->callback_by_caller ? CBCP_ALLOW(CBCP_NO_CALLBACK) | CBCP_ALLOW(CBCP_USER_SPECIFIED)
                                    : CBCP_ALLOW(CBCP_NO_CALLBACK);
}

/* What was agreed on must outlast the session. */
static void callback_agreed(struct rras_modem_port *port)
{
    const struct cbcp *agreed = ppp_session_callback(&port->serial.ppp.session);
    const struct rras_user *user = rras_caller_user(&port->caller);
    bool named = agreed->type == CBCP_USER_SPECIFIED;
    snprintf(port->callback_number, sizeof port->callback_number, "%s",
             named ? agreed->number : user->callback_number);
    port->callback_delay_s = agreed->delay_s;
    port->to_call_back = user;
}

/* The port makes the next call itself, with the modem that took this one. */
static void schedule_callback(struct rras_modem_port *port)
{
    struct simulation *simulation = port->caller.server->host.node.simulation;
    if (modem_take(port->modem, &modem_owner, port)) {
        port->called_back = port->to_call_back;
        timer_set(simulation, &port->callback_timer,
                  instant_after(simulation->now, port->callback_delay_s * INSTANT_SECOND));
    }
    port->to_call_back = NULL;
}

static void call_back(void *context, instant now)
{
    struct rras_modem_port *port = context;
    TRACE(&port->caller.server->host.node.trace, now, "server.callback.started",
          trace_text("port", port->caller.name), trace_text("user", port->called_back->name),
          trace_text("number", port->callback_number));
    modem_dial(port->modem, port->callback_number);
}

/* ---- Calls ---- */

/* A call is over, or the attempt of one: the port is free, or has to call back. */
static void end_call(struct rras_modem_port *port)
{
    leave_bundle(port);
    rras_caller_close(&port->caller);
    modem_hang_up(port->modem);
    if (port->called_back)
        modem_release(port->modem);
    port->called_back = NULL;
    if (port->to_call_back)
        schedule_callback(port);
}

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
    if (port->caller.member)
        profile_multilink(profile, port->caller.server->host.node.name, &session.lcp);
    session.allow_callback = allow_callback;
    if (port->called_back) /* one callback is enough (MS-CBCP section 1.3) */
        session.lcp.callback = session.lcp.callback_allowed = false;
    const struct ppp_port_habits habits = line_habits(port->caller.server);
    if (!serial_port_open(&port->serial, port->modem, &habits, &session))
        end_call(port);
}

static void modem_ended(void *owner, enum modem_end end)
{
    (void)end;
    end_call(owner);
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

static const struct modem_owner modem_owner = {
    .ring = modem_rings,
    .connected = modem_connected,
    .ended = modem_ended,
    .sent = modem_sent,
    .receive = modem_received,
};

static void port_event(void *owner, enum ppp_event event, uint32_t value)
{
    struct rras_modem_port *port = owner;
    if (event == PPP_EVENT_FINISHED) {
        end_call(port);
    } else if (event == PPP_EVENT_CALLBACK) {
        callback_agreed(port);
    } else if (!port->caller.member) {
        rras_caller_ppp_event(&port->caller, trace_text("from", modem_caller(port->modem)), event,
                              value);
    } else if (event == PPP_EVENT_AUTHENTICATED) {
        join_bundle(port);
    } else if (event == PPP_EVENT_PROTOCOL_REJECTED) {
        bundle_link_protocol_rejected(&port->membership, value);
    }
}

enum status rras_server_add_modem(struct rras_server *server, struct modem *modem,
                                  ipv4_address local)
{
    struct rras_modem_port *port = simulation_allocate(server->host.node.simulation, sizeof *port);
    if (!port)
        return STATUS_NO_MEMORY;
    struct rras_modem_port **end = &server->dialup.ports;
    unsigned index = 0;
    for (; *end; end = &(*end)->next)
        index++;
    *end = port;
    port->modem = modem;
    port->caller =
        (struct rras_caller){.server = server, .port = &port->serial.ppp, .local = local};
    snprintf(port->caller.name, sizeof port->caller.name, "COM%u", index + 1);
    timer_init(&port->callback_timer, call_back, port);
    serial_port_init(&port->serial, &server->host, &server->watch, port_event, port);
    port->caller.member = server->config.ppp.multilink == PPP_CHOICE_YES;
    if (port->caller.member)
        bundle_link_init(&port->membership, &port->serial.ppp);
    modem_set_answering(modem, &modem_owner, port);
    return STATUS_OK;
}

/* ---- The service ---- */

static bool state(const struct rras_service *service, const char *name, char *text, size_t size)
{
    const struct rras_dialup *dialup = (const struct rras_dialup *)service;
    if (strcmp(name, "modem.calls") != 0)
        return false;
    unsigned calls = 0;
    for (const struct rras_modem_port *p = dialup->ports; p; p = p->next)
        calls += p->serial.ppp.open ? 1 : 0;
    return snprintf(text, size, "%u", calls) > 0;
}

static void disconnect(struct rras_service *service, const char *user)
{
    struct rras_dialup *dialup = (struct rras_dialup *)service;
    for (struct rras_modem_port *p = dialup->ports; p; p = p->next)
        rras_caller_hang_up(&p->caller, user);
}

static void destroy(struct rras_service *service)
{
    struct rras_dialup *dialup = (struct rras_dialup *)service;
    for (struct rras_bundle *b = dialup->bundles; b; b = b->next)
        ppp_port_close(&b->port.ppp);
    for (struct rras_modem_port *p = dialup->ports; p; p = p->next)
        ppp_port_close(&p->serial.ppp);
}

static const struct rras_service_class dialup_class = {
    .state = state,
    .disconnect = disconnect,
    .destroy = destroy,
};

void rras_dialup_init(struct rras_dialup *dialup, struct rras_server *server)
{
    *dialup = (struct rras_dialup){.ports = NULL};
    rras_service_init(&dialup->service, &dialup_class, server);
}
