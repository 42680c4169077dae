/* What a real machine sees of an attached simulation: how late answers come, and how many. */
#define _GNU_SOURCE /* ppoll() */
#include "bench.h"
#include "bench_network.h"

#include "base/checksum.h"
#include "outside/outside.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUTERS    3
#define LOOPBACK   UINT32_C(0x7f000001)
#define OWN        UINT32_C(0x0a000001)
#define FIRST      UINT32_C(0x0a000002)
#define FAR        (UINT32_C(0x0a000002) + (ROUTERS << 8))
#define FRAME_SIZE 98 /* as ping sends them */
#define ICMP_AT    34
#define NUMBER_AT  42
#define BUFFER     (4 * 1024 * 1024)

#define PINGS      3000
#define PING_PACE  INSTANT_MILLISECOND
#define LOAD_TIME  (INSTANT_SECOND / 2)
#define LOAD_TICK  (INSTANT_MILLISECOND / 2)
#define LOAD_STEPS 40

static uint64_t real_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * INSTANT_SECOND + (uint64_t)now.tv_nsec;
}

/* ---- The simulation, in a process of its own ---- */

static bool never(void)
{
    return false;
}

static _Noreturn void simulate(const struct frame_port *port)
{
    struct simulation simulation;
    struct outside outside;
    struct host *host[ROUTERS + 1];
    struct stack_interface *left[ROUTERS + 1];
    const struct link_config config = {.name = "outside", .mtu = 1500, .queue_limit = 1000};
    bench_require(simulation_init(&simulation, 1) == STATUS_OK, "out of memory");
    for (unsigned i = 0; i <= ROUTERS; i++) {
        host[i] = bench_host(&simulation, "h", i < ROUTERS);
        left[i] = bench_interface(host[i], "left", FIRST + (i << 8));
    }
    for (unsigned i = 0; i < ROUTERS; i++) {
        struct stack_interface *right = bench_interface(host[i], "right", OWN + ((i + 1) << 8));
        bench_link(&simulation, right, left[i + 1], 0, 0, 1000);
        bench_gateway(host[i], FIRST + ((i + 1) << 8));
        for (unsigned k = 0; k < i; k++)
            host_stack_add_route(&host[i]->stack, 0x0a000000 | k << 8, 24, OWN + (i << 8), NULL, 1);
    }
    bench_gateway(host[ROUTERS], OWN + (ROUTERS << 8));
    struct link *link = link_create(&simulation, &config);
    link_attach(link, 1, host_stack_device(left[0]));
    outside_init(&outside, &simulation);
    bench_require(outside_attach(&outside, link, 0, port) == STATUS_OK, "out of memory");
    outside_start(&outside);
    outside_run(&outside, 600 * INSTANT_SECOND, never);
    _exit(0);
}

/* The yardstick: the plainest program that sends datagrams back. */
static _Noreturn void echo(const struct frame_port *port)
{
    static uint8_t block[FRAME_PORT_LONGEST];
    struct pollfd polled = {.fd = port->descriptor, .events = POLLIN};
    size_t length;
    for (;;) {
        poll(&polled, 1, -1);
        while (frame_port_receive(port, block, &length) == FRAME_PORT_DONE)
            frame_port_send(port, block, length);
    }
}

/* ---- The real machine ---- */

struct machine {
    int socket;
    pid_t peer;
    uint8_t frame[FRAME_SIZE]; /* an echo request */
    uint64_t sent_at[PINGS];
    double late[PINGS]; /* in ms */
    uint64_t answered;
};

static void put_address(uint8_t *to, ipv4_address address)
{
    const uint32_t octets = htonl(address);
    memcpy(to, &octets, sizeof octets);
}

/* An ICMP echo request from OWN to FAR by way of the first router. */
static void make_request(uint8_t frame[FRAME_SIZE])
{
    static const uint8_t start[] = {0x02, 0, 10,   0, 0, 2,  0x02, 0, 10, 0, 0,  1,
                                    0x08, 0, 0x45, 0, 0, 84, 0,    0, 0,  0, 64, 1};
    memset(frame, 0, FRAME_SIZE);
    memcpy(frame, start, sizeof start);
    put_address(frame + 26, OWN);
    put_address(frame + 30, FAR);
    uint16_t sum = htons(checksum(frame + 14, 20));
    memcpy(frame + 24, &sum, 2);
    frame[ICMP_AT] = 8;
}

static void ask(struct machine *machine, uint32_t number)
{
    uint8_t *frame = machine->frame;
    put_address(frame + NUMBER_AT, number);
    memset(frame + ICMP_AT + 2, 0, 2);
    uint16_t sum = htons(checksum(frame + ICMP_AT, FRAME_SIZE - ICMP_AT));
    memcpy(frame + ICMP_AT + 2, &sum, 2);
    (void)send(machine->socket, frame, FRAME_SIZE, 0);
}

/* Whoever asks for OWN's hardware address gets it. */
static void answer_arp(const struct machine *machine, uint8_t *frame, size_t length)
{
    static const uint8_t own[] = {0x02, 0, 10, 0, 0, 1};
    if (length < 42 || frame[12] != 0x08 || frame[13] != 0x06 || frame[21] != 1)
        return;
    memcpy(frame, frame + 6, 6);
    memcpy(frame + 6, own, 6);
    frame[21] = 2;
    memcpy(frame + 32, frame + 22, 10);
    memcpy(frame + 22, own, 6);
    put_address(frame + 28, OWN);
    (void)send(machine->socket, frame, 42, 0);
}

