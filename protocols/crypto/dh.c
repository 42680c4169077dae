#include "crypto/dh.h"

#include "crypto/crypto_private.h"

#include <openssl/bn.h>
#include <stdlib.h>

#define GROUPS    4
#define GENERATOR 2

/* The primes: those of RFC 2409 sections 6.1 and 6.2, and of RFC 3526 sections 2 and 3. */
static const struct {
    unsigned number;
    size_t length;
    const char *prime;
} descriptions[GROUPS] = {
    {DH_GROUP_1, 96,
     "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e34"
     "04ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a63a3620ffffffff"
     "ffffffff"},
    {DH_GROUP_2, 128,
     "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e34"
     "04ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6"
     "f406b7edee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff"},
    {DH_GROUP_5, 192,
     "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e34"
     "04ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6"
     "f406b7edee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a6916"
     "3fa8fd24cf5f83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca237327"
     "ffffffffffffffff"},
    {DH_GROUP_14, 256,
     "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e34"
     "04ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6"
     "f406b7edee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a6916"
     "3fa8fd24cf5f83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca182"
     "17c32905e462e36ce3be39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497ce"
     "a956ae515d2261898fa051015728e5a8aacaa68ffffffffffffffff"},
};

struct dh_groups {
    struct {
        BIGNUM *prime;
        BIGNUM *largest; /* p - 2: the largest public value that keeps a secret */
        BN_MONT_CTX *montgomery;
    } groups[GROUPS];
    BN_CTX *scratch;
    BIGNUM *exponent;
    BIGNUM *base;
    BIGNUM *result;
};

static size_t index_of(unsigned number)
{
    size_t i = 0;
    while (i < GROUPS && descriptions[i].number != number)
        i++;
    return i;
}

size_t dh_prime_length(unsigned number)
{
    size_t i = index_of(number);
    return i < GROUPS ? descriptions[i].length : 0;
}

static bool prepare(struct dh_groups *dh, size_t i)
{
    dh->groups[i].largest = BN_new();
    dh->groups[i].montgomery = BN_MONT_CTX_new();
    return BN_hex2bn(&dh->groups[i].prime, descriptions[i].prime) > 0 && dh->groups[i].largest &&
           dh->groups[i].montgomery &&
           (size_t)BN_num_bytes(dh->groups[i].prime) == descriptions[i].length &&
           BN_copy(dh->groups[i].largest, dh->groups[i].prime) &&
           BN_sub_word(dh->groups[i].largest, 2) == 1 &&
           BN_MONT_CTX_set(dh->groups[i].montgomery, dh->groups[i].prime, dh->scratch) == 1;
}

struct dh_groups *dh_groups_create(void)
{
    struct dh_groups *dh = calloc(1, sizeof *dh);
    if (!dh)
        return NULL;
    dh->scratch = BN_CTX_new();
    dh->exponent = BN_new();
    dh->base = BN_new();
    dh->result = BN_new();
    bool prepared = dh->scratch && dh->exponent && dh->base && dh->result;
    for (size_t i = 0; prepared && i < GROUPS; i++)
        prepared = prepare(dh, i);
    if (!prepared) {
        dh_groups_destroy(dh);
        return NULL;
    }
    return dh;
}

void dh_groups_destroy(struct dh_groups *dh)
{
    if (!dh)
        return;
    for (size_t i = 0; i < GROUPS; i++) {
        BN_free(dh->groups[i].prime);
        BN_free(dh->groups[i].largest);
        BN_MONT_CTX_free(dh->groups[i].montgomery);
    }
    BN_clear_free(dh->exponent);
    BN_free(dh->base);
    BN_clear_free(dh->result);
    BN_CTX_free(dh->scratch);
    free(dh);
}

void dh_draw_private(struct entropy *entropy, uint8_t private_value[DH_PRIVATE_SIZE])
{
    entropy_fill(entropy, private_value, DH_PRIVATE_SIZE);
    private_value[0] |= 0x80;
}

/* What IKE hashes and sends has the length of the prime (RFC 2409 section 5). */
static enum status store(const struct dh_groups *dh, size_t group, uint8_t *octets)
{
    int length = (int)descriptions[group].length;
    return BN_bn2binpad(dh->result, octets, length) == length ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status dh_public_value(struct crypto *crypto, enum dh_group group,
                            const uint8_t *private_value, size_t private_length,
                            uint8_t *public_value)
{
    struct dh_groups *dh = crypto_dh_groups(crypto);
    size_t i = index_of(group);
    assert(i < GROUPS && private_length >= 1 && private_length <= DH_PRIME_MAX);
    if (!BN_bin2bn(private_value, (int)private_length, dh->exponent) ||
        BN_mod_exp_mont_word(dh->result, GENERATOR, dh->exponent, dh->groups[i].prime, dh->scratch,
                             dh->groups[i].montgomery) != 1)
        return STATUS_NO_MEMORY;
    return store(dh, i, public_value);
}

enum status dh_shared_secret(struct crypto *crypto, enum dh_group group,
                             const uint8_t *private_value, size_t private_length,
                             const uint8_t *peer, size_t peer_length, uint8_t *shared)
{
    struct dh_groups *dh = crypto_dh_groups(crypto);
    size_t i = index_of(group);
    assert(i < GROUPS && private_length >= 1 && private_length <= DH_PRIME_MAX);
    if (peer_length > descriptions[i].length)
        return STATUS_INVALID;
    if (!BN_bin2bn(private_value, (int)private_length, dh->exponent) ||
        !BN_bin2bn(peer, (int)peer_length, dh->base))
        return STATUS_NO_MEMORY;
    /* 0, 1 and p - 1 stay in subgroups of one or two elements (RFC 2631 section 2.1.5). */
    if (BN_is_zero(dh->base) || BN_is_one(dh->base) || BN_cmp(dh->base, dh->groups[i].largest) > 0)
        return STATUS_INVALID;
    if (BN_mod_exp_mont(dh->result, dh->base, dh->exponent, dh->groups[i].prime, dh->scratch,
                        dh->groups[i].montgomery) != 1)
        return STATUS_NO_MEMORY;
    return store(dh, i, shared);
}
