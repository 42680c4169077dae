#ifndef VPNSIM_TESTS_SIM_NET_LINK_PAIR_H
#define VPNSIM_TESTS_SIM_NET_LINK_PAIR_H

#include "net/link.h"
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_SIZE 4096

/* One frame that came by: where, when, and its number, which is its first two octets. */
struct sighting {
    instant at;
    unsigned number;
    unsigned length;
    enum tap_direction direction;
    bool checksum_known; /* of a frame that was received */
};

struct sightings {
    struct capture_tap tap; /* when it is a tap that fills it */
    struct sighting log[LOG_SIZE];
    size_t count;
};

/* Two adapters and the link between them. */
struct pair {
    struct simulation simulation;
    struct link *link;
    struct device devices[2];
    struct sightings arrived[2]; /* by the receiver's side */
    struct trace_subscriber subscriber;
    char events[LOG_SIZE]; /* "name/reason@at " of each event of the link */
    uint64_t last_bit;     /* of the last link.corrupted */
};

static inline void note(struct sightings *sightings, instant at, enum tap_direction direction,
                        const uint8_t *frame, size_t length)
{
    assert_true(sightings->count < LOG_SIZE);
    sightings->log[sightings->count++] = (struct sighting){
        .at = at,
        .number = length >= 2 ? (unsigned)(frame[0] << 8 | frame[1]) : 0,
        .length = (unsigned)length,
        .direction = direction,
    };
}

static inline void record(struct capture_tap *tap, instant at, enum tap_direction direction,
                          const uint8_t *frame, size_t length)
{
    note((struct sightings *)(void *)tap, at, direction, frame, length);
}

static inline void receive(struct device *device, struct packet *frame)
{
    struct pair *pair = device->owner;
    assert_int_equal(frame->mark, 0);
    struct sightings *arrived = &pair->arrived[device->side];
    note(arrived, pair->simulation.now, TAP_RECEIVED, frame->data, frame->length);
    arrived->log[arrived->count - 1].checksum_known = frame->checksum_known;
    packet_free(frame);
}

static inline void hear(void *context, const struct trace_event *event)
{
    struct pair *pair = context;
    assert_string_equal(event->node, "link:wire");
    const char *reason = "";
    for (size_t i = 0; i < event->field_count; i++) {
        if (strcmp(event->fields[i].key, "protocol") == 0)
            assert_string_equal(event->fields[i].text, "link");
        if (strcmp(event->fields[i].key, "reason") == 0)
            reason = event->fields[i].text;
        if (strcmp(event->fields[i].key, "bit") == 0)
            pair->last_bit = event->fields[i].number;
    }
    size_t used = strlen(pair->events);
    snprintf(pair->events + used, sizeof pair->events - used, "%s%s%s@%llu ", event->name,
             *reason ? "/" : "", reason, (unsigned long long)event->at);
}

static inline void pair_init(struct pair *pair, const struct link_config *config, uint64_t seed)
{
    memset(pair, 0, sizeof *pair);
    assert_int_equal(simulation_init(&pair->simulation, seed), STATUS_OK);
    pair->subscriber = (struct trace_subscriber){.receive = hear, .context = pair};
    simulation_subscribe(&pair->simulation, &pair->subscriber);
    pair->link = link_create(&pair->simulation, config);
    for (unsigned side = 0; side < 2; side++) {
        pair->devices[side] = (struct device){.name = "lan", .owner = pair, .receive = receive};
        link_attach(pair->link, side, &pair->devices[side]);
        assert_ptr_equal(link_device(pair->link, side), &pair->devices[side]);
    }
}

static inline struct pair *pair_create(const struct link_config *config)
{
    struct pair *pair = malloc(sizeof *pair);
    pair_init(pair, config, 1);
    return pair;
}

/* Every packet must have been freed by now. */
static inline void pair_destroy(struct pair *pair)
{
    assert_int_equal(pair->simulation.packets.in_use, 0);
    simulation_destroy(&pair->simulation);
    free(pair);
}

static inline void send(struct pair *pair, unsigned side, unsigned number, size_t length)
{
    struct packet *frame = packet_alloc(&pair->simulation.packets, length);
    memset(packet_append(frame, length), 0, length);
    frame->data[0] = (uint8_t)(number >> 8);
    frame->data[1] = (uint8_t)number;
    frame->checksum_known = true; /* by whoever sends it */
    device_transmit(&pair->devices[side], frame);
}

static inline void run(struct pair *pair, instant until)
{
    assert_int_equal(simulation_run(&pair->simulation, until), STATUS_OK);
}

/* The numbers of the frames in the order in which they came, "1 2 3 ". */
static inline const char *numbers(const struct sightings *sightings, char text[256])
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sightings->count; i++)
        used += (size_t)snprintf(text + used, 256 - used, "%u ", sightings->log[i].number);
    return text;
}

static inline struct link_config plain(void)
{
    return (struct link_config){.name = "wire",
                                .rate_bps = 8000000,
                                .delay = INSTANT_MILLISECOND,
                                .mtu = 1500,
                                .queue_limit = 100};
}

#endif
