#include "nbf/nbf_frame.h"

#include "base/wire.h"

#include <string.h>

/*
 *   octet 0   LLC: DSAP F0, SSAP F0, control 03 (UI)
 *         3   Length 44, little-endian like all numbers here
 *         5   Delimiter EFFF
 *         7   Command
 *         8   Data1
 *         9   Data2
 *        11   Transmit Correlator
 *        13   Response Correlator
 *        15   Destination Name
 *        31   Source Name
 *        47   user data
 */
#define LLC_NETBIOS   0xf0
#define LLC_UI        0x03
#define HEADER_LENGTH 44
#define DELIMITER     0xefff
/* Commands from here on belong to a connection and have a shorter header. */
#define FIRST_SESSION_COMMAND 0x14

static uint16_t load_little(const uint8_t *octets)
{
    return (uint16_t)(octets[0] | octets[1] << 8);
}

static void store_little(uint8_t *octets, uint16_t value)
{
    octets[0] = (uint8_t)value;
    octets[1] = (uint8_t)(value >> 8);
}

bool nbf_frame_decode(const uint8_t *octets, size_t length, struct nbf_frame *frame)
{
    if (length < NBF_FRAME_HEADER_SIZE)
        return false;
    if (octets[0] != LLC_NETBIOS || (octets[1] & 0xfe) != LLC_NETBIOS || octets[2] != LLC_UI ||
        load_little(octets + 3) != HEADER_LENGTH || load_little(octets + 5) != DELIMITER ||
        octets[7] >= FIRST_SESSION_COMMAND)
        return false;
    *frame = (struct nbf_frame){
        .command = octets[7],
        .data1 = octets[8],
        .data2 = load_little(octets + 9),
        .transmit_correlator = load_little(octets + 11),
        .response_correlator = load_little(octets + 13),
    };
    memcpy(frame->destination, octets + 15, NBF_NAME_SIZE);
    memcpy(frame->source, octets + 31, NBF_NAME_SIZE);
    return true;
}

void nbf_frame_push(struct packet *packet, const struct nbf_frame *frame)
{
    uint8_t *p = packet_push(packet, NBF_FRAME_HEADER_SIZE);
    p[0] = LLC_NETBIOS;
    p[1] = LLC_NETBIOS;
    p[2] = LLC_UI;
    store_little(p + 3, HEADER_LENGTH);
    store_little(p + 5, DELIMITER);
    p[7] = frame->command;
    p[8] = frame->data1;
    store_little(p + 9, frame->data2);
    store_little(p + 11, frame->transmit_correlator);
    store_little(p + 13, frame->response_correlator);
    memcpy(p + 15, frame->destination, NBF_NAME_SIZE);
    memcpy(p + 31, frame->source, NBF_NAME_SIZE);
}
