#include "nodes/host_stack.h"
