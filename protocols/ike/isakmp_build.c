/* Writing messages: the chain of payloads, in which each names the next. */
#include "ike/isakmp_payload.h"

#include <assert.h>

#define NEXT_PAYLOAD_OFFSET 16
#define LENGTH_OFFSET       24

void isakmp_build_start(struct isakmp_builder *builder, const struct isakmp_header *header,
                        void *octets, size_t size)
{
    struct isakmp_header first = *header;
    first.next_payload = ISAKMP_PAYLOAD_NONE;
    first.length = 0;
    *builder = (struct isakmp_builder){.writer = wire_writer_make(octets, size),
                                       .next_offset = NEXT_PAYLOAD_OFFSET};
    isakmp_header_encode(&first, &builder->writer);
}

void isakmp_build_open(struct isakmp_builder *builder, unsigned type)
{
    struct wire_writer *writer = &builder->writer;
    assert(type > 0 && type <= UINT8_MAX && builder->opened == 0);
    builder->opened = wire_written(writer);
    wire_put_zeros(writer, ISAKMP_GENERIC_LENGTH);
    if (writer->failed)
        return;
    writer->start[builder->next_offset] = (uint8_t)type;
    builder->next_offset = builder->opened;
}

void isakmp_build_close(struct isakmp_builder *builder)
{
    struct wire_writer *writer = &builder->writer;
    size_t length = wire_written(writer) - builder->opened;
    if (length > UINT16_MAX)
        writer->failed = true;
    wire_patch_u16(writer, builder->opened + 2, (uint16_t)length);
    builder->opened = 0;
}

void isakmp_build_payload(struct isakmp_builder *builder, unsigned type, const void *body,
                          size_t length)
{
    isakmp_build_open(builder, type);
    wire_put_octets(&builder->writer, body, length);
    isakmp_build_close(builder);
}

uint8_t *isakmp_build_space(struct isakmp_builder *builder, unsigned type, size_t length)
{
    isakmp_build_open(builder, type);
    uint8_t *body = wire_put_space(&builder->writer, length);
    isakmp_build_close(builder);
    return body;
}

void isakmp_build_notify(struct isakmp_builder *builder, const struct isakmp_notify *notify)
{
    struct wire_writer *writer = &builder->writer;
    assert(notify->spi_length <= UINT8_MAX);
    isakmp_build_open(builder, ISAKMP_PAYLOAD_NOTIFY);
    wire_put_u32(writer, notify->doi);
    wire_put_u8(writer, notify->protocol);
    wire_put_u8(writer, (uint8_t)notify->spi_length);
    wire_put_u16(writer, notify->type);
    wire_put_octets(writer, notify->spi, notify->spi_length);
    wire_put_octets(writer, notify->data, notify->data_length);
    isakmp_build_close(builder);
}

void isakmp_build_delete(struct isakmp_builder *builder, const struct isakmp_delete *deletion)
{
    struct wire_writer *writer = &builder->writer;
    isakmp_build_open(builder, ISAKMP_PAYLOAD_DELETE);
    wire_put_u32(writer, deletion->doi);
    wire_put_u8(writer, deletion->protocol);
    wire_put_u8(writer, deletion->spi_length);
    wire_put_u16(writer, deletion->spi_count);
    wire_put_octets(writer, deletion->spis, (size_t)deletion->spi_length * deletion->spi_count);
    isakmp_build_close(builder);
}

void isakmp_build_certificate(struct isakmp_builder *builder, unsigned type,
                              const struct isakmp_certificate *certificate)
{
    isakmp_build_open(builder, type);
    wire_put_u8(&builder->writer, certificate->encoding);
    wire_put_octets(&builder->writer, certificate->data, certificate->length);
    isakmp_build_close(builder);
}

size_t isakmp_build_finish(struct isakmp_builder *builder)
{
    struct wire_writer *writer = &builder->writer;
    size_t length = wire_written(writer);
    assert(builder->opened == 0);
    if (writer->failed || length > UINT16_MAX)
        return 0;
    wire_store_u32(writer->start + LENGTH_OFFSET, (uint32_t)length);
    return length;
}
