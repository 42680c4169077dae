#include "bench.h"

#include "crypto/dh.h"
#include "ike/ike.h"
#include "ike/ike_nat_traversal.h"
#include "ike/ike_proposal.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define SETUPS 60

/** Two engines back to back, without a network between them. */
struct rig {
    struct packet_pool pool;
    struct crypto *crypto;
    struct entropy entropy[2];
    struct ike_phase1_transform transform;
    struct ike_phase1_list phase1;
    struct ike_phase2_choice choice;
    struct ike_phase2_list phase2;
    struct ike_peer peer;
    struct ike_rule rule;
    struct ike_config config[2];
    struct ike ike[2];
    struct ike_endpoint endpoints[2];
    unsigned established;
    instant now;
};

static const uint8_t secret[] = "secret";

static void rig_init(struct rig *rig, unsigned group)
{
    memset(rig, 0, sizeof *rig);
    packet_pool_init(&rig->pool);
    rig->crypto = crypto_create(NULL, NULL);
    bench_require(rig->crypto != NULL, "OpenSSL's legacy provider is missing");
    rig->transform = (struct ike_phase1_transform){.encryption = IKE_ENCRYPTION_3DES,
                                                   .hash = IKE_HASH_SHA1,
                                                   .group = (uint16_t)group,
                                                   .seconds = 28800};
    rig->phase1 = (struct ike_phase1_list){&rig->transform, 1};
    rig->choice = (struct ike_phase2_choice){.protocols = {{.protocol = ISAKMP_PROTOCOL_ESP,
                                                            .id = IKE_ESP_3DES,
                                                            .integrity = IKE_INTEGRITY_HMAC_SHA}},
                                             .seconds = 3600};
    rig->phase2 = (struct ike_phase2_list){&rig->choice, 1};
    rig->peer = (struct ike_peer){.phase1 = &rig->phase1,
                                  .authentication = IKE_AUTHENTICATION_PRE_SHARED_KEY,
                                  .pre_shared_key = secret,
                                  .pre_shared_key_length = sizeof secret - 1};
    rig->rule = (struct ike_rule){.id = 1, .phase2 = &rig->phase2};
    for (unsigned i = 0; i < 2; i++) {
        rig->entropy[i] = entropy_make(i, "bench");
        rig->endpoints[i].address = ip_address_from_ipv4(0x0a000001 + i);
        rig->endpoints[i].port = IKE_PORT;
        rig->config[i] = (struct ike_config){.pool = &rig->pool,
                                             .crypto = rig->crypto,
                                             .entropy = &rig->entropy[i],
                                             .behaviour = ike_behaviour_of(IKE_PROFILE_RFC),
                                             .peers = &rig->peer,
                                             .peer_count = 1,
                                             .rules = &rig->rule,
                                             .rule_count = 1,
                                             .max_phase1 = 4,
                                             .max_exchanges = 8,
                                             .max_children = 8};
        bench_require(ike_init(&rig->ike[i], &rig->config[i]) == STATUS_OK, "IKE is refused");
    }
}

static void rig_destroy(struct rig *rig)
{
    ike_close(&rig->ike[0]);
    ike_close(&rig->ike[1]);
    packet_pool_destroy(&rig->pool);
    crypto_destroy(rig->crypto);
}

/* Whatever one end sends the other takes, until both are silent. */
static void exchange(struct rig *rig, unsigned first)
{
    bool talks = true;
    for (unsigned from = first; talks; from = 1 - from) {
        struct ike_output output;
        talks = false;
        for (unsigned end = 0; end < 2; end++) {
            unsigned speaker = end == 0 ? from : 1 - from;
            while (ike_poll(&rig->ike[speaker], &output)) {
                rig->established +=
                    output.kind == OUTPUT_EVENT && output.event == IKE_EVENT_CHILD_ESTABLISHED;
                if (output.kind != OUTPUT_SEND)
                    continue;
                talks = true;
                ike_input(&rig->ike[1 - speaker], rig->now, &output.remote, &output.local,
                          output.packet);
            }
        }
    }
}

