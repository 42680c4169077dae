#include "ppp/ppp_session_internal.h"

/*
 * A frame without flags and FCS (RFC 1662 section 3.1), as tunnels carry it:
 *
 *   +---------+---------+-----------------+
 *   | Address | Control |    Protocol     | Information ...
 *   |   FF    |   03    |   1 or 2 octets |
 *   +---------+---------+-----------------+
 *
 * Address and Control may be absent, the Protocol's leading zero octet too, when the receiver has
 * agreed (sections 6.5 and 6.6 of RFC 1661).
 */

/* Configure packets always travel with the whole header (RFC 1661 section 6.6), other LCP packets
   too unless the configuration asks for Windows' way. */
static bool may_omit_address(const struct ppp_session *self, uint16_t protocol, uint8_t code)
{
    /* RFC 1990 section 3: never in what a bundle carries. */
    if (self->config.bundle)
        return true;
    if (!self->lcp.peer_acfc || !ppp_session_lcp_is_opened(self))
        return false;
    if (protocol != PPP_PROTOCOL_LCP)
        return true;
    return self->config.lcp.compress_headers && code > PPP_CONFIGURE_REJECT;
}

void ppp_session_show(struct ppp_session *self, instant now, bool sent, const struct packet *packet)
{
    if (self->config.tap)
        self->config.tap(self->config.tap_context, now, sent, packet->data, packet->length);
}

void ppp_session_push_header(struct ppp_session *self, instant now, uint16_t protocol,
                             struct packet *packet, bool visible)
{
    uint8_t code = packet->length > 0 ? packet->data[0] : 0;
    bool omit = may_omit_address(self, protocol, code);
    bool narrow = protocol < 0x100 && self->lcp.peer_pfc;
    ppp_session_push_full_header(packet, protocol);
    if (visible)
        ppp_session_show(self, now, true, packet);
    if (omit) {
        packet_pull(packet, narrow ? 3 : 2);
    } else if (narrow) {
        packet_pull(packet, 1);
        packet->data[0] = PPP_ADDRESS;
        packet->data[1] = PPP_CONTROL;
    }
}

void ppp_session_send_frame(struct ppp_session *self, instant now, uint16_t protocol,
                            struct packet *packet)
{
    ppp_session_push_header(self, now, protocol, packet, true);
    output_push_packet(&self->output, OUTPUT_SEND, packet);
}

/* RFC 1661 section 2: the last octet of a protocol number is odd, all others are even. */
bool ppp_session_pull_protocol(struct packet *packet, uint16_t *protocol)
{
    if (packet->length >= 1 && packet->data[0] & 1) {
        *protocol = packet_pull(packet, 1)[0];
        return true;
    }
    if (packet->length < 2 || !(packet->data[1] & 1))
        return false;
    *protocol = wire_load_u16(packet_pull(packet, 2));
    return true;
}

static bool pull_header(struct packet *packet, uint16_t *protocol)
{
    if (packet->length >= 2 && packet->data[0] == PPP_ADDRESS && packet->data[1] == PPP_CONTROL)
        packet_pull(packet, 2);
    return ppp_session_pull_protocol(packet, protocol);
}

void ppp_session_tap_received(struct ppp_session *self, instant now, uint16_t protocol,
                              struct packet *packet)
{
    if (!self->config.tap || packet_headroom(packet) < PPP_HEADER_SIZE)
        return;
    ppp_session_push_full_header(packet, protocol);
    ppp_session_show(self, now, false, packet);
    packet_pull(packet, PPP_HEADER_SIZE);
}

/* They are silently discarded before the network phase (RFC 1661 section 3.4). */
bool ppp_session_is_network_protocol(uint16_t protocol)
{
    return protocol < 0xc000;
}

static bool is_network_phase(struct ppp_session *self, instant now)
{
    if (self->phase == PPP_PHASE_AUTHENTICATE)
        ppp_session_network_heard(self, now);
    return self->phase == PPP_PHASE_NETWORK;
}

static void receive_network_control(struct ppp_session *self, instant now,
                                    struct ppp_control *control, const struct packet *packet)
{
    if (control->automaton.state == PPP_INITIAL)
        ppp_session_reject_protocol(self, now, control->operations->protocol, packet);
    else
        ppp_control_input(control, now, packet->data, packet->length, packet->serial);
}

/* RFC 1990 section 2: what would change or end a link means nothing on a bundle. */
static void receive_lcp(struct ppp_session *self, instant now, const struct packet *packet)
{
    if (self->config.bundle && packet->length > 0 && packet->data[0] <= PPP_TERMINATE_ACK)
        trace_drop(&self->config.trace, now, "lcp", "not-on-a-bundle", packet->serial);
    else
        ppp_control_input(&self->lcp.control, now, packet->data, packet->length, packet->serial);
}

/* Takes packet: all but data is read and freed here. */
static void dispatch(struct ppp_session *self, instant now, uint16_t protocol,
                     struct packet *packet)
{
    struct ppp_control *control = ppp_session_network_control(self, protocol);
    const struct ppp_ncp *ncp = ppp_session_network_of(self, protocol);
    if (protocol == PPP_PROTOCOL_LCP) {
        receive_lcp(self, now, packet);
    } else if (ppp_session_is_authentication(protocol)) {
        ppp_session_receive_authentication(self, now, protocol, packet);
    } else if (protocol == CBCP_PROTOCOL && (self->lcp.callback || self->lcp.peer_callback)) {
        ppp_session_receive_callback(self, now, packet);
    } else if (!ppp_session_lcp_is_opened(self)) {
        trace_drop(&self->config.trace, now, "ppp", "lcp-not-opened", packet->serial);
    } else if (ppp_session_is_network_protocol(protocol) && !is_network_phase(self, now)) {
        trace_drop(&self->config.trace, now, "ppp", "before-network-phase", packet->serial);
    } else if (self->config.member && ppp_session_is_network_protocol(protocol)) {
        output_push_datagram(&self->output, packet, protocol);
        return;
    } else if (control) {
        receive_network_control(self, now, control, packet);
    } else if (ncp) {
        ppp_session_receive_clear(self, now, protocol, ncp, packet);
        return;
    } else if (protocol == PPP_PROTOCOL_COMPRESSED) {
        ppp_session_receive_compressed(self, now, packet);
        return;
    } else {
        ppp_session_reject_protocol(self, now, protocol, packet);
        trace_drop(&self->config.trace, now, "ppp", "unknown-protocol", packet->serial);
    }
    packet_free(packet);
}

void ppp_session_input(struct ppp_session *self, instant now, struct packet *frame)
{
    uint16_t protocol;
    const char *fault = NULL;
    if (!self->lower_is_up)
        fault = "lower-layer-down";
    else if (self->finished)
        fault = "link-finished";
    else if (!pull_header(frame, &protocol))
        fault = "invalid-protocol";
    if (fault) {
        trace_drop(&self->config.trace, now, "ppp", fault, frame->serial);
        packet_free(frame);
        return;
    }
    self->heard = true;
    bool bundled = self->config.member && ppp_session_is_network_protocol(protocol);
    if (!bundled && protocol != PPP_PROTOCOL_COMPRESSED && !ppp_session_network_of(self, protocol))
        ppp_session_tap_received(self, now, protocol, frame);
    dispatch(self, now, protocol, frame);
    ppp_session_settle(self, now);
}
