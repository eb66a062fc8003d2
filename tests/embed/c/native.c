/* C functions as imports, and functions as C function pointers. */

#include "support.h"

static int32_t sum(const int32_t* numbers, size_t count) {
  int32_t total = 0;
  for (size_t i = 0; i < count; ++i) total += numbers[i];
  return total;
}

typedef int (*compare_t)(const void*, const void*);

static const char* text =
    "(module"
    " (import \"env\" \"sum\" (func $sum (param i32 i32) (result i32)))"
    " (import \"env\" \"strlen\" (func $strlen (param i32) (result i32)))"
    " (memory (export \"memory\") 1)"
    " (data (i32.const 16) \"\\04\\00\\00\\00\\02\\00\\00\\00\\09\\00\\00\\00\\01\\00\\00\\00\")"
    " (data (i32.const 64) \"hello\\00\")"
    " (func (export \"sum\") (param i32) (result i32) (call $sum (i32.const 16) (local.get 0)))"
    " (func (export \"length\") (result i32) (call $strlen (i32.const 64)))"
    " (func (export \"compare\") (param i32 i32) (result i32)"
    "  (i32.sub (i32.load (local.get 0)) (i32.load (local.get 1))))"
    " (func (export \"fail\") (param i32 i32) (result i32) unreachable))";

static wrun_native_callback_t* as_compare(wasm_instance_t* instance, const char* name,
                                          wasm_memory_t* memory) {
  const wrun_native_kind_t params[] = {WRUN_NATIVE_POINTER, WRUN_NATIVE_POINTER};
  wasm_extern_t* function = get_export(instance, name);
  wrun_native_callback_t* callback = NULL;
  OK(wrun_func_as_native(wasm_extern_as_func(function), memory, WRUN_NATIVE_I32, params, 2,
                         &callback));
  wasm_extern_delete(function);
  return callback;
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_store_t* store = wasm_store_new(engine);
  wrun_linker_t* linker = wrun_linker_new(engine);
  wrun_error_t* error = wrun_linker_define_native(linker, "env", "sum", "i32(ptr:$1*4, usize)",
                                                  (wrun_native_function_t)sum);
  if (error) {
    /* Without libffi, that is what everything says. */
    CHECK(wrun_error_kind(error) == WRUN_ERROR_USAGE);
    printf("skipped: %s\n", wrun_error_message(error));
    return 77;
  }
  FAILS(WRUN_ERROR_USAGE, wrun_linker_define_native(linker, "env", "x", "i32(", NULL));
  FAILS(WRUN_ERROR_USAGE,
        wrun_linker_define_native(linker, "env", "x", "nothing(i32)", (wrun_native_function_t)sum));
  FAILS(WRUN_ERROR_IO,
        wrun_linker_define_symbol(linker, "env", "x", "void()", NULL, "no_such_symbol"));
  FAILS(WRUN_ERROR_IO, wrun_linker_define_symbol(linker, "env", "x", "void()", "no-such.so", "f"));
  OK(wrun_linker_define_symbol(linker, "env", "strlen", "usize(cstr)", NULL, "strlen"));
  wasm_shared_module_t* module = NULL;
  wasm_instance_t* instance = NULL;
  OK(wrun_module_from_text(engine, text, strlen(text), &module));
  OK(wrun_linker_instantiate(linker, store, module, &instance));
  wasm_shared_module_delete(module);
  wrun_linker_delete(linker);

  wasm_extern_t* sum_export = get_export(instance, "sum");
  const int32_t four = 4;
  CHECK(call_i32(wasm_extern_as_func(sum_export), 1, &four) == 16);
  const wrun_val_t too_many = {WASM_I32, {100000}};
  wrun_val_t result;
  FAILS(WRUN_ERROR_TRAP, wrun_func_call(wasm_extern_as_func(sum_export), &too_many, 1, &result, 1));
  wasm_extern_delete(sum_export);
  wasm_extern_t* length = get_export(instance, "length");
  CHECK(call_i32(wasm_extern_as_func(length), 0, NULL) == 5);

  wrun_native_callback_t* callback = NULL;
  const wrun_native_kind_t unknown = 99;
  FAILS(WRUN_ERROR_USAGE, wrun_func_as_native(wasm_extern_as_func(length), NULL, WRUN_NATIVE_I64,
                                              NULL, 0, &callback));
  FAILS(WRUN_ERROR_USAGE, wrun_func_as_native(wasm_extern_as_func(length), NULL, WRUN_NATIVE_I32,
                                              &unknown, 1, &callback));
  OK(wrun_func_as_native(wasm_extern_as_func(length), NULL, WRUN_NATIVE_U32, NULL, 0, &callback));
  wasm_extern_delete(length);
  CHECK(((uint32_t(*)(void))wrun_native_callback_get(callback))() == 5);
  wrun_native_callback_delete(callback);

  wasm_extern_t* exported = get_export(instance, "memory");
  wasm_memory_t* memory = wasm_extern_as_memory(exported);
  void* numbers = NULL;
  OK(wrun_memory_span(memory, 16, 16, &numbers));
  callback = as_compare(instance, "compare", memory);
  wrun_native_callback_t* failing = as_compare(instance, "fail", memory);
  wasm_instance_delete(instance);
  wasm_extern_delete(exported);
  qsort(numbers, 4, 4, (compare_t)wrun_native_callback_get(callback));
  OK(wrun_native_callback_check(callback));
  const int32_t* sorted = numbers;
  CHECK(sorted[0] == 1 && sorted[1] == 2 && sorted[2] == 4 && sorted[3] == 9);

  const compare_t fails = (compare_t)wrun_native_callback_get(failing);
  CHECK(fails(numbers, numbers) == 0 && fails(numbers, numbers) == 0);
  FAILS(WRUN_ERROR_TRAP, wrun_native_callback_check(failing));
  OK(wrun_native_callback_check(failing));
  CHECK(fails("elsewhere", numbers) == 0);
  FAILS(WRUN_ERROR_USAGE, wrun_native_callback_check(failing));
  wrun_native_callback_delete(failing);
  wrun_native_callback_delete(callback);
  wrun_native_callback_delete(NULL);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  printf("sorted by WebAssembly\n");
  return 0;
}
