#ifndef VPNSIM_NODES_NODE_TRACE_H
#define VPNSIM_NODES_NODE_TRACE_H

#include "base/trace.h"

/** Events of clients, servers and traffic, those of the stack and the engines excepted. */
extern const struct trace_declaration node_trace_declarations[];

/** Every event that a node can emit, with those of its engines and links; ended by NULL. */
extern const struct trace_declaration *const node_trace_tables[];

#endif
