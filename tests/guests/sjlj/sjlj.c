// What clang's lowering of setjmp calls: a function that calls setjmp keeps a table of its own
// calls, in memory that it frees when it returns; a longjmp is an exception that carries the
// buffer, and every such function on the way asks whether the buffer's call is in its table.

#include <stdlib.h>

#include "setjmp.h"

// One call of setjmp: its number, and the place in the function to go on at. The number 0 ends
// the table.
struct Call {
  unsigned id;
  unsigned label;
};

// What the exception carries.
struct Jump {
  void* buffer;
  int value;
};

// The exception's tag among those that the compiler knows.
enum { c_longjmp = 1 };

static unsigned second_result;

void setTempRet0(unsigned value) {
  second_result = value;
}

unsigned getTempRet0(void) {
  return second_result;
}

// The table, perhaps moved; its size in calls is the second result.
struct Call* saveSetjmp(jmp_buf buffer, unsigned label, struct Call* table, unsigned size) {
  static unsigned last_id;
  buffer->id = ++last_id;
  unsigned used = 0;
  while (used < size && table[used].id != 0) ++used;
  if (used + 1 >= size) {
    size = size * 2 + 4;
    table = realloc(table, size * sizeof(struct Call));
    if (table == NULL) abort();
  }
  table[used] = (struct Call){buffer->id, label};
  table[used + 1] = (struct Call){0, 0};
  second_result = size;
  return table;
}

// The place to go on at, or 0 if the call isn't in the table.
unsigned testSetjmp(unsigned id, const struct Call* table, unsigned size) {
  for (unsigned i = 0; i < size && table[i].id != 0; ++i) {
    if (table[i].id == id) return table[i].label;
  }
  return 0;
}

void __wasm_longjmp(void* buffer, int value) {
  static struct Jump jump;
  jump = (struct Jump){buffer, value == 0 ? 1 : value};
  __builtin_wasm_throw(c_longjmp, &jump);
}
