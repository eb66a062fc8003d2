/* Errors: kinds, places, backtraces, to traps and back. */

#include "support.h"

static void test_kinds(void) {
  for (int kind = 0; kind <= WRUN_ERROR_HOST; ++kind) {
    wrun_error_t* error = wrun_error_new((wrun_errorkind_t)kind, "why");
    CHECK(wrun_error_kind(error) == kind && strcmp(wrun_error_message(error), "why") == 0);
    uint64_t offset;
    CHECK(!wrun_error_offset(error, &offset) && wrun_error_frame_count(error) == 0);
    printf("%s%s", wrun_errorkind_text((wrun_errorkind_t)kind),
           kind == WRUN_ERROR_HOST ? "\n" : ", ");
    wrun_error_delete(error);
  }
  CHECK(strcmp(wrun_errorkind_text(200), "") == 0 && strcmp(wrun_trapcode_text(200), "") == 0);
  for (int code = 0; code <= WRUN_TRAP_HOST_ERROR; ++code) {
    wrun_error_t* error = wrun_error_new_trap((wrun_trapcode_t)code);
    wrun_trapcode_t read = 255;
    CHECK(wrun_error_trap_code(error, &read) && read == code);
    CHECK(strcmp(wrun_error_message(error), wrun_trapcode_text(read)) == 0);
    wrun_error_delete(error);
  }
  wrun_error_t* left = wrun_error_new_exit(3);
  wrun_error_t* copy = wrun_error_copy(left);
  wrun_error_delete(left);
  int status = 0;
  CHECK(wrun_error_exit_status(copy, &status) && status == 3);
  wrun_trapcode_t code;
  CHECK(!wrun_error_trap_code(copy, &code));
  wrun_error_delete(copy);
  wrun_error_delete(NULL);
}

static void test_text(wasm_engine_t* engine) {
  wasm_shared_module_t* module = NULL;
  const char* text = "(module (func (result i32)\n  (i64.const 1)))";
  wrun_error_t* error = wrun_module_from_text(engine, text, strlen(text), &module);
  CHECK(error != NULL && module == NULL);
  uint64_t offset = 0;
  CHECK(wrun_error_offset(error, &offset));
  printf("%s at %" PRIu64 ": %s\n", wrun_errorkind_text(wrun_error_kind(error)), offset,
         wrun_error_message(error));
  wrun_error_delete(error);
}

static void test_backtrace(wasm_engine_t* engine, wasm_store_t* store) {
  wasm_instance_t* instance =
      instantiate(engine, store,
                  "(module $sample (memory 1)"
                  " (func $outer (export \"load\") (param i32) (result i32)"
                  "  (call $inner (local.get 0)))"
                  " (func $inner (param i32) (result i32) (i32.load (local.get 0))))");
  wasm_extern_t* function = get_export(instance, "load");
  const wrun_val_t arg = {WASM_I32, {.i32 = 65533}};
  wrun_val_t result;
  wrun_error_t* error = wrun_func_call(wasm_extern_as_func(function), &arg, 1, &result, 1);
  CHECK(error != NULL && wrun_error_kind(error) == WRUN_ERROR_TRAP);
  uint64_t address = 0, size = 0;
  CHECK(wrun_error_memory_access(error, &address, &size));
  printf("%s: %" PRIu64 " of %" PRIu64 "\n", wrun_error_message(error), address, size);

  wasm_trap_t* trap = wrun_error_to_trap(store, error);
  wrun_error_delete(error);
  error = wrun_trap_error(trap);
  wasm_trap_delete(trap);
  for (size_t i = 0; i < wrun_error_frame_count(error); ++i) {
    wrun_frame_info_t frame = WRUN_FRAME_INFO_INIT;
    CHECK(wrun_error_frame(error, i, &frame));
    printf("%s.%s func %" PRIu32 " at 0x%" PRIx64 "\n", frame.module_name, frame.func_name,
           frame.func_index, frame.offset);
  }
  wrun_frame_info_t frame = WRUN_FRAME_INFO_INIT;
  CHECK(!wrun_error_frame(error, 2, &frame));
  wrun_error_delete(error);
  wasm_extern_delete(function);
  wasm_instance_delete(instance);
}

static void test_equal(void) {
  wrun_error_t* error = wrun_error_new(WRUN_ERROR_HOST, "text");
  wrun_error_t* copy = wrun_error_copy(error);
  wrun_error_t* other = wrun_error_new(WRUN_ERROR_HOST, "another");
  CHECK(wrun_error_equal(error, copy) && !wrun_error_equal(error, other));
  wrun_error_delete(error);
  wrun_error_delete(copy);
  wrun_error_delete(other);
}

int main(void) {
  printf("%s\n", wrun_version());
  wasm_engine_t* engine = wasm_engine_new();
  wasm_store_t* store = wasm_store_new(engine);
  test_kinds();
  test_equal();
  test_text(engine);
  test_backtrace(engine, store);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  return 0;
}
