/* What was negotiated: the accessors of the session. */
#include "ppp/ppp_session.h"

enum ppp_phase ppp_session_phase(const struct ppp_session *self)
{
    return (enum ppp_phase)self->phase;
}

bool ppp_session_network_is_up(const struct ppp_session *self)
{
    return self->network_up;
}

bool ppp_session_protocol_is_up(const struct ppp_session *self, uint16_t protocol)
{
    for (unsigned i = 0; i < self->ncp_count; i++) {
        if (ppp_ncp_carries(&self->ncps[i], protocol))
            return self->ncps[i].up;
    }
    return false;
}

ipv4_address ppp_session_local_address(const struct ppp_session *self)
{
    return self->ipcp.local_address;
}

ipv4_address ppp_session_peer_address(const struct ppp_session *self)
{
    return self->ipcp.peer_address;
}

ipv4_address ppp_session_server(const struct ppp_session *self, enum ipcp_server server)
{
    return self->ipcp.servers[server];
}

unsigned ppp_session_strength_bits(const struct ppp_session *self)
{
    return self->ccp.encrypts ? ccp_strength_bits(self->ccp.peer_agreed) : 0;
}

bool ppp_session_is_stateless(const struct ppp_session *self)
{
    return ccp_transforms(&self->ccp) && self->ccp.peer_agreed & CCP_MPPE_STATELESS;
}

uint32_t ppp_session_key_changes(const struct ppp_session *self, bool sent)
{
    if (sent)
        return self->ccp.encrypts ? self->ccp.compressor.state.key_changes : 0;
    return self->ccp.decrypts ? self->ccp.decompressor.state.key_changes : 0;
}

uint16_t ppp_session_peer_mru(const struct ppp_session *self)
{
    uint16_t mtu = self->config.lcp.mtu ? self->config.lcp.mtu : LCP_DEFAULT_MRU;
    return self->lcp.peer_mru < mtu ? self->lcp.peer_mru : mtu;
}

uint16_t ppp_session_mtu(const struct ppp_session *self)
{
    /* MPPE's header and the inner protocol field (RFC 3078 section 3). */
    return (uint16_t)(ppp_session_peer_mru(self) -
                      (ccp_transforms(&self->ccp) ? MPPE_HEADER_SIZE + 2 : 0));
}

uint32_t ppp_session_send_accm(const struct ppp_session *self)
{
    return self->lcp.peer_accm;
}

uint32_t ppp_session_receive_accm(const struct ppp_session *self)
{
    return self->lcp.accm;
}

const char *ppp_session_peer_name(const struct ppp_session *self)
{
    if (self->config.bundle)
        return self->config.bundle->peer_name;
    return self->demanding ? ppp_auth_peer_name(&self->demand) : "";
}

const struct cbcp *ppp_session_callback(const struct ppp_session *self)
{
    return &self->cbcp;
}

enum ppp_error ppp_session_error(const struct ppp_session *self)
{
    return self->error;
}
