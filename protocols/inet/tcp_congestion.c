#include "inet/tcp_connection.h"

/* Congestion control (RFC 5681) with NewReno (RFC 6582) and Limited Transmit (RFC 3042), and the
 * retransmission timer (RFC 6298). */

#define DUPLICATE_ACK_THRESHOLD 3

void tcp_congestion_init(struct tcp_connection *self)
{
    self->ssthresh = UINT32_MAX;
    tcp_congestion_set_initial_window(self);
}

static uint32_t initial_window(const struct tcp_connection *self)
{
    uint32_t mss = self->snd_mss;
    if (self->options.initial_window_segments != 0)
        return mss * self->options.initial_window_segments;
    /* RFC 6928 section 2. */
    return min_u32(10 * mss, max_u32(2 * mss, 14600));
}

void tcp_congestion_set_initial_window(struct tcp_connection *self)
{
    /* RFC 5681 section 3.1: one segment after a SYN was lost. */
    self->cwnd = self->syn_retransmitted ? self->snd_mss : initial_window(self);
}

uint32_t tcp_congestion_window(const struct tcp_connection *self)
{
    /* RFC 3042: the first two duplicate ACKs each let one new segment go. */
    if (!self->recovering && self->duplicate_acks < DUPLICATE_ACK_THRESHOLD)
        return self->cwnd + self->duplicate_acks * (uint32_t)self->snd_mss;
    return self->cwnd;
}

void tcp_congestion_idle(struct tcp_connection *self, instant now)
{
    /* RFC 5681 section 4.1: after an idle time of one RTO the ACK clock is gone. */
    if (self->snd_una == self->snd_max && now > instant_after(self->last_sent_at, self->rto))
        self->cwnd = min_u32(self->cwnd, initial_window(self));
}

static void grow(struct tcp_connection *self, uint32_t octets, uint32_t flight_before)
{
    uint32_t mss = self->snd_mss;
    /* A window that the application or the peer leaves unused has proved nothing. */
    if (flight_before + mss < self->cwnd || self->cwnd > UINT32_MAX / 2)
        return;
    if (self->cwnd < self->ssthresh) {
        /* Slow start, equation 2. */
        self->cwnd += min_u32(octets, mss);
        return;
    }
    /* Congestion avoidance: one segment for every window acknowledged. */
    self->acknowledged_octets += octets;
    if (self->acknowledged_octets >= self->cwnd) {
        self->acknowledged_octets -= self->cwnd;
        self->cwnd += mss;
    }
}

/* RFC 6582 section 3.2, step 3: an ACK of new data during fast recovery. */
static void recovery_ack(struct tcp_connection *self, instant now, uint32_t ack, uint32_t octets)
{
    uint32_t mss = self->snd_mss;
    if (!seq_lt(ack, self->recover)) {
        self->cwnd = min_u32(self->ssthresh, max_u32(self->snd_max - ack, mss) + mss);
        self->recovering = false;
        self->acknowledged_octets = 0;
        return;
    }
    self->retransmit_head = true;
    self->cwnd -= min_u32(self->cwnd - mss, octets);
    if (octets >= mss)
        self->cwnd += mss;
    /* The "Impatient" variant of section 4: only the first partial ACK restarts the timer. */
    if (!self->partial_ack_seen)
        tcp_timer_arm_retransmission(self, now);
}

void tcp_congestion_acknowledged(struct tcp_connection *self, instant now, uint32_t ack,
                                 uint32_t octets, uint32_t flight_before)
{
    self->duplicate_acks = 0;
    if (self->recovering) {
        recovery_ack(self, now, ack, octets);
        self->partial_ack_seen = self->recovering;
        return;
    }
    grow(self, octets, flight_before);
}

/* RFC 5681 equation 4. */
static uint32_t half_flight(const struct tcp_connection *self)
{
    /* What Limited Transmit added does not count. */
    uint32_t flight = min_u32(tcp_flight(self), self->cwnd);
    return max_u32(flight / 2, 2 * (uint32_t)self->snd_mss);
}

void tcp_congestion_duplicate_ack(struct tcp_connection *self, instant now)
{
    uint32_t mss = self->snd_mss;
    self->counters.duplicate_acks++;
    if (self->recovering) {
        if (self->cwnd < UINT32_MAX / 2)
            self->cwnd += mss;
        return;
    }
    if (self->duplicate_acks < UINT16_MAX)
        self->duplicate_acks++;
    if (self->duplicate_acks != DUPLICATE_ACK_THRESHOLD)
        return;
    /* RFC 6582 section 3.2, step 1: not when these are echoes of an earlier recovery. */
    if (!seq_lt(self->recover, self->snd_una))
        return;
    self->ssthresh = half_flight(self);
    self->cwnd = self->ssthresh + DUPLICATE_ACK_THRESHOLD * mss;
    self->recover = self->snd_max;
    self->recovering = true;
    self->partial_ack_seen = false;
    self->retransmit_head = true;
    self->timing = false;
    tcp_timer_arm_retransmission(self, now);
}

void tcp_congestion_timeout(struct tcp_connection *self)
{
    /* RFC 5681 section 3.1: ssthresh is kept when the same segment is lost again. */
    if (self->retransmissions == 1)
        self->ssthresh = half_flight(self);
    self->cwnd = self->snd_mss;
    self->acknowledged_octets = 0;
    self->duplicate_acks = 0;
    self->recovering = false;
    /* RFC 6582 section 3.2, step 4. */
    self->recover = self->snd_max;
}

void tcp_rtt_sample(struct tcp_connection *self, instant rtt)
{
    /* RFC 6298 sections 2.2 and 2.3, with alpha = 1/8 and beta = 1/4. */
    if (self->smoothed_rtt == 0) {
        self->smoothed_rtt = rtt > 0 ? rtt : 1;
        self->rtt_variation = rtt / 2;
    } else {
        instant difference =
            rtt > self->smoothed_rtt ? rtt - self->smoothed_rtt : self->smoothed_rtt - rtt;
        self->rtt_variation = (3 * self->rtt_variation + difference) / 4;
        self->smoothed_rtt = (7 * self->smoothed_rtt + rtt) / 8;
    }
    instant margin = 4 * self->rtt_variation;
    instant rto =
        self->smoothed_rtt + (margin > INSTANT_MILLISECOND ? margin : INSTANT_MILLISECOND);
    instant minimum = self->options.minimum_rto_ms * INSTANT_MILLISECOND;
    instant maximum = self->options.maximum_rto_ms * INSTANT_MILLISECOND;
    rto = rto < minimum ? minimum : rto;
    self->rto = rto > maximum && maximum > 0 ? maximum : rto;
}

void tcp_rto_back_off(struct tcp_connection *self)
{
    /* RFC 6298 section 5.5. */
    instant maximum = self->options.maximum_rto_ms * INSTANT_MILLISECOND;
    if (self->rto < maximum)
        self->rto = instant_earlier(self->rto * 2, maximum);
}
