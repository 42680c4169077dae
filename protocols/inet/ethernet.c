#include "inet/ethernet.h"

#include <stdio.h>

const uint8_t ethernet_broadcast[ETHERNET_ADDRESS_SIZE] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

bool ethernet_pull(struct packet *frame, struct ethernet_header *header)
{
    const uint8_t *p = packet_pull(frame, ETHERNET_HEADER_SIZE);
    if (!p)
        return false;
    memcpy(header->destination, p, ETHERNET_ADDRESS_SIZE);
    memcpy(header->source, p + 6, ETHERNET_ADDRESS_SIZE);
    header->type = (uint16_t)(p[12] << 8 | p[13]);
    return true;
}

void ethernet_from_multicast(ipv4_address group, uint8_t address[ETHERNET_ADDRESS_SIZE])
{
    /* 01-00-5E and the low-order 23 bits of the group. */
    address[0] = 0x01;
    address[1] = 0x00;
    address[2] = 0x5e;
    address[3] = (uint8_t)(group >> 16 & 0x7f);
    address[4] = (uint8_t)(group >> 8);
    address[5] = (uint8_t)group;
}

void ethernet_from_ipv6_multicast(const struct ip_address *group,
                                  uint8_t address[ETHERNET_ADDRESS_SIZE])
{
    address[0] = 0x33;
    address[1] = 0x33;
    memcpy(address + 2, group->octets + 12, 4);
}

const char *ethernet_format(const uint8_t address[ETHERNET_ADDRESS_SIZE],
                            char text[ETHERNET_TEXT_SIZE])
{
    snprintf(text, ETHERNET_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", address[0], address[1],
             address[2], address[3], address[4], address[5]);
    return text;
}

static int hexadecimal_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool ethernet_parse(const char *text, uint8_t address[ETHERNET_ADDRESS_SIZE])
{
    uint8_t parsed[ETHERNET_ADDRESS_SIZE];
    for (int i = 0; i < ETHERNET_ADDRESS_SIZE; i++) {
        if (i > 0 && *text != ':' && *text != '-')
            return false;
        if (i > 0)
            text++;
        int high = hexadecimal_digit(text[0]);
        int low = high < 0 ? -1 : hexadecimal_digit(text[1]);
        if (low < 0)
            return false;
        parsed[i] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    if (*text != '\0')
        return false;
    memcpy(address, parsed, sizeof parsed);
    return true;
}
