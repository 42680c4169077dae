/* The options of our own Configure-Request, and what the peer answers to them. */
#include "ppp/lcp_internal.h"

#include <string.h>

/* So many requests with our own magic number make a loopback (RFC 1661 section 6.4). */
#define LOOPBACK_COLLISIONS 3

void lcp_reset(struct ppp_control *control)
{
    struct lcp *lcp = lcp_of(control);
    const struct lcp_config *config = lcp->config;
    lcp->asks =
        (uint16_t)((config->mru ? LCP_ASK_MRU : 0) | (config->accm_on ? LCP_ASK_ACCM : 0) |
                   (lcp->methods->require_count > 0 ? LCP_ASK_AUTHENTICATION : 0) |
                   (config->magic_number ? LCP_ASK_MAGIC_NUMBER : 0) |
                   (config->pfc ? LCP_ASK_PFC : 0) | (config->acfc ? LCP_ASK_ACFC : 0) |
                   (config->fcs ? LCP_ASK_FCS : 0) | (config->padding ? LCP_ASK_PADDING : 0) |
                   (config->callback ? LCP_ASK_CALLBACK : 0) | (config->mrru ? LCP_ASK_MRRU : 0) |
                   (config->mrru && config->short_sequence ? LCP_ASK_SHORT_SEQUENCE : 0) |
                   (config->endpoint.known ? LCP_ASK_ENDPOINT : 0) |
                   (config->link_discriminator_on ? LCP_ASK_LINK_DISCRIMINATOR : 0));
    lcp->required = 0;
    lcp->tried = 1;
    lcp->wanted_mru = config->mru ? config->mru : LCP_DEFAULT_MRU;
    lcp->accm = config->accm_on ? config->accm : UINT32_MAX;
    lcp->magic = config->magic_number ? lcp_draw_magic(lcp) : 0;
    control->link->terminate_magic = lcp->magic;
    lcp->wanted_mrru = config->mrru;
    lcp->mru = LCP_DEFAULT_MRU;
    lcp->pfc = lcp->acfc = lcp->callback = lcp->short_sequence = false;
    lcp->fcs = lcp->padding = 0;
    lcp->mrru = 0;
    lcp->echo_unanswered = 0;
    lcp->echo_at = INSTANT_NEVER;
}

static void put_u8(struct wire_writer *writer, uint8_t type, uint8_t value)
{
    wire_put_u8(writer, type);
    wire_put_u8(writer, 3);
    wire_put_u8(writer, value);
}

static void put_endpoint(struct wire_writer *writer, const struct lcp_endpoint *endpoint)
{
    wire_put_u8(writer, LCP_OPTION_ENDPOINT);
    wire_put_u8(writer, (uint8_t)(3 + endpoint->length));
    wire_put_u8(writer, endpoint->class);
    wire_put_octets(writer, endpoint->address, endpoint->length);
}

void lcp_write_request(struct ppp_control *control, struct wire_writer *writer)
{
    const struct lcp *lcp = lcp_of(control);
    if (lcp->asks & LCP_ASK_MRU)
        ppp_option_put_u16(writer, LCP_OPTION_MRU, lcp->wanted_mru);
    if (lcp->asks & LCP_ASK_ACCM)
        ppp_option_put_u32(writer, LCP_OPTION_ACCM, lcp->accm);
    if (lcp->asks & LCP_ASK_AUTHENTICATION) {
        uint8_t value[PPP_AUTH_OPTION_MAX];
        size_t length = ppp_auth_method_option(lcp->methods->require[lcp->required], value);
        wire_put_u8(writer, LCP_OPTION_AUTHENTICATION);
        wire_put_u8(writer, (uint8_t)(2 + length));
        wire_put_octets(writer, value, length);
    }
    if (lcp->asks & LCP_ASK_MAGIC_NUMBER)
        ppp_option_put_u32(writer, LCP_OPTION_MAGIC_NUMBER, lcp->magic);
    if (lcp->asks & LCP_ASK_PFC)
        ppp_option_put(writer, LCP_OPTION_PFC);
    if (lcp->asks & LCP_ASK_ACFC)
        ppp_option_put(writer, LCP_OPTION_ACFC);
    if (lcp->asks & LCP_ASK_FCS)
        put_u8(writer, LCP_OPTION_FCS_ALTERNATIVES, lcp->config->fcs);
    if (lcp->asks & LCP_ASK_PADDING)
        put_u8(writer, LCP_OPTION_PADDING, lcp->config->padding);
    if (lcp->asks & LCP_ASK_CALLBACK)
        put_u8(writer, LCP_OPTION_CALLBACK, LCP_CALLBACK_CBCP);
    if (lcp->asks & LCP_ASK_MRRU)
        ppp_option_put_u16(writer, LCP_OPTION_MRRU, lcp->wanted_mrru);
    if (lcp->asks & LCP_ASK_SHORT_SEQUENCE)
        ppp_option_put(writer, LCP_OPTION_SHORT_SEQUENCE);
    if (lcp->asks & LCP_ASK_ENDPOINT)
        put_endpoint(writer, &lcp->config->endpoint);
    if (lcp->asks & LCP_ASK_LINK_DISCRIMINATOR)
        ppp_option_put_u16(writer, LCP_OPTION_LINK_DISCRIMINATOR, lcp->config->link_discriminator);
}

