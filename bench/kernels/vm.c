// A bytecode interpreter's loop: a switch in a loop, a stack and variables in memory.
#include "kernel.h"

static const uint32_t default_rounds = 5000;

typedef enum { push, load, store, add, sub, mul, xor_, less, jump_if, jump, halt } Op;

// s = 1; for (i = 0; i < n; i++) { s = s * 31 + i; if (!(s < 64)) s ^= 77; }
enum { loop = 8, body = 16, next = 40 };
static const int32_t program[] = {
    push, 0, store, 0,                                        //
    push, 1, store, 1,                                        //
    load, 0, load,  2,  less, jump_if, body, halt,            // loop
    load, 1, push,  31, mul,  load,    0,    add,  store, 1,  // body
    load, 1, push,  64, less, jump_if, next,                  //
    load, 1, push,  77, xor_, store,   1,                     //
    load, 0, push,  1,  add,  store,   0,    jump, loop,      // next
};

static int32_t interpret(const int32_t* code, int32_t n) {
  int32_t stack[16], variables[3] = {0, 0, n};
  int32_t* top = stack;
  for (const int32_t* pc = code;;) {
    switch ((Op)*pc++) {
      case push:
        *top++ = *pc++;
        break;
      case load:
        *top++ = variables[*pc++];
        break;
      case store:
        variables[*pc++] = *--top;
        break;
      case add:
        top--, top[-1] = (int32_t)((uint32_t)top[-1] + (uint32_t)top[0]);
        break;
      case sub:
        top--, top[-1] = (int32_t)((uint32_t)top[-1] - (uint32_t)top[0]);
        break;
      case mul:
        top--, top[-1] = (int32_t)((uint32_t)top[-1] * (uint32_t)top[0]);
        break;
      case xor_:
        top--, top[-1] ^= top[0];
        break;
      case less:
        top--, top[-1] = top[-1] < top[0];
        break;
      case jump_if:
        pc = *--top ? code + *pc : pc + 1;
        break;
      case jump:
        pc = code + *pc;
        break;
      case halt:
        return variables[1];
    }
  }
}

static uint64_t run(uint32_t rounds) {
  uint64_t checksum = 0;
  for (uint32_t i = 0; i < rounds; i++) {
    checksum = checksum * 31 + (uint32_t)interpret(program, 300 + (int32_t)(i % 7));
  }
  return checksum;
}
