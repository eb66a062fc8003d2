// Loads and stores of all widths, at addresses that depend on what was loaded.
#include "kernel.h"

static const uint32_t default_rounds = 4000000;

static union {
  uint8_t bytes[4096];
  uint16_t halves[2048];
  uint32_t words[1024];
  uint64_t longs[512];
} volatile store;

static uint64_t run(uint32_t rounds) {
  uint32_t at = 1;
  uint64_t sum = 0;
  for (uint32_t i = 0; i < rounds; i++) {
    store.words[at & 1023] = i;
    sum += store.longs[i & 511];
    store.bytes[(at + i) & 4095] = (uint8_t)sum;
    at += store.halves[i & 2047] + 1u;
    store.longs[at & 511] += sum;
  }
  return sum;
}
