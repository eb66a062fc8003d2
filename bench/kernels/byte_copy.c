// Loops of one's own that move and change bytes, which native compilers turn into vectors.
#include "kernel.h"

static const uint32_t default_rounds = 80000;

enum { size = 1 << 14 };
static uint8_t a[size], b[size];

__attribute__((noinline)) static void copy(uint8_t* to, const uint8_t* from, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) to[i] = from[i];
}

__attribute__((noinline)) static void invert(uint8_t* to, const uint8_t* from, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) to[i] = (uint8_t)(from[i] ^ 0x5a);
}

static uint64_t run(uint32_t rounds) {
  for (uint32_t i = 0; i < size; i++) a[i] = (uint8_t)mix(i);
  uint64_t checksum = 0;
  for (uint32_t i = 0; i < rounds; i++) {
    copy(b, a, size - i % 64);
    invert(a, b, size - i % 32);
    checksum = checksum * 31 + a[i % size] + b[(i * 7) % size];
  }
  return checksum;
}
