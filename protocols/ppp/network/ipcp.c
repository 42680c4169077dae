#include "ppp/network/ipcp.h"

#define IPCP_PROTOCOL 0x8021

/* Windows error codes of a refused and of a missing address. */
#define ERROR_REQUIRED_ADDRESS_REJECTED 735
#define ERROR_NO_ADDRESS_ASSIGNED       738

/* Options of our own request, as bits of ipcp.asks: the address, then the servers in order. */
#define ASK_ADDRESS   1u
#define ASK_SERVER(i) (2u << (i))
#define ASK_VJ        (2u << IPCP_SERVERS)

/* What we ask for when we ask for VJ compression: 16 slots, and slot numbers may be left out. */
#define VJ_MAX_SLOT_ID 15
/* RFC 1144 section 3.2.2 wants three slots at least. */
#define VJ_LEAST_SLOT_ID 2

/*
 * Options (RFC 1332 section 3, RFC 1877 section 1), data behind Type and Length:
 *
 *   2    IP-Compression    2 octets of protocol 002D, highest slot number, whether it is left out
 *   3    IP-Address       4 octets, zero asks for an assignment
 *   129  Primary DNS      4 octets, zero asks
 *   130  Primary NBNS     4 octets, zero asks
 *   131  Secondary DNS    4 octets, zero asks
 *   132  Secondary NBNS   4 octets, zero asks
 */

static struct ipcp *ipcp_of(struct ppp_control *control)
{
    return (struct ipcp *)(void *)control;
}

static const char *option_name(uint8_t type)
{
    switch (type) {
    case IPCP_OPTION_IP_ADDRESSES:
        return "ip-addresses";
    case IPCP_OPTION_IP_COMPRESSION:
        return "ip-compression-protocol";
    case IPCP_OPTION_IP_ADDRESS:
        return "ip-address";
    case IPCP_OPTION_PRIMARY_DNS:
        return "primary-dns";
    case IPCP_OPTION_PRIMARY_NBNS:
        return "primary-nbns";
    case IPCP_OPTION_SECONDARY_DNS:
        return "secondary-dns";
    case IPCP_OPTION_SECONDARY_NBNS:
        return "secondary-nbns";
    default:
        return "unknown";
    }
}

static bool is_server_option(uint8_t type)
{
    return type >= IPCP_OPTION_PRIMARY_DNS && type <= IPCP_OPTION_SECONDARY_NBNS;
}

static void reset(struct ppp_control *control)
{
    struct ipcp *ipcp = ipcp_of(control);
    const struct ipcp_config *config = ipcp->config;
    ipcp->asks = ASK_ADDRESS;
    ipcp->address_naks = 0;
    ipcp->local_address = config->local_address;
    ipcp->vj_agreed = false;
    if (config->vj)
        ipcp->asks |= (uint8_t)ASK_VJ;
    for (unsigned i = 0; i < IPCP_SERVERS; i++) {
        if (config->ask_servers[i])
            ipcp->asks |= (uint8_t)ASK_SERVER(i);
        ipcp->servers[i] = 0;
    }
}

static void put_vj(struct wire_writer *writer)
{
    ppp_option_put_u32(writer, IPCP_OPTION_IP_COMPRESSION,
                       (uint32_t)VJ_COMPRESSION_PROTOCOL << 16 | VJ_MAX_SLOT_ID << 8 | 1);
}

static void write_request(struct ppp_control *control, struct wire_writer *writer)
{
    const struct ipcp *ipcp = ipcp_of(control);
    if (ipcp->asks & ASK_VJ)
        put_vj(writer);
    if (ipcp->asks & ASK_ADDRESS)
        ppp_option_put_u32(writer, IPCP_OPTION_IP_ADDRESS, ipcp->local_address);
    for (unsigned i = 0; i < IPCP_SERVERS; i++) {
        if (ipcp->asks & ASK_SERVER(i))
            ppp_option_put_u32(writer, (uint8_t)(IPCP_OPTION_PRIMARY_DNS + i), ipcp->servers[i]);
    }
}

/* Offers @p wanted unless the peer names it already. */
static enum ppp_verdict agree(const struct ppp_option *option, ipv4_address wanted,
                              struct wire_writer *nak)
{
    if (option->length == 6 && wire_load_u32(option->data) == wanted)
        return PPP_OPTION_ACCEPT;
    ppp_option_put_u32(nak, option->type, wanted);
    return PPP_OPTION_NAK;
}

