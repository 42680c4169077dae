#include "host/transfer.h"

#include "host/host_stack_tcp.h"

#include <stdlib.h>
#include <string.h>

struct transfer {
    struct host *host;
    struct transfer_config config;
    struct stack_tcp_handler handler;
    struct tcp_connection *tcp;
    struct transfer_pattern pattern;
    uint64_t done; /* octets received intact */
    size_t request_length;
    bool damaged;
    struct transfer_line answer;
};

static instant transfer_now(const struct transfer *transfer)
{
    return transfer->host->node.simulation->now;
}

static void end_connection(struct transfer *transfer)
{
    if (transfer->tcp)
        host_stack_tcp_release(&transfer->host->stack, transfer->tcp);
    transfer->tcp = NULL;
}

static void finish(struct transfer *transfer, uint64_t octets, bool intact)
{
    TRACE(&transfer->host->node.trace, transfer_now(transfer), "transfer.finished",
          trace_text("name", transfer->config.name), trace_number("octets", octets),
          trace_text("intact", intact ? "yes" : "no"));
    host_stack_tcp_close(&transfer->host->stack, transfer->tcp);
    end_connection(transfer);
}

/* Octets of the transfer itself that were received or sent. */
static uint64_t octets_done(const struct transfer *transfer)
{
    if (transfer->config.direction == TRANSFER_RECEIVE || !transfer->tcp)
        return transfer->done;
    uint64_t sent = tcp_connection_counters(transfer->tcp)->octets_sent;
    return sent > transfer->request_length ? sent - transfer->request_length : 0;
}

static void fail(struct transfer *transfer, const char *reason)
{
    TRACE(&transfer->host->node.trace, transfer_now(transfer), "transfer.failed",
          trace_text("name", transfer->config.name), trace_number("octets", octets_done(transfer)),
          trace_text("reason", reason));
    end_connection(transfer);
}

static void send_request(struct transfer *transfer)
{
    struct transfer_request request = {
        .direction = transfer->config.direction,
        .size = transfer->config.size,
    };
    strncpy(request.name, transfer->config.name, sizeof request.name - 1);
    char line[TRANSFER_LINE_SIZE];
    size_t length = transfer_request_format(&request, line);
    transfer->request_length =
        host_stack_tcp_send(&transfer->host->stack, transfer->tcp, line, length);
}

static void send_data(struct transfer *transfer)
{
    const struct tcp_source source =
        transfer_pattern_source(&transfer->pattern, transfer->config.size);
    (void)host_stack_tcp_send_from(&transfer->host->stack, transfer->tcp, &source);
}

/* What the server has said about the octets it got. */
static void judge_answer(struct transfer *transfer)
{
    const char *text = transfer->answer.text;
    if (strncmp(text, "OK ", 3) == 0)
        finish(transfer, strtoull(text + 3, NULL, 10),
               strtoull(text + 3, NULL, 10) == transfer->config.size);
    else if (strncmp(text, "DAMAGED ", 8) == 0)
        finish(transfer, strtoull(text + 8, NULL, 10), false);
    else
        fail(transfer, "bad answer");
}

static void take_data(struct transfer *transfer, const uint8_t *octets, size_t length)
{
    if (transfer->damaged || length > transfer->config.size - transfer->done ||
        !transfer_pattern_check(&transfer->pattern, octets, length))
        transfer->damaged = true;
    else
        transfer->done += length;
}

static void read_answer(struct transfer *transfer)
{
    const uint8_t *octets;
    size_t length;
    while (transfer->tcp && (octets = tcp_peek(transfer->tcp, &length))) {
        size_t used;
        enum transfer_line_result result =
            transfer_line_add(&transfer->answer, octets, length, &used);
        /* Unread octets would make the close a reset. */
        host_stack_tcp_consume(&transfer->host->stack, transfer->tcp, length);
        if (result == TRANSFER_LINE_COMPLETE)
            judge_answer(transfer);
        else if (result == TRANSFER_LINE_TOO_LONG)
            fail(transfer, "bad answer");
    }
}

static void read_data(struct transfer *transfer)
{
    const uint8_t *octets;
    size_t length;
    while ((octets = tcp_peek(transfer->tcp, &length))) {
        take_data(transfer, octets, length);
        host_stack_tcp_consume(&transfer->host->stack, transfer->tcp, length);
    }
    if (transfer->damaged || transfer->done == transfer->config.size)
        finish(transfer, transfer->done, !transfer->damaged);
}

static void read_more(struct transfer *transfer)
{
    if (transfer->config.direction == TRANSFER_RECEIVE)
        read_data(transfer);
    else
        read_answer(transfer);
}

static void tcp_happened(void *context, struct tcp_connection *connection, enum tcp_event event)
{
    (void)connection;
    struct transfer *transfer = context;
    if (!transfer->tcp)
        return;
    switch (event) {
    case TCP_EVENT_CONNECTED:
        send_request(transfer);
        if (transfer->config.direction == TRANSFER_SEND)
            send_data(transfer);
        return;
    case TCP_EVENT_READABLE:
        read_more(transfer);
        return;
    case TCP_EVENT_PEER_CLOSED:
        read_more(transfer);
        if (transfer->tcp)
            fail(transfer, "the server closed early");
        return;
    case TCP_EVENT_ACCEPTED:
    case TCP_EVENT_WRITABLE:
        return;
    case TCP_EVENT_CLOSED:
    case TCP_EVENT_RESET:
    case TCP_EVENT_REFUSED:
    case TCP_EVENT_TIMED_OUT:
    case TCP_EVENT_UNREACHABLE:
        fail(transfer, tcp_event_name(event));
        return;
    }
}

enum status transfer_start(struct host *host, const struct transfer_config *config)
{
    struct transfer *transfer = simulation_allocate(host->node.simulation, sizeof *transfer);
    if (!transfer)
        return STATUS_NO_MEMORY;
    *transfer = (struct transfer){
        .host = host,
        .config = *config,
        .handler = {.event = tcp_happened, .context = transfer},
        .pattern = transfer_pattern_make(config->name),
    };
    TRACE(&host->node.trace, transfer_now(transfer), "transfer.started",
          trace_text("name", config->name), trace_address("destination", config->destination),
          trace_number("port", config->port), trace_number("octets", config->size));
    transfer->tcp = host_stack_tcp_connect(&host->stack, IPV4_ANY, config->destination,
                                           config->port, &host->tcp_options, &transfer->handler);
    if (!transfer->tcp) {
        fail(transfer, "no route");
        return STATUS_NOT_FOUND;
    }
    return STATUS_OK;
}
