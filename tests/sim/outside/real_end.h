/* The far end of an attachment in a test: a UDP socket of the test itself. */
#ifndef VPNSIM_TESTS_SIM_OUTSIDE_REAL_END_H
#define VPNSIM_TESTS_SIM_OUTSIDE_REAL_END_H

#include "support/unit.h"

#include "outside/frame_port.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOPBACK UINT32_C(0x7f000001)

/* A socket at a free port of the loopback address. */
static inline int free_socket(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(LOOPBACK)};
    socklen_t size = sizeof address;
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    assert_true(descriptor >= 0);
    assert_int_equal(bind(descriptor, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(descriptor, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return descriptor;
}

/* Opens @p port towards a new socket, which is connected to it and returned. */
static inline int real_end_open(struct frame_port *port)
{
    struct frame_port_address local = {.address = LOOPBACK};
    struct frame_port_address remote = {.address = LOOPBACK};
    char error[256];
    int unused = free_socket(&local.port);
    int end = free_socket(&remote.port);
    close(unused);
    assert_int_equal(frame_port_open_udp(port, &local, &remote, error, sizeof error), STATUS_OK);
    struct sockaddr_in there = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(LOOPBACK), .sin_port = htons(local.port)};
    assert_int_equal(connect(end, (struct sockaddr *)&there, sizeof there), 0);
    return end;
}

#endif
