/* The automaton against RFC 1661 section 4.1, transcribed row by row as text: what the table holds
   is printed back in the RFC's notation and compared with the transcription. */
#include "ppp/ppp_automaton.h"
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

/* Ten cells a row, states 0 to 9, as the RFC prints them. */
static const char *const rfc_rows[PPP_AUTOMATON_EVENT_COUNT][2] = {
    {"Up", "2 irc,scr/6 - - - - - - - -"},
    {"Down", "- - 0 tls/1 0 1 1 1 1 tld/1"},
    {"Open", "tls/1 1 irc,scr/6 3r 5r 5r 6 7 8 9r"},
    {"Close", "0 tlf/0 2 2 4 4 irc,str/4 irc,str/4 irc,str/4 tld,irc,str/4"},
    {"TO+", "- - - - str/4 str/5 scr/6 scr/6 scr/8 -"},
    {"TO-", "- - - - tlf/2 tlf/3 tlf/3p tlf/3p tlf/3p -"},
    {"RCR+", "- - sta/2 irc,scr,sca/8 4 5 sca/8 sca,tlu/9 sca/8 tld,scr,sca/8"},
    {"RCR-", "- - sta/2 irc,scr,scn/6 4 5 scn/6 scn/7 scn/6 tld,scr,scn/6"},
    {"RCA", "- - sta/2 sta/3 4 5 irc/7 scr/6x irc,tlu/9 tld,scr/6x"},
    {"RCN", "- - sta/2 sta/3 4 5 irc,scr/6 scr/6x irc,scr/8 tld,scr/6x"},
    {"RTR", "- - sta/2 sta/3 sta/4 sta/5 sta/6 sta/6 sta/6 tld,zrc,sta/5"},
    {"RTA", "- - 2 3 tlf/2 tlf/3 6 6 8 tld,scr/6"},
    {"RUC", "- - scj/2 scj/3 scj/4 scj/5 scj/6 scj/7 scj/8 scj/9"},
    {"RXJ+", "- - 2 3 4 5 6 6 8 9"},
    {"RXJ-", "- - tlf/2 tlf/3 tlf/2 tlf/3 tlf/3 tlf/3 tlf/3 tld,irc,str/5"},
    {"RXR", "- - 2 3 4 5 6 7 8 ser/9"},
};

static const struct {
    unsigned action;
    const char *word;
} words[] = {
    {PPP_TLD, "tld"}, {PPP_IRC, "irc"}, {PPP_ZRC, "zrc"}, {PPP_SCR, "scr"}, {PPP_SCA, "sca"},
    {PPP_SCN, "scn"}, {PPP_STR, "str"}, {PPP_STA, "sta"}, {PPP_SCJ, "scj"}, {PPP_SER, "ser"},
    {PPP_TLS, "tls"}, {PPP_TLF, "tlf"}, {PPP_TLU, "tlu"},
};

/* Prints actions in the RFC's order, which is the order of the bits. */
static void print_actions(unsigned actions, char *text, size_t size)
{
    text[0] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!(actions & words[i].action))
            continue;
        if (text[0])
            strncat(text, ",", size - strlen(text) - 1);
        strncat(text, words[i].word, size - strlen(text) - 1);
    }
}

static void print_cell(const struct ppp_transition *cell, char *text, size_t size)
{
    static const char footnotes[] = {
        [PPP_PASSIVE_OPTION] = 'p', [PPP_RESTART_OPTION] = 'r', [PPP_CROSSED_CONNECTION] = 'x'};
    if (!cell->legal) {
        snprintf(text, size, "-");
        return;
    }
    char actions[64];
    char note[2] = {footnotes[cell->footnote], '\0'};
    print_actions(cell->actions, actions, sizeof actions);
    snprintf(text, size, "%s%s%u%s", actions, actions[0] ? "/" : "", cell->next, note);
}

static void every_cell_is_the_one_of_the_rfc(void **state)
{
    (void)state;
    unsigned cells = 0;
    for (unsigned event = 0; event < PPP_AUTOMATON_EVENT_COUNT; event++) {
        char row[256];
        snprintf(row, sizeof row, "%s", rfc_rows[event][1]);
        char *rest = NULL;
        char *expected = strtok_r(row, " ", &rest);
        for (unsigned from = 0; from < PPP_STATE_COUNT; from++) {
            char printed[80];
            assert_non_null(expected);
            print_cell(
                ppp_automaton_transition((enum ppp_automaton_event)event, (enum ppp_state)from),
                printed, sizeof printed);
            if (strcmp(printed, expected) != 0)
                fail_msg("%s in state %u: %s, the RFC says %s", rfc_rows[event][0], from, printed,
                         expected);
            expected = strtok_r(NULL, " ", &rest);
            cells++;
        }
        assert_null(expected);
    }
    assert_int_equal(cells, 160);
}

