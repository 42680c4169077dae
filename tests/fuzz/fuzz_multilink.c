/*
 * A bundle of four links under any fragments. The first octet chooses the format of both ends'
 * headers; then steps follow: an octet whose low two bits say what and whose next two bits name a
 * link, and a length with as many octets. 0: a fragment comes; 1: a packet is sent; 2: the link
 * leaves, or joins again; 3: time passes. What is sent goes to the peer, over lines that keep
 * everything, and must come out there as it was.
 */
#include "base/wire.h"
#include "fuzz.h"
#include "ppp/multilink.h"

#include <assert.h>
#include <string.h>

#define LINKS 4

struct party {
    struct packet_pool pool;
    struct multilink bundle;
    struct multilink peer;
    instant now;
};

static void receive(struct party *party, const uint8_t *sent, size_t length)
{
    struct output output;
    unsigned delivered = 0;
    while (multilink_poll(&party->peer, &output)) {
        assert(output.kind == OUTPUT_DELIVER);
        assert(output.packet->length == length && memcmp(output.packet->data, sent, length) == 0);
        packet_free(output.packet);
        delivered++;
    }
    assert(delivered == (length > 0));
}

static void drain(struct party *party)
{
    struct output output;
    while (multilink_poll(&party->bundle, &output)) {
        assert(output.kind != OUTPUT_SEND);
        if (output.kind == OUTPUT_DELIVER) {
            assert(output.packet->length > 0);
            packet_free(output.packet);
        }
    }
    assert(party->bundle.held_count <= party->bundle.config.held_limit);
    assert((party->bundle.held == NULL) ==
           (multilink_next_timeout(&party->bundle) == INSTANT_NEVER));
}

static void send(struct party *party, const uint8_t *octets, size_t length)
{
    struct output output;
    if (party->bundle.link_count == 0)
        return;
    multilink_send(&party->bundle, party->now, packet_from(&party->pool, octets, length));
    while (multilink_poll(&party->bundle, &output)) {
        assert(output.kind == OUTPUT_SEND && output.value < LINKS);
        multilink_input(&party->peer, party->now, output.value, output.packet);
    }
    receive(party, octets, length);
}

static void toggle(struct party *party, uint32_t link)
{
    if (party->bundle.links[link].joined)
        multilink_remove_link(&party->bundle, party->now, link);
    else
        multilink_add_link(&party->bundle, party->now, "link", (uint16_t)(128 + 99 * link), 9600);
}

static void step(struct party *party, struct wire_reader *reader)
{
    uint8_t what = wire_get_u8(reader);
    uint32_t link = what >> 2 & 3;
    uint8_t length = wire_get_u8(reader);
    const uint8_t *octets = wire_get_octets(reader, length);
    if (!octets)
        return;
    if ((what & 3) == 0 && party->bundle.links[link].joined)
        multilink_input(&party->bundle, party->now, link,
                        packet_from(&party->pool, octets, length));
    else if ((what & 3) == 1)
        send(party, octets, length);
    else if ((what & 3) == 2)
        toggle(party, link);
    else if ((what & 3) == 3)
        party->now += length * INSTANT_SECOND;
    multilink_handle_timeout(&party->bundle, party->now);
    drain(party);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct party party = {.now = 0};
    struct multilink_config config = multilink_defaults();
    struct wire_reader reader = wire_reader_make(data, size);
    uint8_t formats = wire_get_u8(&reader);
    packet_pool_init(&party.pool);
    config.pool = &party.pool;
    config.held_limit = 12;
    config.fragment_minimum = 8;
    config.short_sequence = formats & 1;
    config.peer_short_sequence = formats & 2;
    multilink_init(&party.bundle, &config);
    config.short_sequence = formats & 2;
    multilink_init(&party.peer, &config);
    for (uint32_t i = 0; i < LINKS; i++) {
        toggle(&party, i);
        multilink_add_link(&party.peer, 0, "link", 1500, 9600);
    }
    while (wire_remaining(&reader) > 0)
        step(&party, &reader);
    multilink_destroy(&party.bundle);
    multilink_destroy(&party.peer);
    assert(party.pool.in_use == 0);
    packet_pool_destroy(&party.pool);
    return 0;
}
