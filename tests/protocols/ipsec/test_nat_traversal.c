#include "base/checksum.h"
#include "base/wire.h"
#include "ipsec/ipsec_datagram.h"
#include "support/ipsec_bench.h"
#include "support/unit.h"

#include <string.h>

#define CLIENT "192.168.1.5" /* as it knows itself */
#define NAT    "203.0.113.1"
#define SERVER "198.51.100.9"

static void the_shared_port_carries_four_things(void **state)
{
    (void)state;
    static const struct {
        const char *payload;
        enum udp_encapsulation_kind kind;
    } table[] = {
        {"ff", UDP_ENCAPSULATION_KEEP_ALIVE}, {"fe", UDP_ENCAPSULATION_MALFORMED},
        {"", UDP_ENCAPSULATION_MALFORMED},    {"ffffff", UDP_ENCAPSULATION_MALFORMED},
        {"00000000", UDP_ENCAPSULATION_IKE},  {"0000000012345678", UDP_ENCAPSULATION_IKE},
        {"00000001", UDP_ENCAPSULATION_ESP},  {"c65d265500000001", UDP_ENCAPSULATION_ESP},
        {"ffffffff", UDP_ENCAPSULATION_ESP},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        uint8_t payload[8];
        const size_t length = unit_hex(table[i].payload, payload, sizeof payload);
        assert_int_equal(udp_encapsulation_classify(payload, length), table[i].kind);
    }
}

static struct ipsec_bundle_config server_bundle(uint32_t policy, uint32_t number, uint16_t port,
                                                enum ipsec_checksum_repair repair)
{
    struct ipsec_bundle_config bundle =
        ipsec_bench_bundle(policy, IPSEC_TRANSPORT, SERVER, NAT, 0x1000 + number, 0x2000 + number);
    bundle.local_port = 4500;
    bundle.peer_port = port;
    bundle.checksum_repair = repair;
    bundle.original_peer = unit_address(CLIENT);
    return bundle;
}

static struct ipsec_bundle_config client_bundle(uint32_t policy, uint32_t number)
{
    struct ipsec_bundle_config bundle = ipsec_bench_bundle(policy, IPSEC_TRANSPORT, CLIENT, SERVER,
                                                           0x2000 + number, 0x1000 + number);
    bundle.local_port = 4500;
    bundle.peer_port = 4500;
    return bundle;
}

static void open_server(struct ipsec_bench *server, bool steers)
{
    struct ipsec_processor_config config = ipsec_processor_config_default();
    config.steers_flows = steers;
    ipsec_bench_init_with(server, config);
    struct ipsec_policy policy = ipsec_bench_policy(IPSEC_TRANSPORT, SERVER, NAT);
    policy.selector.protocol = 17;
    policy.selector.local_port = 1701;
    ipsec_bench_add_policy(server, &policy);
}

static void open_client(struct ipsec_bench *client, uint32_t number)
{
    ipsec_bench_init(client);
    const struct ipsec_policy policy = ipsec_bench_policy(IPSEC_TRANSPORT, CLIENT, SERVER);
    const struct ipsec_bundle_config bundle =
        client_bundle(ipsec_bench_add_policy(client, &policy), number);
    ipsec_bench_add(client, &bundle);
}

/* What the NAT makes of a client's packet: its own address, and a port of its choice. */
static void translate(struct packet *packet, uint16_t port)
{
    const struct ip_address nat = unit_address(NAT);
    memcpy(packet->data + 12, nat.octets, 4);
    wire_store_u16(packet->data + 20, port);
    wire_store_u16(packet->data + 10, 0);
    wire_store_u16(packet->data + 10, checksum(packet->data, 20));
}

static struct packet *from_client(struct ipsec_bench *client, struct ipsec_bench *server,
                                  uint16_t port, size_t length)
{
    struct packet *packet = ipsec_bench_udp(client, CLIENT, SERVER, 1701, 1701, length);
    assert_int_equal(ipsec_processor_outbound(&client->processor, 0, packet, 1500, 0).verdict,
                     IPSEC_PROCESSED);
    assert_int_equal(packet->data[9], 17);
    assert_int_equal(wire_load_u16(packet->data + 20), 4500);
    assert_int_equal(wire_load_u16(packet->data + 22), 4500);
    assert_int_equal(wire_load_u16(packet->data + 24), packet->length - 20);
    assert_int_equal(wire_load_u16(packet->data + 26), 0); /* RFC 3948 section 2.1 */
    packet = ipsec_bench_carry(server, packet);
    translate(packet, port);
    return packet;
}

