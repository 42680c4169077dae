#ifndef VPNSIM_L2TP_L2TP_TRACE_H
#define VPNSIM_L2TP_L2TP_TRACE_H

#include "base/trace.h"

/** Every event of this folder beside "packet.dropped" of protocol "l2tp", ended by a NULL name. */
extern const struct trace_declaration l2tp_trace_declarations[];

#endif
