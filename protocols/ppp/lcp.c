#include "ppp/lcp.h"

#include <string.h>

#define LCP_PROTOCOL 0xc021

/* A link that cannot carry this is of no use, and RFC 1661 section 6.1 gives no lower bound. */
#define SMALLEST_MRU 128
/* So many requests with our own magic number make a loopback (RFC 1661 section 6.4). */
#define LOOPBACK_COLLISIONS 3
/* The keep-alive gives up after so many unanswered requests unless configured. */
#define ECHO_FAILURES 3

/* Options of our own request, as bits of lcp.asks. */
enum ask {
    ASK_MRU = 1 << 0,
    ASK_ACCM = 1 << 1,
    ASK_AUTHENTICATION = 1 << 2,
    ASK_MAGIC_NUMBER = 1 << 3,
    ASK_PFC = 1 << 4,
    ASK_ACFC = 1 << 5,
};

/*
 * Options (RFC 1661 section 6), data behind Type and Length:
 *
 *   1  MRU                        2 octets
 *   2  ACCM                       4 octets (RFC 1662 section 7.1)
 *   3  Authentication-Protocol    2 octets of protocol, then data
 *   5  Magic-Number               4 octets
 *   7  Protocol-Field-Compression               none
 *   8  Address-and-Control-Field-Compression    none
 */

static struct lcp *lcp_of(struct ppp_control *control)
{
    return (struct lcp *)(void *)control;
}

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

/* Section 6.4: zero is no magic number. */
static uint32_t draw_magic(struct lcp *lcp)
{
    uint32_t magic;
    do
        magic = entropy_u32(lcp->entropy);
    while (magic == 0);
    return magic;
}

static void reset(struct ppp_control *control)
{
    struct lcp *lcp = lcp_of(control);
    const struct lcp_config *config = lcp->config;
    lcp->asks = (uint8_t)((config->mru ? ASK_MRU : 0) | (config->accm_on ? ASK_ACCM : 0) |
                          (lcp->methods->require_count > 0 ? ASK_AUTHENTICATION : 0) |
                          (config->magic_number ? ASK_MAGIC_NUMBER : 0) |
                          (config->pfc ? ASK_PFC : 0) | (config->acfc ? ASK_ACFC : 0));
    lcp->required = 0;
    lcp->tried = 1;
    lcp->wanted_mru = config->mru ? config->mru : LCP_DEFAULT_MRU;
    lcp->accm = config->accm_on ? config->accm : UINT32_MAX;
    lcp->magic = config->magic_number ? draw_magic(lcp) : 0;
    control->link->terminate_magic = lcp->magic;
    lcp->mru = LCP_DEFAULT_MRU;
    lcp->pfc = false;
    lcp->acfc = false;
    lcp->echo_unanswered = 0;
    lcp->echo_at = INSTANT_NEVER;
}

static void write_request(struct ppp_control *control, struct wire_writer *writer)
{
    const struct lcp *lcp = lcp_of(control);
    if (lcp->asks & ASK_MRU)
        ppp_option_put_u16(writer, LCP_OPTION_MRU, lcp->wanted_mru);
    if (lcp->asks & ASK_ACCM)
        ppp_option_put_u32(writer, LCP_OPTION_ACCM, lcp->accm);
    if (lcp->asks & ASK_AUTHENTICATION) {
        uint8_t value[PPP_AUTH_OPTION_MAX];
        size_t length = ppp_auth_method_option(lcp->methods->require[lcp->required], value);
        wire_put_u8(writer, LCP_OPTION_AUTHENTICATION);
        wire_put_u8(writer, (uint8_t)(2 + length));
        wire_put_octets(writer, value, length);
    }
    if (lcp->asks & ASK_MAGIC_NUMBER)
        ppp_option_put_u32(writer, LCP_OPTION_MAGIC_NUMBER, lcp->magic);
    if (lcp->asks & ASK_PFC)
        ppp_option_put(writer, LCP_OPTION_PFC);
    if (lcp->asks & ASK_ACFC)
        ppp_option_put(writer, LCP_OPTION_ACFC);
}

static bool is_allowed(const struct lcp *lcp, enum ppp_auth_method method)
{
    for (unsigned i = 0; i < lcp->methods->allow_count; i++) {
        if (lcp->methods->allow[i] == method)
            return true;
    }
    return false;
}

/* Section 6.2: the Nak names one protocol, the one we like best. */
static enum ppp_verdict judge_authentication(const struct lcp *lcp, const struct ppp_option *option,
                                             struct wire_writer *nak)
{
    enum ppp_auth_method method;
    if (lcp->methods->allow_count == 0)
        return PPP_OPTION_REJECT;
    if (ppp_auth_method_from_option(option->data, option->length - 2u, &method) &&
        is_allowed(lcp, method))
        return PPP_OPTION_ACCEPT;
    uint8_t value[PPP_AUTH_OPTION_MAX];
    size_t length = ppp_auth_method_option(lcp->methods->allow[0], value);
    uint8_t *p = wire_put_space(nak, 2 + length);
    if (p) {
        p[0] = LCP_OPTION_AUTHENTICATION;
        p[1] = (uint8_t)(2 + length);
        memcpy(p + 2, value, length);
    }
    return PPP_OPTION_NAK;
}

