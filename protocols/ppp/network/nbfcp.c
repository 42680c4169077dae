#include "ppp/network/nbfcp.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define NBFCP_PROTOCOL 0x803f
#define NBF_PROTOCOL   0x003f

/* A name and its Added field. */
#define ENTRY_SIZE (NETBIOS_NAME_SIZE + 1)
/* Section 3.1: defending names takes seconds. */
#define NAME_RESTART_MS 10000

/* Options of our own request, as bits of nbfcp.asks. */
enum ask {
    ASK_NAMES = 1 << 0,
    ASK_PEER_INFORMATION = 1 << 1,
    ASK_MULTICAST = 1 << 2,
    ASK_MAC = 1 << 3,
};

/*
 * Options (RFC 2097 section 3), data behind Type and Length:
 *
 *   1  Name-Projection            any number of: 16 octets of name, 1 octet Added; may be repeated
 *   2  Peer-Information           2 octets class, 2 major, 2 minor version, 0 to 32 octets of name
 *   3  Multicast-Filtering        2 octets period in seconds, 1 octet priority
 *   4  IEEE-MAC-Address-Required  none
 */

static struct nbfcp *nbfcp_of(struct ppp_control *control)
{
    return (struct nbfcp *)(void *)control;
}

static const char *option_name(uint8_t type)
{
    switch (type) {
    case NBFCP_OPTION_NAME_PROJECTION:
        return "name-projection";
    case NBFCP_OPTION_PEER_INFORMATION:
        return "peer-information";
    case NBFCP_OPTION_MULTICAST_FILTERING:
        return "multicast-filtering";
    case NBFCP_OPTION_IEEE_MAC_REQUIRED:
        return "ieee-mac-address-required";
    default:
        return "unknown";
    }
}

static bool may_repeat(uint8_t type)
{
    return type == NBFCP_OPTION_NAME_PROJECTION;
}

struct nbfcp_name nbfcp_name_make(const char *text, uint8_t suffix, enum nbfcp_name_kind kind)
{
    struct nbfcp_name name = {.kind = (uint8_t)kind};
    memset(name.octets, ' ', NETBIOS_NAME_SIZE - 1);
    for (unsigned i = 0; i < NETBIOS_NAME_SIZE - 1 && text[i]; i++)
        name.octets[i] = (uint8_t)toupper((unsigned char)text[i]);
    name.octets[NETBIOS_NAME_SIZE - 1] = suffix;
    return name;
}

const char *nbfcp_name_print(const struct nbfcp_name *name, char *text)
{
    unsigned length = NETBIOS_NAME_SIZE - 1;
    while (length > 0 && name->octets[length - 1] == ' ')
        length--;
    for (unsigned i = 0; i < length; i++) {
        uint8_t c = name->octets[i];
        text[i] = c >= 0x20 && c < 0x7f ? (char)c : '?';
    }
    snprintf(text + length, 5, "<%02x>", name->octets[NETBIOS_NAME_SIZE - 1]);
    return text;
}

static void reset(struct ppp_control *control)
{
    struct nbfcp *nbfcp = nbfcp_of(control);
    const struct nbfcp_config *config = nbfcp->config;
    nbfcp->asks =
        (uint8_t)((config->name_count ? ASK_NAMES : 0) |
                  (config->tell_peer ? ASK_PEER_INFORMATION : 0) |
                  (config->multicast ? ASK_MULTICAST : 0) | (config->mac_required ? ASK_MAC : 0));
    nbfcp->projected = (uint8_t)((1u << config->name_count) - 1);
    nbfcp->multicast_period_s = config->multicast ? config->multicast_period_s : 0;
    nbfcp->multicast_priority = config->multicast_priority;
    nbfcp->gets_mac = false;
}

static void write_names(const struct nbfcp *nbfcp, struct wire_writer *writer)
{
    uint8_t list[ENTRY_SIZE * NBFCP_NAMES];
    size_t length = 0;
    for (unsigned i = 0; i < nbfcp->config->name_count; i++) {
        if (!(nbfcp->projected & 1u << i))
            continue;
        memcpy(list + length, nbfcp->config->names[i].octets, NETBIOS_NAME_SIZE);
        list[length + NETBIOS_NAME_SIZE] = nbfcp->config->names[i].kind;
        length += ENTRY_SIZE;
    }
    wire_put_u8(writer, NBFCP_OPTION_NAME_PROJECTION);
    wire_put_u8(writer, (uint8_t)(2 + length));
    wire_put_octets(writer, list, length);
}

