#include "base/output.h"

#include <assert.h>

static struct output *claim(struct output_queue *queue)
{
    assert(queue->count < OUTPUT_QUEUE_CAPACITY);
    return &queue->ring[(queue->head + queue->count++) % OUTPUT_QUEUE_CAPACITY];
}

void output_push_packet(struct output_queue *queue, enum output_kind kind, struct packet *packet)
{
    if (packet)
        *claim(queue) = (struct output){.kind = kind, .packet = packet};
}

void output_push_datagram(struct output_queue *queue, struct packet *packet, uint32_t value)
{
    if (packet)
        *claim(queue) = (struct output){.kind = OUTPUT_DELIVER, .value = value, .packet = packet};
}

void output_push_event(struct output_queue *queue, int event, uint32_t value)
{
    *claim(queue) = (struct output){.kind = OUTPUT_EVENT, .event = event, .value = value};
}

bool output_pop(struct output_queue *queue, struct output *output)
{
    if (queue->count == 0) {
        *output = (struct output){.kind = OUTPUT_NONE};
        return false;
    }
    *output = queue->ring[queue->head];
    queue->head = (queue->head + 1) % OUTPUT_QUEUE_CAPACITY;
    queue->count--;
    return true;
}

void output_clear(struct output_queue *queue)
{
    struct output output;
    while (output_pop(queue, &output))
        packet_free(output.packet);
}
