#include "net/ethernet_switch.h"

#include <assert.h>
#include <string.h>

#define MAC_SIZE       6
#define HEADER_SIZE    14
#define TABLE_SIZE_MAX ((size_t)1 << 20)
/* A station may live in this many neighbouring slots. */
#define WAYS 4

struct switch_station {
    uint64_t mac_and_port; /* the address in the low 48 bits, above it port + 1; 0: free */
    instant heard;
};

static uint64_t load_mac(const uint8_t *octets)
{
    uint64_t mac = 0;
    for (int i = 0; i < MAC_SIZE; i++)
        mac = mac << 8 | octets[i];
    return mac;
}

static uint64_t station_mac(const struct switch_station *station)
{
    return station->mac_and_port & UINT64_C(0xffffffffffff);
}

static size_t station_port(const struct switch_station *station)
{
    return (size_t)(station->mac_and_port >> 48) - 1;
}

static struct switch_station *station_slots(const struct ethernet_switch *bridge, uint64_t mac)
{
    size_t hash = (size_t)(mac * UINT64_C(0x9e3779b97f4a7c15) >> 32);
    return &bridge->stations[hash & bridge->station_mask & ~(size_t)(WAYS - 1)];
}

/* The live entry of @p mac; NULL when it is unknown or has aged out. */
static struct switch_station *find_station(const struct ethernet_switch *bridge, uint64_t mac)
{
    struct switch_station *slots = station_slots(bridge, mac);
    instant now = bridge->node.simulation->now;
    for (int i = 0; i < WAYS; i++)
        if (slots[i].mac_and_port && station_mac(&slots[i]) == mac)
            return now - slots[i].heard < bridge->ageing ? &slots[i] : NULL;
    return NULL;
}

static void learn(struct ethernet_switch *bridge, uint64_t mac, size_t port)
{
    struct switch_station *slots = station_slots(bridge, mac);
    struct switch_station *chosen = &slots[0];
    for (int i = 0; i < WAYS; i++) {
        if (slots[i].mac_and_port && station_mac(&slots[i]) == mac) {
            chosen = &slots[i];
            break;
        }
        if (chosen->mac_and_port && (!slots[i].mac_and_port || slots[i].heard < chosen->heard))
            chosen = &slots[i];
    }
    chosen->mac_and_port = (uint64_t)(port + 1) << 48 | mac;
    chosen->heard = bridge->node.simulation->now;
}

static void drop(struct ethernet_switch *bridge, struct packet *frame, const char *reason)
{
    trace_drop(&bridge->node.trace, bridge->node.simulation->now, "ethernet", reason,
               frame->serial);
    packet_free(frame);
}

static void flood(struct ethernet_switch *bridge, const struct device *from, struct packet *frame)
{
    /* The last port gets the frame itself, the others copies: sent one behind, in port order. */
    struct device *pending = NULL;
    for (size_t i = 0; i < bridge->port_count; i++) {
        struct device *port = &bridge->ports[i];
        if (port == from || !port->link)
            continue;
        if (pending) {
            struct packet *copy = packet_clone(frame);
            if (copy)
                device_transmit(pending, copy);
            else
                bridge->node.simulation->failure = STATUS_NO_MEMORY;
        }
        pending = port;
    }
    if (pending)
        device_transmit(pending, frame);
    else
        drop(bridge, frame, "no-port");
}

static void receive(struct device *device, struct packet *frame)
{
    struct ethernet_switch *bridge = device->owner;
    if (frame->length < HEADER_SIZE) {
        drop(bridge, frame, "truncated");
        return;
    }
    uint64_t destination = load_mac(frame->data);
    uint64_t source = load_mac(frame->data + MAC_SIZE);
    size_t from = (size_t)(device - bridge->ports);
    bool source_is_group = source >> 40 & 1;
    if (!source_is_group)
        learn(bridge, source, from);
    if ((destination & ~UINT64_C(0xf)) == UINT64_C(0x0180c2000000)) {
        /* IEEE 802.1D section 7.12.6: these addresses are never relayed. */
        drop(bridge, frame, "reserved-address");
        return;
    }
    const struct switch_station *station =
        destination >> 40 & 1 ? NULL : find_station(bridge, destination);
    if (!station)
        flood(bridge, device, frame);
    else if (station_port(station) == from)
        drop(bridge, frame, "same-port");
    else
        device_transmit(&bridge->ports[station_port(station)], frame);
}

static const struct node_class switch_class = {.kind = "switch"};

struct ethernet_switch *ethernet_switch_create(struct simulation *simulation,
                                               const struct ethernet_switch_config *config)
{
    assert(config->port_count < UINT16_MAX && config->table_size <= TABLE_SIZE_MAX);
    size_t wanted = config->table_size ? config->table_size : ETHERNET_SWITCH_TABLE_SIZE;
    size_t size = WAYS;
    while (size < wanted)
        size *= 2;
    struct ethernet_switch *bridge = simulation_allocate(simulation, sizeof *bridge);
    struct device *ports =
        simulation_allocate(simulation, config->port_count * sizeof(struct device));
    struct switch_station *stations =
        simulation_allocate(simulation, size * sizeof(struct switch_station));
    if (!bridge || !ports || !stations)
        return NULL;
    *bridge = (struct ethernet_switch){
        .node = {.class = &switch_class,
                 .name = config->name,
                 .simulation = simulation,
                 .trace = simulation_trace(simulation, config->name)},
        .ports = ports,
        .port_count = config->port_count,
        .stations = stations,
        .station_mask = size - 1,
        .ageing = config->ageing ? config->ageing : ETHERNET_SWITCH_AGEING,
    };
    for (size_t i = 0; i < config->port_count; i++) {
        ports[i].name = config->port_names[i];
        ports[i].node = config->name;
        ports[i].owner = bridge;
        ports[i].receive = receive;
    }
    return bridge;
}

struct device *ethernet_switch_port(struct ethernet_switch *bridge, const char *name)
{
    for (size_t i = 0; i < bridge->port_count; i++)
        if (strcmp(bridge->ports[i].name, name) == 0)
            return &bridge->ports[i];
    return NULL;
}
