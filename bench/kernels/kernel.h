// A kernel includes this and defines run(): `rounds` of its work, returning a checksum that is the
// same on every engine. main prints the checksum, and on standard error the time that run() took.
#pragma once
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t run(uint32_t rounds);

// How many rounds take native code some 50 ms.
static const uint32_t default_rounds;

static inline uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
  return x ^ (x >> 31);
}

static inline uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

// main [ROUNDS]; /N stands for the Nth part of the default.
static uint32_t rounds_of(const char* argument) {
  if (*argument != '/') return (uint32_t)strtoul(argument, NULL, 10);
  uint32_t part = (uint32_t)strtoul(argument + 1, NULL, 10);
  return part && default_rounds / part ? default_rounds / part : 1;
}

int main(int argc, char** argv) {
  uint32_t rounds = argc > 1 ? rounds_of(argv[1]) : default_rounds;
  uint64_t start = now();
  uint64_t checksum = run(rounds);
  uint64_t end = now();
  printf("%016" PRIx64 "\n", checksum);
  fprintf(stderr, "ns %" PRIu64 "\n", end - start);
  return 0;
}