static void write_peer_information(const struct nbfcp_config *config, struct wire_writer *writer)
{
    size_t length = config->peer_name ? strlen(config->peer_name) : 0;
    wire_put_u8(writer, NBFCP_OPTION_PEER_INFORMATION);
    wire_put_u8(writer, (uint8_t)(8 + length));
    wire_put_u16(writer, (uint16_t)config->peer_class);
    wire_put_u16(writer, config->version_major);
    wire_put_u16(writer, config->version_minor);
    if (length)
        wire_put_octets(writer, config->peer_name, length);
}

static void put_multicast(struct wire_writer *writer, uint16_t period_s, uint8_t priority)
{
    uint8_t *p = wire_put_space(writer, 5);
    if (!p)
        return;
    p[0] = NBFCP_OPTION_MULTICAST_FILTERING;
    p[1] = 5;
    wire_store_u16(p + 2, period_s);
    p[4] = priority;
}

static void write_request(struct ppp_control *control, struct wire_writer *writer)
{
    const struct nbfcp *nbfcp = nbfcp_of(control);
    if (nbfcp->asks & ASK_NAMES)
        write_names(nbfcp, writer);
    if (nbfcp->asks & ASK_PEER_INFORMATION)
        write_peer_information(nbfcp->config, writer);
    if (nbfcp->asks & ASK_MULTICAST)
        put_multicast(writer, nbfcp->multicast_period_s, nbfcp->multicast_priority);
    if (nbfcp->asks & ASK_MAC)
        ppp_option_put(writer, NBFCP_OPTION_IEEE_MAC_REQUIRED);
}

/* Section 3.1: when some names cannot be added, the Nak lists all with the result of each. */
static enum ppp_verdict judge_names(const struct nbfcp *nbfcp, const struct ppp_option *option,
                                    struct wire_writer *nak)
{
    /* The caller has checked that there are two octets; said again for the size of results. */
    size_t length = option->length >= 2 ? option->length - 2u : 0;
    if (!nbfcp->config->check_name || length % ENTRY_SIZE != 0)
        return PPP_OPTION_REJECT;
    uint8_t results[UINT8_MAX / ENTRY_SIZE];
    size_t count = length / ENTRY_SIZE;
    if (count > sizeof results) /* an option has at most 255 octets; said for the compiler */
        return PPP_OPTION_REJECT;
    bool all = true;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *entry = option->data + i * ENTRY_SIZE;
        struct nbfcp_name name = {.kind = entry[NETBIOS_NAME_SIZE]};
        memcpy(name.octets, entry, NETBIOS_NAME_SIZE);
        results[i] = NBFCP_TABLE_FULL;
        if (i < NBFCP_NAMES)
            results[i] = nbfcp->config->check_name(nbfcp->config->check_context, &name);
        all = all && results[i] == NBFCP_ADDED;
    }
    if (all)
        return PPP_OPTION_ACCEPT;
    uint8_t *p = wire_put_space(nak, option->length);
    if (!p)
        return PPP_OPTION_NAK;
    memcpy(p, option->data - 2, option->length);
    for (size_t i = 0; i < count; i++)
        p[2 + i * ENTRY_SIZE + NETBIOS_NAME_SIZE] = results[i];
    return PPP_OPTION_NAK;
}

/* Section 3.3: whoever does not know asks with FFFF. */
static enum ppp_verdict judge_multicast(const struct nbfcp *nbfcp, const struct ppp_option *option,
                                        struct wire_writer *nak)
{
    const struct nbfcp_config *config = nbfcp->config;
    uint16_t period_s = option->length == 5 ? wire_load_u16(option->data) : NBFCP_PERIOD_UNKNOWN;
    if (period_s <= 60)
        return PPP_OPTION_ACCEPT;
    put_multicast(nak, config->multicast ? config->multicast_period_s : NBFCP_PERIOD_UNKNOWN,
                  config->multicast_priority);
    return PPP_OPTION_NAK;
}

