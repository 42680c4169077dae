#include "ipsec/policy_agent.h"

#include "host/host_stack_ipv6.h"
#include "ike/ike_nat_traversal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM          1
#define uthash_nonfatal_oom(entry) ((entry)->lost = true)
#include <uthash.h>

/* A child SA of IKE and its bundle in the driver. */
struct policy_agent_child {
    uint32_t child;
    uint32_t bundle;
    bool lost; /* no memory */
    UT_hash_handle hh_child;
    UT_hash_handle hh_bundle;
};

static instant now_of(const struct policy_agent *agent)
{
    return agent->driver->host->node.simulation->now;
}

static struct policy_agent_child *find_child(const struct policy_agent *agent, uint32_t child)
{
    struct policy_agent_child *found;
    HASH_FIND(hh_child, agent->by_child, &child, sizeof child, found);
    return found;
}

static struct policy_agent_child *find_bundle(const struct policy_agent *agent, uint32_t bundle)
{
    struct policy_agent_child *found;
    HASH_FIND(hh_bundle, agent->by_bundle, &bundle, sizeof bundle, found);
    return found;
}

static void forget(struct policy_agent *agent, struct policy_agent_child *child)
{
    HASH_DELETE(hh_child, agent->by_child, child);
    HASH_DELETE(hh_bundle, agent->by_bundle, child);
    free(child);
}

static void remember(struct policy_agent *agent, uint32_t child, uint32_t bundle)
{
    struct policy_agent_child *pair = calloc(1, sizeof *pair);
    if (pair) {
        pair->child = child;
        pair->bundle = bundle;
        HASH_ADD(hh_child, agent->by_child, child, sizeof pair->child, pair);
        if (!pair->lost)
            HASH_ADD(hh_bundle, agent->by_bundle, bundle, sizeof pair->bundle, pair);
    }
    if (!pair || pair->lost)
        agent->driver->host->node.simulation->failure = STATUS_NO_MEMORY;
}

static struct ipsec_address_range range_of(const struct ike_selector *selector)
{
    if (selector->address.version == 0)
        return (struct ipsec_address_range){.first.version = 0};
    return ipsec_range_prefix(&selector->address, selector->prefix_length);
}

/* The policy that @child has been negotiated for; 0: there is none any more. */
static uint32_t policy_for(const struct policy_agent *agent, const struct ike_child_sa *child)
{
    const struct ike_traffic *traffic = &child->traffic;
    const struct ipsec_traffic example = {
        .local = traffic->local.address,
        .remote = traffic->remote.address,
        .protocol = traffic->local.protocol,
        .local_port = traffic->local.port,
        .remote_port = traffic->remote.port,
    };
    uint32_t any = 0;
    for (const struct policy_agent_entry *entry = agent->entries; entry; entry = entry->next) {
        if (entry->rule != child->rule)
            continue;
        const struct ipsec_policy *policy =
            ipsec_processor_policy(&agent->driver->processor, entry->policy);
        if (policy && ipsec_selector_matches(&policy->selector, &example))
            return entry->policy;
        if (any == 0)
            any = entry->policy;
    }
    return any;
}

static struct security_association_config association_of(const struct ike_child_protocol *protocol,
                                                         const struct ike_child_keys *keys)
{
    struct security_association_config config = {
        .protocol = protocol->protocol == IKE_CHILD_AH ? IPSEC_AH : IPSEC_ESP,
        .spi = keys->spi,
        .cipher = protocol->protocol == IKE_CHILD_AH ? CIPHER_NULL : protocol->cipher,
        .cipher_key_length = protocol->cipher_key_length,
        .integrity = protocol->authenticated,
        .hash = protocol->hash,
        .integrity_key_length = protocol->hash_key_length,
        .replay_window = protocol->authenticated ? REPLAY_WINDOW_DEFAULT : 0,
    };
    memcpy(config.cipher_key, keys->cipher_key, protocol->cipher_key_length);
    memcpy(config.integrity_key, keys->hash_key, protocol->hash_key_length);
    return config;
}

