// Calls of small functions, one after the other.
#include "kernel.h"

static const uint32_t default_rounds = 6000000;

__attribute__((noinline)) static uint32_t step(uint32_t a, uint32_t b) {
  return a * 31 + b;
}
__attribute__((noinline)) static uint32_t twist(uint32_t a) {
  return a ^ a >> 9;
}

static uint64_t run(uint32_t rounds) {
  uint32_t a = 1;
  for (uint32_t i = 0; i < rounds; i++) a = twist(step(a, i));
  return a;
}
