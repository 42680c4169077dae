#include "base/trace.h"

void trace_emit(const struct trace *trace, instant now, const char *name,
                const struct trace_field *fields, size_t field_count)
{
    if (!trace || !trace->emit)
        return;
    struct trace_event event = {
        .at = now,
        .node = trace->node ? trace->node : "",
        .name = name,
        .fields = fields,
        .field_count = field_count,
    };
    trace->emit(trace->context, &event);
}

void trace_drop(const struct trace *trace, instant now, const char *protocol, const char *reason,
                uint64_t serial)
{
    TRACE(trace, now, "packet.dropped", trace_text("protocol", protocol),
          trace_text("reason", reason), trace_number("serial", serial));
}

const struct trace_declaration base_trace_declarations[] = {
    {"packet.dropped", "protocol reason serial",
     "A packet is discarded: which layer decided, and why. Packets of one run are told apart by "
     "their serial number."},
    {NULL, NULL, NULL},
};
