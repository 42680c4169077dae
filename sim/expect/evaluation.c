#include "expect/evaluation.h"

#include "expect/describe.h"
#include "expect/judge.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM          1
#define uthash_nonfatal_oom(entry) ((entry)->lost = true)
#include <uthash.h>

/* One watch, in the list of those that listen for the same event name. */
struct listener {
    struct judged *judged;
    size_t index;
    struct listener *next;
};

struct name_entry {
    const char *name;
    struct listener *first;
    struct listener *last;
    bool lost; /* out of memory while it was added */
    UT_hash_handle hh;
};

struct evaluation {
    size_t count;
    struct judged *judged;
    struct verdict *verdicts;
    struct watch *watches;
    size_t watch_count;
    struct listener *listeners; /* one a watch */
    struct name_entry *entries; /* at most one a watch */
    struct name_entry *names;   /* hash table of those in use */
    uint64_t event_count;
};

static bool listen(struct evaluation *evaluation, size_t place, struct judged *judged, size_t index)
{
    struct listener *listener = &evaluation->listeners[place];
    *listener = (struct listener){.judged = judged, .index = index};
    const char *name = judged->watches[index].pattern.name;
    struct name_entry *entry;
    HASH_FIND_STR(evaluation->names, name, entry);
    if (!entry) {
        entry = &evaluation->entries[place];
        *entry = (struct name_entry){.name = name};
        HASH_ADD_KEYPTR(hh, evaluation->names, name, strlen(name), entry);
        if (entry->lost)
            return false;
    }
    if (entry->last)
        entry->last->next = listener;
    else
        entry->first = listener;
    entry->last = listener;
    return true;
}

static void *allocate(size_t count, size_t size)
{
    return calloc(count > 0 ? count : 1, size);
}

struct evaluation *evaluation_create(const struct expectation *expectations, size_t count)
{
    struct evaluation *evaluation = calloc(1, sizeof *evaluation);
    if (!evaluation)
        return NULL;
    evaluation->count = count;
    for (size_t i = 0; i < count; i++)
        evaluation->watch_count += judged_watch_count(&expectations[i]);
    evaluation->judged = allocate(count, sizeof *evaluation->judged);
    evaluation->verdicts = allocate(count, sizeof *evaluation->verdicts);
    evaluation->watches = allocate(evaluation->watch_count, sizeof *evaluation->watches);
    evaluation->listeners = allocate(evaluation->watch_count, sizeof *evaluation->listeners);
    evaluation->entries = allocate(evaluation->watch_count, sizeof *evaluation->entries);
    bool complete = evaluation->judged && evaluation->verdicts && evaluation->watches &&
                    evaluation->listeners && evaluation->entries;
    size_t place = 0;
    for (size_t i = 0; complete && i < count; i++) {
        struct judged *judged = &evaluation->judged[i];
        judged_init(judged, &expectations[i], evaluation->watches + place);
        for (size_t k = 0; complete && k < judged->watch_count; k++)
            complete = listen(evaluation, place++, judged, k);
    }
    if (complete)
        return evaluation;
    evaluation_destroy(evaluation);
    return NULL;
}

void evaluation_receive(void *context, const struct trace_event *event)
{
    struct evaluation *evaluation = context;
    evaluation->event_count++;
    struct name_entry *entry;
    HASH_FIND_STR(evaluation->names, event->name, entry);
    if (!entry)
        return;
    for (struct listener *listener = entry->first; listener; listener = listener->next)
        judged_see(listener->judged, listener->index, event, evaluation->event_count);
}

static void free_verdict(struct verdict *verdict)
{
    /* A title that is the author's own is borrowed. */
    free((char *)verdict->expected);
    free((char *)verdict->seen);
    *verdict = (struct verdict){0};
}

/* Closes a stream of open_memstream() and hands its text over. */
static bool finish_text(FILE *stream, char **text)
{
    if (fclose(stream) == 0 && *text)
        return true;
    free(*text);
    *text = NULL;
    return false;
}

static bool decide(struct evaluation *evaluation, size_t index,
                   const struct evaluation_sources *sources)
{
    const struct judged *judged = &evaluation->judged[index];
    struct verdict *verdict = &evaluation->verdicts[index];
    free_verdict(verdict);
    verdict->expectation = judged->expectation;
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return false;
    describe_expectation(stream, judged->expectation);
    if (!finish_text(stream, &text))
        return false;
    verdict->expected = text;
    verdict->title = judged->expectation->says ? judged->expectation->says : verdict->expected;
    text = NULL;
    stream = open_memstream(&text, &size);
    if (!stream)
        return false;
    verdict->holds = judged_decide(judged, index, sources, stream);
    if (!finish_text(stream, &text))
        return false;
    verdict->seen = text;
    return true;
}

bool evaluation_holds_so_far(const struct evaluation *evaluation,
                             const struct evaluation_sources *sources)
{
    /* What is written of those that do not hold, nobody reads. */
    FILE *nowhere = fopen("/dev/null", "w");
    bool holds = nowhere != NULL;
    for (size_t i = 0; holds && i < evaluation->count; i++)
        holds = evaluation->judged[i].expectation->kind == EXPECT_REPRODUCIBLE ||
                judged_decide(&evaluation->judged[i], i, sources, nowhere);
    if (nowhere)
        fclose(nowhere);
    return holds;
}

enum status evaluation_finish(struct evaluation *evaluation,
                              const struct evaluation_sources *sources)
{
    for (size_t i = 0; i < evaluation->count; i++)
        if (!decide(evaluation, i, sources))
            return STATUS_NO_MEMORY;
    for (size_t i = 0; i < evaluation->watch_count; i++)
        if (evaluation->watches[i].out_of_memory)
            return STATUS_NO_MEMORY;
    return STATUS_OK;
}

enum status evaluation_set(struct evaluation *evaluation, size_t index, bool holds,
                           const char *seen)
{
    char *copy = strdup(seen);
    if (!copy)
        return STATUS_NO_MEMORY;
    struct verdict *verdict = &evaluation->verdicts[index];
    free((char *)verdict->seen);
    verdict->seen = copy;
    verdict->holds = holds;
    return STATUS_OK;
}

const struct verdict *evaluation_verdicts(const struct evaluation *evaluation)
{
    return evaluation->verdicts;
}

bool evaluation_holds(const struct evaluation *evaluation)
{
    for (size_t i = 0; i < evaluation->count; i++)
        if (!evaluation->verdicts[i].holds)
            return false;
    return true;
}

void evaluation_destroy(struct evaluation *evaluation)
{
    if (!evaluation)
        return;
    HASH_CLEAR(hh, evaluation->names);
    for (size_t i = 0; evaluation->watches && i < evaluation->watch_count; i++)
        watch_clear(&evaluation->watches[i]);
    for (size_t i = 0; evaluation->verdicts && i < evaluation->count; i++)
        free_verdict(&evaluation->verdicts[i]);
    free(evaluation->judged);
    free(evaluation->verdicts);
    free(evaluation->watches);
    free(evaluation->listeners);
    free(evaluation->entries);
    free(evaluation);
}
