#include "cli/help.h"

#include <string.h>

static const char general[] =
    "vpnsim simulates VPN clients, servers and the networks between them, and checks what "
    "happens.\n"
    "\n"
    "usage: vpnsim run [-o DIR] [-s SEED] [-p NAME=VALUE]... [-c CASE] [-j N] [--realtime] "
    "[--junit FILE] "
    "[-q|-v] "
    "SCENARIO...\n"
    "       vpnsim check SCENARIO...\n"
    "       vpnsim list [DIR]\n"
    "       vpnsim certificates [-o DIR] [-s SEED] [-p NAME=VALUE]... [-c CASE] SCENARIO\n"
    "       vpnsim --help | --version\n"
    "\n"
    "  run     run scenarios, write their traces and judge their expectations\n"
    "  check   validate scenarios without running them\n"
    "  list    list the scenarios of a folder with their protocols and titles\n"
    "  certificates\n"
    "          write the certificates of a scenario and their keys, for a real peer\n"
    "\n"
    "\"vpnsim COMMAND --help\" tells more about a command.\n"
    "\n"
    "exit status: 0 all expectations hold, 1 one failed, 2 bad usage or an invalid scenario,\n"
    "3 a local failure (a full disk, a port in use), 130 or 143 after a signal.\n";

static const char run[] =
    "usage: vpnsim run [-o DIR] [-s SEED] [-p NAME=VALUE]... [-c CASE] [-j N] [--realtime] "
    "[--junit FILE] "
    "[-q|-v] "
    "SCENARIO...\n"
    "\n"
    "Runs scenarios and judges their expectations. A SCENARIO is a file, or a folder that stands "
    "for\n"
    "all scenarios in and below it. Below DIR each scenario gets a folder of its own name:\n"
    "  NAME/captures/POINT.pcap   the frames at each capture point, for Wireshark and tcpdump\n"
    "  NAME/events.jsonl          everything that happened, one JSON object a line\n"
    "  NAME/wireshark/            a profile with the secrets of TLS, IKE and ESP, where there are "
    "any\n"
    "A scenario with cases is run once for each; the folder is NAME/CASE.\n"
    "\n"
    "  -o DIR           write below DIR (default: out)\n"
    "  -s SEED          seed of everything random (default: 1); the same seed gives the same "
    "bytes\n"
    "  -p NAME=VALUE    set a parameter of the scenarios; may be repeated\n"
    "  -c CASE          run only the case of that name; scenarios without it are left out\n"
    "  -j N             run up to N scenarios at the same time (default: 1)\n"
    "  --realtime       keep pace with the clock, as a scenario with an attachment always does\n"
    "  --junit FILE     also write the verdicts as JUnit XML\n"
    "  -q               print the verdicts alone, and what failed\n"
    "  -v               print every event\n"
    "\n"
    "examples:\n"
    "  vpnsim run scenarios/pptp/pptp-remote-access-lan.xml\n"
    "  vpnsim run -s 7 -p access-loss=5% -o /tmp/lossy scenarios/pptp/pptp-bulk-transfer-loss.xml\n"
    "  vpnsim run -q -j 8 --junit results.xml scenarios\n";

static const char check[] =
    "usage: vpnsim check SCENARIO...\n"
    "\n"
    "Validates scenarios without running them: the schema, everything they include, and whether "
    "the\n"
    "nodes, links, events and filters that they name exist. Each mistake is one line: file, line, "
    "what is\n"
    "wrong and what was expected. A folder stands for all scenarios in and below it.\n"
    "\n"
    "example:\n"
    "  vpnsim check scenarios/pptp/pptp-remote-access-lan.xml\n";

static const char list[] =
    "usage: vpnsim list [DIR]\n"
    "\n"
    "Lists the scenarios in and below DIR (default: scenarios) with name, protocols and title.\n"
    "\n"
    "example:\n"
    "  vpnsim list scenarios/isp\n";

static const char certificates[] =
    "usage: vpnsim certificates [-o DIR] [-s SEED] [-p NAME=VALUE]... [-c CASE] SCENARIO\n"
    "\n"
    "Writes every certificate that the scenario makes for itself, as a run with the same seed and\n"
    "parameters has it, to DIR/NAME.pem and its private key to DIR/NAME-key.pem (default: out), so "
    "that\n"
    "a real machine that is attached can prove itself, and knows the simulated ones.\n"
    "\n"
    "example:\n"
    "  vpnsim certificates -o /tmp/keys scenarios/authentication/eap-tls-mppe.xml\n";

void cli_help(FILE *stream, const char *command)
{
    const char *text = general;
    if (command && strcmp(command, "run") == 0)
        text = run;
    else if (command && strcmp(command, "check") == 0)
        text = check;
    else if (command && strcmp(command, "list") == 0)
        text = list;
    else if (command && strcmp(command, "certificates") == 0)
        text = certificates;
    fputs(text, stream);
}
