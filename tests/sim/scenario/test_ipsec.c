/* What a scenario says about IP security, field by field. */
#include "support/unit.h"

#include "loaded.h"
#include "scenario/model_action.h"

#define FILE_NAME VPNSIM_SOURCE_DIR "/tests/sim/scenario/data/ipsec.xml"

static int load(void **state)
{
    return load_data(state, FILE_NAME);
}

static const struct scenario_ipsec *ipsec_of(void **state)
{
    return scenario_find_node(*state, "a")->ipsec;
}

static const char *text_of(const struct ip_address *address)
{
    static char text[IP_TEXT_SIZE];
    return ip_address_format(address, text);
}

static void a_machine_without_it_has_none(void **state)
{
    assert_null(scenario_find_node(*state, "b")->ipsec);
    assert_int_equal(ipsec_of(state)->policy_count, 5);
}

static void floods_clusters_and_room_are_of_the_machine(void **state)
{
    assert_true(ipsec_of(state)->flood_protection);
    assert_true(ipsec_of(state)->in_cluster);
    assert_int_equal(ipsec_of(state)->peers_at_once, 300);
    assert_int_equal(ipsec_of(state)->dead_peer_detection, 30 * INSTANT_SECOND);
    assert_int_equal(ipsec_of(state)->renewal_overlap, 3 * INSTANT_SECOND);
}

static void a_policy_says_what_it_is_for(void **state)
{
    const struct scenario_ipsec_policy *web = &ipsec_of(state)->policies[0];
    assert_string_equal(web->name, "web");
    assert_int_equal(web->action, SCENARIO_IPSEC_BYPASS);
    assert_false(web->tunnel);
    assert_string_equal(text_of(&web->local.address), "192.0.2.1");
    assert_int_equal(web->local.length, 32);
    assert_string_equal(text_of(&web->remote.address), "192.0.2.0");
    assert_int_equal(web->remote.length, 24);
    assert_false(web->any_protocol);
    assert_int_equal(web->protocol, 6);
    assert_int_equal(web->local_port, 0);
    assert_int_equal(web->remote_port, 80);
    assert_false(web->accepts_unprotected);
    const struct scenario_ipsec_policy *six = &ipsec_of(state)->policies[1];
    assert_int_equal(six->action, SCENARIO_IPSEC_DISCARD);
    assert_string_equal(text_of(&six->local.address), "2001:db8::");
    assert_int_equal(six->local.length, 32);
    assert_int_equal(six->remote.address.version, 0);
    assert_true(six->any_protocol);
}

static void esp_stands_before_ah_whichever_is_written_first(void **state)
{
    const struct scenario_ipsec_policy *both = &ipsec_of(state)->policies[2];
    assert_true(both->accepts_unprotected);
    assert_int_equal(both->manual_count, 2);
    const struct scenario_ipsec_manual *esp = &both->manual[0];
    assert_false(esp->transform.ah);
    assert_int_equal(esp->transform.cipher, CIPHER_AES_CBC);
    assert_int_equal(esp->transform.key_bits, 192);
    assert_false(esp->transform.authenticated);
    assert_int_equal(esp->inbound_spi, 258);
    assert_int_equal(esp->outbound_spi, 259);
    assert_int_equal(esp->cipher_key_length, 24);
    assert_int_equal(esp->cipher_key[23], 0x17);
    assert_int_equal(esp->replay_window, 0);
    const struct scenario_ipsec_manual *ah = &both->manual[1];
    assert_true(ah->transform.ah);
    assert_true(ah->transform.authenticated);
    assert_int_equal(ah->transform.hash, HASH_MD5);
    assert_int_equal(ah->inbound_spi, 256);
    assert_int_equal(ah->integrity_key_length, 16);
    assert_int_equal(ah->integrity_key[1], 0x11);
    assert_int_equal(ah->replay_window, 32);
}

static void a_tunnel_has_ends(void **state)
{
    const struct scenario_ipsec_policy *tunnel = &ipsec_of(state)->policies[3];
    assert_true(tunnel->tunnel);
    assert_string_equal(text_of(&tunnel->tunnel_local), "192.0.2.1");
    assert_string_equal(text_of(&tunnel->tunnel_remote), "192.0.2.2");
    assert_int_equal(tunnel->manual[0].transform.cipher, CIPHER_NULL);
    assert_int_equal(tunnel->manual[0].transform.hash, HASH_SHA256);
    assert_int_equal(tunnel->manual[0].cipher_key_length, 0);
    assert_int_equal(tunnel->tunnel_ecn, SCENARIO_ECN_FULL);
    assert_int_equal(tunnel->manual[0].replay_window, 64);
    assert_int_equal(tunnel->offer.pfs_group, 0);
}