static enum ppp_verdict judge_address(const struct ipcp *ipcp, const struct ppp_option *option,
                                      struct wire_writer *nak)
{
    ipv4_address address = option->length == 6 ? wire_load_u32(option->data) : IPV4_ANY;
    if (address != IPV4_ANY &&
        (ipcp->assigned_address == IPV4_ANY || ipcp->config->peer_may_choose))
        return PPP_OPTION_ACCEPT;
    /* RFC 1332 section 3.3: zero asks for an address; there must be one to give. */
    if (ipcp->assigned_address == IPV4_ANY)
        return PPP_OPTION_REJECT;
    return agree(option, ipcp->assigned_address, nak);
}

/* RFC 1332 section 3.2: the peer says how it wants to receive. */
static enum ppp_verdict judge_compression(const struct ipcp *ipcp, const struct ppp_option *option,
                                          struct wire_writer *nak)
{
    if (!ipcp->config->vj_allowed)
        return PPP_OPTION_REJECT;
    if (option->length == 6 && wire_load_u16(option->data) == VJ_COMPRESSION_PROTOCOL &&
        option->data[2] >= VJ_LEAST_SLOT_ID && option->data[3] <= 1)
        return PPP_OPTION_ACCEPT;
    put_vj(nak);
    return PPP_OPTION_NAK;
}

static enum ppp_verdict judge(struct ppp_control *control, const struct ppp_option *option,
                              struct wire_writer *nak)
{
    const struct ipcp *ipcp = ipcp_of(control);
    if (option->type == IPCP_OPTION_IP_ADDRESS)
        return judge_address(ipcp, option, nak);
    if (option->type == IPCP_OPTION_IP_COMPRESSION)
        return judge_compression(ipcp, option, nak);
    if (!is_server_option(option->type))
        return PPP_OPTION_REJECT;
    ipv4_address server = ipcp->config->servers[option->type - IPCP_OPTION_PRIMARY_DNS];
    return server == IPV4_ANY ? PPP_OPTION_REJECT : agree(option, server, nak);
}

/* A peer that is assigned an address has to ask for it (RFC 1332 section 3.3). */
static void append_wanted(struct ppp_control *control, const uint8_t seen[32],
                          struct wire_writer *nak)
{
    const struct ipcp *ipcp = ipcp_of(control);
    if (!(seen[0] & 1u << IPCP_OPTION_IP_ADDRESS) && ipcp->assigned_address != IPV4_ANY)
        ppp_option_put_u32(nak, IPCP_OPTION_IP_ADDRESS, ipcp->assigned_address);
}

static void accept_none(struct ppp_control *control)
{
    struct ipcp *ipcp = ipcp_of(control);
    ipcp->peer_address = ipcp->assigned_address;
    ipcp->vj_peer_agreed = false;
}

static void accept(struct ppp_control *control, const struct ppp_option *option)
{
    struct ipcp *ipcp = ipcp_of(control);
    if (option->type == IPCP_OPTION_IP_ADDRESS) {
        ipcp->peer_address = wire_load_u32(option->data);
    } else if (option->type == IPCP_OPTION_IP_COMPRESSION) {
        ipcp->vj_peer_agreed = true;
        ipcp->vj_peer = (struct vj_config){.max_slot_id = option->data[2],
                                           .compress_slot_id = option->data[3] != 0};
    }
}

static void refuse(struct ppp_control *control, instant now, uint32_t error)
{
    control->link->notify(control->link->context, now, control, PPP_NOTICE_REFUSED, error);
}

static void acked(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    if (option->type == IPCP_OPTION_IP_ADDRESS && wire_load_u32(option->data) == IPV4_ANY)
        refuse(control, now, ERROR_NO_ADDRESS_ASSIGNED);
    if (option->type == IPCP_OPTION_IP_COMPRESSION)
        ipcp_of(control)->vj_agreed = true;
}

static void naked_address(struct ppp_control *control, instant now, ipv4_address address)
{
    struct ipcp *ipcp = ipcp_of(control);
    ipcp->asks |= ASK_ADDRESS;
    ipcp->address_naks++;
    if (address == IPV4_ANY)
        refuse(control, now, ERROR_NO_ADDRESS_ASSIGNED);
    else if (ipcp->config->local_address_fixed ||
             ipcp->address_naks > control->link->automaton->max_failure)
        refuse(control, now, ERROR_REQUIRED_ADDRESS_REJECTED);
    else
        ipcp->local_address = address;
}

static void naked(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    struct ipcp *ipcp = ipcp_of(control);
    /* What we ask for is the one compression that we know. */
    if (option->type == IPCP_OPTION_IP_COMPRESSION)
        ipcp->asks &= (uint8_t)~ASK_VJ;
    if (option->length != 6)
        return;
    ipv4_address address = wire_load_u32(option->data);
    if (option->type == IPCP_OPTION_IP_ADDRESS)
        naked_address(control, now, address);
    else if (is_server_option(option->type) &&
             ipcp->asks & ASK_SERVER(option->type - IPCP_OPTION_PRIMARY_DNS))
        ipcp->servers[option->type - IPCP_OPTION_PRIMARY_DNS] = address;
}

