/* Finalizers of many instances in two stores: each is called once, at the latest with its store. */

#include "support.h"

enum { instances = 20000 };
static int live = 0;
static char seen[3][instances];

static void finalize(void* data) {
  char* mark = (char*)data;
  CHECK(*mark == 1);
  *mark = 2;
  --live;
}

static void run(wasm_engine_t* engine, wasm_store_t* store, char* marks) {
  wasm_module_t* module =
      load(engine, store, "(module (func (export \"f\")) (func (export \"g\")))");
  for (int i = 0; i < instances; ++i) {
    wasm_instance_t* instance = wasm_instance_new(store, module, NULL, NULL);
    CHECK(instance != NULL);
    marks[i] = 1;
    wasm_instance_set_host_info_with_finalizer(instance, &marks[i], finalize);
    CHECK(wasm_instance_get_host_info(instance) == &marks[i]);
    wasm_instance_delete(instance);
    ++live;
  }
  wasm_module_delete(module);
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_store_t* first = wasm_store_new(engine);
  run(engine, first, seen[0]);
  wasm_store_t* second = wasm_store_new(engine);
  run(engine, second, seen[1]);
  wasm_store_delete(second);
  for (int i = 0; i < instances; ++i) CHECK(seen[1][i] == 2);
  run(engine, first, seen[2]);
  CHECK(live < 2 * instances);
  wasm_store_delete(first);
  printf("live: %d\n", live);
  wasm_engine_delete(engine);
  return 0;
}
