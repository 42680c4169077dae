#include "cli/narration.h"

#include "cli/sentence.h"
#include "core/trace_value.h"
#include "expect/describe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM          1
#define uthash_nonfatal_oom(entry) ((void)(entry))
#include <uthash.h>

/* Lines for each kind of event, after which it is only counted. */
#define TELL_LIMIT 12
/* Places and reasons of drops that are told apart. */
#define DROP_LIMIT 64
#define KEY_SIZE   128

/* Packets dropped at one place for one reason. */
struct drop_count {
    char key[KEY_SIZE];
    uint64_t count;
    UT_hash_handle hh;
};

struct cli_narration {
    FILE *stream;
    bool every_event;
    void (*before)(void *context); /* NULL: nothing */
    void *before_context;
    uint64_t *told; /* one count a sentence */
    struct drop_count *drops;
};

struct cli_narration *cli_narration_create(FILE *stream, bool every_event)
{
    struct cli_narration *narration = calloc(1, sizeof *narration);
    if (!narration)
        return NULL;
    size_t count = 0;
    while (cli_sentences[count].event)
        count++;
    narration->stream = stream;
    narration->every_event = every_event;
    narration->told = calloc(count, sizeof *narration->told);
    if (narration->told)
        return narration;
    free(narration);
    return NULL;
}

void cli_narration_before(struct cli_narration *narration, void (*before)(void *context),
                          void *context)
{
    narration->before = before;
    narration->before_context = context;
}

static void begin_line(const struct cli_narration *narration, instant at)
{
    if (narration->before)
        narration->before(narration->before_context);
    fprintf(narration->stream, "%7" PRIu64 ".%06" PRIu64 " s  ", at / INSTANT_SECOND,
            at % INSTANT_SECOND / INSTANT_MICROSECOND);
}

static const char *text_field(const struct trace_event *event, const char *key)
{
    const struct trace_field *field = trace_find(event, key);
    return field && field->kind == TRACE_TEXT && field->text ? field->text : "";
}

/* Tells the first drop of each place, protocol and reason; the others are counted. */
static void tell_drop(struct cli_narration *narration, const struct trace_event *event)
{
    const char *protocol = text_field(event, "protocol");
    const char *reason = text_field(event, "reason");
    char key[KEY_SIZE];
    snprintf(key, sizeof key, "%s\n%s\n%s", event->node, protocol, reason);
    struct drop_count *drop;
    HASH_FIND_STR(narration->drops, key, drop);
    if (drop) {
        drop->count++;
        return;
    }
    if (HASH_COUNT(narration->drops) >= DROP_LIMIT || !(drop = calloc(1, sizeof *drop)))
        return;
    memcpy(drop->key, key, sizeof key);
    drop->count = 1;
    HASH_ADD_STR(narration->drops, key, drop);
    begin_line(narration, event->at);
    describe_text(narration->stream, event->node);
    cli_sentence_write(narration->stream, ": drops a packet ({protocol}): {reason}\n", event);
}

static void tell_all(struct cli_narration *narration, const struct trace_event *event)
{
    begin_line(narration, event->at);
    describe_event(narration->stream, event);
    putc('\n', narration->stream);
}

void cli_narration_receive(void *context, const struct trace_event *event)
{
    struct cli_narration *narration = context;
    if (narration->every_event) {
        tell_all(narration, event);
        return;
    }
    if (strcmp(event->name, "packet.dropped") == 0) {
        tell_drop(narration, event);
        return;
    }
    size_t place = cli_sentence_find(event->name);
    if (place == SIZE_MAX || narration->told[place]++ >= TELL_LIMIT)
        return;
    begin_line(narration, event->at);
    describe_text(narration->stream, event->node);
    fputs(": ", narration->stream);
    cli_sentence_write(narration->stream, cli_sentences[place].text, event);
    putc('\n', narration->stream);
}

void cli_narration_finish(struct cli_narration *narration)
{
    FILE *stream = narration->stream;
    if (narration->every_event)
        return;
    for (size_t i = 0; cli_sentences[i].event; i++)
        if (narration->told[i] > TELL_LIMIT)
            fprintf(stream, "  and %" PRIu64 " more of %s\n", narration->told[i] - TELL_LIMIT,
                    cli_sentences[i].event);
    struct drop_count *drop;
    struct drop_count *next;
    HASH_ITER(hh, narration->drops, drop, next)
    {
        if (drop->count < 2)
            continue;
        const char *protocol = strchr(drop->key, '\n') + 1;
        const char *reason = strchr(protocol, '\n') + 1;
        fputs("  ", stream);
        fprintf(stream, "%.*s dropped %" PRIu64 " packets in all (%.*s): %s\n",
                (int)(protocol - drop->key - 1), drop->key, drop->count,
                (int)(reason - protocol - 1), protocol, reason);
    }
}

void cli_narration_destroy(struct cli_narration *narration)
{
    if (!narration)
        return;
    struct drop_count *drop;
    struct drop_count *next;
    HASH_ITER(hh, narration->drops, drop, next)
    {
        HASH_DEL(narration->drops, drop);
        free(drop);
    }
    free(narration->told);
    free(narration);
}