static bool udp_checksum_is_right(const struct packet *packet)
{
    const struct ip_address source = ip_address_from_ipv4(wire_load_u32(packet->data + 12));
    const struct ip_address destination = ip_address_from_ipv4(wire_load_u32(packet->data + 16));
    const uint32_t length = packet->length - 20;
    return checksum_finish(checksum_add(
               checksum_pseudo_header_ip(&source, &destination, IPSEC_NEXT_UDP, length),
               packet->data + 20, length)) == 0;
}

static void the_checksum_is_mended_after_a_nat(void **state)
{
    (void)state;
    static const enum ipsec_checksum_repair repairs[] = {
        IPSEC_CHECKSUM_KEPT, IPSEC_CHECKSUM_UPDATED, IPSEC_CHECKSUM_RECOMPUTED};
    for (int i = 0; i < 3; i++) {
        struct ipsec_bench server;
        struct ipsec_bench client;
        open_server(&server, true);
        open_client(&client, 1);
        const struct ipsec_bundle_config bundle = server_bundle(1, 1, 61001, repairs[i]);
        ipsec_bench_add(&server, &bundle);
        struct packet *packet = from_client(&client, &server, 61001, 100);
        assert_int_equal(ipsec_processor_inbound(&server.processor, 0, packet, true).verdict,
                         IPSEC_PROCESSED);
        assert_int_equal(packet->length, 128);
        if (repairs[i] == IPSEC_CHECKSUM_RECOMPUTED)
            assert_int_equal(wire_load_u16(packet->data + 26), 0);
        else
            assert_int_equal(udp_checksum_is_right(packet), repairs[i] == IPSEC_CHECKSUM_UPDATED);
        packet_free(packet);
        ipsec_bench_destroy(&server);
        ipsec_bench_destroy(&client);
    }
}

/* A TCP segment of the version and with the addresses that are asked for. */
static struct packet *tcp_segment(struct ipsec_bench *bench, const char *source,
                                  const char *destination, struct ipsec_datagram *datagram)
{
    struct packet *packet = packet_alloc(&bench->pool, 24);
    uint8_t *tcp = packet_append(packet, 24);
    memset(tcp, 7, 24);
    *datagram = (struct ipsec_datagram){.source = unit_address(source),
                                        .destination = unit_address(destination)};
    wire_store_u16(tcp + 16, 0);
    wire_store_u16(
        tcp + 16,
        checksum_finish(checksum_add(
            checksum_pseudo_header_ip(&datagram->source, &datagram->destination, 6, 24), tcp, 24)));
    ipsec_datagram_push(packet, datagram, IPSEC_NEXT_TCP, 1);
    return packet;
}

static void tcp_and_ipv6_checksums_are_mended_and_an_error_stays_one(void **state)
{
    (void)state;
    static const struct {
        const char *original, *seen, *server;
    } versions[] = {{CLIENT, NAT, SERVER}, {"fd00::5", "2001:db8::1", "2001:db8::9"}};
    struct ipsec_bench bench;
    ipsec_bench_init(&bench);
    for (int i = 0; i < 2; i++) {
        for (int error = 0; error < 2; error++) {
            struct ipsec_datagram datagram;
            const struct ip_address original = unit_address(versions[i].original);
            const struct ip_address none = {0};
            struct packet *packet =
                tcp_segment(&bench, versions[i].original, versions[i].server, &datagram);
            packet->data[packet->length - 1] ^= (uint8_t)error;
            datagram.source = unit_address(versions[i].seen);
            uint8_t *tcp = packet->data + datagram.header_length;
            const uint64_t sum =
                checksum_pseudo_header_ip(&datagram.source, &datagram.destination, 6, 24);
            assert_int_not_equal(checksum_finish(checksum_add(sum, tcp, 24)), 0);
            udp_encapsulation_repair_checksum(packet, &datagram, IPSEC_CHECKSUM_UPDATED, &original,
                                              &none);
            assert_int_equal(checksum_finish(checksum_add(sum, tcp, 24)) != 0, error);
            udp_encapsulation_repair_checksum(packet, &datagram, IPSEC_CHECKSUM_RECOMPUTED, &none,
                                              &none);
            assert_int_equal(checksum_finish(checksum_add(sum, tcp, 24)), 0);
            /* Too short for the field: left alone. */
            packet_trim(packet, (size_t)datagram.header_length + 19);
            udp_encapsulation_repair_checksum(packet, &datagram, IPSEC_CHECKSUM_RECOMPUTED, &none,
                                              &none);
            packet_free(packet);
        }
    }
    /* A UDP sender who has computed no checksum gets none. */
    struct ipsec_datagram datagram;
    const struct ip_address original = unit_address(CLIENT);
    struct packet *packet = ipsec_bench_udp(&bench, NAT, SERVER, 1, 2, 3);
    assert_true(ipsec_datagram_decode(packet, &datagram));
    wire_store_u16(packet->data + 26, 0);
    udp_encapsulation_repair_checksum(packet, &datagram, IPSEC_CHECKSUM_UPDATED, &original,
                                      &original);
    assert_int_equal(wire_load_u16(packet->data + 26), 0);
    packet_free(packet);
    ipsec_bench_destroy(&bench);
}

