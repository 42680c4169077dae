#include "capture/pcap_writer.h"

#include "capture/capture_filter.h"

#include <pcap/pcap.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Large enough that the system calls cost nothing beside the copying. The memory comes straight
 * from the system page by page as it is first used, so a quiet capture point costs one page. */
#define BUFFER_SIZE (UINT64_C(1) << 20)
/* tcpdump's own value: longer than any frame here. */
#define SNAPSHOT_LENGTH 262144
/* What goes in front of the packet in the record, the longest of them, and the longest packet. */
#define EXPORTED_PDU_HEADER_SIZE 32
#define DIRECTION_OFFSET         27
#define SCRATCH_SIZE             (EXPORTED_PDU_HEADER_SIZE + 65536)

struct pcap_writer {
    struct capture_tap tap; /* first: the tap's address is the writer's */
    pcap_t *handle;
    pcap_dumper_t *dumper;
    FILE *file; /* the dumper's */
    char *path;
    char *buffer;
    uint8_t *scratch; /* header and frame, joined; NULL: of link types whose records have none */
    uint64_t start_ns;
    uint64_t count;
    int failure; /* errno of the first write that failed */
};

static void write_record(struct pcap_writer *writer, instant at, const uint8_t *octets,
                         size_t length)
{
    if (writer->failure)
        return;
    uint64_t calendar_ns = writer->start_ns + at;
    struct pcap_pkthdr header = {
        .ts = {.tv_sec = (time_t)(calendar_ns / INSTANT_SECOND),
               .tv_usec = (suseconds_t)(calendar_ns % INSTANT_SECOND)}, /* see the precision */
        .caplen = (bpf_u_int32)length,
        .len = (bpf_u_int32)length,
    };
    pcap_dump((u_char *)writer->dumper, &header, octets);
    if (ferror(writer->file))
        writer->failure = errno ? errno : EIO;
    writer->count++;
}

static void record_frame(struct capture_tap *tap, instant at, enum tap_direction direction,
                         const uint8_t *frame, size_t length)
{
    (void)direction;
    write_record((struct pcap_writer *)tap, at, frame, length);
}

static void record_behind(struct pcap_writer *writer, instant at, size_t header_size,
                          const uint8_t *frame, size_t length)
{
    if (length > SCRATCH_SIZE - header_size)
        length = SCRATCH_SIZE - header_size;
    memcpy(writer->scratch + header_size, frame, length);
    write_record(writer, at, writer->scratch, header_size + length);
}

static void record_ppp(struct capture_tap *tap, instant at, enum tap_direction direction,
                       const uint8_t *frame, size_t length)
{
    struct pcap_writer *writer = (struct pcap_writer *)tap;
    writer->scratch[0] = direction == TAP_SENT;
    record_behind(writer, at, 1, frame, length);
}

/* Wireshark's epan/exported_pdu.h: tags of number, length and value, up to tag 0. */
static void record_exported(struct capture_tap *tap, instant at, enum tap_direction direction,
                            const uint8_t header[EXPORTED_PDU_HEADER_SIZE], const uint8_t *frame,
                            size_t length)
{
    struct pcap_writer *writer = (struct pcap_writer *)tap;
    memcpy(writer->scratch, header, EXPORTED_PDU_HEADER_SIZE);
    writer->scratch[DIRECTION_OFFSET] = direction == TAP_RECEIVED;
    record_behind(writer, at, EXPORTED_PDU_HEADER_SIZE, frame, length);
}

static void record_gre(struct capture_tap *tap, instant at, enum tap_direction direction,
                       const uint8_t *frame, size_t length)
{
    static const uint8_t header[EXPORTED_PDU_HEADER_SIZE] = {
        0, 14, 0, 8, 'i', 'p', '.', 'p', 'r', 'o', 't', 'o', /* the table of dissectors */
        0, 32, 0, 4, 0,   0,   0,   47,                      /* the number in it */
        0, 35, 0, 4, 0,   0,   0,   0,                       /* direction: 0 sent, 1 received */
    };
    record_exported(tap, at, direction, header, frame, length);
}

