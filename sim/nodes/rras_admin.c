#include "nodes/rras_admin.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

void rras_server_disconnect(struct rras_server *server, const char *user)
{
    for (unsigned i = 0; i < server->config.pptp_ports; i++) {
        struct ppp_port *port = &server->ports[i].pptp.ppp;
        if (port->open && (!user || strcasecmp(user, ppp_session_peer_name(&port->session)) == 0))
            ppp_port_hang_up(port, PPP_ERROR_REMOTE_DISCONNECTION);
    }
    rras_dialup_disconnect(server, user);
}

void rras_server_end_control(struct rras_server *server, bool reset)
{
    for (struct rras_control *c = server->controls; c; c = c->all_next) {
        if (!pptp_link_in_use(&c->link))
            continue;
        if (reset) {
            pptp_link_abort(&c->link);
        } else {
            pptp_control_stop(&c->link.control, server->host.node.simulation->now, PPTP_STOP_NONE);
            pptp_link_run(&c->link);
        }
    }
}

bool rras_server_pptp_state(const struct rras_server *server, const char *name, char *text,
                            size_t size)
{
    uint64_t open = 0;
    uint64_t most = 0;
    uint64_t discarded = server->discarded;
    for (const struct rras_control *c = server->controls; c; c = c->all_next) {
        most++;
        if (pptp_link_in_use(&c->link)) {
            open++;
            discarded += c->link.control.discarded;
        }
    }
    uint64_t value;
    if (strcmp(name, "pptp.calls") == 0)
        value = server->calls;
    else if (strcmp(name, "pptp.control-connections") == 0)
        value = open;
    else if (strcmp(name, "pptp.control-connections.most") == 0)
        value = most;
    else if (strcmp(name, "pptp.discarded") == 0)
        value = discarded;
    else
        return false;
    return snprintf(text, size, "%" PRIu64, value) > 0;
}
