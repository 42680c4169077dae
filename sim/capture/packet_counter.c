#include "capture/packet_counter.h"

static void count_frame(struct capture_tap *tap, instant at, enum tap_direction direction,
                        const uint8_t *frame, size_t length)
{
    struct packet_counter *counter = (struct packet_counter *)tap;
    counter->seen++;
    if (!capture_filter_matches(counter->filter, direction, frame, length))
        return;
    if (at < counter->after || at > counter->before) {
        counter->outside++;
        return;
    }
    if (counter->matched++ == 0)
        counter->first = at;
    counter->last = at;
}

void packet_counter_init(struct packet_counter *counter, struct capture_filter *filter,
                         instant after, instant before)
{
    *counter = (struct packet_counter){
        .tap = {.record = count_frame},
        .filter = filter,
        .after = after,
        .before = before,
    };
}

void packet_counter_destroy(struct packet_counter *counter)
{
    capture_filter_destroy(counter->filter);
    counter->filter = NULL;
}
