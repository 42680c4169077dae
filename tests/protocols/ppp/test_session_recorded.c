/* Sessions against the recorded octets of other implementations: what they sent is handed in, and
   what comes out must be what their own peer sent. */
#include "support/ppp_bench.h"
#include "support/ppp_pair.h"
#include "support/unit.h"

#include <string.h>

/* One session of a pair, its line cut. */
static bool lose_all(struct ppp_pair *pair, unsigned from, unsigned index,
                     const struct packet *frame)
{
    (void)pair, (void)from, (void)index, (void)frame;
    return true;
}

struct replay {
    struct ppp_pair pair;
    unsigned end;
    unsigned checked; /**< frames already compared */
};

static struct ppp_session_config *prepare(struct replay *replay, unsigned end, uint32_t magic)
{
    memset(replay, 0, sizeof *replay);
    ppp_pair_init(&replay->pair);
    replay->pair.lose = lose_all;
    replay->end = end;
    struct ppp_session_config *config = &replay->pair.end[end].config;
    config->entropy = ppp_bench_entropy(magic);
    return config;
}

/* Only the end in question is brought up. */
static void start(struct replay *replay)
{
    struct ppp_pair *pair = &replay->pair;
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(ppp_session_init(&pair->end[i].session, &pair->end[i].config), STATUS_OK);
    ppp_session_open(&pair->end[replay->end].session, pair->now);
    ppp_session_lower_up(&pair->end[replay->end].session, pair->now);
    ppp_pair_poll(pair, replay->end);
}

static void expect(struct replay *replay, const char *octets)
{
    assert_true(replay->checked < replay->pair.frame_count);
    const struct ppp_pair_frame *frame = &replay->pair.frames[replay->checked++];
    unit_assert_hex(frame->octets, frame->length, octets);
}

/* Nothing has been sent that was not expected. */
static void expect_no_more(const struct replay *replay)
{
    assert_int_equal(replay->checked, replay->pair.frame_count);
}

static void input(struct replay *replay, const char *octets)
{
    ppp_pair_inject(&replay->pair, replay->end, octets);
}

static struct ppp_session *session(struct replay *replay)
{
    return &replay->pair.end[replay->end].session;
}

static void use_pppd(struct ppp_session_config *config)
{
    config->lcp = (struct lcp_config){
        .accm_on = true, .magic_number = true, .pfc = true, .acfc = true, .compress_headers = true};
    config->auth.first_identifier = 1;
    config->auth.methods.require[0] = PPP_AUTH_PAP;
    config->auth.methods.allow[0] = PPP_AUTH_PAP;
    config->ipcp.ask_servers[IPCP_NBNS1] = config->ipcp.ask_servers[IPCP_NBNS2] = false;
}

/* Recording pptp-pap: pppd 2.4.9 as client. */
static void the_server_answers_pppd_as_pppd_does(void **state)
{
    (void)state;
    struct replay replay;
    struct ppp_session_config *config = prepare(&replay, PPP_SERVER, 0x070e4f52);
    use_pppd(config);
    config->auth.success_text = "Login ok";
    config->ipcp =
        (struct ipcp_config){.enabled = true,
                             .local_address = 0xc0a84d01,
                             .peer_address = 0xc0a84d0a,
                             .servers = {[IPCP_DNS1] = 0x0a090909, [IPCP_DNS2] = 0x0a090909}};
    start(&replay);
    expect(&replay, "ff03c021 01010018 020600000000 0304c023 0506070e4f52 0702 0802");
    input(&replay, "ff03c021 01010014 020600000000 0506c91604eb 0702 0802");
    expect(&replay, "ff03c021 02010014 020600000000 0506c91604eb 0702 0802");
    input(&replay, "ff03c021 02010018 020600000000 0304c023 0506070e4f52 0702 0802");
    input(&replay, "c021 09000008 c91604eb");
    expect(&replay, "c021 0a000008 070e4f52");
    expect_no_more(&replay);
    input(&replay, "c023 01010014 0455736572 0a636c69656e7450617373");
    expect(&replay, "c023 0201000d 084c6f67696e206f6b");
    expect(&replay, "8021 0101000a 0306c0a84d01");
    input(&replay, "8021 01010016 030600000000 810600000000 830600000000");
    expect(&replay, "8021 03010016 0306c0a84d0a 81060a090909 83060a090909");
    input(&replay, "8021 0201000a 0306c0a84d01");
    input(&replay, "8021 01020016 0306c0a84d0a 81060a090909 83060a090909");
    expect(&replay, "8021 02020016 0306c0a84d0a 81060a090909 83060a090909");
    assert_true(ppp_session_network_is_up(session(&replay)));
    input(&replay, "ff03c021 05020010 557365722072657175657374");
    expect(&replay, "ff03c021 06020004");
    expect_no_more(&replay);
    assert_int_equal(ppp_session_error(session(&replay)), PPP_ERROR_REMOTE_DISCONNECTION);
    ppp_pair_destroy(&replay.pair);
}

