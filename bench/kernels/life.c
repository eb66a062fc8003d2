// Conway's Game of Life on bytes.
#include "kernel.h"

static const uint32_t default_rounds = 130;

enum { n = 256 };
static uint8_t board[2][n][n];

static void step(uint8_t (*to)[n], uint8_t (*from)[n]) {
  for (int y = 0; y < n; y++) {
    const uint8_t *up = from[(y + n - 1) % n], *row = from[y], *down = from[(y + 1) % n];
    for (int x = 0; x < n; x++) {
      int left = (x + n - 1) % n, right = (x + 1) % n;
      int around = up[left] + up[x] + up[right] + row[left] + row[right] + down[left] + down[x] +
                   down[right];
      to[y][x] = around == 3 || (around == 2 && row[x]);
    }
  }
}

static uint64_t run(uint32_t rounds) {
  for (int i = 0; i < n * n; i++) board[0][i / n][i % n] = mix((uint64_t)i) % 3 == 0;
  for (uint32_t i = 0; i < rounds; i++) step(board[(i + 1) & 1], board[i & 1]);
  uint64_t checksum = 0;
  for (int i = 0; i < n * n; i++) checksum = checksum * 3 + board[rounds & 1][i / n][i % n];
  return checksum;
}
