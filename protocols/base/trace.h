#ifndef VPNSIM_BASE_TRACE_H
#define VPNSIM_BASE_TRACE_H

#include "base/instant.h"
#include "base/ipv4_address.h"

#include <stddef.h>
#include <stdint.h>

/** How a trace field's value is to be read and printed. */
enum trace_kind {
    TRACE_UNSIGNED, /**< number, printed in decimal */
    TRACE_TEXT,     /**< text, UTF-8 */
    TRACE_ADDRESS,  /**< IPv4 address, printed as a dotted quad */
    TRACE_OCTETS,   /**< octets[0 .. number), printed as lower-case hexadecimal */
};

/** One key and value of an event; everything pointed to is borrowed for the call. */
struct trace_field {
    const char *key;
    enum trace_kind kind;
    uint64_t number;
    const char *text;
    const uint8_t *octets;
};

/**
 * Something that happened: the one typed stream that narration, events.jsonl, expectations and
 * tests subscribe to. Names are dotted and lower case, protocol first ("ppp.lcp.opened").
 */
struct trace_event {
    instant at;
    const char *node; /**< the node it happened at; "" when there is none */
    const char *name;
    const struct trace_field *fields;
    size_t field_count;
};

/**
 * Where an engine sends its events. A zeroed sink discards them. The callee must not call back
 * into the engine.
 */
struct trace {
    void (*emit)(void *context, const struct trace_event *event);
    void *context;
    const char *node;
};

static inline struct trace_field trace_number(const char *key, uint64_t number)
{
    return (struct trace_field){.key = key, .kind = TRACE_UNSIGNED, .number = number};
}

static inline struct trace_field trace_text(const char *key, const char *text)
{
    return (struct trace_field){.key = key, .kind = TRACE_TEXT, .text = text};
}

static inline struct trace_field trace_address(const char *key, ipv4_address address)
{
    return (struct trace_field){.key = key, .kind = TRACE_ADDRESS, .number = address};
}

static inline struct trace_field trace_octets(const char *key, const void *octets, size_t length)
{
    return (struct trace_field){
        .key = key, .kind = TRACE_OCTETS, .octets = octets, .number = length};
}

/** Sends one event; nothing happens when @p trace discards. */
void trace_emit(const struct trace *trace, instant now, const char *name,
                const struct trace_field *fields, size_t field_count);

/** trace_emit() with the fields as further arguments: TRACE(t, now, "a.b", trace_number(...)). */
#define TRACE(trace, now, name, ...)                                                               \
    trace_emit((trace), (now), (name), (const struct trace_field[]){__VA_ARGS__},                  \
               sizeof((const struct trace_field[]){__VA_ARGS__}) / sizeof(struct trace_field))

/** trace_emit() of an event without fields. */
#define TRACE_BARE(trace, now, name) trace_emit((trace), (now), (name), NULL, 0)

/**
 * Every discarded packet is told with this event: name "packet.dropped", fields "protocol" (the
 * layer that decided, lower case: "gre", "ipv4", "link"), "reason" (a fixed lower-case-and-hyphens
 * phrase) and "serial" (packet.serial, 0 when unknown).
 */
void trace_drop(const struct trace *trace, instant now, const char *protocol, const char *reason,
                uint64_t serial);

/**
 * Declares one event of the stream, for the reference page and for checking that an expectation
 * names an event and fields that exist. Each folder that emits events exports a table of them,
 * ended by a NULL name ("ppp/ppp_trace.h": extern const struct trace_declaration
 * ppp_trace_declarations[]).
 */
struct trace_declaration {
    const char *name;
    const char *fields;  /**< the keys it carries, separated by blanks; "" when none */
    const char *meaning; /**< one sentence for scenario authors */
};

/** Declares packet.dropped, which every layer emits; ended by a NULL name. */
extern const struct trace_declaration base_trace_declarations[];

#endif
