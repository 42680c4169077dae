#ifndef VPNSIM_GRE_GRE_TRACE_H
#define VPNSIM_GRE_GRE_TRACE_H

#include "base/trace.h"

/** Every event of this folder beside "packet.dropped" of protocol "gre", ended by a NULL name. */
extern const struct trace_declaration gre_trace_declarations[];

#endif
