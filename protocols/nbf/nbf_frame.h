#ifndef VPNSIM_NBF_NBF_FRAME_H
#define VPNSIM_NBF_NBF_FRAME_H

#include "base/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NBF_NAME_SIZE 16
/** LLC header and NetBIOS header of a frame without connection, in octets. */
#define NBF_FRAME_HEADER_SIZE (3 + 44)

/** Commands of frames that travel in LLC UI frames, without a connection. */
#define NBF_ADD_GROUP_NAME_QUERY 0x00
#define NBF_ADD_NAME_QUERY       0x01
#define NBF_DATAGRAM             0x08
#define NBF_NAME_QUERY           0x0a
#define NBF_NAME_RECOGNIZED      0x0e

/** The header of such a frame, in host order (IBM's NetBIOS 3.0 frame formats). */
struct nbf_frame {
    uint8_t command;
    uint8_t data1;
    uint16_t data2;
    uint16_t transmit_correlator; /**< answers: the query's response_correlator */
    uint16_t response_correlator; /**< queries: what the answer shall carry */
    uint8_t destination[NBF_NAME_SIZE];
    uint8_t source[NBF_NAME_SIZE];
};

/** Decodes a frame from its LLC header on. False: truncated, no UI frame of NetBIOS, or a command
 *  that belongs to a connection. */
bool nbf_frame_decode(const uint8_t *octets, size_t length, struct nbf_frame *frame);

/** Puts the LLC and NetBIOS headers of @p frame in front of @p packet. */
void nbf_frame_push(struct packet *packet, const struct nbf_frame *frame);

#endif
