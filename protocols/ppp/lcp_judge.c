/* The options of the peer's Configure-Request. */
#include "ppp/lcp_internal.h"

#include <string.h>

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
    if (magic != 0 && (magic != lcp->magic || !(lcp->asks & LCP_ASK_MAGIC_NUMBER))) {
        lcp->magic_collisions = 0;
        return PPP_OPTION_ACCEPT;
    }
    if (magic != 0 && lcp->magic_collisions < UINT8_MAX)
        lcp->magic_collisions++;
    ppp_option_put_u32(nak, LCP_OPTION_MAGIC_NUMBER, lcp_draw_magic(lcp));
    return PPP_OPTION_NAK;
}

/* RFC 1570 section 2.1: of the alternatives named, those that we can send. */
static enum ppp_verdict judge_fcs(const struct lcp *lcp, const struct ppp_option *option,
                                  struct wire_writer *nak)
{
    uint8_t allowed = lcp->config->fcs_allowed;
    uint8_t wanted = option->length == 3 ? option->data[0] : 0;
    if (allowed == 0)
        return PPP_OPTION_REJECT;
    if (wanted != 0 && (wanted & ~allowed) == 0)
        return PPP_OPTION_ACCEPT;
    uint8_t *p = wire_put_space(nak, 3);
    if (p) {
        p[0] = LCP_OPTION_FCS_ALTERNATIVES;
        p[1] = 3;
        p[2] = wanted & allowed ? wanted & allowed : allowed;
    }
    return PPP_OPTION_NAK;
}

/* Of the ways to call back only CBCP is known here. */
static enum ppp_verdict judge_callback(const struct lcp *lcp, const struct ppp_option *option,
                                       struct wire_writer *nak)
{
    if (!lcp->config->callback_allowed)
        return PPP_OPTION_REJECT;
    if (option->length >= 3 && option->data[0] == LCP_CALLBACK_CBCP)
        return PPP_OPTION_ACCEPT;
    uint8_t *p = wire_put_space(nak, 3);
    if (p) {
        p[0] = LCP_OPTION_CALLBACK;
        p[1] = 3;
        p[2] = LCP_CALLBACK_CBCP;
    }
    return PPP_OPTION_NAK;
}

/* RFC 1990 section 5.1.1: the option asks for multilink; we can send as much as the peer takes. */
static enum ppp_verdict judge_mrru(const struct lcp *lcp, const struct ppp_option *option,
                                   struct wire_writer *nak)
{
    if (!lcp->config->multilink_allowed)
        return PPP_OPTION_REJECT;
    if (option->length == 4 && wire_load_u16(option->data) >= LCP_SMALLEST_MRU)
        return PPP_OPTION_ACCEPT;
    ppp_option_put_u16(nak, LCP_OPTION_MRRU, LCP_DEFAULT_MRU);
    return PPP_OPTION_NAK;
}

/* RFC 1990 section 5.1.3: how long the addresses of the classes are. */
static bool is_endpoint(const struct ppp_option *option)
{
    if (option->length < 3)
        return false;
    unsigned length = option->length - 3u;
    switch (option->data[0]) {
    case LCP_ENDPOINT_NULL:
        return length == 0;
    case LCP_ENDPOINT_LOCAL:
        return length <= LCP_ENDPOINT_MAX;
    case LCP_ENDPOINT_IPV4:
        return length == 4;
    case LCP_ENDPOINT_MAC:
        return length == 6;
    case LCP_ENDPOINT_MAGIC:
        return length > 0 && length <= 20 && length % 4 == 0;
    case LCP_ENDPOINT_PSN:
        return length <= 15;
    default:
        return false;
    }
}

enum ppp_verdict lcp_judge(struct ppp_control *control, const struct ppp_option *option,
                           struct wire_writer *nak)
{
    struct lcp *lcp = lcp_of(control);
    switch (option->type) {
    case LCP_OPTION_MRU:
        if (option->length == 4 && wire_load_u16(option->data) >= LCP_SMALLEST_MRU)
            return PPP_OPTION_ACCEPT;
        ppp_option_put_u16(nak, LCP_OPTION_MRU,
                           option->length == 4 ? LCP_SMALLEST_MRU : LCP_DEFAULT_MRU);
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
    case LCP_OPTION_FCS_ALTERNATIVES:
        return judge_fcs(lcp, option, nak);
    case LCP_OPTION_PADDING:
        return lcp->config->padding_allowed && option->length == 3 && option->data[0] > 0
                   ? PPP_OPTION_ACCEPT
                   : PPP_OPTION_REJECT;
    case LCP_OPTION_CALLBACK:
        return judge_callback(lcp, option, nak);
    case LCP_OPTION_MRRU:
        return judge_mrru(lcp, option, nak);
    case LCP_OPTION_SHORT_SEQUENCE:
        return lcp->config->multilink_allowed && option->length == 2 ? PPP_OPTION_ACCEPT
                                                                     : PPP_OPTION_REJECT;
    case LCP_OPTION_ENDPOINT:
        return lcp->config->endpoint_allowed && is_endpoint(option) ? PPP_OPTION_ACCEPT
                                                                    : PPP_OPTION_REJECT;
    case LCP_OPTION_LINK_DISCRIMINATOR:
        return lcp->config->link_discriminator_allowed && option->length == 4 ? PPP_OPTION_ACCEPT
                                                                              : PPP_OPTION_REJECT;
    default:
        return PPP_OPTION_REJECT;
    }
}

void lcp_accept_none(struct ppp_control *control)
{
    struct lcp *lcp = lcp_of(control);
    lcp->peer_mru = LCP_DEFAULT_MRU;
    lcp->peer_accm = UINT32_MAX;
    lcp->peer_magic = 0;
    lcp->peer_pfc = false;
    lcp->peer_acfc = false;
    lcp->must_prove = false;
    lcp->peer_fcs = 0;
    lcp->peer_padding = 0;
    lcp->peer_callback = false;
    lcp->peer_mrru = 0;
    lcp->peer_short_sequence = false;
    lcp->peer_link_discriminator = 0;
    lcp->peer_endpoint = (struct lcp_endpoint){0};
    control->link->peer_mru = LCP_DEFAULT_MRU;
}

void lcp_accept(struct ppp_control *control, const struct ppp_option *option)
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
    case LCP_OPTION_FCS_ALTERNATIVES:
        lcp->peer_fcs = option->data[0];
        break;
    case LCP_OPTION_PADDING:
        lcp->peer_padding = option->data[0];
        break;
    case LCP_OPTION_CALLBACK:
        lcp->peer_callback = true;
        break;
    case LCP_OPTION_MRRU:
        lcp->peer_mrru = wire_load_u16(option->data);
        break;
    case LCP_OPTION_SHORT_SEQUENCE:
        lcp->peer_short_sequence = true;
        break;
    case LCP_OPTION_ENDPOINT:
        lcp->peer_endpoint = (struct lcp_endpoint){
            .known = true, .class = option->data[0], .length = (uint8_t)(option->length - 3)};
        memcpy(lcp->peer_endpoint.address, option->data + 1, lcp->peer_endpoint.length);
        break;
    case LCP_OPTION_LINK_DISCRIMINATOR:
        lcp->peer_link_discriminator = wire_load_u16(option->data);
        break;
    default:
        break;
    }
}
