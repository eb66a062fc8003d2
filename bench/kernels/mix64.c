// 64-bit multiplications, shifts, rotations and population counts.
#include "kernel.h"

static const uint32_t default_rounds = 10000000;

static uint64_t run(uint32_t rounds) {
  uint64_t a = 1, b = UINT64_C(0x9e3779b97f4a7c15), c = 3;
  for (uint32_t i = 0; i < rounds; i++) {
    a = mix(a + i);
    b = (b << 23 | b >> 41) * 5 + a;
    c += (uint64_t)__builtin_popcountll(a ^ b) + (uint64_t)__builtin_ctzll(b | 1u << 31);
    c ^= a % (1 + (b & 1023));
  }
  return a ^ b ^ c;
}
