#ifndef VPNSIM_PPTP_PPTP_TRACE_H
#define VPNSIM_PPTP_PPTP_TRACE_H

#include "base/trace.h"

/** Every event of this folder beside "packet.dropped" of protocol "pptp", ended by a NULL name. */
extern const struct trace_declaration pptp_trace_declarations[];

#endif
