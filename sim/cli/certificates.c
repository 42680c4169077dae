/* The certificates of a scenario as files, for real machines that are attached. */
#include "cli/cli.h"
#include "cli/help.h"
#include "cli/options.h"
#include "crypto/certificate.h"
#include "crypto/crypto.h"
#include "run/build.h"
#include "scenario/scenario_xml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Where they go, and whether all have got there. */
struct destination {
    const char *folder;
    int status;
};

/* Takes the text over, NULL too. */
static void write_file(struct destination *destination, const char *name, const char *suffix,
                       char *text, mode_t mode)
{
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s%s.pem", destination->folder, name, suffix);
    errno = length < 0 || (size_t)length >= sizeof path ? ENAMETOOLONG : ENOMEM;
    mode_t before = umask(0777 & ~mode);
    FILE *file = text && errno == ENOMEM ? fopen(path, "w") : NULL;
    umask(before);
    bool written = file && fputs(text, file) >= 0;
    if (file && fclose(file) != 0)
        written = false;
    free(text);
    if (written) {
        puts(path);
        return;
    }
    cli_error("%s: %s", path, strerror(errno));
    destination->status = CLI_LOCAL;
}

static void take(void *context, const char *name, const struct certificate *certificate)
{
    write_file(context, name, "", certificate_pem(certificate, false), 0644);
    write_file(context, name, "-key", certificate_pem(certificate, true), 0600);
}

static int write_all(const struct cli_run_options *options, const struct scenario *scenario)
{
    struct destination destination = {.folder = options->output_folder, .status = CLI_HOLDS};
    if (mkdir(destination.folder, 0777) != 0 && errno != EEXIST) {
        cli_error("%s: %s", destination.folder, strerror(errno));
        return CLI_LOCAL;
    }
    enum status status = STATUS_OK;
    const char *what = NULL;
    struct crypto *crypto = crypto_create(&status, &what);
    if (!crypto) {
        cli_error("%s", what ? what : status_text(status));
        return CLI_LOCAL;
    }
    char error[512];
    status =
        run_certificates(scenario, options->seed, crypto, take, &destination, error, sizeof error);
    crypto_destroy(crypto);
    if (status != STATUS_OK) {
        cli_error("%s", error);
        return status == STATUS_INVALID ? CLI_INVALID : CLI_LOCAL;
    }
    return destination.status;
}

static int load_and_write(const struct cli_run_options *options)
{
    const struct scenario_load_options load = {
        .overrides = options->overrides,
        .override_count = options->override_count,
        .case_name = options->case_name,
        .vocabulary = run_vocabulary(),
    };
    struct scenario *scenario = NULL;
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics);
    enum status status = scenario_load(options->paths[0], &load, &scenario, &diagnostics);
    diagnostics_print(&diagnostics, stderr);
    diagnostics_destroy(&diagnostics);
    if (status != STATUS_OK)
        return status == STATUS_NO_MEMORY ? CLI_LOCAL : CLI_INVALID;
    int result = write_all(options, scenario);
    scenario_free(scenario);
    return result;
}

int cli_certificates(int argc, char **argv)
{
    struct cli_run_options options;
    char error[256];
    if (!cli_run_options_parse(&options, argc, argv, error, sizeof error)) {
        cli_error("certificates: %s; see \"vpnsim certificates --help\"", error);
        return CLI_INVALID;
    }
    int status = CLI_HOLDS;
    if (options.help) {
        cli_help(stdout, "certificates");
    } else if (options.path_count > 1) {
        cli_error("certificates: one scenario at a time; see \"vpnsim certificates --help\"");
        status = CLI_INVALID;
    } else {
        status = load_and_write(&options);
    }
    cli_run_options_clear(&options);
    return cli_flush(status);
}
