#include "nodes/vpn_client.h"
