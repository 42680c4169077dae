#include "nodes/pptp/link_info.h"

/* Every octet below 20 is escaped: how a link starts, and what Windows says of a tunnel. */
#define ACCM_ALL UINT32_C(0xffffffff)

static void send(struct link_info *self, uint32_t send_accm, uint32_t receive_accm)
{
    /* A call that is being cleared or has ended is refused by the engine: nothing to tell. */
    (void)pptp_control_send_link_info(&self->link->control, self->link->host->node.simulation->now,
                                      self->call_id, send_accm, receive_accm);
}

static void send_agreed(struct link_info *self)
{
    send(self, ppp_session_send_accm(self->ppp), ppp_session_receive_accm(self->ppp));
}

void link_info_init(struct link_info *self, const struct ppp_session *ppp,
                    const struct node_profile *profile, bool caller)
{
    *self = (struct link_info){.ppp = ppp, .profile = profile, .caller = caller};
}

void link_info_connected(struct link_info *self, struct pptp_link *link, uint16_t call_id)
{
    self->link = link;
    self->call_id = call_id;
    self->network_up = false;
    self->repeated = false;
    if (self->profile->windows && self->caller)
        send(self, ACCM_ALL, ACCM_ALL);
}

void link_info_lcp_up(struct link_info *self)
{
    if (self->profile->windows)
        send_agreed(self);
}

void link_info_network_up(struct link_info *self)
{
    self->network_up = true;
    self->repeated = self->caller && self->profile->link_info_repeated;
    if (self->repeated)
        send_agreed(self);
}

void link_info_received(struct link_info *self)
{
    if (self->caller || !self->profile->link_info_repeated || !self->network_up || self->repeated)
        return;
    self->repeated = true;
    send_agreed(self);
}

void link_info_network_down(struct link_info *self)
{
    if (!self->network_up)
        return;
    self->network_up = false;
    if (self->profile->windows)
        send(self, ACCM_ALL, ACCM_ALL);
}
