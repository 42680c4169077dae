#ifndef VPNSIM_NODES_DIALUP_CONNECTION_H
#define VPNSIM_NODES_DIALUP_CONNECTION_H

#include "nodes/bundle_port.h"
#include "nodes/connection.h"
#include "nodes/serial_port.h"

/** What a dial-up connection of the phone book says. */
struct dialup_connection_config {
    struct connection_config common;
    const char *number;          /**< the telephone number to call; borrowed for the run */
    const char *callback_number; /**< where to be called back; NULL: nowhere. Borrowed as well */
    /** Over which: at least one, all dialled at once. Several need multilink. Borrowed until the
     *  connection has been added. */
    struct modem *const *modems;
    unsigned modem_count; /**< up to MULTILINK_LINKS */
};

struct dialup_connection;

/** One modem of a connection, and the call over it. */
struct dialup_link {
    struct dialup_connection *connection;
    struct modem *modem;
    struct serial_port port;
    struct bundle_link membership; /**< with multilink */
    const char *label;             /**< of its PPP session */
    const char *refused;           /**< why it could not be part of the bundle; NULL: it was not */
    bool dialled;                  /**< the modem is ours */
    bool callback_agreed;          /**< the server will call when this call has ended */
    bool called;                   /**< the server calls, or is to */
    struct timer patience;         /**< until it has */
};

/**
 * A call over a telephone line to an access server, for example that of an ISP. With multilink it
 * may be several calls, and lasts as long as one of them.
 */
struct dialup_connection {
    struct connection base; /**< first: it is an entry of the phone book */
    const char *number;
    const char *callback_number;
    struct bundle_port *bundle; /**< has the network phase; NULL: the only link has it */
    struct dialup_link *links;
    unsigned link_count;
};

/** Adds a connection to the phone book of @p dialer. STATUS_NO_MEMORY. */
enum status dialup_connection_add(struct dialer *dialer,
                                  const struct dialup_connection_config *config);

#endif
