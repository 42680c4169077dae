#include "ike/isakmp_payload.h"

#include <assert.h>

/** Bounds of a payload's body that hold whatever the message; false: no payload of a message. */
static bool body_bounds(unsigned type, size_t *minimum, size_t *maximum)
{
    *maximum = UINT16_MAX;
    *minimum = 1;
    switch (type) {
    case ISAKMP_PAYLOAD_SA:
    case ISAKMP_PAYLOAD_NOTIFY:
    case ISAKMP_PAYLOAD_DELETE:
    case ISAKMP_PAYLOAD_NAT_OA:
    case ISAKMP_PAYLOAD_NAT_OA_DRAFT:
        *minimum = 8;
        return true;
    case ISAKMP_PAYLOAD_ID:
    case ISAKMP_PAYLOAD_FRAGMENT:
        *minimum = 4;
        return true;
    case ISAKMP_PAYLOAD_NONCE:
        *minimum = ISAKMP_NONCE_MIN;
        *maximum = ISAKMP_NONCE_MAX;
        return true;
    case ISAKMP_PAYLOAD_KE:
    case ISAKMP_PAYLOAD_CERT:
    case ISAKMP_PAYLOAD_CERTREQ:
    case ISAKMP_PAYLOAD_HASH:
    case ISAKMP_PAYLOAD_SIG:
    case ISAKMP_PAYLOAD_VENDOR_ID:
    case ISAKMP_PAYLOAD_NAT_D:
    case ISAKMP_PAYLOAD_NAT_D_DRAFT:
        return true;
    default:
        /* Private ones may be anything; proposals and transforms stand in an SA payload only. */
        *minimum = 0;
        return type >= 128;
    }
}

enum isakmp_error isakmp_message_decode(const uint8_t *octets, size_t length,
                                        struct isakmp_message *message)
{
    message->count = 0;
    message->end = 0;
    enum isakmp_error error = isakmp_header_decode(octets, length, &message->header);
    if (error != ISAKMP_OK)
        return error;
    struct wire_reader reader = wire_reader_make(octets, length);
    uint8_t type = message->header.next_payload;
    wire_skip(&reader, ISAKMP_HEADER_LENGTH);
    while (type != ISAKMP_PAYLOAD_NONE) {
        size_t minimum;
        size_t maximum;
        if (message->count == ISAKMP_PAYLOADS_MAX)
            return ISAKMP_TOO_MANY_PAYLOADS;
        if (!body_bounds(type, &minimum, &maximum))
            return ISAKMP_BAD_NEXT_PAYLOAD;
        uint8_t next = wire_get_u8(&reader);
        uint8_t reserved = wire_get_u8(&reader);
        size_t total = wire_get_u16(&reader);
        if (reader.failed)
            return ISAKMP_TRUNCATED_PAYLOAD;
        if (reserved != 0)
            return ISAKMP_BAD_RESERVED;
        if (total < ISAKMP_GENERIC_LENGTH || total - ISAKMP_GENERIC_LENGTH < minimum ||
            total - ISAKMP_GENERIC_LENGTH > maximum)
            return ISAKMP_BAD_PAYLOAD_LENGTH;
        const uint8_t *body = wire_get_octets(&reader, total - ISAKMP_GENERIC_LENGTH);
        if (!body)
            return ISAKMP_TRUNCATED_PAYLOAD;
        message->payloads[message->count++] = (struct isakmp_payload){
            .type = type, .body = body, .length = total - ISAKMP_GENERIC_LENGTH};
        type = next;
    }
    message->end = (size_t)(reader.position - octets);
    /* Only encryption pads (RFC 2408 section 3.1). */
    if (message->end < length && !(message->header.flags & ISAKMP_FLAG_ENCRYPTION))
        return ISAKMP_BAD_LENGTH;
    return ISAKMP_OK;
}

