/* IKE of the machines: whom they speak it with, and what they offer. */
#include "crypto/dh.h"
#include "ike/ike_proposal.h"
#include "ike/ike_vendor.h"
#include "ipsec/l2tp_protection.h"
#include "run/build_internal.h"

#include <string.h>

/* Peers that the policies of a machine have room for, beside those of L2TP. */
#define PEERS_AT_ONCE 8

static enum ike_profile profile_of(const struct scenario_node *node)
{
    const char *implementation = node->ipsec ? node->ipsec->implementation : NULL;
    for (unsigned i = 0; implementation && i < IKE_PROFILES; i++)
        if (strcmp(ike_profile_name((enum ike_profile)i), implementation) == 0)
            return (enum ike_profile)i;
    switch (node->profile) {
    case SCENARIO_PROFILE_RFC:
        break;
    case SCENARIO_PROFILE_WINDOWS_95:
    case SCENARIO_PROFILE_WINDOWS_98:
    case SCENARIO_PROFILE_WINDOWS_NT4:
    case SCENARIO_PROFILE_WINDOWS_2000:
        return IKE_PROFILE_WINDOWS_2000;
    case SCENARIO_PROFILE_WINDOWS_XP:
        return IKE_PROFILE_WINDOWS_XP_SP2;
    case SCENARIO_PROFILE_SERVER_2003_STANDARD:
    case SCENARIO_PROFILE_SERVER_2003_WEB:
        return IKE_PROFILE_SERVER_2003;
    case SCENARIO_PROFILE_SERVER_2008:
        return IKE_PROFILE_SERVER_2008;
    case SCENARIO_PROFILE_LINUX:
        return IKE_PROFILE_LINUX;
    }
    return IKE_PROFILE_RFC;
}

static uint16_t hash_number(enum hash_algorithm hash)
{
    switch (hash) {
    case HASH_MD5:
        return IKE_HASH_MD5;
    case HASH_SHA1:
        return IKE_HASH_SHA1;
    case HASH_SHA256:
        break;
    }
    return IKE_HASH_SHA256;
}

static uint16_t integrity_number(const struct scenario_ipsec_transform *transform)
{
    if (!transform->authenticated)
        return IKE_INTEGRITY_NONE;
    switch (transform->hash) {
    case HASH_MD5:
        return IKE_INTEGRITY_HMAC_MD5;
    case HASH_SHA1:
        return IKE_INTEGRITY_HMAC_SHA;
    case HASH_SHA256:
        break;
    }
    return IKE_INTEGRITY_HMAC_SHA256;
}

static uint16_t encryption_number(enum cipher_algorithm cipher)
{
    switch (cipher) {
    case CIPHER_NULL: /* the language has no such transform */
    case CIPHER_DES_CBC:
        return IKE_ENCRYPTION_DES;
    case CIPHER_3DES_CBC:
        return IKE_ENCRYPTION_3DES;
    case CIPHER_AES_CBC:
        break;
    }
    return IKE_ENCRYPTION_AES;
}

static uint8_t transform_number(const struct scenario_ipsec_transform *transform)
{
    if (transform->ah)
        return transform->hash == HASH_MD5    ? IKE_AH_MD5
               : transform->hash == HASH_SHA1 ? IKE_AH_SHA
                                              : IKE_AH_SHA256;
    switch (transform->cipher) {
    case CIPHER_NULL:
        return IKE_ESP_NULL;
    case CIPHER_DES_CBC:
        return IKE_ESP_DES;
    case CIPHER_3DES_CBC:
        return IKE_ESP_3DES;
    case CIPHER_AES_CBC:
        break;
    }
    return IKE_ESP_AES;
}

