#include "ike/isakmp_payload.h"

#include "ike/ike_vendor.h"
#include "support/unit.h"

#include <string.h>

static const struct isakmp_header header = {
    .initiator_cookie = {1, 2, 3, 4, 5, 6, 7, 8},
    .responder_cookie = {9},
    .version = ISAKMP_VERSION,
    .exchange = ISAKMP_EXCHANGE_INFORMATIONAL,
    .message_id = 0x01020304,
};

/* A header that claims @p first as its first payload, and @p rest behind it. */
static enum isakmp_error decode(unsigned first, uint8_t flags, const char *rest,
                                struct isakmp_message *message)
{
    static uint8_t octets[1024]; /* the message points into it */
    struct isakmp_header head = header;
    struct wire_writer writer = wire_writer_make(octets, sizeof octets);
    size_t length = unit_hex(rest, octets + ISAKMP_HEADER_LENGTH, sizeof octets - 28);
    head.next_payload = (uint8_t)first;
    head.flags = flags;
    head.length = (uint32_t)(ISAKMP_HEADER_LENGTH + length);
    isakmp_header_encode(&head, &writer);
    return isakmp_message_decode(octets, head.length, message);
}

static void a_chain_is_read_in_order(void **state)
{
    struct isakmp_message message;
    (void)state;
    assert_int_equal(decode(13, 0, "0d000005aa 0d000006bbcc 00000005dd", &message), ISAKMP_OK);
    assert_int_equal(message.count, 3);
    assert_int_equal(message.end, 28 + 16);
    assert_int_equal(message.header.message_id, 0x01020304);
    const struct isakmp_payload *second =
        isakmp_message_find(&message, ISAKMP_PAYLOAD_VENDOR_ID, &message.payloads[0]);
    assert_ptr_equal(second, &message.payloads[1]);
    unit_assert_hex(second->body, second->length, "bbcc");
    assert_null(isakmp_message_find(&message, ISAKMP_PAYLOAD_VENDOR_ID, &message.payloads[2]));
    assert_null(isakmp_message_find(&message, ISAKMP_PAYLOAD_HASH, NULL));
    assert_int_equal(isakmp_message_count(&message, ISAKMP_PAYLOAD_VENDOR_ID), 3);
}

static void headers_that_are_none_are_refused(void **state)
{
    struct isakmp_header head;
    uint8_t octets[29] = {0};
    (void)state;
    octets[17] = 0x10;
    octets[27] = 28;
    assert_int_equal(isakmp_header_decode(octets, 27, &head), ISAKMP_TRUNCATED_HEADER);
    assert_int_equal(isakmp_header_decode(octets, 28, &head), ISAKMP_OK);
    assert_int_equal(isakmp_header_decode(octets, 29, &head), ISAKMP_BAD_LENGTH);
    octets[17] = 0x11; /* a later minor version is compatible */
    assert_int_equal(isakmp_header_decode(octets, 28, &head), ISAKMP_OK);
    octets[17] = 0x20;
    assert_int_equal(isakmp_header_decode(octets, 28, &head), ISAKMP_BAD_VERSION);
}

static void malformed_chains_are_told_apart(void **state)
{
    static const struct {
        unsigned first;
        uint8_t flags;
        const char *rest;
        enum isakmp_error error;
    } rows[] = {
        {13, 0, "", ISAKMP_TRUNCATED_PAYLOAD},
        {13, 0, "000000", ISAKMP_TRUNCATED_PAYLOAD},
        {13, 0, "00000006aa", ISAKMP_TRUNCATED_PAYLOAD},
        {13, 0, "00000003", ISAKMP_BAD_PAYLOAD_LENGTH},
        {13, 0, "00000000", ISAKMP_BAD_PAYLOAD_LENGTH}, /* which would be read for ever */
        {13, 0, "00000004", ISAKMP_BAD_PAYLOAD_LENGTH}, /* no vendor is nobody */
        {13, 0, "00010005aa", ISAKMP_BAD_RESERVED},
        {13, 0, "03000005aa 00000005aa", ISAKMP_BAD_NEXT_PAYLOAD},
        {14, 0, "00000005aa", ISAKMP_BAD_NEXT_PAYLOAD},
        {2, 0, "0000000c0101000100000000", ISAKMP_BAD_NEXT_PAYLOAD},
        {13, 0, "00000005aa 00", ISAKMP_BAD_LENGTH}, /* padding without encryption */
        {10, 0, "0000000b01020304050607", ISAKMP_BAD_PAYLOAD_LENGTH}, /* a nonce of seven */
        {5, 0, "00000007010000", ISAKMP_BAD_PAYLOAD_LENGTH},
        {1, 0, "0000000b01020304050607", ISAKMP_BAD_PAYLOAD_LENGTH},
        {13, ISAKMP_FLAG_ENCRYPTION, "00000005aa 000000", ISAKMP_OK},
        {200, 0, "00000004", ISAKMP_OK}, /* private: whatever it is */
        {0, 0, "", ISAKMP_OK},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct isakmp_message message;
        enum isakmp_error error = decode(rows[i].first, rows[i].flags, rows[i].rest, &message);
        if (error != rows[i].error)
            fail_msg("row %zu: %s", i, isakmp_error_text(error));
    }
}

