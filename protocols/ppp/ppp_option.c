#include "ppp/ppp_control.h"

/*
 * A configuration option (RFC 1661 section 6):
 *
 *    0                   1
 *   +---------------+---------------+
 *   |     Type      |    Length     |  Data ... (Length - 2 octets)
 *   +---------------+---------------+
 */

bool ppp_option_read(struct wire_reader *reader, struct ppp_option *option)
{
    if (wire_remaining(reader) == 0)
        return false;
    option->type = wire_get_u8(reader);
    option->length = wire_get_u8(reader);
    if (option->length < 2) {
        reader->failed = true;
        return false;
    }
    option->data = wire_get_octets(reader, option->length - 2u);
    return !reader->failed;
}

void ppp_option_put(struct wire_writer *writer, uint8_t type)
{
    wire_put_u16(writer, (uint16_t)(type << 8 | 2));
}

void ppp_option_put_u16(struct wire_writer *writer, uint8_t type, uint16_t value)
{
    uint8_t *p = wire_put_space(writer, 4);
    if (!p)
        return;
    p[0] = type;
    p[1] = 4;
    wire_store_u16(p + 2, value);
}

void ppp_option_put_u32(struct wire_writer *writer, uint8_t type, uint32_t value)
{
    uint8_t *p = wire_put_space(writer, 6);
    if (!p)
        return;
    p[0] = type;
    p[1] = 6;
    wire_store_u32(p + 2, value);
}

#define LCP_PROTOCOL  0xc021
#define CCP_PROTOCOL  0x80fd
#define PAP_PROTOCOL  0xc023
#define CHAP_PROTOCOL 0xc223
#define SPAP_PROTOCOL 0xc027
#define EAP_PROTOCOL  0xc227

/* RFC 1334 section 2.2; RFC 1994 section 4, with the changes of passwords of RFC 2433 and 2759;
   RFC 3748 section 4. */
static const char *authentication_code_name(uint16_t protocol, uint8_t code)
{
    static const char *const pap[] = {
        [1] = "Authenticate-Request", [2] = "Authenticate-Ack", [3] = "Authenticate-Nak"};
    static const char *const chap[] = {
        [1] = "Challenge",      [2] = "Response",          [3] = "Success",
        [4] = "Failure",        [5] = "Change-Password-1", [6] = "Change-Password-2",
        [7] = "Change-Password"};
    static const char *const eap[] = {
        [1] = "Request", [2] = "Response", [3] = "Success", [4] = "Failure"};
    if (protocol == PAP_PROTOCOL || protocol == SPAP_PROTOCOL)
        return code >= 1 && code <= 3 ? pap[code] : "unknown";
    if (protocol == EAP_PROTOCOL)
        return code >= 1 && code <= 4 ? eap[code] : "unknown";
    return code >= 1 && code <= 7 ? chap[code] : "unknown";
}

const char *ppp_code_name(uint16_t protocol, uint8_t code)
{
    static const char *const names[] = {
        [PPP_CONFIGURE_REQUEST] = "Configure-Request",
        [PPP_CONFIGURE_ACK] = "Configure-Ack",
        [PPP_CONFIGURE_NAK] = "Configure-Nak",
        [PPP_CONFIGURE_REJECT] = "Configure-Reject",
        [PPP_TERMINATE_REQUEST] = "Terminate-Request",
        [PPP_TERMINATE_ACK] = "Terminate-Ack",
        [PPP_CODE_REJECT] = "Code-Reject",
        [PPP_PROTOCOL_REJECT] = "Protocol-Reject",
        [PPP_ECHO_REQUEST] = "Echo-Request",
        [PPP_ECHO_REPLY] = "Echo-Reply",
        [PPP_DISCARD_REQUEST] = "Discard-Request",
        [PPP_IDENTIFICATION] = "Identification",
        [PPP_TIME_REMAINING] = "Time-Remaining",
        [PPP_RESET_REQUEST] = "Reset-Request",
        [PPP_RESET_ACK] = "Reset-Ack",
    };
    if (protocol == PAP_PROTOCOL || protocol == CHAP_PROTOCOL || protocol == SPAP_PROTOCOL ||
        protocol == EAP_PROTOCOL)
        return authentication_code_name(protocol, code);
    bool known = code >= PPP_CONFIGURE_REQUEST && code <= PPP_CODE_REJECT;
    if (protocol == LCP_PROTOCOL)
        known = known || (code > PPP_CODE_REJECT && code <= PPP_TIME_REMAINING);
    if (protocol == CCP_PROTOCOL)
        known = known || code == PPP_RESET_REQUEST || code == PPP_RESET_ACK;
    return known ? names[code] : "unknown";
}
