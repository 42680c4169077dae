#ifndef VPNSIM_OUTSIDE_FRAME_PORT_H
#define VPNSIM_OUTSIDE_FRAME_PORT_H

#include "base/ipv4_address.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The longest frame that a port takes or gives, in octets. */
#define FRAME_PORT_LONGEST 65536

/** A socket's address. */
struct frame_port_address {
    ipv4_address address;
    uint16_t port;
};

/** What became of a frame that was to be sent or received. */
enum frame_port_result {
    FRAME_PORT_DONE,
    FRAME_PORT_EMPTY,   /**< receiving: nothing waits */
    FRAME_PORT_FULL,    /**< sending: whoever reads is too slow */
    FRAME_PORT_NOBODY,  /**< UDP: nobody had the other address when the last frame came there */
    FRAME_PORT_DOWN,    /**< sending: the TAP device is down */
    FRAME_PORT_REFUSED, /**< sending: the operating system does not take the frame */
    FRAME_PORT_LOST,    /**< the port itself is gone, and stays so: a TAP device was removed */
};

/** An open socket or device that carries Ethernet frames without their FCS. It never blocks. */
struct frame_port {
    int descriptor; /**< to wait for; -1: closed */
    bool is_device;
};

/**
 * Opens a UDP socket at @p local that talks with @p remote alone, one frame a datagram. When that
 * fails STATUS_IO, and @p error is one line.
 */
enum status frame_port_open_udp(struct frame_port *port, const struct frame_port_address *local,
                                const struct frame_port_address *remote, char *error,
                                size_t error_size);

/**
 * Opens the TAP device @p device, which must exist, of the network namespace @p name_space: a name
 * below /run/netns or a path; NULL: the own one. Nothing of the device is changed.
 */
enum status frame_port_open_tap(struct frame_port *port, const char *device, const char *name_space,
                                char *error, size_t error_size);

/** Sends one frame. */
enum frame_port_result frame_port_send(const struct frame_port *port, const uint8_t *frame,
                                       size_t length);

/** Takes the frame that has waited longest into @p frame, which has FRAME_PORT_LONGEST octets. */
enum frame_port_result frame_port_receive(const struct frame_port *port, uint8_t *frame,
                                          size_t *length);

/** Closes it; no effect when it is closed. */
void frame_port_close(struct frame_port *port);

#endif
