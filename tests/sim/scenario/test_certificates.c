/* What a scenario says about certificates. */
#include "support/unit.h"

#include "loaded.h"

#define FILE_NAME VPNSIM_SOURCE_DIR "/tests/sim/scenario/data/certificates.xml"

/* The seconds of 2003-06-01T00:00:00Z and 2003-01-01T00:00:00Z. */
#define START       UINT64_C(1054425600)
#define NEW_YEAR    UINT64_C(1041379200)
#define DAY         UINT64_C(86400)
#define DAYS_A_YEAR 365

static int load(void **state)
{
    return load_data(state, FILE_NAME);
}

static void authorities_and_certificates_know_their_issuers(void **state)
{
    const struct scenario *scenario = *state;
    const struct scenario_certificate *certificates = scenario->certificates;
    assert_int_equal(scenario->certificate_count, 4);
    assert_string_equal(certificates[0].name, "root");
    assert_string_equal(certificates[0].subject, "Root");
    assert_int_equal(certificates[0].usage, SCENARIO_CERTIFICATE_AUTHORITY);
    assert_null(certificates[0].issuer);
    assert_int_equal(certificates[0].key_bits, 1024);
    assert_ptr_equal(certificates[1].issuer, &certificates[0]);
    assert_int_equal(certificates[1].key_bits, 2048);
    assert_int_equal(certificates[2].usage, SCENARIO_CERTIFICATE_SERVER);
    assert_ptr_equal(certificates[2].issuer, &certificates[1]);
    assert_int_equal(certificates[3].usage, SCENARIO_CERTIFICATE_CLIENT);
}

static void validity_is_said_or_follows_from_the_start(void **state)
{
    const struct scenario_certificate *certificates = ((struct scenario *)*state)->certificates;
    assert_int_equal(certificates[2].not_before, NEW_YEAR);
    assert_int_equal(certificates[2].not_after, NEW_YEAR + DAYS_A_YEAR * DAY);
    assert_int_equal(certificates[3].not_before, START - DAYS_A_YEAR * DAY);
    assert_int_equal(certificates[3].not_after, START + 10 * DAYS_A_YEAR * DAY);
}

static void connections_and_servers_name_what_they_show_and_trust(void **state)
{
    const struct scenario *scenario = *state;
    const struct scenario_certificate *certificates = scenario->certificates;
    const struct scenario_node *client = scenario_find_node(scenario, "client");
    const struct scenario_eap_tls *tls = &scenario_find_connection(client, "certified")->eap_tls;
    assert_ptr_equal(tls->certificate, &certificates[3]);
    assert_int_equal(tls->trusted_count, 2);
    assert_ptr_equal(tls->trusted[0], &certificates[0]);
    assert_ptr_equal(tls->trusted[1], &certificates[1]);
    assert_int_equal(tls->minimum, SCENARIO_TLS_1_1);
    assert_int_equal(tls->maximum, SCENARIO_TLS_1_2);
    assert_int_equal(tls->fragment, 600);
    tls = &scenario_find_connection(client, "bare")->eap_tls;
    assert_null(tls->certificate);
    assert_int_equal(tls->minimum, SCENARIO_TLS_1_0);
    assert_int_equal(tls->maximum, SCENARIO_TLS_UNSET);
    assert_int_equal(tls->fragment, 0);
    assert_null(scenario_find_connection(client, "plain")->eap_tls.at.file);
    tls = &scenario_find_node(scenario, "server")->server->authentication.eap_tls;
    assert_ptr_equal(tls->certificate, &certificates[2]);
    assert_true(scenario_uses_tls(scenario));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(authorities_and_certificates_know_their_issuers),
        cmocka_unit_test(validity_is_said_or_follows_from_the_start),
        cmocka_unit_test(connections_and_servers_name_what_they_show_and_trust),
    };
    return cmocka_run_group_tests(tests, load, release_data);
}
