#ifndef VPNSIM_SCENARIO_MODEL_H
#define VPNSIM_SCENARIO_MODEL_H

#include "base/instant.h"
#include "base/ip_address.h"
#include "scenario/choice.h"
#include "scenario/diagnostics.h"
#include "scenario/model_authentication.h"
#include "scenario/model_ipsec.h"
#include "scenario/model_tunnel.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Everything a scenario file says, as plain values. Texts and arrays live in the arena of struct
 * scenario; references between elements are resolved pointers into the same model. Every element
 * carries its place in the file for later messages. An optional text that is absent is NULL.
 */

struct arena;
struct expectation;
struct scenario_action;
struct scenario_node;
struct scenario_link;

/** Whose behaviour a node copies where documents and implementations differ. */
enum scenario_profile {
    SCENARIO_PROFILE_RFC, /**< the specifications' own defaults; also when none is named */
    SCENARIO_PROFILE_WINDOWS_95,
    SCENARIO_PROFILE_WINDOWS_98,
    SCENARIO_PROFILE_WINDOWS_NT4,
    SCENARIO_PROFILE_WINDOWS_2000,
    SCENARIO_PROFILE_WINDOWS_XP,
    SCENARIO_PROFILE_SERVER_2003_STANDARD,
    SCENARIO_PROFILE_SERVER_2003_WEB,
    SCENARIO_PROFILE_SERVER_2008,
    SCENARIO_PROFILE_LINUX, /**< pppd with its tunnel programs */
};

/** Port numbers first..last; 0..65535 is any. */
struct scenario_port_range {
    uint16_t first;
    uint16_t last;
};

enum scenario_node_kind {
    SCENARIO_HOST,
    SCENARIO_ROUTER,
    SCENARIO_SWITCH,
    SCENARIO_VPN_CLIENT,
    SCENARIO_VPN_SERVER,
    SCENARIO_ISP_NAS,
    SCENARIO_NAT_ROUTER,
};

/** A network adapter, or a port of a switch (which has a name and a link only). */
struct scenario_interface {
    struct scenario_position at;
    const char *name;
    ipv4_address address; /**< IPV4_ANY: none, only IPv6 */
    unsigned prefix_length;
    ipv4_address gateway;   /**< default route through this interface; IPV4_ANY: none */
    struct ip_address ipv6; /**< version 0: no IPv6 */
    unsigned ipv6_prefix_length;
    struct ip_address ipv6_gateway; /**< version 0: none */
    uint32_t mtu;                   /**< 0: the link's */
    bool has_mac;
    uint8_t mac[6];             /**< valid when has_mac; otherwise the builder chooses one */
    struct scenario_link *link; /**< never NULL in a loaded scenario */
    unsigned side;              /**< which end of that link, 0 or 1 */
};

struct scenario_route {
    struct scenario_position at;
    struct ip_address destination; /**< of either version; the host part is zero */
    unsigned prefix_length;
    struct ip_address via;                /**< version 0: on link, then interface is given */
    struct scenario_interface *interface; /**< NULL: the one whose subnet holds via */
    uint32_t metric;                      /**< lower is preferred; default 1 */
    bool unreachable;                     /**< leads nowhere */
};

enum scenario_service_protocol {
    SCENARIO_SERVICE_TCP,
    SCENARIO_SERVICE_UDP,
};

enum scenario_service_mode {
    SCENARIO_SERVICE_DISCARD, /**< take what comes; what a receiving transfer asks for is sent */
    SCENARIO_SERVICE_ECHO,    /**< send back what comes */
};

/** A tcp-server or udp-server of a node. */
struct scenario_service {
    struct scenario_position at;
    enum scenario_service_protocol protocol;
    enum scenario_service_mode mode;
    uint16_t port;
};

enum scenario_script_step_kind {
    SCENARIO_SCRIPT_SEND,
    SCENARIO_SCRIPT_AWAIT,
    SCENARIO_SCRIPT_WAIT,
    SCENARIO_SCRIPT_CLOSE,
    SCENARIO_SCRIPT_RESET,
};

/** A step of a TCP script. */
struct scenario_script_step {
    struct scenario_position at;
    enum scenario_script_step_kind kind;
    const uint8_t *octets; /**< SEND */
    size_t length;         /**< SEND */
    uint32_t awaited;      /**< AWAIT: octets */
    instant pause;         /**< WAIT */
};

/** What a TCP connection of a scripted peer says. */
struct scenario_script {
    struct scenario_position at;
    const char *name;
    uint16_t port;
    struct scenario_script_step *steps;
    size_t step_count;
};