/* Answers by the flow, or without steering: both clients have UDP 1701 at the NAT's address. */
static void two_clients_behind_one_nat(bool steers)
{
    struct ipsec_bench server;
    struct ipsec_bench clients[2];
    uint32_t flows[2];
    open_server(&server, steers);
    for (uint32_t i = 0; i < 2; i++) {
        open_client(&clients[i], i);
        const struct ipsec_bundle_config bundle =
            server_bundle(1, i, (uint16_t)(61001 + i), IPSEC_CHECKSUM_UPDATED);
        ipsec_bench_add(&server, &bundle);
    }
    for (uint16_t i = 0; i < 2; i++) {
        struct packet *packet = from_client(&clients[i], &server, (uint16_t)(61001 + i), 10);
        const struct ipsec_inbound in = ipsec_processor_inbound(&server.processor, 0, packet, true);
        assert_int_equal(in.verdict, IPSEC_PROCESSED);
        flows[i] = in.flow;
        packet_free(packet);
    }
    assert_int_not_equal(flows[0], flows[1]);
    /* The first client's SAs are replaced meanwhile: its flow stays. */
    const struct ipsec_bundle_config successor = server_bundle(1, 7, 61001, IPSEC_CHECKSUM_UPDATED);
    const uint32_t newest = ipsec_bench_add(&server, &successor);
    for (uint32_t i = 0; i < 2; i++) {
        struct packet *packet = ipsec_bench_udp(&server, SERVER, NAT, 1701, 1701, 10);
        const struct ipsec_outbound out =
            ipsec_processor_outbound(&server.processor, 0, packet, 1500, flows[i]);
        assert_int_equal(out.verdict, IPSEC_PROCESSED);
        assert_int_equal(out.bundle, steers && i == 1 ? 2 : newest);
        assert_int_equal(wire_load_u16(packet->data + 22), steers && i == 1 ? 61002 : 61001);
        packet_free(packet);
    }
    ipsec_bench_destroy(&server);
    ipsec_bench_destroy(&clients[0]);
    ipsec_bench_destroy(&clients[1]);
}

static uint32_t add_client(struct ipsec_bench *server, uint32_t number)
{
    const struct ipsec_bundle_config bundle =
        server_bundle(1, number, (uint16_t)(61001 + number), IPSEC_CHECKSUM_UPDATED);
    return ipsec_bench_add(server, &bundle);
}

/* The SAs that an answer by @flow goes out by; 0: it is dropped. */
static uint32_t answered_by(struct ipsec_bench *server, uint32_t flow)
{
    struct packet *packet = ipsec_bench_udp(server, SERVER, NAT, 1701, 1701, 10);
    const struct ipsec_outbound out =
        ipsec_processor_outbound(&server->processor, 0, packet, 1500, flow);
    if (out.verdict == IPSEC_PROCESSED)
        packet_free(packet);
    else
        assert_string_equal(server->dropped, "ipsec/flow-ended");
    return out.bundle;
}

