#ifndef VPNSIM_NODES_RRAS_DIALUP_H
#define VPNSIM_NODES_RRAS_DIALUP_H

#include "nodes/bundle_port.h"
#include "nodes/rras_caller.h"
#include "nodes/rras_service.h"
#include "nodes/serial_port.h"

/** A server's port for calls over one of its modems. */
struct rras_modem_port {
    struct rras_caller caller; /**< first: hooks of its session know the port by it */
    struct serial_port serial;
    struct bundle_link membership; /**< of a server with multilink */
    struct modem *modem;
    const struct rras_user *to_call_back; /**< when this call has ended; NULL: nobody */
    const struct rras_user *called_back;  /**< by this call, or after the delay; NULL: nobody */
    struct timer callback_timer;
    uint8_t callback_delay_s;
    char callback_number[CBCP_NUMBER_MAX + 1];
    struct rras_modem_port *next; /**< in the order added */
};

/**
 * Lets @p server answer the calls to @p modem; @p local is its own address on them, 0: that of its
 * virtual interface. STATUS_NO_MEMORY.
 */
enum status rras_server_add_modem(struct rras_server *server, struct modem *modem,
                                  ipv4_address local);

/** The calls of one caller to a server with multilink: one, or several that have joined. */
struct rras_bundle {
    struct rras_caller caller;
    struct bundle_port port;
    struct rras_bundle *next; /**< in the order added; those that are closed are used again */
};

/** A server's modems. State: modem.calls, how many calls are up. */
struct rras_dialup {
    struct rras_service service; /**< first: it is a service of the server */
    struct rras_modem_port *ports;
    struct rras_bundle *bundles;
};

/** Prepares the modems of @p server, which has none yet. */
void rras_dialup_init(struct rras_dialup *dialup, struct rras_server *server);

#endif