/* What a peer is offered in phase 1; NULL: no memory. */
static const struct ike_phase1_list *phase1_of(struct run *run, enum ike_profile profile,
                                               const struct scenario_ike_peer *wanted)
{
    if (wanted->transform_count == 0)
        return ike_profile_phase1(profile);
    struct ike_phase1_list *list = simulation_allocate(&run->simulation, sizeof *list);
    struct ike_phase1_transform *transforms =
        simulation_allocate(&run->simulation, wanted->transform_count * sizeof *transforms);
    if (!list || !transforms)
        return NULL;
    for (size_t i = 0; i < wanted->transform_count; i++) {
        const struct scenario_ike_transform *t = &wanted->transforms[i];
        transforms[i] = (struct ike_phase1_transform){
            .encryption = encryption_number(t->cipher),
            .key_bits = t->key_bits,
            .hash = hash_number(t->hash),
            .group = t->group,
            .seconds = (uint32_t)(wanted->lifetime / INSTANT_SECOND),
        };
    }
    *list = (struct ike_phase1_list){.transforms = transforms, .count = wanted->transform_count};
    return list;
}

/* What is offered in quick mode; NULL: no memory. */
static const struct ike_phase2_list *phase2_of(struct run *run, enum ike_profile profile,
                                               bool server,
                                               const struct scenario_ipsec_offer *wanted)
{
    const struct ike_phase2_list *usual = ike_profile_phase2(profile, server);
    if (wanted->proposal_count == 0 && wanted->lifetime == 0 && wanted->lifetime_kilobytes == 0)
        return usual;
    size_t count = wanted->proposal_count > 0 ? wanted->proposal_count : usual->count;
    struct ike_phase2_list *list = simulation_allocate(&run->simulation, sizeof *list);
    struct ike_phase2_choice *choices =
        simulation_allocate(&run->simulation, count * sizeof *choices);
    if (!list || !choices)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        choices[i] = usual->choices[i < usual->count ? i : 0];
        for (size_t j = 0; j < 2 && wanted->proposal_count > 0; j++) {
            const struct scenario_ipsec_transform *t = &wanted->proposals[i].parts[j];
            memset(&choices[i].protocols[j], 0, sizeof choices[i].protocols[j]);
            if (j >= wanted->proposals[i].count)
                continue;
            choices[i].protocols[j].protocol = t->ah ? IKE_CHILD_AH : IKE_CHILD_ESP;
            choices[i].protocols[j].id = transform_number(t);
            choices[i].protocols[j].key_bits = t->key_bits;
            choices[i].protocols[j].integrity = integrity_number(t);
        }
        if (wanted->lifetime > 0)
            choices[i].seconds = (uint32_t)(wanted->lifetime / INSTANT_SECOND);
        if (wanted->lifetime_kilobytes > 0)
            choices[i].kilobytes = wanted->lifetime_kilobytes;
    }
    *list = (struct ike_phase2_list){.choices = choices, .count = count};
    return list;
}

static struct ike_name name_of(const char *text, enum ike_name_kind otherwise)
{
    struct ip_address address;
    if (!text)
        return (struct ike_name){.kind = otherwise};
    enum ike_name_kind kind = strchr(text, '=')                  ? IKE_NAME_CERTIFICATE
                              : strchr(text, '@')                ? IKE_NAME_USER_FQDN
                              : ip_address_parse(text, &address) ? IKE_NAME_ADDRESS
                                                                 : IKE_NAME_FQDN;
    return (struct ike_name){.kind = kind, .text = text};
}

static enum status build_peer(struct run *run, enum ike_profile profile,
                              const struct scenario_ike_peer *wanted, struct ike_peer *peer)
{
    bool key = wanted->pre_shared_key != NULL;
    *peer = (struct ike_peer){
        .remote = wanted->remote.address,
        .prefix_length = (uint8_t)wanted->remote.length,
        .mode = wanted->aggressive ? IKE_AGGRESSIVE_MODE : IKE_MAIN_MODE,
        .accepts_aggressive = wanted->accepts_aggressive,
        .phase1 = phase1_of(run, profile, wanted),
        .authentication =
            key ? IKE_AUTHENTICATION_PRE_SHARED_KEY : IKE_AUTHENTICATION_RSA_SIGNATURE,
        .pre_shared_key = (const uint8_t *)wanted->pre_shared_key,
        .pre_shared_key_length = key ? strlen(wanted->pre_shared_key) : 0,
        .wraps_certificates = wanted->wraps_certificates,
        .own_name = name_of(wanted->identity, key ? IKE_NAME_ADDRESS : IKE_NAME_CERTIFICATE),
        .checks_name = wanted->peer_identity != NULL,
        .peer_name = name_of(wanted->peer_identity, IKE_NAME_ADDRESS),
    };
    const struct certificate **trusted =
        simulation_allocate(&run->simulation, wanted->trusted_count * sizeof *trusted);
    if (!peer->phase1 || !trusted)
        return STATUS_NO_MEMORY;
    enum status status = STATUS_OK;
    if (wanted->certificate)
        status = build_certificate(run, wanted->certificate, &peer->certificate);
    for (size_t i = 0; i < wanted->trusted_count && status == STATUS_OK; i++)
        status = build_certificate(run, wanted->trusted[i], &trusted[i]);
    peer->trusted = trusted;
    peer->trusted_count = wanted->trusted_count;
    return status;
}

