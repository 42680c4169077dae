#ifndef VPNSIM_CAPTURE_PCAP_WRITER_H
#define VPNSIM_CAPTURE_PCAP_WRITER_H

#include "base/status.h"
#include "capture/capture_filter.h"
#include "net/capture_tap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Writes the frames of one capture point to a pcap file with nanosecond timestamps. */
struct pcap_writer;

/**
 * Creates @p path (an existing file is replaced) and writes the file header for @p link_type
 * (one of CAPTURE_...). Instant 0 is @p start_ns, in nanoseconds since
 * 1970-01-01T00:00:00Z.
 *
 * STATUS_IO when the file cannot be created, with one line "PATH: why" in @p error, which holds @p
 * error_size octets; nothing is left behind then. The writer belongs to the caller.
 */
enum status pcap_writer_open(const char *path, int link_type, uint64_t start_ns,
                             struct pcap_writer **writer, char *error, size_t error_size);

/**
 * The tap to add to the capture point; it lives until pcap_writer_close(). A CAPTURE_PPP_WITH_DIR
 * record starts with an octet of direction: 0 received, 1 sent. A CAPTURE_GRE or CAPTURE_L2TP
 * record starts with the tags of an exported PDU: the dissector's name and the direction.
 */
struct capture_tap *pcap_writer_tap(struct pcap_writer *writer);

/** Frames recorded so far. */
uint64_t pcap_writer_count(const struct pcap_writer *writer);

/** Whether a write has failed already, so that a run need not go on; pcap_writer_close() tells why.
 */
bool pcap_writer_failed(const struct pcap_writer *writer);

/**
 * Writes what is buffered, closes the file and frees the writer. A write that failed at any time is
 * reported here: STATUS_IO with one line "PATH: why" in @p error.
 */
enum status pcap_writer_close(struct pcap_writer *writer, char *error, size_t error_size);

#endif
