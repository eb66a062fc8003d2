// main MEGABYTES [LEVEL]: compresses that much made-up text and data, inflates it again and
// compares.
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "zlib.h"

static uint32_t state = 12345;

static uint32_t next(void) {
  state = state * 1664525u + 1013904223u;
  return state >> 8;
}

// Words of a small vocabulary, now and then interrupted by a run or by noise.
static void invent(unsigned char* to, size_t size) {
  static const char* const words[] = {"module ", "instance ", "store ", "memory ",
                                      "the ",    "of ",       "a ",     "table ",
                                      "and ",    "frame\n",   "to ",    "value "};
  size_t at = 0;
  while (at < size) {
    unsigned char piece[64];
    uint32_t kind = next() % 16;
    size_t length = 1 + next() % sizeof piece;
    if (kind == 0) {
      for (size_t i = 0; i < length; i++) piece[i] = (unsigned char)next();
    } else if (kind == 1) {
      memset(piece, (int)(next() & 255), length);
    } else {
      const char* word = words[next() % (sizeof words / sizeof *words)];
      length = strlen(word);
      memcpy(piece, word, length);
    }
    if (length > size - at) length = size - at;
    memcpy(to + at, piece, length);
    at += length;
  }
}

static void* allocate(size_t size) {
  void* memory = malloc(size);
  if (!memory) {
    fprintf(stderr, "no memory for %zu bytes\n", size);
    exit(1);
  }
  return memory;
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

int main(int argc, char** argv) {
  size_t size = (size_t)(argc > 1 ? atoi(argv[1]) : 16) << 20;
  int level = argc > 2 ? atoi(argv[2]) : 6;
  uint64_t start = now();
  unsigned char* plain = allocate(size);
  invent(plain, size);
  printf("crc32 %08lx adler32 %08lx\n", crc32(0, plain, (uInt)size), adler32(1, plain, (uInt)size));

  uLongf packed_size = compressBound((uLong)size);
  unsigned char* packed = allocate(packed_size);
  if (compress2(packed, &packed_size, plain, (uLong)size, level) != Z_OK) return 1;
  printf("packed %lu crc32 %08lx\n", packed_size, crc32(0, packed, (uInt)packed_size));

  uLongf again_size = (uLongf)size;
  unsigned char* again = allocate(size);
  if (uncompress(again, &again_size, packed, packed_size) != Z_OK) return 1;
  int same = again_size == size && memcmp(plain, again, size) == 0;
  printf("round trip %s\n", same ? "equal" : "different");
  fprintf(stderr, "ns %" PRIu64 "\n", now() - start);
  return same ? 0 : 1;
}
