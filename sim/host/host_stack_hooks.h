#ifndef VPNSIM_HOST_HOST_STACK_HOOKS_H
#define VPNSIM_HOST_HOST_STACK_HOOKS_H

#include "host/host_stack.h"

/*
 * Where others take part in a stack: IP security and address translation. Both are owned by the
 * node and linked into the stack by its fields security and translator; a stack without them pays
 * for a test of each.
 *
 *   in    decode, [security: ESP and AH for us], filter in, [translator], routing,
 *         [security: the rest], delivery or forwarding
 *   out   routing, filter forward, [translator], filter out, [security], fragmentation
 *
 * So filters see in clear what ESP and AH protect and never these themselves, as on Windows; they
 * see the addresses of the outside network where addresses are translated. Fragments are put
 * together before either is asked. The reasons of datagrams that end here are in the places that
 * decide.
 *
 * packet.mark of a datagram that has been opened is the flow it came by, and 0 of another one. Who
 * answers it sets the mark of the answer likewise, so that it goes back where the question came
 * from, whichever of several peers behind one address that is.
 */

/** IP security (RFC 2401 section 5), of both versions of IP. */
struct stack_security {
    /**
     * A whole datagram, which starts at its IP header, is about to leave by @p out; @p forwarded
     * tells that it is not ours. True: it has been taken, and what becomes of it is sent with
     * host_stack_send_secured(). False: it goes out as it is. Neighbor Discovery is never asked
     * about.
     */
    bool (*output)(void *context, struct stack_interface *out, bool forwarded,
                   struct packet *packet);
    /**
     * A datagram has come in by @p in, whole for us, or perhaps a fragment and to be forwarded.
     * True: it has been taken, and what it holds, if anything, is given to
     * host_stack_receive_secured(). False: it may go on in clear (RFC 2401 section 5.2.1).
     */
    bool (*input)(void *context, struct stack_interface *in, bool forwarded, struct packet *packet);
    /** Octets that protection adds at most to datagrams of ours of @p protocol; 0: none is. */
    uint16_t (*overhead)(void *context, const struct ip_address *source,
                         const struct ip_address *destination, uint8_t protocol);
    void *context;
};

/** Translates addresses at one interface of a router (RFC 3022). */
struct stack_translator {
    struct stack_interface *outside;
    /**
     * A whole datagram for the outside interface's address has come in there. It and @p header are
     * changed in place. False: it has been dropped.
     */
    bool (*input)(void *context, struct ipv4_header *header, struct packet *packet);
    /**
     * A whole datagram is about to leave there, from inside or, with @p own, of this router. It
     * and @p header are changed in place. False: it has been dropped.
     */
    bool (*output)(void *context, bool own, struct ipv4_header *header, struct packet *packet);
    void *context;
};

/**
 * Sends a finished datagram by its destination past filters, translation and security, in fragments
 * if need be; the ownership moves.
 */
void host_stack_send_secured(struct host_stack *stack, struct packet *packet);

/**
 * Takes a whole datagram that has been opened and checked, as if it had come in by @p in; the
 * ownership moves.
 */
void host_stack_receive_secured(struct host_stack *stack, struct stack_interface *in,
                                struct packet *packet);

/**
 * A datagram that is to leave by @p out has no room for what protects it, and would with @p mtu
 * octets. IPv4, which must not be fragmented: it is dropped, and its sender learns of the MTU, by
 * ICMP or in this machine at once (RFC 2401 section 6.1.2). IPv6: likewise, but what is ours and
 * not TCP, which can send less, is cut here instead, and each fragment protected.
 */
void host_stack_refuse_length(struct host_stack *stack, struct stack_interface *out, bool forwarded,
                              uint16_t mtu, struct packet *packet);

#endif
