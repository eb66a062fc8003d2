// Escape times: a short loop of double arithmetic with an early exit.
#include "kernel.h"

static const uint32_t default_rounds = 4;

static uint32_t escape(double cx, double cy) {
  double x = 0, y = 0;
  for (uint32_t i = 0; i < 200; i++) {
    double xx = x * x, yy = y * y;
    if (xx + yy > 4) return i;
    y = 2 * x * y + cy;
    x = xx - yy + cx;
  }
  return 200;
}

static uint64_t run(uint32_t rounds) {
  uint64_t checksum = 0;
  for (uint32_t round = 0; round < rounds; round++) {
    for (int row = 0; row < 240; row++) {
      for (int column = 0; column < 320; column++) {
        double cx = column * (3.0 / 320) - 2.1 + round * 1e-3, cy = row * (2.4 / 240) - 1.2;
        checksum = checksum * 31 + escape(cx, cy);
      }
    }
  }
  return checksum;
}
