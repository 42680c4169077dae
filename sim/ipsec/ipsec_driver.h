#ifndef VPNSIM_IPSEC_IPSEC_DRIVER_H
#define VPNSIM_IPSEC_IPSEC_DRIVER_H

#include "base/entropy.h"
#include "core/timer.h"
#include "host/host.h"
#include "host/host_stack_hooks.h"
#include "ipsec/ipsec_processor.h"

#include <stdint.h>

/**
 * The IPsec driver of a host: its policies and security associations (protocols/ipsec), between IP
 * and the interfaces. One at most for each host. Made by ipsec_driver_create(); the processor's
 * counters may be read, and everything that changes it goes through the functions below.
 *
 * Layer "before-ipsec" shows the datagrams that IPsec protects, before that, and those that it has
 * opened, as raw IP. States:
 *
 *   ipsec.protected, ipsec.opened          datagrams
 *   ipsec.dropped.out, ipsec.dropped.in    datagrams, by a policy or because something was wrong
 *   ipsec.policies                         entries of the policy database
 *   ipsec.unknown-spi                      datagrams that no SA is for
 *   ipsec.esp.STEP, ipsec.ah.authenticated datagrams that came as far as that: received, fresh,
 *                                          authenticated, decrypted, unpadded (struct ipsec_steps)
 */
struct ipsec_driver {
    struct host_extension extension;
    struct host *host;
    struct ipsec_processor processor;
    struct stack_security security;
    struct stack_protocol esp; /**< ICMP errors about what has been protected */
    struct stack_protocol ah;
    struct entropy entropy;
    struct timer timer;
    struct tap_point clear;
    bool pumping;
    /** Told of every IPSEC_EVENT_...; NULL: nobody negotiates. */
    void (*event)(void *context, const struct ipsec_output *output);
    /** Told of every datagram that a bundle has protected or, @p inbound, opened; NULL: nobody. */
    void (*used)(void *context, uint32_t bundle, uint32_t octets, bool inbound);
    void *event_context;
};

/** What a driver may be told about itself; the rest is ipsec_processor_config_default(). */
struct ipsec_driver_config {
    bool steers_flows;     /**< see struct ipsec_processor_config */
    uint16_t hold_packets; /**< that wait for an SA */
};

/**
 * Gives @p host, whose stack is there, IP security without any policy; NULL: no memory. It lives in
 * the simulation's arena and is destroyed with the host.
 */
struct ipsec_driver *ipsec_driver_create(struct host *host,
                                         const struct ipsec_driver_config *config);

/** The stack's instant is the engine's; otherwise as the functions of the same names there. */
enum status ipsec_driver_add_policy(struct ipsec_driver *driver, const struct ipsec_policy *policy,
                                    uint32_t *id);
void ipsec_driver_remove_policy(struct ipsec_driver *driver, uint32_t id);
enum status ipsec_driver_add(struct ipsec_driver *driver, const struct ipsec_bundle_config *config,
                             uint32_t *id);
void ipsec_driver_activate(struct ipsec_driver *driver, uint32_t id);
void ipsec_driver_delete(struct ipsec_driver *driver, uint32_t id);
void ipsec_driver_acquire_failed(struct ipsec_driver *driver, uint32_t policy,
                                 const struct ip_address *peer);

/** An ICMP error is about ESP in UDP that this host has sent: @p error->payload is UDP. */
void ipsec_driver_error(struct ipsec_driver *driver, const struct stack_icmp_error *error);

#endif
