#include "cli/execution.h"

#include "capture/events_log.h"
#include "capture/packet_counter.h"
#include "capture/pcap_writer.h"
#include "capture/wireshark_profile.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "core/simulation.h"
#include "crypto/crypto.h"
#include "expect/expectation.h"
#include "run/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A run is done in so many pieces of virtual time, or more when they would be longer than a second;
 * between them the progress is shown, and a disk that is full ends it. */
#define SLICES 200

/* How often it is asked whether all expectations hold. */
#define LOOK_INTERVAL (INSTANT_SECOND / 10)

/* A run in progress; what is not there yet is NULL. */
struct execution {
    const struct cli_execution_config *config;
    const struct scenario *scenario;
    struct cli_execution_result *result;
    struct crypto *crypto;
    struct run *run;
    struct pcap_writer **writers;    /* one a capture point */
    struct packet_counter *counters; /* one an expectation; those without a filter count nothing */
    struct events_log *log;
    struct wireshark_profile *profile; /* NULL: the scenario has no secrets */
    struct trace_subscriber subscribers[4];
};

static enum cli_exit fail(struct execution *execution, enum cli_exit exit, const char *error)
{
    struct cli_execution_result *result = execution->result;
    if (result->error[0] == '\0')
        snprintf(result->error, sizeof result->error, "%s", error);
    return exit;
}

static enum cli_exit out_of_memory(struct execution *execution)
{
    return fail(execution, CLI_LOCAL, status_text(STATUS_NO_MEMORY));
}

static enum cli_exit build(struct execution *execution)
{
    const struct scenario *scenario = execution->scenario;
    const char *what = NULL;
    enum status status = STATUS_OK;
    execution->crypto = crypto_create(&status, &what);
    if (!execution->crypto)
        return fail(execution, CLI_LOCAL, what ? what : status_text(status));
    char error[512] = "";
    status = run_build(scenario, execution->config->seed, execution->crypto, &execution->run, error,
                       sizeof error);
    if (status != STATUS_OK)
        return fail(execution, status == STATUS_INVALID ? CLI_INVALID : CLI_LOCAL, error);
    execution->writers = calloc(scenario->capture_count + 1, sizeof(struct pcap_writer *));
    execution->counters = calloc(scenario->expectation_count + 1, sizeof(struct packet_counter));
    execution->result->frames = calloc(scenario->capture_count + 1, sizeof(uint64_t));
    if (!execution->writers || !execution->counters || !execution->result->frames)
        return out_of_memory(execution);
    return CLI_HOLDS;
}

/* The files behind the captures. */
static size_t log_index(const struct execution *execution)
{
    return execution->scenario->capture_count;
}

/* Whether a file of the profile for Wireshark is written; they are behind the event log. */
static bool wants(const struct execution *execution, enum wireshark_file file)
{
    return file == WIRESHARK_TLS_KEYS ? scenario_uses_tls(execution->scenario)
                                      : scenario_uses_ipsec(execution->scenario);
}

static enum cli_exit announce_files(struct execution *execution)
{
    const struct cli_execution_config *config = execution->config;
    struct cli_execution_result *result = execution->result;
    struct cli_output *output = &result->output;
    enum status status =
        cli_output_open(output, config->base, config->name, result->error, sizeof result->error);
    for (size_t i = 0; status == STATUS_OK && i < execution->scenario->capture_count; i++) {
        char *name = cli_output_capture_name(output, execution->scenario->captures[i].point);
        status = name ? cli_output_add(output, name) : STATUS_NO_MEMORY;
        free(name);
    }
    if (status == STATUS_OK)
        status = cli_output_add(output, "events.jsonl");
    for (enum wireshark_file file = 0; status == STATUS_OK && file < WIRESHARK_FILES; file++)
        if (wants(execution, file))
            status = cli_output_add(output, wireshark_file_name(file));
    if (status == STATUS_OK)
        status = cli_output_list(output, result->error, sizeof result->error);
    return status == STATUS_OK ? CLI_HOLDS : fail(execution, CLI_LOCAL, status_text(status));
}

