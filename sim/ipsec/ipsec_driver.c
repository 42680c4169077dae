#include "ipsec/ipsec_driver.h"

#include "inet/icmp.h"
#include "inet/icmpv6.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The most that protection adds: ESP with the longest IV, padding and ICV in UDP, a tunnel's
 * header, and AH. */
#define ESP_OVERHEAD          (8 + 16 + 15 + 2 + 16 + 8)
#define TUNNEL_OVERHEAD(ipv6) ((ipv6) ? 40 : 20)
#define AH_OVERHEAD(ipv6)     ((ipv6) ? 32 : 24)

static struct host_stack *stack_of(const struct ipsec_driver *driver)
{
    return &driver->host->stack;
}

static instant now_of(const struct ipsec_driver *driver)
{
    return driver->host->node.simulation->now;
}

static void tell_used(struct ipsec_driver *driver, uint32_t bundle, const struct packet *packet,
                      bool inbound)
{
    if (driver->used && bundle != 0)
        driver->used(driver->event_context, bundle, packet->length, inbound);
}

/*
 * Carries out what the processor has decided. What is called on the way may come back here: then
 * the loop that runs already goes on with it.
 */
static void pump(struct ipsec_driver *driver)
{
    struct ipsec_output output;
    if (driver->pumping)
        return;
    driver->pumping = true;
    while (ipsec_processor_poll(&driver->processor, &output)) {
        if (output.kind == OUTPUT_SEND) {
            tell_used(driver, output.bundle, output.packet, false);
            host_stack_send_secured(stack_of(driver), output.packet);
        } else if (output.kind == OUTPUT_EVENT && driver->event) {
            driver->event(driver->event_context, &output);
        }
    }
    driver->pumping = false;
    timer_set(driver->host->node.simulation, &driver->timer,
              ipsec_processor_next_timeout(&driver->processor));
}

static void wake(void *context, instant now)
{
    struct ipsec_driver *driver = context;
    ipsec_processor_handle_timeout(&driver->processor, now);
    pump(driver);
}

/* What a capture before IPsec shows of a datagram that is about to be changed in place; NULL:
 * nobody looks. */
static struct packet *keep_clear(const struct ipsec_driver *driver, const struct packet *packet)
{
    return driver->clear.taps ? packet_clone(packet) : NULL;
}

static void record_clear(struct ipsec_driver *driver, enum tap_direction direction,
                         struct packet *clear)
{
    if (clear)
        tap_point_record(&driver->clear, now_of(driver), direction, clear->data, clear->length);
    packet_free(clear);
}

static bool output(void *context, struct stack_interface *out, bool forwarded,
                   struct packet *packet)
{
    struct ipsec_driver *driver = context;
    struct packet *clear = keep_clear(driver, packet);
    const struct ipsec_outbound answer = ipsec_processor_outbound(
        &driver->processor, now_of(driver), packet, out->mtu, packet->mark);
    switch (answer.verdict) {
    case IPSEC_PASS:
        packet_free(clear);
        return false;
    case IPSEC_PROCESSED:
        record_clear(driver, TAP_SENT, clear);
        packet->mark = 0;
        tell_used(driver, answer.bundle, packet, false);
        host_stack_send_secured(stack_of(driver), packet);
        break;
    case IPSEC_TOO_BIG:
        packet_free(clear);
        host_stack_refuse_length(stack_of(driver), out, forwarded, (uint16_t)answer.mtu, packet);
        break;
    case IPSEC_HELD:
        record_clear(driver, TAP_SENT, clear);
        break;
    case IPSEC_DROPPED:
    case IPSEC_ABSORBED:
        packet_free(clear);
        break;
    }
    pump(driver);
    return true;
}

static bool input(void *context, struct stack_interface *in, bool forwarded, struct packet *packet)
{
    struct ipsec_driver *driver = context;
    const struct ipsec_inbound answer =
        ipsec_processor_inbound(&driver->processor, now_of(driver), packet, !forwarded);
    if (answer.verdict == IPSEC_PASS)
        return false;
    if (answer.verdict == IPSEC_PROCESSED) {
        tap_point_record(&driver->clear, now_of(driver), TAP_RECEIVED, packet->data,
                         packet->length);
        packet->mark = answer.flow;
        tell_used(driver, answer.bundle, packet, true);
        host_stack_receive_secured(stack_of(driver), in, packet);
    }
    pump(driver);
    return true;
}

