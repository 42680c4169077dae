#ifndef VPNSIM_CLI_HELP_H
#define VPNSIM_CLI_HELP_H

#include <stdio.h>

/** The help text of @p command ("run", "check", "list"; NULL: of the program). */
void cli_help(FILE *stream, const char *command);

#endif