static enum cli_exit open_capture(struct execution *execution, size_t index)
{
    const struct scenario_capture *capture = &execution->scenario->captures[index];
    struct cli_execution_result *result = execution->result;
    char *path = cli_output_path(&result->output, index);
    if (!path)
        return out_of_memory(execution);
    enum status status = pcap_writer_open(path, run_link_type(execution->run, capture),
                                          execution->scenario->start_ns, &execution->writers[index],
                                          result->error, sizeof result->error);
    free(path);
    if (status == STATUS_OK)
        status = cli_output_opened(&result->output, index);
    if (status != STATUS_OK)
        return fail(execution, CLI_LOCAL, status_text(status));
    run_add_tap(execution->run, capture, pcap_writer_tap(execution->writers[index]));
    return CLI_HOLDS;
}

static enum cli_exit open_log(struct execution *execution)
{
    struct cli_execution_result *result = execution->result;
    char *path = cli_output_path(&result->output, log_index(execution));
    if (!path)
        return out_of_memory(execution);
    enum status status =
        events_log_open(path, &execution->log, result->error, sizeof result->error);
    free(path);
    if (status == STATUS_OK)
        status = cli_output_opened(&result->output, log_index(execution));
    return status == STATUS_OK ? CLI_HOLDS : fail(execution, CLI_LOCAL, status_text(status));
}

static enum cli_exit open_profile_file(struct execution *execution, enum wireshark_file file,
                                       size_t index)
{
    struct cli_execution_result *result = execution->result;
    char *path = cli_output_path(&result->output, index);
    if (!path)
        return out_of_memory(execution);
    enum status status =
        wireshark_profile_open(execution->profile, file, path, result->error, sizeof result->error);
    free(path);
    if (status == STATUS_OK)
        status = cli_output_opened(&result->output, index);
    return status == STATUS_OK ? CLI_HOLDS : fail(execution, CLI_LOCAL, status_text(status));
}

static enum cli_exit open_profile(struct execution *execution)
{
    enum cli_exit exit = CLI_HOLDS;
    size_t index = log_index(execution);
    execution->profile = wireshark_profile_create();
    if (!execution->profile)
        return out_of_memory(execution);
    for (enum wireshark_file file = 0; exit == CLI_HOLDS && file < WIRESHARK_FILES; file++)
        if (wants(execution, file))
            exit = open_profile_file(execution, file, ++index);
    const struct secret_sink sink = {wireshark_profile_receive, execution->profile};
    simulation_log_secrets(run_simulation(execution->run), &sink);
    return exit;
}

static enum cli_exit open_files(struct execution *execution)
{
    enum cli_exit exit = announce_files(execution);
    for (size_t i = 0; exit == CLI_HOLDS && i < execution->scenario->capture_count; i++)
        exit = open_capture(execution, i);
    if (exit == CLI_HOLDS)
        exit = open_log(execution);
    return exit == CLI_HOLDS ? open_profile(execution) : exit;
}

static const struct scenario_capture *find_capture(const struct scenario *scenario,
                                                   const char *point)
{
    for (size_t i = 0; i < scenario->capture_count; i++)
        if (strcmp(scenario->captures[i].point, point) == 0)
            return &scenario->captures[i];
    return NULL;
}

/* Counts the frames that the expectation at @p index asks for, if it does. */
static enum cli_exit count_packets(struct execution *execution, size_t index)
{
    const struct expectation *expectation = &execution->scenario->expectations[index];
    if (expectation->kind != EXPECT_PACKETS)
        return CLI_HOLDS;
    const struct scenario_capture *capture =
        find_capture(execution->scenario, expectation->packets.point);
    if (!capture)
        return CLI_HOLDS; /* its verdict says so */
    struct capture_filter *filter;
    char error[256];
    enum status status =
        capture_filter_compile(expectation->packets.filter, run_link_type(execution->run, capture),
                               &filter, error, sizeof error);
    if (status != STATUS_OK) {
        char message[512];
        snprintf(message, sizeof message, "%s:%u: filter: %s",
                 expectation->file ? expectation->file : "?", expectation->line, error);
        return fail(execution, status == STATUS_INVALID ? CLI_INVALID : CLI_LOCAL, message);
    }
    struct packet_counter *counter = &execution->counters[index];
    packet_counter_init(counter, filter, expectation->packets.window.after,
                        expectation->packets.window.before);
    run_add_tap(execution->run, capture, &counter->tap);
    return CLI_HOLDS;
}

