#include "ike/isakmp_header.h"

const char *isakmp_error_text(enum isakmp_error error)
{
    switch (error) {
    case ISAKMP_OK:
        return "";
    case ISAKMP_TRUNCATED_HEADER:
        return "truncated-header";
    case ISAKMP_BAD_VERSION:
        return "bad-version";
    case ISAKMP_BAD_LENGTH:
        return "bad-length";
    case ISAKMP_TRUNCATED_PAYLOAD:
        return "truncated-payload";
    case ISAKMP_TOO_MANY_PAYLOADS:
        return "too-many-payloads";
    case ISAKMP_BAD_NEXT_PAYLOAD:
        return "bad-next-payload";
    case ISAKMP_BAD_RESERVED:
        return "reserved-not-zero";
    case ISAKMP_BAD_PAYLOAD_LENGTH:
        return "bad-payload-length";
    case ISAKMP_BAD_DOI:
        return "bad-doi";
    case ISAKMP_BAD_SITUATION:
        return "bad-situation";
    case ISAKMP_BAD_PROPOSAL:
        return "bad-proposal";
    case ISAKMP_BAD_ATTRIBUTE:
        return "bad-attribute";
    case ISAKMP_BAD_IDENTITY:
        return "bad-identity";
    }
    return "";
}

const char *isakmp_exchange_name(unsigned exchange)
{
    switch (exchange) {
    case ISAKMP_EXCHANGE_BASE:
        return "base";
    case ISAKMP_EXCHANGE_IDENTITY_PROTECTION:
        return "identity-protection";
    case ISAKMP_EXCHANGE_AUTHENTICATION_ONLY:
        return "authentication-only";
    case ISAKMP_EXCHANGE_AGGRESSIVE:
        return "aggressive";
    case ISAKMP_EXCHANGE_INFORMATIONAL:
        return "informational";
    case ISAKMP_EXCHANGE_TRANSACTION:
        return "transaction";
    case ISAKMP_EXCHANGE_QUICK_MODE:
        return "quick-mode";
    case ISAKMP_EXCHANGE_NEW_GROUP_MODE:
        return "new-group-mode";
    default:
        return "unknown";
    }
}

const char *isakmp_payload_name(unsigned type)
{
    static const char *const names[] = {
        "NONE",    "SA",   "P",   "T",     "KE", "ID", "CERT",
        "CERTREQ", "HASH", "SIG", "NONCE", "N",  "D",  "VID",
    };
    switch (type) {
    case ISAKMP_PAYLOAD_NAT_D:
    case ISAKMP_PAYLOAD_NAT_D_DRAFT:
        return "NAT-D";
    case ISAKMP_PAYLOAD_NAT_OA:
    case ISAKMP_PAYLOAD_NAT_OA_DRAFT:
        return "NAT-OA";
    case ISAKMP_PAYLOAD_FRAGMENT:
        return "FRAGMENT";
    default:
        return type < sizeof names / sizeof names[0] ? names[type] : "unknown";
    }
}

enum isakmp_error isakmp_header_decode(const uint8_t *octets, size_t length,
                                       struct isakmp_header *header)
{
    struct wire_reader reader = wire_reader_make(octets, length);
    wire_copy(&reader, header->initiator_cookie, ISAKMP_COOKIE_SIZE);
    wire_copy(&reader, header->responder_cookie, ISAKMP_COOKIE_SIZE);
    header->next_payload = wire_get_u8(&reader);
    header->version = wire_get_u8(&reader);
    header->exchange = wire_get_u8(&reader);
    header->flags = wire_get_u8(&reader);
    header->message_id = wire_get_u32(&reader);
    header->length = wire_get_u32(&reader);
    if (reader.failed)
        return ISAKMP_TRUNCATED_HEADER;
    /* Minor versions are compatible (RFC 2408 section 3.1). */
    if (header->version >> 4 != ISAKMP_VERSION >> 4)
        return ISAKMP_BAD_VERSION;
    return header->length == length ? ISAKMP_OK : ISAKMP_BAD_LENGTH;
}

void isakmp_header_encode(const struct isakmp_header *header, struct wire_writer *writer)
{
    wire_put_octets(writer, header->initiator_cookie, ISAKMP_COOKIE_SIZE);
    wire_put_octets(writer, header->responder_cookie, ISAKMP_COOKIE_SIZE);
    wire_put_u8(writer, header->next_payload);
    wire_put_u8(writer, header->version);
    wire_put_u8(writer, header->exchange);
    wire_put_u8(writer, header->flags);
    wire_put_u32(writer, header->message_id);
    wire_put_u32(writer, header->length);
}