static void a_nonce_has_at_most_256_octets(void **state)
{
    char text[2 * (4 + 257) + 1];
    struct isakmp_message message;
    (void)state;
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    memcpy(text, "00000105", 8);
    assert_int_equal(decode(10, 0, text, &message), ISAKMP_BAD_PAYLOAD_LENGTH);
    memcpy(text, "00000104", 8);
    text[2 * (4 + 256)] = '\0';
    assert_int_equal(decode(10, 0, text, &message), ISAKMP_OK);
}

static void very_many_payloads_are_refused(void **state)
{
    struct isakmp_builder builder;
    struct isakmp_message message;
    uint8_t octets[512];
    (void)state;
    for (size_t count = ISAKMP_PAYLOADS_MAX; count <= ISAKMP_PAYLOADS_MAX + 1; count++) {
        isakmp_build_start(&builder, &header, octets, sizeof octets);
        for (size_t i = 0; i < count; i++)
            isakmp_build_payload(&builder, ISAKMP_PAYLOAD_VENDOR_ID, "x", 1);
        size_t length = isakmp_build_finish(&builder);
        assert_int_equal(isakmp_message_decode(octets, length, &message),
                         count > ISAKMP_PAYLOADS_MAX ? ISAKMP_TOO_MANY_PAYLOADS : ISAKMP_OK);
    }
}

static void payloads_of_their_own_kind_come_back(void **state)
{
    static const uint8_t spi[] = {1, 2, 3, 4};
    static const uint8_t data[] = {5, 6};
    const struct isakmp_notify sent_notify = {.doi = 1,
                                              .protocol = 3,
                                              .type = ISAKMP_RESPONDER_LIFETIME,
                                              .spi = spi,
                                              .spi_length = 4,
                                              .data = data,
                                              .data_length = 2};
    const struct isakmp_delete sent_delete = {
        .doi = 1, .protocol = 3, .spi_length = 2, .spi_count = 2, .spis = spi};
    const struct isakmp_certificate sent_request = {.encoding = 4};
    struct isakmp_builder builder;
    struct isakmp_message message;
    struct isakmp_notify notify;
    struct isakmp_delete deletion;
    struct isakmp_certificate request;
    uint8_t octets[128];
    (void)state;
    isakmp_build_start(&builder, &header, octets, sizeof octets);
    uint8_t *hash = isakmp_build_space(&builder, ISAKMP_PAYLOAD_HASH, 16);
    isakmp_build_notify(&builder, &sent_notify);
    isakmp_build_delete(&builder, &sent_delete);
    isakmp_build_certificate(&builder, ISAKMP_PAYLOAD_CERTREQ, &sent_request);
    memset(hash, 0xab, 16);
    size_t length = isakmp_build_finish(&builder);
    unit_assert_hex(octets + 28, length - 28,
                    "0b000014abababababababababababababababab"
                    "0c000012 00000001 03 04 6000 01020304 0506"
                    "07000010 00000001 03 02 0002 0102 0304"
                    "00000005 04");
    assert_int_equal(isakmp_message_decode(octets, length, &message), ISAKMP_OK);
    assert_int_equal(isakmp_notify_decode(&message.payloads[1], &notify), ISAKMP_OK);
    assert_int_equal(notify.type, 24576);
    unit_assert_hex(notify.spi, notify.spi_length, "01020304");
    unit_assert_hex(notify.data, notify.data_length, "0506");
    assert_int_equal(isakmp_delete_decode(&message.payloads[2], &deletion), ISAKMP_OK);
    assert_int_equal(deletion.spi_count, 2);
    unit_assert_hex(deletion.spis, 4, "01020304");
    assert_int_equal(isakmp_certificate_decode(&message.payloads[3], &request), ISAKMP_OK);
    assert_int_equal(request.encoding, 4);
    assert_int_equal(request.length, 0);
}

static void what_notifications_and_deletions_cannot_be_is_refused(void **state)
{
    uint8_t body[16] = {0, 0, 0, 1, 3, 4, 0, 14, 1, 2, 3, 4};
    struct isakmp_payload payload = {.type = 11, .body = body, .length = 12};
    struct isakmp_notify notify;
    struct isakmp_delete deletion;
    (void)state;
    assert_int_equal(isakmp_notify_decode(&payload, &notify), ISAKMP_OK);
    payload.length = 11;
    assert_int_equal(isakmp_notify_decode(&payload, &notify), ISAKMP_TRUNCATED_PAYLOAD);
    payload.length = 12;
    body[3] = 2;
    assert_int_equal(isakmp_notify_decode(&payload, &notify), ISAKMP_BAD_DOI);
    body[3] = 1;
    body[7] = 1;
    assert_int_equal(isakmp_delete_decode(&payload, &deletion), ISAKMP_OK);
    body[7] = 2;
    assert_int_equal(isakmp_delete_decode(&payload, &deletion), ISAKMP_TRUNCATED_PAYLOAD);
    body[7] = 0;
    assert_int_equal(isakmp_delete_decode(&payload, &deletion), ISAKMP_BAD_PAYLOAD_LENGTH);
    body[5] = 3; /* one SPI of three octets, and an octet too many */
    body[7] = 1;
    assert_int_equal(isakmp_delete_decode(&payload, &deletion), ISAKMP_BAD_PAYLOAD_LENGTH);
}

