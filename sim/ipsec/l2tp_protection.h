#ifndef VPNSIM_IPSEC_L2TP_PROTECTION_H
#define VPNSIM_IPSEC_L2TP_PROTECTION_H

#include "ipsec/policy_agent.h"

#include <stdbool.h>
#include <stdint.h>

/** Filters of a server; a client has one less. */
#define L2TP_PROTECTION_FILTERS 3

/**
 * The automatic IPsec policy of L2TP (RFC 3193): what Windows adds to the policies when L2TP is
 * about to speak, and takes away afterwards (MS-L2TPIE section 4). A server protects what anybody
 * sends to its UDP port of L2TP or from port 1701, in any combination with another port; a client
 * what it sends from its own port to its server. Zero-initialised is inactive.
 */
struct l2tp_protection {
    struct policy_agent *agent; /**< NULL: not active */
    struct policy_agent_entry entries[L2TP_PROTECTION_FILTERS];
    unsigned filters;
    struct ip_address peer; /**< of a client: its server */
    struct policy_agent_request request;
};

/** The rules of IKE that the policies go by; see build. */
struct l2tp_protection_rules {
    uint32_t to_port;   /**< server: to its own port; client: from its own port */
    uint32_t from_port; /**< server: from the port 1701 of others to another port here */
};

/**
 * Between whom a client of L2TP speaks. Either port may be another than 1701 (RFC 2661 section 8.1,
 * RFC 3193 section 4).
 */
struct l2tp_protection_ends {
    ipv4_address local;
    ipv4_address server;
    uint16_t local_port;
    uint16_t server_port;
};

/** The bounds of these rules, for the rules of the host's IKE. */
struct ike_traffic l2tp_protection_server_traffic(uint16_t own_port, bool to_port);
struct ike_traffic l2tp_protection_client_traffic(uint16_t own_port,
                                                  const struct ip_address *server);

/** Adds the policies of a server at UDP port @p own_port. STATUS_NO_MEMORY. */
enum status l2tp_protection_serve(struct l2tp_protection *protection, struct policy_agent *agent,
                                  uint16_t own_port, const struct l2tp_protection_rules *rules);

/**
 * Adds the policies of a client, and negotiates with the server of @p ends, also when there are
 * security associations already. @p done is told the end, perhaps before this returns;
 * IKE_CAUSE_NONE: L2TP may begin. STATUS_NOT_FOUND: this machine has nothing to prove itself to
 * that server with; STATUS_NO_ROOM, STATUS_NO_MEMORY. Then there are no policies and @p done is not
 * called.
 */
enum status l2tp_protection_connect(struct l2tp_protection *protection, struct policy_agent *agent,
                                    uint32_t rule, const struct l2tp_protection_ends *ends,
                                    void (*done)(void *context, enum ike_cause cause),
                                    void *context);

/**
 * Takes the policies away; with @p delete_peer the security associations with the server are
 * deleted before, and the server is told. Nothing happens when it is not active.
 */
void l2tp_protection_end(struct l2tp_protection *protection, bool delete_peer);

#endif
