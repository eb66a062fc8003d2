// Arithmetic on 64-bit integers: each step needs the one before.
#include "kernel.h"

static const uint32_t default_rounds = 12000000;

static uint64_t run(uint32_t rounds) {
  uint64_t a = 1, b = rounds;
  for (uint32_t i = 0; i < rounds; i++) {
    a = (a + b) * UINT64_C(0x9e3779b97f4a7c15);
    b ^= a >> 17;
    a = (a << 9) - (b | i);
    b += a & UINT64_C(0xff00ff00ff);
  }
  return a ^ b;
}