static void record_l2tp(struct capture_tap *tap, instant at, enum tap_direction direction,
                        const uint8_t *frame, size_t length)
{
    static const uint8_t header[EXPORTED_PDU_HEADER_SIZE] = {
        0, 14, 0, 8, 'u', 'd', 'p', '.',  'p', 'o', 'r', 't', /* UDP port 1701 */
        0, 32, 0, 4, 0,   0,   6,   0xa5,                     /* as above */
        0, 35, 0, 4, 0,   0,   0,   0,                        /* as above */
    };
    record_exported(tap, at, direction, header, frame, length);
}

static void destroy(struct pcap_writer *writer)
{
    if (writer->handle)
        pcap_close(writer->handle);
    free(writer->buffer);
    free(writer->scratch);
    free(writer->path);
    free(writer);
}

static struct pcap_writer *create(const char *path, int link_type, uint64_t start_ns)
{
    struct pcap_writer *writer = calloc(1, sizeof *writer);
    if (!writer)
        return NULL;
    writer->tap.record = link_type == CAPTURE_PPP_WITH_DIR ? record_ppp
                         : link_type == CAPTURE_GRE        ? record_gre
                         : link_type == CAPTURE_L2TP       ? record_l2tp
                                                           : record_frame;
    writer->start_ns = start_ns;
    writer->path = strdup(path);
    writer->buffer = malloc(BUFFER_SIZE);
    /* Raw IP has another number in memory than in files. */
    writer->handle = pcap_open_dead_with_tstamp_precision(
        link_type == CAPTURE_RAW_IP ? DLT_RAW : CAPTURE_LINK_TYPE(link_type), SNAPSHOT_LENGTH,
        PCAP_TSTAMP_PRECISION_NANO);
    bool complete = writer->path && writer->buffer && writer->handle;
    if (complete && writer->tap.record != record_frame)
        complete = (writer->scratch = malloc(SCRATCH_SIZE)) != NULL;
    if (complete)
        return writer;
    destroy(writer);
    return NULL;
}

static int error_number(void)
{
    return errno ? errno : EIO;
}

/* Opens the file and writes its header at once, so that a full disk shows before the run and even a
 * killed run leaves a readable file. Zero or an errno. */
static int open_file(struct pcap_writer *writer)
{
    errno = 0;
    FILE *file = fopen(writer->path, "wb");
    if (!file)
        return error_number();
    setvbuf(file, writer->buffer, _IOFBF, BUFFER_SIZE);
    writer->dumper = pcap_dump_fopen(writer->handle, file);
    if (writer->dumper && fflush(file) == 0) {
        writer->file = file;
        return 0;
    }
    int failure = error_number();
    struct stat status;
    if (fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode))
        unlink(writer->path);
    fclose(file);
    return failure;
}

enum status pcap_writer_open(const char *path, int link_type, uint64_t start_ns,
                             struct pcap_writer **writer, char *error, size_t error_size)
{
    struct pcap_writer *made = create(path, link_type, start_ns);
    if (!made) {
        snprintf(error, error_size, "%s: %s", path, status_text(STATUS_NO_MEMORY));
        return STATUS_NO_MEMORY;
    }
    int failure = open_file(made);
    if (failure) {
        snprintf(error, error_size, "%s: %s", path, strerror(failure));
        destroy(made);
        return STATUS_IO;
    }
    *writer = made;
    return STATUS_OK;
}

struct capture_tap *pcap_writer_tap(struct pcap_writer *writer)
{
    return &writer->tap;
}

uint64_t pcap_writer_count(const struct pcap_writer *writer)
{
    return writer->count;
}

bool pcap_writer_failed(const struct pcap_writer *writer)
{
    return writer->failure != 0;
}

enum status pcap_writer_close(struct pcap_writer *writer, char *error, size_t error_size)
{
    /* pcap_dump_close() tells no error: flush first, while one can still be seen. */
    if (fflush(writer->file) != 0 && !writer->failure)
        writer->failure = error_number();
    pcap_dump_close(writer->dumper);
    int failure = writer->failure;
    if (failure)
        snprintf(error, error_size, "%s: %s", writer->path, strerror(failure));
    destroy(writer);
    return failure ? STATUS_IO : STATUS_OK;
}