static void what_is_for_one_that_is_gone_goes_to_nobody(void **state)
{
    (void)state;
    struct ipsec_bench server;
    open_server(&server, true);
    const uint32_t first = add_client(&server, 0);
    const uint32_t second = add_client(&server, 1);
    assert_int_equal(answered_by(&server, first), first);
    assert_int_equal(ipsec_processor_delete(&server.processor, 0, first), STATUS_OK);
    assert_int_equal(answered_by(&server, first), 0);
    assert_int_equal(answered_by(&server, second), second);
    const struct ipsec_bundle_config renewed = server_bundle(1, 7, 61002, IPSEC_CHECKSUM_UPDATED);
    const uint32_t newer = ipsec_bench_add(&server, &renewed);
    assert_int_equal(answered_by(&server, first), 0);
    assert_int_equal(answered_by(&server, second), newer);
    /* The first client is back, from another port, and has not sent anything yet. */
    const uint32_t third = add_client(&server, 2);
    assert_int_equal(answered_by(&server, first), third);
    assert_int_equal(answered_by(&server, second), newer);
    ipsec_bench_destroy(&server);
}

static void an_answer_goes_back_where_the_question_came_from(void **state)
{
    (void)state;
    two_clients_behind_one_nat(true);
}

static void without_steering_the_newest_client_gets_everything(void **state)
{
    (void)state;
    two_clients_behind_one_nat(false);
}

static void a_new_port_is_followed_when_the_newest_packet_comes_from_it(void **state)
{
    (void)state;
    struct ipsec_bench server;
    struct ipsec_bench client;
    struct ipsec_output output;
    open_server(&server, true);
    open_client(&client, 1);
    const struct ipsec_bundle_config bundle = server_bundle(1, 1, 61001, IPSEC_CHECKSUM_UPDATED);
    const uint32_t id = ipsec_bench_add(&server, &bundle);
    struct packet *late = from_client(&client, &server, 61001, 10);
    struct packet *moved = from_client(&client, &server, 61777, 10);
    struct packet *forged = packet_clone(moved);
    assert_int_equal(ipsec_processor_inbound(&server.processor, 0, moved, true).verdict,
                     IPSEC_PROCESSED);
    assert_true(ipsec_processor_poll(&server.processor, &output));
    assert_int_equal(output.event, IPSEC_EVENT_MOVED);
    assert_int_equal(output.bundle, id);
    assert_int_equal(output.peer_port, 61777);
    /* Neither what was sent before nor who has no key moves it back. */
    assert_int_equal(ipsec_processor_inbound(&server.processor, 0, late, true).verdict,
                     IPSEC_PROCESSED);
    translate(forged, 61999);
    assert_int_equal(ipsec_processor_inbound(&server.processor, 0, forged, true).verdict,
                     IPSEC_DROPPED);
    assert_false(ipsec_processor_poll(&server.processor, &output));
    struct ipsec_bundle_state description;
    assert_true(ipsec_processor_describe(&server.processor, id, &description));
    assert_int_equal(description.peer_port, 61777);
    packet_free(moved);
    packet_free(late);
    ipsec_bench_destroy(&server);
    ipsec_bench_destroy(&client);
}

static void what_else_comes_to_the_port_is_told_apart(void **state)
{
    (void)state;
    struct ipsec_bench server;
    struct ipsec_bench client;
    open_server(&server, true);
    open_client(&client, 1);
    const struct ipsec_bundle_config bundle = server_bundle(1, 1, 61001, IPSEC_CHECKSUM_UPDATED);
    ipsec_bench_add(&server, &bundle);
    struct packet *packet = ipsec_bench_udp(&server, NAT, SERVER, 61001, 4500, 1);
    packet->data[28] = 0xff;
    assert_int_equal(ipsec_processor_inbound(&server.processor, 0, packet, true).verdict,
                     IPSEC_ABSORBED);
    packet = ipsec_bench_udp(&server, NAT, SERVER, 61001, 4500, 40);
    memset(packet->data + 28, 0, 4);
    assert_int_equal(ipsec_processor_inbound(&server.processor, 0, packet, true).verdict,
                     IPSEC_PASS);
    packet_free(packet);
    packet = ipsec_bench_udp(&server, NAT, SERVER, 61001, 4500, 3);
    assert_int_equal(ipsec_processor_inbound(&server.processor, 0, packet, true).verdict,
                     IPSEC_DROPPED);
    assert_string_equal(server.dropped, "esp/malformed");
    packet = from_client(&client, &server, 61001, 10);
    wire_store_u16(packet->data + 24, 7); /* UDP length */
    assert_int_equal(ipsec_processor_inbound(&server.processor, 0, packet, true).verdict,
                     IPSEC_DROPPED);
    /* The same SA, but not in UDP. */
    packet = from_client(&client, &server, 61001, 10);
    struct ipsec_datagram datagram;
    assert_true(ipsec_datagram_decode(packet, &datagram));
    ipsec_datagram_remove(packet, 20, 8);
    ipsec_datagram_finish(packet, &datagram, IPSEC_NEXT_ESP);
    assert_int_equal(ipsec_processor_inbound(&server.processor, 0, packet, true).verdict,
                     IPSEC_DROPPED);
    assert_string_equal(server.dropped, "esp/encapsulation-mismatch");
    ipsec_bench_destroy(&server);
    ipsec_bench_destroy(&client);
}