static enum ipsec_checksum_repair repair_of(const struct ike_child_sa *child)
{
    if (!child->udp_encapsulation || child->tunnel)
        return IPSEC_CHECKSUM_KEPT;
    /* RFC 3948 section 3.1.2: by the original addresses where the peer has told them. */
    return child->original_remote.version != 0 || child->original_local.version != 0
               ? IPSEC_CHECKSUM_UPDATED
               : IPSEC_CHECKSUM_RECOMPUTED;
}

/* On standby: what has waited goes out once the agent knows whom the bundle is for. */
static struct ipsec_bundle_config bundle_of(const struct ike_child_sa *child, uint32_t policy)
{
    struct ipsec_bundle_config bundle = {
        .policy = policy,
        .mode = child->tunnel ? IPSEC_TUNNEL : IPSEC_TRANSPORT,
        .local = child->local.address,
        .peer = child->remote.address,
        .selector =
            {
                .local = range_of(&child->traffic.local),
                .remote = range_of(&child->traffic.remote),
                .protocol = child->traffic.local.protocol,
                .local_port = child->traffic.local.port,
                .remote_port = child->traffic.remote.port,
            },
        .pair_count = child->protocol_count,
        .checksum_repair = repair_of(child),
        .original_peer = child->original_remote,
        .original_local = child->original_local,
        .standby = true,
    };
    if (child->udp_encapsulation) {
        bundle.local_port = child->local.port;
        bundle.peer_port = child->remote.port;
    }
    for (uint8_t i = 0; i < child->protocol_count; i++) {
        /* IKE has them outermost first, the driver as they are applied. */
        const struct ike_child_protocol *protocol =
            &child->protocols[child->protocol_count - 1 - i];
        bundle.pairs[i].inbound = association_of(protocol, &protocol->inbound);
        bundle.pairs[i].outbound = association_of(protocol, &protocol->outbound);
    }
    return bundle;
}

static void add_child(struct policy_agent *agent, const struct ike_child_sa *child)
{
    uint32_t policy = policy_for(agent, child);
    uint32_t bundle;
    if (policy == 0)
        return; /* withdrawn while it was negotiated */
    const struct ipsec_bundle_config config = bundle_of(child, policy);
    uint32_t id = child->id; /* what child points at is gone with the next call */
    enum status status = ipsec_driver_add(agent->driver, &config, &bundle);
    if (status == STATUS_OK)
        remember(agent, id, bundle);
    else if (status == STATUS_NO_MEMORY)
        agent->driver->host->node.simulation->failure = status;
    else
        (void)ike_delete_child(&agent->ike, now_of(agent), id);
}

static void child_established(struct policy_agent *agent, const struct ike_child_sa *child)
{
    uint32_t id = child->id; /* as in add_child() */
    if (!find_child(agent, id))
        add_child(agent, child);
    const struct policy_agent_child *known = find_child(agent, id);
    if (known)
        ipsec_driver_activate(agent->driver, known->bundle);
}

static void child_deleted(struct policy_agent *agent, uint32_t id)
{
    struct policy_agent_child *known = find_child(agent, id);
    if (!known)
        return;
    uint32_t bundle = known->bundle;
    forget(agent, known);
    ipsec_driver_delete(agent->driver, bundle);
}

/* Bits of the keys that a child SA encrypts with, as one usually counts them. */
static unsigned strength_of(const struct ike_child_sa *child)
{
    const struct ike_child_protocol *esp = &child->protocols[child->protocol_count - 1];
    if (esp->protocol != IKE_CHILD_ESP)
        return 0;
    switch (esp->cipher) {
    case CIPHER_NULL:
        break;
    case CIPHER_DES_CBC:
        return 56;
    case CIPHER_3DES_CBC:
        return 168;
    case CIPHER_AES_CBC:
        return 8u * esp->cipher_key_length;
    }
    return 0;
}

/* Tells those who wait for an acquisition how it has ended. */
static void finish(struct policy_agent *agent, uint32_t acquisition, enum ike_cause cause,
                   unsigned strength)
{
    if (acquisition == 0)
        return;
    for (size_t i = 0; i < IPSEC_PENDING_MAXIMUM; i++) {
        struct policy_agent_demand *demand = &agent->demands[i];
        if (demand->acquisition != acquisition)
            continue;
        demand->acquisition = 0;
        if (cause != IKE_CAUSE_NONE)
            ipsec_driver_acquire_failed(agent->driver, demand->policy, &demand->peer);
    }
    struct policy_agent_request **link = &agent->requests;
    while (*link) {
        struct policy_agent_request *request = *link;
        if (request->acquisition != acquisition) {
            link = &request->next;
            continue;
        }
        *link = request->next;
        request->acquisition = 0;
        request->strength = strength;
        request->done(request->context, cause);
        link = &agent->requests; /* the owner may have asked again */
    }
}

