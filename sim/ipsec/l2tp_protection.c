#include "ipsec/l2tp_protection.h"

#include <string.h>

/* The port of L2TP (RFC 2661 section 8.1), which a caller need not begin from. */
#define L2TP_PORT 1701

static struct ike_selector udp_end(const struct ip_address *address, uint16_t port)
{
    struct ike_selector selector = {.protocol = IPV4_PROTOCOL_UDP, .port = port};
    if (address) {
        selector.address = *address;
        selector.prefix_length = (uint8_t)(ip_address_length(address) * 8);
    }
    return selector;
}

struct ike_traffic l2tp_protection_server_traffic(uint16_t own_port, bool to_port)
{
    return (struct ike_traffic){.local = udp_end(NULL, to_port ? own_port : 0),
                                .remote = udp_end(NULL, to_port ? 0 : L2TP_PORT)};
}

struct ike_traffic l2tp_protection_client_traffic(uint16_t own_port,
                                                  const struct ip_address *server)
{
    return (struct ike_traffic){.local = udp_end(NULL, own_port), .remote = udp_end(server, 0)};
}

/* Adds a filter, in both directions, between @local and @remote (NULL: any). */
static enum status add_filter(struct l2tp_protection *protection, uint32_t rule,
                              const struct ip_address *local, uint16_t local_port,
                              const struct ip_address *remote, uint16_t remote_port)
{
    struct ipsec_policy policy = {
        .selector =
            {
                .protocol = IPV4_PROTOCOL_UDP,
                .local_port = local_port,
                .remote_port = remote_port,
            },
        .action = IPSEC_PROTECT,
        .mode = IPSEC_TRANSPORT,
        .esp = true, /* RFC 3193 section 3: L2TP is always encrypted */
    };
    if (local)
        policy.selector.local = ipsec_range_address(local);
    if (remote)
        policy.selector.remote = ipsec_range_address(remote);
    struct policy_agent_entry *entry = &protection->entries[protection->filters];
    enum status status =
        ipsec_driver_add_policy(protection->agent->driver, &policy, &entry->policy);
    if (status != STATUS_OK)
        return status;
    entry->rule = rule;
    policy_agent_attach(protection->agent, entry);
    protection->filters++;
    return STATUS_OK;
}

enum status l2tp_protection_serve(struct l2tp_protection *protection, struct policy_agent *agent,
                                  uint16_t own_port, const struct l2tp_protection_rules *rules)
{
    *protection = (struct l2tp_protection){.agent = agent};
    enum status status = add_filter(protection, rules->to_port, NULL, own_port, NULL, L2TP_PORT);
    if (status == STATUS_OK)
        status = add_filter(protection, rules->to_port, NULL, own_port, NULL, 0);
    if (status == STATUS_OK)
        status = add_filter(protection, rules->from_port, NULL, 0, NULL, L2TP_PORT);
    return status;
}

enum status l2tp_protection_connect(struct l2tp_protection *protection, struct policy_agent *agent,
                                    uint32_t rule, const struct l2tp_protection_ends *ends,
                                    void (*done)(void *context, enum ike_cause cause),
                                    void *context)
{
    const struct ip_address here = ip_address_from_ipv4(ends->local);
    l2tp_protection_end(protection, false);
    *protection = (struct l2tp_protection){
        .agent = agent,
        .peer = ip_address_from_ipv4(ends->server),
        .request = {.done = done, .context = context},
    };
    enum status status =
        add_filter(protection, rule, &here, ends->local_port, &protection->peer, ends->server_port);
    if (status == STATUS_OK)
        status = add_filter(protection, rule, &here, ends->local_port, &protection->peer, 0);
    protection->request.wanted = (struct ike_acquisition){
        .rule = rule,
        .local = here,
        .remote = protection->peer,
        .traffic = {.local = udp_end(&here, ends->local_port),
                    .remote = udp_end(&protection->peer, ends->server_port)},
    };
    if (status == STATUS_OK)
        status = policy_agent_negotiate(agent, &protection->request);
    if (status != STATUS_OK)
        l2tp_protection_end(protection, false);
    return status;
}

void l2tp_protection_end(struct l2tp_protection *protection, bool delete_peer)
{
    struct policy_agent *agent = protection->agent;
    if (!agent)
        return;
    protection->agent = NULL;
    policy_agent_withdraw(agent, &protection->request);
    if (delete_peer)
        policy_agent_delete_peer(agent, &protection->peer, NULL);
    while (protection->filters > 0) {
        struct policy_agent_entry *entry = &protection->entries[--protection->filters];
        policy_agent_detach(agent, entry);
        ipsec_driver_remove_policy(agent->driver, entry->policy);
    }
}
