// setjmp and longjmp for programs compiled with
//   -mllvm -wasm-enable-sjlj -mexception-handling
// which turns them into WebAssembly exceptions; sjlj.c is the other half. wasi-libc has neither.
#pragma once

// The first word is the number of the setjmp call that last filled it in.
typedef struct {
  unsigned id;
} jmp_buf[1];
typedef jmp_buf sigjmp_buf;

int setjmp(jmp_buf) __attribute__((returns_twice));
_Noreturn void longjmp(jmp_buf, int);

#define _setjmp setjmp
#define _longjmp longjmp
