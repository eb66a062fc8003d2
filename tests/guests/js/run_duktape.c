// Runs a script with Duktape: duktape FILE. An uncaught error is printed, and ends it with 1. On
// stderr how long the script took, in ns.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "duktape.h"
#include "file.h"

static duk_ret_t print(duk_context* context) {
  const duk_idx_t count = duk_get_top(context);
  for (duk_idx_t i = 0; i < count; ++i) {
    printf("%s%s", i == 0 ? "" : " ", duk_to_string(context, i));
  }
  putchar('\n');
  return 0;
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

int main(int argc, char** argv) {
  const char* name = argc > 1 ? argv[1] : "";
  char* script = read_file(name);
  if (script == NULL) {
    perror(name);
    return 1;
  }
  duk_context* context = duk_create_heap_default();
  if (context == NULL) return 1;
  duk_push_c_function(context, print, DUK_VARARGS);
  duk_put_global_string(context, "print");
  duk_push_string(context, name);
  const uint64_t start = now();
  const int failed = duk_pcompile_string_filename(context, 0, script) || duk_pcall(context, 0);
  if (failed) printf("uncaught %s\n", duk_safe_to_string(context, -1));
  fprintf(stderr, "ns %" PRIu64 "\n", now() - start);
  duk_destroy_heap(context);
  free(script);
  return failed;
}