static void set_up(struct rig *rig)
{
    struct ike_acquisition wanted = {
        .rule = 1, .local = rig->endpoints[0].address, .remote = rig->endpoints[1].address};
    wanted.traffic =
        (struct ike_traffic){{wanted.local, 32, 17, 1701}, {wanted.remote, 32, 17, 1701}};
    uint32_t number;
    bench_require(ike_acquire(&rig->ike[0], rig->now, &wanted, &number) == STATUS_OK,
                  "nothing is acquired");
    exchange(rig, 0);
}

static void tear_down(struct rig *rig)
{
    for (unsigned i = 0; i < 2; i++)
        ike_delete_peer(&rig->ike[i], rig->now, NULL);
    for (unsigned step = 0; step < 3; step++) {
        rig->now += 100 * INSTANT_SECOND;
        for (unsigned i = 0; i < 2; i++)
            ike_handle_timeout(&rig->ike[i], rig->now);
        exchange(rig, 0);
    }
}

/* Main mode and quick mode at both ends; the time of one of them. */
static double rig_run(struct rig *rig)
{
    uint64_t spent = 0;
    rig->established = 0;
    for (unsigned i = 0; i < SETUPS; i++) {
        uint64_t start = bench_clock();
        set_up(rig);
        spent += bench_clock() - start;
        tear_down(rig);
    }
    bench_require(rig->established == 2 * SETUPS, "IKE has lost a set-up");
    return (double)spent / SETUPS;
}

/** What OpenSSL needs for the HMACs and 3DES of a set-up: made once. */
struct symmetric {
    EVP_MAC_CTX *mac;
    EVP_CIPHER_CTX *encryption;
    EVP_CIPHER_CTX *decryption;
};

static void symmetric_init(struct symmetric *symmetric)
{
    char digest[] = "SHA1";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                 OSSL_PARAM_END};
    static const uint8_t key[24] = "0123456789abcdefghijklm";
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "DES-EDE3-CBC", NULL);
    symmetric->mac = EVP_MAC_CTX_new(hmac);
    symmetric->encryption = EVP_CIPHER_CTX_new();
    symmetric->decryption = EVP_CIPHER_CTX_new();
    bench_require(EVP_EncryptInit_ex2(symmetric->encryption, cipher, key, key, NULL) == 1 &&
                      EVP_DecryptInit_ex2(symmetric->decryption, cipher, key, key, NULL) == 1 &&
                      EVP_CIPHER_CTX_set_padding(symmetric->encryption, 0) == 1 &&
                      EVP_CIPHER_CTX_set_padding(symmetric->decryption, 0) == 1 &&
                      EVP_MAC_init(symmetric->mac, key, 20, params) == 1,
                  "OpenSSL refuses a cipher or HMAC");
    EVP_CIPHER_free(cipher);
    EVP_MAC_free(hmac);
}

static void symmetric_destroy(struct symmetric *symmetric)
{
    EVP_CIPHER_CTX_free(symmetric->decryption);
    EVP_CIPHER_CTX_free(symmetric->encryption);
    EVP_MAC_CTX_free(symmetric->mac);
}

/*
 * Of an end: SKEYID and its three successors, two blocks of the cipher's key, HASH_I, HASH_R, three
 * hashes of quick mode and six blocks of KEYMAT, over 180 octets on an average; and the five
 * messages that are encrypted, which both ends have.
 */
static void symmetric_run(const struct symmetric *symmetric)
{
    static const size_t lengths[] = {64, 64, 152, 152, 32};
    uint8_t octets[180] = {0};
    uint8_t key[20] = {0};
    size_t length;
    int written;
    bool good = true;
    for (unsigned i = 0; i < 17; i++)
        good = good && EVP_MAC_init(symmetric->mac, key, sizeof key, NULL) == 1 &&
               EVP_MAC_update(symmetric->mac, octets, sizeof octets) == 1 &&
               EVP_MAC_final(symmetric->mac, key, &length, sizeof key) == 1;
    for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        EVP_CIPHER_CTX *context = i % 2 ? symmetric->encryption : symmetric->decryption;
        good = good && EVP_CipherInit_ex2(context, NULL, NULL, key, -1, NULL) == 1 &&
               EVP_CipherUpdate(context, octets, &written, octets, (int)lengths[i]) == 1;
    }
    bench_require(good, "OpenSSL refuses to hash or encrypt");
}

