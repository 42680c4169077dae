#ifndef VPNSIM_NODES_SERIAL_PORT_H
#define VPNSIM_NODES_SERIAL_PORT_H

#include "net/telephone.h"
#include "nodes/ppp_port.h"
#include "ppp/hdlc.h"

#include <stdbool.h>
#include <stdint.h>

/** Longest datagram on a telephone line. */
#define SERIAL_MTU 1500
/** Longest information field: a datagram under MPPE, whose four octets not every sender takes off
 * its MTU, see struct ppp_port_habits. */
#define SERIAL_FIELD_MAX (SERIAL_MTU + MPPE_HEADER_SIZE + 2)
/** Frames that wait for the line at most; one more is dropped: protocol "line", "queue-full". */
#define SERIAL_QUEUE 50

/**
 * A PPP port whose frames a modem's call carries, framed as RFC 1662 has it: with flags, escapes
 * and FCS on an asynchronous line; with the FCS alone on ISDN, where hardware sees to the rest.
 *
 * The frames go past the modem's taps without flags, escapes and FCS: a sent one when its last
 * octet has left, a received one when its FCS was found right.
 */
struct serial_port {
    struct ppp_port ppp; /**< first: the port is a PPP port */
    struct modem *modem; /**< that of the call; NULL: closed */
    struct hdlc_decoder decoder;
    struct packet_queue queue; /**< frames that wait for the line */
    struct packet *sent;       /**< the frame on the line, for the taps; NULL: there are none */
    struct packet *burst;      /**< octets received and not decoded yet; NULL: none */
    uint32_t burst_at;         /**< how many of them have been decoded */
    instant quiet_at;          /**< when the last octet left */
    bool quiet;                /**< nothing has been sent yet */
};

void serial_port_init(struct serial_port *port, struct host *host, struct tunnel_watch *watch,
                      ppp_port_event *event, void *owner);

/** The modem has a carrier: PPP begins. False: the PPP configuration is refused. */
bool serial_port_open(struct serial_port *port, struct modem *modem,
                      const struct ppp_port_habits *habits, const struct ppp_session_config *ppp);

/** The modem has sent what it had: the next frame goes out. */
void serial_port_sent(struct serial_port *port);

/** Octets have come; takes @p octets. */
void serial_port_receive(struct serial_port *port, struct packet *octets);

#endif
