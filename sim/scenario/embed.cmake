# Writes ${OUTPUT}, a C source that defines scenario_schema_text(), from the file ${INPUT}.
file(READ ${INPUT} octets HEX)
string(LENGTH "${octets}" digits)
math(EXPR length "${digits} / 2")
string(REGEX REPLACE "(................................)" "\\1\n" octets "${octets}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," octets "${octets}")
file(WRITE ${OUTPUT} "/* Made from scenario.xsd by embed.cmake. */
#include \"scenario/schema.h\"

static const unsigned char schema_octets[] = {
${octets}
0x00};

const char *scenario_schema_text(size_t *length)
{
    *length = ${length};
    return (const char *)schema_octets;
}
")
