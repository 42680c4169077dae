#include "bench.h"

#include "capture/pcap_writer.h"

#include <pcap/pcap.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define RECORDS    400000
#define START_NS   UINT64_C(950745600000000000)
#define STEP_NS    12345
#define PATH_SIZE  64
#define MTU_FRAME  1514
#define TINY_FRAME 60

static uint8_t frame[MTU_FRAME];

/* The plainest program that writes the same records with libpcap. */
static double with_libpcap(const char *path, size_t length)
{
    uint64_t begin = bench_clock();
    pcap_t *handle =
        pcap_open_dead_with_tstamp_precision(DLT_EN10MB, 262144, PCAP_TSTAMP_PRECISION_NANO);
    bench_require(handle != NULL, "libpcap has no memory");
    pcap_dumper_t *dumper = pcap_dump_open(handle, path);
    bench_require(dumper != NULL, pcap_geterr(handle));
    for (uint64_t i = 0; i < RECORDS; i++) {
        uint64_t at = START_NS + i * STEP_NS;
        struct pcap_pkthdr header = {
            .ts = {.tv_sec = (time_t)(at / INSTANT_SECOND),
                   .tv_usec = (suseconds_t)(at % INSTANT_SECOND)},
            .caplen = (bpf_u_int32)length,
            .len = (bpf_u_int32)length,
        };
        pcap_dump((u_char *)dumper, &header, frame);
    }
    pcap_dump_close(dumper);
    pcap_close(handle);
    return (double)(bench_clock() - begin);
}

static double with_writer(const char *path, size_t length)
{
    uint64_t begin = bench_clock();
    char error[256];
    struct pcap_writer *writer = NULL;
    bench_require(pcap_writer_open(path, CAPTURE_ETHERNET, START_NS, &writer, error,
                                   sizeof error) == STATUS_OK,
                  error);
    struct tap_point point = {0};
    tap_point_add(&point, pcap_writer_tap(writer));
    for (uint64_t i = 0; i < RECORDS; i++)
        tap_point_record(&point, i * STEP_NS, TAP_SENT, frame, length);
    bench_require(pcap_writer_count(writer) == RECORDS, "records are missing");
    bench_require(pcap_writer_close(writer, error, sizeof error) == STATUS_OK, error);
    return (double)(bench_clock() - begin);
}

static double ratio(const char *path, size_t length)
{
    double plain[BENCH_RUNS];
    double ours[BENCH_RUNS];
    for (int i = 0; i < BENCH_RUNS; i++) {
        plain[i] = with_libpcap(path, length);
        ours[i] = with_writer(path, length);
    }
    return bench_median(ours) / bench_median(plain);
}

void bench_capture(struct bench *bench)
{
    char path[PATH_SIZE] = "/tmp/vpnsim-bench-XXXXXX";
    int descriptor = mkstemp(path);
    bench_require(descriptor >= 0, "no temporary file");
    close(descriptor);
    bench_row(bench, "capture of 1,514-octet frames, against libpcap alone", ratio(path, MTU_FRAME),
              "times", BENCH_AT_MOST, 1.3);
    bench_row(bench, "capture of 60-octet frames, against libpcap alone", ratio(path, TINY_FRAME),
              "times", BENCH_AT_MOST, 1.3);
    unlink(path);
}
