#include "cli/cli.h"

#include "cli/help.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static int explain(const char *command)
{
    cli_help(stdout, command);
    return cli_flush(CLI_HOLDS);
}

int cli_main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*main)(int argc, char **argv);
    } commands[] = {{"run", cli_run},
                    {"check", cli_check},
                    {"list", cli_list},
                    {"certificates", cli_certificates},
                    {"reference", cli_reference}};

    if (argc < 2) {
        cli_error("no command is given; see \"vpnsim --help\"");
        return CLI_INVALID;
    }
    const char *word = argv[1];
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(word, commands[i].name) == 0)
            return commands[i].main(argc - 1, argv + 1);
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return explain(NULL);
    if (strcmp(word, "--version") == 0) {
        puts("vpnsim " VPNSIM_VERSION);
        return cli_flush(CLI_HOLDS);
    }
    cli_error("unknown %s \"%s\"; see \"vpnsim --help\"", word[0] == '-' ? "option" : "command",
              word);
    return CLI_INVALID;
}