/* Section 6.4: our own number coming back is a chance in 2^32, or a loop. */
static enum ppp_verdict judge_magic(struct lcp *lcp, const struct ppp_option *option,
                                    struct wire_writer *nak)
{
    uint32_t magic = option->length == 6 ? wire_load_u32(option->data) : 0;
    if (magic != 0 && (magic != lcp->magic || !(lcp->asks & ASK_MAGIC_NUMBER))) {
        lcp->magic_collisions = 0;
        return PPP_OPTION_ACCEPT;
    }
    if (magic != 0 && lcp->magic_collisions < UINT8_MAX)
        lcp->magic_collisions++;
    ppp_option_put_u32(nak, LCP_OPTION_MAGIC_NUMBER, draw_magic(lcp));
    return PPP_OPTION_NAK;
}

static enum ppp_verdict judge(struct ppp_control *control, const struct ppp_option *option,
                              struct wire_writer *nak)
{
    struct lcp *lcp = lcp_of(control);
    switch (option->type) {
    case LCP_OPTION_MRU:
        if (option->length == 4 && wire_load_u16(option->data) >= SMALLEST_MRU)
            return PPP_OPTION_ACCEPT;
        ppp_option_put_u16(nak, LCP_OPTION_MRU,
                           option->length == 4 ? SMALLEST_MRU : LCP_DEFAULT_MRU);
        return PPP_OPTION_NAK;
    case LCP_OPTION_ACCM:
        if (option->length == 6)
            return PPP_OPTION_ACCEPT;
        ppp_option_put_u32(nak, LCP_OPTION_ACCM, 0);
        return PPP_OPTION_NAK;
    case LCP_OPTION_AUTHENTICATION:
        return judge_authentication(lcp, option, nak);
    case LCP_OPTION_MAGIC_NUMBER:
        return judge_magic(lcp, option, nak);
    case LCP_OPTION_PFC:
        /* Boolean options cannot be Nak'ed (section 5.3). */
        return lcp->config->pfc && option->length == 2 ? PPP_OPTION_ACCEPT : PPP_OPTION_REJECT;
    case LCP_OPTION_ACFC:
        return lcp->config->acfc && option->length == 2 ? PPP_OPTION_ACCEPT : PPP_OPTION_REJECT;
    default:
        return PPP_OPTION_REJECT;
    }
}

static void accept_none(struct ppp_control *control)
{
    struct lcp *lcp = lcp_of(control);
    lcp->peer_mru = LCP_DEFAULT_MRU;
    lcp->peer_accm = UINT32_MAX;
    lcp->peer_magic = 0;
    lcp->peer_pfc = false;
    lcp->peer_acfc = false;
    lcp->must_prove = false;
    control->link->peer_mru = LCP_DEFAULT_MRU;
}

static void accept(struct ppp_control *control, const struct ppp_option *option)
{
    struct lcp *lcp = lcp_of(control);
    switch (option->type) {
    case LCP_OPTION_MRU:
        lcp->peer_mru = wire_load_u16(option->data);
        control->link->peer_mru = lcp->peer_mru;
        break;
    case LCP_OPTION_ACCM:
        lcp->peer_accm = wire_load_u32(option->data);
        break;
    case LCP_OPTION_AUTHENTICATION:
        lcp->must_prove =
            ppp_auth_method_from_option(option->data, option->length - 2u, &lcp->prove_method);
        break;
    case LCP_OPTION_MAGIC_NUMBER:
        lcp->peer_magic = wire_load_u32(option->data);
        break;
    case LCP_OPTION_PFC:
        lcp->peer_pfc = true;
        break;
    case LCP_OPTION_ACFC:
        lcp->peer_acfc = true;
        break;
    default:
        break;
    }
}

static void acked(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    (void)now;
    struct lcp *lcp = lcp_of(control);
    if (option->type == LCP_OPTION_MRU)
        lcp->mru = lcp->wanted_mru;
    else if (option->type == LCP_OPTION_PFC)
        lcp->pfc = true;
    else if (option->type == LCP_OPTION_ACFC)
        lcp->acfc = true;
}

static void notify(struct lcp *lcp, instant now, enum ppp_control_notice notice, uint32_t value)
{
    lcp->control.link->notify(lcp->control.link->context, now, &lcp->control, notice, value);
}

/* The peer will not authenticate; on a looped line it is ourselves who refuse. */
static void refuse(struct lcp *lcp, instant now)
{
    if (lcp->magic_collisions > 0)
        notify(lcp, now, PPP_NOTICE_LOOPBACK, 0);
    else
        notify(lcp, now, PPP_NOTICE_REFUSED, PPP_AUTH_ERROR_AUTHENTICATION_FAILURE);
}

static bool try_method(struct lcp *lcp, unsigned index)
{
    if (lcp->tried & 1u << index)
        return false;
    lcp->tried |= (uint8_t)(1u << index);
    lcp->required = (uint8_t)index;
    return true;
}

