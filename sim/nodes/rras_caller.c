#include "nodes/rras_caller.h"

#include "nodes/rras_server.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static instant server_now(const struct rras_server *server)
{
    return server->host.node.simulation->now;
}

static struct rras_user *find_user(const struct rras_server *server, const char *name)
{
    struct rras_user *user = server->users;
    while (user && strcasecmp(user->name, name) != 0)
        user = user->next;
    return user;
}

const struct rras_user *rras_caller_user(const struct rras_caller *caller)
{
    const char *name = ppp_session_peer_name(&caller->port->session);
    const char *domain_end = strrchr(name, '\\');
    return find_user(caller->server, domain_end ? domain_end + 1 : name);
}

/* A stand-alone server: every domain means its own database, or the name with its domain is looked
   for as it stands. */
static struct rras_user *find_in_domain(const struct rras_server *server, const char *domain,
                                        const char *user)
{
    char name[2 * PPP_AUTH_NAME_MAX + 2];
    if (!server->config.knows_no_domains || domain[0] == '\0')
        return find_user(server, user);
    snprintf(name, sizeof name, "%s\\%s", domain, user);
    return find_user(server, name);
}

static bool find_account(void *context, const char *domain, const char *user,
                         struct ppp_auth_account *account)
{
    const struct rras_server *server = context;
    const struct rras_user *known = find_in_domain(server, domain, user);
    if (server->config.masquerades) {
        *account = (struct ppp_auth_account){.password = "", .accept_anything = true};
        return true;
    }
    if (!known)
        return false;
    *account = (struct ppp_auth_account){.password = known->password, .error = known->error};
    if (!known->password)
        account->nt_hash = known->nt_hash;
    if (!known->password && known->has_lm_hash)
        account->lm_hash = known->lm_hash;
    return true;
}

/* Only another password helps; the old one again would expire at once. */
static bool change_password(void *context, const char *domain, const char *name,
                            const struct ppp_auth_new_password *new_password)
{
    struct rras_server *server = context;
    struct rras_user *user = find_in_domain(server, domain, name);
    const char *text = new_password->password;
    if (!user || (text && user->password && strcmp(text, user->password) == 0))
        return false;
    if (text && !(text = simulation_copy_text(server->host.node.simulation, text)))
        return false;
    user->password = text;
    user->error = 0;
    user->has_lm_hash = new_password->has_lm_hash;
    memcpy(user->nt_hash, new_password->nt_hash, sizeof user->nt_hash);
    memcpy(user->lm_hash, new_password->lm_hash, sizeof user->lm_hash);
    TRACE(&server->host.node.trace, server_now(server), "server.password.changed",
          trace_text("user", user->name), trace_text("known", text ? "password" : "hash"));
    return true;
}

/* The account's own address, or the next one of the pool. */
static ipv4_address assign_address(void *context, const char *peer_name)
{
    (void)peer_name;
    struct rras_caller *caller = context;
    struct rras_server *server = caller->server;
    const struct rras_user *user = rras_caller_user(caller);
    if (user && user->address != IPV4_ANY)
        caller->address = user->address;
    else if (caller->address == IPV4_ANY)
        caller->address = address_pool_take(&server->pool);
    if (caller->address == IPV4_ANY)
        TRACE_BARE(&server->host.node.trace, server_now(server), "server.pool.exhausted");
    return caller->address;
}

/* Memory for other protocols is taken when the first call comes, for later ones too. */
static struct ppp_networks *caller_networks(struct rras_caller *caller)
{
    struct rras_server *server = caller->server;
    if (!caller->networks && ppp_settings_have_networks(&server->config.ppp)) {
        caller->networks =
            other_networks_add_server(&server->dialer.networks, caller->port, &server->config.ppp);
        if (!caller->networks)
            server->host.node.simulation->failure = STATUS_NO_MEMORY;
    }
    return other_networks_attach(caller->networks);
}

struct ppp_session_config rras_caller_session(struct rras_caller *caller)
{
    struct rras_server *server = caller->server;
    struct ppp_session_config config = profile_ppp(server->profile, "");
    profile_options(server->profile, true, server->host.node.name, &config.lcp);
    config.lcp.identification[0] = NULL; /* only clients identify themselves */
    config.lcp.identification[1] = NULL;
    config.label = caller->name;
    config.entropy = entropy_make(entropy_u64(&server->entropy), caller->name);
    memcpy(config.auth.methods.require, server->config.methods, sizeof config.auth.methods.require);
    config.auth.methods.require_count = server->config.method_count;
    config.auth.local_name = server->host.node.name;
    config.auth.lookup = find_account;
    config.auth.lookup_context = server;
    config.auth.change = change_password;
    config.auth.eap_require = server->config.eap_methods;
    config.auth.tls = server->config.eap_tls;
    config.auth.code_page = server->config.code_page;
    config.auth.change_version = server->config.change_version;
    config.auth.notification = server->config.notification;
    memcpy(config.auth.methods.allow, server->config.proves, sizeof config.auth.methods.allow);
    config.auth.methods.allow_count = server->config.proves_count;
    config.auth.eap_allow = server->config.proves_eap;
    config.auth.user = server->config.own_user;
    config.auth.password = server->config.own_password;
    config.ccp = server->config.encryption;
    config.ccp.new_key_when_flushed = server->profile->mppe_new_key_when_flushed;
    config.ipcp.local_address =
        caller->local != IPV4_ANY ? caller->local : server->internal_address;
    config.ipcp.local_address_fixed = true;
    memcpy(config.ipcp.servers, server->config.name_servers, sizeof config.ipcp.servers);
    config.assign_address = assign_address;
    config.assign_context = caller;
    config.networks = caller->member ? NULL : caller_networks(caller);
    ppp_settings_apply(&server->config.ppp, &config);
    return config;
}

