#include "nodes/l2tp/l2tp_client.h"

#include "nodes/dialer.h"
#include "nodes/vpn_connection.h"

static struct dialer *dialer_of(const struct l2tp_client *client)
{
    return client->tunnel.connection->base.dialer;
}

static instant client_now(const struct l2tp_client *client)
{
    return connection_now(&client->tunnel.connection->base);
}

/* ---- What becomes of the call ---- */

static void call_established(struct l2tp_client *client)
{
    struct ppp_port_habits habits;
    struct ppp_session_config ppp = vpn_connection_negotiating(client->tunnel.connection, &habits);
    if (!l2tp_port_open(&client->port, &habits, &ppp)) {
        vpn_connection_failed(client->tunnel.connection, PPP_ERROR_NO_PROTOCOLS_CONFIGURED,
                              "the PPP settings are refused");
        l2tp_port_disconnect(&client->port, L2TP_DISCONNECT_ADMINISTRATIVE);
    }
}

/* Why there was no tunnel for the call. */
static const char *failure_reason(const struct l2tp_tunnel *tunnel)
{
    enum l2tp_close_reason reason = tunnel ? tunnel->reason : L2TP_CLOSE_NONE;
    if (reason == L2TP_CLOSE_NO_RESPONSE)
        return "the server does not answer";
    return reason == L2TP_CLOSE_PEER_STOP ? "the server refuses the tunnel"
                                          : "no tunnel could be established";
}

/* The tunnel has ended under the call. The client does not look at the result code of a StopCCN
 * (MS-L2TPIE 3.1.3.1). */
static void tunnel_closed(struct l2tp_client *client)
{
    struct vpn_connection *connection = client->tunnel.connection;
    enum connection_state state = connection->base.state;
    const struct l2tp_tunnel *tunnel =
        l2tp_endpoint_tunnel(&client->port.link->endpoint, client->tunnel_id);
    if (state == CONNECTION_CONNECTING || state == CONNECTION_CALLING)
        vpn_connection_failed(connection, DIAL_ERROR_NO_ANSWER, failure_reason(tunnel));
    else if (tunnel && tunnel->reason == L2TP_CLOSE_PEER_STOP)
        vpn_connection_cleared(connection);
    else
        vpn_connection_lost(connection);
}

/* The server has refused the call, or ended it. */
static void call_disconnected(struct l2tp_client *client, const struct l2tp_session *session)
{
    struct vpn_connection *connection = client->tunnel.connection;
    uint32_t error = DIAL_ERROR_NO_ANSWER;
    if (connection->base.state != CONNECTION_CALLING) {
        vpn_connection_cleared(connection);
        return;
    }
    if (session->result == L2TP_DISCONNECT_BUSY)
        error = DIAL_ERROR_LINE_BUSY;
    else if (session->result == L2TP_DISCONNECT_NO_CARRIER)
        error = DIAL_ERROR_NO_CARRIER;
    else if (session->result == L2TP_DISCONNECT_NO_DIAL_TONE)
        error = DIAL_ERROR_NO_DIAL_TONE;
    vpn_connection_failed(connection, error, "the server refuses the call");
}

/* The call is over, or there was none: what protected it goes when L2TP has said its last word. */
static void release(struct l2tp_client *client)
{
    client->securing = L2TP_CLIENT_CLEAR;
    client->guard.wanted = false;
    l2tp_link_review_guards(client->port.link);
    vpn_connection_released(client->tunnel.connection);
}

static void call_ended(struct l2tp_client *client, const struct l2tp_session *session)
{
    switch (session->reason) {
    case L2TP_END_NONE:
    case L2TP_END_LOCAL: /* why has been told before */
        break;
    case L2TP_END_PEER_DISCONNECT:
        call_disconnected(client, session);
        break;
    case L2TP_END_PROTOCOL_ERROR:
    case L2TP_END_FRAMING:
    case L2TP_END_BEARER:
    case L2TP_END_TIMEOUT:
        vpn_connection_lost(client->tunnel.connection);
        break;
    case L2TP_END_TUNNEL_CLOSED:
        tunnel_closed(client);
        break;
    }
    release(client);
}

