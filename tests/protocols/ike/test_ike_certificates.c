/* Phase 1 with RSA signatures: chains, times, authorities, names. */
#include "support/certificates.h"
#include "support/ike_pair.h"
#include "support/unit.h"

#include "ike/ike_vendor.h"
#include "ike/isakmp_payload.h"

#include <string.h>

/* A client "User" of the root and a server "vpn.example" of an authority below it. */
static void use_certificates(struct ike_pair *pair, struct certificates *made)
{
    certificates_make(made, pair->crypto);
    for (unsigned i = 0; i < 2; i++) {
        struct ike_peer *peer = &pair->end[i].peer;
        peer->authentication = IKE_AUTHENTICATION_RSA_SIGNATURE;
        peer->certificate = i == IKE_CLIENT ? made->client : made->server;
        peer->trusted = made->trusted;
        peer->trusted_count = 1;
        peer->own_name.kind = IKE_NAME_CERTIFICATE;
        pair->end[i].config.calendar_start = CERTIFICATES_TODAY;
    }
}

static void finish(struct ike_pair *pair, struct certificates *made)
{
    for (unsigned i = 0; i < 2; i++) {
        ike_close(&pair->end[i].ike);
        pair->end[i].running = false;
    }
    certificates_free(made);
}

static void certificates_and_their_chains_are_sent_and_believed(void **state)
{
    struct ike_pair *pair = *state;
    struct certificates made;
    use_certificates(pair, &made);
    ike_pair_connect(pair);
    ike_pair_assert_up(pair);
    assert_int_equal(
        ike_pair_count(pair, IKE_CLIENT, "ike.certificate.accepted", "subject=CN=vpn.example"), 1);
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "ike.main-mode.established",
                                    "peer-name=CN=User cipher=3DES-CBC hash=SHA-1 group=2 "
                                    "authentication=rsa-signature"),
                     1);
    finish(pair, &made);
}

static void a_chain_may_come_in_a_pkcs_7(void **state)
{
    struct ike_pair *pair = *state;
    struct certificates made;
    use_certificates(pair, &made);
    for (unsigned i = 0; i < 2; i++)
        pair->end[i].peer.wraps_certificates = true;
    ike_pair_connect(pair);
    ike_pair_assert_up(pair);
    /* It stands behind that of the authority below the root. */
    assert_int_equal(
        ike_pair_count(pair, IKE_CLIENT, "ike.certificate.accepted", "subject=CN=vpn.example"), 1);
    assert_int_equal(
        ike_pair_count(pair, IKE_SERVER, "ike.certificate.accepted", "subject=CN=User"), 1);
    finish(pair, &made);
}

static void aggressive_mode_signs_too(void **state)
{
    struct ike_pair *pair = *state;
    struct certificates made;
    use_certificates(pair, &made);
    pair->end[IKE_CLIENT].peer.mode = IKE_AGGRESSIVE_MODE;
    pair->end[IKE_SERVER].peer.accepts_aggressive = true;
    ike_pair_connect(pair);
    ike_pair_assert_up(pair);
    finish(pair, &made);
}

/* The server's view fails, and the client is told; @p cause is what the server finds. */
static void assert_refused(struct ike_pair *pair, enum ike_cause cause, enum ike_cause told)
{
    assert_int_equal(pair->end[IKE_SERVER].cause, cause);
    assert_false(pair->end[IKE_SERVER].told_by_peer);
    assert_int_equal(pair->end[IKE_CLIENT].cause, told);
    assert_true(pair->end[IKE_CLIENT].told_by_peer);
    assert_int_equal(pair->end[IKE_SERVER].phase1s, 0);
}

