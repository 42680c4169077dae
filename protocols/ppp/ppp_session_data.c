/* The data path: datagrams in clear and encrypted. */
#include "ppp/ppp_session_internal.h"

static void drop(struct ppp_session *self, instant now, const char *protocol, const char *reason,
                 struct packet *packet)
{
    trace_drop(&self->config.trace, now, protocol, reason, packet->serial);
    packet_free(packet);
}

/* RFC 1570 section 2.2: what could be taken for a pad gets one, behind compressed datagrams. */
static void add_padding(const struct ppp_session *self, struct packet *packet)
{
    uint8_t last = packet->data[packet->length - 1];
    if (last >= 1 && last <= self->lcp.peer_padding && packet_tailroom(packet) > 0)
        packet_append(packet, 1)[0] = 1;
}

/* Its other half; false: the pad does not describe itself. */
static bool strip_padding(const struct ppp_session *self, struct packet *packet)
{
    uint8_t pad = packet->length > 0 ? packet->data[packet->length - 1] : 0;
    if (pad == 0 || pad > self->lcp.padding)
        return true;
    for (unsigned i = 0; i < pad; i++) {
        if (i >= packet->length || packet->data[packet->length - 1 - i] != pad - i)
            return false;
    }
    packet_trim(packet, packet->length - pad);
    return true;
}

bool ppp_session_encapsulate_as(struct ppp_session *self, instant now, uint16_t protocol,
                                struct packet *packet)
{
    const struct ppp_ncp *ncp = ppp_session_network_of(self, protocol);
    if (!ncp || !ncp->up) {
        drop(self, now, "ppp", "network-not-up", packet);
        return false;
    }
    if (packet->length > ppp_session_peer_mru(self)) {
        drop(self, now, "ppp", "exceeds-mru", packet);
        return false;
    }
    if (ncp->class->prepare)
        protocol = ncp->class->prepare(ncp->control, packet);
    if (!ccp_transforms(&self->ccp)) {
        ppp_session_push_header(self, now, protocol, packet, true);
        return true;
    }
    /* Windows writes the inner protocol in two octets even where it may be one. */
    ppp_session_push_full_header(packet, protocol);
    ppp_session_show(self, now, true, packet);
    packet_pull(packet, 2);
    ccp_transform(&self->ccp, packet);
    add_padding(self, packet);
    ppp_session_push_header(self, now, PPP_PROTOCOL_COMPRESSED, packet, false);
    return true;
}

bool ppp_session_encapsulate(struct ppp_session *self, instant now, struct packet *packet)
{
    return ppp_session_encapsulate_as(self, now, PPP_PROTOCOL_IP, packet);
}

void ppp_session_send(struct ppp_session *self, instant now, uint16_t protocol,
                      struct packet *packet)
{
    if (ppp_session_encapsulate_as(self, now, protocol, packet))
        output_push_packet(&self->output, OUTPUT_SEND, packet);
}

void ppp_session_send_ip(struct ppp_session *self, instant now, struct packet *packet)
{
    ppp_session_send(self, now, PPP_PROTOCOL_IP, packet);
}

void ppp_session_reject_protocol(struct ppp_session *self, instant now, uint16_t protocol,
                                 const struct packet *packet)
{
    TRACE(&self->config.trace, now, "ppp.protocol-rejected",
          trace_text("session", self->config.label), trace_text("by", "us"),
          trace_number("protocol", protocol));
    lcp_send_protocol_reject(&self->lcp, now, protocol, packet->data, packet->length);
}

/* Takes a datagram that came as @protocol, one of those that @ncp has. */
static void deliver(struct ppp_session *self, instant now, const struct ppp_ncp *ncp,
                    uint16_t protocol, struct packet *packet)
{
    const char *reason = NULL;
    bool known = true;
    if (!ncp->up)
        reason = "network-not-up";
    else if (protocol != ncp->class->protocols[0])
        reason = ncp->class->restore(ncp->control, protocol, packet, &known);
    if (!known)
        ppp_session_reject_protocol(self, now, protocol, packet);
    if (reason)
        drop(self, now, ncp->up ? ncp->class->restore_layer : "ppp", reason, packet);
    else
        output_push_datagram(&self->output, packet, ncp->class->protocols[0]);
}

/* A datagram in clear. */
void ppp_session_receive_clear(struct ppp_session *self, instant now, uint16_t protocol,
                               const struct ppp_ncp *ncp, struct packet *packet)
{
    ppp_session_tap_received(self, now, protocol, packet);
    if (self->config.ccp.required)
        drop(self, now, "mppe", "clear-packet", packet);
    else
        deliver(self, now, ncp, protocol, packet);
}

void ppp_session_receive_compressed(struct ppp_session *self, instant now, struct packet *packet)
{
    const char *layer = NULL;
    const char *reason = NULL;
    if (!strip_padding(self, packet)) {
        drop(self, now, "ppp", "bad-padding", packet);
        return;
    }
    if (!ccp_restore(&self->ccp, now, packet, &layer, &reason)) {
        drop(self, now, layer, reason, packet);
        return;
    }
    uint16_t protocol;
    if (!ppp_session_pull_protocol(packet, &protocol)) {
        drop(self, now, "mppe", "invalid-inner-protocol", packet);
        return;
    }
    ppp_session_tap_received(self, now, protocol, packet);
    const struct ppp_ncp *ncp = ppp_session_network_of(self, protocol);
    if (ncp) {
        deliver(self, now, ncp, protocol, packet);
    } else {
        ppp_session_reject_protocol(self, now, protocol, packet);
        drop(self, now, "ppp", "unknown-protocol", packet);
    }
}
