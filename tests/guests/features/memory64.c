// A memory that needs 64-bit addresses: a table is spread over six gigabytes, of which little is
// touched. Without a libc on WebAssembly, where `run` is called by name.

#include <stdint.h>

enum { page = 65536, stride = 3 * 4096 + 8 };
static const uint64_t bytes = UINT64_C(6) << 30;

#ifdef __wasm__
static unsigned char* reserve(void) {
  const uint64_t start = __builtin_wasm_memory_grow(0, bytes / page);
  return start == UINT64_MAX ? 0 : (unsigned char*)(start * page);
}
#define EXPORT __attribute__((export_name("run")))
#else
#include <stdio.h>
#include <stdlib.h>
static unsigned char* reserve(void) {
  return calloc(bytes, 1);
}
#define EXPORT static
#endif

EXPORT uint64_t run(uint64_t count) {
  unsigned char* base = reserve();
  if (base == 0) return 0;
  uint64_t state = 88172645463325252u;
  for (uint64_t i = 0; i < count; ++i) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    uint64_t* cell = (uint64_t*)(base + state % (bytes / stride / 64) * 64 * stride);
    *cell = *cell * 31 + state;
  }
  uint64_t sum = 0;
  for (uint64_t at = 0; at + 8 <= bytes; at += 64 * stride)
    sum = sum * 33 + *(uint64_t*)(base + at);
  return sum;
}

#ifndef __wasm__
int main(int argc, char** argv) {
  printf("%lld\n", (long long)run(argc > 1 ? strtoull(argv[1], NULL, 10) : 0));
}
#endif
