/* Whatever decodes must encode to a message that decodes to the same again. */
#include "fuzz.h"
#include "pptp/pptp_message.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t total;
    enum pptp_message_error framed = pptp_message_frame(data, size, &total);
    if (framed == PPTP_MESSAGE_INCOMPLETE && total <= size)
        abort();
    if (framed != PPTP_MESSAGE_OK)
        return 0;
    struct pptp_message message;
    if (total > size || pptp_message_decode(data, total, &message) != PPTP_MESSAGE_OK)
        abort();

    uint8_t first[PPTP_MESSAGE_MAXIMUM];
    uint8_t second[PPTP_MESSAGE_MAXIMUM];
    if (pptp_message_encode(&message, first, sizeof first) != total)
        abort();
    struct pptp_message again;
    if (pptp_message_decode(first, total, &again) != PPTP_MESSAGE_OK ||
        pptp_message_encode(&again, second, sizeof second) != total ||
        memcmp(first, second, total) != 0)
        abort();
    uint16_t call_id;
    uint8_t result;
    uint8_t error;
    pptp_message_call_id(&message, &call_id);
    pptp_message_result(&message, &result, &error);
    return 0;
}