struct log {
    char text[256];
    unsigned count;
};

static void note(void *context, instant now, enum ppp_action action)
{
    struct log *log = context;
    char word[16];
    (void)now;
    print_actions(action, word, sizeof word);
    size_t used = strlen(log->text);
    snprintf(log->text + used, sizeof log->text - used, "%s%s", used ? " " : "", word);
    log->count++;
}

static void assert_log(struct log *log, const char *expected)
{
    assert_string_equal(log->text, expected);
    log->text[0] = '\0';
}

struct bench {
    struct ppp_automaton_config config;
    struct ppp_automaton automaton;
    struct log log;
};

static void start(struct bench *bench)
{
    bench->log = (struct log){0};
    ppp_automaton_init(&bench->automaton, &bench->config, note, &bench->log);
}

/* What the driver did must be what the table says, for every legal cell from every state. */
static void the_driver_carries_out_every_cell(void **state)
{
    (void)state;
    for (unsigned event = 0; event < PPP_AUTOMATON_EVENT_COUNT; event++) {
        for (unsigned from = 0; from < PPP_STATE_COUNT; from++) {
            struct bench bench = {.config = ppp_automaton_defaults()};
            start(&bench);
            bench.automaton.state = (uint8_t)from;
            bench.automaton.counter = 5;
            bench.automaton.restart_at =
                from >= PPP_CLOSING && from <= PPP_ACK_SENT ? 7 * INSTANT_SECOND : INSTANT_NEVER;
            const struct ppp_transition *cell = ppp_automaton_event(
                &bench.automaton, INSTANT_SECOND, (enum ppp_automaton_event)event);
            assert_int_equal(bench.automaton.state, cell->legal ? cell->next : from);
            unsigned visible = cell->actions & ~(unsigned)(PPP_IRC | PPP_ZRC);
            assert_int_equal(bench.log.count, __builtin_popcount(visible));
            bool sends = cell->actions & (PPP_SCR | PPP_STR | PPP_ZRC);
            unsigned after = bench.automaton.state;
            instant expected = after < PPP_CLOSING || after == PPP_OPENED ? INSTANT_NEVER
                               : sends                                    ? 4 * INSTANT_SECOND
                                                                          : 7 * INSTANT_SECOND;
            assert_true(bench.automaton.restart_at == expected);
        }
    }
}

static void ten_configure_requests_go_unanswered_in_thirty_seconds(void **state)
{
    (void)state;
    struct bench bench = {.config = ppp_automaton_defaults()};
    start(&bench);
    ppp_automaton_event(&bench.automaton, 0, PPP_OPEN);
    assert_log(&bench.log, "tls");
    ppp_automaton_event(&bench.automaton, 0, PPP_UP);
    assert_log(&bench.log, "scr");
    for (unsigned i = 1; i < 10; i++) {
        assert_true(bench.automaton.restart_at == i * 3 * INSTANT_SECOND);
        ppp_automaton_handle_timeout(&bench.automaton, bench.automaton.restart_at - 1);
        assert_log(&bench.log, "");
        ppp_automaton_handle_timeout(&bench.automaton, bench.automaton.restart_at);
        assert_log(&bench.log, "scr");
    }
    assert_true(bench.automaton.restart_at == 30 * INSTANT_SECOND);
    ppp_automaton_handle_timeout(&bench.automaton, 30 * INSTANT_SECOND);
    assert_log(&bench.log, "tlf");
    assert_int_equal(bench.automaton.state, PPP_STOPPED);
    assert_true(bench.automaton.restart_at == INSTANT_NEVER);
}

static void the_first_period_may_differ_from_the_others(void **state)
{
    (void)state;
    struct bench bench = {.config = ppp_automaton_defaults()};
    bench.config.first_restart_ms = 2000;
    start(&bench);
    ppp_automaton_event(&bench.automaton, 0, PPP_OPEN);
    ppp_automaton_event(&bench.automaton, 0, PPP_UP);
    assert_true(bench.automaton.restart_at == 2 * INSTANT_SECOND);
    ppp_automaton_handle_timeout(&bench.automaton, 2 * INSTANT_SECOND);
    assert_true(bench.automaton.restart_at == 5 * INSTANT_SECOND);
}

static void two_terminate_requests_end_a_link_that_does_not_answer(void **state)
{
    (void)state;
    struct bench bench = {.config = ppp_automaton_defaults()};
    start(&bench);
    bench.automaton.state = PPP_OPENED;
    ppp_automaton_event(&bench.automaton, 0, PPP_CLOSE);
    assert_log(&bench.log, "tld str");
    ppp_automaton_handle_timeout(&bench.automaton, 3 * INSTANT_SECOND);
    assert_log(&bench.log, "str");
    ppp_automaton_handle_timeout(&bench.automaton, 6 * INSTANT_SECOND);
    assert_log(&bench.log, "tlf");
    assert_int_equal(bench.automaton.state, PPP_CLOSED);
}

