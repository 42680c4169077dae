/*
 * How much IKE itself adds to what its cryptography costs: two engines negotiate main mode and
 * quick mode from nothing, against OpenSSL alone doing the exponentiations, signatures, HMACs and
 * ciphers that such a negotiation cannot do without.
 */
#include "bench.h"

#include "crypto/certificate.h"
#include "crypto/dh.h"
#include "ike/ike.h"
#include "ike/ike_proposal.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#define NEGOTIATIONS 40
#define KEY_BITS     1024
#define YEAR         INT64_C(31536000)

/*
 * HMACs of one end: SKEYID and its three offspring, two for the key of 3DES, both proofs of
 * identity, the three of quick mode, and three blocks of keys for each of two SAs.
 */
#define HMACS (4 + 2 + 2 + 3 + 6)
/** Encrypted messages: two of main mode, three of quick mode. */
#define MESSAGES 5
/** About what goes into an HMAC. */
#define HMAC_OCTETS 180
/** Where the flags of a message are, and its first encrypted octet. */
#define FLAGS_OFFSET 19
#define BODY_OFFSET  28

/** What OpenSSL needs, fetched and prepared once. */
struct bare {
    size_t length; /* of the prime */
    BIGNUM *prime;
    BIGNUM *exponent;
    BIGNUM *peer;
    BIGNUM *result;
    BN_CTX *scratch;
    BN_MONT_CTX *montgomery;
    EVP_MAC_CTX *mac;
    EVP_CIPHER_CTX *cipher;
    EVP_PKEY *key; /* NULL: a pre-shared key */
    EVP_PKEY_CTX *signer;
    EVP_PKEY_CTX *verifier;
    X509 *certificate; /* signed with that key */
};

static EVP_PKEY_CTX *padded(EVP_PKEY *key, bool sign)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    bench_require(context &&
                      (sign ? EVP_PKEY_sign_init(context) : EVP_PKEY_verify_init(context)) == 1 &&
                      EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1,
                  "OpenSSL has no RSA");
    return context;
}

/* A certificate that signs itself: only its signature counts. */
static X509 *certify(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    bench_require(certificate && X509_set_pubkey(certificate, key) == 1 &&
                      ASN1_TIME_set(X509_getm_notBefore(certificate), 0) &&
                      ASN1_TIME_set(X509_getm_notAfter(certificate), 1) &&
                      X509_sign(certificate, key, EVP_sha1()) > 0,
                  "OpenSSL makes no certificate");
    return certificate;
}

static void bare_init(struct bare *bare, enum dh_group group, bool signatures)
{
    uint8_t octets[DH_PRIME_MAX];
    struct entropy entropy = entropy_make(2, "bench");
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    char sha1[] = "SHA1";
    const OSSL_PARAM digest[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha1, 0),
                                 OSSL_PARAM_construct_end()};
    *bare = (struct bare){.length = dh_prime_length(group)};
    entropy_fill(&entropy, octets, sizeof octets);
    octets[0] |= 0x80;
    bare->prime =
        group == DH_GROUP_2 ? BN_get_rfc2409_prime_1024(NULL) : BN_get_rfc3526_prime_2048(NULL);
    bare->exponent = BN_bin2bn(octets, DH_PRIVATE_SIZE, NULL);
    bare->peer = BN_bin2bn(octets, (int)bare->length - 1, NULL);
    bare->result = BN_new();
    bare->scratch = BN_CTX_new();
    bare->montgomery = BN_MONT_CTX_new();
    bare->mac = EVP_MAC_CTX_new(hmac);
    bare->cipher = EVP_CIPHER_CTX_new();
    bench_require(BN_MONT_CTX_set(bare->montgomery, bare->prime, bare->scratch) == 1 &&
                      EVP_MAC_init(bare->mac, octets, 20, digest) == 1,
                  "OpenSSL failed");
    EVP_MAC_free(hmac);
    if (!signatures)
        return;
    bare->key = EVP_RSA_gen(KEY_BITS);
    bare->signer = padded(bare->key, true);
    bare->verifier = padded(bare->key, false);
    bare->certificate = certify(bare->key);
}