static uint16_t overhead(void *context, const struct ip_address *source,
                         const struct ip_address *destination, uint8_t protocol)
{
    const struct ipsec_driver *driver = context;
    const struct ipsec_traffic traffic = {
        .local = *source,
        .remote = *destination,
        .protocol = protocol,
    };
    uint32_t id = ipsec_processor_find_policy(&driver->processor, &traffic);
    const struct ipsec_policy *policy = id ? ipsec_processor_policy(&driver->processor, id) : NULL;
    if (!policy || policy->action != IPSEC_PROTECT)
        return 0;
    bool tunnel = policy->mode == IPSEC_TUNNEL;
    bool ipv6 = (tunnel ? policy->tunnel_remote.version : destination->version) == 6;
    return (uint16_t)((policy->esp ? ESP_OVERHEAD : 0) + (policy->ah ? AH_OVERHEAD(ipv6) : 0) +
                      (tunnel ? TUNNEL_OVERHEAD(ipv6) : 0));
}

void ipsec_driver_error(struct ipsec_driver *driver, const struct stack_icmp_error *error)
{
    if (error->type != ICMP_DESTINATION_UNREACHABLE || error->code != ICMP_FRAGMENTATION_NEEDED)
        return;
    /* The quote as it came: the payload lies behind its header. */
    const uint8_t *quoted = error->payload - error->quoted.header_length;
    size_t length = error->payload_length + error->quoted.header_length;
    (void)ipsec_processor_input_too_big(&driver->processor, now_of(driver), quoted, length,
                                        error->path_mtu);
    pump(driver);
}

static void protocol_error_ipv6(void *context, const struct stack_icmpv6_error *error)
{
    struct ipsec_driver *driver = context;
    if (error->type != ICMPV6_PACKET_TOO_BIG)
        return;
    (void)ipsec_processor_input_too_big(&driver->processor, now_of(driver), error->quoted,
                                        error->quoted_length, error->path_mtu);
    pump(driver);
}

static void protocol_error(void *context, const struct stack_icmp_error *error)
{
    ipsec_driver_error(context, error);
}

static struct tap_point *layer(struct host_extension *extension, const char *name)
{
    struct ipsec_driver *driver = (struct ipsec_driver *)extension;
    return strcmp(name, "before-ipsec") == 0 ? &driver->clear : NULL;
}

static bool state(struct host_extension *extension, const char *name, char *text, size_t size)
{
    const struct ipsec_driver *driver = (const struct ipsec_driver *)extension;
    const struct ipsec_counters *counters = &driver->processor.counters;
    const struct {
        const char *name;
        uint64_t value;
    } states[] = {
        {"ipsec.protected", counters->protected_out},
        {"ipsec.opened", counters->opened_in},
        {"ipsec.dropped.out", counters->dropped_out},
        {"ipsec.dropped.in", counters->dropped_in},
        {"ipsec.policies", driver->processor.policies.count},
        {"ipsec.unknown-spi", counters->unknown_spi},
        {"ipsec.esp.received", counters->esp.received},
        {"ipsec.esp.fresh", counters->esp.fresh},
        {"ipsec.esp.authenticated", counters->esp.authenticated},
        {"ipsec.esp.decrypted", counters->esp.decrypted},
        {"ipsec.esp.unpadded", counters->esp.unpadded},
        {"ipsec.ah.authenticated", counters->ah.authenticated},
    };
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (strcmp(name, states[i].name) == 0)
            return snprintf(text, size, "%" PRIu64, states[i].value) > 0;
    return false;
}

static void destroy(struct host_extension *extension)
{
    struct ipsec_driver *driver = (struct ipsec_driver *)extension;
    driver->host->stack.security = NULL;
    timer_destroy(driver->host->node.simulation, &driver->timer);
    ipsec_processor_close(&driver->processor);
}

