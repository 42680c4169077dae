/* Certificates that the run makes for itself, as far as somebody uses them. */
#include "run/build_internal.h"

#include "crypto/certificate.h"

#include <stdio.h>

static enum certificate_usage usage_of(const struct scenario_certificate *wanted)
{
    switch (wanted->usage) {
    case SCENARIO_CERTIFICATE_SERVER:
        return CERTIFICATE_SERVER;
    case SCENARIO_CERTIFICATE_CLIENT:
        return CERTIFICATE_CLIENT;
    case SCENARIO_CERTIFICATE_GENERAL:
        return CERTIFICATE_GENERAL;
    case SCENARIO_CERTIFICATE_IPSEC:
        return CERTIFICATE_IPSEC;
    case SCENARIO_CERTIFICATE_AUTHORITY:
        break;
    }
    return CERTIFICATE_AUTHORITY;
}

static struct certificate **place_of(struct run *run, const struct scenario_certificate *wanted)
{
    return &run->certificates[wanted - run->scenario->certificates];
}

static enum status issue(struct run *run, const struct scenario_certificate *wanted)
{
    char stream[96];
    enum status status;
    /* By name, so that no other certificate changes the key of this one. */
    snprintf(stream, sizeof stream, "certificate %s", wanted->name);
    struct entropy entropy = simulation_entropy(&run->simulation, stream);
    const struct certificate_request request = {
        .usage = usage_of(wanted),
        .subject = wanted->subject,
        .not_before = (int64_t)wanted->not_before,
        .not_after = (int64_t)wanted->not_after,
        .key_bits = wanted->key_bits,
        .alternative_names = wanted->alternative_names,
    };
    *place_of(run, wanted) =
        certificate_issue(run->simulation.crypto, &entropy, &request,
                          wanted->issuer ? *place_of(run, wanted->issuer) : NULL, &status);
    if (status == STATUS_CRYPTO)
        return build_error(run, wanted->at, "OpenSSL cannot make the certificate \"%s\"",
                           wanted->name);
    return status;
}

enum status build_certificate(struct run *run, const struct scenario_certificate *wanted,
                              const struct certificate **built)
{
    const struct scenario_certificate *chain[CERTIFICATE_CHAIN_MAX];
    enum status status = STATUS_OK;
    size_t length = 0;
    for (const struct scenario_certificate *c = wanted; c && length < CERTIFICATE_CHAIN_MAX;
         c = c->issuer)
        chain[length++] = c;
    while (length-- > 0 && status == STATUS_OK)
        if (!*place_of(run, chain[length]))
            status = issue(run, chain[length]);
    *built = *place_of(run, wanted);
    return status;
}

static enum tls_version version_of(enum scenario_tls_version wanted, enum tls_version unset)
{
    switch (wanted) {
    case SCENARIO_TLS_UNSET:
        break;
    case SCENARIO_TLS_1_0:
        return TLS_1_0;
    case SCENARIO_TLS_1_1:
        return TLS_1_1;
    case SCENARIO_TLS_1_2:
        return TLS_1_2;
    }
    return unset;
}

static void log_key(void *context, const char *line)
{
    struct run *run = context;
    simulation_tell_secret(&run->simulation, &(struct secret){.kind = SECRET_TLS, .tls = line});
}

static enum status obtain_all(struct run *run, const struct scenario_eap_tls *wanted,
                              struct eap_tls_config *config, const struct certificate **trusted)
{
    enum status status = STATUS_OK;
    if (wanted->certificate)
        status = build_certificate(run, wanted->certificate, &config->own);
    for (size_t i = 0; i < wanted->trusted_count && status == STATUS_OK; i++)
        status = build_certificate(run, wanted->trusted[i], &trusted[i]);
    config->trusted = trusted;
    config->trusted_count = wanted->trusted_count;
    return status;
}

enum status build_eap_tls(struct run *run, const struct node_profile *profile, bool caller,
                          const struct scenario_eap_tls *wanted,
                          const struct eap_tls_config **built)
{
    struct eap_tls_config *config = simulation_allocate(&run->simulation, sizeof *config);
    const struct certificate **trusted =
        simulation_allocate(&run->simulation, wanted->trusted_count * sizeof(struct certificate *));
    if (!config || !trusted)
        return STATUS_NO_MEMORY;
    *config = (struct eap_tls_config){
        .minimum = version_of(wanted->minimum, TLS_1_0),
        .maximum = version_of(wanted->maximum, profile->windows ? TLS_1_0 : TLS_1_2),
        .fragment = wanted->fragment,
        .start = (int64_t)(run->scenario->start_ns / INSTANT_SECOND),
        /* Both ends have the same secrets; the caller knows them first, unless it is a real one. */
        .key_log = caller || scenario_is_attached(run->scenario) ? log_key : NULL,
        .key_log_context = run,
    };
    if (config->minimum > config->maximum)
        config->maximum = config->minimum;
    *built = config;
    return obtain_all(run, wanted, config, trusted);
}

enum status build_certificates(struct run *run)
{
    size_t size = run->scenario->certificate_count * sizeof(struct certificate *);
    run->certificates = simulation_allocate(&run->simulation, size);
    return run->certificates ? STATUS_OK : STATUS_NO_MEMORY;
}

void destroy_certificates(struct run *run)
{
    /* What is issued stands behind its issuer. */
    for (size_t i = run->scenario->certificate_count; run->certificates && i > 0; i--)
        certificate_destroy(run->certificates[i - 1]);
}

static enum status hand_out(struct run *run, run_certificate *take, void *context)
{
    enum status status = build_certificates(run);
    for (size_t i = 0; i < run->scenario->certificate_count && status == STATUS_OK; i++) {
        const struct scenario_certificate *wanted = &run->scenario->certificates[i];
        const struct certificate *certificate;
        status = build_certificate(run, wanted, &certificate);
        if (status == STATUS_OK)
            take(context, wanted->name, certificate);
    }
    if (run->certificates)
        destroy_certificates(run);
    return status;
}

enum status run_certificates(const struct scenario *scenario, uint64_t seed, struct crypto *crypto,
                             run_certificate *take, void *context, char *error, size_t error_size)
{
    struct run run = {.scenario = scenario, .error = error, .error_size = error_size};
    enum status status = simulation_init(&run.simulation, seed);
    snprintf(error, error_size, "%s", status_text(STATUS_NO_MEMORY));
    if (status != STATUS_OK)
        return status;
    run.simulation.crypto = crypto;
    status = hand_out(&run, take, context);
    simulation_destroy(&run.simulation);
    return status;
}
