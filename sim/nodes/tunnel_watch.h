#ifndef VPNSIM_NODES_TUNNEL_WATCH_H
#define VPNSIM_NODES_TUNNEL_WATCH_H

#include "gre/gre_tunnel.h"
#include "host/host.h"
#include "net/capture_tap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pptp_port;

/**
 * What can be seen of a node's tunnels from outside, all of them together: capture points on the
 * way of the data through the layers, and counters. It changes nothing of what the calls do.
 *
 * Layers, in the order of what is sent (Windows 2000 Resource Kit, chapter 9, figure 9.10):
 *   inner  the IP datagrams of the tunnel's interface, as the protocol driver submits them
 *   ppp    NDISWAN's PPP frames before compression and encryption, with complete header; those of
 *          the node's dial-up lines too
 *   mppe   the PPP frames as NDISWAN hands them to the PPTP or L2TP driver
 *   gre    the GRE packets that the PPTP driver hands to the TCP/IP driver, or:
 *   l2tp   the messages that the L2TP driver hands to UDP, of control and data alike
 * Then comes the layer ip of every host, and then the adapter and the link, or:
 *   line   the PPP frames of the dial-up lines as NDISWAN hands them to the modem
 *
 * States:
 *   gre.COUNTER                    the fields of struct gre_tunnel_counters, e.g. gre.acks-sent
 *   mppe.key-changes.sent, .received
 *                                  of the calls that are up
 *   decapsulation.STEP.passed, .dropped
 *                                  what has come in, at the five steps of taking it apart ("PPTP
 *                                  data tunneling" there): data-link, ip, gre-ppp, decrypt,
 *                                  deliver; and of L2TP data-link, ip, udp, l2tp, ppp
 */
struct tunnel_watch {
    struct host *host;
    struct tap_point inner;
    struct tap_point ppp;
    struct tap_point mppe;
    struct tap_point gre;
    struct tap_point l2tp;
    struct tap_point line;
    struct pptp_port *ports;          /**< all that the node has, in use or not */
    struct gre_tunnel_counters ended; /**< of the calls that are over */
    uint64_t gre_packets;             /**< step 2 passed: handed to the PPTP driver */
    uint64_t gre_ppp_dropped;         /**< step 3 */
    uint64_t ppp_dropped;             /**< of these by PPP; step 7 of L2TP */
    uint64_t l2tp_messages;           /**< step 5 of L2TP passed: UDP has handed them over */
    uint64_t l2tp_dropped;            /**< step 6 of L2TP */
    uint64_t decrypt_dropped;         /**< step 4: decryption or decompression */
    uint64_t decrypted;               /**< step 4 passed, also when there was nothing to decrypt */
    uint64_t undelivered;             /**< step 5 */
    uint64_t inner_refused;           /**< datagrams that IP has refused at step 5, not at 2 */
    uint64_t serial;                  /**< of the packet that is being taken apart; 0: none */
};

void tunnel_watch_init(struct tunnel_watch *watch, struct host *host);

/** Adds a port, once. */
void tunnel_watch_add(struct tunnel_watch *watch, struct pptp_port *port);

/** The call of @p port is over: its counters, about to be lost, are added to those of the node. */
void tunnel_watch_ended(struct tunnel_watch *watch, const struct pptp_port *port);

/**
 * A sink that counts what is dropped of the packet @c serial and passes everything on to the node's
 * own; for the engines that take packets apart.
 */
struct trace tunnel_watch_trace(struct tunnel_watch *watch);

/** host_stack_receive() of a datagram that came out of a tunnel, with step 5 counted. */
void tunnel_watch_deliver(struct tunnel_watch *watch, struct stack_interface *interface,
                          struct packet *datagram);

/**
 * Counts a GRE packet that has come in and reads the Call ID it is for. False: its header is
 * malformed; @p packet has been dropped for that reason.
 */
bool tunnel_watch_call_id(struct tunnel_watch *watch, struct packet *packet, uint16_t *call_id);

/** Drops a GRE packet that belongs to no call; takes it. */
void tunnel_watch_refuse(struct tunnel_watch *watch, const char *reason, struct packet *packet);

/** The tap point of the layer @p name; NULL: no such layer. */
struct tap_point *tunnel_watch_layer(struct tunnel_watch *watch, const char *name);

/** The value of the state @p name; false: no such state. */
bool tunnel_watch_state(const struct tunnel_watch *watch, const char *name, char *text,
                        size_t size);

#endif
