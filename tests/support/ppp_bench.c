#include "support/ppp_bench.h"

#include "base/entropy.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

static void record(void *context, const struct trace_event *event)
{
    struct ppp_bench *bench = context;
    bool drop = strcmp(event->name, "packet.dropped") == 0;
    for (size_t i = 0; i < event->field_count; i++) {
        const struct trace_field *field = &event->fields[i];
        if (drop && strcmp(field->key, "reason") == 0)
            snprintf(bench->dropped, sizeof bench->dropped, "%s", field->text);
        if (strcmp(field->key, "text") == 0 || strcmp(field->key, "option") == 0)
            snprintf(bench->text, sizeof bench->text, "%s", field->text);
    }
}

static void send_packet(void *context, instant now, uint16_t protocol, struct packet *packet)
{
    struct ppp_bench *bench = context;
    (void)now;
    (void)protocol;
    size_t used = strlen(bench->sent);
    assert_true(used + packet->length * 2u + 2 < sizeof bench->sent);
    for (uint32_t i = 0; i < packet->length; i++)
        used += (size_t)snprintf(bench->sent + used, 3, "%02x", packet->data[i]);
    memcpy(bench->sent + used, "\n", 2);
    packet_free(packet);
}

static void notify(void *context, instant now, struct ppp_control *control,
                   enum ppp_control_notice notice, uint32_t value)
{
    struct ppp_bench *bench = context;
    (void)now;
    (void)control;
    bench->notices[notice]++;
    bench->notice_value = value;
}

void ppp_bench_init(struct ppp_bench *bench)
{
    memset(bench, 0, sizeof *bench);
    packet_pool_init(&bench->pool);
    bench->trace = (struct trace){.emit = record, .context = bench};
    bench->automaton = ppp_automaton_defaults();
    bench->link = (struct ppp_control_link){
        .pool = &bench->pool,
        .trace = &bench->trace,
        .session = "bench",
        .automaton = &bench->automaton,
        .send = send_packet,
        .notify = notify,
        .context = bench,
        .peer_mru = 1500,
    };
}

void ppp_bench_destroy(struct ppp_bench *bench)
{
    assert_int_equal(bench->pool.in_use, 0);
    packet_pool_destroy(&bench->pool);
}

void ppp_bench_input(struct ppp_bench *bench, struct ppp_control *control, const char *octets)
{
    uint8_t packet[1024];
    size_t length = unit_hex(octets, packet, sizeof packet);
    bench->dropped[0] = '\0';
    ppp_control_input(control, bench->now, packet, length, 1);
}

void ppp_bench_expect(struct ppp_bench *bench, const char *packets)
{
    char expected[2048];
    size_t used = 0;
    for (const char *p = packets; *p; p++) {
        if (*p != ' ')
            expected[used++] = *p;
    }
    if (used > 0 && expected[used - 1] != '\n')
        expected[used++] = '\n';
    expected[used] = '\0';
    assert_string_equal(bench->sent, expected);
    bench->sent[0] = '\0';
}

/* xoshiro256** gives rotl(s1 * 5, 7) * 9 and then s1 ^= s2 ^ s0: the second draw is solved for. */
struct entropy ppp_bench_entropy(uint32_t magic)
{
    const uint64_t inverse_of_9 = UINT64_C(0x8e38e38e38e38e39);
    const uint64_t inverse_of_5 = UINT64_C(0xcccccccccccccccd);
    uint64_t wanted = (uint64_t)magic << 32 | 1;
    uint64_t rotated = wanted * inverse_of_9;
    uint64_t second = (rotated >> 7 | rotated << 57) * inverse_of_5;
    uint64_t first = UINT64_C(0x123456789abcdef1);
    struct entropy entropy = {.state = {0, first, first ^ second, 7}};
    struct entropy check = entropy;
    assert_int_not_equal(entropy_u32(&check), 0);
    assert_int_equal(entropy_u32(&check), magic);
    return entropy;
}
