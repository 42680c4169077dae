#include "host/tcp_server.h"

#include "host/transfer_protocol.h"

#include <inttypes.h>
#include <stdio.h>

enum session_mode {
    SESSION_REQUEST, /* waits for the line that says what is wanted */
    SESSION_ECHO,
    SESSION_DISCARD,
    SESSION_SINK, /* compares what comes with the pattern */
    SESSION_DONE, /* answered, or the pattern is being sent; waits for the end of the connection */
};

struct tcp_server_session {
    struct tcp_server *server;
    struct stack_tcp_handler handler;
    struct tcp_connection *tcp;
    enum session_mode mode;
    bool peer_closed;
    struct transfer_line line;
    struct transfer_request request;
    struct transfer_pattern pattern;
    uint64_t done;
    struct tcp_server_session *next;
};

static struct host_stack *session_stack(struct tcp_server_session *session)
{
    return &session->server->host->stack;
}

static void end_session(struct tcp_server_session *session)
{
    host_stack_tcp_release(session_stack(session), session->tcp);
    session->tcp = NULL;
    session->next = session->server->idle;
    session->server->idle = session;
}

static void answer(struct tcp_server_session *session, const char *verdict, uint64_t octets)
{
    char text[TRANSFER_LINE_SIZE];
    int length = snprintf(text, sizeof text, "%s %" PRIu64 "\r\n", verdict, octets);
    host_stack_tcp_send(session_stack(session), session->tcp, text, (size_t)length);
    host_stack_tcp_close(session_stack(session), session->tcp);
    session->mode = SESSION_DONE;
}

static void send_pattern(struct tcp_server_session *session)
{
    const struct tcp_source source =
        transfer_pattern_source(&session->pattern, session->request.size);
    session->mode = SESSION_DONE;
    (void)host_stack_tcp_send_from(session_stack(session), session->tcp, &source);
    host_stack_tcp_close(session_stack(session), session->tcp);
}

static void check_pattern(struct tcp_server_session *session, const uint8_t *octets, size_t length)
{
    if (length > session->request.size - session->done ||
        !transfer_pattern_check(&session->pattern, octets, length)) {
        answer(session, "DAMAGED", session->pattern.offset);
        return;
    }
    session->done += length;
    if (session->done == session->request.size)
        answer(session, "OK", session->done);
}

static void begin_transfer(struct tcp_server_session *session)
{
    session->pattern = transfer_pattern_make(session->request.name);
    session->done = 0;
    if (session->request.direction == TRANSFER_RECEIVE) {
        send_pattern(session);
    } else if (session->request.size == 0) {
        answer(session, "OK", 0);
    } else {
        session->mode = SESSION_SINK;
    }
}

/* Takes octets and returns how many: all, except that an echo may wait for room to send. */
static size_t take(struct tcp_server_session *session, const uint8_t *octets, size_t length)
{
    size_t used = length;
    switch (session->mode) {
    case SESSION_REQUEST:
        switch (transfer_line_add(&session->line, octets, length, &used)) {
        case TRANSFER_LINE_MORE:
            break;
        case TRANSFER_LINE_TOO_LONG:
            session->mode = SESSION_DISCARD;
            break;
        case TRANSFER_LINE_COMPLETE:
            if (transfer_request_parse(session->line.text, &session->request))
                begin_transfer(session);
            else
                session->mode = SESSION_DISCARD;
            break;
        }
        return used;
    case SESSION_ECHO:
        return host_stack_tcp_send(session_stack(session), session->tcp, octets, length);
    case SESSION_SINK:
        check_pattern(session, octets, length);
        return length;
    case SESSION_DISCARD:
    case SESSION_DONE:
        return length;
    }
    return length;
}

static void read_more(struct tcp_server_session *session)
{
    const uint8_t *octets;
    size_t length;
    while ((octets = tcp_peek(session->tcp, &length))) {
        size_t used = take(session, octets, length);
        session->server->octets += used;
        if (used > 0)
            host_stack_tcp_consume(session_stack(session), session->tcp, used);
        else
            return;
    }
    if (session->peer_closed)
        host_stack_tcp_close(session_stack(session), session->tcp);
}

static void tcp_happened(void *context, struct tcp_connection *connection, enum tcp_event event)
{
    (void)connection;
    struct tcp_server_session *session = context;
    if (!session->tcp)
        return;
    switch (event) {
    case TCP_EVENT_READABLE:
        read_more(session);
        return;
    case TCP_EVENT_WRITABLE:
        read_more(session);
        return;
    case TCP_EVENT_PEER_CLOSED:
        session->peer_closed = true;
        read_more(session);
        return;
    case TCP_EVENT_CONNECTED:
    case TCP_EVENT_ACCEPTED:
        return;
    case TCP_EVENT_CLOSED:
    case TCP_EVENT_RESET:
    case TCP_EVENT_REFUSED:
    case TCP_EVENT_TIMED_OUT:
    case TCP_EVENT_UNREACHABLE:
        end_session(session);
        return;
    }
}

static void accepted(void *context, struct tcp_connection *connection, enum tcp_event event)
{
    struct tcp_server *server = context;
    if (event != TCP_EVENT_ACCEPTED)
        return;
    struct tcp_server_session *session = server->idle;
    if (session)
        server->idle = session->next;
    else
        session = simulation_allocate(server->host->node.simulation, sizeof *session);
    if (!session) {
        host_stack_tcp_abort(&server->host->stack, connection);
        host_stack_tcp_release(&server->host->stack, connection);
        return;
    }
    *session = (struct tcp_server_session){
        .server = server,
        .handler = {.event = tcp_happened, .context = session},
        .tcp = connection,
        .mode = server->echo ? SESSION_ECHO : SESSION_REQUEST,
    };
    host_stack_tcp_set_handler(connection, &session->handler);
    read_more(session);
}

enum status tcp_server_add(struct host *host, uint16_t port, bool echo)
{
    struct tcp_server *server = simulation_allocate(host->node.simulation, sizeof *server);
    if (!server)
        return STATUS_NO_MEMORY;
    *server = (struct tcp_server){
        .host = host,
        .port = port,
        .echo = echo,
        .accept = {.event = accepted, .context = server},
        .next = host->tcp_servers,
    };
    host->tcp_servers = server;
    return STATUS_OK;
}

void tcp_server_start(struct tcp_server *server)
{
    enum status status = host_stack_tcp_listen(&server->host->stack, IPV4_ANY, server->port,
                                               &server->host->tcp_options, &server->accept);
    if (status != STATUS_OK)
        TRACE(&server->host->node.trace, server->host->node.simulation->now, "server.failed",
              trace_number("port", server->port), trace_text("reason", status_text(status)));
}
