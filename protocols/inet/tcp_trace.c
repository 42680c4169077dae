#include "inet/tcp_trace.h"

#include "inet/tcp_connection.h"

#define PAIR_FIELDS "local local-port remote remote-port"

const struct trace_declaration tcp_trace_declarations[] = {
    {"tcp.connected", PAIR_FIELDS, "A connection this host opened is established."},
    {"tcp.accepted", PAIR_FIELDS, "A connection a listener took is established."},
    {"tcp.closed", PAIR_FIELDS " reason", "Both directions of a connection are closed in order."},
    {"tcp.reset", PAIR_FIELDS " reason",
     "A connection ended by RST: reason \"peer\" when the RST came in, else why one was sent."},
    {"tcp.refused", PAIR_FIELDS " reason", "A RST answered the SYN of a connection attempt."},
    {"tcp.timed-out", PAIR_FIELDS " reason",
     "A connection was given up: reason \"syn\", \"retransmissions\", \"user-timeout\", "
     "\"keep-alive\" or \"fin-wait-2\"."},
    {"tcp.unreachable", PAIR_FIELDS " reason", "An ICMP error ended a connection."},
    {"tcp.retransmitted", PAIR_FIELDS " sequence length attempt reason",
     "A segment was sent again: reason \"timeout\", \"fast-retransmit\", \"partial-ack\", "
     "\"syn-reset\" or \"path-mtu\"."},
    {"tcp.window-probed", PAIR_FIELDS " reason", "One octet was sent into a closed window."},
    {"tcp.keep-alive-sent", PAIR_FIELDS " reason", "A silent peer was asked for a sign of life."},
    {"tcp.path-mtu-reduced", PAIR_FIELDS " mtu", "An ICMP error lowered the path MTU."},
    {NULL, NULL, NULL},
};

void tcp_trace(const struct tcp_connection *self, instant now, const char *name, const char *reason)
{
    const struct trace_field fields[] = {
        trace_address("local", self->pair.local),
        trace_number("local-port", self->pair.local_port),
        trace_address("remote", self->pair.remote),
        trace_number("remote-port", self->pair.remote_port),
        trace_text("reason", reason),
    };
    trace_emit(&self->endpoint->config.trace, now, name, fields, reason ? 5 : 4);
}

void tcp_trace_retransmission(const struct tcp_connection *self, instant now, uint32_t sequence,
                              uint32_t length, const char *reason)
{
    TRACE(&self->endpoint->config.trace, now, "tcp.retransmitted",
          trace_address("local", self->pair.local),
          trace_number("local-port", self->pair.local_port),
          trace_address("remote", self->pair.remote),
          trace_number("remote-port", self->pair.remote_port), trace_number("sequence", sequence),
          trace_number("length", length), trace_number("attempt", self->retransmissions),
          trace_text("reason", reason));
}
