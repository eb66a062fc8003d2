// Functions that return structs, which the multi-value ABI returns as several values: directly,
// through function pointers and through loops.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
  int64_t quotient;
  int64_t remainder;
} Division;

typedef struct {
  double x;
  int32_t i;
  float y;
  int64_t j;
} Mixed;

__attribute__((noinline)) static Division divide(int64_t a, int64_t b) {
  return (Division){a / b, a % b};
}

__attribute__((noinline)) static Mixed turn(Mixed m) {
  return (Mixed){m.y * 0.5, (int32_t)m.j, (float)m.x + 1, m.i + 1};
}

__attribute__((noinline)) static Mixed halve(Mixed m) {
  return (Mixed){m.x / 2, m.i / 2, m.y / 2, m.j / 2};
}

int main(int argc, char** argv) {
  static Mixed (*const volatile steps[])(Mixed) = {turn, halve, turn};
  const int rounds = argc > 1 ? atoi(argv[1]) : 1000;
  int64_t sum = 0;
  Mixed m = {1.5, 7, 0.25f, 1 << 20};
  for (int i = 1; i <= rounds; ++i) {
    const Division d = divide(INT64_C(1234567890123) * i, i % 37 + 1);
    sum += d.quotient ^ d.remainder;
    m = steps[i % 3](m);
    m.j += d.remainder;
  }
  printf("%lld\n%.17g %d %.9g %lld\n", (long long)sum, m.x, m.i, m.y, (long long)m.j);
  return 0;
}
