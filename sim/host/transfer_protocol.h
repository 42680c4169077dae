#ifndef VPNSIM_HOST_TRANSFER_PROTOCOL_H
#define VPNSIM_HOST_TRANSFER_PROTOCOL_H

#include "inet/tcp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a transfer and a tcp-server say to each other over TCP. The client starts with one line,
 *     SEND NAME SIZE\r\n     or     RECEIVE NAME SIZE\r\n
 * and SIZE octets of a pattern follow, from the client or from the server. The receiver of SEND
 * closes the exchange with a line, "OK SIZE\r\n" or "DAMAGED OFFSET\r\n"; then both close.
 */

/** Longest line, CR and LF included. */
#define TRANSFER_LINE_SIZE 128

enum transfer_direction {
    TRANSFER_SEND,    /**< the client sends the octets */
    TRANSFER_RECEIVE, /**< the server does */
};

/** A client's first line. */
struct transfer_request {
    enum transfer_direction direction;
    char name[TRANSFER_LINE_SIZE];
    uint64_t size;
};

/** Collects a line from a stream; zero-initialised is empty. */
struct transfer_line {
    char text[TRANSFER_LINE_SIZE];
    size_t length;
};

enum transfer_line_result {
    TRANSFER_LINE_MORE,     /**< all octets taken, the line is not complete */
    TRANSFER_LINE_COMPLETE, /**< text holds the line without CR and LF, as a string */
    TRANSFER_LINE_TOO_LONG,
};

/** Takes octets of @p octets up to the end of the line; @p used tells how many. */
enum transfer_line_result transfer_line_add(struct transfer_line *line, const uint8_t *octets,
                                            size_t length, size_t *used);

/** Writes the request's line into @p text and returns its length. */
size_t transfer_request_format(const struct transfer_request *request,
                               char text[TRANSFER_LINE_SIZE]);

/** Reads a complete line; false when it is no request. */
bool transfer_request_parse(const char *line, struct transfer_request *request);

/** Position in the octets of a transfer: which come next depends on the name and the offset. */
struct transfer_pattern {
    uint64_t seed;
    uint64_t offset;
};

struct transfer_pattern transfer_pattern_make(const char *name);

/** Writes the next @p length octets of the pattern. */
void transfer_pattern_fill(struct transfer_pattern *pattern, uint8_t *octets, size_t length);

/**
 * Compares the next @p length octets with the pattern. False: they differ; pattern->offset then
 * stands at the first that does.
 */
bool transfer_pattern_check(struct transfer_pattern *pattern, const uint8_t *octets, size_t length);

/** The first @p length octets of @p pattern, which is borrowed, as a source for tcp_send_from(). */
struct tcp_source transfer_pattern_source(struct transfer_pattern *pattern, uint64_t length);

#endif