static void count_event(void *context, const struct trace_event *event)
{
    (void)event;
    struct cli_execution_result *result = context;
    result->events++;
}

static void subscribe(struct execution *execution, size_t place,
                      void (*receive)(void *context, const struct trace_event *event),
                      void *context)
{
    if (!context)
        return;
    execution->subscribers[place] =
        (struct trace_subscriber){.receive = receive, .context = context};
    simulation_subscribe(run_simulation(execution->run), &execution->subscribers[place]);
}

static enum cli_exit observe(struct execution *execution)
{
    subscribe(execution, 0, count_event, execution->result);
    subscribe(execution, 1, events_log_receive, execution->log);
    subscribe(execution, 2, cli_narration_receive, execution->config->narration);
    subscribe(execution, 3, evaluation_receive, execution->config->evaluation);
    enum cli_exit exit = CLI_HOLDS;
    if (execution->config->evaluation)
        for (size_t i = 0; exit == CLI_HOLDS && i < execution->scenario->expectation_count; i++)
            exit = count_packets(execution, i);
    return exit;
}

static bool write_failed(const struct execution *execution)
{
    if (events_log_failed(execution->log) || wireshark_profile_failed(execution->profile))
        return true;
    for (size_t i = 0; i < execution->scenario->capture_count; i++)
        if (pcap_writer_failed(execution->writers[i]))
            return true;
    return false;
}

static void clear_progress(void *progress)
{
    cli_progress_end(progress);
}

/* On a terminal the lines that are told and the progress take turns. */
static void begin_progress(struct execution *execution, struct cli_progress *progress)
{
    const struct cli_execution_config *config = execution->config;
    if (!config->progress)
        return;
    cli_progress_start(progress, config->scenario->name, config->scenario->duration);
    if (config->narration)
        cli_narration_before(config->narration, clear_progress, progress);
}

static void end_progress(struct execution *execution, struct cli_progress *progress)
{
    cli_progress_end(progress);
    if (execution->config->narration)
        cli_narration_before(execution->config->narration, NULL, NULL);
}

static bool give_packets(void *context, size_t index, struct packet_evidence *evidence)
{
    const struct execution *execution = context;
    const struct packet_counter *counter = &execution->counters[index];
    if (!counter->filter)
        return false;
    *evidence = (struct packet_evidence){
        .matched = counter->matched,
        .outside = counter->outside,
        .seen = counter->seen,
        .first = counter->first,
        .last = counter->last,
    };
    return true;
}

static bool give_state(void *context, const char *node, const char *name, char *text, size_t size)
{
    const struct execution *execution = context;
    return run_state(execution->run, node, name, text, size);
}

static struct evaluation_sources sources(struct execution *execution)
{
    return (struct evaluation_sources){execution, give_packets, give_state};
}

/* Whether the scenario wants to end now, as nothing is left to wait for. */
static bool ends_early(struct execution *execution)
{
    struct evaluation *evaluation = execution->config->evaluation;
    if (!execution->scenario->ends_when_all_holds || !evaluation)
        return false;
    const struct evaluation_sources from = sources(execution);
    return evaluation_holds_so_far(evaluation, &from);
}

static bool interrupted(void)
{
    return cli_interrupt_signal() != 0;
}

/* Runs it slice by slice to its end. */
static enum status run_slices(struct execution *execution, struct cli_progress *progress)
{
    struct simulation *simulation = run_simulation(execution->run);
    instant duration = execution->scenario->duration;
    instant slice = instant_earlier(duration / SLICES + 1, INSTANT_SECOND);
    if (execution->scenario->ends_when_all_holds)
        slice = instant_earlier(slice, LOOK_INTERVAL);
    enum status status = STATUS_OK;
    instant until = 0;
    while (status == STATUS_OK && until < duration && !interrupted() && !write_failed(execution) &&
           !(until > 0 && ends_early(execution))) {
        until = instant_earlier(duration, instant_after(until, slice));
        status = run_simulate(execution->run, until, interrupted);
        cli_progress_show(progress, simulation->now, simulation->events_run);
    }
    return status;
}

