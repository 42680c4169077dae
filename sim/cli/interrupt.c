#include "cli/interrupt.h"

#include "core/simulation.h"

#include <signal.h>
#include <stddef.h>

/* A signal handler gets no context, so this is the one place of the program that keeps something
 * outside of a struct. */
static volatile sig_atomic_t signal_number;
static struct simulation *volatile watched;

static void stop(int number)
{
    signal_number = number;
    if (watched)
        simulation_stop(watched);
}

void cli_interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = stop, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    /* Whoever read the summary has gone; the files are completed all the same. */
    sigaction(SIGPIPE, &action, NULL);
    /* A file that may not grow (ulimit -f) is told by write() like a full disk. */
    signal(SIGXFSZ, SIG_IGN);
}

void cli_interrupt_watch(struct simulation *simulation)
{
    watched = simulation;
}

int cli_interrupt_signal(void)
{
    return signal_number;
}