static enum ppp_verdict judge(struct ppp_control *control, const struct ppp_option *option,
                              struct wire_writer *nak)
{
    const struct nbfcp *nbfcp = nbfcp_of(control);
    switch (option->type) {
    case NBFCP_OPTION_NAME_PROJECTION:
        return judge_names(nbfcp, option, nak);
    case NBFCP_OPTION_PEER_INFORMATION:
        return option->length >= 8 && option->length <= 8 + NBFCP_PEER_NAME_MAX ? PPP_OPTION_ACCEPT
                                                                                : PPP_OPTION_REJECT;
    case NBFCP_OPTION_MULTICAST_FILTERING:
        return judge_multicast(nbfcp, option, nak);
    case NBFCP_OPTION_IEEE_MAC_REQUIRED:
        return nbfcp->config->mac_required && option->length == 2 ? PPP_OPTION_ACCEPT
                                                                  : PPP_OPTION_REJECT;
    default:
        return PPP_OPTION_REJECT;
    }
}

static void accept_none(struct ppp_control *control)
{
    struct nbfcp *nbfcp = nbfcp_of(control);
    nbfcp->peer_name_count = 0;
    nbfcp->peer_class = 0;
    nbfcp->peer_name[0] = '\0';
    nbfcp->sends_mac = false;
}

static void accept_names(struct nbfcp *nbfcp, const struct ppp_option *option)
{
    size_t count = (option->length - 2u) / ENTRY_SIZE;
    for (size_t i = 0; i < count && nbfcp->peer_name_count < NBFCP_NAMES; i++) {
        struct nbfcp_name *name = &nbfcp->peer_names[nbfcp->peer_name_count++];
        memcpy(name->octets, option->data + i * ENTRY_SIZE, NETBIOS_NAME_SIZE);
        name->kind = option->data[i * ENTRY_SIZE + NETBIOS_NAME_SIZE];
    }
}

static void accept(struct ppp_control *control, const struct ppp_option *option)
{
    struct nbfcp *nbfcp = nbfcp_of(control);
    switch (option->type) {
    case NBFCP_OPTION_NAME_PROJECTION:
        accept_names(nbfcp, option);
        break;
    case NBFCP_OPTION_PEER_INFORMATION:
        nbfcp->peer_class = wire_load_u16(option->data);
        for (unsigned i = 0; i < option->length - 8u; i++) {
            uint8_t c = option->data[6 + i];
            nbfcp->peer_name[i] = c >= 0x20 && c < 0x7f ? (char)c : '?';
        }
        nbfcp->peer_name[option->length - 8u] = '\0';
        break;
    case NBFCP_OPTION_IEEE_MAC_REQUIRED:
        nbfcp->sends_mac = true;
        break;
    default:
        break;
    }
}

static void refuse_without_name(struct nbfcp *nbfcp, instant now)
{
    if (nbfcp->config->names_required && !(nbfcp->projected & 1u))
        nbfcp->control.link->notify(nbfcp->control.link->context, now, &nbfcp->control,
                                    PPP_NOTICE_REFUSED, 0);
}

static void acked(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    (void)now;
    if (option->type == NBFCP_OPTION_IEEE_MAC_REQUIRED)
        nbfcp_of(control)->gets_mac = true;
}

/* A name that could not be added is not asked for again (section 3.1). */
static void take_result(struct nbfcp *nbfcp, instant now, const uint8_t *entry)
{
    const struct nbfcp_config *config = nbfcp->config;
    const struct ppp_control_link *link = nbfcp->control.link;
    uint8_t result = entry[NETBIOS_NAME_SIZE];
    for (unsigned i = 0; i < config->name_count && result != NBFCP_ADDED; i++) {
        char text[24];
        if (!(nbfcp->projected & 1u << i) ||
            memcmp(config->names[i].octets, entry, NETBIOS_NAME_SIZE) != 0)
            continue;
        nbfcp->projected &= (uint8_t) ~(1u << i);
        TRACE(link->trace, now, "ppp.nbfcp.name-refused", trace_text("session", link->session),
              trace_text("name", nbfcp_name_print(&config->names[i], text)),
              trace_number("result", result));
    }
}

