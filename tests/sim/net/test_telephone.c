#include "net/telephone.h"

#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#define S  INSTANT_SECOND
#define MS INSTANT_MILLISECOND

/* A computer with a modem, and what the modem told it: "connected@20000 " in milliseconds. */
struct end {
    struct bench *bench;
    struct modem *modem;
    bool answers;
    bool hangs_up_on_octets;
    uint64_t octets;
    uint8_t last[64];
    char log[1024];
};

struct bench {
    struct simulation simulation;
    struct telephone_network *network;
    struct trace_subscriber subscriber;
    struct end ends[4];
    unsigned count;
    char drops[256];
    uint64_t damaged;
};

static void note(struct end *end, const char *what)
{
    size_t used = strlen(end->log);
    snprintf(end->log + used, sizeof end->log - used, "%s@%llu ", what,
             (unsigned long long)(end->bench->simulation.now / MS));
}

static void ring(void *owner)
{
    struct end *end = owner;
    note(end, "ring");
    if (end->answers)
        modem_answer(end->modem);
}

static void connected(void *owner)
{
    note(owner, "connected");
}

static void ended(void *owner, enum modem_end why)
{
    note(owner, modem_end_text(why));
}

static void sent(void *owner)
{
    note(owner, "sent");
}

static void receive(void *owner, struct packet *octets)
{
    struct end *end = owner;
    note(end, "octets");
    end->octets += octets->length;
    memcpy(end->last, octets->data, octets->length < 64 ? octets->length : 64);
    packet_free(octets);
    if (end->hangs_up_on_octets)
        modem_hang_up(end->modem);
}

static const struct modem_owner owner_class = {
    .ring = ring, .connected = connected, .ended = ended, .sent = sent, .receive = receive};

static void hear(void *context, const struct trace_event *event)
{
    struct bench *bench = context;
    for (size_t i = 0; i < event->field_count; i++) {
        if (strcmp(event->name, "packet.dropped") == 0 &&
            strcmp(event->fields[i].key, "reason") == 0)
            strcat(strcat(bench->drops, event->fields[i].text), " ");
        if (strcmp(event->name, "modem.noise") == 0 && strcmp(event->fields[i].key, "octets") == 0)
            bench->damaged += event->fields[i].number;
    }
}

static void open_bench(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    assert_int_equal(simulation_init(&bench->simulation, 1), STATUS_OK);
    bench->subscriber = (struct trace_subscriber){.receive = hear, .context = bench};
    simulation_subscribe(&bench->simulation, &bench->subscriber);
    bench->network = telephone_network_create(&bench->simulation);
}

/* Every packet must have been freed by now. */
static void close_bench(struct bench *bench)
{
    assert_int_equal(bench->simulation.packets.in_use, 0);
    simulation_destroy(&bench->simulation);
}

static struct modem_config analog(const char *number)
{
    return (struct modem_config){.name = "modem",
                                 .node = "node",
                                 .number = number,
                                 .kind = MODEM_ANALOG,
                                 .rate_bps = 33600,
                                 .delay = 10 * MS,
                                 .connect_time = 20 * S};
}

static struct end *add_end(struct bench *bench, const struct modem_config *config, bool answers)
{
    struct end *end = &bench->ends[bench->count++];
    end->bench = bench;
    end->answers = answers;
    end->modem = modem_create(bench->network, config);
    modem_set_answering(end->modem, &owner_class, end);
    return end;
}

static void dial(struct end *end, const char *number)
{
    assert_true(modem_take(end->modem, &owner_class, end));
    modem_dial(end->modem, number);
}

static void run(struct bench *bench, instant until)
{
    assert_int_equal(simulation_run(&bench->simulation, until), STATUS_OK);
}

static void transmit(struct end *end, size_t length, uint8_t octet)
{
    struct packet *octets = packet_alloc(&end->bench->simulation.packets, length);
    memset(packet_append(octets, length), octet, length);
    modem_transmit(end->modem, octets);
}

