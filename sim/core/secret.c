#include "core/secret.h"

#include "core/simulation.h"

/** One that was told before there was anybody to write it down. */
struct early_secret {
    struct secret secret;
    struct early_secret *next;
};

static void keep(struct simulation *simulation, const struct secret *secret)
{
    struct early_secret *early = simulation_allocate(simulation, sizeof *early);
    char *tls = secret->tls ? simulation_copy_text(simulation, secret->tls) : NULL;
    if (!early || (secret->tls && !tls)) {
        simulation->failure = STATUS_NO_MEMORY;
        return;
    }
    *early = (struct early_secret){.secret = *secret};
    early->secret.tls = tls;
    struct early_secret **end = &simulation->early_secrets;
    while (*end)
        end = &(*end)->next;
    *end = early;
}

void simulation_tell_secret(struct simulation *simulation, const struct secret *secret)
{
    if (simulation->secrets.receive)
        simulation->secrets.receive(simulation->secrets.context, secret);
    else if (simulation->events_run == 0)
        keep(simulation, secret);
}

void simulation_log_secrets(struct simulation *simulation, const struct secret_sink *sink)
{
    simulation->secrets = *sink;
    for (const struct early_secret *early = simulation->early_secrets; early; early = early->next)
        sink->receive(sink->context, &early->secret);
    simulation->early_secrets = NULL;
}