static struct ike_selector selector_of(const struct scenario_ip_prefix *prefix,
                                       const struct scenario_ipsec_policy *policy, uint16_t port)
{
    return (struct ike_selector){
        .address = prefix->address,
        .prefix_length = (uint8_t)prefix->length,
        .protocol = policy->any_protocol ? 0 : policy->protocol,
        .port = port,
    };
}

/* The rules of a machine are numbered as its policies, from 1 on. */
static enum status build_rule(struct run *run, const struct scenario_node *node, size_t index,
                              struct ike_rule *rule)
{
    const struct scenario_ipsec_policy *wanted = &node->ipsec->policies[index];
    *rule = (struct ike_rule){
        .id = (uint32_t)index + 1,
        .traffic = {.local = selector_of(&wanted->local, wanted, wanted->local_port),
                    .remote = selector_of(&wanted->remote, wanted, wanted->remote_port)},
        .tunnel = wanted->tunnel,
        .phase2 = phase2_of(run, profile_of(node), node->server != NULL, &wanted->offer),
        .pfs_group = (uint8_t)wanted->offer.pfs_group,
    };
    return rule->phase2 ? STATUS_OK : STATUS_NO_MEMORY;
}

void ike_policy_protocols(const struct ike_rule *rule, struct ipsec_policy *policy)
{
    const struct ike_phase2_choice *first = &rule->phase2->choices[0];
    for (size_t i = 0; i < IKE_PHASE2_PROTOCOLS_MAX; i++) {
        policy->esp = policy->esp || first->protocols[i].protocol == IKE_CHILD_ESP;
        policy->ah = policy->ah || first->protocols[i].protocol == IKE_CHILD_AH;
    }
}

/* A rule of L2TP; its phase 2 is missing without memory. */
static struct ike_rule l2tp_rule(struct run *run, const struct scenario_node *node, uint32_t id,
                                 bool server, struct ike_traffic traffic)
{
    static const struct scenario_ipsec_offer usual;
    const struct scenario_ipsec_offer *offer = node->ipsec ? &node->ipsec->l2tp : &usual;
    return (struct ike_rule){
        .id = id,
        .traffic = traffic,
        .phase2 = phase2_of(run, profile_of(node), server, offer),
        .pfs_group = (uint8_t)offer->pfs_group,
    };
}

/* The rules of the L2TP that the machine places and takes calls by. */
static enum status build_l2tp_rules(struct run *run, const struct scenario_node *node,
                                    struct policy_agent_config *config, struct ike_rule *rules)
{
    size_t first = config->rule_count;
    const uint16_t own_port = build_l2tp_own_port(node);
    for (size_t i = 0; i < node->connection_count; i++) {
        const struct scenario_connection *connection = &node->connections[i];
        const struct ip_address server = ip_address_from_ipv4(connection->server);
        uint32_t id = build_l2tp_rule(node, connection);
        if (id != 0)
            rules[config->rule_count++] =
                l2tp_rule(run, node, id, false, l2tp_protection_client_traffic(own_port, &server));
    }
    const struct l2tp_protection_rules server = build_l2tp_server_rules(node);
    for (int from = 0; from < 2 && server.to_port != 0; from++)
        rules[config->rule_count++] =
            l2tp_rule(run, node, from ? server.from_port : server.to_port, true,
                      l2tp_protection_server_traffic(own_port, !from));
    for (size_t i = first; i < config->rule_count; i++)
        if (!rules[i].phase2)
            return STATUS_NO_MEMORY;
    return STATUS_OK;
}

