#include "host/tcp_script.h"

#include "core/timer.h"
#include "host/host_stack_tcp.h"

#include <stdbool.h>

struct tcp_script_run;

struct tcp_script {
    struct event event; /* first: the clock's event is the next connection */
    struct host *host;
    struct tcp_script_config config;
    struct stack_tcp_handler accept;
    uint32_t started;            /* connections */
    struct tcp_script_run *idle; /* runs to use again */
    struct tcp_script *next;     /* of the host's listening ones */
};

/* One connection and how far its script has come. */
struct tcp_script_run {
    struct tcp_script *script;
    struct stack_tcp_handler handler;
    struct tcp_connection *tcp; /* NULL: not in use */
    struct timer timer;
    size_t step;
    size_t sent;       /* octets of the current step */
    uint64_t received; /* octets not yet accounted to an AWAIT */
    bool connected;
    bool running; /* the steps are being done */
    bool waiting; /* the timer ends the current step */
    struct tcp_script_run *next;
};

static struct host_stack *run_stack(const struct tcp_script_run *run)
{
    return &run->script->host->stack;
}

static instant run_now(const struct tcp_script_run *run)
{
    return run->script->host->node.simulation->now;
}

static void end(struct tcp_script_run *run, const char *reason)
{
    TRACE(&run->script->host->node.trace, run_now(run), "tcp-script.ended",
          trace_text("name", run->script->config.name), trace_text("reason", reason));
    timer_set(run->script->host->node.simulation, &run->timer, INSTANT_NEVER);
    struct tcp_connection *tcp = run->tcp;
    run->tcp = NULL;
    host_stack_tcp_release(run_stack(run), tcp);
    run->next = run->script->idle;
    run->script->idle = run;
}

/* Does one step; false: it is not done yet, or there is no connection any more. */
static bool do_step(struct tcp_script_run *run, const struct tcp_script_step *step)
{
    switch (step->kind) {
    case TCP_SCRIPT_SEND:
        run->sent += host_stack_tcp_send(run_stack(run), run->tcp, step->octets + run->sent,
                                         step->length - run->sent);
        return run->sent == step->length;
    case TCP_SCRIPT_AWAIT:
        if (run->received < step->awaited)
            return false;
        run->received -= step->awaited;
        return true;
    case TCP_SCRIPT_WAIT:
        if (!run->waiting)
            timer_set(run->script->host->node.simulation, &run->timer,
                      instant_after(run_now(run), step->pause));
        run->waiting = true;
        return false;
    case TCP_SCRIPT_CLOSE:
        host_stack_tcp_close(run_stack(run), run->tcp);
        return true;
    case TCP_SCRIPT_RESET:
        host_stack_tcp_abort(run_stack(run), run->tcp);
        end(run, "reset-here");
        return false;
    }
    return false;
}

static void go_on(struct tcp_script_run *run)
{
    const struct tcp_script_config *config = &run->script->config;
    if (run->running)
        return; /* an event from within a step: whoever does it goes on */
    run->running = true;
    while (run->tcp && run->connected && run->step < config->step_count &&
           do_step(run, &config->steps[run->step])) {
        run->step++;
        run->sent = 0;
    }
    run->running = false;
}

static void wait_over(void *context, instant now)
{
    (void)now;
    struct tcp_script_run *run = context;
    run->waiting = false;
    run->step++;
    go_on(run);
}

static void connected(struct tcp_script_run *run)
{
    run->connected = true;
    TRACE(&run->script->host->node.trace, run_now(run), "tcp-script.connected",
          trace_text("name", run->script->config.name),
          trace_address("remote", tcp_remote_address(run->tcp)),
          trace_number("local-port", tcp_local_port(run->tcp)),
          trace_number("remote-port", tcp_remote_port(run->tcp)));
    go_on(run);
}

static void read_more(struct tcp_script_run *run)
{
    size_t length = tcp_receive_available(run->tcp);
    if (length == 0)
        return;
    TRACE(&run->script->host->node.trace, run_now(run), "tcp-script.received",
          trace_text("name", run->script->config.name), trace_number("octets", length));
    run->received += length;
    host_stack_tcp_consume(run_stack(run), run->tcp, length);
    go_on(run);
}

