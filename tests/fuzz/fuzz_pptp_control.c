/*
 * One end of a control connection against an arbitrary peer and an arbitrary owner. The first octet
 * chooses the configuration; then come records: one octet of command, one of length, the octets
 * that TCP delivers.
 */
#include "fuzz.h"
#include "pptp/pptp_control.h"

#include <stdlib.h>

#define CALLS 3

static void drain(struct pptp_control *control, unsigned *ends)
{
    struct output output;
    while (pptp_control_poll(control, &output)) {
        struct pptp_message message;
        /* What the engine sends must be well formed, and nothing follows the end. */
        if (output.kind == OUTPUT_SEND &&
            pptp_message_decode(output.packet->data, output.packet->length, &message) !=
                PPTP_MESSAGE_OK)
            abort();
        if (*ends > 0)
            abort();
        if (output.kind == OUTPUT_EVENT && output.event >= PPTP_EVENT_CALL_REQUESTED &&
            output.event <= PPTP_EVENT_WAN_ERROR &&
            !pptp_control_call(control, (uint16_t)output.value))
            abort();
        if (output.kind == OUTPUT_EVENT &&
            (output.event == PPTP_EVENT_STOPPED || output.event == PPTP_EVENT_ABORT))
            ++*ends;
        packet_free(output.packet);
    }
}

static void command(struct pptp_control *control, instant *now, uint8_t what)
{
    struct pptp_outgoing_call_request request = {.receive_window = 64};
    struct pptp_outgoing_call_reply reply = {.result = (uint8_t)(1 + (what >> 6))};
    struct pptp_incoming_call_request ring = {.bearer_type = 1};
    struct pptp_incoming_call_reply incoming = {.result = (uint8_t)(1 + (what >> 6))};
    struct pptp_incoming_call_connected connected = {.connect_speed = 64000};
    struct pptp_wan_error_notify errors = {.crc_errors = 1};
    uint16_t call_id = what >> 4 & 3;
    uint16_t new_id;
    switch (what & 15) {
    case 0:
        pptp_control_place_call(control, *now, &request, &new_id);
        break;
    case 1:
        pptp_control_answer_call(control, *now, call_id, &reply);
        break;
    case 2:
        pptp_control_ring(control, *now, &ring, &new_id);
        break;
    case 3:
        pptp_control_answer_incoming_call(control, *now, call_id, &incoming);
        break;
    case 4:
        pptp_control_connect_incoming_call(control, *now, call_id, &connected);
        break;
    case 5:
        pptp_control_clear_call(control, *now, call_id, 0, 0);
        break;
    case 6:
        pptp_control_send_link_info(control, *now, call_id, 0, 0);
        break;
    case 7:
        pptp_control_send_wan_error(control, *now, call_id, &errors);
        break;
    case 8:
        pptp_control_stop(control, *now, PPTP_STOP_NONE);
        break;
    case 9:
        pptp_control_lower_down(control, *now);
        break;
    case 10:
        pptp_control_send_echo(control, *now);
        break;
    case 11:
    case 12:
        *now += (instant)(what >> 4) * 10 * INSTANT_SECOND;
        if (pptp_control_next_timeout(control) <= *now)
            pptp_control_handle_timeout(control, *now);
        break;
    default:
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct pptp_call calls[CALLS];
    enum pptp_role role = data[0] & 1 ? PPTP_PAC : PPTP_PNS;
    bool originator = data[0] & 2;
    struct pptp_control_config config = data[0] & 4 ? pptp_control_config_windows(role, originator)
                                                    : pptp_control_config_rfc(role, originator);
    config.pool = &pool;
    config.calls = calls;
    config.max_calls = CALLS;
    if (data[0] & 8)
        pool.limit = 1;
    struct pptp_control control;
    pptp_control_init(&control, &config);
    instant now = 0;
    unsigned ends = 0;
    pptp_control_start(&control, now);
    drain(&control, &ends);
    data++, size--;

    while (size >= 2) {
        command(&control, &now, data[0]);
        drain(&control, &ends);
        size_t length = data[1] < size - 2 ? data[1] : size - 2;
        data += 2;
        size -= 2 + length;
        while (length > 0) {
            size_t taken = pptp_control_input(&control, now, data, length);
            if (taken == 0 || taken > length)
                abort();
            drain(&control, &ends);
            data += taken;
            length -= taken;
        }
        if (pool.in_use != 0 || pptp_control_calls_in_use(&control) > CALLS)
            abort();
    }
    pptp_control_lower_down(&control, now);
    drain(&control, &ends);
    if (ends != 1)
        abort();
    pptp_control_close(&control);
    packet_pool_destroy(&pool);
    return 0;
}