/** Network protocols over PPP as a set of bits. */
#define SCENARIO_NETWORK_IP        1u
#define SCENARIO_NETWORK_IPX       2u
#define SCENARIO_NETWORK_NETBEUI   4u
#define SCENARIO_NETWORK_APPLETALK 8u
#define SCENARIO_NETWORK_IPV6      16u

/** What a client connection or a server says about PPP itself. */
struct scenario_ppp {
    struct scenario_position at; /**< file NULL: absent, the profile decides */
    unsigned networks;           /**< SCENARIO_NETWORK_..., 0 when absent: IP */
    uint32_t ipx_network;        /**< servers */
    enum scenario_choice pfc;
    enum scenario_choice acfc;
    enum scenario_choice callback;
    enum scenario_choice multilink;
    bool short_sequence; /**< asks for short multilink headers */
    bool compression;
    bool vj;
    bool encryption_not_enforced; /**< servers */
    instant restart_timer;        /**< 0: the profile's */
    instant echo_interval;        /**< LCP echoes; 0: none */
    uint32_t echo_failures;       /**< 0: 3 */
};

/** What a modem is plugged into. */
enum scenario_modem_kind {
    SCENARIO_MODEM_ANALOG,
    SCENARIO_MODEM_ISDN,
};

/** A modem with its telephone line. */
struct scenario_modem {
    struct scenario_position at;
    const char *name;
    const char *number; /**< NULL: it cannot be called */
    enum scenario_modem_kind kind;
    uint64_t rate_bps;
    instant delay;
    uint32_t noise_ppm; /**< of each octet */
    instant connect_time;
    bool software_flow_control;
    uint32_t accm;
    bool answers;         /**< takes calls; only servers can */
    ipv4_address address; /**< of the machine on calls that it takes; IPV4_ANY: the pool's first */
};

/** A network behind the other end of a connection or behind a caller. */
struct scenario_network_route {
    ipv4_address destination; /**< the host part is zero */
    unsigned prefix_length;
    uint32_t metric;
};

struct scenario_network_routes {
    struct scenario_network_route *routes;
    size_t count;
};

/** Most modems that one connection dials with. */
#define SCENARIO_BUNDLE_MODEMS 8

/** A connection that a dial action, or a packet, starts: to a VPN server or over a modem. */
struct scenario_connection {
    struct scenario_position at;
    const char *name;
    ipv4_address server;                                    /**< IPV4_ANY: dial-up */
    enum scenario_tunnel_type types[SCENARIO_TUNNEL_TYPES]; /**< to be tried in this order */
    size_t type_count;
    struct scenario_l2tp_call l2tp;
    enum scenario_choice ipsec;     /**< under L2TP; UNSET: with Windows */
    const char *phone_number;       /**< dial-up; NULL otherwise */
    const char *callback_number;    /**< dial-up: where to be called back; NULL: nowhere */
    struct scenario_modem **modems; /**< dial-up: those that dial, at least one, all at once */
    size_t modem_count;
    uint16_t port;                /**< TCP port of the PPTP server; default 1723 */
    const char *user;             /**< "" when absent; may hold DOMAIN\user */
    const char *password;         /**< "" when absent */
    const char *new_password;     /**< to change to when it has expired; NULL: none */
    struct scenario_proof demand; /**< the server must prove itself */
    struct scenario_eap_tls eap_tls;
    struct scenario_authentication_list authentication;
    struct scenario_ppp ppp;
    struct scenario_encryption encryption;
    bool default_route;               /**< route everything through the tunnel; default true */
    instant echo_interval;            /**< of the control connection; 0: the profile's */
    instant echo_timeout;             /**< until an echo's answer is given up; 0: the profile's */
    uint32_t connect_retransmissions; /**< of the SYN; 0: the profile's */
    uint32_t data_retransmissions;    /**< of a control message; 0: the profile's */
    instant connect_timeout;          /**< until a silent server is given up; 0: the profile's */
    uint32_t mtu;                     /**< of the tunnel interface; 0: the profile's */
    ipv4_address address;             /**< to insist on; IPV4_ANY: the server chooses */
    instant idle_disconnect;          /**< 0: never */
    bool demand_dial;
    struct scenario_network_routes networks;
    enum scenario_choice validate_address; /**< UNSET: the profile's */
};

struct scenario_user {
    struct scenario_position at;
    const char *name;
    const char *password;
    enum scenario_account account;
    ipv4_address address;        /**< assigned; IPV4_ANY: one of the pool */
    instant session_limit;       /**< 0: none */
    bool callback_by_caller;     /**< the caller may name a number to be called back at */
    const char *callback_number; /**< always called back at this number; NULL: not */
    struct scenario_network_routes networks;
};