static void a_keep_alive_goes_out_when_nothing_else_does(void **state)
{
    (void)state;
    static const char *const locals[] = {"10.0.0.1", "fd00::1"};
    static const char *const peers[] = {"10.0.0.2", "fd00::2"};
    for (int i = 0; i < 2; i++) {
        struct ipsec_bench client;
        struct ipsec_output output;
        ipsec_bench_init(&client);
        const struct ipsec_policy policy = ipsec_bench_policy(IPSEC_TRANSPORT, locals[i], peers[i]);
        struct ipsec_bundle_config bundle =
            ipsec_bench_bundle(ipsec_bench_add_policy(&client, &policy), IPSEC_TRANSPORT, locals[i],
                               peers[i], 0x1001, 0x2001);
        bundle.local_port = 4500;
        bundle.peer_port = 4500;
        bundle.keep_alive_s = 20;
        ipsec_bench_add(&client, &bundle);
        /* Data at 15 s puts it off. */
        struct packet *packet = ipsec_bench_udp(&client, locals[i], peers[i], 1, 2, 3);
        ipsec_processor_outbound(&client.processor, 15 * INSTANT_SECOND, packet, 0, 0);
        struct ipsec_datagram datagram;
        assert_true(ipsec_datagram_decode(packet, &datagram));
        packet_free(packet);
        assert_int_equal(ipsec_processor_next_timeout(&client.processor), 20 * INSTANT_SECOND);
        ipsec_processor_handle_timeout(&client.processor, 20 * INSTANT_SECOND);
        assert_false(ipsec_processor_poll(&client.processor, &output));
        assert_int_equal(ipsec_processor_next_timeout(&client.processor), 35 * INSTANT_SECOND);
        ipsec_processor_handle_timeout(&client.processor, 35 * INSTANT_SECOND);
        assert_true(ipsec_processor_poll(&client.processor, &output));
        assert_int_equal(output.kind, OUTPUT_SEND);
        assert_true(ipsec_datagram_decode(output.packet, &datagram));
        assert_int_equal(datagram.protocol, IPSEC_NEXT_UDP);
        const uint8_t *udp = output.packet->data + datagram.header_length;
        assert_int_equal(output.packet->length, datagram.header_length + 9);
        assert_int_equal(wire_load_u16(udp + 2), 4500);
        assert_int_equal(udp[8], 0xff);
        /* Over IPv6 there must be a checksum (RFC 8200 section 8.1). */
        if (i == 1)
            assert_int_equal(checksum_finish(checksum_add(
                                 checksum_pseudo_header_ip(&datagram.source, &datagram.destination,
                                                           IPSEC_NEXT_UDP, 9),
                                 udp, 9)),
                             0);
        else
            assert_int_equal(wire_load_u16(udp + 6), 0);
        packet_free(output.packet);
        ipsec_bench_destroy(&client);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shared_port_carries_four_things),
        cmocka_unit_test(the_checksum_is_mended_after_a_nat),
        cmocka_unit_test(tcp_and_ipv6_checksums_are_mended_and_an_error_stays_one),
        cmocka_unit_test(an_answer_goes_back_where_the_question_came_from),
        cmocka_unit_test(what_is_for_one_that_is_gone_goes_to_nobody),
        cmocka_unit_test(without_steering_the_newest_client_gets_everything),
        cmocka_unit_test(a_new_port_is_followed_when_the_newest_packet_comes_from_it),
        cmocka_unit_test(what_else_comes_to_the_port_is_told_apart),
        cmocka_unit_test(a_keep_alive_goes_out_when_nothing_else_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
