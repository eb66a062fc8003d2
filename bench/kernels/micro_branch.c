// Branches that are hard to foresee, and a switch.
#include "kernel.h"

static const uint32_t default_rounds = 2000000;

static uint64_t run(uint32_t rounds) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < rounds; i++) {
    uint64_t h = mix(i);
    switch (h & 7) {
      case 0:
        sum += 3;
        break;
      case 1:
        sum ^= h;
        break;
      case 2:
        sum *= 5;
        break;
      case 3:
        sum -= i;
        break;
      case 4:
        sum = sum << 1 | sum >> 63;
        break;
      case 5:
        sum += h >> 3;
        break;
      case 6:
        sum ^= sum >> 5;
        break;
      default:
        sum = ~sum;
        break;
    }
    if (h & 256) sum++;
    if ((sum & 3) == 0) sum += 7;
  }
  return sum;
}
