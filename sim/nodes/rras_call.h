#ifndef VPNSIM_NODES_RRAS_CALL_H
#define VPNSIM_NODES_RRAS_CALL_H

#include "nodes/rras_server.h"

/*
 * Inside of the RRAS server: its control connections and the calls on its ports.
 */

/** Prepares port number @p index. */
void rras_port_init(struct rras_port *port, struct rras_server *server, unsigned index);

/** The port that carries the call with the server's @p call_id; NULL when there is none. */
struct rras_port *rras_port_of_call(struct rras_server *server, uint16_t call_id);

/** The listener's handler: a caller's TCP connection has been accepted. */
void rras_control_accepted(void *context, struct tcp_connection *connection, enum tcp_event event);

#endif