static void bare_destroy(struct bare *bare)
{
    X509_free(bare->certificate);
    EVP_PKEY_CTX_free(bare->signer);
    EVP_PKEY_CTX_free(bare->verifier);
    EVP_PKEY_free(bare->key);
    EVP_CIPHER_CTX_free(bare->cipher);
    EVP_MAC_CTX_free(bare->mac);
    BN_MONT_CTX_free(bare->montgomery);
    BN_CTX_free(bare->scratch);
    BN_free(bare->result);
    BN_free(bare->peer);
    BN_free(bare->exponent);
    BN_free(bare->prime);
}

/* A public value and a secret. */
static int exponentiate(struct bare *bare)
{
    return BN_mod_exp_mont_word(bare->result, 2, bare->exponent, bare->prime, bare->scratch,
                                bare->montgomery) &
           BN_mod_exp_mont(bare->result, bare->peer, bare->exponent, bare->prime, bare->scratch,
                           bare->montgomery);
}

/* One signature made; the peer's verified, and its certificate. */
static int prove(struct bare *bare)
{
    uint8_t hash[20] = {1};
    uint8_t signature[KEY_BITS / 8];
    size_t length = sizeof signature;
    if (!bare->key)
        return 1;
    int good = EVP_PKEY_sign(bare->signer, signature, &length, hash, sizeof hash);
    good &= EVP_PKEY_verify(bare->verifier, signature, length, hash, sizeof hash);
    return good & X509_verify(bare->certificate, bare->key);
}

static int hash_and_cipher(struct bare *bare, size_t message_octets)
{
    uint8_t octets[2048] = {0};
    uint8_t digest[EVP_MAX_MD_SIZE];
    size_t digest_length;
    int written;
    int good = 1;
    for (int i = 0; i < HMACS; i++) {
        good &= EVP_MAC_init(bare->mac, octets, 20, NULL);
        good &= EVP_MAC_update(bare->mac, octets, HMAC_OCTETS);
        good &= EVP_MAC_final(bare->mac, digest, &digest_length, sizeof digest);
    }
    for (int i = 0; i < MESSAGES; i++) {
        good &= EVP_CipherInit_ex2(bare->cipher, EVP_des_ede3_cbc(), octets, octets, i & 1, NULL);
        good &= EVP_CipherUpdate(bare->cipher, octets, &written, octets, (int)message_octets);
    }
    return good;
}

/** The cryptography of both ends; nanoseconds a negotiation. */
static double bare_run(struct bare *bare, size_t message_octets)
{
    int good = 1;
    uint64_t start = bench_clock();
    for (int i = 0; i < 2 * NEGOTIATIONS; i++)
        good &= exponentiate(bare) & prove(bare) & hash_and_cipher(bare, message_octets);
    uint64_t spent = bench_clock() - start;
    bench_require(good == 1, "OpenSSL failed");
    return (double)spent / NEGOTIATIONS;
}

/** Two hosts with IKE, and what their policies point at. */
struct pair {
    struct packet_pool pool;
    struct crypto *crypto;
    struct entropy entropy;
    struct certificate *authority;
    struct certificate *certificate;
    const struct certificate *trusted[1];
    struct ike_phase1_transform transform;
    struct ike_phase1_list phase1;
    struct ike_endpoint addresses[2];
    struct ike_peer peers[2];
    struct ike_rule rules[2];
    struct ike_config config; /* of the end that was made last */
    struct ike ends[2];
    size_t encrypted; /* octets in messages so far */
};

static struct certificate *issue(struct pair *pair, enum certificate_usage usage,
                                 const struct certificate *issuer)
{
    enum status status;
    return certificate_issue(pair->crypto, &pair->entropy,
                             &(struct certificate_request){.usage = usage,
                                                           .subject = "bench",
                                                           .not_before = -YEAR,
                                                           .not_after = YEAR,
                                                           .key_bits = KEY_BITS},
                             issuer, &status);
}

