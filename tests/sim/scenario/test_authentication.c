/* What a scenario says about authentication, and its cases. */
#include "support/unit.h"

#include "expect/expectation.h"
#include "scenario/scenario_xml.h"
#include "vocabulary.h"

#include <string.h>

#define FILE_NAME VPNSIM_SOURCE_DIR "/tests/sim/scenario/data/authentication.xml"

/* Loads the file in a case, NULL: in none; what is said then is in text. */
static struct scenario *load_case(const char *name, char text[300])
{
    const struct scenario_load_options options = {.vocabulary = test_vocabulary(),
                                                  .case_name = name};
    struct scenario *scenario;
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics);
    (void)scenario_load(FILE_NAME, &options, &scenario, &diagnostics);
    text[0] = '\0';
    if (diagnostics.count > 0)
        snprintf(text, 300, "%u %s", diagnostics.items[0].at.line, diagnostics.items[0].text);
    diagnostics_destroy(&diagnostics);
    return scenario;
}

static int load(void **state)
{
    char text[300];
    *state = load_case(NULL, text);
    return *state ? 0 : -1;
}

static int release(void **state)
{
    scenario_free(*state);
    return 0;
}

static void a_connection_names_its_methods_and_what_it_demands(void **state)
{
    static const enum scenario_authentication methods[] = {
        SCENARIO_AUTHENTICATION_EAP_TLS,    SCENARIO_AUTHENTICATION_EAP_MS_CHAP_V2,
        SCENARIO_AUTHENTICATION_MS_CHAP_V2, SCENARIO_AUTHENTICATION_EAP_MD5,
        SCENARIO_AUTHENTICATION_MS_CHAP,    SCENARIO_AUTHENTICATION_CHAP_MD5,
        SCENARIO_AUTHENTICATION_SPAP,       SCENARIO_AUTHENTICATION_PAP};
    const struct scenario_node *client = scenario_find_node(*state, "client");
    assert_int_equal(client->code_page, SCENARIO_CODE_PAGE_850);
    const struct scenario_connection *all = scenario_find_connection(client, "all");
    assert_int_equal(all->authentication.count, 8);
    assert_memory_equal(all->authentication.methods, methods, sizeof methods);
    assert_string_equal(all->new_password, "b");
    assert_int_equal(all->demand.methods.count, 2);
    assert_int_equal(all->demand.methods.methods[1], SCENARIO_AUTHENTICATION_PAP);
    assert_string_equal(all->demand.user, "RAS");
    assert_string_equal(all->demand.password, "c");
    const struct scenario_connection *plain = scenario_find_connection(client, "plain");
    assert_null(plain->new_password);
    assert_int_equal(plain->authentication.count, 0);
    assert_int_equal(plain->demand.methods.count, 0);
    assert_null(plain->demand.user);
}

static void a_server_says_how_it_judges_and_proves_itself(void **state)
{
    const struct scenario_node *server = scenario_find_node(*state, "server");
    const struct scenario_server_authentication *authentication = &server->server->authentication;
    assert_int_equal(server->code_page, SCENARIO_CODE_PAGE_437);
    assert_int_equal(authentication->methods.count, 1);
    assert_int_equal(authentication->methods.methods[0], SCENARIO_AUTHENTICATION_PAP);
    assert_true(authentication->masquerades);
    assert_true(authentication->knows_no_domains);
    assert_int_equal(authentication->change_version, 1);
    assert_string_equal(authentication->notification, "Hello");
    assert_int_equal(authentication->proof.methods.methods[0], SCENARIO_AUTHENTICATION_MS_CHAP_V2);
    assert_string_equal(authentication->proof.user, "RAS");
    for (unsigned i = 0; i < 5; i++) {
        static const enum scenario_account accounts[] = {
            SCENARIO_ACCOUNT_EXPIRED, SCENARIO_ACCOUNT_DISABLED, SCENARIO_ACCOUNT_LOGON_HOURS,
            SCENARIO_ACCOUNT_NO_DIAL_IN, SCENARIO_ACCOUNT_NORMAL};
        assert_int_equal(server->server->users[i].account, accounts[i]);
    }
}

