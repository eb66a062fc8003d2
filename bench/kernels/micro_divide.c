// Divisions and remainders, by what isn't known beforehand.
#include "kernel.h"

static const uint32_t default_rounds = 3000000;

static uint64_t run(uint32_t rounds) {
  uint32_t a = 1;
  uint64_t b = 1;
  for (uint32_t i = 1; i <= rounds; i++) {
    a += (a ^ 0x9e3779b9u) / (i & 1023 | 1) + i % (a & 255 | 1);
    b += (b ^ a) / (i | 1) + b % (a | 1);
  }
  return a ^ b;
}
