#ifndef VPNSIM_NODES_DIALUP_CONNECTION_H
#define VPNSIM_NODES_DIALUP_CONNECTION_H

#include "nodes/connection.h"
#include "nodes/serial_port.h"

/** What a dial-up connection of the phone book says. */
struct dialup_connection_config {
    struct connection_config common;
    const char *number;  /**< the telephone number to call; borrowed for the run */
    struct modem *modem; /**< over which */
};

/** A call over a telephone line to an access server, for example that of an ISP. */
struct dialup_connection {
    struct connection base; /**< first: it is an entry of the phone book */
    const char *number;
    struct modem *modem;
    struct serial_port port;
};

/** Adds a connection to the phone book of @p dialer. STATUS_NO_MEMORY. */
enum status dialup_connection_add(struct dialer *dialer,
                                  const struct dialup_connection_config *config);

#endif
