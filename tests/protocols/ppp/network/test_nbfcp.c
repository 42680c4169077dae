/* NBFCP by its packets. RFC 2097 prints none: the octets follow its option layouts. */
#include "ppp/network/nbfcp.h"
#include "support/ppp_bench.h"
#include "support/unit.h"

#include <string.h>

/* "ALICE" and "BOB" as 16 octets: blanks, and the suffix of a workstation and of a server. */
#define ALICE_00 "414c494345202020202020202020 2000"
#define ALICE_20 "414c494345202020202020202020 2020"
#define BOB_00   "424f42202020202020202020202020 00"

struct end {
    struct ppp_bench bench;
    struct nbfcp_config config;
    struct nbfcp nbfcp;
    uint8_t result; /**< of the names whose suffix is 20 */
};

static uint8_t check_name(void *context, const struct nbfcp_name *name)
{
    const struct end *end = context;
    return name->octets[NETBIOS_NAME_SIZE - 1] == 0x20 ? end->result : NBFCP_ADDED;
}

static void prepare(struct end *end)
{
    memset(end, 0, sizeof *end);
    ppp_bench_init(&end->bench);
    end->config.enabled = true;
    end->config.check_context = end;
}

static void start(struct end *end)
{
    nbfcp_init(&end->nbfcp, &end->bench.link, &end->config);
    ppp_control_open(&end->nbfcp.control, 0);
    ppp_control_up(&end->nbfcp.control, 0);
}

static void input(struct end *end, const char *octets)
{
    ppp_bench_input(&end->bench, &end->nbfcp.control, octets);
}

static void expect(struct end *end, const char *packets)
{
    ppp_bench_expect(&end->bench, packets);
}

static void finish(struct end *end)
{
    ppp_control_destroy(&end->nbfcp.control);
    ppp_bench_destroy(&end->bench);
}

static void use_client(struct end *end)
{
    prepare(end);
    end->config.names[0] = nbfcp_name_make("alice", 0x00, NBFCP_NAME_UNIQUE);
    end->config.names[1] = nbfcp_name_make("alice", 0x20, NBFCP_NAME_UNIQUE);
    end->config.name_count = 2;
    end->config.tell_peer = true;
    end->config.peer_class = NBFCP_END_SYSTEM;
    end->config.version_major = 5;
    end->config.peer_name = "ALICE";
    start(end);
    expect(end, "0101 0035 0124 " ALICE_00 "01" ALICE_20 "01 020d 0008 0005 0000 414c494345");
}

static void names_are_projected_and_the_peer_is_told_who_we_are(void **state)
{
    (void)state;
    struct end end;
    use_client(&end);
    input(&end, "0201 0035 0124 " ALICE_00 "01" ALICE_20 "01 020d 0008 0005 0000 414c494345");
    input(&end, "0101 000f 020b 0002 0005 0000 524153");
    expect(&end, "0201 000f 020b 0002 0005 0000 524153");
    assert_int_equal(end.bench.notices[PPP_NOTICE_UP], 1);
    assert_int_equal(end.nbfcp.peer_class, NBFCP_GATEWAY_SERVER);
    assert_string_equal(end.nbfcp.peer_name, "RAS");
    finish(&end);
}

/* Section 3.1: the Nak lists all names with a result each; the ones that could be added are asked
   for again. */
static void a_name_that_could_not_be_added_is_left_out(void **state)
{
    (void)state;
    struct end end;
    use_client(&end);
    input(&end, "0301 0028 0124 " ALICE_00 "00" ALICE_20 "16");
    expect(&end, "0102 0024 0113 " ALICE_00 "01 020d 0008 0005 0000 414c494345");
    assert_int_equal(end.bench.notices[PPP_NOTICE_REFUSED], 0);
    assert_int_equal(end.nbfcp.projected, 1);
    finish(&end);
}

static void without_its_first_name_the_protocol_may_be_given_up(void **state)
{
    (void)state;
    struct end end;
    use_client(&end);
    end.config.names_required = true;
    input(&end, "0301 0028 0124 " ALICE_00 "0d" ALICE_20 "00");
    assert_int_equal(end.bench.notices[PPP_NOTICE_REFUSED], 1);
    finish(&end);
}