/* The same recording from the other side: pptpd's pppd as server. */
static void the_client_answers_pppd_as_pppd_does(void **state)
{
    (void)state;
    struct replay replay;
    use_pppd(prepare(&replay, PPP_CLIENT, 0xc91604eb));
    start(&replay);
    expect(&replay, "ff03c021 01010014 020600000000 0506c91604eb 0702 0802");
    input(&replay, "ff03c021 01010018 020600000000 0304c023 0506070e4f52 0702 0802");
    expect(&replay, "ff03c021 02010018 020600000000 0304c023 0506070e4f52 0702 0802");
    input(&replay, "ff03c021 02010014 020600000000 0506c91604eb 0702 0802");
    expect(&replay, "c023 01010014 0455736572 0a636c69656e7450617373");
    input(&replay, "c021 09000008 070e4f52");
    expect(&replay, "c021 0a000008 c91604eb");
    input(&replay, "c023 0201000d 084c6f67696e206f6b");
    expect(&replay, "8021 01010016 030600000000 810600000000 830600000000");
    input(&replay, "8021 0101000a 0306c0a84d01");
    expect(&replay, "8021 0201000a 0306c0a84d01");
    input(&replay, "8021 03010016 0306c0a84d0a 81060a090909 83060a090909");
    expect(&replay, "8021 01020016 0306c0a84d0a 81060a090909 83060a090909");
    input(&replay, "8021 02020016 0306c0a84d0a 81060a090909 83060a090909");
    expect_no_more(&replay);
    assert_true(ppp_session_network_is_up(session(&replay)));
    assert_int_equal(ppp_session_send_accm(session(&replay)), 0);
    assert_int_equal(ppp_session_receive_accm(session(&replay)), 0);
    ppp_pair_destroy(&replay.pair);
}

static void open_lcp_with_pptpd(struct replay *replay)
{
    start(replay);
    expect(replay, "ff03c021 01010014 020600000000 0506ea38d403 0702 0802");
    input(replay, "ff03c021 01010019 020600000000 0305c22381 05062c2464ee 0702 0802");
    expect(replay, "ff03c021 02010019 020600000000 0305c22381 05062c2464ee 0702 0802");
    input(replay, "ff03c021 02010014 020600000000 0506ea38d403 0702 0802");
    expect_no_more(replay);
}

/* Recording pptp-mschapv2-badpw: the server's Failure offers a retry, then it terminates. */
static void a_recorded_refusal_is_691(void **state)
{
    (void)state;
    struct replay replay;
    struct ppp_session_config *config = prepare(&replay, PPP_CLIENT, 0xea38d403);
    use_pppd(config);
    config->auth.methods.allow[0] = PPP_AUTH_MS_CHAP_V2;
    open_lcp_with_pptpd(&replay);
    input(&replay, "c223 0136001a 10 157d8593a54c409ec7a568b7024425ad 7070747064");
    assert_memory_equal(replay.pair.frames[replay.checked].octets, "\xc2\x23\x02\x36\x00\x3a\x31",
                        7);
    replay.checked++;
    input(&replay, "c223 04360044 453d36393120523d3120433d3135376438353933613534633430396563376135"
                   "36386237303234343235616420563d30204d3d4163636573732064656e696564");
    expect(&replay, "ff03c021 05020004");
    input(&replay, "ff03c021 05020019 41757468656e7469636174696f6e206661696c6564");
    expect(&replay, "ff03c021 06020004");
    input(&replay, "ff03c021 06020004");
    expect_no_more(&replay);
    assert_int_equal(replay.pair.end[PPP_CLIENT].error, PPP_ERROR_AUTHENTICATION_FAILURE);
    ppp_pair_destroy(&replay.pair);
}

