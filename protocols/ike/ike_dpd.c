#include "ike/ike_internal.h"

#include <string.h>

/* Dead peer detection, RFC 3706. */

void ike_dpd_schedule(struct ike_state *state, struct ike_phase1 *phase1)
{
    bool asks = state->behaviour->dpd_ms && phase1->peer_vendors & IKE_VENDOR_BIT(IKE_VENDOR_DPD) &&
                phase1->state == IKE_PHASE1_ESTABLISHED;
    phase1->deadlines[IKE_PHASE1_DPD] =
        asks ? instant_after(phase1->heard, state->behaviour->dpd_ms * INSTANT_MILLISECOND)
             : INSTANT_NEVER;
    ike_phase1_arm(state, phase1);
}

static void send(struct ike_state *state, struct ike_phase1 *phase1, uint16_t type,
                 uint32_t sequence)
{
    uint8_t spi[2 * ISAKMP_COOKIE_SIZE];
    uint8_t data[4];
    ike_cookies(phase1, spi);
    wire_store_u32(data, sequence);
    struct isakmp_notify notify = {.doi = ISAKMP_DOI_IPSEC,
                                   .protocol = ISAKMP_PROTOCOL_ISAKMP,
                                   .type = type,
                                   .spi = spi,
                                   .spi_length = sizeof spi,
                                   .data = data,
                                   .data_length = sizeof data};
    ike_notify_send(state, phase1, &notify);
}

void ike_dpd_handle_timeout(struct ike_state *state, struct ike_phase1 *phase1)
{
    const struct ike_behaviour *behaviour = state->behaviour;
    instant silence = instant_after(phase1->heard, behaviour->dpd_ms * INSTANT_MILLISECOND);
    if (phase1->dpd_unanswered == 0 && silence > state->now) {
        phase1->deadlines[IKE_PHASE1_DPD] = silence;
        return;
    }
    if (phase1->dpd_unanswered < behaviour->dpd_count) {
        if (phase1->dpd_sequence == 0) /* RFC 3706 section 5.4: chosen at random */
            phase1->dpd_sequence = entropy_u32(state->config->entropy) >> 1;
        phase1->dpd_unanswered++;
        send(state, phase1, ISAKMP_R_U_THERE, ++phase1->dpd_sequence);
        phase1->deadlines[IKE_PHASE1_DPD] = ike_due(state, behaviour->dpd_retry_ms);
        return;
    }
    ike_trace_peer(state, phase1, "ike.dpd.dead");
    struct ike_output output = {.event = IKE_EVENT_PEER_DEAD,
                                .phase1 = phase1->id,
                                .local = phase1->local,
                                .remote = phase1->remote};
    ike_queue_event(state, &output, IKE_INDEX_END);
    ike_child_doom_all(state, phase1, IKE_CAUSE_PEER_DEAD, false);
    ike_phase1_doom(state, phase1, IKE_CAUSE_PEER_DEAD, false);
}

void ike_dpd_input(struct ike_state *state, struct ike_phase1 *phase1,
                   const struct isakmp_notify *notify)
{
    if (notify->data_length != 4)
        return;
    uint32_t sequence = wire_load_u32(notify->data);
    if (notify->type == ISAKMP_R_U_THERE) {
        if (!ike_shows(state->behaviour, IKE_VENDOR_DPD))
            return;
        phase1->dpd_peer_sequence = sequence;
        send(state, phase1, ISAKMP_R_U_THERE_ACK, sequence);
    } else if (sequence == phase1->dpd_sequence) {
        phase1->dpd_unanswered = 0;
        ike_trace_peer(state, phase1, "ike.dpd.alive");
        ike_dpd_schedule(state, phase1);
    }
}
