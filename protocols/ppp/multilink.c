/* The header, the links of a bundle, and what it hands out. */
#include "ppp/multilink_internal.h"

#include "base/wire.h"

#include <assert.h>

/*
 * A fragment behind protocol 003D (RFC 1990 section 3), B and E in the two highest bits:
 *
 *   +-+-+-----------+---------------+---------------+---------------+
 *   |B|E|0 0 0 0 0 0|             sequence number, 24 bits          | data ...
 *   +-+-+-----------+---------------+---------------+---------------+
 *
 *   +-+-+---+-------+---------------+
 *   |B|E|0 0|sequence number, 12    | data ...
 *   +-+-+---+-------+---------------+
 */
#define LONG_BEGINS  UINT32_C(0x80000000)
#define LONG_ENDS    UINT32_C(0x40000000)
#define SHORT_BEGINS 0x8000
#define SHORT_ENDS   0x4000

bool multilink_pull_header(struct packet *fragment, bool short_sequence,
                           struct multilink_header *header)
{
    const uint8_t *p = packet_pull(fragment, short_sequence ? MULTILINK_SHORT_HEADER_SIZE
                                                            : MULTILINK_LONG_HEADER_SIZE);
    if (!p)
        return false;
    uint32_t bits = short_sequence ? wire_load_u16(p) : wire_load_u32(p);
    header->begins = bits & (short_sequence ? SHORT_BEGINS : LONG_BEGINS);
    header->ends = bits & (short_sequence ? SHORT_ENDS : LONG_ENDS);
    header->sequence = bits & multilink_mask(short_sequence);
    return true;
}

void multilink_push_header(struct packet *fragment, bool short_sequence,
                           const struct multilink_header *header)
{
    uint32_t bits = header->sequence & multilink_mask(short_sequence);
    if (short_sequence) {
        bits |= (header->begins ? SHORT_BEGINS : 0) | (header->ends ? SHORT_ENDS : 0);
        wire_store_u16(packet_push(fragment, MULTILINK_SHORT_HEADER_SIZE), (uint16_t)bits);
    } else {
        bits |= (header->begins ? LONG_BEGINS : 0) | (header->ends ? LONG_ENDS : 0);
        wire_store_u32(packet_push(fragment, MULTILINK_LONG_HEADER_SIZE), bits);
    }
}

struct multilink_config multilink_defaults(void)
{
    return (struct multilink_config){
        .label = "",
        .mrru = 1500,
        .fragment_minimum = 64,
        .held_limit = 128,
        .held_ms = 3000,
    };
}

void multilink_init(struct multilink *self, const struct multilink_config *config)
{
    *self = (struct multilink){.config = *config, .stalled_at = INSTANT_NEVER};
    if (self->config.fragment_minimum == 0)
        self->config.fragment_minimum = 1;
}

void multilink_destroy(struct multilink *self)
{
    for (struct packet *packet; (packet = self->held);) {
        self->held = packet->next;
        packet_free(packet);
    }
    self->held_count = 0;
    self->stalled_at = INSTANT_NEVER;
    packet_queue_clear(&self->to_send);
    packet_queue_clear(&self->to_deliver);
}

void multilink_drop(struct multilink *self, instant now, const char *reason, struct packet *packet)
{
    trace_drop(&self->config.trace, now, "multilink", reason, packet->serial);
    packet_free(packet);
}

static void tell_links(const struct multilink *self, instant now, const char *event, uint32_t link)
{
    TRACE(&self->config.trace, now, event, trace_text("bundle", self->config.label),
          trace_text("link", self->links[link].label), trace_number("links", self->link_count));
}

uint32_t multilink_add_link(struct multilink *self, instant now, const char *label,
                            uint16_t peer_mru, uint64_t rate_bps)
{
    uint64_t busiest = 0;
    uint32_t number = 0;
    while (number < MULTILINK_LINKS && self->links[number].joined)
        number++;
    if (number == MULTILINK_LINKS)
        return MULTILINK_NO_LINK;
    for (uint32_t i = 0; i < MULTILINK_LINKS; i++)
        if (self->links[i].joined && self->links[i].busy_ns > busiest)
            busiest = self->links[i].busy_ns;
    /* It comes last: section 6 wants the first fragment of two links on the one that was there. */
    self->links[number] = (struct multilink_link){
        .joined = true,
        .label = label,
        .max_fragment = peer_mru,
        .rate_bps = rate_bps ? rate_bps : 1,
        .busy_ns = self->link_count ? busiest + 1 : 0,
        .latest = (self->expected - 1) & multilink_mask(self->config.short_sequence),
    };
    self->link_count++;
    tell_links(self, now, "ppp.multilink.link-joined", number);
    return number;
}

void multilink_remove_link(struct multilink *self, instant now, uint32_t link)
{
    assert(link < MULTILINK_LINKS && self->links[link].joined);
    self->links[link].joined = false;
    self->link_count--;
    tell_links(self, now, "ppp.multilink.link-left", link);
    /* It may have been the one that the others waited for. */
    if (self->link_count > 0)
        multilink_advance(self, now);
}

instant multilink_next_timeout(const struct multilink *self)
{
    return self->stalled_at;
}

bool multilink_poll(struct multilink *self, struct output *output)
{
    struct packet *packet = packet_queue_pop(&self->to_send);
    if (packet) {
        *output = (struct output){.kind = OUTPUT_SEND, .value = packet->mark, .packet = packet};
        return true;
    }
    struct packet *next = self->to_deliver.head;
    if (next ? next->mark != 0 : self->lost) {
        /* The mark says that something was lost in front of it. */
        if (next)
            next->mark = 0;
        else
            self->lost = false;
        *output = (struct output){.kind = OUTPUT_EVENT};
        return true;
    }
    packet = packet_queue_pop(&self->to_deliver);
    *output = (struct output){.kind = packet ? OUTPUT_DELIVER : OUTPUT_NONE, .packet = packet};
    return packet != NULL;
}
