#include "ppp/lcp_internal.h"

#include <string.h>

/* The keep-alive gives up after so many unanswered requests unless configured. */
#define ECHO_FAILURES 3

const char *lcp_option_name(uint8_t type)
{
    switch (type) {
    case LCP_OPTION_MRU:
        return "mru";
    case LCP_OPTION_ACCM:
        return "accm";
    case LCP_OPTION_AUTHENTICATION:
        return "authentication-protocol";
    case LCP_OPTION_QUALITY:
        return "quality-protocol";
    case LCP_OPTION_MAGIC_NUMBER:
        return "magic-number";
    case LCP_OPTION_PFC:
        return "protocol-field-compression";
    case LCP_OPTION_ACFC:
        return "address-and-control-field-compression";
    case LCP_OPTION_FCS_ALTERNATIVES:
        return "fcs-alternatives";
    case LCP_OPTION_PADDING:
        return "self-describing-padding";
    case LCP_OPTION_COMPOUND_FRAMES:
        return "compound-frames";
    case LCP_OPTION_CALLBACK:
        return "callback";
    case LCP_OPTION_MRRU:
        return "multilink-mrru";
    case LCP_OPTION_SHORT_SEQUENCE:
        return "short-sequence-number-header";
    case LCP_OPTION_ENDPOINT:
        return "endpoint-discriminator";
    case LCP_OPTION_LINK_DISCRIMINATOR:
        return "link-discriminator";
    default:
        return "unknown";
    }
}

uint32_t lcp_draw_magic(struct lcp *lcp)
{
    uint32_t magic;
    do
        magic = entropy_u32(lcp->entropy);
    while (magic == 0);
    return magic;
}

void lcp_notify(struct lcp *lcp, instant now, enum ppp_control_notice notice, uint32_t value)
{
    lcp->control.link->notify(lcp->control.link->context, now, &lcp->control, notice, value);
}

/* Identification and Time-Remaining (RFC 1570 sections 1.1 and 1.2) carry text to the end; what is
   not printable ASCII shows as '?'. */
static const char *printable(const uint8_t *octets, size_t length, char *text, size_t size)
{
    size_t count = length < size - 1 ? length : size - 1;
    for (size_t i = 0; i < count; i++)
        text[i] = octets[i] >= 0x20 && octets[i] < 0x7f ? (char)octets[i] : '?';
    text[count] = '\0';
    return text;
}

static void receive_protocol_reject(struct lcp *lcp, instant now, const uint8_t *data)
{
    uint16_t protocol = wire_load_u16(data);
    if (protocol == LCP_PROTOCOL)
        lcp_notify(lcp, now, PPP_NOTICE_REFUSED, 0);
    else
        lcp_notify(lcp, now, PPP_NOTICE_PROTOCOL_REJECTED, protocol);
    ppp_control_event(&lcp->control, now, protocol == LCP_PROTOCOL ? PPP_RXJ_MINUS : PPP_RXJ_PLUS);
}

static void receive_echo(struct lcp *lcp, instant now, uint8_t code, uint8_t identifier,
                         const uint8_t *data, size_t length)
{
    uint32_t magic = wire_load_u32(data);
    bool opened = ppp_control_is_opened(&lcp->control);
    if (opened && magic != 0 && magic == lcp->magic) {
        lcp_notify(lcp, now, PPP_NOTICE_LOOPBACK, 0);
        return;
    }
    if (code == PPP_ECHO_REPLY && identifier == lcp->echo_identifier)
        lcp->echo_unanswered = 0;
    if (code == PPP_ECHO_REQUEST && opened) {
        /* Section 5.8: the data come back behind our own magic number. */
        ppp_control_prepare_reply(&lcp->control, PPP_ECHO_REPLY, data, length);
        if (lcp->control.reply && lcp->control.reply->length >= 4)
            wire_store_u32(lcp->control.reply->data, lcp->magic);
    }
    ppp_control_event(&lcp->control, now, PPP_RXR);
}

static void receive_text(struct lcp *lcp, instant now, uint8_t code, const uint8_t *data,
                         size_t length)
{
    const struct ppp_control_link *link = lcp->control.link;
    char text[128];
    if (!link->trace->emit)
        return;
    if (code == PPP_IDENTIFICATION)
        TRACE(link->trace, now, "ppp.lcp.identification", trace_text("session", link->session),
              trace_text("text", printable(data + 4, length - 4, text, sizeof text)));
    else
        TRACE(link->trace, now, "ppp.lcp.time-remaining", trace_text("session", link->session),
              trace_number("seconds", wire_load_u32(data + 4)),
              trace_text("text", printable(data + 8, length - 8, text, sizeof text)));
}

