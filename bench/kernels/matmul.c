// Matrix product of doubles, the inner loop along a column.
#include "kernel.h"

static const uint32_t default_rounds = 8;

enum { n = 200 };
static double a[n][n], b[n][n], c[n][n];

static void multiply(void) {
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      double sum = 0;
      for (int k = 0; k < n; k++) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
  }
}

static uint64_t run(uint32_t rounds) {
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      a[i][j] = (double)(i - j) / n;
      b[i][j] = (double)(i + j) / n;
    }
  }
  uint64_t checksum = 0;
  for (uint32_t round = 0; round < rounds; round++) {
    multiply();
    checksum = mix(checksum ^ bits_of(c[round % n][n / 2]));
    for (int i = 0; i < n; i++) a[i][i] += c[i][n - 1 - i] * 1e-6;
  }
  return checksum;
}
