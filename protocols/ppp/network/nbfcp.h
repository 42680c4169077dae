#ifndef VPNSIM_PPP_NETWORK_NBFCP_H
#define VPNSIM_PPP_NETWORK_NBFCP_H

#include "ppp/network/ppp_ncp.h"

/* Option types (RFC 2097 section 3). */
#define NBFCP_OPTION_NAME_PROJECTION     1
#define NBFCP_OPTION_PEER_INFORMATION    2
#define NBFCP_OPTION_MULTICAST_FILTERING 3
#define NBFCP_OPTION_IEEE_MAC_REQUIRED   4

/** Octets of a NetBIOS name, padded with blanks; the last one tells what is behind the name. */
#define NETBIOS_NAME_SIZE 16
/** Most names that one end projects. */
#define NBFCP_NAMES 8
/** Longest Peer-name (RFC 2097 section 3.2). */
#define NBFCP_PEER_NAME_MAX 32
/** Octets of the header in front of frames that IEEE-MAC-Address-Required asks for. */
#define NBFCP_MAC_HEADER_SIZE 12
/** A Multicast-Forward-Period that is not known (RFC 2097 section 3.3). */
#define NBFCP_PERIOD_UNKNOWN 0xffff

/** What the Added field holds in a Configure-Request (RFC 2097 section 3.1). */
enum nbfcp_name_kind { NBFCP_NAME_UNIQUE = 1, NBFCP_NAME_GROUP = 2 };

/** What it holds in a Configure-Nak: return codes of NetBIOS 3.0. */
enum nbfcp_result {
    NBFCP_ADDED = 0x00,
    NBFCP_DUPLICATE_LOCAL = 0x0d,
    NBFCP_TABLE_FULL = 0x0e,
    NBFCP_BAD_NAME = 0x15,
    NBFCP_IN_USE_REMOTE = 0x16,
    NBFCP_CONFLICT = 0x19,
    NBFCP_NO_RESOURCES = 0x35,
};

/** Values of Peer-class (RFC 2097 section 3.2). */
enum nbfcp_peer_class {
    NBFCP_GATEWAY_SERVER = 2,
    NBFCP_LOCAL_SERVER = 4,
    NBFCP_BRIDGE = 6,
    NBFCP_END_SYSTEM = 8,
};

struct nbfcp_name {
    uint8_t octets[NETBIOS_NAME_SIZE];
    uint8_t kind; /**< enum nbfcp_name_kind */
};

/** How this end wants NetBIOS Frames configured. */
struct nbfcp_config {
    bool enabled;                         /**< false: refused with Protocol-Reject */
    struct nbfcp_name names[NBFCP_NAMES]; /**< of ours, to be added at the peer */
    uint8_t name_count;
    bool names_required; /**< give the protocol up unless the first name was added */
    /** Whether the peer's @p name can be added here: enum nbfcp_result. Without lasting effect; the
     *  names are taken once the protocol is open. NULL: Name-Projection is rejected. */
    uint8_t (*check_name)(void *context, const struct nbfcp_name *name);
    void *check_context;
    bool tell_peer; /**< send Peer-Information: the next three */
    enum nbfcp_peer_class peer_class;
    uint16_t version_major;
    uint16_t version_minor;
    const char *peer_name;       /**< borrowed; NULL: not told */
    bool multicast;              /**< send Multicast-Filtering: the next two */
    uint16_t multicast_period_s; /**< 0 to 60, or NBFCP_PERIOD_UNKNOWN: asks the peer */
    uint8_t multicast_priority;
    bool mac_required; /**< ask for the MAC header, and allow it to the peer */
};

/** NBFCP of one link (RFC 2097). */
struct nbfcp {
    struct ppp_control control;
    uint8_t request[2 + 17 * NBFCP_NAMES + 8 + NBFCP_PEER_NAME_MAX + 5 + 2];
    struct ppp_automaton_config automaton; /**< the link's with the longer Restart timer */
    const struct nbfcp_config *config;     /**< borrowed */
    uint8_t asks;                          /**< set of options in our request, internal */
    uint8_t projected;                     /**< set of indices of .config names still asked for */
    uint16_t multicast_period_s;
    uint8_t multicast_priority;
    bool sends_mac; /**< our frames need a MAC header: the peer has asked for it */
    bool gets_mac;  /**< the peer's frames have one */
    struct nbfcp_name peer_names[NBFCP_NAMES];
    uint8_t peer_name_count;
    uint16_t peer_class; /**< 0: not told */
    char peer_name[NBFCP_PEER_NAME_MAX + 1];
};

/** The network phase's view of NBFCP. */
extern const struct ppp_ncp_class nbfcp_class;

void nbfcp_init(struct nbfcp *nbfcp, struct ppp_control_link *link,
                const struct nbfcp_config *config);

/** A name padded with blanks to 15 octets, in capitals, with @p suffix behind. */
struct nbfcp_name nbfcp_name_make(const char *text, uint8_t suffix, enum nbfcp_name_kind kind);

/** "ALICE<03>": how @p name is shown; @p text takes at least 21 octets. */
const char *nbfcp_name_print(const struct nbfcp_name *name, char *text);

#endif
