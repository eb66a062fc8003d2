// Conversions between integers and floating-point numbers.
#include "kernel.h"

static const uint32_t default_rounds = 4000000;

static uint64_t run(uint32_t rounds) {
  uint32_t a = 12345;
  uint64_t sum = 0;
  for (uint32_t i = 0; i < rounds; i++) {
    double x = (double)a * 0.25;
    float y = (float)(int32_t)(a ^ i) * 0.5f;
    sum += (uint64_t)x + (uint64_t)(int64_t)y;
    a = (uint32_t)sum * 1103515245u + (uint32_t)(int32_t)x;
  }
  return sum;
}
