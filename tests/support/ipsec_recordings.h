#ifndef VPNSIM_TESTS_SUPPORT_IPSEC_RECORDINGS_H
#define VPNSIM_TESTS_SUPPORT_IPSEC_RECORDINGS_H

#include "ipsec/security_association.h"

#define IPSEC_RECORDINGS        7
#define IPSEC_RECORDING_PACKETS 2

/** Packets with ESP or AH that real hosts exchanged, and the SAs that they were made with. */
struct ipsec_recording {
    const char *name;
    enum ipsec_protocol protocol;
    enum ipsec_mode mode;
    enum cipher_algorithm cipher;
    enum hash_algorithm hash;
    uint16_t port; /**< both ends' UDP port; 0: not in UDP */
    struct {
        uint32_t spi;
        const char *cipher_key;
        const char *integrity_key;
        const char *packets[IPSEC_RECORDING_PACKETS]; /**< from the IP header on; 1, 2, ... */
    } directions[2];
};

extern const struct ipsec_recording ipsec_recordings[IPSEC_RECORDINGS];

#endif
