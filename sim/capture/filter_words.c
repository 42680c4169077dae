#include "capture/filter_words.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The words of pcap-filter(7) that mean the same on every machine. */
static const char *const words[] = {
    "aarp",
    "ah",
    "and",
    "arp",
    "atalk",
    "broadcast",
    "byte",
    "carp",
    "clnp",
    "decnet",
    "dir",
    "direction",
    "dst",
    "es-is",
    "esis",
    "esp",
    "ether",
    "fddi",
    "gateway",
    "geneve",
    "greater",
    "host",
    "icmp",
    "icmp6",
    "icmpcode",
    "icmptype",
    "icmp-echo",
    "igmp",
    "igrp",
    "inbound",
    "ip",
    "ip6",
    "ipx",
    "is-is",
    "isis",
    "iso",
    "lat",
    "len",
    "length",
    "less",
    "link",
    "llc",
    "mask",
    "mopdl",
    "moprc",
    "mpls",
    "multicast",
    "net",
    "netbeui",
    "not",
    "or",
    "outbound",
    "pim",
    "port",
    "portrange",
    "ppp",
    "pppoed",
    "pppoes",
    "proto",
    "protochain",
    "rarp",
    "sca",
    "sctp",
    "slip",
    "src",
    "stp",
    "subtype",
    "tcp",
    "tcpflags",
    "tcp-ack",
    "tcp-cwr",
    "tcp-ece",
    "tcp-fin",
    "tcp-push",
    "tcp-rst",
    "tcp-syn",
    "tcp-urg",
    "tr",
    "type",
    "udp",
    "vlan",
    "vrrp",
    "wlan",
    "icmp-echoreply",
    "icmp-ireq",
    "icmp-redirect",
    "icmp-timxceed",
    "icmp-tstamp",
    "icmp-unreach",
    "icmp-sourcequench",
    "icmp-routeradvert",
    "icmp-routersolicit",
    "icmp-paramprob",
    "icmp-tstampreply",
    "icmp-ireqreply",
    "icmp-maskreq",
    "icmp-maskreply",
    "icmp6type",
    "icmp6code",
};

static bool is_known(const char *word, size_t length)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i]) == length && strncmp(words[i], word, length) == 0)
            return true;
    return false;
}

/* Numbers, addresses and prefixes start with a digit or, in IPv6 and MAC addresses, have a colon.
 */
static bool is_literal(const char *word, size_t length)
{
    return isdigit((unsigned char)word[0]) || memchr(word, ':', length) != NULL;
}

static bool is_word_octet(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-' || c == ':';
}

bool filter_words_find_name(const char *expression, char *word, size_t size)
{
    const char *at = expression;
    while (*at) {
        if (!isalnum((unsigned char)*at) && *at != '\\') {
            at++;
            continue;
        }
        size_t length = 1;
        while (is_word_octet(at[length]))
            length++;
        if (!is_literal(at, length) && !is_known(at, length)) {
            snprintf(word, size, "%.*s", (int)length, at);
            return true;
        }
        at += length;
    }
    return false;
}
