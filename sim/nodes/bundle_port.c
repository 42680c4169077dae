#include "nodes/bundle_port.h"

#include "base/wire.h"

#include <assert.h>

static instant bundle_now(const struct bundle_port *bundle)
{
    return bundle->ppp.host->node.simulation->now;
}

static void drop(const struct host *host, const char *reason, struct packet *packet)
{
    trace_drop(&host->node.trace, host->node.simulation->now, "ppp", reason, packet->serial);
    packet_free(packet);
}

/* ---- Sending ---- */

/* Hands out the fragments that are ready. */
static void send_fragments(struct bundle_port *bundle)
{
    struct output output;
    while (multilink_is_sending(&bundle->multilink)) {
        multilink_poll(&bundle->multilink, &output);
        wire_store_u16(packet_push(output.packet, 2), MULTILINK_PROTOCOL);
        for (unsigned i = 0; i < bundle->link_count; i++)
            if (bundle->links[i]->number == output.value) {
                ppp_port_send_for_bundle(bundle->links[i]->port, output.packet);
                break;
            }
    }
}

static void send_frame(struct ppp_port *base, instant now, struct packet *frame)
{
    struct bundle_port *bundle = (struct bundle_port *)base;
    if (bundle->terms.multilink) {
        multilink_send(&bundle->multilink, now, frame);
        send_fragments(bundle);
    } else if (bundle->link_count > 0) {
        ppp_port_send_for_bundle(bundle->links[0]->port, frame);
    } else {
        drop(bundle->ppp.host, "no-link", frame);
    }
}

/* ---- Receiving ---- */

static struct packet *receive_frame(struct ppp_port *base, instant now)
{
    struct bundle_port *bundle = (struct bundle_port *)base;
    struct packet *frame = packet_queue_pop(&bundle->whole);
    struct output output;
    (void)now;
    while (!frame && multilink_poll(&bundle->multilink, &output)) {
        /* What is to be sent has been handed out already. */
        assert(output.kind != OUTPUT_SEND);
        if (output.kind == OUTPUT_DELIVER)
            frame = output.packet;
        else
            ppp_session_link_error(&base->session);
    }
    return frame;
}

void bundle_link_receive(struct bundle_link *link, uint16_t protocol, struct packet *packet)
{
    struct bundle_port *bundle = link->bundle;
    if (!bundle) {
        drop(link->port->host, "no-bundle", packet);
        return;
    }
    /* RFC 1990 section 2: with or without multilink header, it is for the bundle. */
    if (protocol == MULTILINK_PROTOCOL && bundle->terms.multilink) {
        multilink_input(&bundle->multilink, bundle_now(bundle), link->number, packet);
    } else {
        wire_store_u16(packet_push(packet, 2), protocol);
        packet_queue_push(&bundle->whole, packet);
    }
    ppp_port_run(&bundle->ppp);
}

void bundle_link_damaged(struct bundle_link *link)
{
    /* With multilink the missing number tells of it, at the right place among the packets. */
    if (link->bundle && !link->bundle->terms.multilink)
        ppp_session_link_error(&link->bundle->ppp.session);
}

static instant next_timeout(const struct ppp_port *base)
{
    return multilink_next_timeout(&((const struct bundle_port *)base)->multilink);
}

static void handle_timeout(struct ppp_port *base, instant now)
{
    multilink_handle_timeout(&((struct bundle_port *)base)->multilink, now);
}

/* ---- Links ---- */

void bundle_link_init(struct bundle_link *link, struct ppp_port *port)
{
    *link = (struct bundle_link){.port = port};
    port->membership = link;
}

/* The label of its session tells a link from the others. */
static const char *link_label(const struct bundle_link *link)
{
    return link->port->session.config.label;
}

const char *bundle_port_join(struct bundle_port *bundle, struct bundle_link *link,
                             uint64_t rate_bps)
{
    struct ppp_bundle offer;
    ppp_session_describe(&link->port->session, &offer);
    const char *refusal = NULL;
    if (bundle->ppp.started && ppp_session_phase(&bundle->ppp.session) != PPP_PHASE_NETWORK)
        refusal = "bundle-ended";
    else if (bundle->link_count > 0)
        refusal = ppp_bundle_refusal(&bundle->terms, &offer);
    if (!refusal && bundle->link_count == MULTILINK_LINKS)
        refusal = "too-many-links";
    if (refusal || link->bundle)
        return refusal;
    if (bundle->terms.multilink)
        link->number = multilink_add_link(&bundle->multilink, bundle_now(bundle), link_label(link),
                                          ppp_session_peer_mru(&link->port->session), rate_bps);
    link->bundle = bundle;
    bundle->links[bundle->link_count++] = link;
    return NULL;
}

void bundle_link_leave(struct bundle_link *link)
{
    struct bundle_port *bundle = link->bundle;
    if (!bundle)
        return;
    unsigned index = 0;
    while (bundle->links[index] != link)
        index++;
    bundle->link_count--;
    for (; index < bundle->link_count; index++)
        bundle->links[index] = bundle->links[index + 1];
    link->bundle = NULL;
    if (bundle->terms.multilink)
        multilink_remove_link(&bundle->multilink, bundle_now(bundle), link->number);
    ppp_port_run(&bundle->ppp);
}

void bundle_link_protocol_rejected(struct bundle_link *link, uint32_t protocol)
{
    struct bundle_port *bundle = link->bundle;
    if (!bundle)
        return;
    ppp_session_protocol_rejected(&bundle->ppp.session, bundle_now(bundle), (uint16_t)protocol);
    ppp_port_run(&bundle->ppp);
}

/* ---- Opening and closing ---- */

static void close_bundle(struct ppp_port *base)
{
    struct bundle_port *bundle = (struct bundle_port *)base;
    for (unsigned i = 0; i < bundle->link_count; i++)
        bundle->links[i]->bundle = NULL;
    bundle->link_count = 0;
    packet_queue_clear(&bundle->whole);
    multilink_destroy(&bundle->multilink);
}

static const struct ppp_lower_layer bundle_layer = {
    .send = send_frame,
    .receive = receive_frame,
    .next_timeout = next_timeout,
    .handle_timeout = handle_timeout,
    .close = close_bundle,
};

void bundle_port_init(struct bundle_port *bundle, struct host *host, struct tap_point *taps,
                      ppp_port_event *event, void *owner)
{
    *bundle = (struct bundle_port){0};
    ppp_port_init(&bundle->ppp, &bundle_layer, host, taps, event, owner);
}

bool bundle_port_open(struct bundle_port *bundle, const struct bundle_link *first,
                      const struct ppp_port_habits *habits, const struct ppp_session_config *config)
{
    struct node *node = &bundle->ppp.host->node;
    ppp_session_describe(&first->port->session, &bundle->terms);
    struct multilink_config multilink = multilink_defaults();
    multilink.pool = &node->simulation->packets;
    multilink.trace = node->trace;
    multilink.label = config->label;
    multilink.short_sequence = bundle->terms.short_sequence;
    multilink.peer_short_sequence = bundle->terms.peer_short_sequence;
    multilink.mrru = bundle->terms.mru;
    multilink_init(&bundle->multilink, &multilink);
    struct ppp_session_config session = *config;
    session.bundle = &bundle->terms;
    if (ppp_port_open(&bundle->ppp, habits, &session))
        return true;
    multilink_destroy(&bundle->multilink);
    return false;
}
