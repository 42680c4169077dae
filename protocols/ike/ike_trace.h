#ifndef VPNSIM_IKE_IKE_TRACE_H
#define VPNSIM_IKE_IKE_TRACE_H

#include "base/trace.h"

/** Every event of this folder beside "packet.dropped" of protocol "ike", ended by a NULL name. */
extern const struct trace_declaration ike_trace_declarations[];

#endif
