#include "nodes/serial_port.h"

#include "nodes/tunnel_watch.h"

#include <string.h>

/* After so long the receiver's idea of the line is in doubt: a new opening flag (RFC 1662 section
 * 4.4.2). */
#define APPRECIABLE_TIME INSTANT_SECOND

static instant port_now(const struct serial_port *port)
{
    return port->ppp.host->node.simulation->now;
}

static const struct trace *port_trace(const struct serial_port *port)
{
    return &port->ppp.host->node.trace;
}

static bool is_asynchronous(const struct serial_port *port)
{
    return port->modem->config.kind == MODEM_ANALOG;
}

/* ---- Sending ---- */

/* The octets of @frame on the line; NULL: no memory. */
static struct packet *frame_octets(const struct serial_port *port, const struct packet *frame)
{
    struct packet_pool *pool = &port->ppp.host->node.simulation->packets;
    struct packet *octets = NULL;
    if (is_asynchronous(port)) {
        uint8_t line[HDLC_ENCODED_MAX(SERIAL_FIELD_MAX + 4)];
        /* What the peer asks for, and what the own modem needs (RFC 1662 section 7.1). */
        uint32_t accm = ppp_session_send_accm(&port->ppp.session) | port->modem->config.accm;
        accm = hdlc_frame_accm(frame->data, frame->length, accm);
        bool opening_flag =
            port->quiet || port_now(port) >= instant_after(port->quiet_at, APPRECIABLE_TIME);
        size_t length =
            hdlc_encode(frame->data, frame->length, accm, opening_flag, line, sizeof line);
        octets = length ? packet_from(pool, line, length) : NULL;
    } else if ((octets = packet_from(pool, frame->data, frame->length))) {
        hdlc_append_fcs(octets);
    }
    if (octets)
        octets->serial = frame->serial;
    return octets;
}

static void drop(struct serial_port *port, const char *reason, struct packet *frame)
{
    trace_drop(port_trace(port), port_now(port), "line", reason, frame->serial);
    packet_free(frame);
}

/* Gives the line its next frame, if it can take one. */
static void feed_line(struct serial_port *port)
{
    while (port->queue.head && modem_can_transmit(port->modem)) {
        struct packet *frame = packet_queue_pop(&port->queue);
        struct packet *octets = frame_octets(port, frame);
        if (!octets) {
            drop(port, "too-long", frame);
            continue;
        }
        if (port->modem->taps.taps)
            port->sent = frame;
        else
            packet_free(frame);
        modem_transmit(port->modem, octets);
    }
}

static void send_frame(struct ppp_port *base, instant now, struct packet *frame)
{
    struct serial_port *port = (struct serial_port *)base;
    (void)now;
    if (port->queue.count >= SERIAL_QUEUE) {
        drop(port, "queue-full", frame);
        return;
    }
    packet_queue_push(&port->queue, frame);
    feed_line(port);
}

void serial_port_sent(struct serial_port *port)
{
    if (!port->ppp.open)
        return;
    port->quiet = false;
    port->quiet_at = port_now(port);
    if (port->sent) {
        tap_point_record(&port->modem->taps, port->quiet_at, TAP_SENT, port->sent->data,
                         port->sent->length);
        packet_free(port->sent);
        port->sent = NULL;
    }
    feed_line(port);
}

/* ---- Receiving ---- */

static void finish_burst(struct serial_port *port)
{
    packet_free(port->burst);
    port->burst = NULL;
}

/* The receiving map is the negotiated one once the peer may use it. */
static uint32_t receiving_accm(const struct serial_port *port)
{
    enum ppp_phase phase = ppp_session_phase(&port->ppp.session);
    return phase >= PPP_PHASE_AUTHENTICATE ? ppp_session_receive_accm(&port->ppp.session)
                                           : HDLC_DEFAULT_ACCM;
}

/* Frames that were damaged: what headers are left out of must know (RFC 1144 section 4.1). */
static uint64_t damaged(const struct serial_port *port)
{
    const struct hdlc_counters *counters = &port->decoder.counters;
    return counters->bad_fcs + counters->aborted + counters->overlong;
}

static struct packet *decode_burst(struct serial_port *port, instant now)
{
    struct packet *frame = NULL;
    uint64_t before = damaged(port);
    port->decoder.accm = receiving_accm(port);
    while (port->burst && !frame) {
        port->burst_at +=
            (uint32_t)hdlc_decoder_input(&port->decoder, now, port->burst->data + port->burst_at,
                                         port->burst->length - port->burst_at, &frame);
        if (frame)
            frame->serial = port->burst->serial;
        if (port->burst_at == port->burst->length)
            finish_burst(port);
    }
    if (damaged(port) != before)
        ppp_port_link_error(&port->ppp);
    return frame;
}

static struct packet *check_burst(struct serial_port *port)
{
    struct packet *frame = port->burst;
    port->burst = NULL;
    if (frame && !hdlc_remove_fcs(frame)) {
        trace_drop(port_trace(port), port_now(port), "hdlc", "bad-fcs", frame->serial);
        ppp_port_link_error(&port->ppp);
        packet_free(frame);
        frame = NULL;
    }
    return frame;
}

static struct packet *receive_frame(struct ppp_port *base, instant now)
{
    struct serial_port *port = (struct serial_port *)base;
    struct packet *frame = is_asynchronous(port) ? decode_burst(port, now) : check_burst(port);
    if (frame)
        tap_point_record(&port->modem->taps, now, TAP_RECEIVED, frame->data, frame->length);
    return frame;
}

void serial_port_receive(struct serial_port *port, struct packet *octets)
{
    if (!port->ppp.open) {
        packet_free(octets);
        return;
    }
    port->burst = octets;
    port->burst_at = 0;
    ppp_port_run(&port->ppp);
    /* An owner that closes the port on what it is told has freed the rest. */
}

/* ---- Opening and closing ---- */

static void close_line(struct ppp_port *base)
{
    struct serial_port *port = (struct serial_port *)base;
    for (struct packet *frame; (frame = packet_queue_pop(&port->queue));)
        drop(port, "carrier-lost", frame);
    packet_free(port->sent);
    port->sent = NULL;
    finish_burst(port);
    hdlc_decoder_reset(&port->decoder, port_now(port));
    port->modem = NULL;
}

static const struct ppp_lower_layer serial_layer = {
    .send = send_frame,
    .receive = receive_frame,
    .close = close_line,
};

void serial_port_init(struct serial_port *port, struct host *host, struct tunnel_watch *watch,
                      ppp_port_event *event, void *owner)
{
    *port = (struct serial_port){0};
    ppp_port_init(&port->ppp, &serial_layer, host, &watch->ppp, event, owner);
    port->ppp.framed = &watch->line;
}

bool serial_port_open(struct serial_port *port, struct modem *modem,
                      const struct ppp_port_habits *habits, const struct ppp_session_config *ppp)
{
    struct node *node = &port->ppp.host->node;
    port->modem = modem;
    port->quiet = true;
    hdlc_decoder_init(&port->decoder, &node->simulation->packets, &node->trace, SERIAL_FIELD_MAX);
    if (ppp_port_open(&port->ppp, habits, ppp))
        return true;
    port->modem = NULL;
    return false;
}
