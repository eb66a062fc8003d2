// C strings: splitting, comparing, searching, numbers to text and back.
#include "kernel.h"

static const uint32_t default_rounds = 180;

enum { size = 1 << 16 };
static char text[size];

static void fill(uint32_t seed) {
  char* to = text;
  uint32_t i = seed;
  while (to < text + size - 32) {
    uint64_t h = mix(i++);
    int letters = 2 + (int)(h & 7);
    for (int l = 0; l < letters; l++) *to++ = (char)('a' + (h >> (8 + 4 * l)) % 16);
    if (h >> 60 == 0) {
      char digits[12];
      uint32_t value = (uint32_t)h;
      int count = 0;
      do digits[count++] = (char)('0' + value % 10);
      while (value /= 10);
      while (count) *to++ = digits[--count];
    }
    *to++ = ' ';
  }
  *to = 0;
}

static int same_start(const char* a, const char* b) {
  int n = 0;
  while (a[n] && a[n] == b[n]) n++;
  return n;
}

static uint64_t scan(void) {
  uint64_t sum = 0;
  const char* last = text;
  for (const char* p = text; *p;) {
    const char* end = p;
    uint32_t hash = 5381, number = 0;
    while (*end && *end != ' ') {
      hash = hash * 33 + (uint8_t)*end;
      if (*end >= '0' && *end <= '9') number = number * 10 + (uint32_t)(*end - '0');
      end++;
    }
    sum += hash ^ number;
    sum = sum * 3 + (uint64_t)same_start(last, p);
    last = p;
    p = *end ? end + 1 : end;
  }
  for (const char* p = text; (p = strstr(p, "ab")); p++) sum++;
  for (const char* p = text; (p = strchr(p, 'k')); p++) sum += 3;
  return sum + strlen(text);
}

static uint64_t run(uint32_t rounds) {
  uint64_t checksum = 0;
  for (uint32_t i = 0; i < rounds; i++) {
    fill(i * 1000);
    checksum = mix(checksum ^ scan());
  }
  return checksum;
}
