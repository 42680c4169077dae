#ifndef VPNSIM_RUN_BUILD_H
#define VPNSIM_RUN_BUILD_H

#include "base/status.h"
#include "core/simulation.h"
#include "net/capture_tap.h"
#include "scenario/model.h"
#include "scenario/scenario_xml.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct certificate;
struct crypto;

/** A scenario turned into a simulation that is ready to start. */
struct run;

/**
 * Builds nodes, links, filters and the timeline of @p scenario, which must outlive the run, as does
 * @p crypto. The sockets and devices of attachments are opened. On failure *@p run is NULL and
 * @p error holds one line: STATUS_NO_MEMORY, STATUS_INVALID, or STATUS_IO for an attachment.
 */
enum status run_build(const struct scenario *scenario, uint64_t seed, struct crypto *crypto,
                      struct run **run, char *error, size_t error_size);

/** The simulation; subscribe before run_start(). */
struct simulation *run_simulation(struct run *run);

/** Starts the nodes and puts the timeline's actions on the clock; then run_simulate(). */
void run_start(struct run *run);

/** Lets a started run keep pace with the clock of the real world, as one with attachments has to.
 */
void run_pace(struct run *run);

/**
 * simulation_run() up to @p until. A paced run returns early when @p interrupted says so, which is
 * asked after every sleep, and with STATUS_IO when an attached device is gone: run_loss() tells
 * which.
 */
enum status run_simulate(struct run *run, instant until, bool (*interrupted)(void));

/** What a STATUS_IO of run_simulate() was about, in one line. */
void run_loss(const struct run *run, char *text, size_t size);

/** The link type of a capture point: one of CAPTURE_.... */
int run_link_type(const struct run *run, const struct scenario_capture *capture);

/** Adds @p tap, which must outlive the run, to a capture point of the scenario. */
void run_add_tap(struct run *run, const struct scenario_capture *capture, struct capture_tap *tap);

/** The value of the state @p name of @p node now; false: there is no such state. */
bool run_state(const struct run *run, const char *node, const char *name, char *text, size_t size);

/** NULL is allowed. */
void run_destroy(struct run *run);

/** Takes a certificate of the scenario, called @p name. */
typedef void run_certificate(void *context, const char *name,
                             const struct certificate *certificate);

/**
 * Hands out every certificate of @p scenario, as a run with this seed has them, without building
 * the rest. On failure as run_build().
 */
enum status run_certificates(const struct scenario *scenario, uint64_t seed, struct crypto *crypto,
                             run_certificate *take, void *context, char *error, size_t error_size);

/** Every event, field and capture layer that the nodes of this program know. */
const struct scenario_vocabulary *run_vocabulary(void);

#endif
