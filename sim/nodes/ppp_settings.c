#include "nodes/ppp_settings.h"

bool ppp_settings_have_networks(const struct ppp_settings *settings)
{
    return settings->ipx || settings->netbeui || settings->appletalk || settings->ipv6;
}

void ppp_settings_apply(const struct ppp_settings *settings, struct ppp_session_config *config)
{
    if (settings->no_ip)
        config->ipcp.enabled = false;
}
