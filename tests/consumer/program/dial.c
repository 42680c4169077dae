/*
 * A program outside the project: it lets two ends of a PPTP control connection dial, talk and hang
 * up, with nothing but the installed library. What would be TCP is a copy here.
 */
#include <pptp/pptp_control.h>

#include <stdio.h>
#include <stdlib.h>

#define CALLS 1

static const char *const event_names[] = {
    [PPTP_EVENT_CONTROL_ESTABLISHED] = "control connection established",
    [PPTP_EVENT_CONTROL_FAILED] = "control connection failed",
    [PPTP_EVENT_CALL_REQUESTED] = "call requested",
    [PPTP_EVENT_CALL_ACCEPTED] = "call accepted",
    [PPTP_EVENT_CALL_CONNECTED] = "call connected",
    [PPTP_EVENT_CALL_REFUSED] = "call refused",
    [PPTP_EVENT_CALL_CLEARED] = "call cleared",
    [PPTP_EVENT_LINK_INFO] = "link information",
    [PPTP_EVENT_WAN_ERROR] = "line errors",
    [PPTP_EVENT_STOPPED] = "stopped",
    [PPTP_EVENT_ABORT] = "aborted",
};

struct end {
    const char *name;
    struct pptp_control control;
    struct pptp_call calls[CALLS];
    struct end *peer;
    unsigned connected;
    unsigned stopped;
};

static void open_end(struct end *end, const char *name, struct packet_pool *pool,
                     enum pptp_role role, struct end *peer)
{
    struct pptp_control_config config = pptp_control_config_windows(role, role == PPTP_PNS);
    config.pool = pool;
    config.calls = end->calls;
    config.max_calls = CALLS;
    end->name = name;
    end->peer = peer;
    pptp_control_init(&end->control, &config);
}

static void react(struct end *end, instant now, const struct output *output)
{
    printf("%s: %s\n", end->name, event_names[output->event]);
    if (output->event == PPTP_EVENT_CALL_REQUESTED) {
        struct pptp_outgoing_call_reply reply = {
            .result = PPTP_OUTGOING_CONNECTED, .connect_speed = 10000000, .receive_window = 16384};
        if (pptp_control_answer_call(&end->control, now, (uint16_t)output->value, &reply) !=
            STATUS_OK)
            exit(1);
    }
    end->connected += output->event == PPTP_EVENT_CALL_CONNECTED;
    end->stopped += output->event == PPTP_EVENT_STOPPED;
}

/* Polls both ends until neither has anything to say. */
static void settle(struct end ends[2], instant now)
{
    struct output output;
    for (int i = 0; i < 2; i++) {
        while (pptp_control_poll(&ends[i].control, &output)) {
            if (output.kind == OUTPUT_EVENT) {
                react(&ends[i], now, &output);
                continue;
            }
            struct pptp_message message;
            if (pptp_message_decode(output.packet->data, output.packet->length, &message) ==
                PPTP_MESSAGE_OK)
                printf("%s: sends %s\n", ends[i].name, pptp_message_name(message.type));
            /* One message a packet, so it is taken whole. */
            size_t taken = pptp_control_input(&ends[i].peer->control, now, output.packet->data,
                                              output.packet->length);
            if (taken != output.packet->length)
                exit(1);
            packet_free(output.packet);
            i = -1; /* the peer may have something to say now: begin again */
            break;
        }
    }
}

int main(void)
{
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct end ends[2] = {0};
    open_end(&ends[0], "client", &pool, PPTP_PNS, &ends[1]);
    open_end(&ends[1], "server", &pool, PPTP_PAC, &ends[0]);
    pptp_control_start(&ends[1].control, 0);
    pptp_control_start(&ends[0].control, 0);
    settle(ends, 0);

    struct pptp_outgoing_call_request request = {
        .minimum_bps = 300, .maximum_bps = 100000000, .receive_window = 64};
    uint16_t call_id;
    if (pptp_control_place_call(&ends[0].control, INSTANT_SECOND, &request, &call_id) != STATUS_OK)
        return 1;
    settle(ends, INSTANT_SECOND);
    pptp_control_stop(&ends[0].control, 2 * INSTANT_SECOND, PPTP_STOP_NONE);
    settle(ends, 2 * INSTANT_SECOND);

    int good = ends[0].connected == 1 && ends[1].connected == 1 && ends[0].stopped == 1 &&
               ends[1].stopped == 1 && pool.in_use == 0;
    packet_pool_destroy(&pool);
    return good ? 0 : 1;
}
