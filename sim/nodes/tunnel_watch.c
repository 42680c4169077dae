#include "nodes/tunnel_watch.h"

#include "gre/enhanced_gre.h"
#include "nodes/pptp/pptp_port.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void tunnel_watch_init(struct tunnel_watch *watch, struct host *host)
{
    *watch = (struct tunnel_watch){.host = host};
}

void tunnel_watch_add(struct tunnel_watch *watch, struct pptp_port *port)
{
    port->sibling = watch->ports;
    watch->ports = port;
}

/* ---- The counters of GRE ---- */

/* Each counter of struct gre_tunnel_counters under the name of its state. */
static const struct {
    const char *name;
    size_t offset;
} gre_counters[] = {
    {"data-sent", offsetof(struct gre_tunnel_counters, data_sent)},
    {"data-received", offsetof(struct gre_tunnel_counters, data_received)},
    {"acks-sent", offsetof(struct gre_tunnel_counters, acks_sent)},
    {"acks-received", offsetof(struct gre_tunnel_counters, acks_received)},
    {"acks-carried", offsetof(struct gre_tunnel_counters, acks_carried)},
    {"reordered", offsetof(struct gre_tunnel_counters, reordered)},
    {"skipped", offsetof(struct gre_tunnel_counters, skipped)},
    {"late", offsetof(struct gre_tunnel_counters, late)},
    {"duplicates", offsetof(struct gre_tunnel_counters, duplicates)},
    {"dropped", offsetof(struct gre_tunnel_counters, dropped)},
    {"timeouts", offsetof(struct gre_tunnel_counters, timeouts)},
    {"acks-invalid", offsetof(struct gre_tunnel_counters, acks_invalid)},
};

#define GRE_COUNTERS (sizeof gre_counters / sizeof *gre_counters)

_Static_assert(GRE_COUNTERS * sizeof(uint32_t) == sizeof(struct gre_tunnel_counters),
               "every counter has a name");

static uint32_t gre_counter(const struct gre_tunnel_counters *counters, size_t index)
{
    uint32_t value;
    memcpy(&value, (const char *)counters + gre_counters[index].offset, sizeof value);
    return value;
}

void tunnel_watch_ended(struct tunnel_watch *watch, const struct pptp_port *port)
{
    struct gre_tunnel_counters *ended = &watch->ended;
    for (size_t i = 0; i < GRE_COUNTERS; i++) {
        uint32_t sum = gre_counter(ended, i) + gre_counter(&port->gre.counters, i);
        memcpy((char *)ended + gre_counters[i].offset, &sum, sizeof sum);
    }
}

static bool gre_state(const struct tunnel_watch *watch, const char *name, uint64_t *value)
{
    for (size_t i = 0; i < GRE_COUNTERS; i++) {
        if (strcmp(gre_counters[i].name, name) != 0)
            continue;
        *value = gre_counter(&watch->ended, i);
        for (const struct pptp_port *port = watch->ports; port; port = port->sibling)
            *value += port->ppp.open ? gre_counter(&port->gre.counters, i) : 0;
        return true;
    }
    return false;
}

/* ---- De-encapsulation ---- */

/* Datagrams that IP has refused when they came in, whatever they came by. */
static uint64_t refused_by_ip(const struct host_stack_counters *counters)
{
    return counters->in_header_errors + counters->in_address_errors +
           counters->in_unknown_protocols + counters->in_discards + counters->in_filtered;
}

static void count_drop(struct tunnel_watch *watch, const char *protocol)
{
    bool ppp = strcmp(protocol, "ppp") == 0;
    watch->ppp_dropped += ppp;
    if (ppp || strcmp(protocol, "gre") == 0)
        watch->gre_ppp_dropped++;
    else if (strcmp(protocol, "l2tp") == 0)
        watch->l2tp_dropped++;
    else if (strcmp(protocol, "mppe") == 0 || strcmp(protocol, "mppc") == 0 ||
             strcmp(protocol, "vj") == 0)
        watch->decrypt_dropped++;
}

/* Every discarded packet is told, so whoever hears misses none (base/trace.h). */
static void hear(void *context, const struct trace_event *event)
{
    struct tunnel_watch *watch = context;
    const struct trace *trace = &watch->host->node.trace;
    if (watch->serial != 0 && strcmp(event->name, "packet.dropped") == 0 &&
        event->fields[2].number == watch->serial)
        count_drop(watch, event->fields[0].text);
    trace->emit(trace->context, event);
}

struct trace tunnel_watch_trace(struct tunnel_watch *watch)
{
    struct trace trace = watch->host->node.trace;
    if (trace.emit) {
        trace.emit = hear;
        trace.context = watch;
    }
    return trace;
}