const struct isakmp_payload *isakmp_message_find(const struct isakmp_message *message,
                                                 unsigned type, const struct isakmp_payload *after)
{
    size_t i = after ? (size_t)(after - message->payloads) + 1 : 0;
    for (; i < message->count; i++)
        if (message->payloads[i].type == type)
            return &message->payloads[i];
    return NULL;
}

size_t isakmp_message_count(const struct isakmp_message *message, unsigned type)
{
    size_t count = 0;
    for (size_t i = 0; i < message->count; i++)
        count += message->payloads[i].type == type;
    return count;
}

/* Either the generic one or that of IPsec (RFC 2408 section 3.14, RFC 2407 section 4.6.3). */
static bool doi_is_known(uint32_t doi)
{
    return doi == 0 || doi == ISAKMP_DOI_IPSEC;
}

/* 0 DOI, 4 Protocol-ID, 5 SPI Size, 6 Notify Message Type, 8 SPI, Notification Data; RFC 2408
 * section 3.14. */
enum isakmp_error isakmp_notify_decode(const struct isakmp_payload *payload,
                                       struct isakmp_notify *notify)
{
    struct wire_reader reader = wire_reader_make(payload->body, payload->length);
    notify->doi = wire_get_u32(&reader);
    notify->protocol = wire_get_u8(&reader);
    notify->spi_length = wire_get_u8(&reader);
    notify->type = wire_get_u16(&reader);
    notify->spi = wire_get_octets(&reader, notify->spi_length);
    notify->data_length = wire_remaining(&reader);
    notify->data = wire_get_octets(&reader, notify->data_length);
    if (reader.failed)
        return ISAKMP_TRUNCATED_PAYLOAD;
    return doi_is_known(notify->doi) ? ISAKMP_OK : ISAKMP_BAD_DOI;
}

/* 0 DOI, 4 Protocol-ID, 5 SPI Size, 6 # of SPIs, 8 SPIs; RFC 2408 section 3.15. */
enum isakmp_error isakmp_delete_decode(const struct isakmp_payload *payload,
                                       struct isakmp_delete *deletion)
{
    struct wire_reader reader = wire_reader_make(payload->body, payload->length);
    deletion->doi = wire_get_u32(&reader);
    deletion->protocol = wire_get_u8(&reader);
    deletion->spi_length = wire_get_u8(&reader);
    deletion->spi_count = wire_get_u16(&reader);
    deletion->spis = wire_get_octets(&reader, (size_t)deletion->spi_length * deletion->spi_count);
    if (reader.failed)
        return ISAKMP_TRUNCATED_PAYLOAD;
    if (!doi_is_known(deletion->doi))
        return ISAKMP_BAD_DOI;
    if (deletion->spi_count == 0 || deletion->spi_count > ISAKMP_DELETE_SPIS_MAX ||
        deletion->spi_length == 0 || wire_remaining(&reader) > 0)
        return ISAKMP_BAD_PAYLOAD_LENGTH;
    return ISAKMP_OK;
}

/* 0 Encoding, 1 data; RFC 2408 sections 3.9 and 3.10. */
enum isakmp_error isakmp_certificate_decode(const struct isakmp_payload *payload,
                                            struct isakmp_certificate *certificate)
{
    struct wire_reader reader = wire_reader_make(payload->body, payload->length);
    certificate->encoding = wire_get_u8(&reader);
    certificate->length = wire_remaining(&reader);
    certificate->data = wire_get_octets(&reader, certificate->length);
    return reader.failed ? ISAKMP_TRUNCATED_PAYLOAD : ISAKMP_OK;
}

