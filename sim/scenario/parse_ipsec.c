/* IP security of a machine: policies and security associations. */
#include "scenario/parse.h"
#include "scenario/values.h"

#include <stdio.h>
#include <string.h>

#define TCP 6
#define UDP 17

/* Longest name of a transform. */
#define TRANSFORM_SIZE 32

static const char *const action_names[] = {"protect", "bypass", "discard", NULL};
static const char *const assume_names[] = {"never", "server", "both", NULL};
static const char *const mode_names[] = {"transport", "tunnel", NULL};
static const char *const ecn_names[] = {"copied", "limited", "full", NULL};
static const char *const cipher_names[] = {"null",   "des",    "3des", "aes128",
                                           "aes192", "aes256", NULL};

static const struct {
    enum cipher_algorithm cipher;
    uint16_t key_bits;
} ciphers[] = {
    {CIPHER_NULL, 0},      {CIPHER_DES_CBC, 0},   {CIPHER_3DES_CBC, 0},
    {CIPHER_AES_CBC, 128}, {CIPHER_AES_CBC, 192}, {CIPHER_AES_CBC, 256},
};

bool value_cipher(const char *text, enum cipher_algorithm *cipher, uint16_t *key_bits)
{
    unsigned index;
    if (!value_choice(text, cipher_names, &index))
        return false;
    *cipher = ciphers[index].cipher;
    *key_bits = ciphers[index].key_bits;
    return true;
}

bool value_hash(const char *text, enum hash_algorithm *hash)
{
    static const char *const names[] = {"md5", "sha1", "sha256", NULL};
    unsigned index;
    if (!value_choice(text, names, &index))
        return false;
    *hash = (enum hash_algorithm)index;
    return true;
}

bool value_ipsec_transform(const char *text, struct scenario_ipsec_transform *transform)
{
    char copy[TRANSFORM_SIZE];
    if (strlen(text) >= sizeof copy)
        return false;
    snprintf(copy, sizeof copy, "%s", text);
    char *rest = strchr(copy, '-');
    if (!rest)
        return false;
    *rest++ = '\0';
    *transform = (struct scenario_ipsec_transform){.ah = strcmp(copy, "ah") == 0};
    char *hash = transform->ah ? rest : strchr(rest, '-');
    if (!transform->ah) {
        if (hash)
            *hash++ = '\0';
        if (strcmp(copy, "esp") != 0 ||
            !value_cipher(rest, &transform->cipher, &transform->key_bits))
            return false;
    }
    if (!hash)
        return transform->cipher != CIPHER_NULL;
    transform->authenticated = value_hash(hash, &transform->hash);
    return transform->authenticated;
}

struct scenario_ip_prefix element_ip_prefix(struct loader *loader, const xmlNode *element,
                                            const char *name)
{
    struct scenario_ip_prefix prefix = {.length = 0};
    const char *text = element_text(loader, element, name);
    if (!text || strcmp(text, "any") == 0)
        return prefix;
    if (strchr(text, '/')) {
        if (!ip_address_parse_prefix(text, &prefix.address, &prefix.length))
            element_wrong_value(loader, element, name);
        return prefix;
    }
    if (!ip_address_parse(text, &prefix.address))
        element_wrong_value(loader, element, name);
    prefix.length = (unsigned)ip_address_length(&prefix.address) * 8;
    return prefix;
}

static uint32_t element_bits(struct loader *loader, const xmlNode *element, const char *name)
{
    uint32_t bits = 0;
    const char *text = element_text(loader, element, name);
    if (text && !value_bits(text, &bits))
        element_wrong_value(loader, element, name);
    return bits;
}

/* A key of @wanted octets; the attribute is absent when none is wanted. */
static const uint8_t *parse_key(struct loader *loader, const xmlNode *element, const char *name,
                                size_t wanted, size_t *length)
{
    const char *text = element_text(loader, element, name);
    *length = 0;
    if (!text && wanted == 0)
        return NULL;
    uint8_t *octets = text ? loader_allocate(loader, strlen(text) / 2 + 1, 1) : NULL;
    if (octets && !value_hex(text, octets, length)) {
        element_wrong_value(loader, element, name);
        return NULL;
    }
    if (*length != wanted && loader->failure == STATUS_OK)
        loader_error(loader, loader_attribute_position(loader, element, name),
                     "%s of <manual> has %zu octets; expected %zu", name, *length, wanted);
    return octets;
}

static size_t cipher_key_octets(const struct scenario_ipsec_transform *transform)
{
    switch (transform->cipher) {
    case CIPHER_NULL:
        break;
    case CIPHER_DES_CBC:
        return 8;
    case CIPHER_3DES_CBC:
        return 24;
    case CIPHER_AES_CBC:
        return transform->key_bits / 8;
    }
    return 0;
}