/** Addresses for the callers of a vpn-server, both ends included. */
struct scenario_address_pool {
    struct scenario_position at;
    ipv4_address from;
    ipv4_address to;
};

/** What IPCP tells the callers; IPV4_ANY: not told. */
struct scenario_name_servers {
    struct scenario_position at; /**< file NULL: absent */
    ipv4_address dns;
    ipv4_address dns2;
    ipv4_address wins;
    ipv4_address wins2;
};

/** What only a vpn-server or an isp-nas has. */
struct scenario_vpn_server {
    struct scenario_pptp_server pptp;
    struct scenario_server_authentication authentication;
    struct scenario_ppp ppp;
    struct scenario_encryption encryption;
    struct scenario_user *users;
    size_t user_count;
    struct scenario_address_pool *pools;
    size_t pool_count;
    struct scenario_name_servers name_servers;
};

/** A port of a nat-router that leads to a machine inside. */
struct scenario_publication {
    struct scenario_position at;
    uint8_t protocol;
    uint16_t port; /**< outside; 0: the protocol has none */
    ipv4_address inside;
    uint16_t inside_port;
};

/** What only a nat-router has. */
struct scenario_nat {
    struct scenario_interface *outside; /**< NULL: it translates nowhere */
    instant udp_timeout;
    instant tcp_timeout;
    instant icmp_timeout;
    instant other_timeout;
    struct scenario_port_range ports;
    bool preserve_ports;
    struct scenario_publication *publications;
    size_t publication_count;
};

/** A machine. Lists that its kind cannot have are empty. */
struct scenario_node {
    struct scenario_position at;
    enum scenario_node_kind kind;
    enum scenario_profile profile;
    const char *name;
    const char *description;
    enum scenario_code_page code_page; /**< of machines that dial or answer */
    bool forwarding; /**< default: routers and VPN servers forward, others do not */
    struct scenario_interface *interfaces;
    size_t interface_count;
    struct scenario_route *routes;
    size_t route_count;
    struct scenario_service *services;
    size_t service_count;
    struct scenario_script *scripts; /**< those that listen */
    size_t script_count;
    struct scenario_modem *modems; /**< of those that have connections */
    size_t modem_count;
    struct scenario_connection *connections; /**< vpn-client, vpn-server, isp-nas */
    size_t connection_count;
    struct scenario_l2tp l2tp;          /**< vpn-client, vpn-server */
    struct scenario_vpn_server *server; /**< vpn-server and isp-nas; NULL otherwise */
    struct scenario_nat *nat;           /**< nat-router; NULL otherwise */
    struct scenario_ipsec *ipsec;       /**< NULL: it has none */
};

/** How the end of a link is in the real world. */
enum scenario_attachment_kind {
    SCENARIO_ATTACHED_UDP,
    SCENARIO_ATTACHED_TAP,
};

/** An end of a link that no machine of the scenario has. */
struct scenario_attachment {
    enum scenario_attachment_kind kind;
    ipv4_address local; /**< UDP, as what follows */
    uint16_t local_port;
    ipv4_address remote;
    uint16_t remote_port;
    const char *device;     /**< TAP */
    const char *name_space; /**< TAP; NULL: the own network namespace */
};

/** What a link ends at: an interface, or else an attachment. */
struct scenario_link_end {
    struct scenario_position at;
    struct scenario_node *node;                   /**< NULL: attached */
    struct scenario_interface *interface;         /**< NULL: attached */
    const struct scenario_attachment *attachment; /**< NULL: not attached */
};

/** A link; see struct link_config of net/link.h for what the numbers do. */
struct scenario_link {
    struct scenario_position at;
    const char *name;
    const char *description;
    uint64_t rate_bps; /**< 0: infinitely fast */
    instant delay;
    uint32_t mtu;         /**< default 1500 */
    uint32_t queue_limit; /**< default 100 frames */
    uint32_t loss_ppm;
    uint32_t duplicate_ppm;
    uint32_t reorder_ppm;
    instant reorder_delay;
    uint32_t corrupt_ppm;
    instant jitter;
    struct scenario_link_end ends[2];
};

enum scenario_filter_direction {
    SCENARIO_FILTER_IN,      /**< what the interface receives */
    SCENARIO_FILTER_OUT,     /**< what it sends */
    SCENARIO_FILTER_FORWARD, /**< what the node passes on, neither from nor to itself */
    SCENARIO_FILTER_BOTH,    /**< in and out; the default */
};