/* Two analog modems in the middle of a call. */
static void open_call(struct bench *bench, struct end **caller, struct end **callee,
                      const struct modem_config *config)
{
    open_bench(bench);
    struct modem_config other = *config;
    other.number = "200";
    *caller = add_end(bench, config, false);
    *callee = add_end(bench, &other, true);
    dial(*caller, "200");
    run(bench, 30 * S);
    assert_int_equal((*caller)->modem->state, MODEM_CONNECTED);
    assert_int_equal((*callee)->modem->state, MODEM_CONNECTED);
    (*caller)->log[0] = (*callee)->log[0] = '\0';
}

static void a_call_takes_its_connect_time(void **state)
{
    (void)state;
    struct bench bench;
    open_bench(&bench);
    struct modem_config config = analog("100");
    struct end *caller = add_end(&bench, &config, false);
    config.number = "200";
    config.rate_bps = 28800;
    struct end *callee = add_end(&bench, &config, true);
    run(&bench, 1 * S);
    dial(caller, "200");
    run(&bench, 30 * S);
    assert_string_equal(callee->log, "ring@6000 connected@21000 ");
    assert_string_equal(caller->log, "connected@21000 ");
    assert_int_equal(caller->modem->rate_bps, 28800);
    assert_int_equal(callee->modem->rate_bps, 28800);
    assert_string_equal(modem_caller(callee->modem), "100");
    close_bench(&bench);
}

static void an_octet_takes_ten_bits_on_an_analog_line(void **state)
{
    (void)state;
    struct bench bench;
    struct end *caller, *callee;
    const struct modem_config config = analog("100");
    open_call(&bench, &caller, &callee, &config);
    transmit(caller, 336, 0x55); /* 3,360 bits: a tenth of a second */
    assert_false(modem_can_transmit(caller->modem));
    run(&bench, 40 * S);
    assert_string_equal(caller->log, "sent@30100 ");
    assert_string_equal(callee->log, "octets@30120 ");
    assert_int_equal(callee->octets, 336);
    assert_true(modem_can_transmit(caller->modem));
    close_bench(&bench);
}

static void an_octet_takes_eight_bits_and_a_burst_a_flag_on_isdn(void **state)
{
    (void)state;
    struct bench bench;
    struct end *caller, *callee;
    struct modem_config config = analog("100");
    config.kind = MODEM_ISDN;
    config.rate_bps = 64000;
    config.connect_time = 2 * S;
    open_call(&bench, &caller, &callee, &config);
    transmit(caller, 799, 0x55); /* and one flag: 6,400 bits */
    transmit(callee, 7999, 0x55);
    run(&bench, 40 * S);
    assert_string_equal(caller->log, "sent@30100 octets@31020 ");
    assert_string_equal(callee->log, "octets@30120 sent@31000 ");
    close_bench(&bench);
}

static void a_busy_number_is_told_after_dialling(void **state)
{
    (void)state;
    struct bench bench;
    struct end *caller, *callee;
    const struct modem_config config = analog("100");
    open_call(&bench, &caller, &callee, &config);
    struct modem_config third = analog("300");
    struct end *late = add_end(&bench, &third, false);
    dial(late, "200");
    run(&bench, 60 * S);
    assert_string_equal(late->log, "busy@35000 ");
    assert_string_equal(callee->log, "");
    modem_release(late->modem);
    /* A second modem with the same number takes the call. */
    third = analog("200");
    add_end(&bench, &third, true);
    dial(late, "200");
    run(&bench, 90 * S);
    assert_string_equal(late->log, "busy@35000 connected@80000 ");
    close_bench(&bench);
}

