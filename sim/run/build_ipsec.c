/* IP security of the machines. */
#include "host/host.h"
#include "ipsec/policy_agent.h"
#include "run/build_internal.h"

#include <string.h>

static struct ipsec_address_range range_of(const struct scenario_ip_prefix *prefix)
{
    if (prefix->address.version == 0)
        return (struct ipsec_address_range){.first.version = 0};
    return ipsec_range_prefix(&prefix->address, prefix->length);
}

static enum ipsec_action action_of(enum scenario_ipsec_action action)
{
    switch (action) {
    case SCENARIO_IPSEC_PROTECT:
        return IPSEC_PROTECT;
    case SCENARIO_IPSEC_BYPASS:
        return IPSEC_BYPASS;
    case SCENARIO_IPSEC_DISCARD:
        break;
    }
    return IPSEC_DISCARD;
}

static enum ipsec_ecn ecn_of(enum scenario_ecn ecn)
{
    switch (ecn) {
    case SCENARIO_ECN_COPIED:
        break;
    case SCENARIO_ECN_LIMITED:
        return IPSEC_ECN_LIMITED;
    case SCENARIO_ECN_FULL:
        return IPSEC_ECN_FULL;
    }
    return IPSEC_ECN_COPIED;
}

static struct ipsec_policy policy_of(const struct scenario_ipsec_policy *wanted)
{
    struct ipsec_policy policy = {
        .selector =
            {
                .local = range_of(&wanted->local),
                .remote = range_of(&wanted->remote),
                .protocol = wanted->any_protocol ? 0 : wanted->protocol,
                .local_port = wanted->local_port,
                .remote_port = wanted->remote_port,
            },
        .action = action_of(wanted->action),
        .mode = wanted->tunnel ? IPSEC_TUNNEL : IPSEC_TRANSPORT,
        .tunnel_local = wanted->tunnel_local,
        .tunnel_remote = wanted->tunnel_remote,
        .tunnel_ecn = ecn_of(wanted->tunnel_ecn),
        .accepts_unprotected = wanted->accepts_unprotected,
    };
    for (size_t i = 0; i < wanted->manual_count; i++) {
        policy.esp = policy.esp || !wanted->manual[i].transform.ah;
        policy.ah = policy.ah || wanted->manual[i].transform.ah;
    }
    return policy;
}

static struct security_association_config association_of(const struct scenario_ipsec_manual *manual,
                                                         bool inbound)
{
    const struct scenario_ipsec_transform *transform = &manual->transform;
    struct security_association_config config = {
        .protocol = transform->ah ? IPSEC_AH : IPSEC_ESP,
        .spi = inbound ? manual->inbound_spi : manual->outbound_spi,
        .cipher = transform->cipher,
        .cipher_key_length = (uint8_t)manual->cipher_key_length,
        .integrity = transform->authenticated,
        .hash = transform->hash,
        .integrity_key_length = (uint8_t)manual->integrity_key_length,
        .replay_window = manual->replay_window,
    };
    if (manual->cipher_key)
        memcpy(config.cipher_key, manual->cipher_key, manual->cipher_key_length);
    if (manual->integrity_key)
        memcpy(config.integrity_key, manual->integrity_key, manual->integrity_key_length);
    return config;
}

/* The only address of a manual transport policy's end; the checks have seen that it is one. */
static struct ip_address end_of(const struct scenario_ip_prefix *prefix,
                                const struct ip_address *tunnel)
{
    return tunnel->version != 0 ? *tunnel : prefix->address;
}

static enum status build_manual(struct run *run, const struct scenario_ipsec_policy *wanted,
                                uint32_t id, struct ipsec_driver *driver)
{
    struct ipsec_bundle_config bundle = {
        .policy = id,
        .mode = wanted->tunnel ? IPSEC_TUNNEL : IPSEC_TRANSPORT,
        .local = end_of(&wanted->local, &wanted->tunnel_local),
        .peer = end_of(&wanted->remote, &wanted->tunnel_remote),
        .pair_count = (uint8_t)wanted->manual_count,
    };
    for (size_t i = 0; i < wanted->manual_count; i++) {
        bundle.pairs[i].inbound = association_of(&wanted->manual[i], true);
        bundle.pairs[i].outbound = association_of(&wanted->manual[i], false);
    }
    enum status status = ipsec_driver_add(driver, &bundle, &id);
    if (status == STATUS_INVALID)
        return build_error(run, wanted->at,
                           "the security associations of policy \"%s\" cannot "
                           "be: a key is weak or an SPI is in use",
                           wanted->name);
    return status;
}

/* Has the associations of the policy @id negotiated by the rule with the number @rule. */
static enum status negotiate(struct run *run, struct policy_agent *agent, uint32_t id,
                             uint32_t rule)
{
    struct policy_agent_entry *entry = simulation_allocate(&run->simulation, sizeof *entry);
    if (!entry)
        return STATUS_NO_MEMORY;
    *entry = (struct policy_agent_entry){.policy = id, .rule = rule};
    policy_agent_attach(agent, entry);
    return STATUS_OK;
}

static const struct ike_rule *rule_of(const struct policy_agent *agent, uint32_t id)
{
    for (size_t i = 0; agent && i < agent->config->rule_count; i++)
        if (agent->config->rules[i].id == id)
            return &agent->config->rules[i];
    return NULL;
}

static enum status build_policy(struct run *run, const struct scenario_ipsec_policy *wanted,
                                uint32_t number, struct ipsec_driver *driver,
                                struct policy_agent *agent)
{
    const struct ike_rule *rule = rule_of(agent, number);
    struct ipsec_policy policy = policy_of(wanted);
    uint32_t id;
    if (rule)
        ike_policy_protocols(rule, &policy);
    enum status status = ipsec_driver_add_policy(driver, &policy, &id);
    if (status == STATUS_OK && wanted->manual_count > 0)
        return build_manual(run, wanted, id, driver);
    return status == STATUS_OK && rule ? negotiate(run, agent, id, number) : status;
}

static bool protects_l2tp(const struct scenario_node *node)
{
    for (size_t i = 0; i < node->connection_count; i++)
        if (build_l2tp_rule(node, &node->connections[i]) != 0)
            return true;
    return build_l2tp_server_rules(node).to_port != 0;
}

enum status build_ipsec(struct run *run, const struct scenario_node *node, struct host *host)
{
    static const struct scenario_ipsec nothing = {.steers_flows = true};
    const struct scenario_ipsec *wanted = node->ipsec ? node->ipsec : &nothing;
    enum status status = STATUS_OK;
    struct policy_agent **agent = &run->agents[node - run->scenario->nodes];
    if (!node->ipsec && !protects_l2tp(node))
        return STATUS_OK;
    const struct ipsec_driver_config config = {.steers_flows = wanted->steers_flows,
                                               .hold_packets = 3};
    struct ipsec_driver *driver = ipsec_driver_create(host, &config);
    if (!driver)
        return STATUS_NO_MEMORY;
    if (wanted->peer_count > 0 || protects_l2tp(node))
        status = build_ike(run, node, wanted, driver, agent);
    if (status == STATUS_OK && protects_l2tp(node)) {
        struct l2tp_link *link = run_dialer(run, node)->l2tp;
        link->agent = *agent;
        link->rules = build_l2tp_server_rules(node);
    }
    for (size_t i = 0; i < wanted->policy_count && status == STATUS_OK; i++)
        status = build_policy(run, &wanted->policies[i], (uint32_t)i + 1, driver, *agent);
    return status;
}