const char *isakmp_notify_name(unsigned type)
{
    static const char *const errors[] = {
        [ISAKMP_INVALID_PAYLOAD_TYPE] = "INVALID-PAYLOAD-TYPE",
        [ISAKMP_DOI_NOT_SUPPORTED] = "DOI-NOT-SUPPORTED",
        [ISAKMP_SITUATION_NOT_SUPPORTED] = "SITUATION-NOT-SUPPORTED",
        [ISAKMP_INVALID_COOKIE] = "INVALID-COOKIE",
        [ISAKMP_INVALID_MAJOR_VERSION] = "INVALID-MAJOR-VERSION",
        [ISAKMP_INVALID_MINOR_VERSION] = "INVALID-MINOR-VERSION",
        [ISAKMP_INVALID_EXCHANGE_TYPE] = "INVALID-EXCHANGE-TYPE",
        [ISAKMP_INVALID_FLAGS] = "INVALID-FLAGS",
        [ISAKMP_INVALID_MESSAGE_ID] = "INVALID-MESSAGE-ID",
        [ISAKMP_INVALID_PROTOCOL_ID] = "INVALID-PROTOCOL-ID",
        [ISAKMP_INVALID_SPI] = "INVALID-SPI",
        [ISAKMP_INVALID_TRANSFORM_ID] = "INVALID-TRANSFORM-ID",
        [ISAKMP_ATTRIBUTES_NOT_SUPPORTED] = "ATTRIBUTES-NOT-SUPPORTED",
        [ISAKMP_NO_PROPOSAL_CHOSEN] = "NO-PROPOSAL-CHOSEN",
        [ISAKMP_BAD_PROPOSAL_SYNTAX] = "BAD-PROPOSAL-SYNTAX",
        [ISAKMP_PAYLOAD_MALFORMED] = "PAYLOAD-MALFORMED",
        [ISAKMP_INVALID_KEY_INFORMATION] = "INVALID-KEY-INFORMATION",
        [ISAKMP_INVALID_ID_INFORMATION] = "INVALID-ID-INFORMATION",
        [ISAKMP_INVALID_CERT_ENCODING] = "INVALID-CERT-ENCODING",
        [ISAKMP_INVALID_CERTIFICATE] = "INVALID-CERTIFICATE",
        [ISAKMP_CERT_TYPE_UNSUPPORTED] = "CERT-TYPE-UNSUPPORTED",
        [ISAKMP_INVALID_CERT_AUTHORITY] = "INVALID-CERT-AUTHORITY",
        [ISAKMP_INVALID_HASH_INFORMATION] = "INVALID-HASH-INFORMATION",
        [ISAKMP_AUTHENTICATION_FAILED] = "AUTHENTICATION-FAILED",
        [ISAKMP_INVALID_SIGNATURE] = "INVALID-SIGNATURE",
        [ISAKMP_ADDRESS_NOTIFICATION] = "ADDRESS-NOTIFICATION",
        [ISAKMP_NOTIFY_SA_LIFETIME] = "NOTIFY-SA-LIFETIME",
        [ISAKMP_CERTIFICATE_UNAVAILABLE] = "CERTIFICATE-UNAVAILABLE",
        [ISAKMP_UNSUPPORTED_EXCHANGE_TYPE] = "UNSUPPORTED-EXCHANGE-TYPE",
        [ISAKMP_UNEQUAL_PAYLOAD_LENGTHS] = "UNEQUAL-PAYLOAD-LENGTHS",
    };
    switch (type) {
    case ISAKMP_CONNECTED:
        return "CONNECTED";
    case ISAKMP_RESPONDER_LIFETIME:
        return "RESPONDER-LIFETIME";
    case ISAKMP_REPLAY_STATUS:
        return "REPLAY-STATUS";
    case ISAKMP_INITIAL_CONTACT:
        return "INITIAL-CONTACT";
    case ISAKMP_R_U_THERE:
        return "R-U-THERE";
    case ISAKMP_R_U_THERE_ACK:
        return "R-U-THERE-ACK";
    case ISAKMP_MS_STATUS:
        return "NOTIFY_STATUS";
    case ISAKMP_MS_DOS_COOKIE:
        return "NOTIFY_DOS_COOKIE";
    case ISAKMP_MS_EXCHANGE_INFO:
        return "EXCHANGE_INFO";
    default:
        return type >= 1 && type < sizeof errors / sizeof errors[0] ? errors[type] : "unknown";
    }
}
