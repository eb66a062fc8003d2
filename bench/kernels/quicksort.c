// Sorting integers: compares that can't be predicted, swaps, recursion.
#include "kernel.h"

static const uint32_t default_rounds = 8;

enum { size = 100000 };
static int32_t values[size];

static void sort(int32_t* from, int32_t* to) {
  while (to - from > 16) {
    int32_t pivot = from[(to - from) / 2];
    int32_t *i = from, *j = to - 1;
    while (i <= j) {
      while (*i < pivot) i++;
      while (*j > pivot) j--;
      if (i <= j) {
        int32_t t = *i;
        *i++ = *j;
        *j-- = t;
      }
    }
    sort(from, j + 1);
    from = i;
  }
  for (int32_t* i = from + 1; i < to; i++) {
    int32_t value = *i, *j = i;
    for (; j > from && j[-1] > value; j--) *j = j[-1];
    *j = value;
  }
}

static uint64_t run(uint32_t rounds) {
  uint64_t checksum = 0;
  for (uint32_t round = 0; round < rounds; round++) {
    for (uint32_t i = 0; i < size; i++) values[i] = (int32_t)mix(i + checksum);
    sort(values, values + size);
    for (int i = 0; i < size; i += 1000) checksum = checksum * 31 + (uint32_t)values[i];
  }
  return checksum;
}
