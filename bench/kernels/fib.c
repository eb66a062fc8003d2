// Recursive calls.
#include "kernel.h"

static const uint32_t default_rounds = 240;

__attribute__((noinline)) static uint32_t fib(uint32_t n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static uint64_t run(uint32_t rounds) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < rounds; i++) sum = sum * 3 + fib(24 + i % 3);
  return sum;
}
