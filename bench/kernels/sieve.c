// Byte stores with a stride, and a scan.
#include "kernel.h"

static const uint32_t default_rounds = 40;

enum { size = 1 << 20 };
static uint8_t composite[size];

static uint32_t sieve(uint32_t limit) {
  memset(composite, 0, limit);
  for (uint32_t i = 2; i * i < limit; i++) {
    if (composite[i]) continue;
    for (uint32_t j = i * i; j < limit; j += i) composite[j] = 1;
  }
  uint32_t primes = 0;
  for (uint32_t i = 2; i < limit; i++) primes += !composite[i];
  return primes;
}

static uint64_t run(uint32_t rounds) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < rounds; i++) sum = sum * 7 + sieve(size - i);
  return sum;
}
