// memcpy, memmove, memset and memcmp of many sizes.
#include "kernel.h"

static const uint32_t default_rounds = 2000000;

enum { size = 1 << 16 };
static uint8_t a[size + 4096], b[size + 4096];

static uint64_t run(uint32_t rounds) {
  for (uint32_t i = 0; i < size; i++) a[i] = (uint8_t)mix(i);
  uint64_t checksum = 0;
  for (uint32_t i = 0; i < rounds; i++) {
    uint64_t h = mix(i);
    size_t length = h & 7 ? h >> 8 & 63 : h >> 8 & 4095;
    uint8_t *from = a + (h >> 24) % size, *to = b + (h >> 40) % size;
    switch (h >> 3 & 3) {
      case 0:
        memcpy(to, from, length);
        break;
      case 1:
        memmove(from + (h >> 60), from, length);
        break;
      case 2:
        memset(to, (int)(h >> 56), length);
        break;
      case 3:
        checksum += memcmp(to, from, length) < 0;
        break;
    }
    checksum = checksum * 31 + to[length / 2] + from[0];
  }
  return checksum;
}