static void nobody_answers_for_a_minute(void **state)
{
    (void)state;
    struct bench bench;
    open_bench(&bench);
    struct modem_config config = analog("100");
    struct end *caller = add_end(&bench, &config, false);
    config.number = "200";
    struct end *callee = add_end(&bench, &config, false);
    dial(caller, "200");
    run(&bench, 100 * S);
    assert_string_equal(caller->log, "no-answer@60000 ");
    assert_string_equal(callee->log, "ring@5000 ");
    assert_int_equal(callee->modem->state, MODEM_IDLE);
    /* It may be called again. */
    callee->answers = true;
    modem_dial(caller->modem, "200");
    run(&bench, 200 * S);
    assert_string_equal(caller->log, "no-answer@60000 connected@120000 ");
    close_bench(&bench);
}

static void a_number_without_a_modem_of_the_kind_gives_no_carrier(void **state)
{
    (void)state;
    struct bench bench;
    open_bench(&bench);
    struct modem_config config = analog("100");
    struct end *caller = add_end(&bench, &config, false);
    config.number = "200";
    config.kind = MODEM_ISDN;
    struct end *callee = add_end(&bench, &config, true);
    dial(caller, "200");
    run(&bench, 70 * S);
    modem_dial(caller->modem, "999");
    run(&bench, 200 * S);
    assert_string_equal(caller->log, "no-carrier@60000 no-carrier@130000 ");
    assert_string_equal(callee->log, "");
    close_bench(&bench);
}

static void a_dead_line_has_no_dial_tone_and_cannot_be_reached(void **state)
{
    (void)state;
    struct bench bench;
    open_bench(&bench);
    struct modem_config config = analog("100");
    struct end *caller = add_end(&bench, &config, false);
    config.number = "200";
    struct end *callee = add_end(&bench, &config, true);
    modem_set_plugged(caller->modem, false);
    dial(caller, "200");
    run(&bench, 10 * S);
    assert_string_equal(caller->log, "no-dial-tone@5000 ");
    modem_set_plugged(caller->modem, true);
    modem_set_plugged(callee->modem, false);
    modem_dial(caller->modem, "200");
    run(&bench, 100 * S);
    assert_string_equal(caller->log, "no-dial-tone@5000 no-carrier@70000 ");
    close_bench(&bench);
}

static void what_was_sent_before_hanging_up_arrives_before_the_end(void **state)
{
    (void)state;
    struct bench bench;
    struct end *caller, *callee;
    const struct modem_config config = analog("100");
    open_call(&bench, &caller, &callee, &config);
    transmit(caller, 336, 1);
    run(&bench, 30 * S + 100 * MS);
    modem_hang_up(caller->modem);
    assert_int_equal(caller->modem->state, MODEM_IDLE);
    run(&bench, 40 * S);
    assert_string_equal(caller->log, "sent@30100 ");
    assert_string_equal(callee->log, "octets@30120 remote-hang-up@30120 ");
    assert_string_equal(bench.drops, "");
    close_bench(&bench);
}

static void what_is_being_sent_at_the_end_is_lost_with_a_reason(void **state)
{
    (void)state;
    struct bench bench;
    struct end *caller, *callee;
    const struct modem_config config = analog("100");
    open_call(&bench, &caller, &callee, &config);
    transmit(caller, 336, 1);
    transmit(callee, 33, 1); /* arrives when the caller has gone */
    run(&bench, 30 * S + 1 * MS);
    modem_hang_up(caller->modem);
    run(&bench, 40 * S);
    assert_string_equal(caller->log, "");
    assert_string_equal(callee->log, "sent@30009 remote-hang-up@30021 ");
    assert_string_equal(bench.drops, "carrier-lost carrier-lost ");
    close_bench(&bench);
}

static void cutting_a_line_ends_the_call_at_both_ends(void **state)
{
    (void)state;
    struct bench bench;
    struct end *caller, *callee;
    const struct modem_config config = analog("100");
    open_call(&bench, &caller, &callee, &config);
    modem_set_plugged(callee->modem, false);
    run(&bench, 40 * S);
    assert_string_equal(callee->log, "line-lost@30000 ");
    assert_string_equal(caller->log, "line-lost@30020 ");
    close_bench(&bench);
}

