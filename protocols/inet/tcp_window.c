#include "inet/tcp_connection.h"

#define LARGEST_WINDOW 65535U
#define LARGEST_SCALE  14 /* RFC 7323 section 2.3 */

uint8_t tcp_scale_for(uint32_t receive_buffer)
{
    uint8_t scale = 0;
    while (scale < LARGEST_SCALE && receive_buffer >> scale > LARGEST_WINDOW)
        scale++;
    return scale;
}

uint32_t tcp_receive_window(const struct tcp_connection *self)
{
    return self->rcv_adv - self->rcv_nxt;
}

/* How far the right edge of the window could be, whatever was announced. */
static uint32_t right_edge(const struct tcp_connection *self)
{
    uint32_t room = self->receive_buffer > self->receive_queued
                        ? self->receive_buffer - self->receive_queued
                        : 0;
    uint32_t scale = self->scaling ? self->rcv_scale : 0;
    return self->rcv_nxt + min_u32(room, LARGEST_WINDOW << scale);
}

uint16_t tcp_window_to_announce(struct tcp_connection *self)
{
    /* RFC 9293 section 3.8.6.2.2: the edge moves by a segment or half the buffer, or stays. It
     * never moves back: the buffer does not shrink and data in order moves both terms alike. */
    uint32_t edge = right_edge(self);
    uint32_t step = min_u32(self->receive_buffer / 2, self->announced_mss);
    if (seq_lt(self->rcv_adv, edge) && edge - self->rcv_adv >= step)
        self->rcv_adv = edge;
    uint32_t scale = self->scaling ? self->rcv_scale : 0;
    uint32_t window = tcp_receive_window(self) >> scale;
    return (uint16_t)min_u32(window, LARGEST_WINDOW);
}

void tcp_window_opened(struct tcp_connection *self)
{
    switch (self->state) {
    case TCP_STATE_ESTABLISHED:
    case TCP_STATE_FIN_WAIT_1:
    case TCP_STATE_FIN_WAIT_2:
        break;
    case TCP_STATE_CLOSED:
    case TCP_STATE_LISTEN:
    case TCP_STATE_SYN_SENT:
    case TCP_STATE_SYN_RECEIVED:
    case TCP_STATE_CLOSE_WAIT:
    case TCP_STATE_CLOSING:
    case TCP_STATE_LAST_ACK:
    case TCP_STATE_TIME_WAIT:
        return;
    }
    /* Two segments or half the buffer are worth an ACK of their own; less rides along. */
    uint32_t opened = right_edge(self) - self->rcv_adv;
    if (opened < min_u32(self->receive_buffer / 2, 2 * (uint32_t)self->announced_mss) ||
        opened == 0)
        return;
    self->ack_now = true;
    tcp_want_output(self);
}

void tcp_negotiate(struct tcp_connection *self, const struct tcp_segment *syn)
{
    uint32_t limit = tcp_path_mtu(self->endpoint, &self->pair) - TCP_IPV4_OVERHEAD;
    /* RFC 9293 section 3.7.1, MUST-15. An MSS too small to carry options would stall (cf. RFC 879);
     * 28 is what the smallest legal MTU of 68 leaves. */
    uint32_t mss = syn->has_mss ? max_u32(syn->mss, 28) : TCP_DEFAULT_MSS;
    self->snd_mss = (uint16_t)min_u32(mss, limit);
    /* RFC 7323 section 2.2: only when both SYNs carry it. */
    self->scaling = self->options.window_scaling && syn->has_window_scale;
    self->snd_scale = self->scaling ? (uint8_t)min_u32(syn->window_scale, LARGEST_SCALE) : 0;
    if (self->options.window_multiple_of_mss) {
        uint32_t segment = min_u32(self->snd_mss, self->announced_mss);
        uint32_t rounded = (self->receive_buffer + segment - 1) / segment * segment;
        if (self->scaling || rounded <= LARGEST_WINDOW)
            self->receive_buffer = rounded;
    }
    /* What our SYN or SYN-ACK offers, whose window is never scaled. */
    self->rcv_adv = self->rcv_nxt + min_u32(self->receive_buffer, LARGEST_WINDOW);
    self->peer_sack_permitted = syn->sack_permitted;
    self->snd_wnd = syn->window; /* never scaled in a SYN */
    self->snd_wnd_max = self->snd_wnd;
    self->snd_wl1 = syn->sequence;
    self->snd_wl2 = syn->acknowledgment;
    tcp_congestion_set_initial_window(self);
}
