/* Ends of links that are in the real world. */
#include "run/build_internal.h"

#include <stdio.h>

static enum status open_port(const struct scenario_attachment *wanted, struct frame_port *port,
                             char *error, size_t error_size)
{
    if (wanted->kind == SCENARIO_ATTACHED_TAP)
        return frame_port_open_tap(port, wanted->device, wanted->name_space, error, error_size);
    const struct frame_port_address local = {wanted->local, wanted->local_port};
    const struct frame_port_address remote = {wanted->remote, wanted->remote_port};
    return frame_port_open_udp(port, &local, &remote, error, error_size);
}

enum status build_attachment(struct run *run, struct link *link, unsigned side,
                             const struct scenario_link_end *wanted)
{
    struct frame_port port;
    char error[256];
    enum status status = open_port(wanted->attachment, &port, error, sizeof error);
    if (status != STATUS_OK) {
        build_error(run, wanted->at, "%s", error);
        return status;
    }
    return outside_attach(&run->outside, link, side, &port);
}

void run_pace(struct run *run)
{
    run->paced = true;
    outside_start(&run->outside);
}

enum status run_simulate(struct run *run, instant until, bool (*interrupted)(void))
{
    if (run->paced)
        return outside_run(&run->outside, until, interrupted);
    return simulation_run(&run->simulation, until);
}

void run_loss(const struct run *run, char *text, size_t size)
{
    outside_loss(&run->outside, text, size);
}
