#ifndef VPNSIM_INET_TCP_OPTIONS_H
#define VPNSIM_INET_TCP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * How one TCP connection behaves where the RFCs leave a choice or where vendors differ. Start from
 * tcp_options_rfc() or tcp_options_windows_2000() and change what is needed; a zeroed structure is
 * not a usable set.
 */
struct tcp_options {
    /** Most octets of data a segment we receive may carry, announced in the MSS option; 0: the
     * interface MTU less 40 (RFC 6691). */
    uint16_t mss;
    /** Most unread octets kept for the application; the window announced. */
    uint32_t receive_buffer;
    /** Most octets accepted by tcp_send() and not yet acknowledged. */
    uint32_t send_buffer;
    /** The receive buffer grows to the next multiple of the MSS once that is known, as Windows
     * does: 16,384 in the SYN becomes 17,520 with an MSS of 1,460. */
    bool window_multiple_of_mss;
    bool window_scaling;     /**< offer and accept RFC 7323 window scaling */
    bool sack_permitted;     /**< send the SACK-Permitted option (SACK itself is not used) */
    bool nagle;              /**< RFC 9293 section 3.7.4 */
    bool path_mtu_discovery; /**< ask for Don't Fragment on every segment (RFC 1191) */
    /** RFC 5961: only an exact RST resets, a SYN never does, and a hard ICMP error does not end an
     * established connection (RFC 5461); else as RFC 793 and RFC 1122 have it. */
    bool strict_resets;
    /** An ICMP Destination Unreachable of any code ends a connection attempt (RFC 5461 section
     * 4.1); else soft ones only change what is told when it times out. */
    bool abort_connect_on_unreachable;
    bool keep_alive_octet;      /**< a keep-alive carries one octet of garbage (RFC 1122 4.2.3.6) */
    uint8_t ack_every_segments; /**< at the latest this many data segments share an ACK */
    uint8_t initial_window_segments; /**< 0: RFC 6928 (ten) */
    uint8_t syn_retransmissions;     /**< of SYN and SYN-ACK, before TCP_EVENT_TIMED_OUT */
    uint8_t data_retransmissions;    /**< of one segment, before TCP_EVENT_TIMED_OUT */
    uint8_t keep_alive_probes;       /**< unanswered ones before TCP_EVENT_TIMED_OUT */
    /** A RST that answers a SYN makes the SYN be sent again so many times before
     * TCP_EVENT_REFUSED (Windows: 2). */
    uint8_t syn_retries_after_reset;
    uint16_t backlog; /**< listener: most connections not yet accepted by the application */
    uint32_t syn_retry_after_reset_ms; /**< pause before each of those */
    uint32_t delayed_ack_ms;           /**< 0: every data segment is acknowledged at once */
    uint32_t initial_rto_ms;           /**< before a round trip was measured (RFC 6298: 1,000) */
    uint32_t minimum_rto_ms;
    uint32_t maximum_rto_ms;
    uint32_t time_wait_ms;           /**< twice the maximum segment lifetime */
    uint32_t fin_wait_2_ms;          /**< a released connection waits so long for the peer's FIN */
    uint32_t keep_alive_ms;          /**< idle time before a keep-alive; 0: off */
    uint32_t keep_alive_interval_ms; /**< between unanswered ones */
    /** Longest time data may stay unacknowledged (RFC 9293 section 3.9.1.1, RFC 5482); 0: only
     * the number of retransmissions counts. */
    uint32_t user_timeout_ms;
};

/**
 * What the RFCs recommend: 65,535 octets of receive buffer with window scaling off by size, initial
 * RTO 1 s, minimum 1 s, maximum 60 s, seven SYN and fifteen data retransmissions, delayed ACK 200
 * ms every second segment, Nagle, 2 MSL of 240 s, RFC 5961, no keep-alive.
 */
struct tcp_options tcp_options_rfc(void);

/**
 * Windows 2000 Professional and Server: window 16,384 rounded up to a multiple of the MSS, no
 * window scaling, SACK-Permitted in the SYN, initial RTO 3 s, two SYN retransmissions (so a connect
 * gives up after 21 s), two more SYNs half a second apart after a RST, five data retransmissions,
 * initial window of two segments, TIME-WAIT and FIN-WAIT-2 of 240 s, RFC 793 reset rules.
 * Windows XP differs by receive_buffer = 65,535 alone.
 */
struct tcp_options tcp_options_windows_2000(void);

#endif