static void a_clock_two_years_late_finds_the_certificate_expired(void **state)
{
    struct ike_pair *pair = *state;
    struct certificates made;
    use_certificates(pair, &made);
    pair->end[IKE_SERVER].config.calendar_start = CERTIFICATES_TODAY + 2 * CERTIFICATES_YEAR;
    ike_pair_connect(pair);
    assert_refused(pair, IKE_CAUSE_CERTIFICATE_EXPIRED, IKE_CAUSE_CERTIFICATE_INVALID);
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "ike.certificate.refused",
                                    "subject=CN=User reason=certificate-expired"),
                     1);
    finish(pair, &made);
}

static void a_clock_two_years_early_finds_it_not_yet_valid(void **state)
{
    struct ike_pair *pair = *state;
    struct certificates made;
    use_certificates(pair, &made);
    pair->end[IKE_SERVER].config.calendar_start = CERTIFICATES_TODAY - 2 * CERTIFICATES_YEAR;
    ike_pair_connect(pair);
    assert_refused(pair, IKE_CAUSE_CERTIFICATE_NOT_YET_VALID, IKE_CAUSE_CERTIFICATE_INVALID);
    finish(pair, &made);
}

static void an_authority_that_is_not_trusted_is_told(void **state)
{
    struct ike_pair *pair = *state;
    struct certificates made;
    use_certificates(pair, &made);
    const struct certificate *const others[] = {made.other};
    pair->end[IKE_SERVER].peer.trusted = others;
    ike_pair_connect(pair);
    assert_refused(pair, IKE_CAUSE_CERTIFICATE_UNKNOWN_AUTHORITY,
                   IKE_CAUSE_CERTIFICATE_UNKNOWN_AUTHORITY);
    finish(pair, &made);
}

static void an_identity_that_the_certificate_does_not_speak_for_is_refused(void **state)
{
    struct ike_pair *pair = *state;
    struct certificates made;
    use_certificates(pair, &made);
    pair->end[IKE_CLIENT].peer.own_name = (struct ike_name){IKE_NAME_FQDN, "other.example"};
    ike_pair_connect(pair);
    assert_refused(pair, IKE_CAUSE_INVALID_ID, IKE_CAUSE_INVALID_ID);
    finish(pair, &made);
}

static void a_host_name_may_be_the_common_name(void **state)
{
    struct ike_pair *pair = *state;
    struct certificates made;
    use_certificates(pair, &made);
    pair->end[IKE_CLIENT].peer.checks_name = true;
    pair->end[IKE_CLIENT].peer.peer_name = (struct ike_name){IKE_NAME_FQDN, "vpn.example"};
    pair->end[IKE_SERVER].peer.own_name = (struct ike_name){IKE_NAME_FQDN, "vpn.example"};
    ike_pair_connect(pair);
    ike_pair_assert_up(pair);
    finish(pair, &made);
}

static void an_alternative_name_is_an_identity(void **state)
{
    static const struct {
        struct ike_name name;
        bool believed;
    } table[] = {
        {{IKE_NAME_FQDN, "Gate.Example"}, true},
        {{IKE_NAME_USER_FQDN, "boss@example"}, true},
        {{IKE_NAME_ADDRESS, NULL}, true},
        {{IKE_NAME_CERTIFICATE, NULL}, true},
        {{IKE_NAME_FQDN, "boss@example"}, false},
        {{IKE_NAME_FQDN, "gate.example.com"}, false},
        {{IKE_NAME_USER_FQDN, "gate.example"}, false},
        {{IKE_NAME_FQDN, "Someone"}, false}, /* where there are such names, it is none */
    };
    struct ike_pair *pair = *state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct certificates made;
        ike_pair_destroy(pair);
        ike_pair_init(pair);
        use_certificates(pair, &made);
        pair->end[IKE_SERVER].peer.certificate = made.named;
        pair->end[IKE_SERVER].peer.own_name = table[i].name;
        ike_pair_connect(pair);
        assert_int_equal(pair->end[IKE_CLIENT].phase1s, table[i].believed);
        assert_int_equal(pair->end[IKE_CLIENT].cause,
                         table[i].believed ? IKE_CAUSE_NONE : IKE_CAUSE_INVALID_ID);
        finish(pair, &made);
    }
}

