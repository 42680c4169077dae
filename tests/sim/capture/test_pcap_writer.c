#include "capture/pcap_writer.h"
#include "support/unit.h"

#include <pcap/pcap.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* 2000-02-17T00:00:00Z */
#define START UINT64_C(950745600000000000)

struct fixture {
    char folder[64];
    char path[96];
    char error[256];
};

static int make_folder(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    strcpy(fixture->folder, "/tmp/vpnsim-pcap-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(fixture->path, sizeof fixture->path, "%s/x.pcap", fixture->folder);
    *state = fixture;
    return 0;
}

static int remove_folder(void **state)
{
    struct fixture *fixture = *state;
    unlink(fixture->path);
    assert_int_equal(rmdir(fixture->folder), 0);
    free(fixture);
    return 0;
}

static void record(struct pcap_writer *writer, instant at, enum tap_direction direction,
                   const char *hex)
{
    uint8_t frame[256];
    size_t length = unit_hex(hex, frame, sizeof frame);
    struct tap_point point = {0};
    tap_point_add(&point, pcap_writer_tap(writer));
    tap_point_record(&point, at, direction, frame, length);
}

static struct pcap_writer *open_writer(struct fixture *fixture, int link_type)
{
    struct pcap_writer *writer = NULL;
    assert_int_equal(pcap_writer_open(fixture->path, link_type, START, &writer, fixture->error,
                                      sizeof fixture->error),
                     STATUS_OK);
    return writer;
}

static void close_writer(struct fixture *fixture, struct pcap_writer *writer)
{
    assert_int_equal(pcap_writer_close(writer, fixture->error, sizeof fixture->error), STATUS_OK);
}

static pcap_t *open_reader(const char *path)
{
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *reader =
        pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, error);
    if (!reader)
        fail_msg("%s", error);
    return reader;
}

static void expect_record(pcap_t *reader, long seconds, long nanoseconds, const char *hex)
{
    struct pcap_pkthdr *header;
    const u_char *octets;
    assert_int_equal(pcap_next_ex(reader, &header, &octets), 1);
    assert_int_equal(header->ts.tv_sec, seconds);
    assert_int_equal(header->ts.tv_usec, nanoseconds);
    assert_int_equal(header->len, header->caplen);
    unit_assert_hex(octets, header->caplen, hex);
}

static void frames_carry_the_calendar_time_to_the_nanosecond(void **state)
{
    struct fixture *fixture = *state;
    struct pcap_writer *writer = open_writer(fixture, CAPTURE_ETHERNET);
    record(writer, 0, TAP_SENT, "0011");
    record(writer, 3 * INSTANT_SECOND + 250000001, TAP_RECEIVED, "a0b1c2");
    assert_int_equal(pcap_writer_count(writer), 2);
    close_writer(fixture, writer);

    pcap_t *reader = open_reader(fixture->path);
    assert_int_equal(pcap_datalink(reader), DLT_EN10MB);
    expect_record(reader, 950745600, 0, "0011");
    expect_record(reader, 950745603, 250000001, "a0b1c2");
    struct pcap_pkthdr *header;
    const u_char *octets;
    assert_int_equal(pcap_next_ex(reader, &header, &octets), PCAP_ERROR_BREAK);
    pcap_close(reader);
}

static void ppp_frames_say_which_way_they_went(void **state)
{
    struct fixture *fixture = *state;
    struct pcap_writer *writer = open_writer(fixture, CAPTURE_PPP_WITH_DIR);
    record(writer, 1, TAP_SENT, "ff03c021");
    record(writer, 2, TAP_RECEIVED, "c021");
    close_writer(fixture, writer);

    pcap_t *reader = open_reader(fixture->path);
    assert_int_equal(pcap_datalink(reader), DLT_PPP_WITH_DIR);
    expect_record(reader, 950745600, 1, "01ff03c021");
    expect_record(reader, 950745600, 2, "00c021");
    pcap_close(reader);
}

static void
the_file_starts_with_the_nanosecond_magic_and_is_readable_before_it_is_closed(void **state)
{
    struct fixture *fixture = *state;
    struct pcap_writer *writer = open_writer(fixture, CAPTURE_ETHERNET);
    uint8_t header[24];
    FILE *file = fopen(fixture->path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(header, 1, sizeof header, file), sizeof header);
    assert_int_equal(fgetc(file), EOF);
    fclose(file);
    unit_assert_hex(header, sizeof header,
                    "4d3cb2a1 0200 0400 00000000 00000000 00000400 01000000");
    close_writer(fixture, writer);
}

static void gre_packets_are_exported_pdus_with_their_direction(void **state)
{
    struct fixture *fixture = *state;
    struct pcap_writer *writer = open_writer(fixture, CAPTURE_GRE);
    record(writer, 1, TAP_SENT, "2081880b");
    record(writer, 2, TAP_RECEIVED, "3001880b");
    close_writer(fixture, writer);

    pcap_t *reader = open_reader(fixture->path);
    assert_int_equal(pcap_datalink(reader), DLT_WIRESHARK_UPPER_PDU);
    /* Protocol 47 of the table ip.proto. */
    expect_record(reader, 950745600, 1,
                  "000e 0008 69702e70726f746f 0020 0004 0000002f 0023 0004 00000000 00000000"
                  "2081880b");
    expect_record(reader, 950745600, 2,
                  "000e 0008 69702e70726f746f 0020 0004 0000002f 0023 0004 00000001 00000000"
                  "3001880b");
    pcap_close(reader);
}

