#include "nodes/ppp_settings.h"

bool ppp_settings_have_networks(const struct ppp_settings *settings)
{
    return settings->ipx || settings->netbeui || settings->appletalk || settings->ipv6;
}

static bool chosen(enum ppp_choice choice, bool otherwise)
{
    return choice == PPP_CHOICE_PROFILE ? otherwise : choice == PPP_CHOICE_YES;
}

static void apply_link(const struct ppp_settings *settings, struct lcp_config *lcp)
{
    lcp->pfc = chosen(settings->pfc, lcp->pfc);
    lcp->acfc = chosen(settings->acfc, lcp->acfc);
    lcp->callback = chosen(settings->callback, lcp->callback);
    lcp->callback_allowed = chosen(settings->callback, lcp->callback_allowed);
    lcp->multilink_allowed = chosen(settings->multilink, lcp->multilink_allowed);
    if (settings->multilink == PPP_CHOICE_NO)
        lcp->mrru = 0;
    lcp->short_sequence = settings->short_sequence;
    if (settings->echo_interval_ms)
        lcp->echo_interval_ms = settings->echo_interval_ms;
    if (settings->echo_failures)
        lcp->echo_failures = settings->echo_failures;
}

void ppp_settings_apply(const struct ppp_settings *settings, struct ppp_session_config *config)
{
    config->ipcp.enabled = !settings->no_ip;
    apply_link(settings, &config->lcp);
    if (settings->compression)
        config->ccp.enabled = config->ccp.compress = true;
    if (settings->vj)
        config->ipcp.vj = config->ipcp.vj_allowed = true;
    if (settings->encryption_not_enforced)
        config->ccp.required = false;
    if (settings->restart_ms) {
        config->automaton.restart_ms = settings->restart_ms;
        config->automaton.first_restart_ms = settings->restart_ms;
    }
}
