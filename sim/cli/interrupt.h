#ifndef VPNSIM_CLI_INTERRUPT_H
#define VPNSIM_CLI_INTERRUPT_H

struct simulation;

/**
 * Makes SIGINT, SIGTERM and SIGPIPE stop the simulation of cli_interrupt_watch() after its running
 * event, and no longer end the process at once; a limit on the size of files no longer does either.
 */
void cli_interrupt_catch(void);

/** The simulation to stop; NULL: none. A signal that came before stops it at once. */
void cli_interrupt_watch(struct simulation *simulation);

/** The number of the signal that came; 0: none. */
int cli_interrupt_signal(void);

#endif