static void end_init(struct pair *pair, unsigned index, bool signatures)
{
    static const uint8_t secret[] = "secret";
    pair->addresses[index] =
        (struct ike_endpoint){.address = ip_address_from_ipv4(0x0a000001 + index), .port = 500};
    pair->peers[index] = (struct ike_peer){
        .phase1 = &pair->phase1,
        .authentication =
            signatures ? IKE_AUTHENTICATION_RSA_SIGNATURE : IKE_AUTHENTICATION_PRE_SHARED_KEY,
        .pre_shared_key = secret,
        .pre_shared_key_length = sizeof secret - 1,
        .certificate = pair->certificate,
        .trusted = pair->trusted,
        .trusted_count = signatures ? 1 : 0,
        .own_name.kind = signatures ? IKE_NAME_CERTIFICATE : IKE_NAME_ADDRESS,
    };
    pair->rules[index] =
        (struct ike_rule){.id = 1, .phase2 = ike_profile_phase2(IKE_PROFILE_WINDOWS_2000, true)};
    struct ike_config config = {
        .pool = &pair->pool,
        .crypto = pair->crypto,
        .entropy = &pair->entropy,
        .behaviour = ike_behaviour_of(IKE_PROFILE_RFC),
        .peers = &pair->peers[index],
        .peer_count = 1,
        .rules = &pair->rules[index],
        .rule_count = 1,
        .max_phase1 = 8,
        .max_exchanges = 32,
        .max_children = 8,
    };
    pair->config = config;
    bench_require(ike_init(&pair->ends[index], &config) == STATUS_OK, "IKE does not begin");
}

static void pair_init(struct pair *pair, enum dh_group group, bool signatures)
{
    *pair = (struct pair){.entropy = entropy_make(1, "bench")};
    packet_pool_init(&pair->pool);
    pair->crypto = crypto_create(NULL, NULL);
    bench_require(pair->crypto != NULL, "OpenSSL's legacy provider is missing");
    if (signatures) {
        pair->authority = issue(pair, CERTIFICATE_AUTHORITY, NULL);
        pair->certificate = issue(pair, CERTIFICATE_IPSEC, pair->authority);
        pair->trusted[0] = pair->authority;
        bench_require(pair->certificate != NULL, "no certificate");
    }
    pair->transform = (struct ike_phase1_transform){.encryption = IKE_ENCRYPTION_3DES,
                                                    .hash = IKE_HASH_SHA1,
                                                    .group = (uint16_t)group,
                                                    .seconds = 28800};
    pair->phase1 = (struct ike_phase1_list){.transforms = &pair->transform, .count = 1};
    end_init(pair, 0, signatures);
    end_init(pair, 1, signatures);
}

static void pair_destroy(struct pair *pair)
{
    ike_close(&pair->ends[0]);
    ike_close(&pair->ends[1]);
    certificate_destroy(pair->certificate);
    certificate_destroy(pair->authority);
    crypto_destroy(pair->crypto);
    packet_pool_destroy(&pair->pool);
}

/* Carries what they send to and fro until both are silent; how many child SAs were established. */
static unsigned exchange(struct pair *pair, instant now)
{
    unsigned established = 0;
    for (bool silent = false; !silent;) {
        silent = true;
        for (unsigned i = 0; i < 2; i++) {
            struct ike_output output;
            while (ike_poll(&pair->ends[i], &output)) {
                silent = false;
                if (output.kind == OUTPUT_SEND && output.packet->data[FLAGS_OFFSET] & 1)
                    pair->encrypted += output.packet->length - BODY_OFFSET;
                if (output.kind == OUTPUT_SEND)
                    ike_input(&pair->ends[1 - i], now, &pair->addresses[1 - i], &pair->addresses[i],
                              output.packet);
                else if (output.event == IKE_EVENT_CHILD_ESTABLISHED)
                    established++;
            }
        }
    }
    return established;
}

static struct ike_selector end_of(const struct ike_endpoint *endpoint)
{
    return (struct ike_selector){
        .address = endpoint->address, .prefix_length = 32, .protocol = 17, .port = 1701};
}

