#include "net/ethernet_switch.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#define PORTS 4

/* A switch with a station behind each of its first PORTS - 1 ports; the last port is on no link. */
struct lan {
    struct simulation simulation;
    struct ethernet_switch *bridge;
    struct device stations[PORTS - 1];
    struct trace_subscriber subscriber;
    char heard[256]; /* "0 2 ": who heard a frame, in order */
    char drops[256]; /* "reason " */
};

static void receive(struct device *device, struct packet *frame)
{
    struct lan *lan = device->owner;
    size_t used = strlen(lan->heard);
    snprintf(lan->heard + used, sizeof lan->heard - used, "%u ",
             (unsigned)(device - lan->stations));
    packet_free(frame);
}

static void hear(void *context, const struct trace_event *event)
{
    struct lan *lan = context;
    assert_string_equal(event->node, "sw");
    assert_string_equal(event->name, "packet.dropped");
    assert_string_equal(event->fields[0].text, "ethernet");
    strcat(strcat(lan->drops, event->fields[1].text), " ");
}

static void lan_init(struct lan *lan, size_t table_size, instant ageing)
{
    static const char *const names[PORTS] = {"p0", "p1", "p2", "p3"};
    memset(lan, 0, sizeof *lan);
    assert_int_equal(simulation_init(&lan->simulation, 1), STATUS_OK);
    lan->subscriber = (struct trace_subscriber){.receive = hear, .context = lan};
    simulation_subscribe(&lan->simulation, &lan->subscriber);
    const struct ethernet_switch_config config = {.name = "sw",
                                                  .port_names = names,
                                                  .port_count = PORTS,
                                                  .table_size = table_size,
                                                  .ageing = ageing};
    lan->bridge = ethernet_switch_create(&lan->simulation, &config);
    assert_string_equal(lan->bridge->node.class->kind, "switch");
    const struct link_config wire = {.name = "wire", .mtu = 1500, .queue_limit = 10};
    for (unsigned i = 0; i < PORTS - 1; i++) {
        struct link *link = link_create(&lan->simulation, &wire);
        lan->stations[i] = (struct device){.owner = lan, .receive = receive};
        link_attach(link, 0, &lan->stations[i]);
        link_attach(link, 1, ethernet_switch_port(lan->bridge, names[i]));
    }
    assert_null(ethernet_switch_port(lan->bridge, "p4"));
}

static void lan_destroy(struct lan *lan)
{
    assert_int_equal(lan->simulation.packets.in_use, 0);
    simulation_destroy(&lan->simulation);
}

/* Sends a frame between addresses given in hexadecimal, and says who heard it. */
static const char *send(struct lan *lan, unsigned from, const char *destination, const char *source)
{
    uint8_t frame[60] = {0};
    unit_hex(destination, frame, 6);
    unit_hex(source, frame + 6, 6);
    lan->heard[0] = lan->drops[0] = '\0';
    device_transmit(&lan->stations[from],
                    packet_from(&lan->simulation.packets, frame, sizeof frame));
    simulation_run(&lan->simulation, lan->simulation.now);
    return lan->heard;
}

static void the_unknown_is_flooded_and_the_known_is_not(void **state)
{
    (void)state;
    struct lan lan;
    lan_init(&lan, 0, 0);
    assert_string_equal(send(&lan, 0, "020000000002", "020000000001"), "1 2 ");
    assert_string_equal(send(&lan, 1, "020000000001", "020000000002"), "0 ");
    assert_string_equal(send(&lan, 0, "020000000002", "020000000001"), "1 ");
    assert_string_equal(send(&lan, 2, "ffffffffffff", "020000000003"), "0 1 ");
    assert_string_equal(send(&lan, 1, "01005e000001", "020000000002"), "0 2 ");
    /* The station moves to another port. */
    assert_string_equal(send(&lan, 2, "020000000002", "020000000001"), "1 ");
    assert_string_equal(send(&lan, 1, "020000000001", "020000000002"), "2 ");
    lan_destroy(&lan);
}

static void a_silent_station_is_forgotten(void **state)
{
    (void)state;
    struct lan lan;
    lan_init(&lan, 0, 0);
    send(&lan, 0, "ffffffffffff", "020000000001");
    simulation_run(&lan.simulation, 300 * INSTANT_SECOND - 1);
    assert_string_equal(send(&lan, 1, "020000000001", "020000000002"), "0 ");
    simulation_run(&lan.simulation, 300 * INSTANT_SECOND);
    assert_string_equal(send(&lan, 1, "020000000001", "020000000002"), "0 2 ");
    lan_destroy(&lan);
}

static void the_table_is_bounded_and_forgets_the_longest_silent(void **state)
{
    (void)state;
    struct lan lan;
    lan_init(&lan, 4, 0);
    char mac[13];
    for (unsigned i = 1; i <= 5; i++) {
        snprintf(mac, sizeof mac, "0200000000%02x", i);
        simulation_run(&lan.simulation, i * INSTANT_SECOND);
        send(&lan, 0, "ffffffffffff", mac);
    }
    assert_string_equal(send(&lan, 1, "020000000001", "ffffffffffff"), "0 2 ");
    for (unsigned i = 2; i <= 5; i++) {
        snprintf(mac, sizeof mac, "0200000000%02x", i);
        assert_string_equal(send(&lan, 1, mac, "ffffffffffff"), "0 ");
    }
    lan_destroy(&lan);
}

static void what_is_not_relayed_is_told(void **state)
{
    (void)state;
    struct lan lan;
    lan_init(&lan, 0, 0);
    assert_string_equal(send(&lan, 0, "0180c2000000", "020000000001"), "");
    assert_string_equal(lan.drops, "reserved-address ");
    assert_string_equal(send(&lan, 0, "020000000001", "020000000002"), "");
    assert_string_equal(lan.drops, "same-port ");
    lan.drops[0] = '\0';
    device_transmit(&lan.stations[0], packet_from(&lan.simulation.packets, "0123456789abc", 13));
    simulation_run(&lan.simulation, lan.simulation.now);
    assert_string_equal(lan.drops, "truncated ");
    lan_destroy(&lan);
}

static void a_switch_with_one_link_has_nowhere_to_send(void **state)
{
    (void)state;
    struct simulation simulation;
    simulation_init(&simulation, 1);
    struct lan lan = {.drops = ""};
    lan.subscriber = (struct trace_subscriber){.receive = hear, .context = &lan};
    simulation_subscribe(&simulation, &lan.subscriber);
    static const char *const names[] = {"p0", "p1"};
    const struct ethernet_switch_config config = {
        .name = "sw", .port_names = names, .port_count = 2};
    struct ethernet_switch *bridge = ethernet_switch_create(&simulation, &config);
    const struct link_config wire = {.name = "wire", .mtu = 1500, .queue_limit = 10};
    struct device station = {.receive = receive};
    struct link *link = link_create(&simulation, &wire);
    link_attach(link, 0, &station);
    link_attach(link, 1, &bridge->ports[0]);
    device_transmit(&station, packet_from(&simulation.packets, "0123456789abcdef", 16));
    simulation_run(&simulation, 1);
    assert_string_equal(lan.drops, "no-port ");
    assert_int_equal(simulation.packets.in_use, 0);
    simulation_destroy(&simulation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_unknown_is_flooded_and_the_known_is_not),
        cmocka_unit_test(a_silent_station_is_forgotten),
        cmocka_unit_test(the_table_is_bounded_and_forgets_the_longest_silent),
        cmocka_unit_test(what_is_not_relayed_is_told),
        cmocka_unit_test(a_switch_with_one_link_has_nowhere_to_send),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
