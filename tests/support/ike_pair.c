#include "support/ike_pair.h"

#include "support/unit.h"

#include "crypto/dh.h"
#include "ike/ike_nat_traversal.h"
#include "ike/isakmp_header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct ike_phase1_transform plain_transforms[] = {
    {.encryption = IKE_ENCRYPTION_3DES,
     .hash = IKE_HASH_SHA1,
     .group = DH_GROUP_2,
     .seconds = 28800},
};
static const struct ike_phase1_list plain_phase1 = {plain_transforms, 1};
static const struct ike_phase2_choice plain_choices[] = {
    {.protocols = {{.protocol = ISAKMP_PROTOCOL_ESP,
                    .id = IKE_ESP_3DES,
                    .integrity = IKE_INTEGRITY_HMAC_SHA}},
     .seconds = 3600},
};
static const struct ike_phase2_list plain_phase2 = {plain_choices, 1};
static const uint8_t secret[] = "secret";

static bool is_number_of_object(const char *key)
{
    static const char *const keys[] = {"phase1",           "child",      "old", "new",
                                       "initiator-cookie", "message-id", "spi", "spi-in",
                                       "spi-out"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

static void describe(const struct trace_event *event, bool anonymous, char *text, size_t size)
{
    size_t at = 0;
    text[0] = '\0';
    for (size_t i = 0; i < event->field_count && at < size; i++) {
        const struct trace_field *field = &event->fields[i];
        if (is_number_of_object(field->key) || strcmp(field->key, "serial") == 0 ||
            (anonymous && strcmp(field->key, "peer") == 0))
            continue;
        int written = 0;
        if (field->kind == TRACE_TEXT)
            written = snprintf(text + at, size - at, "%s=%s ", field->key, field->text);
        else if (field->kind == TRACE_UNSIGNED)
            written = snprintf(text + at, size - at, "%s=%llu ", field->key,
                               (unsigned long long)field->number);
        at += (size_t)written;
    }
}

static void emit(void *context, const struct trace_event *event)
{
    struct ike_pair_end *end = context;
    char detail[sizeof end->seen[0].detail];
    describe(event, end->pair->anonymous, detail, sizeof detail);
    for (unsigned i = 0; i < end->seen_count; i++) {
        struct ike_pair_event *seen = &end->seen[i];
        if (strcmp(seen->name, event->name) == 0 && strcmp(seen->detail, detail) == 0) {
            seen->count++;
            seen->last = event->at;
            return;
        }
    }
    assert_true(end->seen_count < IKE_PAIR_EVENTS);
    struct ike_pair_event *seen = &end->seen[end->seen_count++];
    (void)snprintf(seen->name, sizeof seen->name, "%s", event->name);
    (void)snprintf(seen->detail, sizeof seen->detail, "%s", detail);
    seen->count = 1;
    seen->last = event->at;
}

static void init_end(struct ike_pair *pair, unsigned index, const char *address)
{
    struct ike_pair_end *end = &pair->end[index];
    end->pair = pair;
    end->entropy = entropy_make(index + 1, "ike");
    assert_true(ip_address_parse(address, &end->address));
    end->peer = (struct ike_peer){.phase1 = &plain_phase1,
                                  .authentication = IKE_AUTHENTICATION_PRE_SHARED_KEY,
                                  .pre_shared_key = secret,
                                  .pre_shared_key_length = sizeof secret - 1};
    end->rule = (struct ike_rule){
        .id = 7,
        .traffic = {.local = {.protocol = 17, .port = index == IKE_SERVER ? 1701 : 0},
                    .remote = {.protocol = 17, .port = index == IKE_SERVER ? 0 : 1701}},
        .phase2 = &plain_phase2};
    end->config = (struct ike_config){.trace = {.emit = emit, .context = end},
                                      .pool = &pair->pool,
                                      .crypto = pair->crypto,
                                      .entropy = &end->entropy,
                                      .calendar_start = 950745600,
                                      .behaviour = ike_behaviour_of(IKE_PROFILE_RFC),
                                      .host_name = index == IKE_SERVER ? "server.lab" : "pc.lab",
                                      .peers = &end->peer,
                                      .peer_count = 1,
                                      .rules = &end->rule,
                                      .rule_count = 1,
                                      .max_phase1 = 8,
                                      .max_exchanges = 8,
                                      .max_children = 8};
}

void ike_pair_init(struct ike_pair *pair)
{
    *pair = (struct ike_pair){.delay = 10 * INSTANT_MILLISECOND};
    packet_pool_init(&pair->pool);
    pair->crypto = crypto_create(NULL, NULL);
    assert_non_null(pair->crypto);
    init_end(pair, IKE_CLIENT, "10.0.0.2");
    init_end(pair, IKE_SERVER, "10.0.0.1");
    assert_true(ip_address_parse("192.0.2.1", &pair->nat_address));
    assert_true(ip_address_parse("192.0.2.9", &pair->nat_server_address));
    pair->nat_ports[0] = 61500;
    pair->nat_ports[1] = 61501;
}

void ike_pair_destroy(struct ike_pair *pair)
{
    for (unsigned i = 0; i < 2; i++)
        if (pair->end[i].running)
            ike_close(&pair->end[i].ike);
    for (unsigned i = 0; i < pair->flight_count; i++)
        packet_free(pair->flights[i].packet);
    assert_int_equal(pair->pool.in_use, 0);
    packet_pool_destroy(&pair->pool);
    crypto_destroy(pair->crypto);
}

int ike_pair_set_up(void **state)
{
    struct ike_pair *pair = malloc(sizeof *pair);
    if (!pair)
        return -1;
    ike_pair_init(pair);
    *state = pair;
    return 0;
}

int ike_pair_tear_down(void **state)
{
    struct ike_pair *pair = *state;
    ike_pair_destroy(pair);
    free(pair);
    return 0;
}

void ike_pair_profiles(struct ike_pair *pair, enum ike_profile client, enum ike_profile server)
{
    const enum ike_profile profiles[2] = {client, server};
    for (unsigned i = 0; i < 2; i++) {
        pair->end[i].config.behaviour = ike_behaviour_of(profiles[i]);
        pair->end[i].peer.phase1 = ike_profile_phase1(profiles[i]);
        pair->end[i].rule.phase2 = ike_profile_phase2(profiles[i], i == IKE_SERVER);
    }
}

void ike_pair_start(struct ike_pair *pair)
{
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(ike_init(&pair->end[i].ike, &pair->end[i].config), STATUS_OK);
        pair->end[i].running = true;
    }
}

/* Events. */

static struct ike_pair_child *find_child(struct ike_pair_end *end, uint32_t id)
{
    for (unsigned i = 0; i < end->child_count; i++)
        if (end->children[i].sa.id == id)
            return &end->children[i];
    return NULL;
}

static struct ike_pair_child *add_child(struct ike_pair_end *end, const struct ike_child_sa *sa)
{
    struct ike_pair_child *child = find_child(end, sa->id);
    if (!child) {
        assert_true(end->child_count < IKE_PAIR_CHILDREN);
        child = &end->children[end->child_count++];
        *child = (struct ike_pair_child){0};
    }
    child->sa = *sa;
    return child;
}

static void take_event(struct ike_pair_end *end, const struct ike_output *output)
{
    struct ike_pair_child *child;
    switch (output->event) {
    case IKE_EVENT_PHASE1_ESTABLISHED:
        end->phase1s++;
        end->phase1 = output->phase1;
        break;
    case IKE_EVENT_PHASE1_DELETED:
        end->phase1s_deleted++;
        end->cause = output->cause;
        break;
    case IKE_EVENT_CHILD_INBOUND:
        child = add_child(end, output->child);
        assert_false(child->receives);
        child->receives = true;
        break;
    case IKE_EVENT_CHILD_ESTABLISHED:
        child = add_child(end, output->child);
        assert_false(child->sends);
        child->receives = true;
        child->sends = true;
        child = find_child(end, output->child->replaces);
        if (child)
            child->sends = false;
        break;
    case IKE_EVENT_CHILD_DELETED:
        child = find_child(end, output->child->id);
        assert_non_null(child);
        assert_false(child->deleted);
        *child =
            (struct ike_pair_child){.sa = *output->child, .deleted = true, .cause = output->cause};
        break;
    case IKE_EVENT_FAILED:
        end->failed++;
        end->cause = output->cause;
        end->told_by_peer = output->told_by_peer;
        end->failed_acquisition = output->acquisition;
        break;
    case IKE_EVENT_PEER_DEAD:
        end->dead++;
        break;
    }
}

/* The network. */

static void fly(struct ike_pair *pair, const struct ike_pair_flight *flight, instant late)
{
    assert_true(pair->flight_count < sizeof pair->flights / sizeof pair->flights[0]);
    struct ike_pair_flight *new = &pair->flights[pair->flight_count++];
    *new = *flight;
    new->due = pair->now + pair->delay + late;
}

/* What a NAT in front of the client, and one in front of the server, make of the addresses. */
static void translate(const struct ike_pair *pair, unsigned from, struct ike_pair_flight *flight)
{
    if (from == IKE_CLIENT && pair->nat) {
        flight->source.address = pair->nat_address;
        flight->source.port = pair->nat_ports[flight->source.port == 500 ? 0 : 1];
    } else if (from == IKE_SERVER && pair->nat) {
        flight->destination.address = pair->end[IKE_CLIENT].address;
        flight->destination.port = flight->destination.port == pair->nat_ports[0] ? 500 : 4500;
    }
    if (from == IKE_CLIENT && pair->server_nat)
        flight->destination.address = pair->end[IKE_SERVER].address;
    else if (from == IKE_SERVER && pair->server_nat)
        flight->source.address = pair->nat_server_address;
}

static void record(struct ike_pair *pair, unsigned from, const struct ike_output *output)
{
    if (pair->datagram_count >= IKE_PAIR_DATAGRAMS)
        return;
    struct ike_pair_datagram *datagram = &pair->datagrams[pair->datagram_count++];
    *datagram = (struct ike_pair_datagram){.at = pair->now,
                                           .from = (uint8_t)from,
                                           .source_port = output->local.port,
                                           .destination_port = output->remote.port,
                                           .length = output->packet->length};
    size_t kept = output->packet->length < sizeof datagram->octets ? output->packet->length
                                                                   : sizeof datagram->octets;
    memcpy(datagram->octets, output->packet->data, kept);
}

static void send(struct ike_pair *pair, unsigned from, const struct ike_output *output)
{
    unsigned index = pair->datagram_count;
    record(pair, from, output);
    unsigned fate = pair->fate ? pair->fate(pair, from, index, output->packet) : 0;
    if (pair->mtu && output->packet->length > pair->mtu)
        fate = 1;
    struct ike_pair_flight flight = {.packet = output->packet,
                                     .to = (uint8_t)(1 - from),
                                     .source = output->local,
                                     .destination = output->remote};
    translate(pair, from, &flight);
    if (fate == 1) {
        packet_free(output->packet);
        return;
    }
    if (fate == 2) {
        struct ike_pair_flight copy = flight;
        copy.packet = packet_clone(output->packet);
        fly(pair, &copy, 5 * INSTANT_MILLISECOND);
    }
    fly(pair, &flight, fate == 3 ? 3 * INSTANT_SECOND : 0);
}

void ike_pair_poll(struct ike_pair *pair, unsigned index)
{
    struct ike_pair_end *end = &pair->end[index];
    struct ike_output output;
    while (ike_poll(&end->ike, &output)) {
        if (output.kind == OUTPUT_SEND)
            send(pair, index, &output);
        else
            take_event(end, &output);
    }
}

static void arrive(struct ike_pair *pair, unsigned at)
{
    struct ike_pair_flight flight = pair->flights[at];
    memmove(&pair->flights[at], &pair->flights[at + 1],
            (--pair->flight_count - at) * sizeof pair->flights[0]);
    struct ike_pair_end *end = &pair->end[flight.to];
    if (!end->running) {
        packet_free(flight.packet);
        return;
    }
    ike_input(&end->ike, pair->now, &flight.destination, &flight.source, flight.packet);
    ike_pair_poll(pair, flight.to);
}

/* Does the next thing that is due by @p until; false when there is none. */
static bool step(struct ike_pair *pair, instant until)
{
    instant next = INSTANT_NEVER;
    unsigned flight = 0;
    for (unsigned i = 0; i < pair->flight_count; i++)
        if (pair->flights[i].due < next) {
            next = pair->flights[i].due;
            flight = i;
        }
    for (unsigned i = 0; i < 2; i++) {
        if (!pair->end[i].running)
            continue;
        instant due = ike_next_timeout(&pair->end[i].ike);
        if (due < next && due <= until) {
            pair->now = due > pair->now ? due : pair->now;
            ike_handle_timeout(&pair->end[i].ike, pair->now);
            ike_pair_poll(pair, i);
            return true;
        }
    }
    if (next > until)
        return false;
    pair->now = next;
    arrive(pair, flight);
    return true;
}

void ike_pair_run(struct ike_pair *pair, instant until)
{
    while (step(pair, until))
        continue;
    pair->now = until;
}

uint32_t ike_pair_acquire(struct ike_pair *pair, unsigned index)
{
    struct ike_pair_end *end = &pair->end[index];
    struct ike_acquisition acquisition = {
        .rule = 7, .local = end->address, .remote = pair->end[1 - index].address};
    if (index == IKE_CLIENT && pair->server_nat)
        acquisition.remote = pair->nat_server_address;
    acquisition.traffic = end->rule.traffic;
    if (!end->rule.tunnel) {
        acquisition.traffic.local.address = acquisition.local;
        acquisition.traffic.local.prefix_length = 32;
        acquisition.traffic.remote.address = acquisition.remote;
        acquisition.traffic.remote.prefix_length = 32;
    }
    if (acquisition.traffic.local.port == 0)
        acquisition.traffic.local.port = 1701;
    uint32_t number = 0;
    assert_int_equal(ike_acquire(&end->ike, pair->now, &acquisition, &number), STATUS_OK);
    assert_int_not_equal(number, 0);
    ike_pair_poll(pair, index);
    return number;
}

void ike_pair_inject(struct ike_pair *pair, unsigned index, const struct ike_endpoint *from,
                     uint16_t port, const uint8_t *octets, size_t length)
{
    struct ike_endpoint local = {pair->end[index].address, port};
    struct packet *packet = packet_from(&pair->pool, octets, length);
    assert_non_null(packet);
    ike_input(&pair->end[index].ike, pair->now, &local, from, packet);
    ike_pair_poll(pair, index);
}

uint32_t ike_pair_connect(struct ike_pair *pair)
{
    ike_pair_start(pair);
    uint32_t number = ike_pair_acquire(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(1));
    return number;
}

const struct ike_pair_child *ike_pair_sending(const struct ike_pair *pair, unsigned index)
{
    const struct ike_pair_end *end = &pair->end[index];
    const struct ike_pair_child *newest = NULL;
    for (unsigned i = 0; i < end->child_count; i++)
        if (end->children[i].sends)
            newest = &end->children[i];
    return newest;
}

const struct ike_pair_child *ike_pair_receiving(const struct ike_pair *pair, unsigned index)
{
    const struct ike_pair_child *sender = ike_pair_sending(pair, 1 - index);
    if (!sender)
        return NULL;
    for (unsigned i = 0; i < pair->end[index].child_count; i++) {
        const struct ike_pair_child *receiver = &pair->end[index].children[i];
        if (receiver->receives && receiver->sa.protocol_count == sender->sa.protocol_count &&
            memcmp(&receiver->sa.protocols[0].inbound, &sender->sa.protocols[0].outbound,
                   sizeof(struct ike_child_keys)) == 0 &&
            memcmp(&receiver->sa.protocols[1].inbound, &sender->sa.protocols[1].outbound,
                   sizeof(struct ike_child_keys)) == 0)
            return receiver;
    }
    return NULL;
}

bool ike_pair_agree(const struct ike_pair *pair)
{
    return ike_pair_receiving(pair, IKE_CLIENT) && ike_pair_receiving(pair, IKE_SERVER);
}

void ike_pair_assert_up(const struct ike_pair *pair)
{
    if (ike_pair_agree(pair))
        return;
    ike_pair_print(pair);
    fail_msg("the ends do not agree");
}

unsigned ike_pair_count(const struct ike_pair *pair, unsigned index, const char *name,
                        const char *detail)
{
    const struct ike_pair_end *end = &pair->end[index];
    unsigned count = 0;
    for (unsigned i = 0; i < end->seen_count; i++)
        if (strcmp(end->seen[i].name, name) == 0 && strstr(end->seen[i].detail, detail))
            count += end->seen[i].count;
    return count;
}

void ike_pair_print(const struct ike_pair *pair)
{
    for (unsigned index = 0; index < 2; index++)
        for (unsigned i = 0; i < pair->end[index].seen_count; i++) {
            const struct ike_pair_event *seen = &pair->end[index].seen[i];
            print_message("%s %9.3f %2u %s %s\n", index == IKE_CLIENT ? "client" : "server",
                          (double)seen->last / 1e9, seen->count, seen->name, seen->detail);
        }
}
