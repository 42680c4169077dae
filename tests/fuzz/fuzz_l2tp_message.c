/*
 * The AVPs of a control message. The first octet chooses who judges them; what was read and can be
 * used is written again and must be read as the same.
 */
#include "fuzz.h"
#include "l2tp/l2tp_header.h"
#include "l2tp/l2tp_message.h"

#include <stdlib.h>
#include <string.h>

static bool read_avps(const uint8_t *octets, size_t length, const struct l2tp_judgment *judgment,
                      struct l2tp_message *message, uint8_t *revealed)
{
    struct l2tp_fault fault;
    bool usable = l2tp_message_decode(octets, length, judgment, revealed, message, &fault);
    if (usable == fault.mandatory)
        abort();
    return usable && fault.kind != L2TP_FAULT_UNKNOWN_MESSAGE;
}

/* Loading providers takes longer than a run, so that one context serves all of them. */
static struct crypto *shared_crypto(void)
{
    static struct crypto *crypto;
    if (!crypto)
        crypto = crypto_create(NULL, NULL);
    if (!crypto)
        abort();
    return crypto;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 2000)
        return 0;
    uint8_t revealed[L2TP_REVEALED_SIZE];
    uint8_t octets[4096];
    struct l2tp_header header;
    struct l2tp_message message;
    struct l2tp_message again;
    struct crypto *crypto = shared_crypto();
    struct l2tp_judgment judgment = {
        .ignore_hidden = data[0] & 1,
        .fatal_reserved_bits = data[0] & 2,
        .miss_little = data[0] & 4,
    };
    if (data[0] & 8)
        judgment.secret = (struct l2tp_secret){crypto, "labtunnel", 9};
    data++, size--;
    if (l2tp_header_decode(data, size, UINT16_MAX, &header) == L2TP_HEADER_OK) {
        if (header.header_length > size)
            abort();
        data += header.header_length;
        size -= header.header_length;
    }
    if (read_avps(data, size, &judgment, &message, revealed)) {
        size_t length =
            l2tp_message_encode(&message, &(struct l2tp_wording){0}, octets, sizeof octets);
        const uint64_t vector = L2TP_HAS(L2TP_RANDOM_VECTOR);
        if (length == 0 || !read_avps(octets, length, &judgment, &again, revealed) ||
            again.type != message.type || (again.present | vector) != (message.present | vector))
            abort();
    }
    return 0;
}