static void parse_manual(struct loader *loader, const xmlNode *element,
                         struct scenario_ipsec_manual *manual)
{
    manual->at = loader_position(loader, element);
    const char *transform = element_text(loader, element, "transform");
    if (transform && !value_ipsec_transform(transform, &manual->transform)) {
        element_wrong_value(loader, element, "transform");
        return;
    }
    manual->inbound_spi = element_bits(loader, element, "inbound-spi");
    manual->outbound_spi = element_bits(loader, element, "outbound-spi");
    if (manual->inbound_spi < 256 || manual->outbound_spi < 256)
        loader_error(loader, manual->at,
                     "an SPI of <manual> is reserved (RFC 2406 section 2.1); expected 256 or more");
    manual->cipher_key =
        parse_key(loader, element, "cipher-key", cipher_key_octets(&manual->transform),
                  &manual->cipher_key_length);
    if (manual->cipher_key &&
        cipher_takes_key_length(manual->transform.cipher, manual->cipher_key_length) &&
        cipher_is_weak_key(manual->transform.cipher, manual->cipher_key))
        loader_error(loader, loader_attribute_position(loader, element, "cipher-key"),
                     "cipher-key of <manual> is a weak key of %s (RFC 2409 appendix A, RFC 2451); "
                     "expected another",
                     cipher_name(manual->transform.cipher));
    manual->integrity_key =
        parse_key(loader, element, "integrity-key",
                  manual->transform.authenticated ? hash_size(manual->transform.hash) : 0,
                  &manual->integrity_key_length);
    manual->replay_window = (uint16_t)element_number(loader, element, "replay-window", 0);
    if (!manual->transform.authenticated)
        manual->replay_window = 0;
}

static void parse_manuals(struct loader *loader, const xmlNode *element,
                          struct scenario_ipsec_policy *policy)
{
    size_t count = parse_count(element, "manual");
    if (count > SCENARIO_IPSEC_BUNDLE) {
        loader_error(loader, policy->at, "<policy> has %zu <manual>; expected at most %d", count,
                     SCENARIO_IPSEC_BUNDLE);
        return;
    }
    for (xmlNode *child = xml_first_child(element); child; child = xml_next_sibling(child))
        if (xml_is(child, "manual"))
            parse_manual(loader, child, &policy->manual[policy->manual_count++]);
    if (count < 2)
        return;
    if (policy->manual[0].transform.ah == policy->manual[1].transform.ah)
        loader_error(loader, policy->manual[1].at,
                     "two <manual> of one protocol; expected one of ESP and one of AH");
    if (policy->manual[0].transform.ah) { /* AH goes around ESP, whichever is written first */
        struct scenario_ipsec_manual ah = policy->manual[0];
        policy->manual[0] = policy->manual[1];
        policy->manual[1] = ah;
    }
}

static bool versions_differ(const struct ip_address *a, const struct ip_address *b)
{
    return a->version != 0 && b->version != 0 && a->version != b->version;
}

static void check_tunnel(struct loader *loader, const struct scenario_node *node,
                         const struct scenario_ipsec_policy *policy)
{
    bool endpoints = policy->tunnel_local.version != 0 || policy->tunnel_remote.version != 0;
    if (!policy->tunnel) {
        if (policy->tunnel_ecn != SCENARIO_ECN_COPIED)
            loader_error(loader, policy->at,
                         "<policy> has tunnel-ecn and no tunnel; expected mode=\"tunnel\"");
        if (endpoints)
            loader_error(loader, policy->at,
                         "<policy> has a tunnel endpoint and no tunnel; expected mode=\"tunnel\"");
        return;
    }
    if (node->kind == SCENARIO_VPN_CLIENT)
        loader_error(loader, policy->at,
                     "remote access by IPsec tunnel mode is not supported; expected a connection, "
                     "or mode=\"transport\"");
    if (policy->tunnel_local.version == 0 || policy->tunnel_remote.version == 0)
        loader_error(loader, policy->at,
                     "<policy> lacks an end of its tunnel; expected tunnel-local and "
                     "tunnel-remote");
    if (versions_differ(&policy->tunnel_local, &policy->tunnel_remote))
        loader_error(loader, policy->at,
                     "the ends of a tunnel have addresses of different versions of IP; expected "
                     "IPv4 twice or IPv6 twice");
    if (!policy->any_protocol || policy->local_port != 0 || policy->remote_port != 0)
        loader_error(loader, policy->at,
                     "a tunnel is for all protocols and ports; expected protocol=\"any\" and no "
                     "ports");
}

static bool is_one_address(const struct scenario_ip_prefix *prefix)
{
    return prefix->address.version != 0 &&
           prefix->length == ip_address_length(&prefix->address) * 8;
}