static void tell_key(void *context, const uint8_t initiator_cookie[ISAKMP_COOKIE_SIZE],
                     const uint8_t *key, size_t key_length)
{
    const struct policy_agent *agent = context;
    struct secret secret = {.kind = SECRET_IKE, .ike.key_length = (uint8_t)key_length};
    memcpy(secret.ike.cookie, initiator_cookie, sizeof secret.ike.cookie);
    memcpy(secret.ike.key, key, key_length);
    simulation_tell_secret(agent->driver->host->node.simulation, &secret);
}

static void handle_event(struct policy_agent *agent, const struct ike_output *output)
{
    uint32_t acquisition;
    unsigned strength;
    switch (output->event) {
    case IKE_EVENT_CHILD_INBOUND:
        add_child(agent, output->child);
        break;
    case IKE_EVENT_CHILD_ESTABLISHED:
        acquisition = output->child->acquisition;
        strength = strength_of(output->child);
        child_established(agent, output->child);
        finish(agent, acquisition, IKE_CAUSE_NONE, strength);
        break;
    case IKE_EVENT_CHILD_DELETED:
        child_deleted(agent, output->child->id);
        break;
    case IKE_EVENT_FAILED:
        finish(agent, output->acquisition, output->cause, 0);
        break;
    case IKE_EVENT_PHASE1_ESTABLISHED:
    case IKE_EVENT_PHASE1_DELETED:
    case IKE_EVENT_PEER_DEAD:
        break;
    }
}

static void send(struct policy_agent *agent, const struct ike_output *output)
{
    struct host_stack *stack = &agent->driver->host->stack;
    if (output->local.address.version == 6) {
        const struct stack_udp_socket port = {.port = output->local.port};
        (void)host_stack_ipv6_udp_send(stack, &port, &output->local.address,
                                       &output->remote.address, output->remote.port, output->packet,
                                       NULL);
        return;
    }
    /* From the address that the peer knows, which need not be the one that routing would take. */
    struct stack_udp_socket from = {.address = ip_address_to_ipv4(&output->local.address),
                                    .port = output->local.port};
    (void)host_stack_udp_send(stack, &from, ip_address_to_ipv4(&output->remote.address),
                              output->remote.port, output->packet, NULL);
}

/* As the driver's: what is called on the way may come back here. */
static void pump(struct policy_agent *agent)
{
    struct ike_output output;
    if (agent->pumping)
        return;
    agent->pumping = true;
    while (ike_poll(&agent->ike, &output)) {
        if (output.kind == OUTPUT_SEND)
            send(agent, &output);
        else if (output.kind == OUTPUT_EVENT)
            handle_event(agent, &output);
    }
    agent->pumping = false;
    timer_set(agent->driver->host->node.simulation, &agent->timer, ike_next_timeout(&agent->ike));
}

static void wake(void *context, instant now)
{
    struct policy_agent *agent = context;
    ike_handle_timeout(&agent->ike, now);
    pump(agent);
}

static void take(struct policy_agent *agent, const struct stack_udp_socket *socket,
                 const struct ip_address *source, uint16_t source_port,
                 const struct ip_address *destination, struct packet *packet)
{
    const struct ike_endpoint local = {.address = *destination, .port = socket->port};
    const struct ike_endpoint remote = {.address = *source, .port = source_port};
    ike_input(&agent->ike, now_of(agent), &local, &remote, packet);
    pump(agent);
}

static void receive(void *context, struct stack_udp_socket *socket,
                    struct stack_interface *interface, const struct ipv4_header *header,
                    uint16_t source_port, struct packet *packet)
{
    struct ip_address source = ip_address_from_ipv4(header->source);
    struct ip_address destination = ip_address_from_ipv4(header->destination);
    (void)interface;
    take(context, socket, &source, source_port, &destination, packet);
}

