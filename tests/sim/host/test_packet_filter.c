#include "base/packet.h"
#include "host/packet_filter.h"
#include "support/unit.h"

#include <string.h>

/* Interfaces are only compared by address. */
static char places[2];
#define lan ((const struct stack_interface *)(const void *)&places[0])
#define wan ((struct stack_interface *)(void *)&places[1])

static uint8_t datagram[64];
static struct ipv4_header header;
static size_t length;

/* A datagram from 10.0.1.10 to 10.0.2.20 of @protocol with @payload behind the IP header. */
static void make(uint8_t protocol, uint16_t fragment_offset, const char *payload)
{
    memset(datagram, 0, sizeof datagram);
    length = 20 + unit_hex(payload, datagram + 20, sizeof datagram - 20);
    header = (struct ipv4_header){.header_length = 20,
                                  .total_length = (uint16_t)length,
                                  .fragment_offset = fragment_offset,
                                  .protocol = protocol,
                                  .source = 0x0a00010a,
                                  .destination = 0x0a000214};
}

#define SYN "0402 06bb 00000001 00000000 50020000 00000000"
#define ACK "0402 06bb 00000001 00000000 50100000 00000000"
#define RST "0402 06bb 00000001 00000000 50040000 00000000"

static bool matches(const struct packet_filter_rule *rule)
{
    struct packet_filter filter = {0};
    assert_int_equal(packet_filter_add(&filter, rule), STATUS_OK);
    struct packet_filter_rule *found =
        packet_filter_match(&filter, PACKET_FILTER_IN, lan, NULL, &header, datagram, length);
    bool matched = found != NULL;
    if (found)
        assert_int_equal(found->matches, 1);
    packet_filter_destroy(&filter);
    return matched;
}

static struct packet_filter_rule any(void)
{
    return packet_filter_rule_any("any", PACKET_FILTER_IN, PACKET_FILTER_DROP);
}

static void a_rule_without_conditions_matches_everything(void **state)
{
    (void)state;
    const struct packet_filter_rule rule = any();
    make(47, 0, "3001880b");
    assert_true(matches(&rule));
    make(1, 8, "");
    assert_true(matches(&rule));
}

static void the_protocol_must_agree(void **state)
{
    (void)state;
    struct packet_filter_rule rule = any();
    rule.protocol = 47;
    make(47, 0, "");
    assert_true(matches(&rule));
    make(6, 0, SYN);
    assert_false(matches(&rule));
    rule.protocol = 0;
    assert_false(matches(&rule));
}

static void addresses_are_compared_up_to_the_prefix(void **state)
{
    (void)state;
    make(47, 0, "");
    struct packet_filter_rule rule = any();
    rule.source = 0x0a0001ff;
    rule.source_prefix = 24;
    assert_true(matches(&rule));
    rule.source_prefix = 32;
    assert_false(matches(&rule));
    rule = any();
    rule.destination = 0x0a000215;
    rule.destination_prefix = 31;
    assert_true(matches(&rule));
    rule.destination_prefix = 32;
    assert_false(matches(&rule));
    rule.destination = 0x0a000214;
    assert_true(matches(&rule));
}

static void ports_are_ranges(void **state)
{
    (void)state;
    make(6, 0, SYN);
    struct packet_filter_rule rule = any();
    rule.destination_ports = (struct packet_filter_ports){1723, 1723};
    assert_true(matches(&rule));
    rule.destination_ports = (struct packet_filter_ports){1700, 1722};
    assert_false(matches(&rule));
    rule.destination_ports = (struct packet_filter_ports){1722, 1724};
    assert_true(matches(&rule));
    rule.source_ports = (struct packet_filter_ports){1026, 1026};
    assert_true(matches(&rule));
    rule.source_ports = (struct packet_filter_ports){1723, 1723};
    assert_false(matches(&rule));
}

static void only_first_fragments_of_tcp_and_udp_have_ports(void **state)
{
    (void)state;
    struct packet_filter_rule rule = any();
    rule.destination_ports = (struct packet_filter_ports){1723, 1723};
    make(17, 0, SYN);
    assert_true(matches(&rule));
    make(17, 8, SYN);
    assert_false(matches(&rule));
    make(47, 0, SYN);
    assert_false(matches(&rule));
    make(6, 0, "040206");
    assert_false(matches(&rule));
}

static void established_means_ack_or_rst(void **state)
{
    (void)state;
    struct packet_filter_rule rule = any();
    rule.established = true;
    make(6, 0, SYN);
    assert_false(matches(&rule));
    make(6, 0, ACK);
    assert_true(matches(&rule));
    make(6, 0, RST);
    assert_true(matches(&rule));
    make(17, 0, ACK);
    assert_false(matches(&rule));
    make(6, 0, "040206bb0000000100000000");
    assert_false(matches(&rule));
}

static void icmp_types_and_codes(void **state)
{
    (void)state;
    struct packet_filter_rule rule = any();
    rule.icmp_type = 3;
    make(1, 0, "0304");
    assert_true(matches(&rule));
    make(1, 0, "0b00");
    assert_false(matches(&rule));
    rule.icmp_code = 4;
    assert_false(matches(&rule));
    make(1, 0, "0304");
    assert_true(matches(&rule));
    make(1, 0, "0301");
    assert_false(matches(&rule));
    make(1, 8, "0304");
    assert_false(matches(&rule));
    make(1, 0, "03");
    assert_false(matches(&rule));
    make(17, 0, "0304");
    assert_false(matches(&rule));
    rule = any();
    rule.icmp_code = 0;
    make(1, 0, "0800");
    assert_true(matches(&rule));
}