static enum status build_lists(struct run *run, const struct scenario_node *node,
                               const struct scenario_ipsec *wanted,
                               struct policy_agent_config *config)
{
    struct ike_peer *peers =
        simulation_allocate(&run->simulation, wanted->peer_count * sizeof *peers);
    struct ike_rule *rules = simulation_allocate(
        &run->simulation, (wanted->policy_count + node->connection_count + 2) * sizeof *rules);
    if (!peers || !rules)
        return STATUS_NO_MEMORY;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < wanted->peer_count && status == STATUS_OK; i++)
        status = build_peer(run, profile_of(node), &wanted->peers[i], &peers[i]);
    for (size_t i = 0; i < wanted->policy_count && status == STATUS_OK; i++) {
        const struct scenario_ipsec_policy *policy = &wanted->policies[i];
        if (policy->action == SCENARIO_IPSEC_PROTECT && policy->manual_count == 0)
            status = build_rule(run, node, i, &rules[config->rule_count++]);
    }
    if (status == STATUS_OK)
        status = build_l2tp_rules(run, node, config, rules);
    config->peers = peers;
    config->peer_count = wanted->peer_count;
    config->rules = rules;
    return status;
}

/* How many peers a machine has to do with at the same time: IKE takes its memory at once. */
static uint32_t peers_at_once(const struct scenario_node *node)
{
    uint32_t peers = node->l2tp.ports + (uint32_t)node->connection_count;
    if (node->ipsec && node->ipsec->policy_count > 0)
        peers += PEERS_AT_ONCE;
    return peers > 0 ? peers : 1;
}

enum status build_ike(struct run *run, const struct scenario_node *node,
                      const struct scenario_ipsec *wanted, struct ipsec_driver *driver,
                      struct policy_agent **agent)
{
    struct policy_agent_config *config = simulation_allocate(&run->simulation, sizeof *config);
    if (!config)
        return STATUS_NO_MEMORY;
    *config = (struct policy_agent_config){
        .host_name = node->name,
        .calendar_start = (int64_t)(run->scenario->start_ns / INSTANT_SECOND),
        .behaviour = ike_behaviour_of(profile_of(node)),
        .peers_at_once = peers_at_once(node),
    };
    if (wanted->peers_at_once)
        config->peers_at_once = wanted->peers_at_once + node->l2tp.ports;
    config->behaviour.dos_protection = wanted->flood_protection;
    config->behaviour.dpd_ms = (uint32_t)(wanted->dead_peer_detection / INSTANT_MILLISECOND);
    config->behaviour.overlap_ms = (uint32_t)(wanted->renewal_overlap / INSTANT_MILLISECOND);
    if (wanted->in_cluster)
        config->behaviour.vendors[config->behaviour.vendor_count++] = IKE_VENDOR_NLB_PRESENT;
    switch (wanted->assume_udp) {
    case SCENARIO_ASSUME_UDP_UNSET:
        break;
    case SCENARIO_ASSUME_UDP_NEVER:
        config->behaviour.assume_udp_encapsulation = IKE_ASSUME_UDP_NEVER;
        break;
    case SCENARIO_ASSUME_UDP_SERVER:
        config->behaviour.assume_udp_encapsulation = IKE_ASSUME_UDP_SERVER;
        break;
    case SCENARIO_ASSUME_UDP_BOTH:
        config->behaviour.assume_udp_encapsulation = IKE_ASSUME_UDP_BOTH;
        break;
    }
    enum status status = build_lists(run, node, wanted, config);
    if (status == STATUS_OK)
        status = policy_agent_create(driver, config, agent);
    if (status == STATUS_INVALID)
        return build_error(run, node->at, "the IPsec of \"%s\" cannot be used", node->name);
    return status;
}
