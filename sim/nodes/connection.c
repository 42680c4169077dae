#include "nodes/connection.h"

#include "nodes/dialer.h"

#include <string.h>
#include <strings.h>

/* A recorded Windows client: from the Outgoing-Call-Reply to its first LCP packet. */
#define WINDOWS_START_DELAY (2 * INSTANT_MILLISECOND)

struct simulation *connection_simulation(const struct connection *connection)
{
    return connection->dialer->host->node.simulation;
}

instant connection_now(const struct connection *connection)
{
    return connection_simulation(connection)->now;
}

const struct trace *connection_trace(const struct connection *connection)
{
    return &connection->dialer->host->node.trace;
}

void connection_init(struct connection *connection, const struct connection_class *class,
                     struct dialer *dialer, const struct connection_config *config,
                     struct ppp_port *port)
{
    *connection = (struct connection){
        .class = class,
        .dialer = dialer,
        .config = *config,
        .port = port,
    };
    struct connection **end = &dialer->connections;
    while (*end)
        end = &(*end)->next;
    *end = connection;
    if (!ppp_settings_have_networks(&config->ppp))
        return;
    connection->networks = other_networks_add_caller(&dialer->networks, port, &config->ppp);
    if (!connection->networks)
        connection_simulation(connection)->failure = STATUS_NO_MEMORY;
}

void connection_use_port(struct connection *connection, struct ppp_port *port)
{
    connection->port = port;
    if (connection->networks)
        connection->networks->port = port;
    if (connection->demand_interface)
        ppp_port_lend_interface(port, connection->demand_interface);
}

void connection_dial(struct connection *connection)
{
    if (connection->state != CONNECTION_DISCONNECTED)
        return;
    connection->state = CONNECTION_CONNECTING;
    connection->told = false;
    connection->error = PPP_ERROR_NONE;
    connection->class->dial(connection);
}

void connection_hang_up(struct connection *connection)
{
    if (connection->state == CONNECTION_DISCONNECTED ||
        connection->state == CONNECTION_DISCONNECTING)
        return;
    if (!connection->waits_for) {
        connection->class->hang_up(connection);
        return;
    }
    connection->waits_for = NULL;
    connection_tell_error(connection, PPP_ERROR_USER_DISCONNECTION);
    connection_ended(connection);
}

void connection_end_control(struct connection *connection, bool reset)
{
    if (connection->class->end_control)
        connection->class->end_control(connection, reset);
}

const char *connection_state_text(enum connection_state state)
{
    switch (state) {
    case CONNECTION_DISCONNECTED:
        return "disconnected";
    case CONNECTION_CONNECTING:
        return "connecting";
    case CONNECTION_CALLING:
        return "calling";
    case CONNECTION_NEGOTIATING:
        return "negotiating";
    case CONNECTION_AWAITING_CALLBACK:
        return "awaiting-callback";
    case CONNECTION_CONNECTED:
        return "connected";
    case CONNECTION_DISCONNECTING:
        return "disconnecting";
    }
    return "unknown";
}

/* In the system log of Windows, source Router: a demand-dial connection could not be completed. */
#define EVENT_DEMAND_DIAL_FAILED 20111

void connection_tell_end(struct connection *connection, uint32_t error, const char *reason)
{
    if (connection->told)
        return;
    connection->told = true;
    connection->error = error;
    bool was_connected = connection->state == CONNECTION_CONNECTED;
    TRACE(connection_trace(connection), connection_now(connection),
          was_connected ? "dial.disconnected" : "dial.failed",
          trace_text("connection", connection->config.name), trace_number("error", error),
          trace_text("reason", reason));
    if (!was_connected && connection->config.demand_dial)
        TRACE(connection_trace(connection), connection_now(connection), "router.logged",
              trace_number("id", EVENT_DEMAND_DIAL_FAILED),
              trace_text("interface", connection->config.name), trace_number("error", error));
    connection->state = CONNECTION_DISCONNECTING;
}

const char *connection_error_reason(uint32_t error)
{
    switch (error) {
    case PPP_ERROR_NONE:
    case PPP_ERROR_USER_DISCONNECTION:
        return "hung up";
    case PPP_ERROR_PORT_DISCONNECTED:
        return "the control connection was lost";
    case PPP_ERROR_DISCONNECTION:
        return "the connection was lost";
    case PPP_ERROR_REMOTE_DISCONNECTION:
        return "the server hung up";
    case PPP_ERROR_ACCESS_DENIED:
        return "access is denied";
    case PPP_ERROR_LOGON_HOURS:
        return "the account may not log on at this hour";
    case PPP_ERROR_ACCOUNT_DISABLED:
        return "the account is disabled";
    case PPP_ERROR_PASSWORD_EXPIRED:
        return "the password has expired";
    case PPP_ERROR_NO_DIALIN_PERMISSION:
        return "the account has no permission to dial in";
    case PPP_ERROR_CHANGING_PASSWORD:
        return "the password could not be changed";
    case PPP_ERROR_AUTHENTICATION_FAILURE:
        return "access denied: wrong user name or password";
    case PPP_ERROR_TIMEOUT:
        return "the server stopped answering PPP";
    case PPP_ERROR_NO_RESPONSE:
        return "no PPP packet ever came from the server";
    case PPP_ERROR_NO_PROTOCOLS_CONFIGURED:
        return "no network protocol could be agreed";
    case PPP_ERROR_LOOPBACK_DETECTED:
        return "the line sends everything back";
    case PPP_ERROR_NO_LOCAL_ENCRYPTION:
        return "encryption is required but not possible here";
    case PPP_ERROR_NO_REMOTE_ENCRYPTION:
        return "encryption is required but the server does not offer it";
    case PPP_ERROR_UNABLE_TO_AUTHENTICATE_SERVER:
        return "the server could not prove that it knows the password";
    case PPP_ERROR_NO_EAP_TLS_CERTIFICATE:
        return "there is no certificate that could be shown to the server";
    case PPP_ERROR_VALIDATING_SERVER_CERTIFICATE:
        return "the certificate of the server is not valid";
    case PPP_ERROR_IDLE_TIMEOUT:
        return "the connection was idle for too long";
    case PPP_ERROR_PEER_REFUSED_AUTH:
        return "the server refused to authenticate itself";
    default:
        return "PPP ended the connection";
    }
}

