#ifndef VPNSIM_HOST_PACKET_FILTER_H
#define VPNSIM_HOST_PACKET_FILTER_H

#include "base/ipv4_address.h"
#include "base/status.h"
#include "inet/ipv4.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stack_interface;

/** When a rule is looked at; a bit set, so that a rule may hold for several. */
enum packet_filter_direction {
    PACKET_FILTER_IN = 1,      /**< a datagram has arrived on the interface, before routing */
    PACKET_FILTER_OUT = 2,     /**< a datagram is about to leave, forwarded or our own */
    PACKET_FILTER_FORWARD = 4, /**< a datagram passes through, in or out by the interface */
};

/** What becomes of a datagram that a rule matches. */
enum packet_filter_action {
    PACKET_FILTER_ACCEPT, /**< let through; no later rule is asked */
    PACKET_FILTER_DROP,   /**< discarded without a word to the sender */
    PACKET_FILTER_REJECT, /**< discarded, and the sender is told, see packet_filter_rule.answer */
};

/** What a rejected sender is told. */
enum packet_filter_answer {
    PACKET_FILTER_ANSWER_PROHIBITED, /**< ICMP type 3 code 13 (RFC 1812 section 5.2.7.1) */
    PACKET_FILTER_ANSWER_PROTOCOL,   /**< ICMP type 3 code 2 */
    PACKET_FILTER_ANSWER_PORT,       /**< ICMP type 3 code 3 */
    PACKET_FILTER_ANSWER_TCP_RESET,  /**< a TCP reset; code 13 for what is not TCP */
};

/** Any protocol, in packet_filter_rule.protocol. */
#define PACKET_FILTER_ANY_PROTOCOL (-1)

/** Any type or code, in packet_filter_rule.icmp_type and .icmp_code. */
#define PACKET_FILTER_ANY_ICMP (-1)

/** Ports first to last; 0 to 65535 does not look at ports at all. */
struct packet_filter_ports {
    uint16_t first;
    uint16_t last;
};

/**
 * One rule. A rule that names ports, or established, matches only what has ports to look at: TCP
 * and UDP, first fragments and whole datagrams; later fragments pass it by, as with any filter
 * that keeps no state. The same holds for ICMP and its types and codes. packet_filter_rule_any()
 * gives one that matches everything.
 */
struct packet_filter_rule {
    const char *name;                  /**< for events and reports; borrowed, never NULL */
    struct stack_interface *interface; /**< NULL: any */
    unsigned directions;               /**< of enum packet_filter_direction */
    int protocol;                      /**< number, or PACKET_FILTER_ANY_PROTOCOL */
    ipv4_address source;
    uint8_t source_prefix; /**< 0: any */
    uint8_t destination_prefix;
    ipv4_address destination;
    struct packet_filter_ports source_ports;
    struct packet_filter_ports destination_ports;
    int icmp_type;    /**< ICMP, or PACKET_FILTER_ANY_ICMP */
    int icmp_code;    /**< ICMP, or PACKET_FILTER_ANY_ICMP */
    bool established; /**< only TCP segments with ACK or RST, i.e. not the opening SYN */
    enum packet_filter_action action;
    enum packet_filter_answer answer;
    uint64_t matches; /**< datagrams so far */
};

/** A rule that matches every datagram in @p directions. */
struct packet_filter_rule packet_filter_rule_any(const char *name, unsigned directions,
                                                 enum packet_filter_action action);

/** An ordered list of rules; the first that matches decides, and none means accept. */
struct packet_filter {
    struct packet_filter_rule *rules;
    size_t count;
    size_t capacity;
    unsigned directions; /**< union of the rules': what need not be asked at all */
};

/** A zero-initialised filter is empty and has no memory. */
void packet_filter_destroy(struct packet_filter *filter);

/** Appends a copy of @p rule. */
enum status packet_filter_add(struct packet_filter *filter, const struct packet_filter_rule *rule);

/** Removes the first rule called @p name. STATUS_NOT_FOUND: there is none. */
enum status packet_filter_remove(struct packet_filter *filter, const char *name);

/** Removes the rules of an interface that goes away. */
void packet_filter_remove_interface(struct packet_filter *filter,
                                    const struct stack_interface *interface);

/**
 * The first rule that matches, its counter increased; NULL: none. @p datagram starts with the
 * header that was decoded to @p header; @p in and @p out are where it came from and is to leave,
 * NULL when that does not apply.
 */
struct packet_filter_rule *packet_filter_match(struct packet_filter *filter, unsigned direction,
                                               const struct stack_interface *in,
                                               const struct stack_interface *out,
                                               const struct ipv4_header *header,
                                               const uint8_t *datagram, size_t length);

#endif