static void what_does_not_fit_is_not_sent(void **state)
{
    struct isakmp_builder builder;
    uint8_t octets[40];
    (void)state;
    isakmp_build_start(&builder, &header, octets, sizeof octets);
    isakmp_build_payload(&builder, ISAKMP_PAYLOAD_VENDOR_ID, "12345678", 8);
    assert_int_equal(isakmp_build_finish(&builder), 40);
    isakmp_build_start(&builder, &header, octets, sizeof octets);
    isakmp_build_payload(&builder, ISAKMP_PAYLOAD_VENDOR_ID, "123456789", 9);
    assert_null(isakmp_build_space(&builder, ISAKMP_PAYLOAD_HASH, 1));
    assert_int_equal(isakmp_build_finish(&builder), 0);
}

/* Message 1 of Windows XP with Service Pack 2, as it has been logged. */
static void vendors_are_told_by_their_octets(void **state)
{
    struct isakmp_builder builder;
    struct isakmp_message message;
    uint8_t octets[256];
    uint32_t version;
    (void)state;
    isakmp_build_start(&builder, &header, octets, sizeof octets);
    ike_vendor_build(&builder, IKE_VENDOR_MS_NT5, IKE_MS_SERVER_2003);
    ike_vendor_build(&builder, IKE_VENDOR_FRAGMENTATION, 0);
    ike_vendor_build(&builder, IKE_VENDOR_NAT_T_02, 0);
    ike_vendor_build(&builder, IKE_VENDOR_INITIAL_CONTACT, 0);
    isakmp_build_payload(&builder, ISAKMP_PAYLOAD_VENDOR_ID, "somebody", 8);
    size_t length = isakmp_build_finish(&builder);
    assert_int_equal(length, 28 + 24 + 3 * 20 + 12);
    unit_assert_hex(octets + 28, 24, "0d0000181e2b516905991c7d7c96fcbfb587e46100000004");
    assert_int_equal(isakmp_message_decode(octets, length, &message), ISAKMP_OK);
    assert_int_equal(ike_vendor_set(&message, &version),
                     IKE_VENDOR_BIT(IKE_VENDOR_MS_NT5) | IKE_VENDOR_BIT(IKE_VENDOR_FRAGMENTATION) |
                         IKE_VENDOR_BIT(IKE_VENDOR_NAT_T_02) |
                         IKE_VENDOR_BIT(IKE_VENDOR_NAT_T_02_PLAIN) |
                         IKE_VENDOR_BIT(IKE_VENDOR_INITIAL_CONTACT));
    assert_int_equal(version, 4);
    assert_int_equal(ike_vendor_recognise(&message.payloads[4]), -1);
    /* Without its version it is not that of Windows. */
    message.payloads[0].length -= 4;
    assert_int_equal(ike_vendor_recognise(&message.payloads[0]), -1);
}

static void names_are_those_of_the_documents(void **state)
{
    (void)state;
    assert_string_equal(isakmp_exchange_name(2), "identity-protection");
    assert_string_equal(isakmp_exchange_name(32), "quick-mode");
    assert_string_equal(isakmp_exchange_name(3000), "unknown");
    assert_string_equal(isakmp_payload_name(8), "HASH");
    assert_string_equal(isakmp_payload_name(130), "NAT-D");
    assert_string_equal(isakmp_payload_name(14), "unknown");
    assert_string_equal(isakmp_notify_name(14), "NO-PROPOSAL-CHOSEN");
    assert_string_equal(isakmp_notify_name(24578), "INITIAL-CONTACT");
    assert_string_equal(isakmp_notify_name(0), "unknown");
    assert_string_equal(isakmp_notify_name(31), "unknown");
    assert_string_equal(ike_vendor_name(IKE_VENDOR_NAT_T_RFC), "RFC 3947");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_is_read_in_order),
        cmocka_unit_test(headers_that_are_none_are_refused),
        cmocka_unit_test(malformed_chains_are_told_apart),
        cmocka_unit_test(a_nonce_has_at_most_256_octets),
        cmocka_unit_test(very_many_payloads_are_refused),
        cmocka_unit_test(payloads_of_their_own_kind_come_back),
        cmocka_unit_test(what_notifications_and_deletions_cannot_be_is_refused),
        cmocka_unit_test(what_does_not_fit_is_not_sent),
        cmocka_unit_test(vendors_are_told_by_their_octets),
        cmocka_unit_test(names_are_those_of_the_documents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
