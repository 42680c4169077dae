#include "gre/gre_tunnel.h"
