#ifndef VPNSIM_INET_TCP_TRACE_H
#define VPNSIM_INET_TCP_TRACE_H

#include "base/trace.h"

/** The events TCP emits beside "packet.dropped"; ended by a NULL name. */
extern const struct trace_declaration tcp_trace_declarations[];

#endif
