#include "inet/tcp_options.h"

struct tcp_options tcp_options_rfc(void)
{
    return (struct tcp_options){
        .receive_buffer = 65535,
        .send_buffer = 65535,
        .nagle = true,
        .path_mtu_discovery = true,
        .strict_resets = true,
        .ack_every_segments = 2,
        /* R2 of a SYN must last 3 minutes at least (RFC 9293 section 3.8.3): 1 + 2 + 4 + 8 + 16 +
         * 32 + 60 + 60 s = 183 s. */
        .syn_retransmissions = 7,
        .data_retransmissions = 15,
        .keep_alive_probes = 8,
        .backlog = 1024,
        .syn_retry_after_reset_ms = 500,
        .delayed_ack_ms = 200,
        .initial_rto_ms = 1000,
        .minimum_rto_ms = 1000,
        .maximum_rto_ms = 60000,
        .time_wait_ms = 240000,
        .fin_wait_2_ms = 240000,
        .keep_alive_interval_ms = 75000,
    };
}

struct tcp_options tcp_options_windows_2000(void)
{
    struct tcp_options options = tcp_options_rfc();
    options.receive_buffer = 16384;
    options.send_buffer = 16384;
    options.window_multiple_of_mss = true;
    options.sack_permitted = true;
    options.strict_resets = false;
    options.keep_alive_octet = true;
    options.initial_window_segments = 2;
    options.syn_retransmissions = 2;
    options.data_retransmissions = 5;
    options.keep_alive_probes = 5;
    options.syn_retries_after_reset = 2;
    options.backlog = 200;
    options.initial_rto_ms = 3000;
    options.minimum_rto_ms = 300;
    options.maximum_rto_ms = 240000;
    options.keep_alive_interval_ms = 1000;
    return options;
}