enum scenario_filter_action {
    SCENARIO_FILTER_DROP,   /**< silently */
    SCENARIO_FILTER_REJECT, /**< and tell the sender by ICMP */
    SCENARIO_FILTER_ACCEPT,
};

/** One packet filter rule; the rules of a node are tried in the order of the file. */
struct scenario_filter {
    struct scenario_position at;
    const char *name; /**< optional; shown when it drops */
    struct scenario_node *node;
    struct scenario_interface *interface; /**< NULL: every interface */
    enum scenario_filter_direction direction;
    enum scenario_filter_action action;
    bool any_protocol;
    uint8_t protocol; /**< IP protocol number unless any_protocol */
    ipv4_address source;
    unsigned source_prefix_length; /**< 0: any source */
    ipv4_address destination;
    unsigned destination_prefix_length;
    struct scenario_port_range source_ports; /**< not any only for TCP and UDP */
    struct scenario_port_range destination_ports;
    bool has_icmp_type; /**< only for ICMP, as is the code */
    uint8_t icmp_type;
    bool has_icmp_code;
    uint8_t icmp_code;
};

enum scenario_capture_kind {
    SCENARIO_CAPTURE_LINK,      /**< "link:NAME" */
    SCENARIO_CAPTURE_INTERFACE, /**< "NODE:INTERFACE" */
    SCENARIO_CAPTURE_MODEM,     /**< "NODE:MODEM" */
    SCENARIO_CAPTURE_LAYER,     /**< "NODE/LAYER" */
};

struct scenario_capture {
    struct scenario_position at;
    const char *point; /**< as written; expectations name it so */
    enum scenario_capture_kind kind;
    struct scenario_link *link;
    struct scenario_node *node;
    struct scenario_interface *interface;
    struct scenario_modem *modem;
    const char *layer;
};

/** A parameter with the value that the run uses. */
struct scenario_parameter {
    struct scenario_position at;
    const char *name;
    const char *value;
    const char *description;
};

/** A whole scenario. Release it with scenario_free(). */
struct scenario {
    struct arena *arena;
    struct scenario_position at;
    const char *name;
    const char *title;
    const char *described_in;
    const char *description;
    instant duration;
    bool ends_when_all_holds; /**< already before the duration is over */
    uint64_t start_ns;        /**< calendar start: nanoseconds since 1970-01-01T00:00:00Z */
    struct scenario_parameter *parameters;
    size_t parameter_count;
    struct scenario_node *nodes;
    size_t node_count;
    struct scenario_certificate *certificates; /**< authorities in front of what they issue */
    size_t certificate_count;
    struct scenario_link *links;
    size_t link_count;
    struct scenario_filter *filters;
    size_t filter_count;
    struct scenario_capture *captures;
    size_t capture_count;
    struct scenario_action *actions;
    size_t action_count;
    struct expectation *expectations; /**< see expect/expectation.h */
    size_t expectation_count;
    struct scenario_node **nodes_by_name; /**< sorted; NULL: searched one by one */
    struct scenario_link **links_by_name; /**< sorted; NULL: searched one by one */
};

/** Whether @p method is in the list. */
bool scenario_has_method(const struct scenario_authentication_list *list,
                         enum scenario_authentication method);

/** Whether a link ends in the real world. */
bool scenario_is_attached(const struct scenario *scenario);

/** Whether a connection may be made with EAP-TLS, that of a real caller included. */
bool scenario_uses_tls(const struct scenario *scenario);

/** Whether a machine has IP security. */
bool scenario_uses_ipsec(const struct scenario *scenario);

/** The node named @p name; NULL when there is none. */
struct scenario_node *scenario_find_node(const struct scenario *scenario, const char *name);

/** The link named @p name; NULL when there is none. */
struct scenario_link *scenario_find_link(const struct scenario *scenario, const char *name);

/** The interface or port of @p node named @p name; NULL when there is none. */
struct scenario_interface *scenario_find_interface(const struct scenario_node *node,
                                                   const char *name);

/** The modem of @p node named @p name; NULL when there is none. */
struct scenario_modem *scenario_find_modem(const struct scenario_node *node, const char *name);

/** Whether nodes of this kind have connections and modems. */
bool scenario_kind_dials(enum scenario_node_kind kind);

/** The connection of @p node named @p name; NULL when there is none. */
struct scenario_connection *scenario_find_connection(const struct scenario_node *node,
                                                     const char *name);

/** How the language spells a node kind: "vpn-client". */
const char *scenario_node_kind_text(enum scenario_node_kind kind);

/** How the language spells a profile: "windows-2000". */
const char *scenario_profile_text(enum scenario_profile profile);

#endif