struct ppp_session_config rras_caller_negotiating(struct rras_caller *caller, uint16_t mtu,
                                                  struct ppp_port_habits *habits)
{
    const struct node_profile *profile = caller->server->profile;
    struct ppp_session_config config = rras_caller_session(caller);
    *habits = (struct ppp_port_habits){
        /* A Windows server's PPP begins with the caller's first frame. */
        .passive = profile->windows,
        .mtu = mtu ? mtu : profile->tunnel_mtu,
        .mtu_ignores_mppe = profile->windows,
    };
    profile_tunnel(profile, habits->mtu, &config);
    return config;
}

/* The networks behind a calling router; they go with the interface. */
static void add_routes(struct rras_caller *caller)
{
    const struct rras_user *user = rras_caller_user(caller);
    for (size_t i = 0; user && i < user->route_count; i++)
        (void)host_stack_add_route(&caller->server->host.stack, user->routes[i].destination,
                                   user->routes[i].prefix_length, IPV4_ANY, caller->port->interface,
                                   user->routes[i].metric);
}

static bool ip_up(struct rras_caller *caller)
{
    if (!ppp_port_add_interface(caller->port, caller->name)) {
        ppp_port_hang_up(caller->port, PPP_ERROR_NO_PROTOCOLS_CONFIGURED);
        return false;
    }
    /* Neighbours of the caller's address on an Ethernet ask for it by ARP: the server answers. */
    host_stack_proxy_address(&caller->server->host.stack, caller->address, true);
    add_routes(caller);
    return true;
}

static void ip_down(struct rras_caller *caller)
{
    if (caller->port->interface)
        host_stack_proxy_address(&caller->server->host.stack, caller->address, false);
    ppp_port_remove_interface(caller->port);
}

static void connected(struct rras_caller *caller, struct trace_field from)
{
    struct rras_server *server = caller->server;
    const struct ppp_session *session = &caller->port->session;
    if (ppp_session_protocol_is_up(session, PPP_PROTOCOL_IP) && !ip_up(caller))
        return;
    caller->connected = true;
    TRACE(&server->host.node.trace, server_now(server), "server.caller.connected",
          trace_text("port", caller->name), trace_text("user", ppp_session_peer_name(session)),
          from, trace_address("address", caller->address),
          trace_number("strength", ppp_session_strength_bits(session)));
    const struct rras_user *user = rras_caller_user(caller);
    if (user && user->session_limit > 0)
        ppp_port_limit(caller->port, user->session_limit, !server->profile->windows);
}

static void protocol_changed(struct rras_caller *caller, bool up, uint32_t protocol)
{
    other_networks_changed(caller->networks, protocol, up);
    if (protocol != PPP_PROTOCOL_IP || !caller->connected)
        return;
    if (!up)
        ip_down(caller);
    else if (!caller->port->interface)
        ip_up(caller);
}

static void disconnected(struct rras_caller *caller)
{
    struct rras_server *server = caller->server;
    ip_down(caller);
    if (!caller->connected)
        return;
    caller->connected = false;
    TRACE(&server->host.node.trace, server_now(server), "server.caller.disconnected",
          trace_text("port", caller->name),
          trace_text("user", ppp_session_peer_name(&caller->port->session)),
          trace_address("address", caller->address));
}

void rras_caller_ppp_event(struct rras_caller *caller, struct trace_field from,
                           enum ppp_event event, uint32_t value)
{
    if (event == PPP_EVENT_PROTOCOL_UP || event == PPP_EVENT_PROTOCOL_DOWN)
        protocol_changed(caller, event == PPP_EVENT_PROTOCOL_UP, value);
    else if (event == PPP_EVENT_NETWORK_UP)
        connected(caller, from);
    else if (event == PPP_EVENT_NETWORK_DOWN || event == PPP_EVENT_FINISHED)
        disconnected(caller);
}

void rras_caller_hang_up(struct rras_caller *caller, const char *user)
{
    struct ppp_port *port = caller->port;
    if (port->open && (!user || strcasecmp(user, ppp_session_peer_name(&port->session)) == 0))
        ppp_port_hang_up(port, PPP_ERROR_REMOTE_DISCONNECTION);
}

void rras_caller_close(struct rras_caller *caller)
{
    disconnected(caller);
    ppp_port_close(caller->port);
    if (caller->address != IPV4_ANY)
        address_pool_give_back(&caller->server->pool, caller->address);
    caller->address = IPV4_ANY;
}