static void rejected(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    struct ipcp *ipcp = ipcp_of(control);
    if (option->type == IPCP_OPTION_IP_ADDRESS) {
        ipcp->asks &= (uint8_t)~ASK_ADDRESS;
        if (ipcp->local_address == IPV4_ANY)
            refuse(control, now, ERROR_NO_ADDRESS_ASSIGNED);
    } else if (is_server_option(option->type)) {
        unsigned server = option->type - IPCP_OPTION_PRIMARY_DNS;
        ipcp->asks &= (uint8_t)~ASK_SERVER(server);
        ipcp->servers[server] = IPV4_ANY;
    } else if (option->type == IPCP_OPTION_IP_COMPRESSION) {
        ipcp->asks &= (uint8_t)~ASK_VJ;
    }
}

static const struct ppp_control_operations operations = {
    .name = "ipcp",
    .protocol = IPCP_PROTOCOL,
    .option_name = option_name,
    .write_request = write_request,
    .judge = judge,
    .append_wanted = append_wanted,
    .accept_none = accept_none,
    .accept = accept,
    .acked = acked,
    .naked = naked,
    .rejected = rejected,
    .reset = reset,
};

void ipcp_init(struct ipcp *ipcp, struct ppp_control_link *link, const struct ipcp_config *config)
{
    *ipcp = (struct ipcp){.config = config, .assigned_address = config->peer_address};
    ppp_control_init(&ipcp->control, &operations, link, ipcp->request, sizeof ipcp->request);
}

static void stop_compression(struct ipcp *ipcp)
{
    if (ipcp->compresses)
        vj_compressor_clear(&ipcp->vj_compressor);
    if (ipcp->decompresses)
        vj_decompressor_clear(&ipcp->vj_decompressor);
    ipcp->compresses = ipcp->decompresses = false;
}

void ipcp_destroy(struct ipcp *ipcp)
{
    stop_compression(ipcp);
    ppp_control_destroy(&ipcp->control);
}

/* Without memory for its slots a direction sends as it is, or cannot be read. */
static void start_compression(struct ipcp *ipcp)
{
    static const struct vj_config own = {.max_slot_id = VJ_MAX_SLOT_ID, .compress_slot_id = true};
    stop_compression(ipcp);
    if (ipcp->vj_peer_agreed)
        ipcp->compresses = vj_compressor_init(&ipcp->vj_compressor, &ipcp->vj_peer) == STATUS_OK;
    if (ipcp->vj_agreed)
        ipcp->decompresses = vj_decompressor_init(&ipcp->vj_decompressor, &own) == STATUS_OK;
}

static void opened(struct ppp_control *control, instant now)
{
    struct ipcp *ipcp = ipcp_of(control);
    const struct ppp_control_link *link = control->link;
    start_compression(ipcp);
    TRACE(link->trace, now, "ppp.ipcp.opened", trace_text("session", link->session),
          trace_address("local", ipcp->local_address), trace_address("peer", ipcp->peer_address),
          trace_address("dns", ipcp->servers[IPCP_DNS1]),
          trace_address("dns2", ipcp->servers[IPCP_DNS2]),
          trace_address("wins", ipcp->servers[IPCP_NBNS1]),
          trace_address("wins2", ipcp->servers[IPCP_NBNS2]),
          trace_text("vj", ipcp->compresses || ipcp->decompresses ? "yes" : "no"));
}

static void closed(struct ppp_control *control, instant now)
{
    stop_compression(ipcp_of(control));
    TRACE(control->link->trace, now, "ppp.ipcp.closed",
          trace_text("session", control->link->session));
}

static uint16_t prepare(struct ppp_control *control, struct packet *packet)
{
    struct ipcp *ipcp = ipcp_of(control);
    return ipcp->compresses ? vj_compress(&ipcp->vj_compressor, packet) : VJ_PROTOCOL_IP;
}

static const char *restore(struct ppp_control *control, uint16_t protocol, struct packet *packet,
                           bool *known)
{
    struct ipcp *ipcp = ipcp_of(control);
    *known = ipcp->decompresses;
    return *known ? vj_decompress(&ipcp->vj_decompressor, protocol, packet) : "not-negotiated";
}

const struct ppp_ncp_class ipcp_class = {
    .protocols = {VJ_PROTOCOL_IP, VJ_PROTOCOL_COMPRESSED_TCP, VJ_PROTOCOL_UNCOMPRESSED_TCP},
    .opened = opened,
    .closed = closed,
    .prepare = prepare,
    .restore = restore,
    .restore_layer = "vj",
};
