#include "ppp/network/ipv6cp.h"

#include <stdio.h>

#define IPV6CP_PROTOCOL 0x8057
#define IPV6_PROTOCOL   0x0057

/* The universal/local bit: set in identifiers made of a unique IEEE identifier only. */
#define UNIVERSAL UINT64_C(0x0200000000000000)

/*
 * Options (RFC 5072 section 4.1), data behind Type and Length:
 *
 *   1  Interface-Identifier   8 octets, zero asks for one
 */
#define OPTION_LENGTH 10

static struct ipv6cp *ipv6cp_of(struct ppp_control *control)
{
    return (struct ipv6cp *)(void *)control;
}

static const char *option_name(uint8_t type)
{
    switch (type) {
    case IPV6CP_OPTION_INTERFACE_IDENTIFIER:
        return "interface-identifier";
    case IPV6CP_OPTION_COMPRESSION:
        return "ipv6-compression-protocol";
    default:
        return "unknown";
    }
}

static uint64_t load_identifier(const struct ppp_option *option)
{
    return (uint64_t)wire_load_u32(option->data) << 32 | wire_load_u32(option->data + 4);
}

static void put_identifier(struct wire_writer *writer, uint64_t identifier)
{
    uint8_t *p = wire_put_space(writer, OPTION_LENGTH);
    if (!p)
        return;
    p[0] = IPV6CP_OPTION_INTERFACE_IDENTIFIER;
    p[1] = OPTION_LENGTH;
    wire_store_u32(p + 2, (uint32_t)(identifier >> 32));
    wire_store_u32(p + 6, (uint32_t)identifier);
}

/* Neither zero nor one of the two that are taken, and not claiming to be universal. */
static uint64_t draw_identifier(struct ipv6cp *ipv6cp, uint64_t taken, uint64_t taken_too)
{
    uint64_t identifier;
    do
        identifier = entropy_u64(ipv6cp->entropy) & ~UNIVERSAL;
    while (identifier == 0 || identifier == taken || identifier == taken_too);
    return identifier;
}

static void reset(struct ppp_control *control)
{
    struct ipv6cp *ipv6cp = ipv6cp_of(control);
    ipv6cp->asks = true;
    ipv6cp->suggested = 0;
    ipv6cp->identifier = ipv6cp->config->identifier;
    if (ipv6cp->config->enabled && ipv6cp->identifier == 0)
        ipv6cp->identifier = draw_identifier(ipv6cp, 0, 0);
}

static void write_request(struct ppp_control *control, struct wire_writer *writer)
{
    const struct ipv6cp *ipv6cp = ipv6cp_of(control);
    if (ipv6cp->asks)
        put_identifier(writer, ipv6cp->identifier);
}

/* The comparison of RFC 5072 section 4.1. */
static enum ppp_verdict judge(struct ppp_control *control, const struct ppp_option *option,
                              struct wire_writer *nak)
{
    struct ipv6cp *ipv6cp = ipv6cp_of(control);
    if (option->type != IPV6CP_OPTION_INTERFACE_IDENTIFIER || option->length != OPTION_LENGTH)
        return PPP_OPTION_REJECT;
    uint64_t identifier = load_identifier(option);
    if (identifier != 0 && identifier != ipv6cp->identifier)
        return PPP_OPTION_ACCEPT;
    if (identifier == 0 && ipv6cp->identifier == 0)
        return PPP_OPTION_REJECT;
    ipv6cp->suggested = draw_identifier(ipv6cp, ipv6cp->identifier, ipv6cp->suggested);
    put_identifier(nak, ipv6cp->suggested);
    return PPP_OPTION_NAK;
}

static void accept_none(struct ppp_control *control)
{
    ipv6cp_of(control)->peer_identifier = 0;
}

static void accept(struct ppp_control *control, const struct ppp_option *option)
{
    if (option->type == IPV6CP_OPTION_INTERFACE_IDENTIFIER)
        ipv6cp_of(control)->peer_identifier = load_identifier(option);
}

static void acked(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    (void)control, (void)now, (void)option;
}

/* Section 4.1: the suggestion is taken unless both ends suggest the same to each other. */
static void naked(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    struct ipv6cp *ipv6cp = ipv6cp_of(control);
    (void)now;
    if (option->type != IPV6CP_OPTION_INTERFACE_IDENTIFIER || option->length != OPTION_LENGTH)
        return;
    uint64_t identifier = load_identifier(option);
    if (identifier == 0 || identifier == ipv6cp->suggested)
        identifier = draw_identifier(ipv6cp, ipv6cp->suggested, ipv6cp->identifier);
    ipv6cp->identifier = identifier;
}

static void rejected(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    struct ipv6cp *ipv6cp = ipv6cp_of(control);
    (void)now;
    if (option->type != IPV6CP_OPTION_INTERFACE_IDENTIFIER)
        return;
    ipv6cp->asks = false;
    ipv6cp->identifier = 0;
}

static const struct ppp_control_operations operations = {
    .name = "ipv6cp",
    .protocol = IPV6CP_PROTOCOL,
    .option_name = option_name,
    .write_request = write_request,
    .judge = judge,
    .accept_none = accept_none,
    .accept = accept,
    .acked = acked,
    .naked = naked,
    .rejected = rejected,
    .reset = reset,
};

void ipv6cp_init(struct ipv6cp *ipv6cp, struct ppp_control_link *link,
                 const struct ipv6cp_config *config, struct entropy *entropy)
{
    *ipv6cp = (struct ipv6cp){.config = config, .entropy = entropy};
    ppp_control_init(&ipv6cp->control, &operations, link, ipv6cp->request, sizeof ipv6cp->request);
}

/* As the lower half of an address is written, without leaving zeros out. */
static const char *print_identifier(uint64_t identifier, char text[20])
{
    snprintf(text, 20, "%04x:%04x:%04x:%04x", (unsigned)(identifier >> 48),
             (unsigned)(identifier >> 32 & 0xffff), (unsigned)(identifier >> 16 & 0xffff),
             (unsigned)(identifier & 0xffff));
    return text;
}

static void opened(struct ppp_control *control, instant now)
{
    const struct ipv6cp *ipv6cp = ipv6cp_of(control);
    char local[20];
    char peer[20];
    TRACE(control->link->trace, now, "ppp.ipv6cp.opened",
          trace_text("session", control->link->session),
          trace_text("local", print_identifier(ipv6cp->identifier, local)),
          trace_text("peer", print_identifier(ipv6cp->peer_identifier, peer)));
}

static void closed(struct ppp_control *control, instant now)
{
    TRACE(control->link->trace, now, "ppp.ipv6cp.closed",
          trace_text("session", control->link->session));
}

const struct ppp_ncp_class ipv6cp_class = {
    .protocols = {IPV6_PROTOCOL},
    .opened = opened,
    .closed = closed,
};