static void a_terminate_request_leaves_the_peer_one_period_to_hang_up(void **state)
{
    (void)state;
    struct bench bench = {.config = ppp_automaton_defaults()};
    start(&bench);
    bench.automaton.state = PPP_OPENED;
    bench.automaton.counter = 10;
    ppp_automaton_event(&bench.automaton, INSTANT_SECOND, PPP_RTR);
    assert_log(&bench.log, "tld sta");
    assert_int_equal(bench.automaton.state, PPP_STOPPING);
    assert_true(bench.automaton.restart_at == 4 * INSTANT_SECOND);
    ppp_automaton_handle_timeout(&bench.automaton, 4 * INSTANT_SECOND);
    assert_log(&bench.log, "tlf");
    assert_int_equal(bench.automaton.state, PPP_STOPPED);
}

static void a_negative_reply_starts_the_count_anew(void **state)
{
    (void)state;
    struct bench bench = {.config = ppp_automaton_defaults()};
    start(&bench);
    ppp_automaton_event(&bench.automaton, 0, PPP_OPEN);
    ppp_automaton_event(&bench.automaton, 0, PPP_UP);
    ppp_automaton_handle_timeout(&bench.automaton, 3 * INSTANT_SECOND);
    assert_int_equal(bench.automaton.counter, 8);
    ppp_automaton_event(&bench.automaton, 4 * INSTANT_SECOND, PPP_RCN);
    assert_int_equal(bench.automaton.counter, 9);
    assert_true(bench.automaton.restart_at == 7 * INSTANT_SECOND);
}

static void the_passive_option_keeps_the_lower_layer(void **state)
{
    (void)state;
    struct bench bench = {.config = ppp_automaton_defaults()};
    bench.config.passive = true;
    bench.config.max_configure = 1;
    start(&bench);
    ppp_automaton_event(&bench.automaton, 0, PPP_OPEN);
    ppp_automaton_event(&bench.automaton, 0, PPP_UP);
    assert_log(&bench.log, "tls scr");
    ppp_automaton_handle_timeout(&bench.automaton, 3 * INSTANT_SECOND);
    assert_log(&bench.log, "");
    assert_int_equal(bench.automaton.state, PPP_STOPPED);
    ppp_automaton_event(&bench.automaton, 9 * INSTANT_SECOND, PPP_RCR_PLUS);
    assert_log(&bench.log, "scr sca");
}

static void the_restart_option_renegotiates_an_open_layer(void **state)
{
    (void)state;
    struct bench bench = {.config = ppp_automaton_defaults()};
    start(&bench);
    bench.automaton.state = PPP_OPENED;
    ppp_automaton_event(&bench.automaton, 0, PPP_OPEN);
    assert_log(&bench.log, "");
    assert_int_equal(bench.automaton.state, PPP_OPENED);
    bench.config.restart = true;
    ppp_automaton_event(&bench.automaton, 0, PPP_OPEN);
    assert_log(&bench.log, "tld scr");
    assert_int_equal(bench.automaton.state, PPP_REQ_SENT);
    /* From Closing too: the Open makes it Stopping, from where Down and Up lead to Req-Sent. */
    bench.automaton.state = PPP_CLOSING;
    ppp_automaton_event(&bench.automaton, 0, PPP_OPEN);
    assert_log(&bench.log, "scr");
    assert_int_equal(bench.automaton.state, PPP_REQ_SENT);
}

static void the_defaults_are_those_of_section_4_6(void **state)
{
    (void)state;
    struct ppp_automaton_config config = ppp_automaton_defaults();
    assert_int_equal(config.restart_ms, 3000);
    assert_int_equal(config.max_terminate, 2);
    assert_int_equal(config.max_configure, 10);
    assert_int_equal(config.max_failure, 5);
    assert_string_equal(ppp_state_name(PPP_ACK_RCVD), "Ack-Rcvd");
    assert_string_equal(ppp_state_name(PPP_OPENED), "Opened");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_is_the_one_of_the_rfc),
        cmocka_unit_test(the_driver_carries_out_every_cell),
        cmocka_unit_test(ten_configure_requests_go_unanswered_in_thirty_seconds),
        cmocka_unit_test(the_first_period_may_differ_from_the_others),
        cmocka_unit_test(two_terminate_requests_end_a_link_that_does_not_answer),
        cmocka_unit_test(a_terminate_request_leaves_the_peer_one_period_to_hang_up),
        cmocka_unit_test(a_negative_reply_starts_the_count_anew),
        cmocka_unit_test(the_passive_option_keeps_the_lower_layer),
        cmocka_unit_test(the_restart_option_renegotiates_an_open_layer),
        cmocka_unit_test(the_defaults_are_those_of_section_4_6),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