/* A Success that was computed for another Response: the server does not know the password. */
static void a_success_that_does_not_fit_is_778(void **state)
{
    (void)state;
    struct replay replay;
    struct ppp_session_config *config = prepare(&replay, PPP_CLIENT, 0xea38d403);
    use_pppd(config);
    config->auth.methods.allow[0] = PPP_AUTH_MS_CHAP_V2;
    config->windows_termination = true;
    open_lcp_with_pptpd(&replay);
    input(&replay, "c223 01b5001a 10 c895538c9abfaa12c2698ddc72dc2cb4 7070747064");
    replay.checked++;
    input(&replay,
          "c223 03b5003f 533d303746373232313031304346384636323039394530463241323437464132453343"
          "32464341373234204d3d416363657373206772616e746564");
    expect(&replay, "ff03c021 05020010 ea38d403 003ccd74 0000030a");
    expect_no_more(&replay);
    assert_int_equal(ppp_session_error(session(&replay)), PPP_ERROR_UNABLE_TO_AUTHENTICATE_SERVER);
    ppp_pair_destroy(&replay.pair);
}

static void use_windows(struct ppp_session_config *config)
{
    config->shared_identifier = true;
    config->renumber_retransmits = true;
    config->windows_termination = true;
    config->lcp.compress_headers = true;
    config->lcp.callback = true;
    config->lcp.callback_allowed = true;
}

/* A Windows client with a Windows server, octet for octet what the client sent. */
static void the_client_speaks_like_windows(void **state)
{
    (void)state;
    struct replay replay;
    struct ppp_session_config *config = prepare(&replay, PPP_CLIENT, 0x75eb25d5);
    use_windows(config);
    config->lcp.identification[0] = "MSRASV5.20";
    config->lcp.identification[1] = "MSRAS-0-WIN-2RRBUS7N9GE";
    start(&replay);
    expect(&replay, "ff03c021 01000015 01040578 050675eb25d5 0702 0802 0d0306");
    input(&replay, "ff03c021 01000034 01040578 0304c227 050670ed20e6 0702 0802 0d0306 1104064e"
                   "131701f3198e8764b2429f8d09ef637b516ea700000000");
    expect(&replay, "ff03c021 0400001f 1104064e"
                    "131701f3198e8764b2429f8d09ef637b516ea700000000");
    input(&replay, "ff03c021 02000015 01040578 050675eb25d5 0702 0802 0d0306");
    input(&replay, "ff03c021 01010019 01040578 0304c227 050670ed20e6 0702 0802 0d0306");
    expect(&replay, "ff03c021 03010009 0305c22381");
    input(&replay, "ff03c021 0102001a 01040578 0305c22381 050670ed20e6 0702 0802 0d0306");
    expect(&replay, "ff03c021 0202001a 01040578 0305c22381 050670ed20e6 0702 0802 0d0306");
    expect(&replay, "c021 0c010012 75eb25d5 4d5352415356352e3230");
    expect(&replay, "c021 0c02001f 75eb25d5 4d535241532d302d57494e2d325252425553374e394745");
    expect_no_more(&replay);
    assert_int_equal(ppp_session_peer_mru(session(&replay)), 1400);
    ppp_session_close(session(&replay), replay.pair.now, PPP_ERROR_USER_DISCONNECTION);
    ppp_pair_poll(&replay.pair, PPP_CLIENT);
    expect(&replay, "ff03c021 05030010 75eb25d5 003ccd74 00000000");
    ppp_pair_destroy(&replay.pair);
}

