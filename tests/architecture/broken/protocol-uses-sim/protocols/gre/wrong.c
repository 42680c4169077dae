#include "core/simulation.h"
