#include "host/transfer_protocol.h"

#include "base/entropy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum transfer_line_result transfer_line_add(struct transfer_line *line, const uint8_t *octets,
                                            size_t length, size_t *used)
{
    for (*used = 0; *used < length;) {
        char c = (char)octets[(*used)++];
        if (c == '\n' && line->length > 0 && line->text[line->length - 1] == '\r') {
            line->text[line->length - 1] = '\0';
            return TRANSFER_LINE_COMPLETE;
        }
        if (line->length == sizeof line->text - 1)
            return TRANSFER_LINE_TOO_LONG;
        line->text[line->length++] = c;
    }
    return TRANSFER_LINE_MORE;
}

size_t transfer_request_format(const struct transfer_request *request,
                               char text[TRANSFER_LINE_SIZE])
{
    int length = snprintf(text, TRANSFER_LINE_SIZE, "%s %.64s %" PRIu64 "\r\n",
                          request->direction == TRANSFER_SEND ? "SEND" : "RECEIVE", request->name,
                          request->size);
    return (size_t)length;
}

/* A decimal number that fills the rest of the line. */
static bool parse_size(const char *text, uint64_t *size)
{
    uint64_t value = 0;
    if (*text == '\0')
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || value > (UINT64_MAX - 9) / 10)
            return false;
        value = value * 10 + (uint64_t)(*text - '0');
    }
    *size = value;
    return true;
}

bool transfer_request_parse(const char *line, struct transfer_request *request)
{
    if (strncmp(line, "SEND ", 5) == 0) {
        request->direction = TRANSFER_SEND;
        line += 5;
    } else if (strncmp(line, "RECEIVE ", 8) == 0) {
        request->direction = TRANSFER_RECEIVE;
        line += 8;
    } else {
        return false;
    }
    const char *end = strchr(line, ' ');
    if (!end || end == line || (size_t)(end - line) >= sizeof request->name)
        return false;
    memcpy(request->name, line, (size_t)(end - line));
    request->name[end - line] = '\0';
    return parse_size(end + 1, &request->size);
}

struct transfer_pattern transfer_pattern_make(const char *name)
{
    struct entropy entropy = entropy_make(0, name);
    return (struct transfer_pattern){.seed = entropy_u64(&entropy)};
}

/* The eight octets of the pattern at @p block * 8. */
static uint64_t pattern_block(uint64_t seed, uint64_t block)
{
    uint64_t z = (seed ^ block) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return z ^ z >> 32;
}

static uint8_t pattern_octet(uint64_t word, uint64_t offset)
{
    return (uint8_t)(word >> (offset % 8 * 8));
}

/* The pattern's word as it lies in memory, first octet first, on any machine. */
static void store_word(uint64_t word, uint8_t octets[8])
{
    for (unsigned i = 0; i < 8; i++)
        octets[i] = pattern_octet(word, i);
}

void transfer_pattern_fill(struct transfer_pattern *pattern, uint8_t *octets, size_t length)
{
    for (size_t i = 0; i < length;) {
        uint64_t word = pattern_block(pattern->seed, pattern->offset / 8);
        if (pattern->offset % 8 == 0 && length - i >= 8) {
            store_word(word, octets + i);
            i += 8;
            pattern->offset += 8;
        } else {
            octets[i++] = pattern_octet(word, pattern->offset++);
        }
    }
}

bool transfer_pattern_check(struct transfer_pattern *pattern, const uint8_t *octets, size_t length)
{
    for (size_t i = 0; i < length;) {
        uint64_t word = pattern_block(pattern->seed, pattern->offset / 8);
        uint8_t expected[8];
        store_word(word, expected);
        if (pattern->offset % 8 == 0 && length - i >= 8 && memcmp(octets + i, expected, 8) == 0) {
            i += 8;
            pattern->offset += 8;
        } else if (octets[i] == expected[pattern->offset % 8]) {
            i++;
            pattern->offset++;
        } else {
            return false;
        }
    }
    return true;
}

static void read_pattern(void *context, uint64_t offset, uint8_t *into, size_t length)
{
    const struct transfer_pattern *pattern = context;
    struct transfer_pattern from = {.seed = pattern->seed, .offset = offset};
    transfer_pattern_fill(&from, into, length);
}

struct tcp_source transfer_pattern_source(struct transfer_pattern *pattern, uint64_t length)
{
    return (struct tcp_source){.read = read_pattern, .context = pattern, .length = length};
}
