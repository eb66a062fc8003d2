/* Modules with their machine code, and the lines of what has none. */

#include <unistd.h>

#include "support.h"

static const char* text =
    "(module (func (export \"answer\") (result i32) (i32.mul (i32.const 6) (i32.const 7))))";

static int32_t answer(wasm_engine_t* engine, const wasm_shared_module_t* shared) {
  wasm_store_t* store = wasm_store_new(engine);
  wasm_module_t* module = wasm_module_obtain(store, shared);
  wasm_instance_t* instance = wasm_instance_new(store, module, NULL, NULL);
  wasm_extern_t* function = get_export(instance, "answer");
  const int32_t result = call_i32(wasm_extern_as_func(function), 0, NULL);
  wasm_extern_delete(function);
  wasm_instance_delete(instance);
  wasm_module_delete(module);
  wasm_store_delete(store);
  return result;
}

/* The image as a file has it. */
static void load_file(wasm_engine_t* engine, const wasm_byte_vec_t* image) {
  char path[] = "wrun-precompiled-XXXXXX";
  const int descriptor = mkstemp(path);
  CHECK(descriptor >= 0);
  FILE* const file = fdopen(descriptor, "wb");
  CHECK(file != NULL && fwrite(image->data, 1, image->size, file) == image->size);
  CHECK(fclose(file) == 0);
  wasm_shared_module_t* loaded = NULL;
  OK(wrun_module_deserialize_trusted_file(engine, path, &loaded));
  CHECK(answer(engine, loaded) == 42);
  wasm_shared_module_delete(loaded);
  CHECK(unlink(path) == 0);
  wrun_error_t* error = wrun_module_deserialize_trusted_file(engine, path, &loaded);
  CHECK(error != NULL && wrun_error_kind(error) == WRUN_ERROR_IO);
  wrun_error_delete(error);
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_shared_module_t* module = NULL;
  OK(wrun_module_from_text(engine, text, strlen(text), &module));
  wasm_name_t file;
  uint32_t line = 0;
  uint32_t column = 0;
  CHECK(!wrun_module_source_location(module, 30, &file, &line, &column));

  wasm_byte_vec_t image;
  wrun_error_t* error = wrun_module_serialize(module, &image);
  if (error != NULL) {
    /* Nothing can be compiled here. */
    CHECK(wrun_error_kind(error) == WRUN_ERROR_USAGE && image.size == 0);
    wrun_error_delete(error);
    printf("%" PRId32 "\n", answer(engine, module));
  } else {
    CHECK(wrun_module_is_serialized(image.data, image.size));
    wasm_shared_module_t* loaded = NULL;
    OK(wrun_module_deserialize_trusted(engine, image.data, image.size, &loaded));
    printf("%" PRId32 "\n", answer(engine, loaded));
    wasm_shared_module_delete(loaded);
    load_file(engine, &image);
    image.data[image.size / 2] ^= 1;
    error = wrun_module_deserialize_trusted(engine, image.data, image.size, &loaded);
    CHECK(error != NULL && wrun_error_kind(error) == WRUN_ERROR_MALFORMED);
    wrun_error_delete(error);
  }
  CHECK(!wrun_module_is_serialized(text, strlen(text)));
  wasm_byte_vec_delete(&image);
  wasm_shared_module_delete(module);
  wasm_engine_delete(engine);
  return 0;
}