void lcp_acked(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    struct lcp *lcp = lcp_of(control);
    (void)now;
    switch (option->type) {
    case LCP_OPTION_MRU:
        lcp->mru = lcp->wanted_mru;
        break;
    case LCP_OPTION_PFC:
        lcp->pfc = true;
        break;
    case LCP_OPTION_ACFC:
        lcp->acfc = true;
        break;
    case LCP_OPTION_FCS_ALTERNATIVES:
        lcp->fcs = option->data[0];
        break;
    case LCP_OPTION_PADDING:
        lcp->padding = option->data[0];
        break;
    case LCP_OPTION_CALLBACK:
        lcp->callback = true;
        break;
    case LCP_OPTION_MRRU:
        lcp->mrru = lcp->wanted_mrru;
        break;
    case LCP_OPTION_SHORT_SEQUENCE:
        lcp->short_sequence = true;
        break;
    default:
        break;
    }
}

/* The peer will not authenticate; on a looped line it is ourselves who refuse. */
static void refuse(struct lcp *lcp, instant now)
{
    if (lcp->magic_collisions > 0)
        lcp_notify(lcp, now, PPP_NOTICE_LOOPBACK, 0);
    else
        lcp_notify(lcp, now, PPP_NOTICE_REFUSED, PPP_AUTH_ERROR_AUTHENTICATION_FAILURE);
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
        lcp_notify(lcp, now, PPP_NOTICE_LOOPBACK, 0);
}

/* The bit of lcp.asks for an option; 0: we never ask for it. */
static uint16_t ask_of(uint8_t type)
{
    static const uint16_t asks[] = {
        [LCP_OPTION_MRU] = LCP_ASK_MRU,
        [LCP_OPTION_ACCM] = LCP_ASK_ACCM,
        [LCP_OPTION_AUTHENTICATION] = LCP_ASK_AUTHENTICATION,
        [LCP_OPTION_MAGIC_NUMBER] = LCP_ASK_MAGIC_NUMBER,
        [LCP_OPTION_PFC] = LCP_ASK_PFC,
        [LCP_OPTION_ACFC] = LCP_ASK_ACFC,
        [LCP_OPTION_FCS_ALTERNATIVES] = LCP_ASK_FCS,
        [LCP_OPTION_PADDING] = LCP_ASK_PADDING,
        [LCP_OPTION_CALLBACK] = LCP_ASK_CALLBACK,
        [LCP_OPTION_MRRU] = LCP_ASK_MRRU,
        [LCP_OPTION_SHORT_SEQUENCE] = LCP_ASK_SHORT_SEQUENCE,
        [LCP_OPTION_ENDPOINT] = LCP_ASK_ENDPOINT,
        [LCP_OPTION_LINK_DISCRIMINATOR] = LCP_ASK_LINK_DISCRIMINATOR,
    };
    return type < sizeof asks / sizeof *asks ? asks[type] : 0;
}

void lcp_naked(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    struct lcp *lcp = lcp_of(control);
    switch (option->type) {
    case LCP_OPTION_MRU:
        if (option->length == 4 && wire_load_u16(option->data) >= LCP_SMALLEST_MRU &&
            wire_load_u16(option->data) <= LCP_DEFAULT_MRU)
            lcp->wanted_mru = wire_load_u16(option->data);
        break;
    case LCP_OPTION_ACCM:
        /* RFC 1662 section 7.1: both ends' needs together. */
        if (option->length == 6)
            lcp->accm |= wire_load_u32(option->data);
        break;
    case LCP_OPTION_AUTHENTICATION:
        if (lcp->asks & LCP_ASK_AUTHENTICATION)
            next_method(lcp, now, option);
        break;
    case LCP_OPTION_MAGIC_NUMBER:
        if (lcp->asks & LCP_ASK_MAGIC_NUMBER) {
            lcp->magic = lcp_draw_magic(lcp);
            control->link->terminate_magic = lcp->magic;
            check_loopback(lcp, now);
        }
        break;
    case LCP_OPTION_MRRU:
        if (option->length == 4 && wire_load_u16(option->data) >= LCP_SMALLEST_MRU)
            lcp->wanted_mrru = wire_load_u16(option->data);
        break;
    case LCP_OPTION_FCS_ALTERNATIVES:
    case LCP_OPTION_PADDING:
    case LCP_OPTION_CALLBACK:
    case LCP_OPTION_ENDPOINT:
    case LCP_OPTION_LINK_DISCRIMINATOR:
        /* What we ask for is all that we can offer. */
        lcp->asks &= (uint16_t)~ask_of(option->type);
        break;
    default:
        break;
    }
}

void lcp_rejected(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    struct lcp *lcp = lcp_of(control);
    if (option->type == LCP_OPTION_AUTHENTICATION) {
        refuse(lcp, now);
        return;
    }
    lcp->asks &= (uint16_t)~ask_of(option->type);
    if (option->type == LCP_OPTION_ACCM)
        lcp->accm = UINT32_MAX;
    if (option->type == LCP_OPTION_MAGIC_NUMBER)
        lcp->magic = 0;
    /* Short sequence numbers mean nothing without multilink (RFC 1990 section 5.1.2). */
    if (option->type == LCP_OPTION_MRRU)
        lcp->asks &= (uint16_t)~LCP_ASK_SHORT_SEQUENCE;
}