static void receive_ipv6(void *context, struct stack_udp_socket *socket,
                         struct stack_interface *interface, const struct ipv6_header *header,
                         uint16_t source_port, struct packet *packet)
{
    (void)interface;
    take(context, socket, &header->source, source_port, &header->destination, packet);
}

static void receive_error(void *context, struct stack_udp_socket *socket,
                          const struct stack_icmp_error *error)
{
    const struct policy_agent *agent = context;
    if (socket->port == IKE_NAT_TRAVERSAL_PORT)
        ipsec_driver_error(agent->driver, error);
}

static const struct policy_agent_entry *entry_of(const struct policy_agent *agent, uint32_t policy)
{
    const struct policy_agent_entry *entry = agent->entries;
    while (entry && entry->policy != policy)
        entry = entry->next;
    return entry;
}

static const struct ike_rule *rule_of(const struct policy_agent *agent, uint32_t id)
{
    for (size_t i = 0; i < agent->config->rule_count; i++)
        if (agent->config->rules[i].id == id)
            return &agent->config->rules[i];
    return NULL;
}

/* An end of the traffic that a packet has asked for: the policy's protocol and port. */
static struct ike_selector end_of(const struct ip_address *address, uint8_t protocol, uint16_t port)
{
    return (struct ike_selector){
        .address = *address,
        .prefix_length = (uint8_t)(ip_address_length(address) * 8),
        .protocol = protocol,
        .port = port,
    };
}

/* The driver has a packet and no security associations for it. */
static void acquire(struct policy_agent *agent, const struct ipsec_output *output)
{
    const struct policy_agent_entry *entry = entry_of(agent, output->policy);
    const struct ike_rule *rule = entry ? rule_of(agent, entry->rule) : NULL;
    const struct ipsec_policy *policy =
        ipsec_processor_policy(&agent->driver->processor, output->policy);
    struct policy_agent_demand *demand = agent->demands;
    while (demand < agent->demands + IPSEC_PENDING_MAXIMUM && demand->acquisition != 0)
        demand++;
    enum status status = STATUS_NOT_FOUND;
    if (rule && policy && demand < agent->demands + IPSEC_PENDING_MAXIMUM) {
        struct ike_acquisition wanted = {
            .rule = rule->id, .local = output->local, .remote = output->peer};
        if (rule->tunnel) {
            wanted.traffic = rule->traffic;
        } else {
            const struct ipsec_selector *selector = &policy->selector;
            wanted.traffic.local =
                end_of(&output->traffic.local, selector->protocol, selector->local_port);
            wanted.traffic.remote =
                end_of(&output->traffic.remote, selector->protocol, selector->remote_port);
        }
        *demand = (struct policy_agent_demand){.policy = output->policy, .peer = output->peer};
        status = ike_acquire(&agent->ike, now_of(agent), &wanted, &demand->acquisition);
    }
    if (status != STATUS_OK)
        ipsec_driver_acquire_failed(agent->driver, output->policy, &output->peer);
}

/* An event of the driver. */
static void driver_event(void *context, const struct ipsec_output *output)
{
    struct policy_agent *agent = context;
    struct policy_agent_child *known;
    switch (output->event) {
    case IPSEC_EVENT_ACQUIRE:
        acquire(agent, output);
        break;
    case IPSEC_EVENT_REKEY:
        known = find_bundle(agent, output->bundle);
        if (known)
            ike_rekey_child(&agent->ike, now_of(agent), known->child);
        break;
    case IPSEC_EVENT_EXPIRED:
        known = find_bundle(agent, output->bundle);
        if (known) {
            uint32_t child = known->child;
            forget(agent, known);
            (void)ike_delete_child(&agent->ike, now_of(agent), child);
        }
        break;
    case IPSEC_EVENT_MOVED:
        break;
    }
    pump(agent);
}

/* A packet has used a bundle: IKE counts the lifetimes. */
static void driver_used(void *context, uint32_t bundle, uint32_t octets, bool inbound)
{
    struct policy_agent *agent = context;
    const struct policy_agent_child *known = find_bundle(agent, bundle);
    if (!known)
        return;
    ike_child_used(&agent->ike, now_of(agent), known->child, octets, inbound);
    pump(agent);
}

