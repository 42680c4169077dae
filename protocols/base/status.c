#include "base/status.h"

const char *status_text(enum status status)
{
    switch (status) {
    case STATUS_OK:
        return "success";
    case STATUS_NO_MEMORY:
        return "out of memory";
    case STATUS_NO_ROOM:
        return "no room left";
    case STATUS_IO:
        return "input/output error";
    case STATUS_CRYPTO:
        return "cryptographic algorithm unavailable";
    case STATUS_INVALID:
        return "invalid argument";
    case STATUS_NOT_FOUND:
        return "not found";
    }
    return "unknown status";
}
