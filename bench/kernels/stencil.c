// A five-point stencil of floats: a loop that vectors and address arithmetic decide.
#include "kernel.h"

static const uint32_t default_rounds = 4000;

enum { width = 320, height = 240 };
static float grid[2][height][width];

static void step(float (*to)[width], float (*from)[width]) {
  for (int y = 1; y < height - 1; y++) {
    for (int x = 1; x < width - 1; x++) {
      float around = from[y - 1][x] + from[y + 1][x] + from[y][x - 1] + from[y][x + 1];
      to[y][x] = 0.5f * from[y][x] + 0.125f * around;
    }
  }
}

static uint64_t run(uint32_t rounds) {
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) {
      float value = (float)(mix((uint64_t)(y * width + x)) % 1000) / 16.0f;
      grid[0][y][x] = grid[1][y][x] = value;
    }
  }
  for (uint32_t i = 0; i < rounds; i++) step(grid[(i + 1) & 1], grid[i & 1]);
  uint64_t checksum = 0;
  for (int y = 0; y < height; y += 7) {
    for (int x = 0; x < width; x += 5) checksum = mix(checksum ^ bits_of(grid[rounds & 1][y][x]));
  }
  return checksum;
}
