// Arithmetic on 64-bit floating-point numbers: each step needs the one before.
#include "kernel.h"

static const uint32_t default_rounds = 4000000;

static uint64_t run(uint32_t rounds) {
  double a = 1.0, b = 0.5;
  for (uint32_t i = 0; i < rounds; i++) {
    a = a * 0.75 + b;
    b = b * 0.5 - a * 0.125 + (double)(i & 15);
    a = a > 8.0 ? a * 0.5 : a;
  }
  return bits_of(a) ^ bits_of(b);
}
