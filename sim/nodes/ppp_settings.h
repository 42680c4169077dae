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
    uint32_t ipx_network; /**< servers: network number of the callers */
};

/** True when a protocol beside IP is wanted. */
bool ppp_settings_have_networks(const struct ppp_settings *settings);

/** Puts the settings into a session's configuration, over the profile's. */
void ppp_settings_apply(const struct ppp_settings *settings, struct ppp_session_config *config);

#endif
