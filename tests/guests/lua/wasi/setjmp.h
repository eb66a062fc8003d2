// wasi-libc has no setjmp: a Lua error that would be caught ends the program instead.
#pragma once
#include <stdio.h>
#include <stdlib.h>

typedef int jmp_buf;

static inline _Noreturn void lua_error_ends(int status) {
  fprintf(stderr, "lua: uncaught error (status %d)\n", status);
  abort();
}

#define LUAI_THROW(L, c) lua_error_ends((c)->status)
#define LUAI_TRY(L, c, a)  \
  if (((c)->b = 0) == 0) { \
    a                      \
  }
#define luai_jmpbuf jmp_buf