static void l2tp_messages_are_exported_pdus_of_their_udp_port(void **state)
{
    struct fixture *fixture = *state;
    struct pcap_writer *writer = open_writer(fixture, CAPTURE_L2TP);
    record(writer, 1, TAP_RECEIVED, "c802000c000100000000");
    close_writer(fixture, writer);

    pcap_t *reader = open_reader(fixture->path);
    assert_int_equal(pcap_datalink(reader), DLT_WIRESHARK_UPPER_PDU);
    /* Number 1701 of the table udp.port. */
    expect_record(reader, 950745600, 1,
                  "000e 0008 7564702e706f7274 0020 0004 000006a5 0023 0004 00000001 00000000"
                  "c802000c000100000000");
    pcap_close(reader);
}

static void datagrams_are_written_as_they_are(void **state)
{
    struct fixture *fixture = *state;
    struct pcap_writer *writer = open_writer(fixture, CAPTURE_RAW_IP);
    record(writer, 1, TAP_SENT, "4500");
    close_writer(fixture, writer);

    pcap_t *reader = open_reader(fixture->path);
    assert_int_equal(pcap_datalink(reader), DLT_RAW);
    expect_record(reader, 950745600, 1, "4500");
    pcap_close(reader);
}

static void a_former_file_is_replaced(void **state)
{
    struct fixture *fixture = *state;
    FILE *file = fopen(fixture->path, "wb");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        fputs("old", file);
    fclose(file);
    close_writer(fixture, open_writer(fixture, CAPTURE_ETHERNET));
    struct stat status;
    assert_int_equal(stat(fixture->path, &status), 0);
    assert_int_equal(status.st_size, 24);
}

static void an_unwritable_place_is_named_and_nothing_is_left(void **state)
{
    struct fixture *fixture = *state;
    struct pcap_writer *writer = NULL;
    char path[128];
    char expected[256];
    snprintf(path, sizeof path, "%s/missing/x.pcap", fixture->folder);
    snprintf(expected, sizeof expected, "%s: No such file or directory", path);
    assert_int_equal(pcap_writer_open(path, CAPTURE_ETHERNET, START, &writer, fixture->error,
                                      sizeof fixture->error),
                     STATUS_IO);
    assert_null(writer);
    assert_string_equal(fixture->error, expected);
}

static void a_full_disk_shows_before_the_first_frame(void **state)
{
    struct fixture *fixture = *state;
    struct pcap_writer *writer = NULL;
    assert_int_equal(pcap_writer_open("/dev/full", CAPTURE_ETHERNET, START, &writer, fixture->error,
                                      sizeof fixture->error),
                     STATUS_IO);
    assert_null(writer);
    assert_string_equal(fixture->error, "/dev/full: No space left on device");
    struct stat status;
    assert_int_equal(stat("/dev/full", &status), 0);
}

static void a_disk_that_fills_up_is_reported_at_the_end(void **state)
{
    struct fixture *fixture = *state;
    struct pcap_writer *writer = open_writer(fixture, CAPTURE_ETHERNET);
    /* The disk fills up once the file is open: its descriptor now leads to a full device. */
    struct stat target;
    assert_int_equal(stat(fixture->path, &target), 0);
    FILE *full = fopen("/dev/full", "wb");
    assert_non_null(full);
    for (int descriptor = 3; descriptor < 64; descriptor++) {
        struct stat status;
        if (fstat(descriptor, &status) == 0 && status.st_ino == target.st_ino &&
            status.st_dev == target.st_dev)
            assert_int_equal(dup2(fileno(full), descriptor), descriptor);
    }
    fclose(full);
    record(writer, 0, TAP_SENT, "0011");
    assert_false(pcap_writer_failed(writer)); /* still in the buffer */
    for (int i = 0; i < 20000; i++)
        record(writer, 1, TAP_SENT,
               "00112233445566778899aabbccddeeff00112233445566778899aabbccddee"
               "ff00112233445566778899aabbccddeeff");
    assert_true(pcap_writer_failed(writer));
    char expected[256];
    snprintf(expected, sizeof expected, "%s: No space left on device", fixture->path);
    assert_int_equal(pcap_writer_close(writer, fixture->error, sizeof fixture->error), STATUS_IO);
    assert_string_equal(fixture->error, expected);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(frames_carry_the_calendar_time_to_the_nanosecond),
        TEST(ppp_frames_say_which_way_they_went),
        TEST(the_file_starts_with_the_nanosecond_magic_and_is_readable_before_it_is_closed),
        TEST(gre_packets_are_exported_pdus_with_their_direction),
        TEST(l2tp_messages_are_exported_pdus_of_their_udp_port),
        TEST(datagrams_are_written_as_they_are),
        TEST(a_former_file_is_replaced),
        TEST(an_unwritable_place_is_named_and_nothing_is_left),
        TEST(a_full_disk_shows_before_the_first_frame),
        TEST(a_disk_that_fills_up_is_reported_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
