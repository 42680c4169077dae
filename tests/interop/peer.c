/*
 * The part of a real machine in the interop tests: the kernel's sockets, driven from a shell
 * script.
 *
 *   peer serve PORT                        answer transfers of the simulation on a TCP port
 *   peer send|receive ADDRESS PORT SIZE    a transfer with a tcp-server of the simulation
 *   peer udp ADDRESS PORT COUNT SIZE       send datagrams to an echo server, demand all back
 *   peer udp-echo PORT                     send every datagram back
 *   peer refused ADDRESS PORT              demand that a UDP port is told to be closed
 *   peer garbage DEVICE COUNT              send frames of random octets out of a network device
 */
#include "host/transfer_protocol.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define BLOCK 65536

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "peer: %s: %s\n", what, strerror(errno));
    exit(1);
}

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "peer: %s\n", what);
    exit(1);
}

static unsigned long number(const char *text, unsigned long max)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*text == '\0' || *end != '\0' || value > max)
        fail("a number is wrong");
    return value;
}

/* Of either version of IP. */
union endpoint {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
};

/* Without @address any, of IPv6 where there is that. */
static union endpoint address_of(const char *address, const char *port)
{
    in_port_t in_order = htons((uint16_t)number(port, UINT16_MAX));
    union endpoint result = {.ipv6 = {.sin6_family = AF_INET6, .sin6_port = in_order}};
    if (!address || inet_pton(AF_INET6, address, &result.ipv6.sin6_addr) == 1)
        return result;
    result.ipv4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = in_order};
    if (inet_pton(AF_INET, address, &result.ipv4.sin_addr) != 1)
        fail("an address is wrong");
    return result;
}

