#ifndef VPNSIM_RUN_BUILD_INTERNAL_H
#define VPNSIM_RUN_BUILD_INTERNAL_H

#include "capture/capture_filter.h"
#include "net/link.h"
#include "net/node.h"
#include "net/telephone.h"
#include "nodes/dialer.h"
#include "nodes/rras_server.h"
#include "outside/outside.h"
#include "run/build.h"
#include "scenario/model_action.h"

/*
 * Inside of a run, for the files that build it.
 */

struct host;
struct policy_agent;
struct scheduled_action;
struct certificate;

struct run {
    const struct scenario *scenario;
    struct simulation simulation;
    struct node **nodes;          /* as scenario->nodes */
    struct policy_agent **agents; /* their IKE, as scenario->nodes; NULL: none */
    struct link **links;          /* as scenario->links */
    struct telephone_network *telephone;
    struct outside outside;
    bool paced;                        /* by the outside */
    struct certificate **certificates; /* as scenario->certificates; NULL: not used yet */
    struct scheduled_action *actions;  /* as scenario->actions */
    struct trace_subscriber cues;      /* starts those that wait for an event */
    char *error;
    size_t error_size;
};

/** Writes "file:line: text" into run->error and returns STATUS_INVALID. */
enum status build_error(struct run *run, struct scenario_position at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** The built counterparts of parts of the scenario. */
struct node *run_node(const struct run *run, const struct scenario_node *node);
struct link *run_link(const struct run *run, const struct scenario_link *link);
struct stack_interface *run_interface(const struct run *run, const struct scenario_node *node,
                                      const struct scenario_interface *interface);
struct device *run_device(const struct run *run, const struct scenario_node *node,
                          const struct scenario_interface *interface);

struct modem *run_modem(const struct run *run, const struct scenario_node *node,
                        const struct scenario_modem *modem);

/** The IKE of a built node. */
struct policy_agent *run_agent(const struct run *run, const struct scenario_node *node);

/** The part of a built node that has its connections. */
struct dialer *run_dialer(const struct run *run, const struct scenario_node *node);

/** Adds modems and connections to a node that has them, built as @p host. */
enum status build_dialling(struct run *run, const struct scenario_node *node, struct host *host,
                           struct dialer *dialer);

/** Gives a node that has L2TP, to dial or to answer, what it says of that. */
enum status build_l2tp(const struct scenario_node *node, struct dialer *dialer);
/** What a connection says of its L2TP call. */
struct l2tp_client_config build_l2tp_call(const struct scenario_l2tp_call *wanted);

/** Lets a server answer its modems. */
enum status build_answering(const struct scenario_node *node, struct rras_server *server);

/** The routes of a connection or a caller, in the simulation's arena; NULL: no memory. */
const struct connection_route *build_networks(struct run *run,
                                              const struct scenario_network_routes *networks);

/* Shared by what clients and servers say. */
/** What a connection says of authentication, and a server; and the error of an account. */
enum status build_connection_authentication(struct run *run, const struct scenario_node *node,
                                            const struct node_profile *profile,
                                            const struct scenario_connection *wanted,
                                            struct connection_config *common);
enum status build_server_authentication(struct run *run, const struct scenario_node *node,
                                        const struct node_profile *profile,
                                        struct rras_server_config *config);
/** The certificates of one end of EAP-TLS, made if they are not there yet. */
enum status build_eap_tls(struct run *run, const struct node_profile *profile, bool caller,
                          const struct scenario_eap_tls *wanted,
                          const struct eap_tls_config **built);
uint32_t build_account(enum scenario_account account);
struct ccp_config build_encryption(const struct scenario_encryption *wanted,
                                   enum scenario_encryption_policy unset);
struct ppp_settings build_ppp(const struct scenario_ppp *wanted);

/** What was chosen; @p otherwise where it was left to the profile. */
bool build_choice(enum scenario_choice choice, bool otherwise);

/** Opens what the end @p side of @p link is attached to. */
enum status build_attachment(struct run *run, struct link *link, unsigned side,
                             const struct scenario_link_end *wanted);

/** The certificate that @p wanted describes, made when it is first asked for. */
enum status build_certificate(struct run *run, const struct scenario_certificate *wanted,
                              const struct certificate **built);

/** The place for the certificates, and what becomes of them when the nodes are gone. */
enum status build_certificates(struct run *run);
void destroy_certificates(struct run *run);

/** Makes the node that @p node describes, without its links. */
enum status build_node(struct run *run, const struct scenario_node *node, struct node **built);

/** The number of the rule of IKE that protects the L2TP of @p connection; 0: none does. */
uint32_t build_l2tp_rule(const struct scenario_node *node,
                         const struct scenario_connection *connection);

/** The same for the L2TP that @p node answers. */
struct l2tp_protection_rules build_l2tp_server_rules(const struct scenario_node *node);

/** The UDP port that @p node has its L2TP at. */
uint16_t build_l2tp_own_port(const struct scenario_node *node);

struct ike_rule;
struct ipsec_driver;
struct ipsec_policy;

/** IKE for the host of @p driver: its peers, and a rule for each policy without <manual>. */
enum status build_ike(struct run *run, const struct scenario_node *node,
                      const struct scenario_ipsec *wanted, struct ipsec_driver *driver,
                      struct policy_agent **agent);

/** What the protocols of @p rule's first choice make of @p policy. */
void ike_policy_protocols(const struct ike_rule *rule, struct ipsec_policy *policy);

/** Gives @p host, which stands for @p node, the IP security that it wants. */
enum status build_ipsec(struct run *run, const struct scenario_node *node, struct host *host);

/** Makes the listening TCP scripts of @p node. */
enum status build_scripts(struct run *run, const struct scenario_node *node, struct host *host);

/** What the timeline's actions of these names do. */
enum status do_tcp_script(struct run *run, const struct scenario_action_tcp_script *wanted);
enum status do_send_packet(struct run *run, const struct scenario_action_send_packet *wanted);

/** The rule about chosen frames that an action gives its link; @p built is the action's to destroy.
 */
struct fault_rule;
bool is_fault(const struct scenario_action *action);
enum status build_fault(struct run *run, const struct scenario_action *action,
                        struct fault_rule **built);
void do_fault(struct run *run, const struct scenario_action_fault *wanted, struct fault_rule *rule);
void destroy_fault(struct fault_rule *rule);

/** Prepares the timeline; run_start() puts it on the clock. */
enum status build_timeline(struct run *run);
void start_timeline(struct run *run);
void destroy_timeline(struct run *run);

#endif