static void call_event(void *owner, enum l2tp_event event, const struct l2tp_session *session)
{
    struct l2tp_client *client = owner;
    switch (event) {
    case L2TP_EVENT_TUNNEL_ESTABLISHED:
        vpn_connection_calling(client->tunnel.connection);
        return;
    case L2TP_EVENT_SESSION_ESTABLISHED:
        call_established(client);
        return;
    case L2TP_EVENT_SESSION_ENDED:
        call_ended(client, session);
        return;
    case L2TP_EVENT_TUNNEL_CLOSED:
    case L2TP_EVENT_TUNNEL_SETTLED:
    case L2TP_EVENT_SESSION_REQUESTED:
    case L2TP_EVENT_SESSION_PROCEEDING:
    case L2TP_EVENT_LINK_INFO:
    case L2TP_EVENT_WAN_ERROR:
        return;
    }
}

/* ---- What the connection wants ---- */

static void describe_call(struct l2tp_client *client)
{
    const struct node_profile *profile = dialer_of(client)->profile;
    client->call = (struct l2tp_call){
        .framing_type = client->config.framing,
        .tx_connect_speed = PROFILE_CONNECT_SPEED_BPS,
        .physical_channel_id = L2TP_NO_PHYSICAL_CHANNEL,
        .sequencing_required = client->config.sequencing_required,
    };
    if (client->config.outgoing_call) {
        client->call.minimum_bps = PROFILE_MINIMUM_BPS;
        client->call.maximum_bps = PROFILE_CONNECT_SPEED_BPS;
        client->call.bearer_type = L2TP_BEARER_DIGITAL | L2TP_BEARER_ANALOG;
        client->call.called_number = "";
    }
    if (!profile->windows)
        return;
    client->call.bearer_type = L2TP_BEARER_ANALOG;
    client->call.proxy_authen_type = L2TP_PROXY_NONE;
    if (profile->windows_vista) {
        entropy_fill(&dialer_of(client)->entropy, client->correlation_id,
                     sizeof client->correlation_id);
        client->call.correlation_id = client->correlation_id;
    }
}

/* The tunnel for the call: one that is there, or a new one. */
static enum status find_tunnel(struct l2tp_client *client)
{
    struct l2tp_link *link = client->port.link;
    ipv4_address server = client->tunnel.connection->config.server;
    client->tunnel_id =
        client->config.own_tunnel ? 0 : l2tp_link_tunnel_to(link, server, client->config.port);
    if (client->tunnel_id != 0)
        return STATUS_OK;
    const struct ip_address address = ip_address_from_ipv4(server);
    return l2tp_endpoint_open(&link->endpoint, client_now(client), &address, client->config.port,
                              client->config.secret, &client->tunnel_id);
}

static bool is_established(const struct l2tp_client *client)
{
    const struct l2tp_tunnel *tunnel =
        l2tp_endpoint_tunnel(&client->port.link->endpoint, client->tunnel_id);
    return tunnel && tunnel->state == L2TP_TUNNEL_ESTABLISHED;
}

static enum status place_call(struct l2tp_client *client)
{
    struct l2tp_endpoint *endpoint = &client->port.link->endpoint;
    instant now = client_now(client);
    uint16_t session_id;
    enum status status = find_tunnel(client);
    if (status != STATUS_OK)
        return status;
    if (is_established(client))
        vpn_connection_calling(client->tunnel.connection);
    describe_call(client);
    status =
        client->config.outgoing_call
            ? l2tp_endpoint_place_call(endpoint, now, client->tunnel_id, &client->call, &session_id)
            : l2tp_endpoint_ring(endpoint, now, client->tunnel_id, &client->call, &session_id);
    if (status == STATUS_OK)
        l2tp_port_take(&client->port, session_id);
    return status;
}

/* False: told why. */
static bool begin(struct l2tp_client *client)
{
    enum status status = client->port.link->started ? place_call(client) : STATUS_NO_ROOM;
    l2tp_link_run(client->port.link);
    if (status == STATUS_OK)
        return true;
    vpn_connection_failed(client->tunnel.connection, DIAL_ERROR_PORT_NOT_AVAILABLE,
                          "the call could not be placed");
    return false;
}

