#include "support/recording.h"

#include "support/unit.h"

#include "base/wire.h"

#include <stdio.h>
#include <string.h>

#define FILE_HEADER   24
#define RECORD_HEADER 16
#define ETHERTYPE_IP  0x0800
#define PROTOCOL_UDP  17

static size_t read_file(const char *name, const char *ending, void *octets, size_t size)
{
    char path[512];
    snprintf(path, sizeof path, "%s/tests/recordings/%s%s", VPNSIM_SOURCE_DIR, name, ending);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t length = fread(octets, 1, size, file);
    assert_int_equal(fclose(file), 0);
    assert_in_range(length, 1, size - 1);
    return length;
}

void recording_open(struct recording *recording, const char *name)
{
    recording->length = read_file(name, ".pcap", recording->trace, sizeof recording->trace);
    recording->position = FILE_HEADER;
    size_t length = read_file(name, ".keys", recording->keys, sizeof recording->keys);
    recording->keys[length] = '\0';
    /* Little endian, as every machine that records has it. */
    unit_assert_hex(recording->trace, 4, "d4c3b2a1");
}

static size_t little_endian(const uint8_t *p)
{
    return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
}

/* A frame of Ethernet with an unfragmented IPv4 datagram and UDP in it. */
static bool take_frame(const uint8_t *frame, size_t length, struct recorded_datagram *datagram)
{
    struct wire_reader reader = wire_reader_make(frame, length);
    wire_skip(&reader, 12);
    if (wire_get_u16(&reader) != ETHERTYPE_IP)
        return false;
    size_t header_length = (wire_get_u8(&reader) & 0x0f) * 4u;
    wire_skip(&reader, 8);
    if (wire_get_u8(&reader) != PROTOCOL_UDP)
        return false;
    wire_skip(&reader, 2);
    datagram->source = ip_address_from_ipv4(wire_get_u32(&reader));
    datagram->destination = ip_address_from_ipv4(wire_get_u32(&reader));
    wire_skip(&reader, header_length - 20);
    datagram->source_port = wire_get_u16(&reader);
    datagram->destination_port = wire_get_u16(&reader);
    datagram->length = wire_get_u16(&reader) - 8u;
    wire_skip(&reader, 2);
    assert_in_range(datagram->length, 0, sizeof datagram->octets);
    wire_copy(&reader, datagram->octets, datagram->length);
    return !reader.failed;
}

bool recording_next(struct recording *recording, struct recorded_datagram *datagram)
{
    while (recording->position + RECORD_HEADER <= recording->length) {
        const uint8_t *record = recording->trace + recording->position;
        size_t length = little_endian(record + 8);
        recording->position += RECORD_HEADER + length;
        assert_in_range(recording->position, 0, recording->length);
        if (take_frame(record + RECORD_HEADER, length, datagram))
            return true;
    }
    return false;
}

size_t recording_key(const struct recording *recording, const char *name, uint8_t *octets,
                     size_t size)
{
    char value[2 * 512 + 1];
    size_t name_length = strlen(name);
    const char *line = recording->keys;
    while (strncmp(line, name, name_length) != 0 || line[name_length] != ' ') {
        line = strchr(line, '\n');
        if (!line)
            fail_msg("the recording has no key %s", name);
        line++;
    }
    line += name_length + 1;
    size_t length = strcspn(line, "\n");
    assert_in_range(length, 0, sizeof value - 1);
    memcpy(value, line, length);
    value[length] = '\0';
    return unit_hex(value, octets, size);
}

void recording_assert_key(const struct recording *recording, const char *name,
                          const uint8_t *octets, size_t length)
{
    uint8_t expected[512];
    assert_int_equal(recording_key(recording, name, expected, sizeof expected), length);
    assert_memory_equal(octets, expected, length);
}
