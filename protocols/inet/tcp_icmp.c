#include "base/wire.h"
#include "inet/tcp_connection.h"

enum icmp_type {
    ICMP_DESTINATION_UNREACHABLE = 3,
    ICMP_SOURCE_QUENCH = 4,
    ICMP_TIME_EXCEEDED = 11,
    ICMP_PARAMETER_PROBLEM = 12,
};

enum unreachable_code {
    CODE_PROTOCOL = 2,
    CODE_PORT = 3,
    CODE_FRAGMENTATION_NEEDED = 4,
};

static const char *unreachable_reason(uint8_t code)
{
    static const char *const names[] = {
        "network-unreachable",      "host-unreachable",
        "protocol-unreachable",     "port-unreachable",
        "fragmentation-needed",     "source-route-failed",
        "network-unknown",          "host-unknown",
        "source-host-isolated",     "network-prohibited",
        "host-prohibited",          "network-unreachable-for-tos",
        "host-unreachable-for-tos", "communication-prohibited",
    };
    return code < sizeof names / sizeof *names ? names[code] : "unreachable";
}

/* RFC 1191 section 7: the next plateau below @p mtu, for routers that do not tell theirs. */
static uint32_t plateau_below(uint32_t mtu)
{
    static const uint16_t plateaus[] = {32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68};
    for (size_t i = 0; i < sizeof plateaus / sizeof *plateaus; i++)
        if (plateaus[i] < mtu)
            return plateaus[i];
    return 68;
}

static void reduce_path_mtu(struct tcp_connection *self, instant now, uint32_t mtu)
{
    uint32_t current = (uint32_t)self->snd_mss + TCP_IPV4_OVERHEAD;
    if (mtu == 0)
        mtu = plateau_below(current);
    mtu = max_u32(mtu, 68);
    if (mtu >= current)
        return; /* an estimate never rises this way (RFC 1191 section 3) */
    self->snd_mss = (uint16_t)(mtu - TCP_IPV4_OVERHEAD);
    TRACE(&self->endpoint->config.trace, now, "tcp.path-mtu-reduced",
          trace_address("local", self->pair.local),
          trace_number("local-port", self->pair.local_port),
          trace_address("remote", self->pair.remote),
          trace_number("remote-port", self->pair.remote_port), trace_number("mtu", mtu));
    /* What did not get through goes again at once; it is no sign of congestion (RFC 1191 section
     * 6.5). */
    self->snd_nxt = self->snd_una;
    self->resend_reason = "path-mtu";
    self->timing = false;
    tcp_want_output(self);
}

static bool synchronized(const struct tcp_connection *self)
{
    return self->state != TCP_STATE_SYN_SENT && self->state != TCP_STATE_SYN_RECEIVED;
}

void tcp_path_mtu_exceeded(struct tcp_connection *self, instant now)
{
    if (synchronized(self))
        reduce_path_mtu(self, now, tcp_path_mtu(self->endpoint, &self->pair));
}

static void unreachable(struct tcp_connection *self, instant now, uint8_t code)
{
    bool hard = code == CODE_PROTOCOL || code == CODE_PORT;
    /* RFC 5461: a forged message must not end what is established. */
    bool abort = synchronized(self) ? hard && !self->options.strict_resets
                                    : hard || self->options.abort_connect_on_unreachable;
    if (abort) {
        tcp_connection_fail(self, now, TCP_EVENT_UNREACHABLE, unreachable_reason(code));
        return;
    }
    self->soft_error = (uint8_t)(code < UINT8_MAX ? code + 1 : code);
}

static void icmp_error(struct tcp_connection *self, instant now, uint8_t type, uint8_t code,
                       uint32_t mtu)
{
    switch (type) {
    case ICMP_DESTINATION_UNREACHABLE:
        if (code != CODE_FRAGMENTATION_NEEDED)
            unreachable(self, now, code);
        else if (synchronized(self))
            reduce_path_mtu(self, now, mtu);
        break;
    case ICMP_SOURCE_QUENCH:
        break; /* RFC 6633: ignored */
    case ICMP_TIME_EXCEEDED:
    case ICMP_PARAMETER_PROBLEM:
    default:
        break; /* soft; retransmission goes on (RFC 9293 section 3.9.2.2) */
    }
}

void tcp_icmp_error(struct tcp_endpoint *self, instant now, uint8_t type, uint8_t code,
                    uint32_t mtu, ipv4_address source, ipv4_address destination, const void *quoted,
                    size_t quoted_length)
{
    struct wire_reader reader = wire_reader_make(quoted, quoted_length);
    struct tcp_socket_pair pair = {.local = source, .remote = destination};
    pair.local_port = wire_get_u16(&reader);
    pair.remote_port = wire_get_u16(&reader);
    uint32_t sequence = wire_get_u32(&reader);
    struct tcp_connection *connection = reader.failed ? NULL : tcp_find(self, &pair);
    const char *problem = NULL;
    if (reader.failed)
        problem = "short-quotation";
    else if (!connection)
        problem = "error-without-connection";
    /* RFC 5927 section 4.1: an attacker off the path does not know what is in flight. */
    else if (seq_lt(sequence, connection->snd_una) || !seq_lt(sequence, connection->snd_max))
        problem = "error-outside-flight";
    if (problem)
        trace_drop(&self->config.trace, now, "tcp", problem, 0);
    else
        icmp_error(connection, now, type, code, mtu);
    tcp_reap(self);
}