/* ---- IPsec in front of L2TP ---- */

static uint32_t error_of(const struct l2tp_client *client, enum ike_cause cause)
{
    switch (cause) {
    case IKE_CAUSE_TIMEOUT:
        return dialer_of(client)->profile->windows_vista ? DIAL_ERROR_VPN_TIMEOUT
                                                         : DIAL_ERROR_OAKLEY_TIMED_OUT;
    case IKE_CAUSE_NO_POLICY:
        return DIAL_ERROR_OAKLEY_NO_POLICY;
    case IKE_CAUSE_NO_PROPOSAL_CHOSEN:
        return DIAL_ERROR_OAKLEY_ATTRIB_FAIL;
    case IKE_CAUSE_CERTIFICATE_MISSING:
        return DIAL_ERROR_OAKLEY_NO_CERT;
    case IKE_CAUSE_CERTIFICATE_UNAVAILABLE:
        return DIAL_ERROR_OAKLEY_NO_PEER_CERT;
    case IKE_CAUSE_KEY_MISMATCH:
    case IKE_CAUSE_AUTHENTICATION_FAILED:
    case IKE_CAUSE_INVALID_SIGNATURE:
    case IKE_CAUSE_CERTIFICATE_EXPIRED:
    case IKE_CAUSE_CERTIFICATE_NOT_YET_VALID:
    case IKE_CAUSE_CERTIFICATE_UNKNOWN_AUTHORITY:
    case IKE_CAUSE_CERTIFICATE_INVALID:
        return DIAL_ERROR_OAKLEY_AUTH_FAIL;
    case IKE_CAUSE_AGGRESSIVE_REFUSED:
    case IKE_CAUSE_INVALID_KEY:
    case IKE_CAUSE_INVALID_ID:
    case IKE_CAUSE_MALFORMED:
    case IKE_CAUSE_BEHIND_NAT:
    case IKE_CAUSE_PEER_REFUSED:
        return DIAL_ERROR_OAKLEY_GENERAL_PROCESSING;
    case IKE_CAUSE_NONE:
    case IKE_CAUSE_NO_RESOURCES:
    case IKE_CAUSE_LOCAL:
    case IKE_CAUSE_PEER_DELETED:
    case IKE_CAUSE_EXPIRED:
    case IKE_CAUSE_REPLACED:
    case IKE_CAUSE_IDLE:
    case IKE_CAUSE_PEER_DEAD:
    case IKE_CAUSE_INITIAL_CONTACT:
        break;
    }
    return DIAL_ERROR_OAKLEY_ERROR;
}

static void tell_not_secured(struct l2tp_client *client, enum ike_cause cause)
{
    vpn_connection_failed(client->tunnel.connection, error_of(client, cause),
                          ike_cause_text(cause));
}

/* IKE has come to an end, perhaps at once. */
static void secured(void *context, enum ike_cause cause)
{
    struct l2tp_client *client = context;
    bool at_once = client->securing == L2TP_CLIENT_ASKING;
    client->securing = L2TP_CLIENT_CLEAR;
    client->cause = cause;
    if (at_once)
        return; /* secure() goes on */
    if (cause != IKE_CAUSE_NONE)
        tell_not_secured(client, cause);
    else if (begin(client))
        return;
    release(client);
}

/* Windows adds its policies and negotiates before L2TP says a word. False: told why. */
static bool secure(struct l2tp_client *client)
{
    client->guard.wanted = true;
    client->securing = L2TP_CLIENT_ASKING;
    const struct l2tp_protection_ends ends = {
        .local = client->local,
        .server = client->tunnel.connection->config.server,
        .local_port = client->port.link->socket.port,
        .server_port = client->config.port,
    };
    enum status status =
        l2tp_protection_connect(&client->guard.protection, client->port.link->agent,
                                client->config.ipsec_rule, &ends, secured, client);
    bool done = status != STATUS_OK || client->securing == L2TP_CLIENT_CLEAR;
    if (!done) {
        client->securing = L2TP_CLIENT_SECURING;
        return true;
    }
    client->securing = L2TP_CLIENT_CLEAR;
    if (status != STATUS_OK)
        vpn_connection_failed(client->tunnel.connection,
                              status == STATUS_NOT_FOUND ? DIAL_ERROR_OAKLEY_NO_CERT
                                                         : DIAL_ERROR_OAKLEY_ERROR,
                              "IPsec cannot negotiate with the server");
    else if (client->cause != IKE_CAUSE_NONE)
        tell_not_secured(client, client->cause);
    else if (begin(client))
        return true;
    client->guard.wanted = false;
    l2tp_link_review_guards(client->port.link);
    return false;
}