static enum cli_exit simulate(struct execution *execution)
{
    struct simulation *simulation = run_simulation(execution->run);
    struct cli_execution_result *result = execution->result;
    struct cli_progress progress = {0};
    begin_progress(execution, &progress);
    run_start(execution->run);
    if (execution->config->real_time || scenario_is_attached(execution->scenario))
        run_pace(execution->run);
    cli_interrupt_watch(simulation);
    enum status status = run_slices(execution, &progress);
    cli_interrupt_watch(NULL);
    end_progress(execution, &progress);
    result->ended_at = simulation->now;
    result->signal = cli_interrupt_signal();
    if (status == STATUS_IO) {
        run_loss(execution->run, result->loss, sizeof result->loss);
        return CLI_HOLDS;
    }
    return status == STATUS_OK ? CLI_HOLDS : fail(execution, CLI_LOCAL, status_text(status));
}

static enum cli_exit judge(struct execution *execution)
{
    struct cli_execution_result *result = execution->result;
    if (!execution->config->evaluation || result->signal != 0 || result->loss[0] != '\0')
        return CLI_HOLDS;
    const struct evaluation_sources from = sources(execution);
    enum status status = evaluation_finish(execution->config->evaluation, &from);
    return status == STATUS_OK ? CLI_HOLDS : fail(execution, CLI_LOCAL, status_text(status));
}

/* Closes every file even when one fails; the first failure is the one to report. */
static enum cli_exit close_files(struct execution *execution)
{
    enum cli_exit exit = CLI_HOLDS;
    char error[512];
    for (size_t i = 0; execution->writers && i < execution->scenario->capture_count; i++) {
        if (!execution->writers[i])
            continue;
        execution->result->frames[i] = pcap_writer_count(execution->writers[i]);
        if (pcap_writer_close(execution->writers[i], error, sizeof error) != STATUS_OK)
            exit = fail(execution, CLI_LOCAL, error);
    }
    if (execution->profile)
        execution->result->secrets = wireshark_profile_count(execution->profile);
    if (wireshark_profile_close(execution->profile, error, sizeof error) != STATUS_OK)
        exit = fail(execution, CLI_LOCAL, error);
    if (execution->log && events_log_close(execution->log, error, sizeof error) != STATUS_OK)
        exit = fail(execution, CLI_LOCAL, error);
    return exit;
}

static void release(struct execution *execution)
{
    for (size_t i = 0; execution->counters && i < execution->scenario->expectation_count; i++)
        packet_counter_destroy(&execution->counters[i]);
    free(execution->counters);
    free(execution->writers);
    crypto_destroy(execution->crypto);
}

enum cli_exit cli_execution_run(const struct cli_execution_config *config,
                                struct cli_execution_result *result)
{
    *result = (struct cli_execution_result){0};
    struct execution execution = {.config = config, .scenario = config->scenario, .result = result};
    enum cli_exit exit = build(&execution);
    if (exit == CLI_HOLDS)
        exit = open_files(&execution);
    if (exit == CLI_HOLDS)
        exit = observe(&execution);
    if (exit == CLI_HOLDS)
        exit = simulate(&execution);
    if (exit == CLI_HOLDS)
        exit = judge(&execution);
    /* The taps and subscribers have to outlive the run. */
    run_destroy(execution.run);
    enum cli_exit closed = close_files(&execution);
    if (exit == CLI_HOLDS)
        exit = closed;
    release(&execution);
    if (exit != CLI_HOLDS)
        cli_execution_close(result, false);
    return exit;
}

void cli_execution_close(struct cli_execution_result *result, bool keep)
{
    if (keep)
        cli_output_close(&result->output);
    else
        cli_output_discard(&result->output);
    free(result->frames);
    result->frames = NULL;
}
