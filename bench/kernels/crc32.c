// CRC-32 by a byte table: a chain of dependent loads.
#include "kernel.h"

static const uint32_t default_rounds = 160;

enum { size = 1 << 17 };
static uint32_t table[256];
static uint8_t data[size];

static void prepare(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ c >> 1 : c >> 1;
    table[i] = c;
  }
  for (uint32_t i = 0; i < size; i++) data[i] = (uint8_t)mix(i);
}

static uint32_t crc(uint32_t c) {
  for (uint32_t i = 0; i < size; i++) c = table[(c ^ data[i]) & 255] ^ c >> 8;
  return c;
}

static uint64_t run(uint32_t rounds) {
  prepare();
  uint32_t c = ~0u;
  for (uint32_t i = 0; i < rounds; i++) c = crc(c);
  return c;
}
