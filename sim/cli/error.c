#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void cli_error(const char *format, ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    /* One message is one line, whatever a path or an option holds. */
    for (char *at = message; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = '?';
    fprintf(stderr, "vpnsim: %s\n", message);
}

int cli_flush(int status)
{
    bool complete = fflush(stdout) == 0 && !ferror(stdout);
    if (complete || status > 128)
        return status;
    cli_error("standard output: %s", strerror(errno));
    return CLI_LOCAL;
}