static void the_server_adds_names_and_says_which_it_could_not(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.config.check_name = check_name;
    end.result = NBFCP_IN_USE_REMOTE;
    start(&end);
    expect(&end, "0101 0004");
    input(&end, "0101 0028 0124 " ALICE_00 "01" ALICE_20 "01");
    expect(&end, "0301 0028 0124 " ALICE_00 "00" ALICE_20 "16");
    end.result = NBFCP_ADDED;
    input(&end, "0102 003b 0113 " BOB_00 "02 0124 " ALICE_00 "01" ALICE_20 "01");
    expect(&end, "0202 003b 0113 " BOB_00 "02 0124 " ALICE_00 "01" ALICE_20 "01");
    assert_int_equal(end.nbfcp.peer_name_count, 3);
    char text[24];
    assert_string_equal(nbfcp_name_print(&end.nbfcp.peer_names[0], text), "BOB<00>");
    assert_int_equal(end.nbfcp.peer_names[0].kind, NBFCP_NAME_GROUP);
    assert_string_equal(nbfcp_name_print(&end.nbfcp.peer_names[2], text), "ALICE<20>");
    finish(&end);
}

/* Names beyond the table's size are answered with Name table full. */
static void the_ninth_name_finds_the_table_full(void **state)
{
    (void)state;
    struct end end;
    char request[512] = "0101 009f 019b ";
    char nak[512] = "0301 009f 019b ";
    prepare(&end);
    end.config.check_name = check_name;
    start(&end);
    expect(&end, "0101 0004");
    for (unsigned i = 0; i < 9; i++) {
        strcat(request, BOB_00 "01");
        strcat(nak, BOB_00);
        strcat(nak, i < 8 ? "00" : "0e");
    }
    input(&end, request);
    expect(&end, nak);
    finish(&end);
}

static void name_projection_is_rejected_where_no_names_are_added(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    start(&end);
    expect(&end, "0101 0004");
    input(&end, "0101 0019 0113 " BOB_00 "01 0402");
    expect(&end, "0401 0019 0113 " BOB_00 "01 0402");
    finish(&end);
}

/* Section 3.3: FFFF asks for a value; without one FFFF is the answer. */
static void multicast_filtering_asks_with_ffff(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.config.multicast = true;
    end.config.multicast_period_s = NBFCP_PERIOD_UNKNOWN;
    start(&end);
    expect(&end, "0101 0009 0305 ffff 00");
    input(&end, "0301 0009 0305 0005 01");
    expect(&end, "0102 0009 0305 0005 01");
    input(&end, "0101 0009 0305 ffff 00");
    expect(&end, "0301 0009 0305 ffff 00");
    input(&end, "0302 0009 0305 ffff 00");
    expect(&end, "0103 0004");
    finish(&end);
}

static void the_mac_header_is_agreed_in_each_direction(void **state)
{
    (void)state;
    struct end end;
    prepare(&end);
    end.config.mac_required = true;
    start(&end);
    expect(&end, "0101 0006 0402");
    input(&end, "0101 0006 0402");
    expect(&end, "0201 0006 0402");
    assert_true(end.nbfcp.sends_mac);
    assert_false(end.nbfcp.gets_mac);
    input(&end, "0201 0006 0402");
    assert_true(end.nbfcp.gets_mac);
    finish(&end);
}

/* Section 3.1: the Restart timer takes 10 s when names are projected, and the link's otherwise. */
static void names_take_their_time(void **state)
{
    (void)state;
    struct end end;
    use_client(&end);
    assert_int_equal(ppp_control_next_timeout(&end.nbfcp.control), 10 * INSTANT_SECOND);
    finish(&end);
    prepare(&end);
    start(&end);
    assert_int_equal(ppp_control_next_timeout(&end.nbfcp.control), 3 * INSTANT_SECOND);
    expect(&end, "0101 0004");
    finish(&end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_projected_and_the_peer_is_told_who_we_are),
        cmocka_unit_test(a_name_that_could_not_be_added_is_left_out),
        cmocka_unit_test(without_its_first_name_the_protocol_may_be_given_up),
        cmocka_unit_test(the_server_adds_names_and_says_which_it_could_not),
        cmocka_unit_test(the_ninth_name_finds_the_table_full),
        cmocka_unit_test(name_projection_is_rejected_where_no_names_are_added),
        cmocka_unit_test(multicast_filtering_asks_with_ffff),
        cmocka_unit_test(the_mac_header_is_agreed_in_each_direction),
        cmocka_unit_test(names_take_their_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
