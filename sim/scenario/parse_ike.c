/* How a machine negotiates security associations: its peers and what it offers them. */
#include "scenario/parse.h"
#include "scenario/values.h"

#include <string.h>

/* "3des-sha1-2"; false: it is none. */
static bool value_ike_transform(char *text, struct scenario_ike_transform *transform)
{
    uint64_t group;
    char *hash = strchr(text, '-');
    char *number = hash ? strchr(hash + 1, '-') : NULL;
    if (!number)
        return false;
    *hash++ = '\0';
    *number++ = '\0';
    if (!value_cipher(text, &transform->cipher, &transform->key_bits) ||
        !value_hash(hash, &transform->hash) || !value_number(number, UINT16_MAX, &group))
        return false;
    transform->group = (uint16_t)group;
    return true;
}

static void parse_transforms(struct loader *loader, const xmlNode *element,
                             struct scenario_ike_peer *peer)
{
    const char *text = element_text(loader, element, "transforms");
    if (!text)
        return;
    peer->transforms = loader_allocate(loader, strlen(text) / 2 + 1, sizeof *peer->transforms);
    for (char *word; peer->transforms && (word = element_word(loader, &text));) {
        if (!value_ike_transform(word, &peer->transforms[peer->transform_count++])) {
            element_wrong_value(loader, element, "transforms");
            return;
        }
    }
}

static void parse_peer(struct loader *loader, const xmlNode *element,
                       struct scenario_ike_peer *peer)
{
    static const char *const modes[] = {"main", "aggressive", NULL};
    static const char *const encodings[] = {"x509", "pkcs7", NULL};
    peer->at = loader_position(loader, element);
    peer->remote = element_ip_prefix(loader, element, "address");
    peer->pre_shared_key = element_text(loader, element, "pre-shared-key");
    peer->certificate = parse_certificate_reference(loader, element);
    parse_trusted(loader, element, &peer->trusted, &peer->trusted_count);
    peer->wraps_certificates =
        element_index(loader, element, "certificate-encoding", encodings, 0) == 1;
    peer->aggressive = element_index(loader, element, "mode", modes, 0) == 1;
    peer->accepts_aggressive = element_is_yes(loader, element, "accept-aggressive");
    parse_transforms(loader, element, peer);
    peer->lifetime = element_duration(loader, element, "lifetime", 0);
    peer->identity = element_text(loader, element, "identity");
    peer->peer_identity = element_text(loader, element, "peer-identity");
    if (peer->pre_shared_key && (peer->certificate || peer->trusted_count > 0))
        loader_error(loader, peer->at,
                     "<peer> has a pre-shared key and certificates; expected one of both");
}

void parse_ike_peers(struct loader *loader, const xmlNode *element, struct scenario_ipsec *ipsec)
{
    ipsec->peers = loader_allocate(loader, parse_count(element, "peer"), sizeof *ipsec->peers);
    for (xmlNode *child = xml_first_child(element); child && ipsec->peers;
         child = xml_next_sibling(child)) {
        if (xml_is(child, "peer"))
            parse_peer(loader, child, &ipsec->peers[ipsec->peer_count++]);
    }
}

/* "esp-3des-sha1", "ah-sha1+esp-3des"; false: it is none. */
static bool value_proposal(char *text, struct scenario_ipsec_proposal *proposal)
{
    char *second = strchr(text, '+');
    if (second)
        *second++ = '\0';
    proposal->count = second ? 2 : 1;
    return value_ipsec_transform(text, &proposal->parts[0]) &&
           (!second || value_ipsec_transform(second, &proposal->parts[1]));
}

void parse_ipsec_offer(struct loader *loader, const xmlNode *element,
                       struct scenario_ipsec_offer *offer)
{
    const char *text = element_text(loader, element, "proposals");
    const char *pfs = element_text(loader, element, "pfs");
    if (pfs && strcmp(pfs, "none") != 0)
        offer->pfs_group = (uint16_t)element_number(loader, element, "pfs", 0);
    offer->lifetime = element_duration(loader, element, "lifetime", 0);
    offer->lifetime_kilobytes = (uint32_t)(element_size(loader, element, "lifetime-size") / 1024);
    if (!text)
        return;
    offer->proposals = loader_allocate(loader, strlen(text) / 2 + 1, sizeof *offer->proposals);
    for (char *word; offer->proposals && (word = element_word(loader, &text));) {
        if (!value_proposal(word, &offer->proposals[offer->proposal_count++])) {
            element_wrong_value(loader, element, "proposals");
            return;
        }
    }
}
