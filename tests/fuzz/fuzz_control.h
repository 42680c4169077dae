#ifndef VPNSIM_TESTS_FUZZ_FUZZ_CONTROL_H
#define VPNSIM_TESTS_FUZZ_FUZZ_CONTROL_H

/*
 * Drives one PPP control protocol with a list of packets: an octet of length, then as many octets.
 * Length 0 lets the Restart timer expire, length 255 closes and opens the layer.
 */
#include "ppp/ppp_control.h"

#include <assert.h>
#include <string.h>

static inline void fuzz_control_send(void *context, instant now, uint16_t protocol,
                                     struct packet *packet)
{
    (void)context, (void)now, (void)protocol;
    /* Whatever is sent is well formed. */
    assert(packet->length >= PPP_CONTROL_HEADER_SIZE);
    assert(wire_load_u16(packet->data + 2) == packet->length);
    packet_free(packet);
}

static inline void fuzz_control_notify(void *context, instant now, struct ppp_control *control,
                                       enum ppp_control_notice notice, uint32_t value)
{
    (void)context, (void)now, (void)control, (void)notice, (void)value;
}

static inline void fuzz_control_emit(void *context, const struct trace_event *event)
{
    (void)context;
    for (size_t i = 0; i < event->field_count; i++) {
        if (event->fields[i].kind == TRACE_TEXT)
            assert(strlen(event->fields[i].text) < 256);
    }
}

static inline void fuzz_control_run(struct ppp_control *control, const uint8_t *data, size_t size)
{
    instant now = 0;
    ppp_control_open(control, now);
    ppp_control_up(control, now);
    while (size > 0) {
        size_t length = *data++;
        size--;
        if (length == 0) {
            if (ppp_control_next_timeout(control) != INSTANT_NEVER)
                now = ppp_control_next_timeout(control);
            ppp_control_handle_timeout(control, now);
        } else if (length == 255) {
            ppp_control_close(control, now);
            ppp_control_open(control, now);
        } else {
            if (length > size)
                length = size;
            ppp_control_input(control, now, data, length, 1);
            data += length;
            size -= length;
        }
    }
    ppp_control_down(control, now);
    ppp_control_destroy(control);
}

#endif
