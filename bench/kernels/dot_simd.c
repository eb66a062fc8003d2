// A dot product written with 128-bit vectors.
#include "kernel.h"

static const uint32_t default_rounds = 60000;

typedef float Vector __attribute__((vector_size(16)));

enum { count = 2048 };
static Vector a[count], b[count];

static uint64_t run(uint32_t rounds) {
  for (uint32_t i = 0; i < count; i++) {
    for (uint32_t j = 0; j < 4; j++) {
      a[i][j] = (float)(mix(i * 4 + j) % 256) / 64.0f;
      b[i][j] = (float)(mix(i * 4 + j + 99999) % 256) / 128.0f;
    }
  }
  uint64_t checksum = 0;
  for (uint32_t round = 0; round < rounds; round++) {
    Vector s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    for (uint32_t i = 0; i < count; i += 4) {
      s0 += a[i] * b[i];
      s1 += a[i + 1] * b[i + 1];
      s2 += a[i + 2] * b[i + 2];
      s3 += a[i + 3] * b[i + 3];
    }
    Vector s = s0 + s1 + (s2 + s3);
    checksum = mix(checksum ^ bits_of(s[0] + s[1] + (s[2] + s[3])));
    a[round % count][round & 3] += 0.25f;
  }
  return checksum;
}
