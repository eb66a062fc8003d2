// Runs a script with MuJS: mujs FILE. An uncaught error is printed, and ends it with 1.

#include <stdio.h>
#include <stdlib.h>

#include "file.h"
#include "mujs.h"

static void print(js_State* state) {
  const int end = js_gettop(state);
  for (int i = 1; i < end; ++i) printf("%s%s", i == 1 ? "" : " ", js_tostring(state, i));
  putchar('\n');
  js_pushundefined(state);
}

static int run(js_State* state, const char* name, const char* script) {
  if (js_ploadstring(state, name, script)) return 1;
  js_pushundefined(state);
  return js_pcall(state, 0);
}

int main(int argc, char** argv) {
  const char* name = argc > 1 ? argv[1] : "";
  char* script = read_file(name);
  if (script == NULL) {
    perror(name);
    return 1;
  }
  js_State* state = js_newstate(NULL, NULL, JS_STRICT);
  if (state == NULL) return 1;
  js_newcfunction(state, print, "print", 0);
  js_setglobal(state, "print");
  const int failed = run(state, name, script);
  if (failed) printf("uncaught %s\n", js_trystring(state, -1, "error"));
  js_freestate(state);
  free(script);
  return failed;
}
