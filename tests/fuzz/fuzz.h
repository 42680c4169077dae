#ifndef VPNSIM_TESTS_FUZZ_FUZZ_H
#define VPNSIM_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/** libFuzzer's entry point; every target defines it and returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