static void over_a_looped_line_a_modem_hears_itself_alone(void **state)
{
    (void)state;
    struct bench bench;
    struct end *caller, *callee;
    const struct modem_config config = analog("100");
    open_call(&bench, &caller, &callee, &config);
    modem_set_looped(caller->modem, true);
    transmit(caller, 84, 1);
    transmit(callee, 42, 2);
    run(&bench, 31 * S);
    assert_string_equal(caller->log, "sent@30025 octets@30045 ");
    assert_string_equal(callee->log, "sent@30012 ");
    assert_int_equal(caller->octets, 84);
    assert_int_equal(caller->last[0], 1);
    assert_string_equal(bench.drops, "looped-line ");
    modem_set_looped(caller->modem, false);
    transmit(caller, 84, 3);
    run(&bench, 32 * S);
    assert_int_equal(callee->last[0], 3);
    close_bench(&bench);
}

static void a_call_given_up_while_it_rings_or_trains_leaves_both_idle(void **state)
{
    (void)state;
    struct bench bench;
    open_bench(&bench);
    struct modem_config config = analog("100");
    struct end *caller = add_end(&bench, &config, false);
    config.number = "200";
    struct end *callee = add_end(&bench, &config, false);
    dial(caller, "200");
    run(&bench, 8 * S);
    modem_hang_up(caller->modem);
    assert_int_equal(callee->modem->state, MODEM_IDLE);
    callee->answers = true;
    modem_dial(caller->modem, "200");
    run(&bench, 20 * S); /* answered at 13 s, the carrier would come at 28 s */
    assert_int_equal(callee->modem->state, MODEM_ANSWERING);
    modem_hang_up(caller->modem);
    run(&bench, 100 * S);
    assert_string_equal(caller->log, "");
    assert_string_equal(callee->log, "ring@5000 ring@13000 remote-hang-up@20020 ");
    assert_int_equal(callee->modem->state, MODEM_IDLE);
    close_bench(&bench);
}

static void an_owner_may_hang_up_from_what_it_is_told(void **state)
{
    (void)state;
    struct bench bench;
    struct end *caller, *callee;
    const struct modem_config config = analog("100");
    open_call(&bench, &caller, &callee, &config);
    callee->hangs_up_on_octets = true;
    transmit(caller, 10, 1);
    run(&bench, 40 * S);
    assert_string_equal(callee->log, "octets@30022 ");
    assert_string_equal(caller->log, "sent@30002 remote-hang-up@30042 ");
    close_bench(&bench);
}

static void a_modem_belongs_to_one_at_a_time(void **state)
{
    (void)state;
    struct bench bench;
    struct end *caller, *callee;
    const struct modem_config config = analog("100");
    open_call(&bench, &caller, &callee, &config);
    assert_false(modem_take(caller->modem, &owner_class, callee));
    assert_false(modem_take(callee->modem, &owner_class, caller)); /* it answers a call */
    modem_release(caller->modem);
    run(&bench, 40 * S);
    assert_true(modem_take(callee->modem, &owner_class, callee)); /* the call is over */
    assert_true(modem_take(caller->modem, &owner_class, caller));
    close_bench(&bench);
}

/* The owner dials, and after that call it is called itself. */
static void a_taken_modem_rings_when_its_owner_awaits_a_call(void **state)
{
    (void)state;
    struct bench bench;
    struct end *home, *office;
    const struct modem_config config = analog("100");
    open_call(&bench, &home, &office, &config);
    modem_hang_up(home->modem);
    run(&bench, 31 * S);
    assert_string_equal(office->log, "remote-hang-up@30020 ");
    dial(office, "100");
    run(&bench, 40 * S);
    assert_string_equal(office->log, "remote-hang-up@30020 busy@36000 ");
    modem_await_call(home->modem);
    modem_dial(office->modem, "100");
    run(&bench, 46 * S);
    assert_string_equal(home->log, "ring@45000 ");
    modem_hang_up(office->modem); /* it was not answered: the next call may come */
    home->answers = true;
    modem_dial(office->modem, "100");
    run(&bench, 70 * S);
    assert_string_equal(home->log, "ring@45000 ring@51000 connected@66000 ");
    assert_false(modem_take(home->modem, &owner_class, office));
    modem_release(home->modem);
    run(&bench, 71 * S);
    modem_dial(office->modem, "100");
    run(&bench, 140 * S);
    /* Nobody has it any more: it rings for whoever answers as a rule. */
    assert_string_equal(home->log,
                        "ring@45000 ring@51000 connected@66000 ring@76000 connected@91000 ");
    close_bench(&bench);
}