/* The same recording's IP configuration, without authentication. */
static void the_client_configures_ip_like_windows(void **state)
{
    (void)state;
    struct replay replay;
    use_windows(prepare(&replay, PPP_CLIENT, 0x75eb25d5));
    start(&replay);
    input(&replay, "ff03c021 02000015 01040578 050675eb25d5 0702 0802 0d0306");
    input(&replay, "ff03c021 01020015 01040578 050670ed20e6 0702 0802 0d0306");
    replay.checked = 2;
    /* The callback round comes first, with Identifiers of its own. */
    expect_no_more(&replay);
    input(&replay, "c029 01010006 0102");
    expect(&replay, "c029 02010006 0102");
    expect_no_more(&replay);
    input(&replay, "c029 03010006 0102");
    expect(&replay, "8021 01010022 030600000000 810600000000 820600000000 830600000000"
                    "840600000000");
    input(&replay, "8021 0105000a 0306c0a82b6c");
    expect(&replay, "8021 0205000a 0306c0a82b6c");
    input(&replay, "8021 04010016 820600000000 830600000000 840600000000");
    expect(&replay, "8021 01020010 030600000000 810600000000");
    input(&replay, "8021 03020010 0306c0a82b6f 8106c0a82b6e");
    expect(&replay, "8021 01030010 0306c0a82b6f 8106c0a82b6e");
    input(&replay, "8021 02030010 0306c0a82b6f 8106c0a82b6e");
    expect_no_more(&replay);
    assert_true(ppp_session_network_is_up(session(&replay)));
    ppp_pair_destroy(&replay.pair);
}

/* The server's side: its request, its answers to IPV6CP and IPCP, and its Terminate-Ack. */
static void the_server_speaks_like_windows(void **state)
{
    (void)state;
    struct replay replay;
    struct ppp_session_config *config = prepare(&replay, PPP_SERVER, 0x70ed20e6);
    use_windows(config);
    config->auth.methods.require_count = 0;
    config->lcp.mrru = 1614;
    config->lcp.endpoint =
        (struct lcp_endpoint){.known = true, .class = LCP_ENDPOINT_LOCAL, .length = 20};
    unit_hex("f3198e8764b2429f8d09ef637b516ea700000000", config->lcp.endpoint.address,
             LCP_ENDPOINT_MAX);
    config->lcp.link_discriminator_on = true;
    config->lcp.link_discriminator = 1;
    config->ipcp = (struct ipcp_config){.enabled = true,
                                        .local_address = 0xc0a82b6c,
                                        .peer_address = 0xc0a82b6f,
                                        .servers = {[IPCP_DNS1] = 0xc0a82b6e}};
    start(&replay);
    expect(&replay, "ff03c021 01000034 01040578 050670ed20e6 0702 0802 0d0306 1104064e"
                    "131701f3198e8764b2429f8d09ef637b516ea700000000 17040001");
    input(&replay, "ff03c021 01000015 01040578 050675eb25d5 0702 0802 0d0306");
    expect(&replay, "ff03c021 02000015 01040578 050675eb25d5 0702 0802 0d0306");
    input(&replay, "ff03c021 04000023 1104064e"
                   "131701f3198e8764b2429f8d09ef637b516ea700000000 17040001");
    expect(&replay, "ff03c021 01010015 01040578 050670ed20e6 0702 0802 0d0306");
    input(&replay, "ff03c021 02010015 01040578 050670ed20e6 0702 0802 0d0306");
    expect(&replay, "c029 01010006 0102");
    input(&replay, "c029 02010006 0102");
    expect(&replay, "c029 03010006 0102");
    expect(&replay, "8021 0102000a 0306c0a82b6c");
    input(&replay, "c021 0c010012 75eb25d5 4d5352415356352e3230");
    input(&replay, "8057 0104000e010afcd3335cf10e5c31");
    expect(&replay, "c021 08030014 8057 0104000e010afcd3335cf10e5c31");
    input(&replay, "8021 01060022 030600000000 810600000000 820600000000 830600000000"
                   "840600000000");
    expect(&replay, "8021 04060016 820600000000 830600000000 840600000000");
    input(&replay, "8021 0202000a 0306c0a82b6c");
    input(&replay, "8021 01070010 030600000000 810600000000");
    expect(&replay, "8021 03070010 0306c0a82b6f 8106c0a82b6e");
    input(&replay, "8021 01080010 0306c0a82b6f 8106c0a82b6e");
    expect(&replay, "8021 02080010 0306c0a82b6f 8106c0a82b6e");
    assert_true(ppp_session_network_is_up(session(&replay)));
    input(&replay, "ff03c021 05090010 162a1f3a 003ccd74 00000000");
    expect(&replay, "ff03c021 06090010 162a1f3a 003ccd74 00000000");
    expect_no_more(&replay);
    assert_int_equal(ppp_session_error(session(&replay)), PPP_ERROR_REMOTE_DISCONNECTION);
    ppp_pair_destroy(&replay.pair);
}