void tunnel_watch_deliver(struct tunnel_watch *watch, struct stack_interface *interface,
                          struct packet *datagram)
{
    struct host_stack *stack = &watch->host->stack;
    const struct host_stack_counters *counters = &stack->counters;
    /* What a tunnel inside this one refuses meanwhile is counted there. */
    uint64_t refused = refused_by_ip(counters) - watch->inner_refused;
    uint64_t filtered = counters->filtered - counters->in_filtered;
    host_stack_receive(stack, interface, datagram);
    refused = refused_by_ip(counters) - watch->inner_refused - refused;
    filtered = counters->filtered - counters->in_filtered - filtered;
    watch->inner_refused += refused;
    watch->undelivered += refused > 0 || filtered > 0;
}

bool tunnel_watch_call_id(struct tunnel_watch *watch, struct packet *packet, uint16_t *call_id)
{
    struct enhanced_gre_header header;
    watch->gre_packets++;
    if (enhanced_gre_peek_call_id(packet->data, packet->length, call_id))
        return true;
    tunnel_watch_refuse(
        watch, enhanced_gre_error_text(enhanced_gre_decode(packet->data, packet->length, &header)),
        packet);
    return false;
}

void tunnel_watch_refuse(struct tunnel_watch *watch, const char *reason, struct packet *packet)
{
    struct node *node = &watch->host->node;
    watch->gre_ppp_dropped++;
    trace_drop(&node->trace, node->simulation->now, "gre", reason, packet->serial);
    packet_free(packet);
}

static bool step_state(const struct tunnel_watch *watch, const char *name, uint64_t *value)
{
    const struct host_stack_counters *ip = &watch->host->stack.counters;
    const struct {
        const char *name;
        uint64_t passed;
        uint64_t dropped;
    } steps[] = {
        {"data-link", ip->link_delivers, ip->link_discards},
        {"ip", watch->gre_packets, refused_by_ip(ip) - watch->inner_refused},
        {"gre-ppp", watch->decrypted + watch->decrypt_dropped, watch->gre_ppp_dropped},
        {"decrypt", watch->decrypted, watch->decrypt_dropped},
        {"deliver", watch->decrypted - watch->undelivered, watch->undelivered},
        {"udp", watch->l2tp_messages, ip->udp_in_errors},
        {"l2tp", watch->l2tp_messages - watch->l2tp_dropped, watch->l2tp_dropped},
        {"ppp", watch->decrypted - watch->undelivered, watch->ppp_dropped + watch->undelivered},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        size_t length = strlen(steps[i].name);
        if (strncmp(name, steps[i].name, length) != 0)
            continue;
        if (strcmp(name + length, ".passed") == 0)
            *value = steps[i].passed;
        else if (strcmp(name + length, ".dropped") == 0)
            *value = steps[i].dropped;
        else
            continue;
        return true;
    }
    return false;
}

/* ---- Layers and states ---- */

struct tap_point *tunnel_watch_layer(struct tunnel_watch *watch, const char *name)
{
    if (strcmp(name, "inner") == 0)
        return &watch->inner;
    if (strcmp(name, "ppp") == 0)
        return &watch->ppp;
    if (strcmp(name, "mppe") == 0)
        return &watch->mppe;
    if (strcmp(name, "gre") == 0)
        return &watch->gre;
    if (strcmp(name, "l2tp") == 0)
        return &watch->l2tp;
    return strcmp(name, "line") == 0 ? &watch->line : NULL;
}

static bool key_state(const struct tunnel_watch *watch, const char *name, uint64_t *value)
{
    bool sent = strcmp(name, "sent") == 0;
    if (!sent && strcmp(name, "received") != 0)
        return false;
    *value = 0;
    for (const struct pptp_port *port = watch->ports; port; port = port->sibling)
        if (port->ppp.open)
            *value += ppp_session_key_changes(&port->ppp.session, sent);
    return true;
}

bool tunnel_watch_state(const struct tunnel_watch *watch, const char *name, char *text, size_t size)
{
    static const struct {
        const char *prefix;
        bool (*find)(const struct tunnel_watch *watch, const char *name, uint64_t *value);
    } groups[] = {
        {"gre.", gre_state},
        {"mppe.key-changes.", key_state},
        {"decapsulation.", step_state},
    };
    uint64_t value;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        size_t length = strlen(groups[i].prefix);
        if (strncmp(name, groups[i].prefix, length) == 0 &&
            groups[i].find(watch, name + length, &value))
            return snprintf(text, size, "%" PRIu64, value) > 0;
    }
    return false;
}