static void an_address_of_another_is_none(void **state)
{
    struct ike_pair *pair = *state;
    struct certificates made;
    use_certificates(pair, &made);
    pair->end[IKE_CLIENT].peer.certificate = made.named;
    pair->end[IKE_CLIENT].peer.own_name.kind = IKE_NAME_ADDRESS;
    ike_pair_connect(pair);
    assert_refused(pair, IKE_CAUSE_INVALID_ID, IKE_CAUSE_INVALID_ID);
    finish(pair, &made);
}

static void without_an_own_certificate_nothing_is_begun(void **state)
{
    struct ike_pair *pair = *state;
    struct certificates made;
    use_certificates(pair, &made);
    pair->end[IKE_CLIENT].peer.certificate = NULL;
    ike_pair_start(pair);
    uint32_t number = ike_pair_acquire(pair, IKE_CLIENT);
    assert_int_equal(pair->datagram_count, 0);
    assert_int_equal(pair->end[IKE_CLIENT].failed_acquisition, number);
    assert_int_equal(pair->end[IKE_CLIENT].cause, IKE_CAUSE_CERTIFICATE_MISSING);
    finish(pair, &made);
}

static void a_responder_without_certificate_chooses_nothing(void **state)
{
    struct ike_pair *pair = *state;
    struct certificates made;
    use_certificates(pair, &made);
    pair->end[IKE_SERVER].peer.certificate = NULL;
    ike_pair_connect(pair);
    assert_refused(pair, IKE_CAUSE_CERTIFICATE_MISSING, IKE_CAUSE_NO_PROPOSAL_CHOSEN);
    finish(pair, &made);
}

static unsigned lose_above_576(struct ike_pair *pair, unsigned from, unsigned index,
                               const struct packet *packet)
{
    (void)pair;
    (void)from;
    (void)index;
    return packet->length > 576 - 28 ? 1 : 0;
}

static void certificates_pass_in_fragments_where_large_datagrams_are_lost(void **state)
{
    struct ike_pair *pair = *state;
    struct certificates made;
    ike_pair_profiles(pair, IKE_PROFILE_WINDOWS_XP_SP2, IKE_PROFILE_SERVER_2003);
    use_certificates(pair, &made);
    pair->fate = lose_above_576;
    ike_pair_start(pair);
    (void)ike_pair_acquire(pair, IKE_CLIENT);
    ike_pair_run(pair, SECONDS(10));
    ike_pair_assert_up(pair);
    assert_true(ike_pair_count(pair, IKE_CLIENT, "ike.fragmented", "") >= 1);
    /* The server has got fragments, so it sends them at once. */
    assert_int_equal(ike_pair_count(pair, IKE_SERVER, "ike.retransmitted", "main-mode-6"), 0);
    assert_true(ike_pair_count(pair, IKE_SERVER, "ike.fragmented", "") >= 1);
    finish(pair, &made);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ike_pair_set_up, ike_pair_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(certificates_and_their_chains_are_sent_and_believed),
        TEST(a_chain_may_come_in_a_pkcs_7),
        TEST(aggressive_mode_signs_too),
        TEST(a_clock_two_years_late_finds_the_certificate_expired),
        TEST(a_clock_two_years_early_finds_it_not_yet_valid),
        TEST(an_authority_that_is_not_trusted_is_told),
        TEST(an_identity_that_the_certificate_does_not_speak_for_is_refused),
        TEST(a_host_name_may_be_the_common_name),
        TEST(an_alternative_name_is_an_identity),
        TEST(an_address_of_another_is_none),
        TEST(without_an_own_certificate_nothing_is_begun),
        TEST(a_responder_without_certificate_chooses_nothing),
        TEST(certificates_pass_in_fragments_where_large_datagrams_are_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
