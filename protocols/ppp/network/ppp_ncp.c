#include "ppp/network/ppp_ncp.h"

bool ppp_ncp_carries(const struct ppp_ncp *ncp, uint16_t protocol)
{
    for (unsigned i = 0; i < PPP_NCP_PROTOCOLS && ncp->class->protocols[i]; i++) {
        if (ncp->class->protocols[i] == protocol)
            return true;
    }
    return false;
}

bool ppp_ncp_is_pending(const struct ppp_ncp *ncp)
{
    return ncp->enabled && !ncp->failed && !ppp_control_is_opened(ncp->control);
}
