#include "ppp/network/atcp.h"

#define ATCP_PROTOCOL      0x8029
#define APPLETALK_PROTOCOL 0x0029

/*
 * Options (RFC 1378 section 2), data behind Type and Length; all others are rejected:
 *
 *   1  AppleTalk-Address   1 octet zero, 2 octets network, 1 octet node; zeroes ask
 */
#define ADDRESS_LENGTH 6

static struct atcp *atcp_of(struct ppp_control *control)
{
    return (struct atcp *)(void *)control;
}

static const char *option_name(uint8_t type)
{
    switch (type) {
    case ATCP_OPTION_ADDRESS:
        return "appletalk-address";
    case ATCP_OPTION_ROUTING_PROTOCOL:
        return "routing-protocol";
    case ATCP_OPTION_SUPPRESS_BROADCASTS:
        return "suppress-broadcasts";
    case ATCP_OPTION_COMPRESSION:
        return "at-compression-protocol";
    default:
        return "unknown";
    }
}

static void reset(struct ppp_control *control)
{
    struct atcp *atcp = atcp_of(control);
    atcp->asks = true;
    atcp->network = atcp->config->network;
    atcp->node = atcp->config->node;
}

static void put_address(struct wire_writer *writer, uint16_t network, uint8_t node)
{
    ppp_option_put_u32(writer, ATCP_OPTION_ADDRESS, (uint32_t)network << 8 | node);
}

static void write_request(struct ppp_control *control, struct wire_writer *writer)
{
    const struct atcp *atcp = atcp_of(control);
    if (atcp->asks)
        put_address(writer, atcp->network, atcp->node);
}

static enum ppp_verdict judge(struct ppp_control *control, const struct ppp_option *option,
                              struct wire_writer *nak)
{
    const struct atcp *atcp = atcp_of(control);
    if (option->type != ATCP_OPTION_ADDRESS || option->length != ADDRESS_LENGTH)
        return PPP_OPTION_REJECT;
    uint32_t address = wire_load_u32(option->data) & 0xffffff;
    uint32_t own = (uint32_t)atcp->network << 8 | atcp->node;
    if (address != own && address >> 8 != 0 && (address & 0xff) != 0)
        return PPP_OPTION_ACCEPT;
    if (atcp->config->peer_network == 0)
        return PPP_OPTION_REJECT;
    put_address(nak, atcp->config->peer_network, atcp->config->peer_node);
    return PPP_OPTION_NAK;
}

static void accept_none(struct ppp_control *control)
{
    struct atcp *atcp = atcp_of(control);
    atcp->peer_network = 0;
    atcp->peer_node = 0;
}

static void accept(struct ppp_control *control, const struct ppp_option *option)
{
    struct atcp *atcp = atcp_of(control);
    atcp->peer_network = wire_load_u16(option->data + 1);
    atcp->peer_node = option->data[3];
}

static void acked(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    (void)control, (void)now, (void)option;
}

static void naked(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    struct atcp *atcp = atcp_of(control);
    (void)now;
    if (option->type != ATCP_OPTION_ADDRESS || option->length != ADDRESS_LENGTH)
        return;
    atcp->network = wire_load_u16(option->data + 1);
    atcp->node = option->data[3];
}

static void rejected(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    (void)now;
    if (option->type == ATCP_OPTION_ADDRESS)
        atcp_of(control)->asks = false;
}

static const struct ppp_control_operations operations = {
    .name = "atcp",
    .protocol = ATCP_PROTOCOL,
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

void atcp_init(struct atcp *atcp, struct ppp_control_link *link, const struct atcp_config *config)
{
    *atcp = (struct atcp){.config = config};
    ppp_control_init(&atcp->control, &operations, link, atcp->request, sizeof atcp->request);
}

static void opened(struct ppp_control *control, instant now)
{
    const struct atcp *atcp = atcp_of(control);
    TRACE(control->link->trace, now, "ppp.atcp.opened",
          trace_text("session", control->link->session), trace_number("network", atcp->network),
          trace_number("node", atcp->node));
}

static void closed(struct ppp_control *control, instant now)
{
    TRACE(control->link->trace, now, "ppp.atcp.closed",
          trace_text("session", control->link->session));
}

const struct ppp_ncp_class atcp_class = {
    .protocols = {APPLETALK_PROTOCOL},
    .opened = opened,
    .closed = closed,
};