static void peers_say_how_they_prove_themselves(void **state)
{
    const struct scenario_ipsec *ipsec = ipsec_of(state);
    assert_string_equal(ipsec->implementation, "windows-xp-sp2");
    assert_int_equal(ipsec->assume_udp, SCENARIO_ASSUME_UDP_SERVER);
    assert_false(ipsec->steers_flows);
    assert_int_equal(ipsec->peer_count, 2);
    const struct scenario_ike_peer *key = &ipsec->peers[0];
    assert_string_equal(text_of(&key->remote.address), "192.0.2.2");
    assert_string_equal(key->pre_shared_key, "Fourteen words");
    assert_true(key->aggressive);
    assert_false(key->accepts_aggressive);
    assert_false(key->wraps_certificates);
    assert_string_equal(key->identity, "a.example.com");
    assert_int_equal(key->transform_count, 2);
    assert_int_equal(key->transforms[0].cipher, CIPHER_3DES_CBC);
    assert_int_equal(key->transforms[0].hash, HASH_SHA1);
    assert_int_equal(key->transforms[0].group, 2);
    assert_int_equal(key->transforms[1].key_bits, 256);
    assert_int_equal(key->transforms[1].hash, HASH_SHA256);
    assert_int_equal(key->transforms[1].group, 14);
    assert_int_equal(key->lifetime, 3600 * INSTANT_SECOND);
    const struct scenario_ike_peer *certificate = &ipsec->peers[1];
    assert_int_equal(certificate->remote.address.version, 0);
    assert_null(certificate->pre_shared_key);
    assert_string_equal(certificate->certificate->name, "a");
    assert_int_equal(certificate->trusted_count, 1);
    assert_string_equal(certificate->trusted[0]->name, "root");
    assert_true(certificate->accepts_aggressive);
    assert_true(certificate->wraps_certificates);
    assert_string_equal(certificate->peer_identity, "CN=b");
}

static void a_policy_offers_proposals(void **state)
{
    const struct scenario_ipsec_policy *policy = &ipsec_of(state)->policies[4];
    const struct scenario_ipsec_offer *offer = &policy->offer;
    assert_int_equal(policy->manual_count, 0);
    assert_int_equal(offer->proposal_count, 2);
    assert_int_equal(offer->proposals[0].count, 1);
    assert_int_equal(offer->proposals[0].parts[0].cipher, CIPHER_NULL);
    assert_int_equal(offer->proposals[0].parts[0].hash, HASH_MD5);
    assert_int_equal(offer->proposals[1].count, 2);
    assert_true(offer->proposals[1].parts[0].ah);
    assert_int_equal(offer->proposals[1].parts[1].key_bits, 128);
    assert_false(offer->proposals[1].parts[1].authenticated);
    assert_int_equal(offer->pfs_group, 2);
    assert_int_equal(offer->lifetime, 3600 * INSTANT_SECOND);
    assert_int_equal(offer->lifetime_kilobytes, 256000);
}

static void l2tp_has_an_offer_of_its_own(void **state)
{
    const struct scenario_ipsec_offer *offer = &ipsec_of(state)->l2tp;
    assert_int_equal(offer->proposal_count, 1);
    assert_int_equal(offer->proposals[0].parts[0].cipher, CIPHER_AES_CBC);
    assert_int_equal(offer->proposals[0].parts[0].key_bits, 256);
    assert_int_equal(offer->pfs_group, 14);
    assert_int_equal(offer->lifetime, 1800 * INSTANT_SECOND);
    assert_int_equal(offer->lifetime_kilobytes, 102400);
}

static void a_certificate_has_other_names(void **state)
{
    const struct scenario *scenario = *state;
    assert_null(scenario->certificates[0].alternative_names);
    assert_string_equal(scenario->certificates[1].alternative_names, "a.example.com 192.0.2.1");
}

static void what_was_negotiated_can_be_deleted(void **state)
{
    const struct scenario *scenario = *state;
    assert_int_equal(scenario->action_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct scenario_action *action = &scenario->actions[i];
        assert_int_equal(action->kind, SCENARIO_DELETE_ASSOCIATIONS);
        assert_ptr_equal(action->deletion.node, scenario_find_node(scenario, "a"));
        assert_int_equal(action->deletion.peer.version, i == 0 ? 0 : 4);
    }
    assert_null(scenario->actions[0].deletion.peer_identity);
    assert_string_equal(scenario->actions[1].deletion.peer_identity, "CN=b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_machine_without_it_has_none),
        cmocka_unit_test(floods_clusters_and_room_are_of_the_machine),
        cmocka_unit_test(a_policy_says_what_it_is_for),
        cmocka_unit_test(esp_stands_before_ah_whichever_is_written_first),
        cmocka_unit_test(a_tunnel_has_ends),
        cmocka_unit_test(peers_say_how_they_prove_themselves),
        cmocka_unit_test(a_policy_offers_proposals),
        cmocka_unit_test(l2tp_has_an_offer_of_its_own),
        cmocka_unit_test(a_certificate_has_other_names),
        cmocka_unit_test(what_was_negotiated_can_be_deleted),
    };
    return cmocka_run_group_tests(tests, load, release_data);
}
