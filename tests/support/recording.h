#ifndef VPNSIM_TESTS_SUPPORT_RECORDING_H
#define VPNSIM_TESTS_SUPPORT_RECORDING_H

#include "base/ip_address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Octets of the longest recording and of the longest file of its keys. */
#define RECORDING_SIZE 16384

/** A trace of real implementations in tests/recordings, with its secrets and what came of them. */
struct recording {
    uint8_t trace[RECORDING_SIZE];
    size_t length;
    size_t position;
    char keys[RECORDING_SIZE];
};

/** A UDP datagram of it. */
struct recorded_datagram {
    struct ip_address source;
    struct ip_address destination;
    uint16_t source_port;
    uint16_t destination_port;
    uint8_t octets[2048]; /**< a copy, which may be deciphered in place */
    size_t length;
};

/** Reads NAME.pcap (libpcap's format, Ethernet) and NAME.keys; what is missing fails the test. */
void recording_open(struct recording *recording, const char *name);

/** The next UDP datagram over IPv4; false at the end. Other packets are passed over. */
bool recording_next(struct recording *recording, struct recorded_datagram *datagram);

/**
 * The value of a line "NAME HEX" of the keys: how many octets, stored in @p octets, which has room
 * for @p size. A name that is missing fails the test.
 */
size_t recording_key(const struct recording *recording, const char *name, uint8_t *octets,
                     size_t size);

/** Fails the test unless @p octets are the value of the line @p name. */
void recording_assert_key(const struct recording *recording, const char *name,
                          const uint8_t *octets, size_t length);

#endif
