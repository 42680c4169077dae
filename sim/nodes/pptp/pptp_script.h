#ifndef VPNSIM_NODES_PPTP_SCRIPT_H
#define VPNSIM_NODES_PPTP_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Octets of the longest message that a script can make. */
#define PPTP_SCRIPT_MESSAGE_MAX 220

/**
 * A PPTP control message that a TCP script sends (RFC 2637 section 2), right or wrong. What the
 * message does not carry is ignored; what is not named here has the value that a client or server
 * by the RFC would send.
 */
struct pptp_script_message {
    const char *type; /**< the RFC's name: "Set-Link-Info" */
    uint16_t call_id;
    uint16_t peer_call_id;
    uint8_t result; /**< or the Reason of Stop-Control-Connection-Request */
    uint8_t error;
    uint32_t identifier;
    uint32_t send_accm;
    uint32_t receive_accm;
    uint16_t version;
    uint32_t cookie;
    bool has_length;
    uint16_t length; /**< what the Length field claims, when has_length */
};

/** The defaults of every field, for a message of @p type (borrowed). */
struct pptp_script_message pptp_script_defaults(const char *type);

/** Writes the message and returns its octets; 0: no message is called so. */
size_t pptp_script_encode(const struct pptp_script_message *message,
                          uint8_t octets[PPTP_SCRIPT_MESSAGE_MAX]);

#endif