static void tcp_happened(void *context, struct tcp_connection *connection, enum tcp_event event)
{
    struct tcp_script_run *run = context;
    if (run->tcp != connection)
        return;
    switch (event) {
    case TCP_EVENT_CONNECTED:
        connected(run);
        return;
    case TCP_EVENT_READABLE:
        read_more(run);
        return;
    case TCP_EVENT_WRITABLE:
        go_on(run);
        return;
    case TCP_EVENT_PEER_CLOSED:
        read_more(run);
        if (run->tcp)
            end(run, tcp_event_name(event));
        return;
    case TCP_EVENT_ACCEPTED:
        return;
    case TCP_EVENT_CLOSED:
    case TCP_EVENT_RESET:
    case TCP_EVENT_REFUSED:
    case TCP_EVENT_TIMED_OUT:
    case TCP_EVENT_UNREACHABLE:
        end(run, tcp_event_name(event));
        return;
    }
}

/* A run that is not in use, or a new one; NULL: no memory. */
static struct tcp_script_run *take_run(struct tcp_script *script)
{
    struct tcp_script_run *run = script->idle;
    if (run) {
        script->idle = run->next;
    } else {
        run = simulation_allocate(script->host->node.simulation, sizeof *run);
        if (!run)
            return NULL;
        run->script = script;
        run->handler = (struct stack_tcp_handler){.event = tcp_happened, .context = run};
        timer_init(&run->timer, wait_over, run);
    }
    run->step = 0;
    run->sent = 0;
    run->received = 0;
    run->connected = false;
    run->waiting = false;
    return run;
}

/* Makes the next connection of a series. */
static void connect_next(struct simulation *simulation, struct event *event)
{
    struct tcp_script *script = (struct tcp_script *)event;
    const struct tcp_script_config *config = &script->config;
    struct tcp_script_run *run = take_run(script);
    if (!run) {
        simulation->failure = STATUS_NO_MEMORY;
        return;
    }
    run->tcp = host_stack_tcp_connect(&script->host->stack, IPV4_ANY, config->destination,
                                      config->port, &script->host->tcp_options, &run->handler);
    if (!run->tcp) {
        TRACE(&script->host->node.trace, simulation->now, "tcp-script.ended",
              trace_text("name", config->name), trace_text("reason", "no-route"));
        run->next = script->idle;
        script->idle = run;
    }
    if (++script->started < config->count)
        simulation_schedule(simulation, event, instant_after(simulation->now, config->interval));
}

static void accepted(void *context, struct tcp_connection *connection, enum tcp_event event)
{
    struct tcp_script *script = context;
    if (event != TCP_EVENT_ACCEPTED)
        return;
    struct tcp_script_run *run = take_run(script);
    if (!run) {
        host_stack_tcp_abort(&script->host->stack, connection);
        host_stack_tcp_release(&script->host->stack, connection);
        return;
    }
    run->tcp = connection;
    host_stack_tcp_set_handler(connection, &run->handler);
    connected(run);
    if (run->tcp)
        read_more(run);
}

static struct tcp_script *make(struct host *host, const struct tcp_script_config *config)
{
    struct tcp_script *script = simulation_allocate(host->node.simulation, sizeof *script);
    if (script)
        *script = (struct tcp_script){.event = {.action = connect_next},
                                      .host = host,
                                      .config = *config,
                                      .accept = {.event = accepted, .context = script}};
    return script;
}

enum status tcp_script_start(struct host *host, const struct tcp_script_config *config)
{
    struct tcp_script *script = make(host, config);
    if (!script)
        return STATUS_NO_MEMORY;
    simulation_schedule(host->node.simulation, &script->event, host->node.simulation->now);
    return STATUS_OK;
}

enum status tcp_script_add(struct host *host, const struct tcp_script_config *config)
{
    struct tcp_script *script = make(host, config);
    if (!script)
        return STATUS_NO_MEMORY;
    script->next = host->tcp_scripts;
    host->tcp_scripts = script;
    return STATUS_OK;
}

void tcp_script_listen(struct tcp_script *script)
{
    struct host *host = script->host;
    enum status status = host_stack_tcp_listen(&host->stack, IPV4_ANY, script->config.port,
                                               &host->tcp_options, &script->accept);
    if (status != STATUS_OK)
        TRACE(&host->node.trace, host->node.simulation->now, "server.failed",
              trace_number("port", script->config.port), trace_text("reason", status_text(status)));
}

struct tcp_script *tcp_script_next(const struct tcp_script *script)
{
    return script->next;
}
