/*
 * EAP-TLS: the codec, then a conversation in either role. The first octet chooses the role; then
 * come Type-Data, each behind two octets with its length.
 */
#include "fuzz.h"
#include "fuzz_tls.h"

#include <string.h>

#define ROOM 600

static void round_trip(const uint8_t *data, size_t size)
{
    struct eap_tls_message message;
    uint8_t octets[4096];
    if (size > sizeof octets || eap_tls_decode(data, size, &message))
        return;
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    eap_tls_encode(&writer, &message);
    assert(!writer.failed && wire_written(&writer) == size);
    assert(memcmp(octets, data, size) == 0);
}

static void drive(struct eap_tls *tls, struct wire_reader *reader)
{
    while (wire_remaining(reader) >= 2) {
        uint8_t octets[ROOM];
        struct wire_writer writer = wire_writer_make(octets, sizeof octets);
        size_t length = wire_get_u16(reader);
        if (length > wire_remaining(reader))
            length = wire_remaining(reader);
        const uint8_t *data = wire_get_octets(reader, length);
        round_trip(data, length);
        enum eap_tls_step step = eap_tls_input(tls, data, length, &writer);
        assert(!writer.failed);
        assert((step == EAP_TLS_SEND) == (wire_written(&writer) > 0));
        assert(tls->in.octets <= EAP_TLS_MESSAGE_MAX);
        assert(step != EAP_TLS_DISCARD || tls->reason);
        assert(tls->state != TLS_FAILED || tls->failure.reason);
        if (step == EAP_TLS_END)
            return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct fuzz_tls *fuzz = fuzz_tls();
    struct wire_reader reader = wire_reader_make(data, size);
    bool server = wire_get_u8(&reader) & 1;
    struct entropy entropy = entropy_make(1, server ? "server" : "client");
    enum status status;
    struct eap_tls *tls =
        eap_tls_create(&fuzz->ends[server], fuzz->crypto, &entropy, server, 0, ROOM, &status);
    assert(tls);
    drive(tls, &reader);
    eap_tls_destroy(tls);
    return 0;
}