/* A socket that is bound to a port, or connected. */
static int open_socket(int type, const char *address, const char *port)
{
    union endpoint place = address_of(address, port);
    const struct timeval patience = {.tv_sec = 30};
    int one = 1;
    int s = socket(place.any.sa_family, type, 0);
    if (s < 0 && !address) { /* a kernel without IPv6 */
        place = address_of("0.0.0.0", port);
        s = socket(AF_INET, type, 0);
    }
    if (s < 0 || setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
        die("socket");
    if (address && connect(s, &place.any, sizeof place) != 0)
        die("connect");
    if (!address && bind(s, &place.any, sizeof place) != 0)
        die("bind");
    return s;
}

/* ---- Transfers; see host/transfer_protocol.h ---- */

static void write_all(int s, const void *octets, size_t length)
{
    const uint8_t *next = octets;
    while (length > 0) {
        ssize_t written = send(s, next, length, MSG_NOSIGNAL);
        if (written < 0)
            die("send");
        next += written;
        length -= (size_t)written;
    }
}

static void read_line(int s, struct transfer_line *line)
{
    uint8_t octet;
    size_t used;
    *line = (struct transfer_line){0};
    for (;;) {
        if (recv(s, &octet, 1, 0) != 1)
            die("no line came");
        enum transfer_line_result result = transfer_line_add(line, &octet, 1, &used);
        if (result == TRANSFER_LINE_COMPLETE)
            return;
        if (result == TRANSFER_LINE_TOO_LONG)
            fail("a line is too long");
    }
}

static void send_pattern(int s, const struct transfer_request *request)
{
    static uint8_t block[BLOCK];
    struct transfer_pattern pattern = transfer_pattern_make(request->name);
    for (uint64_t left = request->size; left > 0;) {
        size_t length = left < sizeof block ? (size_t)left : sizeof block;
        transfer_pattern_fill(&pattern, block, length);
        write_all(s, block, length);
        left -= length;
    }
}

static void receive_pattern(int s, const struct transfer_request *request)
{
    static uint8_t block[BLOCK];
    struct transfer_pattern pattern = transfer_pattern_make(request->name);
    for (uint64_t left = request->size; left > 0;) {
        ssize_t length = recv(s, block, left < sizeof block ? (size_t)left : sizeof block, 0);
        if (length <= 0)
            die("the octets ended early");
        if (!transfer_pattern_check(&pattern, block, (size_t)length))
            fail("an octet is wrong");
        left -= (uint64_t)length;
    }
}

static void await_end(int s)
{
    uint8_t octet;
    if (shutdown(s, SHUT_WR) != 0)
        die("shutdown");
    if (recv(s, &octet, 1, 0) != 0)
        die("the connection did not end");
    close(s);
}

static void transfer(enum transfer_direction direction, char **arguments)
{
    struct transfer_request request = {.direction = direction, .name = "kernel"};
    char text[TRANSFER_LINE_SIZE];
    struct transfer_line line;
    request.size = number(arguments[2], UINT32_MAX);
    int s = open_socket(SOCK_STREAM, arguments[0], arguments[1]);
    write_all(s, text, transfer_request_format(&request, text));
    if (direction == TRANSFER_SEND) {
        send_pattern(s, &request);
        read_line(s, &line);
        snprintf(text, sizeof text, "OK %" PRIu64, request.size);
        if (strcmp(line.text, text) != 0)
            fail(line.text);
    } else {
        receive_pattern(s, &request);
    }
    await_end(s);
}

static void answer(int s)
{
    struct transfer_request request;
    struct transfer_line line;
    char text[TRANSFER_LINE_SIZE];
    read_line(s, &line);
    if (!transfer_request_parse(line.text, &request))
        fail("no request");
    if (request.direction == TRANSFER_RECEIVE) {
        send_pattern(s, &request);
    } else {
        receive_pattern(s, &request);
        int length = snprintf(text, sizeof text, "OK %" PRIu64 "\r\n", request.size);
        write_all(s, text, (size_t)length);
    }
    await_end(s);
}

static _Noreturn void serve(const char *port)
{
    int listening = open_socket(SOCK_STREAM, NULL, port);
    if (listen(listening, 8) != 0)
        die("listen");
    for (;;) {
        int s = accept(listening, NULL, NULL);
        if (s < 0)
            continue;
        if (fork() == 0) {
            answer(s);
            exit(0);
        }
        close(s);
    }
}

/* ---- UDP ---- */

static void udp(char **arguments)
{
    unsigned long count = number(arguments[2], 100000);
    unsigned long size = number(arguments[3], 65507);
    static uint8_t sent[BLOCK], received[BLOCK];
    int s = open_socket(SOCK_DGRAM, arguments[0], arguments[1]);
    for (unsigned long i = 0; i < count; i++) {
        for (unsigned long k = 0; k < size; k++)
            sent[k] = (uint8_t)(i + k * 7);
        if (send(s, sent, size, 0) != (ssize_t)size)
            die("send");
        if (recv(s, received, sizeof received, 0) != (ssize_t)size)
            die("no answer");
        if (memcmp(sent, received, size) != 0)
            fail("an octet is wrong");
    }
}

static _Noreturn void udp_echo(const char *port)
{
    static uint8_t block[BLOCK];
    union endpoint from;
    int s = open_socket(SOCK_DGRAM, NULL, port);
    for (;;) {
        socklen_t size = sizeof from;
        ssize_t length = recvfrom(s, block, sizeof block, 0, &from.any, &size);
        if (length >= 0)
            (void)sendto(s, block, (size_t)length, 0, &from.any, size);
    }
}

static void refused(char **arguments)
{
    uint8_t octet = 0;
    int s = open_socket(SOCK_DGRAM, arguments[0], arguments[1]);
    if (send(s, &octet, 1, 0) != 1)
        die("send");
    if (recv(s, &octet, 1, 0) != -1 || errno != ECONNREFUSED)
        die("not refused");
}

/* ---- Frames ---- */

static void garbage(char **arguments)
{
    unsigned long count = number(arguments[1], 1000000);
    uint8_t frame[1514];
    struct sockaddr_ll place = {
        .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(arguments[0]), .sll_halen = 6};
    int s = socket(AF_PACKET, SOCK_RAW, 0);
    if (s < 0)
        die("packet socket");
    srandom(1);
    for (unsigned long i = 0; i < count; i++) {
        size_t length = 14 + (size_t)random() % (sizeof frame - 14);
        for (size_t k = 0; k < length; k++)
            frame[k] = (uint8_t)random();
        /* To everybody, and most as IPv4 or ARP, so that they are looked at. */
        memset(frame, 0xff, 6);
        if (i % 4 != 0) {
            frame[12] = 0x08;
            frame[13] = i % 4 == 1 ? 0x06 : 0x00;
            frame[14] = i % 4 == 3 ? 0x45 : frame[14];
        }
        if (sendto(s, frame, length, 0, (struct sockaddr *)&place, sizeof place) < 0)
            die("send a frame");
        if (i % 50 == 49)
            usleep(1000);
    }
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";
    char **arguments = argv + 2;
    if (strcmp(command, "serve") == 0 && argc == 3)
        serve(arguments[0]);
    else if (strcmp(command, "send") == 0 && argc == 5)
        transfer(TRANSFER_SEND, arguments);
    else if (strcmp(command, "receive") == 0 && argc == 5)
        transfer(TRANSFER_RECEIVE, arguments);
    else if (strcmp(command, "udp") == 0 && argc == 6)
        udp(arguments);
    else if (strcmp(command, "udp-echo") == 0 && argc == 3)
        udp_echo(arguments[0]);
    else if (strcmp(command, "refused") == 0 && argc == 4)
        refused(arguments);
    else if (strcmp(command, "garbage") == 0 && argc == 4)
        garbage(arguments);
    else
        fail("usage: peer COMMAND ARGUMENT...");
    return 0;
}
