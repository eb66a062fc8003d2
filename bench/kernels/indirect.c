// Calls through a table of functions, in an order that repeats late.
#include "kernel.h"

static const uint32_t default_rounds = 10000000;

typedef uint32_t (*Step)(uint32_t, uint32_t);

static uint32_t plus(uint32_t a, uint32_t b) {
  return a + b;
}
static uint32_t minus(uint32_t a, uint32_t b) {
  return a - b;
}
static uint32_t scaled(uint32_t a, uint32_t b) {
  return a * 31 + b;
}
static uint32_t turned(uint32_t a, uint32_t b) {
  return (a << 7 | a >> 25) ^ b;
}

static Step volatile source[] = {plus, minus, scaled, turned};

static uint64_t run(uint32_t rounds) {
  Step steps[4];
  for (int i = 0; i < 4; i++) steps[i] = source[i];
  uint32_t value = 1;
  for (uint32_t i = 0; i < rounds; i++) value = steps[(i ^ i >> 3) & 3](value, i);
  return value;
}
