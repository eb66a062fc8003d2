// Arithmetic on 32-bit integers: each step needs the one before.
#include "kernel.h"

static const uint32_t default_rounds = 12000000;

static uint64_t run(uint32_t rounds) {
  uint32_t a = 1, b = rounds;
  for (uint32_t i = 0; i < rounds; i++) {
    a = (a + b) * 2654435761u;
    b ^= a >> 7;
    a = (a << 5) - (b | i);
    b += a & 0xff00ff;
  }
  return (uint64_t)a << 32 | b;
}