static void the_first_rule_that_matches_decides(void **state)
{
    (void)state;
    struct packet_filter filter = {0};
    struct packet_filter_rule rule =
        packet_filter_rule_any("let-pptp", PACKET_FILTER_IN, PACKET_FILTER_ACCEPT);
    rule.protocol = 6;
    assert_int_equal(packet_filter_add(&filter, &rule), STATUS_OK);
    rule = packet_filter_rule_any("rest", PACKET_FILTER_IN | PACKET_FILTER_OUT, PACKET_FILTER_DROP);
    assert_int_equal(packet_filter_add(&filter, &rule), STATUS_OK);
    make(6, 0, SYN);
    assert_string_equal(
        packet_filter_match(&filter, PACKET_FILTER_IN, lan, NULL, &header, datagram, length)->name,
        "let-pptp");
    make(47, 0, "");
    for (int i = 0; i < 3; i++)
        assert_string_equal(
            packet_filter_match(&filter, PACKET_FILTER_IN, lan, NULL, &header, datagram, length)
                ->name,
            "rest");
    assert_int_equal(filter.rules[0].matches, 1);
    assert_int_equal(filter.rules[1].matches, 3);
    assert_int_equal(filter.directions, PACKET_FILTER_IN | PACKET_FILTER_OUT);
    assert_int_equal(packet_filter_remove(&filter, "rest"), STATUS_OK);
    assert_int_equal(packet_filter_remove(&filter, "rest"), STATUS_NOT_FOUND);
    assert_int_equal(filter.directions, PACKET_FILTER_IN);
    assert_null(
        packet_filter_match(&filter, PACKET_FILTER_IN, lan, NULL, &header, datagram, length));
    packet_filter_destroy(&filter);
}

static const char *at(struct packet_filter *filter, unsigned direction,
                      const struct stack_interface *in, const struct stack_interface *out)
{
    const struct packet_filter_rule *rule =
        packet_filter_match(filter, direction, in, out, &header, datagram, length);
    return rule ? rule->name : "";
}

static void directions_and_interfaces_belong_together(void **state)
{
    (void)state;
    struct packet_filter filter = {0};
    const unsigned directions[] = {PACKET_FILTER_IN, PACKET_FILTER_OUT, PACKET_FILTER_FORWARD};
    const char *const names[] = {"in", "out", "forward"};
    for (int i = 0; i < 3; i++) {
        struct packet_filter_rule rule =
            packet_filter_rule_any(names[i], directions[i], PACKET_FILTER_DROP);
        rule.interface = wan;
        assert_int_equal(packet_filter_add(&filter, &rule), STATUS_OK);
    }
    make(47, 0, "");
    assert_string_equal(at(&filter, PACKET_FILTER_IN, wan, NULL), "in");
    assert_string_equal(at(&filter, PACKET_FILTER_IN, lan, NULL), "");
    assert_string_equal(at(&filter, PACKET_FILTER_OUT, lan, wan), "out");
    assert_string_equal(at(&filter, PACKET_FILTER_OUT, wan, lan), "");
    assert_string_equal(at(&filter, PACKET_FILTER_FORWARD, lan, wan), "forward");
    assert_string_equal(at(&filter, PACKET_FILTER_FORWARD, wan, lan), "forward");
    assert_string_equal(at(&filter, PACKET_FILTER_FORWARD, lan, lan), "");
    packet_filter_remove_interface(&filter, lan);
    assert_int_equal(filter.count, 3);
    packet_filter_remove_interface(&filter, wan);
    assert_int_equal(filter.count, 0);
    assert_int_equal(filter.directions, 0);
    packet_filter_destroy(&filter);
}

static void rules_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    struct packet_filter filter = {0};
    struct packet_filter_rule rule = any();
    rule.name = NULL;
    assert_int_equal(packet_filter_add(&filter, &rule), STATUS_INVALID);
    rule = any();
    rule.directions = 0;
    assert_int_equal(packet_filter_add(&filter, &rule), STATUS_INVALID);
    rule = any();
    rule.source_prefix = 33;
    assert_int_equal(packet_filter_add(&filter, &rule), STATUS_INVALID);
    rule = any();
    rule.destination_prefix = 33;
    assert_int_equal(packet_filter_add(&filter, &rule), STATUS_INVALID);
    rule = any();
    rule.source_ports.first = 9;
    rule.source_ports.last = 8;
    assert_int_equal(packet_filter_add(&filter, &rule), STATUS_INVALID);
    assert_int_equal(filter.count, 0);
    packet_filter_destroy(&filter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_without_conditions_matches_everything),
        cmocka_unit_test(the_protocol_must_agree),
        cmocka_unit_test(addresses_are_compared_up_to_the_prefix),
        cmocka_unit_test(ports_are_ranges),
        cmocka_unit_test(only_first_fragments_of_tcp_and_udp_have_ports),
        cmocka_unit_test(established_means_ack_or_rst),
        cmocka_unit_test(icmp_types_and_codes),
        cmocka_unit_test(the_first_rule_that_matches_decides),
        cmocka_unit_test(directions_and_interfaces_belong_together),
        cmocka_unit_test(rules_that_make_no_sense_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
