#include "ipsec/replay_window.h"

#include <assert.h>
#include <string.h>

static uint64_t *word_of(struct replay_window *self, uint32_t sequence)
{
    return &self->received[sequence % REPLAY_WINDOW_MAXIMUM / 64];
}

static uint64_t bit_of(uint32_t sequence)
{
    return UINT64_C(1) << sequence % 64;
}

void replay_window_init(struct replay_window *self, uint16_t size)
{
    assert(size <= REPLAY_WINDOW_MAXIMUM);
    memset(self, 0, sizeof *self);
    self->size = size;
}

enum replay_result replay_window_check(const struct replay_window *self, uint32_t sequence)
{
    if (self->size == 0)
        return REPLAY_FRESH;
    if (sequence == 0)
        return REPLAY_ZERO;
    if (sequence > self->highest)
        return REPLAY_FRESH;
    if (self->highest - sequence >= self->size)
        return REPLAY_TOO_OLD;
    uint64_t word = self->received[sequence % REPLAY_WINDOW_MAXIMUM / 64];
    return word & bit_of(sequence) ? REPLAY_SEEN : REPLAY_FRESH;
}

void replay_window_mark(struct replay_window *self, uint32_t sequence)
{
    if (self->size == 0)
        return;
    if (sequence > self->highest) {
        /* The bits that the window moves onto belonged to numbers one ring earlier. */
        if (sequence - self->highest >= REPLAY_WINDOW_MAXIMUM) {
            memset(self->received, 0, sizeof self->received);
        } else {
            for (uint32_t skipped = self->highest + 1; skipped != sequence; skipped++)
                *word_of(self, skipped) &= ~bit_of(skipped);
        }
        self->highest = sequence;
    }
    *word_of(self, sequence) |= bit_of(sequence);
}
