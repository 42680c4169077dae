#include "expect/watch.h"

#include "expect/describe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* After so many texts of near misses, later ones are only counted: a million drops must not cost a
 * million texts. */
#define FORMAT_LIMIT 1000

static char *event_text(const struct trace_event *event)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return NULL;
    describe_event(stream, event);
    if (fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

static void keep_match(struct watch *watch, const struct trace_event *event)
{
    if (watch->match_count == WATCH_KEPT)
        return;
    struct sighting *sighting = &watch->matches[watch->match_count];
    *sighting = (struct sighting){.at = event->at, .times = 1, .text = event_text(event)};
    if (sighting->text)
        watch->match_count++;
    else
        watch->out_of_memory = true;
}

/* Keeps the nearest ones, the nearest first; among equals the earlier. */
static void keep_near(struct watch *watch, const struct trace_event *event, uint32_t score)
{
    size_t count = watch->near_count;
    if (watch->formatted == FORMAT_LIMIT ||
        (count == WATCH_KEPT && score < watch->near[count - 1].score))
        return;
    watch->formatted++;
    char *text = event_text(event);
    if (!text) {
        watch->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (watch->near[i].score == score && strcmp(watch->near[i].text, text) == 0) {
            watch->near[i].times++;
            free(text);
            return;
        }
    }
    size_t place = count;
    while (place > 0 && watch->near[place - 1].score < score)
        place--;
    if (place == WATCH_KEPT) {
        free(text);
        return;
    }
    if (count == WATCH_KEPT)
        free(watch->near[--count].text);
    memmove(&watch->near[place + 1], &watch->near[place], (count - place) * sizeof *watch->near);
    watch->near[place] =
        (struct sighting){.at = event->at, .score = score, .times = 1, .text = text};
    watch->near_count = count + 1;
}

bool watch_see(struct watch *watch, const struct trace_event *event)
{
    uint32_t score = event_pattern_score(&watch->pattern, event);
    if (score != EVENT_PATTERN_MATCH) {
        watch->missed++;
        keep_near(watch, event, score);
        return false;
    }
    watch->matched++;
    watch->last = event->at;
    keep_match(watch, event);
    return true;
}

static void describe_sighting(const struct sighting *sighting, FILE *stream)
{
    fputs("at ", stream);
    describe_instant(stream, sighting->at);
    fprintf(stream, " %s", sighting->text);
    if (sighting->times > 1)
        fprintf(stream, " (%" PRIu64 " times)", sighting->times);
}

void watch_describe_matches(const struct watch *watch, FILE *stream)
{
    describe_times(stream, watch->matched);
    for (size_t i = 0; i < watch->match_count; i++) {
        fputs(i == 0 ? ": " : "; ", stream);
        describe_sighting(&watch->matches[i], stream);
    }
    if (watch->matched > watch->match_count) {
        fputs("; ... the last at ", stream);
        describe_instant(stream, watch->last);
    }
}

void watch_describe_near(const struct watch *watch, FILE *stream)
{
    if (watch->missed == 0) {
        fprintf(stream, "; no other %s was seen", watch->pattern.name);
        return;
    }
    for (size_t i = 0; i < watch->near_count; i++) {
        fputs(i == 0 ? "; nearest: " : "; ", stream);
        describe_sighting(&watch->near[i], stream);
    }
}

void watch_clear(struct watch *watch)
{
    for (size_t i = 0; i < watch->match_count; i++)
        free(watch->matches[i].text);
    for (size_t i = 0; i < watch->near_count; i++)
        free(watch->near[i].text);
    watch->match_count = 0;
    watch->near_count = 0;
}