/** Main mode and quick mode, and then all is forgotten; nanoseconds of the first two. */
static double pair_run(struct pair *pair, instant *now, size_t *message_octets)
{
    const struct ike_acquisition wanted = {
        .rule = 1,
        .local = pair->addresses[0].address,
        .remote = pair->addresses[1].address,
        .traffic = {.local = end_of(&pair->addresses[0]), .remote = end_of(&pair->addresses[1])}};
    uint64_t spent = 0;
    for (int i = 0; i < NEGOTIATIONS; i++) {
        uint32_t number;
        *now += INSTANT_SECOND;
        uint64_t start = bench_clock();
        enum status status = ike_acquire(&pair->ends[0], *now, &wanted, &number);
        pair->encrypted = 0;
        unsigned established = exchange(pair, *now);
        spent += bench_clock() - start;
        *message_octets = pair->encrypted / MESSAGES / 8 * 8;
        bench_require(status == STATUS_OK && established == 2, "IKE fails");
        ike_delete_peer(&pair->ends[0], *now, &pair->addresses[1].address, NULL);
        ike_delete_peer(&pair->ends[1], *now, &pair->addresses[0].address, NULL);
        exchange(pair, *now);
        /* What waits to be forgotten is. */
        *now += 600 * INSTANT_SECOND;
        ike_handle_timeout(&pair->ends[0], *now);
        ike_handle_timeout(&pair->ends[1], *now);
        exchange(pair, *now);
    }
    return (double)spent / NEGOTIATIONS;
}

static void measure(struct bench *bench, const char *suite, enum dh_group group, bool signatures)
{
    struct bare bare;
    struct pair pair;
    double ratios[BENCH_RUNS];
    double ours[BENCH_RUNS];
    char name[80];
    instant now = 0;
    bare_init(&bare, group, signatures);
    pair_init(&pair, group, signatures);
    for (int i = 0; i < BENCH_RUNS; i++) {
        size_t message_octets;
        ours[i] = pair_run(&pair, &now, &message_octets);
        const double theirs = bare_run(&bare, message_octets);
        ratios[i] = theirs / ours[i];
        ours[i] = 1e9 / ours[i];
    }
    snprintf(name, sizeof name, "IKE %s: against its cryptography", suite);
    bench_row(bench, name, bench_median(ratios), "x", BENCH_AT_LEAST, 0.85);
    snprintf(name, sizeof name, "IKE %s: negotiations of both ends", suite);
    bench_row(bench, name, bench_median(ours), "a second", BENCH_FOR_INFORMATION, 0);
    pair_destroy(&pair);
    bare_destroy(&bare);
}

/* What an end keeps of a client: engines made for one client and for a hundred more. */
static void weigh(struct bench *bench)
{
    struct pair pair;
    size_t heaps[2];
    pair_init(&pair, DH_GROUP_2, false);
    for (unsigned i = 0; i < 2; i++) {
        struct ike ike;
        struct ike_config config = pair.config;
        config.max_phase1 = 2 + 200 * i;
        config.max_exchanges = 4 + 400 * i;
        config.max_children = 3 + 300 * i;
        size_t before = bench_heap();
        bench_require(ike_init(&ike, &config) == STATUS_OK, "IKE does not begin");
        heaps[i] = bench_heap() - before;
        ike_close(&ike);
    }
    bench_row(bench, "IKE, memory of a client more at one end", (double)(heaps[1] - heaps[0]) / 100,
              "octets", BENCH_BELOW, 32768);
    pair_destroy(&pair);
}

void bench_ike(struct bench *bench)
{
    measure(bench, "pre-shared key, group 2", DH_GROUP_2, false);
    measure(bench, "pre-shared key, group 14", DH_GROUP_14, false);
    measure(bench, "RSA signatures, group 2", DH_GROUP_2, true);
    measure(bench, "RSA signatures, group 14", DH_GROUP_14, true);
    weigh(bench);
}
