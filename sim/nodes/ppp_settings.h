#ifndef VPNSIM_NODES_PPP_SETTINGS_H
#define VPNSIM_NODES_PPP_SETTINGS_H

#include "ppp/ppp_session.h"

#include <stdbool.h>
#include <stdint.h>

/** A choice that may be left to the profile. */
enum ppp_choice { PPP_CHOICE_PROFILE, PPP_CHOICE_NO, PPP_CHOICE_YES };

/**
 * What a phone book entry or a server says about PPP beside credentials, encryption and addresses.
 * Zeroes leave everything to the profile: IP alone.
 */
struct ppp_settings {
    bool no_ip;
    bool ipx;
    bool netbeui;
    bool appletalk; /**< callers only: servers refuse it */
    bool ipv6;
    uint32_t ipx_network;         /**< servers: network number of the callers */
    enum ppp_choice pfc;          /**< ask for and allow Protocol-Field-Compression */
    enum ppp_choice acfc;         /**< ask for and allow Address-and-Control-Field-Compression */
    enum ppp_choice callback;     /**< ask for and allow callback by CBCP */
    enum ppp_choice multilink;    /**< agree to multilink options; calls of a modem make bundles */
    bool short_sequence;          /**< with multilink: ask for short headers */
    bool compression;             /**< MPPC */
    bool vj;                      /**< Van Jacobson compression of TCP/IP headers */
    bool encryption_not_enforced; /**< goes on without encryption although it is required */
    uint32_t restart_ms;          /**< Restart timer of all protocols; 0: the profile's */
    uint32_t echo_interval_ms;    /**< LCP echoes of our own; 0: none */
    uint8_t echo_failures;        /**< unanswered ones before the link is given up; 0: 3 */
};

/** True when a protocol beside IP is wanted. */
bool ppp_settings_have_networks(const struct ppp_settings *settings);

/** Puts the settings into a session's configuration, over the profile's. */
void ppp_settings_apply(const struct ppp_settings *settings, struct ppp_session_config *config);

#endif