void connection_tell_error(struct connection *connection, uint32_t error)
{
    connection_tell_end(connection, error, connection_error_reason(error));
}

/* The one account of a connection that demands of the server to prove itself. */
static bool find_server(void *context, const char *domain, const char *user,
                        struct ppp_auth_account *account)
{
    const struct connection *connection = context;
    (void)domain;
    account->password = connection->config.server_password;
    return connection->config.server_user && strcasecmp(connection->config.server_user, user) == 0;
}

struct ppp_session_config connection_session(struct connection *connection)
{
    struct dialer *dialer = connection->dialer;
    const struct connection_config *wanted = &connection->config;
    struct ppp_session_config config = profile_ppp(dialer->profile, dialer->identification);
    profile_options(dialer->profile, false, dialer->host->node.name, &config.lcp);
    config.label = wanted->name;
    config.entropy = entropy_make(entropy_u64(&dialer->entropy), wanted->name);
    memcpy(config.auth.methods.allow, wanted->methods, sizeof config.auth.methods.allow);
    config.auth.methods.allow_count = wanted->method_count;
    config.auth.eap_allow = wanted->eap_methods;
    config.auth.tls = wanted->eap_tls;
    config.auth.user = wanted->user;
    config.auth.password = wanted->password;
    config.auth.new_password = wanted->new_password;
    config.auth.code_page = wanted->code_page;
    memcpy(config.auth.methods.require, wanted->demanded, sizeof config.auth.methods.require);
    config.auth.methods.require_count = wanted->demanded_count;
    config.auth.eap_require = wanted->demanded_eap;
    config.auth.local_name = dialer->host->node.name;
    config.auth.lookup = find_server;
    config.auth.lookup_context = connection;
    config.caller = true;
    config.ipcp.local_address = wanted->address;
    config.ipcp.local_address_fixed = wanted->address != IPV4_ANY;
    config.ccp = wanted->encryption;
    config.ccp.new_key_when_flushed = dialer->profile->mppe_new_key_when_flushed;
    config.ipcp.ask_servers[IPCP_DNS1] = true;
    config.ipcp.ask_servers[IPCP_NBNS1] = dialer->profile->asks_for_wins;
    config.ipcp.ask_servers[IPCP_DNS2] = true;
    config.ipcp.ask_servers[IPCP_NBNS2] = dialer->profile->asks_for_wins;
    config.networks = other_networks_attach(connection->networks);
    ppp_settings_apply(&wanted->ppp, &config);
    return config;
}

struct ppp_port_habits connection_habits(const struct connection *connection, uint16_t mtu)
{
    const struct node_profile *profile = connection->dialer->profile;
    return (struct ppp_port_habits){
        .delay = profile->windows ? WINDOWS_START_DELAY : 0,
        .mtu = connection->config.mtu ? connection->config.mtu : mtu,
        .mtu_ignores_mppe = profile->windows,
        .idle_limit = connection->config.idle_limit,
    };
}

bool connection_ip_is_up(const struct connection *connection)
{
    return ppp_session_protocol_is_up(&connection->port->session, PPP_PROTOCOL_IP);
}

bool connection_add_interface(struct connection *connection)
{
    if (ppp_port_add_interface(connection->port, connection->config.name))
        return true;
    ppp_port_hang_up(connection->port, PPP_ERROR_NO_PROTOCOLS_CONFIGURED);
    return false;
}

void connection_up(struct connection *connection, ipv4_address server, unsigned ipsec_bits)
{
    const struct ppp_port *port = connection->port;
    connection_add_routes(connection);
    connection->state = CONNECTION_CONNECTED;
    unsigned mppe_bits = ppp_session_strength_bits(&port->session);
    TRACE(connection_trace(connection), connection_now(connection), "dial.connected",
          trace_text("connection", connection->config.name), trace_address("server", server),
          trace_address("address", ppp_session_local_address(&port->session)),
          trace_text("encryption", mppe_bits    ? "mppe"
                                   : ipsec_bits ? "ipsec"
                                                : "none"),
          trace_number("strength", mppe_bits ? mppe_bits : ipsec_bits));
    connection_release_waiting(connection);
}