/* Compression is agreed for each direction by itself: this peer takes our short frames to come, and
   wants none from us. */
static void a_peer_that_asks_for_no_compression_gets_whole_headers(void **state)
{
    (void)state;
    struct replay replay;
    struct ppp_session_config *config = prepare(&replay, PPP_SERVER, 0x70ed20e6);
    config->auth.methods.require_count = 0;
    config->lcp.compress_headers = true;
    start(&replay);
    expect(&replay, "ff03c021 01010012 01040578 050670ed20e6 0702 0802");
    input(&replay, "ff03c021 02010012 01040578 050670ed20e6 0702 0802");
    input(&replay, "ff03c021 01010004");
    expect(&replay, "ff03c021 02010004");
    expect(&replay, "ff038021 0101000a 03060a010001");
    input(&replay, "8021 0201000a 03060a010001");
    input(&replay, "8021 0101000a 03060a010002");
    expect(&replay, "ff038021 0201000a 03060a010002");
    ppp_pair_send(&replay.pair, PPP_SERVER, 0x45, 4);
    expect(&replay, "ff030021 45454545");
    input(&replay, "21 46464646");
    assert_int_equal(replay.pair.end[PPP_SERVER].delivered, 1);
    ppp_pair_destroy(&replay.pair);
}

/* A Windows 2000 client insists on an endpoint discriminator and multilink at first. */
static void windows_2000_is_answered(void **state)
{
    (void)state;
    struct replay replay;
    struct ppp_session_config *config = prepare(&replay, PPP_SERVER, 0x01020304);
    config->shared_identifier = true;
    start(&replay);
    replay.checked = replay.pair.frame_count;
    input(&replay, "ff03c021 0100002c 05060015706a 0702 0802 0d0306 1104064e"
                   "1317017f6769e949404affbb24d0941651d7aa00000004");
    expect(&replay, "ff03c021 04000022 0d0306 1104064e"
                    "1317017f6769e949404affbb24d0941651d7aa00000004");
    input(&replay, "ff03c021 0102000e 05060015706a 0702 0802");
    expect(&replay, "ff03c021 0202000e 05060015706a 0702 0802");
    expect_no_more(&replay);
    /* No MRU was asked for: 1500, which our own setting leaves alone. */
    assert_int_equal(ppp_session_peer_mru(session(&replay)), 1500);
    ppp_pair_destroy(&replay.pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_server_answers_pppd_as_pppd_does),
        cmocka_unit_test(the_client_answers_pppd_as_pppd_does),
        cmocka_unit_test(a_recorded_refusal_is_691),
        cmocka_unit_test(a_success_that_does_not_fit_is_778),
        cmocka_unit_test(the_client_speaks_like_windows),
        cmocka_unit_test(the_client_configures_ip_like_windows),
        cmocka_unit_test(the_server_speaks_like_windows),
        cmocka_unit_test(windows_2000_is_answered),
        cmocka_unit_test(a_peer_that_asks_for_no_compression_gets_whole_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
