#ifndef VPNSIM_SCENARIO_PARSE_H
#define VPNSIM_SCENARIO_PARSE_H

#include "scenario/element.h"
#include "scenario/model_action.h"

/*
 * From the validated document to the model, area by area: each fills its arrays in struct scenario
 * and resolves its references, which needs the areas in front of it.
 */

/** Interfaces of one machine at most, so that looking them up one by one stays cheap. */
#define PARSE_INTERFACES_MAX 4096

void parse_certificates(struct loader *loader, const xmlNode *root);
void parse_nodes(struct loader *loader, const xmlNode *root);
void parse_links(struct loader *loader, const xmlNode *root);
void parse_filters(struct loader *loader, const xmlNode *root);
void parse_captures(struct loader *loader, const xmlNode *root);
void parse_timeline(struct loader *loader, const xmlNode *root);
void parse_expectations(struct loader *loader, const xmlNode *root);

/** The part of a vpn-client or vpn-server that other machines do not have. */
void parse_connections(struct loader *loader, const xmlNode *element, struct scenario_node *node);
void parse_vpn_server(struct loader *loader, const xmlNode *element, struct scenario_node *node);
void parse_l2tp(struct loader *loader, const xmlNode *element, struct scenario_node *node);
void parse_modems(struct loader *loader, const xmlNode *element, struct scenario_node *node);
/** The certificate that the attribute certificate of @p element names; NULL: none. */
const struct scenario_certificate *parse_certificate_reference(struct loader *loader,
                                                               const xmlNode *element);
/** The authorities that its attribute trusts names. */
void parse_trusted(struct loader *loader, const xmlNode *element,
                   const struct scenario_certificate ***trusted, size_t *count);

/** The <peer> children of an <ipsec>: how to speak IKE. */
void parse_ike_peers(struct loader *loader, const xmlNode *element, struct scenario_ipsec *ipsec);
/** What an element says of quick mode. */
void parse_ipsec_offer(struct loader *loader, const xmlNode *element,
                       struct scenario_ipsec_offer *offer);
/** "esp-3des-sha1", "ah-md5"; false: it is no transform. */
bool value_ipsec_transform(const char *text, struct scenario_ipsec_transform *transform);
/** "3des", "aes128"; false: it is no cipher. */
bool value_cipher(const char *text, enum cipher_algorithm *cipher, uint16_t *key_bits);
/** "md5", "sha1" or "sha256". */
bool value_hash(const char *text, enum hash_algorithm *hash);
/** "any", an address or a network of either version of IP. */
struct scenario_ip_prefix element_ip_prefix(struct loader *loader, const xmlNode *element,
                                            const char *name);

/** The <ipsec> of a machine, if there is one. */
void parse_ipsec(struct loader *loader, const xmlNode *element, struct scenario_node *node);

void parse_nat(struct loader *loader, const xmlNode *element, struct scenario_node *node);

/** What a connection says beside the part that all have: a server, or a number and a modem. */
void parse_dialling(struct loader *loader, const xmlNode *element, const struct scenario_node *node,
                    struct scenario_connection *connection);

/** The type of a connection's tunnel, and its <l2tp>. */
void parse_tunnel(struct loader *loader, const xmlNode *element,
                  struct scenario_connection *connection);

/** That a connection with several modems has multilink; to be called when its <ppp> is known. */
void check_multilink(struct loader *loader, const xmlNode *element,
                     const struct scenario_connection *connection);

/** That callback-number goes with the <ppp> of a connection; to be called when that is known. */
void check_callback(struct loader *loader, const xmlNode *element,
                    const struct scenario_connection *connection);

/** How a user of the server @p node, whose modems and <ppp> are known, is called back. */
void parse_callback(struct loader *loader, const xmlNode *element, const struct scenario_node *node,
                    struct scenario_user *user);

/** The <network> children of @p element. */
void parse_networks_behind(struct loader *loader, const xmlNode *element,
                           struct scenario_network_routes *networks);

void parse_set_modem(struct loader *loader, const xmlNode *element,
                     struct scenario_action_set_modem *set);

/** The TCP scripts that listen on the machine @p element. */
void parse_listening_scripts(struct loader *loader, const xmlNode *element,
                             struct scenario_node *node);

/** The <ppp> of a connection, or of a server. */
void parse_ppp(struct loader *loader, const xmlNode *element, bool server,
               struct scenario_ppp *ppp);

void parse_network_ping(struct loader *loader, const xmlNode *element,
                        struct scenario_action_network_ping *ping);

/** An end of a link that is in the real world, in the arena; NULL: no memory. */
const struct scenario_attachment *parse_attachment(struct loader *loader, const xmlNode *element);

/** The timeline's actions that send what is written in the scenario. */
void parse_tcp_script(struct loader *loader, const xmlNode *element,
                      struct scenario_action_tcp_script *action);
void parse_send_packet(struct loader *loader, const xmlNode *element,
                       struct scenario_action_send_packet *action);

/** The actions of the timeline that befall chosen frames of a link. */
void parse_fault(struct loader *loader, const xmlNode *element,
                 struct scenario_action_fault *fault);

/** The machine with an IP stack that the attribute node of an action names; NULL and reported. */
struct scenario_node *parse_sender(struct loader *loader, const xmlNode *element);

/** Whether there is an event @p name, which @p attribute holds; says so when not. */
bool parse_event_name(struct loader *loader, const xmlNode *element, const char *attribute,
                      const char *name);

/** What a connection and a server say of authentication, and the restriction of a user. */
void parse_connection_authentication(struct loader *loader, const xmlNode *element,
                                     struct scenario_connection *connection);
void parse_server_authentication(struct loader *loader, const xmlNode *element,
                                 struct scenario_server_authentication *authentication);
/** The <eap-tls> of @p element, which a server needs a certificate for. */
void parse_eap_tls(struct loader *loader, const xmlNode *element, bool server,
                   struct scenario_eap_tls *eap_tls);
enum scenario_account parse_account(struct loader *loader, const xmlNode *element);

/** Whether @p element belongs to the network: its parent is a topology or the scenario. */
bool parse_is_top_level(const xmlNode *element, const char *name);

/** The only child called @p name; NULL when there is none. A second one is reported. */
const xmlNode *parse_single(struct loader *loader, const xmlNode *element, const char *name);

/** How many children of @p element are called @p name. */
size_t parse_count(const xmlNode *element, const char *name);

/*
 * What the attribute @p name of @p element refers to. Absent: NULL. Not found: NULL and a
 * diagnostic with a suggestion.
 */
struct scenario_node *parse_node_reference(struct loader *loader, const xmlNode *element,
                                           const char *name);
struct scenario_link *parse_link_reference(struct loader *loader, const xmlNode *element,
                                           const char *name);
struct scenario_interface *parse_interface_reference(struct loader *loader, const xmlNode *element,
                                                     const char *name,
                                                     const struct scenario_node *node);
struct scenario_connection *parse_connection_reference(struct loader *loader,
                                                       const xmlNode *element, const char *name,
                                                       const struct scenario_node *node);

/** Says that there is no link or machine called @p wanted, with a suggestion. */
void parse_unknown_link(struct loader *loader, struct scenario_position at, const char *wanted);
void parse_unknown_node(struct loader *loader, struct scenario_position at, const char *wanted);

/** Says that @p node has no interface called @p wanted, with a suggestion. */
void parse_unknown_interface(struct loader *loader, struct scenario_position at,
                             const struct scenario_node *node, const char *wanted);

#endif
