#include "ike/ike_nat_traversal.h"

#include "ike/ike_identity.h"
#include "ike/ike_proposal.h"

#include <assert.h>
#include <string.h>

const char *ike_nat_traversal_name(enum ike_nat_traversal version)
{
    switch (version) {
    case IKE_NAT_TRAVERSAL_NONE:
        return "none";
    case IKE_NAT_TRAVERSAL_DRAFT_02:
        return "draft-02";
    case IKE_NAT_TRAVERSAL_DRAFT_03:
        return "draft-03";
    case IKE_NAT_TRAVERSAL_RFC:
        return "rfc-3947";
    }
    return "none";
}

enum ike_nat_traversal ike_nat_traversal_select(uint32_t own, uint32_t peer)
{
    uint32_t both = own & peer;
    uint32_t any_02 =
        IKE_VENDOR_BIT(IKE_VENDOR_NAT_T_02) | IKE_VENDOR_BIT(IKE_VENDOR_NAT_T_02_PLAIN);
    if (both & IKE_VENDOR_BIT(IKE_VENDOR_NAT_T_RFC))
        return IKE_NAT_TRAVERSAL_RFC;
    if (both & IKE_VENDOR_BIT(IKE_VENDOR_NAT_T_03))
        return IKE_NAT_TRAVERSAL_DRAFT_03;
    /* The two forms are one draft, whichever of them either side sends. */
    return (own & any_02) && (peer & any_02) ? IKE_NAT_TRAVERSAL_DRAFT_02 : IKE_NAT_TRAVERSAL_NONE;
}

uint8_t ike_nat_d_payload(enum ike_nat_traversal version)
{
    assert(version != IKE_NAT_TRAVERSAL_NONE);
    return version == IKE_NAT_TRAVERSAL_RFC ? ISAKMP_PAYLOAD_NAT_D : ISAKMP_PAYLOAD_NAT_D_DRAFT;
}

uint8_t ike_nat_oa_payload(enum ike_nat_traversal version)
{
    assert(version != IKE_NAT_TRAVERSAL_NONE);
    return version == IKE_NAT_TRAVERSAL_RFC ? ISAKMP_PAYLOAD_NAT_OA : ISAKMP_PAYLOAD_NAT_OA_DRAFT;
}

uint16_t ike_nat_encapsulation(enum ike_nat_traversal version, bool tunnel)
{
    assert(version != IKE_NAT_TRAVERSAL_NONE);
    if (version == IKE_NAT_TRAVERSAL_RFC)
        return tunnel ? IKE_UDP_TUNNEL : IKE_UDP_TRANSPORT;
    return tunnel ? IKE_UDP_TUNNEL_DRAFT : IKE_UDP_TRANSPORT_DRAFT;
}

void ike_nat_d(struct crypto *crypto, enum hash_algorithm hash,
               const uint8_t initiator_cookie[ISAKMP_COOKIE_SIZE],
               const uint8_t responder_cookie[ISAKMP_COOKIE_SIZE], const struct ip_address *address,
               uint16_t port, uint8_t digest[IKE_NAT_D_MAX])
{
    uint8_t port_octets[2];
    wire_store_u16(port_octets, port);
    const struct crypto_piece pieces[] = {{initiator_cookie, ISAKMP_COOKIE_SIZE},
                                          {responder_cookie, ISAKMP_COOKIE_SIZE},
                                          {address->octets, ip_address_length(address)},
                                          {port_octets, sizeof port_octets}};
    crypto_hash(crypto, hash, pieces, 4, digest);
}

struct ike_nat_found ike_nat_detect(struct crypto *crypto, enum hash_algorithm hash,
                                    const struct isakmp_message *message,
                                    enum ike_nat_traversal version, const struct ip_address *own,
                                    uint16_t own_port, const struct ip_address *peer,
                                    uint16_t peer_port)
{
    uint8_t own_digest[IKE_NAT_D_MAX];
    uint8_t peer_digest[IKE_NAT_D_MAX];
    const struct isakmp_header *header = &message->header;
    size_t length = hash_size(hash);
    unsigned type = ike_nat_d_payload(version);
    const struct isakmp_payload *payload = isakmp_message_find(message, type, NULL);
    if (isakmp_message_count(message, type) < 2)
        return (struct ike_nat_found){.present = false};
    ike_nat_d(crypto, hash, header->initiator_cookie, header->responder_cookie, own, own_port,
              own_digest);
    ike_nat_d(crypto, hash, header->initiator_cookie, header->responder_cookie, peer, peer_port,
              peer_digest);
    struct ike_nat_found found = {.present = true, .peer = true};
    found.self = payload->length != length || memcmp(payload->body, own_digest, length) != 0;
    while ((payload = isakmp_message_find(message, type, payload)) != NULL)
        if (payload->length == length && memcmp(payload->body, peer_digest, length) == 0)
            found.peer = false;
    return found;
}

void ike_nat_oa_encode(const struct ip_address *address, struct wire_writer *writer)
{
    wire_put_u8(writer, address->version == 4 ? IKE_ID_IPV4_ADDR : IKE_ID_IPV6_ADDR);
    wire_put_zeros(writer, 3);
    wire_put_octets(writer, address->octets, ip_address_length(address));
}

enum isakmp_error ike_nat_oa_decode(const struct isakmp_payload *payload,
                                    struct ip_address *address)
{
    struct wire_reader reader = wire_reader_make(payload->body, payload->length);
    uint8_t type = wire_get_u8(&reader);
    wire_skip(&reader, 3);
    if (type != IKE_ID_IPV4_ADDR && type != IKE_ID_IPV6_ADDR)
        return ISAKMP_BAD_IDENTITY;
    *address = (struct ip_address){.version = type == IKE_ID_IPV4_ADDR ? 4 : 6};
    wire_copy(&reader, address->octets, ip_address_length(address));
    if (reader.failed)
        return ISAKMP_TRUNCATED_PAYLOAD;
    return wire_remaining(&reader) == 0 ? ISAKMP_OK : ISAKMP_BAD_PAYLOAD_LENGTH;
}

enum ike_udp_kind ike_udp_classify(const uint8_t *octets, size_t length)
{
    if (length == 1 && octets[0] == IKE_NAT_KEEPALIVE)
        return IKE_UDP_KEEPALIVE;
    if (length <= IKE_NON_ESP_MARKER_LENGTH)
        return IKE_UDP_RUNT;
    return wire_load_u32(octets) == 0 ? IKE_UDP_MESSAGE : IKE_UDP_ESP;
}
