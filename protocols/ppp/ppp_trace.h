#ifndef VPNSIM_PPP_PPP_TRACE_H
#define VPNSIM_PPP_PPP_TRACE_H

#include "base/trace.h"

/**
 * Every event of LCP, CCP, IPCP and the session, ended by a NULL name. Those of authentication are
 * in ppp_auth_trace_declarations.
 */
extern const struct trace_declaration ppp_trace_declarations[];

#endif
