#ifndef VPNSIM_IPSEC_POLICY_AGENT_H
#define VPNSIM_IPSEC_POLICY_AGENT_H

#include "ike/ike.h"
#include "ipsec/ipsec_driver.h"

#include <stdint.h>

/**
 * A policy of the driver whose security associations are negotiated by a rule of IKE. Owned by
 * whoever attaches it, until it is detached or the host ends.
 */
struct policy_agent_entry {
    uint32_t policy; /**< of the driver */
    uint32_t rule;   /**< ike_rule.id */
    struct policy_agent_entry *next;
};

/** A negotiation that somebody waits for. Owned by that one until it is done or withdrawn. */
struct policy_agent_request {
    struct ike_acquisition wanted;
    /** Security associations exist (IKE_CAUSE_NONE), or there are none for this cause. */
    void (*done)(void *context, enum ike_cause cause);
    void *context;
    uint32_t acquisition; /**< 0: not under way */
    unsigned strength;    /**< once it is done: bits of the cipher's keys */
    struct policy_agent_request *next;
};

/** Everything is borrowed for the host's life. */
struct policy_agent_config {
    const char *host_name; /**< FQDN; may be NULL */
    int64_t calendar_start;
    struct ike_behaviour behaviour;
    const struct ike_peer *peers;
    size_t peer_count;
    const struct ike_rule *rules;
    size_t rule_count;
    uint32_t peers_at_once; /**< that it is to have room for */
};

struct policy_agent_child;

/** What the agent asked IKE for because the driver asked; acquisition 0: unused. */
struct policy_agent_demand {
    uint32_t acquisition;
    uint32_t policy;
    struct ip_address peer;
};

/**
 * The policy agent of a host: IKE (protocols/ike) on UDP ports 500 and 4500, which makes the
 * security associations that the driver's policies want, and ends them.
 */
struct policy_agent {
    struct host_extension extension;
    struct ipsec_driver *driver;
    const struct policy_agent_config *config;
    struct ike ike;
    struct entropy entropy;
    struct stack_udp_socket sockets[2];
    struct timer timer;
    struct policy_agent_entry *entries;
    struct policy_agent_request *requests;
    struct policy_agent_demand demands[IPSEC_PENDING_MAXIMUM];
    struct policy_agent_child *by_child;
    struct policy_agent_child *by_bundle;
    bool pumping;
};

/**
 * Gives the host of @p driver IKE, which runs as soon as the host starts. The agent lives in the
 * simulation's arena. STATUS_INVALID: the configuration contradicts itself; STATUS_NO_MEMORY.
 */
enum status policy_agent_create(struct ipsec_driver *driver,
                                const struct policy_agent_config *config,
                                struct policy_agent **created);

/** Has the security associations of a policy negotiated from now on, or no longer. */
void policy_agent_attach(struct policy_agent *agent, struct policy_agent_entry *entry);
void policy_agent_detach(struct policy_agent *agent, struct policy_agent_entry *entry);

/**
 * Starts a negotiation; request->done tells its end, perhaps before this returns. STATUS_NOT_FOUND:
 * there is no rule or no peer like that; done is not called.
 */
enum status policy_agent_negotiate(struct policy_agent *agent,
                                   struct policy_agent_request *request);

/** The request's owner no longer waits. */
void policy_agent_withdraw(struct policy_agent *agent, struct policy_agent_request *request);

/** Ends everything with the peers that ike_delete_peer() means, and tells them. */
void policy_agent_delete_peer(struct policy_agent *agent, const struct ip_address *remote,
                              const char *name);

#endif