static void check_policy(struct loader *loader, const struct scenario_node *node,
                         const struct scenario_ipsec_policy *policy, size_t peer_count)
{
    bool ports = policy->local_port != 0 || policy->remote_port != 0;
    bool has_ports = !policy->any_protocol && (policy->protocol == TCP || policy->protocol == UDP);
    if (versions_differ(&policy->local.address, &policy->remote.address))
        loader_error(loader, policy->at,
                     "local and remote of <policy> are of different versions of IP; expected IPv4 "
                     "twice or IPv6 twice");
    if (policy->action != SCENARIO_IPSEC_PROTECT) {
        if (policy->manual_count > 0)
            loader_error(loader, policy->at,
                         "<policy> does not protect; expected no <manual> in it");
        return;
    }
    check_tunnel(loader, node, policy);
    if (!policy->tunnel && ports && !has_ports)
        loader_error(loader, policy->at,
                     "<policy> has a port; expected protocol=\"tcp\" or protocol=\"udp\"");
    if (policy->manual_count > 0 && policy->offer.proposal_count > 0)
        loader_error(loader, policy->at,
                     "<policy> has proposals and <manual>; expected one of both");
    if (policy->manual_count == 0 && peer_count == 0)
        loader_error(loader, policy->at,
                     "<policy> protects with nothing; expected a <manual>, or a <peer> to "
                     "negotiate with");
    if (policy->manual_count > 0 && !policy->tunnel &&
        (!is_one_address(&policy->local) || !is_one_address(&policy->remote)))
        loader_error(loader, policy->at,
                     "<manual> in transport mode is between two machines; expected local and "
                     "remote with an address each");
}

static void parse_policy(struct loader *loader, const xmlNode *element,
                         const struct scenario_node *node, struct scenario_ipsec_policy *policy)
{
    policy->at = loader_position(loader, element);
    policy->name = element_text(loader, element, "name");
    policy->action =
        (enum scenario_ipsec_action)element_index(loader, element, "action", action_names, 0);
    policy->tunnel = element_index(loader, element, "mode", mode_names, 0) == 1;
    policy->local = element_ip_prefix(loader, element, "local");
    policy->remote = element_ip_prefix(loader, element, "remote");
    const char *protocol = element_text(loader, element, "protocol");
    if (protocol && !value_ip_protocol(protocol, &policy->any_protocol, &policy->protocol))
        element_wrong_value(loader, element, "protocol");
    policy->local_port = (uint16_t)element_number(loader, element, "local-port", 0);
    policy->remote_port = (uint16_t)element_number(loader, element, "remote-port", 0);
    policy->tunnel_local = element_ip_address(loader, element, "tunnel-local");
    policy->tunnel_remote = element_ip_address(loader, element, "tunnel-remote");
    policy->tunnel_ecn =
        (enum scenario_ecn)element_index(loader, element, "tunnel-ecn", ecn_names, 0);
    policy->accepts_unprotected = element_is_yes(loader, element, "accept-unprotected");
    parse_manuals(loader, element, policy);
    parse_ipsec_offer(loader, element, &policy->offer);
    check_policy(loader, node, policy, node->ipsec->peer_count);
}

void parse_ipsec(struct loader *loader, const xmlNode *element, struct scenario_node *node)
{
    const xmlNode *found = parse_single(loader, element, "ipsec");
    if (!found)
        return;
    struct scenario_ipsec *ipsec = loader_allocate(loader, 1, sizeof *ipsec);
    size_t count = parse_count(found, "policy");
    struct element_name *names = loader_allocate(loader, count, sizeof *names);
    if (!ipsec || (count > 0 && !names))
        return;
    node->ipsec = ipsec;
    ipsec->at = loader_position(loader, found);
    ipsec->implementation = element_text(loader, found, "implementation");
    if (xml_attribute(found, "assume-udp-encapsulation"))
        ipsec->assume_udp = (enum scenario_assume_udp)(
            SCENARIO_ASSUME_UDP_NEVER +
            element_index(loader, found, "assume-udp-encapsulation", assume_names, 0));
    ipsec->steers_flows = element_is_yes(loader, found, "steer-answers");
    ipsec->flood_protection = element_is_yes(loader, found, "flood-protection");
    ipsec->in_cluster = element_is_yes(loader, found, "cluster");
    ipsec->peers_at_once = (uint32_t)element_number(loader, found, "peers-at-once", 0);
    ipsec->dead_peer_detection = element_duration(loader, found, "dead-peer-detection", 0);
    ipsec->renewal_overlap = element_duration(loader, found, "renewal-overlap", 0);
    parse_ike_peers(loader, found, ipsec);
    const xmlNode *l2tp = parse_single(loader, found, "l2tp");
    if (l2tp)
        parse_ipsec_offer(loader, l2tp, &ipsec->l2tp);
    ipsec->policies = loader_allocate(loader, count, sizeof *ipsec->policies);
    for (xmlNode *child = xml_first_child(found); child && ipsec->policies;
         child = xml_next_sibling(child)) {
        if (!xml_is(child, "policy"))
            continue;
        struct scenario_ipsec_policy *policy = &ipsec->policies[ipsec->policy_count];
        parse_policy(loader, child, node, policy);
        if (!policy->name)
            return;
        names[ipsec->policy_count] = (struct element_name){
            .name = policy->name, .at = policy->at, .order = ipsec->policy_count};
        ipsec->policy_count++;
    }
    element_check_unique(loader, names, ipsec->policy_count, "policy");
}
