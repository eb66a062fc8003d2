// Decoding UTF-8 with all its checks: byte loads and branches.
#include "kernel.h"

static const uint32_t default_rounds = 120;

enum { size = 1 << 17 };
static uint8_t text[size + 8];

static uint32_t put(uint8_t* to, uint32_t c) {
  if (c < 0x80) return to[0] = (uint8_t)c, 1;
  if (c < 0x800) {
    to[0] = (uint8_t)(0xc0 | c >> 6), to[1] = (uint8_t)(0x80 | (c & 63));
    return 2;
  }
  if (c < 0x10000) {
    to[0] = (uint8_t)(0xe0 | c >> 12), to[1] = (uint8_t)(0x80 | (c >> 6 & 63));
    to[2] = (uint8_t)(0x80 | (c & 63));
    return 3;
  }
  to[0] = (uint8_t)(0xf0 | c >> 18), to[1] = (uint8_t)(0x80 | (c >> 12 & 63));
  to[2] = (uint8_t)(0x80 | (c >> 6 & 63)), to[3] = (uint8_t)(0x80 | (c & 63));
  return 4;
}

// The next code point; ~0 for a byte that starts none.
static uint32_t next(const uint8_t** at, const uint8_t* end) {
  static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
  const uint8_t* p = *at;
  uint32_t first = *p++;
  *at = p;
  if (first < 0x80) return first;
  int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
  if (first < 0xc2 || first > 0xf4 || end - p < more) return ~0u;
  uint32_t c = first & (0x3fu >> more);
  for (int i = 0; i < more; i++) {
    if ((p[i] & 0xc0) != 0x80) return ~0u;
    c = c << 6 | (p[i] & 63);
  }
  if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return ~0u;
  *at = p + more;
  return c;
}

static uint64_t run(uint32_t rounds) {
  static const uint32_t range[] = {0x80, 0x80, 0x80, 0x800, 0x3000, 0x10ffff};
  uint32_t length = 0;
  for (uint32_t i = 0; length < size; i++) {
    uint64_t h = mix(i);
    length += put(text + length, (uint32_t)(h >> 8) % range[h % 6]);
  }
  uint64_t checksum = 0;
  for (uint32_t round = 0; round < rounds; round++) {
    text[mix(round) % size] ^= 0x40;
    uint32_t wrong = 0;
    for (const uint8_t* p = text; p < text + size;) {
      uint32_t c = next(&p, text + size);
      wrong += c == ~0u;
      checksum = checksum * 31 + c;
    }
    checksum += wrong;
  }
  return checksum;
}
