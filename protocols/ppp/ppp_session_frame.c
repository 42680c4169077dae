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
#define FULL_HEADER_SIZE 4
#define ADDRESS          0xff
#define CONTROL          0x03

/* Configure packets always travel with the whole header (RFC 1661 section 6.6), other LCP packets
   too unless the configuration asks for Windows' way. */
static bool may_omit_address(const struct ppp_session *self, uint16_t protocol, uint8_t code)
{
    if (!self->lcp.peer_acfc || !ppp_session_lcp_is_opened(self))
        return false;
    if (protocol != PPP_PROTOCOL_LCP)
        return true;
    return self->config.lcp.compress_headers && code > PPP_CONFIGURE_REJECT;
}

static void show(struct ppp_session *self, instant now, bool sent, const struct packet *packet)
{
    if (self->config.tap)
        self->config.tap(self->config.tap_context, now, sent, packet->data, packet->length);
}

static void push_header(struct ppp_session *self, instant now, uint16_t protocol,
                        struct packet *packet, bool visible)
{
    uint8_t code = packet->length > 0 ? packet->data[0] : 0;
    bool omit = may_omit_address(self, protocol, code);
    bool narrow = protocol < 0x100 && self->lcp.peer_pfc;
    uint8_t *header = packet_push(packet, FULL_HEADER_SIZE);
    header[0] = ADDRESS;
    header[1] = CONTROL;
    wire_store_u16(header + 2, protocol);
    if (visible)
        show(self, now, true, packet);
    if (omit) {
        packet_pull(packet, narrow ? 3 : 2);
    } else if (narrow) {
        packet_pull(packet, 1);
        packet->data[0] = ADDRESS;
        packet->data[1] = CONTROL;
    }
}

void ppp_session_send_frame(struct ppp_session *self, instant now, uint16_t protocol,
                            struct packet *packet)
{
    push_header(self, now, protocol, packet, true);
    output_push_packet(&self->output, OUTPUT_SEND, packet);
}

/* RFC 1661 section 2: the last octet of a protocol number is odd, all others are even. */
static bool pull_protocol(struct packet *packet, uint16_t *protocol)
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
    if (packet->length >= 2 && packet->data[0] == ADDRESS && packet->data[1] == CONTROL)
        packet_pull(packet, 2);
    return pull_protocol(packet, protocol);
}

static void tap_received(struct ppp_session *self, instant now, uint16_t protocol,
                         struct packet *packet)
{
    if (!self->config.tap || packet_headroom(packet) < FULL_HEADER_SIZE)
        return;
    uint8_t *header = packet_push(packet, FULL_HEADER_SIZE);
    header[0] = ADDRESS;
    header[1] = CONTROL;
    wire_store_u16(header + 2, protocol);
    show(self, now, false, packet);
    packet_pull(packet, FULL_HEADER_SIZE);
}

static void drop(struct ppp_session *self, instant now, const char *protocol, const char *reason,
                 struct packet *packet)
{
    trace_drop(&self->config.trace, now, protocol, reason, packet->serial);
    packet_free(packet);
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
    if (!self->ccp.encrypts) {
        push_header(self, now, protocol, packet, true);
        return true;
    }
    /* Windows writes the inner protocol in two octets even where it may be one. */
    uint8_t *header = packet_push(packet, FULL_HEADER_SIZE);
    header[0] = ADDRESS;
    header[1] = CONTROL;
    wire_store_u16(header + 2, protocol);
    show(self, now, true, packet);
    packet_pull(packet, 2);
    mppe_encrypt(&self->ccp.compressor, packet);
    push_header(self, now, PPP_PROTOCOL_COMPRESSED, packet, false);
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

static void reject_protocol(struct ppp_session *self, instant now, uint16_t protocol,
                            const struct packet *packet)
{
    TRACE(&self->config.trace, now, "ppp.protocol-rejected",
          trace_text("session", self->config.label), trace_text("by", "us"),
          trace_number("protocol", protocol));
    lcp_send_protocol_reject(&self->lcp, now, protocol, packet->data, packet->length);
}

static void deliver(struct ppp_session *self, instant now, const struct ppp_ncp *ncp,
                    struct packet *packet)
{
    if (ncp->up)
        output_push_datagram(&self->output, packet, ncp->class->protocols[0]);
    else
        drop(self, now, "ppp", "network-not-up", packet);
}

/* A datagram in clear. */
static void receive_clear(struct ppp_session *self, instant now, uint16_t protocol,
                          const struct ppp_ncp *ncp, struct packet *packet)
{
    tap_received(self, now, protocol, packet);
    if (self->config.ccp.required)
        drop(self, now, "mppe", "clear-packet", packet);
    else
        deliver(self, now, ncp, packet);
}

static void receive_encrypted(struct ppp_session *self, instant now, struct packet *packet)
{
    if (!self->ccp.decrypts) {
        drop(self, now, "mppe", "not-negotiated", packet);
        return;
    }
    const char *reason = NULL;
    enum mppe_result result = mppe_decrypt(&self->ccp.decompressor, now, packet, &reason);
    if (result != MPPE_DELIVER) {
        drop(self, now, "mppe", reason, packet);
        if (result == MPPE_DROP_AND_REQUEST_RESET)
            ccp_send_reset_request(&self->ccp, now);
        return;
    }
    uint16_t protocol;
    if (!pull_protocol(packet, &protocol)) {
        drop(self, now, "mppe", "invalid-inner-protocol", packet);
        return;
    }
    tap_received(self, now, protocol, packet);
    const struct ppp_ncp *ncp = ppp_session_network_of(self, protocol);
    if (ncp) {
        deliver(self, now, ncp, packet);
    } else {
        reject_protocol(self, now, protocol, packet);
        drop(self, now, "ppp", "unknown-protocol", packet);
    }
}

/* Protocols of the network phase are silently discarded before it (RFC 1661 section 3.4). */
static bool is_network_protocol(uint16_t protocol)
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
        reject_protocol(self, now, control->operations->protocol, packet);
    else
        ppp_control_input(control, now, packet->data, packet->length, packet->serial);
}

/* Takes packet: all but data is read and freed here. */
static void dispatch(struct ppp_session *self, instant now, uint16_t protocol,
                     struct packet *packet)
{
    struct ppp_control *control = ppp_session_network_control(self, protocol);
    const struct ppp_ncp *ncp = ppp_session_network_of(self, protocol);
    if (protocol == PPP_PROTOCOL_LCP) {
        ppp_control_input(&self->lcp.control, now, packet->data, packet->length, packet->serial);
    } else if (ppp_session_is_authentication(protocol)) {
        ppp_session_receive_authentication(self, now, protocol, packet);
    } else if (!ppp_session_lcp_is_opened(self)) {
        trace_drop(&self->config.trace, now, "ppp", "lcp-not-opened", packet->serial);
    } else if (is_network_protocol(protocol) && !is_network_phase(self, now)) {
        trace_drop(&self->config.trace, now, "ppp", "before-network-phase", packet->serial);
    } else if (control) {
        receive_network_control(self, now, control, packet);
    } else if (ncp) {
        receive_clear(self, now, protocol, ncp, packet);
        return;
    } else if (protocol == PPP_PROTOCOL_COMPRESSED) {
        receive_encrypted(self, now, packet);
        return;
    } else {
        reject_protocol(self, now, protocol, packet);
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
    if (protocol != PPP_PROTOCOL_COMPRESSED && !ppp_session_network_of(self, protocol))
        tap_received(self, now, protocol, frame);
    dispatch(self, now, protocol, frame);
    ppp_session_settle(self, now);
}
