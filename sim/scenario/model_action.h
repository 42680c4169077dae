#ifndef VPNSIM_SCENARIO_MODEL_ACTION_H
#define VPNSIM_SCENARIO_MODEL_ACTION_H

#include "scenario/model.h"

/* The timeline: what is done when. */

enum scenario_action_kind {
    SCENARIO_DIAL,
    SCENARIO_HANG_UP,
    SCENARIO_PING,
    SCENARIO_TRANSFER,
    SCENARIO_UDP_STREAM,
    SCENARIO_LINK_DOWN,
    SCENARIO_LINK_UP,
    SCENARIO_SET_LINK,
    SCENARIO_SET_MODEM,
    SCENARIO_DROP,
    SCENARIO_DISCONNECT_CALLER,
    SCENARIO_STOP_CONTROL,
    SCENARIO_RESET_CONTROL,
    SCENARIO_TCP_SCRIPT,
    SCENARIO_SEND_PACKET,
    SCENARIO_DELAY,
    SCENARIO_DUPLICATE,
    SCENARIO_CORRUPT,
    SCENARIO_NETWORK_PING,
    SCENARIO_DELETE_ASSOCIATIONS,
};

/** Actions on connections. */
struct scenario_action_call {
    struct scenario_node *node; /**< a vpn-client; STOP_CONTROL, RESET_CONTROL: or a vpn-server */
    struct scenario_connection *connection; /**< NULL, but not for dial: every connection */
};

struct scenario_action_ping {
    const char *name; /**< NULL when not named */
    struct scenario_node *node;
    struct ip_address destination;
    uint32_t count;
    instant interval;
    uint32_t size; /**< octets of ICMP data */
    bool dont_fragment;
    uint8_t ttl; /**< 0: the machine's usual one */
};

enum scenario_transfer_direction {
    SCENARIO_TRANSFER_SEND,
    SCENARIO_TRANSFER_RECEIVE, /**< the server sends */
};

struct scenario_action_transfer {
    const char *name;
    struct scenario_node *node;
    ipv4_address destination;
    uint16_t port;
    uint64_t size; /**< octets */
    enum scenario_transfer_direction direction;
};

struct scenario_action_udp_stream {
    const char *name;
    struct scenario_node *node;
    struct ip_address destination;
    uint16_t port;
    uint32_t size; /**< octets of UDP data in each datagram */
    uint32_t count;
    instant interval;
};

/** A ping by another network protocol than IP. */
struct scenario_action_network_ping {
    const char *name;
    struct scenario_node *node;
    struct scenario_connection *connection;
    unsigned network; /**< SCENARIO_NETWORK_IPX or _NETBEUI */
    uint32_t count;
    instant interval;
    uint32_t size;
};

struct scenario_action_set_link {
    struct scenario_link *link;
    bool has_mtu;
    uint32_t mtu;
    bool has_loss;
    uint32_t loss_ppm;
};

struct scenario_action_set_modem {
    struct scenario_node *node;
    struct scenario_modem *modem;
    bool has_noise;
    uint32_t noise_ppm;
    enum scenario_choice plugged; /**< UNSET: stays as it is */
    enum scenario_choice looped;  /**< likewise */
};

/** What befalls the first..last-th frame, counted from 1, that matches after the action's instant.
 */
struct scenario_action_fault {
    struct scenario_link *link;
    struct scenario_node *from; /**< only frames that this node sends; NULL: both directions */
    const char *filter;         /**< BPF over the whole frame */
    uint64_t first;
    uint64_t last;
    instant by;          /**< DELAY */
    uint32_t offset;     /**< CORRUPT: the first octet that mask is for */
    const uint8_t *mask; /**< CORRUPT: the bits to flip */
    size_t mask_length;
};

struct scenario_action_disconnect {
    struct scenario_node *node; /**< a vpn-server */
    const char *user;           /**< NULL: everybody */
};

struct scenario_action_delete {
    struct scenario_node *node; /**< a machine with IPsec */
    struct ip_address peer;     /**< version 0: at any address */
    const char *peer_identity;  /**< NULL: whoever it is */
};

struct scenario_action_tcp_script {
    struct scenario_script script;
    struct scenario_node *node;
    ipv4_address destination;
    uint32_t count; /**< connections */
    instant interval;
};

struct scenario_action_send_packet {
    struct scenario_node *node;
    ipv4_address source; /**< IPV4_ANY: as the route has it */
    ipv4_address destination;
    uint8_t protocol;
    const uint8_t *octets; /**< behind the IP header */
    size_t length;
    uint32_t count;
    instant interval;
    uint32_t senders; /**< source and the addresses behind it */
    bool numbered;    /**< four octets at number_at count the packets */
    size_t number_at;
};

/** Something that is done at an instant. The array keeps the order of the file. */
struct scenario_action {
    struct scenario_position at;
    instant when;        /**< from the start, or from an event called cue */
    const char *cue;     /**< NULL: the start */
    uint64_t occurrence; /**< which of those events, counted from 1 */
    enum scenario_action_kind kind;
    union {
        struct scenario_action_call call; /**< DIAL, HANG_UP, STOP_CONTROL, RESET_CONTROL */
        struct scenario_action_disconnect disconnect;
        struct scenario_action_ping ping;
        struct scenario_action_network_ping network_ping;
        struct scenario_action_transfer transfer;
        struct scenario_action_udp_stream udp_stream;
        struct scenario_link *link;             /**< LINK_DOWN, LINK_UP */
        struct scenario_action_delete deletion; /**< DELETE_ASSOCIATIONS */
        struct scenario_action_set_link set_link;
        struct scenario_action_set_modem set_modem;
        struct scenario_action_fault fault; /**< DROP, DELAY, DUPLICATE, CORRUPT */
        struct scenario_action_tcp_script tcp_script;
        struct scenario_action_send_packet send_packet;
    };
};

#endif
