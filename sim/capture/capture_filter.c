#include "capture/capture_filter.h"

#include "capture/filter_words.h"

#include <pcap/pcap.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SNAPSHOT_LENGTH 262144

/* A PPP frame as the filter sees it: direction, control, two octets of protocol, payload. */
#define PPP_HEADER_SIZE 4
#define PPP_FRAME_SIZE  (PPP_HEADER_SIZE + 65536)

struct capture_filter {
    struct bpf_program program;
    uint8_t *frame; /* PPP links: the frame in its full form; NULL for other links */
};

/* libpcap knows no protocols for LINKTYPE_PPP_WITH_DIR, but it does for the PPP link type whose
 * address octet is a direction (0 in, 1 out), so PPP frames are shown to the filter as those. */
static int filter_link_type(int link_type)
{
    if (link_type == CAPTURE_RAW_IP)
        return DLT_RAW; /* has another number in memory than in files */
    return link_type == CAPTURE_PPP_WITH_DIR ? DLT_PPP_PPPD : CAPTURE_LINK_TYPE(link_type);
}

static enum status compile(struct capture_filter *filter, const char *expression, int link_type,
                           char *error, size_t error_size)
{
    pcap_t *handle = pcap_open_dead(filter_link_type(link_type), SNAPSHOT_LENGTH);
    if (!handle) {
        snprintf(error, error_size, "%s", status_text(STATUS_NO_MEMORY));
        return STATUS_NO_MEMORY;
    }
    enum status status = STATUS_OK;
    if (pcap_compile(handle, &filter->program, expression, 1, PCAP_NETMASK_UNKNOWN) != 0) {
        snprintf(error, error_size, "%s", pcap_geterr(handle));
        status = STATUS_INVALID;
    }
    pcap_close(handle);
    return status;
}

enum status capture_filter_compile(const char *expression, int link_type,
                                   struct capture_filter **filter, char *error, size_t error_size)
{
    char word[64];
    if (filter_words_find_name(expression, word, sizeof word)) {
        snprintf(error, error_size,
                 "\"%s\" is no word of the filter language; write addresses, ports and protocols "
                 "as numbers",
                 word);
        return STATUS_INVALID;
    }
    struct capture_filter *made = calloc(1, sizeof *made);
    if (!made || (link_type == CAPTURE_PPP_WITH_DIR && !(made->frame = malloc(PPP_FRAME_SIZE)))) {
        free(made);
        snprintf(error, error_size, "%s", status_text(STATUS_NO_MEMORY));
        return STATUS_NO_MEMORY;
    }
    enum status status = compile(made, expression, link_type, error, error_size);
    if (status != STATUS_OK) {
        free(made->frame);
        free(made);
        return status;
    }
    *filter = made;
    return STATUS_OK;
}

/* Undoes Address-and-Control-Field- and Protocol-Field-Compression (RFC 1661 sections 6.5 and 6.6);
 * returns the length of the full form in filter->frame, 0 for a frame without a protocol. */
static size_t expand_ppp(struct capture_filter *filter, enum tap_direction direction,
                         const uint8_t *frame, size_t length)
{
    if (length >= 2 && frame[0] == 0xff && frame[1] == 0x03) {
        frame += 2;
        length -= 2;
    }
    if (length == 0 || length > PPP_FRAME_SIZE - PPP_HEADER_SIZE)
        return 0;
    size_t protocol_length = frame[0] & 1 ? 1 : 2;
    if (length < protocol_length)
        return 0;
    filter->frame[0] = direction == TAP_SENT;
    filter->frame[1] = 0x03;
    filter->frame[2] = protocol_length == 1 ? 0 : frame[0];
    filter->frame[3] = frame[protocol_length - 1];
    memcpy(filter->frame + PPP_HEADER_SIZE, frame + protocol_length, length - protocol_length);
    return PPP_HEADER_SIZE + length - protocol_length;
}

bool capture_filter_matches(struct capture_filter *filter, enum tap_direction direction,
                            const uint8_t *frame, size_t length)
{
    if (filter->frame) {
        length = expand_ppp(filter, direction, frame, length);
        if (length == 0)
            return false;
        frame = filter->frame;
    }
    struct pcap_pkthdr header = {.caplen = (bpf_u_int32)length, .len = (bpf_u_int32)length};
    return pcap_offline_filter(&filter->program, &header, frame) != 0;
}

void capture_filter_destroy(struct capture_filter *filter)
{
    if (!filter)
        return;
    pcap_freecode(&filter->program);
    free(filter->frame);
    free(filter);
}