/* Takes what waits; notes how late each answer is. */
static void take_answers(struct machine *machine)
{
    uint8_t frame[2048];
    ssize_t length;
    while ((length = recv(machine->socket, frame, sizeof frame, MSG_DONTWAIT)) > 0) {
        uint64_t now = real_ns();
        uint32_t number;
        answer_arp(machine, frame, (size_t)length);
        if (length != FRAME_SIZE)
            continue;
        memcpy(&number, frame + NUMBER_AT, sizeof number);
        number = ntohl(number) % PINGS;
        machine->late[number] = (double)(now - machine->sent_at[number]) / 1e6;
        machine->answered++;
    }
}

/* Takes answers of both machines until the clock says so; the second may be NULL. */
static void wait_until(struct machine *first, struct machine *second, uint64_t until)
{
    struct pollfd polled[2] = {{.fd = first->socket, .events = POLLIN},
                               {.fd = second ? second->socket : -1, .events = POLLIN}};
    uint64_t now;
    while ((now = real_ns()) < until) {
        const struct timespec left = {.tv_nsec =
                                          (long)instant_earlier(until - now, INSTANT_MILLISECOND)};
        ppoll(polled, 2, &left, NULL);
        take_answers(first);
        if (second)
            take_answers(second);
    }
}

static int open_socket(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(LOOPBACK)};
    socklen_t size = sizeof address;
    int size_wanted = BUFFER;
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    bench_require(s >= 0 && bind(s, (struct sockaddr *)&address, size) == 0 &&
                      getsockname(s, (struct sockaddr *)&address, &size) == 0,
                  "no UDP socket");
    (void)setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &size_wanted, sizeof size_wanted);
    *port = ntohs(address.sin_port);
    return s;
}

static struct machine *start(void (*peer)(const struct frame_port *port))
{
    struct machine *machine = calloc(1, sizeof *machine);
    struct frame_port_address local = {.address = LOOPBACK};
    struct frame_port_address remote = {.address = LOOPBACK};
    struct frame_port port;
    char error[256];
    bench_require(machine != NULL, "out of memory");
    close(open_socket(&local.port));
    machine->socket = open_socket(&remote.port);
    bench_require(frame_port_open_udp(&port, &local, &remote, error, sizeof error) == STATUS_OK,
                  error);
    const struct sockaddr_in there = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(LOOPBACK), .sin_port = htons(local.port)};
    bench_require(connect(machine->socket, (const struct sockaddr *)&there, sizeof there) == 0,
                  "no connection");
    make_request(machine->frame);
    machine->peer = fork();
    bench_require(machine->peer >= 0, "no second process");
    if (machine->peer == 0)
        peer(&port);
    frame_port_close(&port);
    /* Until the whole way knows its hardware addresses. */
    uint64_t now = real_ns();
    for (unsigned i = 0; i < 20 && machine->answered < 5; i++) {
        ask(machine, 0);
        wait_until(machine, NULL, now += INSTANT_SECOND / 10);
    }
    bench_require(machine->answered > 0, "no answer comes");
    machine->answered = 0;
    return machine;
}

static void stop(struct machine *machine)
{
    kill(machine->peer, SIGKILL);
    waitpid(machine->peer, NULL, 0);
    close(machine->socket);
    free(machine);
}

static int compare(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;
    return (*x > *y) - (*x < *y);
}

/* Round trips at 1,000 packets a second to each in turn, so that both suffer the same; sorted. */
static void measure_lateness(struct machine *machines[2])
{
    uint64_t now = real_ns();
    for (uint32_t i = 0; i < 2 * PINGS; i++) {
        struct machine *machine = machines[i % 2];
        machine->sent_at[i / 2] = real_ns();
        ask(machine, i / 2);
        wait_until(machines[0], machines[1], now += PING_PACE / 2);
    }
    wait_until(machines[0], machines[1], now + INSTANT_SECOND / 5);
    for (unsigned i = 0; i < 2; i++) {
        bench_require(machines[i]->answered == PINGS, "pings were lost");
        qsort(machines[i]->late, PINGS, sizeof machines[i]->late[0], compare);
    }
}

/* Whether each of so many requests a second is answered. */
static bool survives(struct machine *machine, uint64_t per_second)
{
    uint64_t begin = real_ns();
    uint64_t sent = 0;
    machine->answered = 0;
    for (uint64_t passed = 0; passed < LOAD_TIME; passed = real_ns() - begin) {
        for (uint64_t due = passed * per_second / INSTANT_SECOND; sent < due; sent++)
            ask(machine, (uint32_t)sent);
        take_answers(machine);
        wait_until(machine, NULL, real_ns() + LOAD_TICK);
    }
    wait_until(machine, NULL, real_ns() + INSTANT_SECOND / 5);
    return machine->answered == sent;
}

void bench_outside(struct bench *bench)
{
    struct machine *machines[] = {start(echo), start(simulate)};
    const double *plain = machines[0]->late;
    const double *attached = machines[1]->late;
    measure_lateness(machines);
    bench_row(bench, "real time: added to a ping at 1,000 a second, median",
              attached[PINGS / 2] - plain[PINGS / 2], "ms", BENCH_BELOW, 0.3);
    bench_row(bench, "real time: added to a ping, 99th percentile",
              attached[PINGS * 99 / 100] - plain[PINGS * 99 / 100], "ms", BENCH_BELOW, 1);
    stop(machines[0]);
    uint64_t best = 0;
    uint64_t rate = 2000;
    for (unsigned i = 0; i < LOAD_STEPS && survives(machines[1], rate); i++) {
        best = rate;
        rate += rate / 5;
    }
    stop(machines[1]);
    bench_row(bench, "real time: pings answered by a chain of three routers", (double)best / 1000,
              "1,000/s", BENCH_FOR_INFORMATION, 0);
}