/* The exponentiations of both ends, with exponents of 320 bits, and the rest, in OpenSSL alone. */
static double bare_run(unsigned group, const struct symmetric *symmetric)
{
    size_t bits = dh_prime_length(group) * 8;
    BN_CTX *context = BN_CTX_new();
    BIGNUM *prime =
        bits == 1024 ? BN_get_rfc2409_prime_1024(NULL) : BN_get_rfc3526_prime_2048(NULL);
    BIGNUM *exponent = BN_new();
    BIGNUM *public = BN_new();
    BIGNUM *shared = BN_new();
    BN_MONT_CTX *montgomery = BN_MONT_CTX_new();
    bench_require(context && prime && montgomery && BN_MONT_CTX_set(montgomery, prime, context) &&
                      BN_rand(exponent, 320, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY),
                  "OpenSSL has no big numbers");
    uint64_t start = bench_clock();
    for (unsigned i = 0; i < SETUPS; i++) {
        for (unsigned end = 0; end < 2; end++) {
            symmetric_run(symmetric);
            bench_require(BN_mod_exp_mont_word(public, 2, exponent, prime, context, montgomery) &&
                              BN_mod_exp_mont(shared, public, exponent, prime, context, montgomery),
                          "OpenSSL cannot raise to a power");
        }
    }
    uint64_t spent = bench_clock() - start;
    BN_MONT_CTX_free(montgomery);
    BN_free(shared);
    BN_free(public);
    BN_free(exponent);
    BN_free(prime);
    BN_CTX_free(context);
    return (double)spent / SETUPS;
}

static void measure(struct bench *bench, unsigned group)
{
    struct rig rig;
    struct symmetric symmetric;
    double ratios[BENCH_RUNS];
    double ours[BENCH_RUNS];
    char name[80];
    rig_init(&rig, group);
    symmetric_init(&symmetric);
    for (int i = 0; i < BENCH_RUNS; i++) {
        const double theirs = bare_run(group, &symmetric);
        ours[i] = rig_run(&rig);
        ratios[i] = theirs / ours[i];
    }
    snprintf(name, sizeof name, "IKE, group %u: against its ciphers", group);
    bench_row(bench, name, bench_median(ratios), "x", BENCH_AT_LEAST, 0.85);
    snprintf(name, sizeof name, "IKE, group %u: both ends of a set-up", group);
    bench_row(bench, name, bench_median(ours) / 1000, "us", BENCH_FOR_INFORMATION, 0);
    symmetric_destroy(&symmetric);
    rig_destroy(&rig);
}

/* What an end keeps of a client: engines made for one client and for a hundred more. */
static void weigh(struct bench *bench)
{
    struct rig rig;
    rig_init(&rig, DH_GROUP_2);
    size_t heaps[2];
    for (unsigned i = 0; i < 2; i++) {
        struct ike ike;
        struct ike_config config = rig.config[0];
        config.max_phase1 = 2 + 200 * i;
        config.max_exchanges = 4 + 400 * i;
        config.max_children = 3 + 300 * i;
        size_t before = bench_heap();
        bench_require(ike_init(&ike, &config) == STATUS_OK, "IKE is refused");
        heaps[i] = bench_heap() - before;
        ike_close(&ike);
    }
    bench_row(bench, "IKE, memory of a client more at one end", (double)(heaps[1] - heaps[0]) / 100,
              "octets", BENCH_BELOW, 32768);
    rig_destroy(&rig);
}

void bench_ike(struct bench *bench)
{
    measure(bench, DH_GROUP_2);
    measure(bench, DH_GROUP_14);
    weigh(bench);
}