static bool receive(struct ppp_control *control, instant now, uint8_t code, uint8_t identifier,
                    const uint8_t *data, size_t length, uint64_t serial)
{
    struct lcp *lcp = lcp_of(control);
    static const uint8_t least[] = {
        [PPP_PROTOCOL_REJECT] = 2, [PPP_ECHO_REQUEST] = 4,   [PPP_ECHO_REPLY] = 4,
        [PPP_DISCARD_REQUEST] = 4, [PPP_IDENTIFICATION] = 4, [PPP_TIME_REMAINING] = 8,
    };
    if (code < PPP_PROTOCOL_REJECT || code > PPP_TIME_REMAINING)
        return false;
    if (length < least[code]) {
        ppp_control_drop(control, now, "truncated", serial);
        return true;
    }
    switch (code) {
    case PPP_PROTOCOL_REJECT:
        /* Section 5.7: in any state but Opened it is discarded. */
        if (ppp_control_is_opened(control))
            receive_protocol_reject(lcp, now, data);
        else
            ppp_control_drop(control, now, "not-opened", serial);
        break;
    case PPP_IDENTIFICATION:
    case PPP_TIME_REMAINING:
        receive_text(lcp, now, code, data, length);
        break;
    default:
        receive_echo(lcp, now, code, identifier, data, length);
        break;
    }
    return true;
}

static const struct ppp_control_operations operations = {
    .name = "lcp",
    .protocol = LCP_PROTOCOL,
    .option_name = lcp_option_name,
    .write_request = lcp_write_request,
    .judge = lcp_judge,
    .accept_none = lcp_accept_none,
    .accept = lcp_accept,
    .acked = lcp_acked,
    .naked = lcp_naked,
    .rejected = lcp_rejected,
    .receive = receive,
    .reset = lcp_reset,
};

void lcp_init(struct lcp *lcp, struct ppp_control_link *link, const struct lcp_config *config,
              const struct lcp_methods *methods, struct entropy *entropy)
{
    *lcp = (struct lcp){.config = config, .methods = methods, .entropy = entropy};
    ppp_control_init(&lcp->control, &operations, link, lcp->request, sizeof lcp->request);
}

bool lcp_required_method(const struct lcp *lcp, enum ppp_auth_method *method)
{
    if (!(lcp->asks & LCP_ASK_AUTHENTICATION))
        return false;
    *method = lcp->methods->require[lcp->required];
    return true;
}

void lcp_configure(struct lcp *lcp, uint16_t mru, uint16_t peer_mru, bool peer_pfc)
{
    lcp_reset(&lcp->control);
    lcp_accept_none(&lcp->control);
    lcp->asks = 0;
    lcp->magic = 0;
    lcp->mru = mru;
    lcp->peer_mru = lcp->control.link->peer_mru = peer_mru;
    lcp->peer_pfc = peer_pfc;
    lcp->peer_acfc = true;
    lcp->control.automaton.state = PPP_OPENED;
}

void lcp_opened(struct lcp *lcp, instant now)
{
    uint8_t magic[4];
    wire_store_u32(magic, lcp->magic);
    for (unsigned i = 0; i < LCP_IDENTIFICATIONS; i++) {
        const char *text = lcp->config->identification[i];
        if (text)
            ppp_control_send(&lcp->control, now, PPP_IDENTIFICATION,
                             ppp_control_identifier(&lcp->control), magic, sizeof magic, text,
                             strlen(text));
    }
    lcp->echo_unanswered = 0;
    lcp->echo_at = lcp->config->echo_interval_ms > 0
                       ? instant_after(now, lcp->config->echo_interval_ms * INSTANT_MILLISECOND)
                       : INSTANT_NEVER;
}

void lcp_send_protocol_reject(struct lcp *lcp, instant now, uint16_t protocol, const uint8_t *data,
                              size_t length)
{
    if (!ppp_control_is_opened(&lcp->control))
        return;
    uint8_t head[2];
    wire_store_u16(head, protocol);
    ppp_control_send(&lcp->control, now, PPP_PROTOCOL_REJECT, ppp_control_identifier(&lcp->control),
                     head, sizeof head, data, length);
}

void lcp_send_time_remaining(struct lcp *lcp, instant now, uint32_t seconds, const char *text)
{
    if (!ppp_control_is_opened(&lcp->control))
        return;
    uint8_t head[8];
    wire_store_u32(head, lcp->magic);
    wire_store_u32(head + 4, seconds);
    ppp_control_send(&lcp->control, now, PPP_TIME_REMAINING, ppp_control_identifier(&lcp->control),
                     head, sizeof head, text, strlen(text));
}

void lcp_handle_timeout(struct lcp *lcp, instant now)
{
    ppp_control_handle_timeout(&lcp->control, now);
    if (lcp->echo_at > now || !ppp_control_is_opened(&lcp->control))
        return;
    uint8_t limit = lcp->config->echo_failures ? lcp->config->echo_failures : ECHO_FAILURES;
    if (lcp->echo_unanswered >= limit) {
        lcp->echo_at = INSTANT_NEVER;
        lcp_notify(lcp, now, PPP_NOTICE_ECHO_LOST, 0);
        return;
    }
    uint8_t magic[4];
    wire_store_u32(magic, lcp->magic);
    lcp->echo_unanswered++;
    lcp->echo_identifier = ppp_control_identifier(&lcp->control);
    lcp->echo_at = instant_after(now, lcp->config->echo_interval_ms * INSTANT_MILLISECOND);
    ppp_control_send(&lcp->control, now, PPP_ECHO_REQUEST, lcp->echo_identifier, magic,
                     sizeof magic, NULL, 0);
}

instant lcp_next_timeout(const struct lcp *lcp)
{
    instant echo_at = ppp_control_is_opened(&lcp->control) ? lcp->echo_at : INSTANT_NEVER;
    return instant_earlier(ppp_control_next_timeout(&lcp->control), echo_at);
}
