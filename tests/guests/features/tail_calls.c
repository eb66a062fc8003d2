// An interpreter whose instructions are functions that end in a tail call: without real tail calls
// it would need a stack of millions of frames.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Machine Machine;
typedef uint64_t (*Instruction)(Machine*, const uint8_t*, uint64_t, uint64_t);

struct Machine {
  const Instruction* instructions;
  uint64_t registers[4];
  uint64_t executed;
};

#define NEXT(pc, a, b)                                                      \
  do {                                                                      \
    ++m->executed;                                                          \
    __attribute__((musttail)) return m->instructions[*(pc)](m, (pc), a, b); \
  } while (0)

static uint64_t add(Machine* m, const uint8_t* pc, uint64_t a, uint64_t b) {
  NEXT(pc + 1, a + b, b);
}
static uint64_t mix(Machine* m, const uint8_t* pc, uint64_t a, uint64_t b) {
  NEXT(pc + 1, (a ^ (a >> 29)) * 0xbf58476d1ce4e5b9u, b + 0x9e3779b97f4a7c15u);
}
static uint64_t swap(Machine* m, const uint8_t* pc, uint64_t a, uint64_t b) {
  NEXT(pc + 1, b, a);
}
static uint64_t keep(Machine* m, const uint8_t* pc, uint64_t a, uint64_t b) {
  m->registers[pc[1]] ^= a;
  NEXT(pc + 2, a, b);
}
static uint64_t repeat(Machine* m, const uint8_t* pc, uint64_t a, uint64_t b) {
  if (m->registers[3]-- > 0) NEXT(pc - pc[1], a, b);
  NEXT(pc + 2, a, b);
}
static uint64_t stop(Machine* m, const uint8_t* pc, uint64_t a, uint64_t b) {
  (void)pc;
  return a ^ b ^ m->registers[0] ^ m->registers[1];
}

static int is_odd(uint64_t n);
static int is_even(uint64_t n) {
  if (n == 0) return 1;
  __attribute__((musttail)) return is_odd(n - 1);
}
static int is_odd(uint64_t n) {
  if (n == 0) return 0;
  __attribute__((musttail)) return is_even(n - 1);
}

int main(int argc, char** argv) {
  static const Instruction instructions[] = {add, mix, swap, keep, repeat, stop};
  static const uint8_t program[] = {0, 1, 2, 3, 0, 1, 3, 1, 4, 8, 5};
  const uint64_t rounds = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000;
  Machine machine = {instructions, {0, 0, 0, rounds}, 0};
  const uint64_t result = machine.instructions[0](&machine, program, 1, 2);
  printf("%016llx after %llu instructions\n", (unsigned long long)result,
         (unsigned long long)machine.executed);
  printf("%d %d\n", is_even(10 * rounds), is_odd(10 * rounds));
  return 0;
}