static void without_a_case_the_scenario_is_as_it_stands(void **state)
{
    const struct scenario *scenario = *state;
    assert_string_equal(scenario->name, "authentication");
    assert_string_equal(scenario->title, "All of it");
    assert_int_equal(scenario->links[0].loss_ppm, 20000);
    assert_int_equal(scenario->expectation_count, 1);
}

static void a_case_sets_parameters_and_has_a_name_of_its_own(void **state)
{
    (void)state;
    char text[300];
    struct scenario *scenario = load_case("md5", text);
    assert_string_equal(text, "");
    assert_string_equal(scenario->name, "authentication/md5");
    assert_string_equal(scenario->title, "With MD5");
    assert_int_equal(scenario->links[0].loss_ppm, 30000);
    const struct scenario_node *server = scenario_find_node(scenario, "server");
    assert_int_equal(server->server->authentication.methods.methods[0],
                     SCENARIO_AUTHENTICATION_CHAP_MD5);
    assert_int_equal(scenario->expectation_count, 1);
    scenario_free(scenario);
}

static void a_case_s_expectations_come_behind_those_of_all(void **state)
{
    (void)state;
    char text[300];
    struct scenario *scenario = load_case("own-expectation", text);
    assert_string_equal(scenario->name, "authentication/own-expectation");
    assert_string_equal(scenario->title, "All of it");
    assert_int_equal(scenario->expectation_count, 2);
    assert_string_equal(scenario->expectations[0].event.pattern.name, "dial.connected");
    assert_string_equal(scenario->expectations[1].event.pattern.name, "dial.failed");
    scenario_free(scenario);
}

static void mistakes_of_cases_are_told(void **state)
{
    (void)state;
    char text[300];
    assert_null(load_case("md", text));
    assert_string_equal(text, "0 there is no case \"md\"; did you mean \"md5\"?");
    assert_null(load_case("wrong", text));
    assert_non_null(strstr(text, "17 methods=\"nonsense\" of <authentication>: expected one or "
                                 "more of pap, spap, "));
}

static void a_summary_lists_the_cases(void **state)
{
    (void)state;
    struct scenario_summary summary;
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics);
    assert_int_equal(scenario_summarize(FILE_NAME, &summary, &diagnostics), STATUS_OK);
    assert_int_equal(summary.case_count, 3);
    assert_string_equal(summary.cases[0].name, "md5");
    assert_string_equal(summary.cases[0].title, "With MD5");
    assert_string_equal(summary.cases[1].name, "own-expectation");
    assert_string_equal(summary.cases[1].title, "All of it");
    scenario_summary_free(&summary);
    diagnostics_destroy(&diagnostics);
}

static void a_case_of_a_name_that_is_there_already_is_refused(void **state)
{
    (void)state;
    static const char text[] = "<scenario name='m' title='t' described-in='d'>\n"
                               "<topology><host name='a'/></topology>\n"
                               "<expect><reproducible/></expect>\n"
                               "<case name='x'/>\n<case name='x'/></scenario>";
    const struct scenario_load_options options = {.case_name = "x"};
    struct scenario *scenario;
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics);
    assert_int_equal(
        scenario_load_memory("m.xml", text, sizeof text - 1, &options, &scenario, &diagnostics),
        STATUS_INVALID);
    assert_int_equal(diagnostics.items[0].at.line, 5);
    assert_string_equal(diagnostics.items[0].text,
                        "the case \"x\" is declared twice; the other one is at line 4");
    diagnostics_destroy(&diagnostics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_names_its_methods_and_what_it_demands),
        cmocka_unit_test(a_server_says_how_it_judges_and_proves_itself),
        cmocka_unit_test(without_a_case_the_scenario_is_as_it_stands),
        cmocka_unit_test(a_case_sets_parameters_and_has_a_name_of_its_own),
        cmocka_unit_test(a_case_s_expectations_come_behind_those_of_all),
        cmocka_unit_test(mistakes_of_cases_are_told),
        cmocka_unit_test(a_summary_lists_the_cases),
        cmocka_unit_test(a_case_of_a_name_that_is_there_already_is_refused),
    };
    return cmocka_run_group_tests(tests, load, release);
}
