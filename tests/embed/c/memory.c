/* Memories: read, written and grown by both sides. */

#include "support.h"

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_store_t* store = wasm_store_new(engine);
  wasm_instance_t* instance =
      instantiate(engine, store,
                  "(module"
                  " (memory (export \"memory\") 1 3)"
                  " (data (i32.const 0x1000) \"\\01\\02\\03\")"
                  " (func (export \"load\") (param i32) (result i32) (i32.load8_s (local.get 0)))"
                  " (func (export \"grow\") (param i32) (result i32)"
                  "  (memory.grow (local.get 0))))");
  wasm_extern_vec_t exports;
  wasm_instance_exports(instance, &exports);
  wasm_memory_t* memory = wasm_extern_as_memory(exports.data[0]);
  const wasm_func_t* load_byte = wasm_extern_as_func(exports.data[1]);
  const wasm_func_t* grow = wasm_extern_as_func(exports.data[2]);

  printf("%" PRIu32 " page, %zu bytes\n", wasm_memory_size(memory), wasm_memory_data_size(memory));
  CHECK(wasm_memory_data_size(memory) == MEMORY_PAGE_SIZE);
  printf("at 0x1002: %d\n", wasm_memory_data(memory)[0x1002]);
  wasm_memory_data(memory)[0x2000] = -9;
  printf("load(0x2000) = %" PRId32 "\n", call_i32(load_byte, 1, (const int32_t[]){0x2000}));

  CHECK(wasm_memory_grow(memory, 1));
  printf("grow(1) = %" PRId32 "\n", call_i32(grow, 1, (const int32_t[]){1}));
  printf("grow(1) = %" PRId32 "\n", call_i32(grow, 1, (const int32_t[]){1}));
  CHECK(!wasm_memory_grow(memory, 1));
  CHECK(wasm_memory_grow(memory, 0));
  printf("%" PRIu32 " pages\n", wasm_memory_size(memory));
  wasm_memorytype_t* type = wasm_memory_type(memory);
  CHECK(wasm_memorytype_limits(type)->min == 3 && wasm_memorytype_limits(type)->max == 3);
  wasm_memorytype_delete(type);

  wasm_limits_t limits = {5, 5};
  type = wasm_memorytype_new(&limits);
  wasm_memory_t* other = wasm_memory_new(store, type);
  CHECK(wasm_memory_size(other) == 5 && !wasm_memory_grow(other, 1));
  wasm_memory_delete(other);
  wasm_memorytype_delete(type);
  limits.min = 6;
  type = wasm_memorytype_new(&limits);
  CHECK(wasm_memory_new(store, type) == NULL);
  wasm_memorytype_delete(type);

  wasm_extern_vec_delete(&exports);
  wasm_instance_delete(instance);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  return 0;
}
