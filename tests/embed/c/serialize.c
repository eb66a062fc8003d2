/* Modules to bytes and back. */

#include "support.h"

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_store_t* store = wasm_store_new(engine);
  wasm_module_t* module =
      load(engine, store, "(module (func (export \"answer\") (result i32) (i32.const 42)))");
  wasm_byte_vec_t image;
  wasm_module_serialize(module, &image);
  CHECK(image.size > 0);
  wasm_module_delete(module);

  wasm_module_t* again = wasm_module_deserialize(store, &image);
  CHECK(again != NULL);
  wasm_instance_t* instance = wasm_instance_new(store, again, NULL, NULL);
  wasm_extern_t* answer = get_export(instance, "answer");
  printf("%" PRId32 "\n", call_i32(wasm_extern_as_func(answer), 0, NULL));
  wasm_extern_delete(answer);
  wasm_instance_delete(instance);
  wasm_module_delete(again);

  /* Nothing that was damaged comes back: every byte of the header, the size, the code. */
  for (size_t i = 0; i < image.size; ++i) {
    const char before = image.data[i];
    image.data[i] = (char)(before ^ 0x55);
    wasm_module_t* damaged = wasm_module_deserialize(store, &image);
    if (i < 32) CHECK(damaged == NULL);
    wasm_module_delete(damaged);
    image.data[i] = before;
  }
  for (size_t size = 0; size < image.size; ++size) {
    const wasm_byte_vec_t part = {size, image.data};
    CHECK(wasm_module_deserialize(store, &part) == NULL);
  }
  wasm_byte_vec_delete(&image);

  wasm_byte_vec_t binary;
  assemble(engine, "(module)", &binary);
  CHECK(wasm_module_validate(store, &binary));
  CHECK(wasm_module_deserialize(store, &binary) == NULL);
  binary.data[4] = 99;
  CHECK(!wasm_module_validate(store, &binary) && wasm_module_new(store, &binary) == NULL);
  wasm_byte_vec_delete(&binary);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  return 0;
}
