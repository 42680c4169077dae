#ifndef VPNSIM_CAPTURE_WIRESHARK_PROFILE_H
#define VPNSIM_CAPTURE_WIRESHARK_PROFILE_H

#include "base/status.h"
#include "core/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The files of a configuration profile with which Wireshark and tshark open the traces of a run.
 */
enum wireshark_file {
    WIRESHARK_TLS_KEYS,    /**< master secrets in the NSS key log format */
    WIRESHARK_PREFERENCES, /**< that ESP is to be decrypted and its ICV checked */
    WIRESHARK_IKE_KEYS,    /**< the table of IKEv1 decryption */
    WIRESHARK_ESP_KEYS,    /**< the table of ESP SAs */
};
#define WIRESHARK_FILES 4

/** Its name below the folder of a run: "wireshark/keys.log". */
const char *wireshark_file_name(enum wireshark_file file);

/** A profile that is being written. */
struct wireshark_profile;

/** A profile without a file, which belongs to the caller; NULL: no memory. */
struct wireshark_profile *wireshark_profile_create(void);

/**
 * Creates @p path (an existing file is replaced) as one of the files. STATUS_IO with one line
 * "PATH: why" in @p error, which holds @p error_size octets.
 */
enum status wireshark_profile_open(struct wireshark_profile *profile, enum wireshark_file file,
                                   const char *path, char *error, size_t error_size);

/** Takes a secret; @p profile is a struct wireshark_profile. What has no file is not written. */
void wireshark_profile_receive(void *profile, const struct secret *secret);

/** How many there are. */
struct wireshark_counts {
    uint64_t tls; /**< sessions */
    uint64_t ike; /**< ISAKMP SAs */
    uint64_t esp; /**< ESP SAs, each of one direction */
};

/** Final once the run has ended: secrets told by both ends count once. */
struct wireshark_counts wireshark_profile_count(struct wireshark_profile *profile);

/** Whether something has failed already; wireshark_profile_close() tells what. */
bool wireshark_profile_failed(const struct wireshark_profile *profile);

/**
 * Writes the tables, closes the files and frees the profile; NULL is allowed. What failed at any
 * time is reported here: STATUS_IO or STATUS_NO_MEMORY with one line in @p error.
 */
enum status wireshark_profile_close(struct wireshark_profile *profile, char *error,
                                    size_t error_size);

#endif