static void start(struct host_extension *extension)
{
    struct policy_agent *agent = (struct policy_agent *)extension;
    for (size_t i = 0; i < 2; i++)
        if (host_stack_udp_bind(&agent->driver->host->stack, &agent->sockets[i]) != STATUS_OK)
            TRACE(&agent->driver->host->node.trace, now_of(agent), "server.failed",
                  trace_number("port", agent->sockets[i].port), trace_text("reason", "in-use"));
}

static void destroy(struct host_extension *extension)
{
    struct policy_agent *agent = (struct policy_agent *)extension;
    timer_destroy(agent->driver->host->node.simulation, &agent->timer);
    while (agent->by_child)
        forget(agent, agent->by_child);
    ike_close(&agent->ike);
}

static enum status init_ike(struct policy_agent *agent)
{
    const struct policy_agent_config *wanted = agent->config;
    struct host *host = agent->driver->host;
    char component[128];
    snprintf(component, sizeof component, "%s/ike", host->node.name);
    agent->entropy = simulation_entropy(host->node.simulation, component);
    const struct ike_config config = {
        .trace = host->node.trace,
        .pool = &host->node.simulation->packets,
        .crypto = host->node.simulation->crypto,
        .entropy = &agent->entropy,
        .calendar_start = wanted->calendar_start,
        .behaviour = wanted->behaviour,
        .host_name = wanted->host_name,
        .peers = wanted->peers,
        .peer_count = wanted->peer_count,
        .rules = wanted->rules,
        .rule_count = wanted->rule_count,
        /* A rekeying has an old and a new one of each. */
        .max_phase1 = 2 * wanted->peers_at_once,
        .max_exchanges = 4 * wanted->peers_at_once,
        .max_children = 3 * wanted->peers_at_once,
        .key_log = tell_key,
        .key_log_context = agent,
    };
    return ike_init(&agent->ike, &config);
}

enum status policy_agent_create(struct ipsec_driver *driver,
                                const struct policy_agent_config *config,
                                struct policy_agent **created)
{
    struct policy_agent *agent = simulation_allocate(driver->host->node.simulation, sizeof *agent);
    if (!agent)
        return STATUS_NO_MEMORY;
    *agent = (struct policy_agent){
        .extension = {.start = start, .destroy = destroy}, .driver = driver, .config = config};
    enum status status = init_ike(agent);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < 2; i++)
        agent->sockets[i] = (struct stack_udp_socket){
            .port = i == 0 ? IKE_PORT : IKE_NAT_TRAVERSAL_PORT,
            .receive = receive,
            .receive_ipv6 = receive_ipv6,
            .error = receive_error,
            .context = agent,
        };
    timer_init(&agent->timer, wake, agent);
    driver->event = driver_event;
    driver->used = driver_used;
    driver->event_context = agent;
    host_add_extension(driver->host, &agent->extension);
    *created = agent;
    return STATUS_OK;
}

void policy_agent_attach(struct policy_agent *agent, struct policy_agent_entry *entry)
{
    struct policy_agent_entry **end = &agent->entries;
    while (*end)
        end = &(*end)->next;
    entry->next = NULL;
    *end = entry;
}

void policy_agent_detach(struct policy_agent *agent, struct policy_agent_entry *entry)
{
    struct policy_agent_entry **link = &agent->entries;
    while (*link && *link != entry)
        link = &(*link)->next;
    if (*link)
        *link = entry->next;
}

enum status policy_agent_negotiate(struct policy_agent *agent, struct policy_agent_request *request)
{
    enum status status =
        ike_acquire(&agent->ike, now_of(agent), &request->wanted, &request->acquisition);
    if (status != STATUS_OK) {
        request->acquisition = 0;
        return status;
    }
    request->next = agent->requests;
    agent->requests = request;
    pump(agent);
    return STATUS_OK;
}

void policy_agent_withdraw(struct policy_agent *agent, struct policy_agent_request *request)
{
    struct policy_agent_request **link = &agent->requests;
    while (*link && *link != request)
        link = &(*link)->next;
    if (*link)
        *link = request->next;
    request->acquisition = 0;
}

void policy_agent_delete_peer(struct policy_agent *agent, const struct ip_address *remote,
                              const char *name)
{
    ike_delete_peer(&agent->ike, now_of(agent), remote, name);
    pump(agent);
}