struct ipsec_driver *ipsec_driver_create(struct host *host,
                                         const struct ipsec_driver_config *config)
{
    struct simulation *simulation = host->node.simulation;
    struct ipsec_driver *driver = simulation_allocate(simulation, sizeof *driver);
    if (!driver)
        return NULL;
    char component[128];
    snprintf(component, sizeof component, "%s/ipsec", host->node.name);
    *driver = (struct ipsec_driver){
        .extension = {.layer = layer, .state = state, .destroy = destroy},
        .host = host,
        .security = {.output = output, .input = input, .overhead = overhead, .context = driver},
        .esp = {.protocol = IPV4_PROTOCOL_ESP,
                .error = protocol_error,
                .error_ipv6 = protocol_error_ipv6,
                .context = driver},
        .ah = {.protocol = IPV4_PROTOCOL_AH,
               .error = protocol_error,
               .error_ipv6 = protocol_error_ipv6,
               .context = driver},
        .entropy = simulation_entropy(simulation, component),
    };
    struct ipsec_processor_config processor = ipsec_processor_config_default();
    processor.trace = host->node.trace;
    processor.crypto = simulation->crypto;
    processor.entropy = &driver->entropy;
    processor.pool = &simulation->packets;
    processor.steers_flows = config->steers_flows;
    processor.hold_packets = config->hold_packets;
    ipsec_processor_init(&driver->processor, &processor);
    timer_init(&driver->timer, wake, driver);
    host_stack_set_protocol(&host->stack, &driver->esp);
    host_stack_set_protocol(&host->stack, &driver->ah);
    host->stack.security = &driver->security;
    host_add_extension(host, &driver->extension);
    return driver;
}

enum status ipsec_driver_add_policy(struct ipsec_driver *driver, const struct ipsec_policy *policy,
                                    uint32_t *id)
{
    return ipsec_processor_add_policy(&driver->processor, policy, id);
}

void ipsec_driver_remove_policy(struct ipsec_driver *driver, uint32_t id)
{
    (void)ipsec_processor_remove_policy(&driver->processor, now_of(driver), id);
    pump(driver);
}

/* Both directions of every ESP SA: the peer may be none of ours. */
static void tell_secrets(struct ipsec_driver *driver, const struct ipsec_bundle_config *config)
{
    for (size_t i = 0; i < config->pair_count; i++)
        for (int inbound = 0; inbound <= 1; inbound++) {
            const struct security_association_config *sa =
                inbound ? &config->pairs[i].inbound : &config->pairs[i].outbound;
            struct secret secret = {.kind = SECRET_ESP,
                                    .esp = {.source = inbound ? config->peer : config->local,
                                            .destination = inbound ? config->local : config->peer,
                                            .spi = sa->spi,
                                            .cipher = sa->cipher,
                                            .cipher_key_length = sa->cipher_key_length,
                                            .integrity = sa->integrity,
                                            .hash = sa->hash,
                                            .integrity_key_length = sa->integrity_key_length}};
            if (sa->protocol != IPSEC_ESP)
                continue;
            memcpy(secret.esp.cipher_key, sa->cipher_key, sizeof secret.esp.cipher_key);
            memcpy(secret.esp.integrity_key, sa->integrity_key, sizeof secret.esp.integrity_key);
            simulation_tell_secret(driver->host->node.simulation, &secret);
        }
}

enum status ipsec_driver_add(struct ipsec_driver *driver, const struct ipsec_bundle_config *config,
                             uint32_t *id)
{
    enum status status = ipsec_processor_add(&driver->processor, now_of(driver), config, id);
    if (status == STATUS_OK)
        tell_secrets(driver, config);
    pump(driver);
    return status;
}

void ipsec_driver_activate(struct ipsec_driver *driver, uint32_t id)
{
    (void)ipsec_processor_activate(&driver->processor, now_of(driver), id);
    pump(driver);
}

void ipsec_driver_delete(struct ipsec_driver *driver, uint32_t id)
{
    (void)ipsec_processor_delete(&driver->processor, now_of(driver), id);
    pump(driver);
}

void ipsec_driver_acquire_failed(struct ipsec_driver *driver, uint32_t policy,
                                 const struct ip_address *peer)
{
    ipsec_processor_acquire_failed(&driver->processor, now_of(driver), policy, peer);
    pump(driver);
}