static void noise_damages_octets_with_its_probability(void **state)
{
    (void)state;
    struct bench bench;
    struct end *caller, *callee;
    struct modem_config config = analog("100");
    config.noise_ppm = 5000; /* of each of the two lines */
    open_call(&bench, &caller, &callee, &config);
    uint64_t differing = 0;
    for (unsigned i = 0; i < 2000; i++) {
        transmit(caller, 50, 0xaa);
        run(&bench, (31 + i) * S);
        for (unsigned j = 0; j < 50; j++)
            differing += callee->last[j] != 0xaa;
    }
    /* A hundredth of 100,000; the standard deviation is 31. */
    assert_in_range(bench.damaged, 880, 1120);
    assert_int_equal(differing, bench.damaged);
    modem_set_noise(caller->modem, 0);
    modem_set_noise(callee->modem, 0);
    bench.damaged = 0;
    transmit(caller, 10000, 0xaa);
    run(&bench, 3000 * S);
    assert_int_equal(bench.damaged, 0);
    close_bench(&bench);
}

static void software_flow_control_swallows_its_characters(void **state)
{
    (void)state;
    struct bench bench;
    struct end *caller, *callee;
    struct modem_config config = analog("100");
    open_call(&bench, &caller, &callee, &config);
    caller->modem->config.software_flow_control = true;
    static const char text[] = "a\x11"
                               "b\x13"
                               "c";
    modem_transmit(caller->modem, packet_from(&bench.simulation.packets, text, 5));
    modem_transmit(callee->modem, packet_from(&bench.simulation.packets, text, 5));
    run(&bench, 40 * S);
    assert_int_equal(callee->octets, 3); /* on the way out */
    assert_memory_equal(callee->last, "abc", 3);
    assert_int_equal(caller->octets, 3); /* on the way in */
    assert_memory_equal(caller->last, "abc", 3);
    close_bench(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_takes_its_connect_time),
        cmocka_unit_test(an_octet_takes_ten_bits_on_an_analog_line),
        cmocka_unit_test(an_octet_takes_eight_bits_and_a_burst_a_flag_on_isdn),
        cmocka_unit_test(a_busy_number_is_told_after_dialling),
        cmocka_unit_test(nobody_answers_for_a_minute),
        cmocka_unit_test(a_number_without_a_modem_of_the_kind_gives_no_carrier),
        cmocka_unit_test(a_dead_line_has_no_dial_tone_and_cannot_be_reached),
        cmocka_unit_test(what_was_sent_before_hanging_up_arrives_before_the_end),
        cmocka_unit_test(what_is_being_sent_at_the_end_is_lost_with_a_reason),
        cmocka_unit_test(cutting_a_line_ends_the_call_at_both_ends),
        cmocka_unit_test(over_a_looped_line_a_modem_hears_itself_alone),
        cmocka_unit_test(a_call_given_up_while_it_rings_or_trains_leaves_both_idle),
        cmocka_unit_test(an_owner_may_hang_up_from_what_it_is_told),
        cmocka_unit_test(a_modem_belongs_to_one_at_a_time),
        cmocka_unit_test(a_taken_modem_rings_when_its_owner_awaits_a_call),
        cmocka_unit_test(noise_damages_octets_with_its_probability),
        cmocka_unit_test(software_flow_control_swallows_its_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
