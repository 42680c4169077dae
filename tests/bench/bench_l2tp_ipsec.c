#include "bench.h"

#include "crypto/crypto.h"
#include "run/build.h"
#include "scenario/scenario_xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The memory of a client is what so many more take, once IKE has forgotten its last messages. */
#define FEW  20
#define MANY 120

#define LIMIT      49152
#define AFTERWARDS (118 * INSTANT_SECOND)

/** A scenario being written. */
struct text {
    char *octets;
    size_t length;
    size_t size;
};

static void write_line(struct text *text, const char *format, unsigned a, unsigned b)
{
    char line[512];
    const int length = snprintf(line, sizeof line, format, a, b);
    bench_require(length > 0 && (size_t)length < sizeof line &&
                      text->length + (size_t)length <= text->size,
                  "the scenario is longer than expected");
    memcpy(text->octets + text->length, line, (size_t)length);
    text->length += (size_t)length;
}

static void write_client(struct text *text, unsigned number)
{
    write_line(text,
               "<vpn-client name=\"c%u\" profile=\"windows-xp\">"
               "<interface name=\"lan\" address=\"131.107.1.%u/16\"/>",
               number, number + 1);
    write_line(text,
               "<ipsec peers-at-once=\"1\"><peer pre-shared-key=\"Fourteen words\"/></ipsec>"
               "<connection name=\"corp\" type=\"l2tp\" ipsec=\"yes\" server=\"131.107.5.20\" "
               "user=\"alice\" password=\"Tea4Two!\" authentication=\"ms-chap-v2\"/></vpn-client>",
               0, 0);
}

/** A server with room for so many, and its clients on one switch; they dial one after the other. */
static void write_scenario(struct text *text, unsigned clients, unsigned ports, bool dial)
{
    write_line(
        text,
        "<scenario name=\"clients\" title=\"t\" described-in=\"d\" duration=\"2m\"><topology>"
        "<vpn-server name=\"server\" profile=\"server-2003-standard\">"
        "<interface name=\"internet\" address=\"131.107.5.20/16\"/>"
        "<ipsec peers-at-once=\"1\"><peer pre-shared-key=\"Fourteen words\"/></ipsec>"
        "<l2tp ports=\"%u\" ipsec=\"yes\"/><authentication methods=\"ms-chap-v2\"/>",
        ports, 0);
    write_line(text,
               "<user name=\"alice\" password=\"Tea4Two!\"/>"
               "<address-pool from=\"10.0.0.1\" to=\"10.0.1.200\"/></vpn-server>"
               "<switch name=\"lan\"><port name=\"p\"/>",
               0, 0);
    for (unsigned i = 0; i < clients; i++)
        write_line(text, "<port name=\"p%u\"/>", i, 0);
    write_line(text,
               "</switch><link name=\"server-link\" rate=\"1Gbit/s\">"
               "<end node=\"server\" interface=\"internet\"/><end node=\"lan\" interface=\"p\"/>"
               "</link>",
               0, 0);
    for (unsigned i = 0; i < clients; i++) {
        write_client(text, i);
        write_line(text,
                   "<link name=\"l%u\" rate=\"100Mbit/s\"><end node=\"c%u\" interface=\"lan\"/>", i,
                   i);
        write_line(text, "<end node=\"lan\" interface=\"p%u\"/></link>", i, 0);
    }
    write_line(text, "</topology><timeline>", 0, 0);
    for (unsigned i = 0; dial && i < clients; i++)
        write_line(text, "<dial at=\"%ums\" node=\"c%u\" connection=\"corp\"/>", 1000 + 100 * i, i);
    write_line(
        text, "</timeline><expect><never><event name=\"dial.failed\"/></never></expect></scenario>",
        0, 0);
}

/** The heap when so many clients are there, and connected, but the packets that nobody holds. */
static size_t heap_with(struct crypto *crypto, unsigned clients, unsigned ports, bool dial)
{
    const struct scenario_load_options options = {.vocabulary = run_vocabulary()};
    struct text text = {.size = 2048 + 1024 * (size_t)clients};
    struct diagnostics diagnostics;
    struct scenario *scenario;
    struct run *run;
    char error[200];
    text.octets = malloc(text.size);
    bench_require(text.octets != NULL, "out of memory");
    write_scenario(&text, clients, ports, dial);
    diagnostics_init(&diagnostics);
    const enum status status = scenario_load_memory("clients.xml", text.octets, text.length,
                                                    &options, &scenario, &diagnostics);
    diagnostics_print(&diagnostics, stderr);
    diagnostics_destroy(&diagnostics);
    free(text.octets);
    bench_require(status == STATUS_OK, "the scenario is invalid");
    const size_t before = bench_heap();
    bench_require(run_build(scenario, 1, crypto, &run, error, sizeof error) == STATUS_OK, error);
    run_start(run);
    bench_require(run_simulate(run, AFTERWARDS, NULL) == STATUS_OK, "the run failed");
    for (unsigned i = 0; i < clients; i++) {
        char name[16];
        char value[32];
        snprintf(name, sizeof name, "c%u", i);
        bench_require(run_state(run, name, "connection.corp", value, sizeof value) &&
                          strcmp(value, dial ? "connected" : "disconnected") == 0,
                      "a client is not connected");
    }
    const struct packet_pool *packets = &run_simulation(run)->packets;
    const size_t heap = bench_heap() - before - packets->bytes_reserved + packets->bytes_huge +
                        packets->in_use * (sizeof(struct packet) + PACKET_SIZE);
    run_destroy(run);
    scenario_free(scenario);
    return heap;
}

void bench_l2tp_ipsec(struct bench *bench)
{
    struct crypto *crypto = crypto_create(NULL, NULL);
    bench_require(crypto != NULL, "OpenSSL's legacy provider is missing");
    const double more = MANY - FEW;
    const size_t few = heap_with(crypto, FEW, MANY, true);
    const double clients = (double)(heap_with(crypto, MANY, MANY, true) - few) / more;
    const double ports = (double)(few - heap_with(crypto, FEW, FEW, true)) / more;
    const double idle =
        (double)(heap_with(crypto, MANY, MANY, false) - heap_with(crypto, FEW, MANY, false)) / more;
    /* Both ends of a call keep the same: SAs, an ISAKMP SA, a tunnel, a session, PPP. */
    const double call = (clients - idle) / 2;
    bench_row(bench, "an L2TP/IPsec client: its node, link and call", idle + call, "octets",
              BENCH_BELOW, LIMIT);
    bench_row(bench, "an L2TP/IPsec client: the server's port and call", ports + call, "octets",
              BENCH_BELOW, LIMIT);
    crypto_destroy(crypto);
}