/* The dial is given up before L2TP has begun. */
static bool stop_securing(struct l2tp_client *client)
{
    if (client->securing != L2TP_CLIENT_SECURING)
        return false;
    policy_agent_withdraw(client->port.link->agent, &client->guard.protection.request);
    release(client);
    return true;
}

static bool dial(struct vpn_tunnel *tunnel)
{
    struct l2tp_client *client = (struct l2tp_client *)tunnel;
    client->local = host_stack_pick_source(&client->port.link->host->stack,
                                           tunnel->connection->config.server, NULL, NULL);
    if (client->local == IPV4_ANY)
        return false;
    bool protected = client->port.link->agent && client->config.ipsec_rule != 0;
    return protected ? secure(client) : begin(client);
}

static void end_call(struct vpn_tunnel *tunnel)
{
    struct l2tp_client *client = (struct l2tp_client *)tunnel;
    if (!stop_securing(client))
        l2tp_port_disconnect(&client->port, L2TP_DISCONNECT_ADMINISTRATIVE);
}

static void stop(struct vpn_tunnel *tunnel)
{
    struct l2tp_client *client = (struct l2tp_client *)tunnel;
    if (stop_securing(client))
        return;
    l2tp_endpoint_stop(&client->port.link->endpoint, client_now(client), client->tunnel_id,
                       L2TP_STOP_GENERAL, L2TP_ERROR_NONE);
    l2tp_link_run(client->port.link);
}

static bool in_use(const struct vpn_tunnel *tunnel)
{
    const struct l2tp_client *client = (const struct l2tp_client *)tunnel;
    return client->port.session_id != 0 || client->securing != L2TP_CLIENT_CLEAR;
}

static ipv4_address local_address(const struct vpn_tunnel *tunnel)
{
    return ((const struct l2tp_client *)tunnel)->local;
}

static unsigned strength(const struct vpn_tunnel *tunnel)
{
    const struct l2tp_protection *protection =
        &((const struct l2tp_client *)tunnel)->guard.protection;
    return protection->agent ? protection->request.strength : 0;
}

static uint32_t timeout_error(const struct vpn_tunnel *tunnel)
{
    const struct l2tp_client *client = (const struct l2tp_client *)tunnel;
    if (client->securing == L2TP_CLIENT_SECURING)
        return error_of(client, IKE_CAUSE_TIMEOUT);
    return dialer_of(client)->profile->windows_vista ? DIAL_ERROR_VPN_TIMEOUT
                                                     : DIAL_ERROR_NO_ANSWER;
}

static const struct vpn_tunnel_class l2tp_client_class = {
    .protocol = "L2TP",
    .dial = dial,
    .end_call = end_call,
    .cancel_call = end_call,
    .stop = stop,
    .abort = end_call, /* UDP has no way to give a tunnel up without a word */
    .in_use = in_use,
    .local_address = local_address,
    .strength = strength,
    .timeout_error = timeout_error,
};

struct vpn_tunnel *l2tp_client_create(struct vpn_connection *connection, struct dialer *dialer,
                                      const struct l2tp_client_config *config)
{
    struct l2tp_client *client = simulation_allocate(dialer->host->node.simulation, sizeof *client);
    if (!client)
        return NULL;
    client->tunnel = (struct vpn_tunnel){
        .class = &l2tp_client_class,
        .connection = connection,
        .port = &client->port.ppp,
    };
    client->config = *config;
    l2tp_link_add_guard(dialer->l2tp, &client->guard);
    l2tp_port_init(&client->port, dialer->l2tp, vpn_connection_port_event, connection, call_event,
                   client);
    return &client->tunnel;
}
