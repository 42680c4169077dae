#ifndef VPNSIM_IPSEC_IPSEC_TRACE_H
#define VPNSIM_IPSEC_IPSEC_TRACE_H

#include "base/trace.h"

/**
 * Every event of this folder beside "packet.dropped" of protocols "esp", "ah" and "ipsec" (the
 * policies), ended by a NULL name.
 */
extern const struct trace_declaration ipsec_trace_declarations[];

#endif
