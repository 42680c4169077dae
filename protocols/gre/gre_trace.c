#include "gre/gre_trace.h"

#include <stddef.h>

const struct trace_declaration gre_trace_declarations[] = {
    {"gre.acknowledgment.timeout", "call-id window",
     "The sliding window of RFC 2637 gave up waiting for an acknowledgment and halved itself."},
    {NULL, NULL, NULL},
};