/* The peer would rather use another method: the one it names, if that is in our list, or else the
   next in our list. Each is asked for once. */
static void next_method(struct lcp *lcp, instant now, const struct ppp_option *option)
{
    const struct lcp_methods *methods = lcp->methods;
    enum ppp_auth_method wish;
    if (ppp_auth_method_from_option(option->data, option->length - 2u, &wish)) {
        for (unsigned i = 0; i < methods->require_count; i++) {
            if (methods->require[i] == wish && try_method(lcp, i))
                return;
        }
    }
    for (unsigned i = 0; i < methods->require_count; i++) {
        if (try_method(lcp, i))
            return;
    }
    refuse(lcp, now);
}

static void check_loopback(struct lcp *lcp, instant now)
{
    if (lcp->magic_collisions >= LOOPBACK_COLLISIONS)
        notify(lcp, now, PPP_NOTICE_LOOPBACK, 0);
}

static void naked(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    struct lcp *lcp = lcp_of(control);
    switch (option->type) {
    case LCP_OPTION_MRU:
        if (option->length == 4 && wire_load_u16(option->data) >= SMALLEST_MRU &&
            wire_load_u16(option->data) <= LCP_DEFAULT_MRU)
            lcp->wanted_mru = wire_load_u16(option->data);
        break;
    case LCP_OPTION_ACCM:
        /* RFC 1662 section 7.1: both ends' needs together. */
        if (option->length == 6)
            lcp->accm |= wire_load_u32(option->data);
        break;
    case LCP_OPTION_AUTHENTICATION:
        if (lcp->asks & ASK_AUTHENTICATION)
            next_method(lcp, now, option);
        break;
    case LCP_OPTION_MAGIC_NUMBER:
        if (lcp->asks & ASK_MAGIC_NUMBER) {
            lcp->magic = draw_magic(lcp);
            control->link->terminate_magic = lcp->magic;
            check_loopback(lcp, now);
        }
        break;
    default:
        break;
    }
}

static void rejected(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    struct lcp *lcp = lcp_of(control);
    unsigned gone = 0;
    switch (option->type) {
    case LCP_OPTION_MRU:
        gone = ASK_MRU;
        break;
    case LCP_OPTION_ACCM:
        gone = ASK_ACCM;
        lcp->accm = UINT32_MAX;
        break;
    case LCP_OPTION_AUTHENTICATION:
        refuse(lcp, now);
        break;
    case LCP_OPTION_MAGIC_NUMBER:
        gone = ASK_MAGIC_NUMBER;
        lcp->magic = 0;
        break;
    case LCP_OPTION_PFC:
        gone = ASK_PFC;
        break;
    case LCP_OPTION_ACFC:
        gone = ASK_ACFC;
        break;
    default:
        break;
    }
    lcp->asks &= (uint8_t)~gone;
}

/* Identification and Time-Remaining (RFC 1570 sections 2.1 and 2.2) carry text to the end; what is
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
        notify(lcp, now, PPP_NOTICE_REFUSED, 0);
    else
        notify(lcp, now, PPP_NOTICE_PROTOCOL_REJECTED, protocol);
    ppp_control_event(&lcp->control, now, protocol == LCP_PROTOCOL ? PPP_RXJ_MINUS : PPP_RXJ_PLUS);
}

static void receive_echo(struct lcp *lcp, instant now, uint8_t code, uint8_t identifier,
                         const uint8_t *data, size_t length)
{
    uint32_t magic = wire_load_u32(data);
    bool opened = ppp_control_is_opened(&lcp->control);
    if (opened && magic != 0 && magic == lcp->magic) {
        notify(lcp, now, PPP_NOTICE_LOOPBACK, 0);
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
    .write_request = write_request,
    .judge = judge,
    .accept_none = accept_none,
    .accept = accept,
    .acked = acked,
    .naked = naked,
    .rejected = rejected,
    .receive = receive,
    .reset = reset,
};

void lcp_init(struct lcp *lcp, struct ppp_control_link *link, const struct lcp_config *config,
              const struct lcp_methods *methods, struct entropy *entropy)
{
    *lcp = (struct lcp){.config = config, .methods = methods, .entropy = entropy};
    ppp_control_init(&lcp->control, &operations, link, lcp->request, sizeof lcp->request);
}

bool lcp_required_method(const struct lcp *lcp, enum ppp_auth_method *method)
{
    if (!(lcp->asks & ASK_AUTHENTICATION))
        return false;
    *method = lcp->methods->require[lcp->required];
    return true;
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

void lcp_handle_timeout(struct lcp *lcp, instant now)
{
    ppp_control_handle_timeout(&lcp->control, now);
    if (lcp->echo_at > now || !ppp_control_is_opened(&lcp->control))
        return;
    uint8_t limit = lcp->config->echo_failures ? lcp->config->echo_failures : ECHO_FAILURES;
    if (lcp->echo_unanswered >= limit) {
        lcp->echo_at = INSTANT_NEVER;
        notify(lcp, now, PPP_NOTICE_ECHO_LOST, 0);
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