static void naked(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    struct nbfcp *nbfcp = nbfcp_of(control);
    if (option->type == NBFCP_OPTION_NAME_PROJECTION && (option->length - 2u) % ENTRY_SIZE == 0) {
        for (size_t i = 0; i < (option->length - 2u) / ENTRY_SIZE; i++)
            take_result(nbfcp, now, option->data + i * ENTRY_SIZE);
        /* The peer wants the option although it was not asked for: with what names there are. */
        nbfcp->asks |= ASK_NAMES;
        refuse_without_name(nbfcp, now);
    } else if (option->type == NBFCP_OPTION_MULTICAST_FILTERING && option->length == 5) {
        uint16_t period_s = wire_load_u16(option->data);
        if (period_s <= 60) {
            nbfcp->asks |= ASK_MULTICAST;
            nbfcp->multicast_period_s = period_s;
            nbfcp->multicast_priority = option->data[2];
        } else {
            /* Nobody knows a value. */
            nbfcp->asks &= (uint8_t)~ASK_MULTICAST;
        }
    }
}

static void rejected(struct ppp_control *control, instant now, const struct ppp_option *option)
{
    static const uint8_t bits[] = {
        [NBFCP_OPTION_NAME_PROJECTION] = ASK_NAMES,
        [NBFCP_OPTION_PEER_INFORMATION] = ASK_PEER_INFORMATION,
        [NBFCP_OPTION_MULTICAST_FILTERING] = ASK_MULTICAST,
        [NBFCP_OPTION_IEEE_MAC_REQUIRED] = ASK_MAC,
    };
    struct nbfcp *nbfcp = nbfcp_of(control);
    if (option->type < sizeof bits)
        nbfcp->asks &= (uint8_t)~bits[option->type];
    if (option->type == NBFCP_OPTION_NAME_PROJECTION) {
        nbfcp->projected = 0;
        refuse_without_name(nbfcp, now);
    }
}

static const struct ppp_control_operations operations = {
    .name = "nbfcp",
    .protocol = NBFCP_PROTOCOL,
    .option_name = option_name,
    .write_request = write_request,
    .judge = judge,
    .may_repeat = may_repeat,
    .accept_none = accept_none,
    .accept = accept,
    .acked = acked,
    .naked = naked,
    .rejected = rejected,
    .reset = reset,
};

void nbfcp_init(struct nbfcp *nbfcp, struct ppp_control_link *link,
                const struct nbfcp_config *config)
{
    assert(config->name_count <= NBFCP_NAMES);
    assert(!config->peer_name || strlen(config->peer_name) <= NBFCP_PEER_NAME_MAX);
    *nbfcp = (struct nbfcp){.config = config, .automaton = *link->automaton};
    if (config->name_count > 0 && nbfcp->automaton.restart_ms < NAME_RESTART_MS)
        nbfcp->automaton.restart_ms = NAME_RESTART_MS;
    if (config->name_count > 0)
        nbfcp->automaton.first_restart_ms = 0;
    ppp_control_init(&nbfcp->control, &operations, link, nbfcp->request, sizeof nbfcp->request);
    nbfcp->control.automaton.config = &nbfcp->automaton;
}

static unsigned projected_names(const struct nbfcp *nbfcp)
{
    unsigned count = 0;
    for (unsigned i = 0; nbfcp->asks & ASK_NAMES && i < nbfcp->config->name_count; i++)
        count += nbfcp->projected >> i & 1u;
    return count;
}

static void opened(struct ppp_control *control, instant now)
{
    const struct nbfcp *nbfcp = nbfcp_of(control);
    const struct ppp_control_link *link = control->link;
    TRACE(link->trace, now, "ppp.nbfcp.opened", trace_text("session", link->session),
          trace_number("names", projected_names(nbfcp)),
          trace_number("peer-names", nbfcp->peer_name_count), trace_text("peer", nbfcp->peer_name),
          trace_number("peer-class", nbfcp->peer_class));
}

static void closed(struct ppp_control *control, instant now)
{
    TRACE(control->link->trace, now, "ppp.nbfcp.closed",
          trace_text("session", control->link->session));
}

const struct ppp_ncp_class nbfcp_class = {
    .protocols = {NBF_PROTOCOL},
    .opened = opened,
    .closed = closed,
};
