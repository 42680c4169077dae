#ifndef VPNSIM_INET_INET_TRACE_H
#define VPNSIM_INET_INET_TRACE_H

#include "base/trace.h"

/** The events of the engines of this folder, TCP excepted; ended by a NULL name. */
extern const struct trace_declaration inet_trace_declarations[];

#endif
