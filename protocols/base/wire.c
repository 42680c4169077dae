#include "base/wire.h"

void wire_put_padded_text(struct wire_writer *writer, const char *text, size_t width)
{
    size_t length = strnlen(text, width);
    wire_put_octets(writer, text, length);
    wire_put_zeros(writer, width - length);
}
