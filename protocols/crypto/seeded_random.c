/*
 * A provider of OpenSSL whose one algorithm is a random bit generator that reads the simulation's
 * streams: so keys, nonces and padding follow from the scenario's seed (provider-rand(7)).
 */
#include "crypto/crypto_private.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#define ALGORITHM "SEEDED"
/* A parameter of this generator alone: where it finds its stream. */
#define PARAMETER_SOURCE "source"

#define STRENGTH    256
#define MAX_REQUEST 65536

/** OpenSSL's generators form a tree: the contexts of a thread are children of a primary one. */
struct generator {
    struct entropy **source;
};

static void *generator_new(void *provider, void *parent, const OSSL_DISPATCH *parent_dispatch)
{
    struct generator *generator = calloc(1, sizeof *generator);
    (void)provider;
    (void)parent_dispatch;
    if (generator && parent)
        *generator = *(const struct generator *)parent;
    return generator;
}

static void generator_free(void *generator)
{
    free(generator);
}

static int instantiate(void *generator, unsigned strength, int prediction_resistance,
                       const unsigned char *personalization, size_t length,
                       const OSSL_PARAM parameters[])
{
    (void)generator, (void)strength, (void)prediction_resistance;
    (void)personalization, (void)length, (void)parameters;
    return 1;
}

static int uninstantiate(void *generator)
{
    (void)generator;
    return 1;
}

static int generate(void *context, unsigned char *octets, size_t length, unsigned strength,
                    int prediction_resistance, const unsigned char *addition,
                    size_t addition_length)
{
    const struct generator *generator = context;
    (void)strength, (void)prediction_resistance, (void)addition, (void)addition_length;
    if (!generator->source || !*generator->source)
        return 0;
    entropy_fill(*generator->source, octets, length);
    return 1;
}

/* A library context is not shared between threads. */
static int enable_locking(void *generator)
{
    (void)generator;
    return 1;
}

static int get_parameters(void *generator, OSSL_PARAM parameters[])
{
    (void)generator;
    OSSL_PARAM *state = OSSL_PARAM_locate(parameters, OSSL_RAND_PARAM_STATE);
    OSSL_PARAM *strength = OSSL_PARAM_locate(parameters, OSSL_RAND_PARAM_STRENGTH);
    OSSL_PARAM *request = OSSL_PARAM_locate(parameters, OSSL_RAND_PARAM_MAX_REQUEST);
    return (!state || OSSL_PARAM_set_int(state, EVP_RAND_STATE_READY)) &&
           (!strength || OSSL_PARAM_set_uint(strength, STRENGTH)) &&
           (!request || OSSL_PARAM_set_size_t(request, MAX_REQUEST));
}

static const OSSL_PARAM *gettable_parameters(void *generator, void *provider)
{
    static const OSSL_PARAM gettable[] = {
        OSSL_PARAM_int(OSSL_RAND_PARAM_STATE, NULL),
        OSSL_PARAM_uint(OSSL_RAND_PARAM_STRENGTH, NULL),
        OSSL_PARAM_size_t(OSSL_RAND_PARAM_MAX_REQUEST, NULL),
        OSSL_PARAM_END,
    };
    (void)generator;
    (void)provider;
    return gettable;
}

static int set_parameters(void *context, const OSSL_PARAM parameters[])
{
    struct generator *generator = context;
    const OSSL_PARAM *source = OSSL_PARAM_locate_const(parameters, PARAMETER_SOURCE);
    const void *pointer;
    if (!source)
        return 1;
    if (!OSSL_PARAM_get_octet_ptr(source, &pointer, NULL))
        return 0;
    generator->source = (struct entropy **)(uintptr_t)pointer;
    return 1;
}

static const OSSL_PARAM *settable_parameters(void *generator, void *provider)
{
    static const OSSL_PARAM settable[] = {
        OSSL_PARAM_octet_ptr(PARAMETER_SOURCE, NULL, 0),
        OSSL_PARAM_END,
    };
    (void)generator;
    (void)provider;
    return settable;
}

static const OSSL_DISPATCH generator_functions[] = {
    {OSSL_FUNC_RAND_NEWCTX, (void (*)(void))generator_new},
    {OSSL_FUNC_RAND_FREECTX, (void (*)(void))generator_free},
    {OSSL_FUNC_RAND_INSTANTIATE, (void (*)(void))instantiate},
    {OSSL_FUNC_RAND_UNINSTANTIATE, (void (*)(void))uninstantiate},
    {OSSL_FUNC_RAND_GENERATE, (void (*)(void))generate},
    {OSSL_FUNC_RAND_ENABLE_LOCKING, (void (*)(void))enable_locking},
    {OSSL_FUNC_RAND_GET_CTX_PARAMS, (void (*)(void))get_parameters},
    {OSSL_FUNC_RAND_GETTABLE_CTX_PARAMS, (void (*)(void))gettable_parameters},
    {OSSL_FUNC_RAND_SET_CTX_PARAMS, (void (*)(void))set_parameters},
    {OSSL_FUNC_RAND_SETTABLE_CTX_PARAMS, (void (*)(void))settable_parameters},
    {0, NULL},
};

static const OSSL_ALGORITHM *query(void *provider, int operation, int *no_store)
{
    static const OSSL_ALGORITHM algorithms[] = {
        {ALGORITHM, "provider=seeded", generator_functions, "the simulation's streams"},
        {NULL, NULL, NULL, NULL},
    };
    (void)provider;
    *no_store = 0;
    return operation == OSSL_OP_RAND ? algorithms : NULL;
}

static int initialise(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *core,
                      const OSSL_DISPATCH **functions, void **provider)
{
    static const OSSL_DISPATCH provider_functions[] = {
        {OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query},
        {0, NULL},
    };
    (void)core;
    *functions = provider_functions;
    *provider = (void *)(uintptr_t)handle;
    return 1;
}

/** The primary generator gets the source; those of the thread are made from it afterwards. */
static bool connect_source(OSSL_LIB_CTX *library, struct entropy **source)
{
    EVP_RAND_CTX *primary = RAND_get0_primary(library);
    void *pointer = source;
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_ptr(PARAMETER_SOURCE, &pointer, sizeof *source),
        OSSL_PARAM_construct_end(),
    };
    return primary && EVP_RAND_CTX_set_params(primary, parameters) == 1;
}

OSSL_PROVIDER *seeded_random_load(OSSL_LIB_CTX *library, struct entropy **source)
{
    if (OSSL_PROVIDER_add_builtin(library, "seeded", initialise) != 1)
        return NULL;
    OSSL_PROVIDER *provider = OSSL_PROVIDER_load(library, "seeded");
    if (!provider)
        return NULL;
    if (RAND_set_DRBG_type(library, ALGORITHM, NULL, NULL, NULL) == 1 &&
        RAND_set_seed_source_type(library, ALGORITHM, NULL) == 1 && connect_source(library, source))
        return provider;
    OSSL_PROVIDER_unload(provider);
    return NULL;
}
