// Open addressing: inserts, hits, misses and deletions in a table larger than the first cache.
#include "kernel.h"

static const uint32_t default_rounds = 2000000;

enum { slots = 1 << 16, mask = slots - 1, tombstone = 1 };
static struct { uint32_t key, value; } table[slots];
static uint32_t used;

static uint32_t find(uint32_t key) {
  uint32_t at = (uint32_t)mix(key) & mask;
  while (table[at].key && table[at].key != key) at = (at + 1) & mask;
  return at;
}

static uint64_t run(uint32_t rounds) {
  uint64_t checksum = 0;
  for (uint32_t i = 0; i < rounds; i++) {
    uint64_t h = mix(i);
    uint32_t key = 2 + (uint32_t)h % 60000, at = find(key);
    if (table[at].key == key) {
      checksum += table[at].value++;
    } else if (used < slots / 4 * 3) {
      table[at].key = key;
      table[at].value = (uint32_t)(h >> 32);
      used++;
    }
    if ((h >> 40) % 8 == 0 && table[at].key == key) {
      table[at].key = tombstone;
      table[at].value = 0;
    }
    if (used >= slots / 4 * 3) {
      memset(table, 0, sizeof table);
      used = 0;
    }
  }
  return mix(checksum);
}
