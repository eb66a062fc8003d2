// Vectors of integers: arithmetic, comparisons, shuffles.
#include "kernel.h"

static const uint32_t default_rounds = 6000000;

typedef uint32_t Lanes __attribute__((vector_size(16)));

static uint64_t run(uint32_t rounds) {
  Lanes a = {1, 2, 3, 4}, b = {rounds, 5, 7, 11};
  for (uint32_t i = 0; i < rounds; i++) {
    a = (a + b) * 2654435761u;
    b ^= a >> 7;
    a = __builtin_shufflevector(a, b, 1, 4, 3, 6) - (Lanes)(a > b);
  }
  return (uint64_t)(a[0] ^ b[1]) << 32 | (a[2] ^ b[3]);
}
