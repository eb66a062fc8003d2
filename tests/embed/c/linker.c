/* Linkers: definitions by name, callbacks that know their caller, prepared modules. */

#include "support.h"

static int finalized = 0;
static void finalize(void* env) {
  (void)env;
  ++finalized;
}

/* Reads a text of the calling instance's memory. */
static wrun_error_t* print(void* env, wrun_caller_t* caller, const wrun_val_t* args,
                           size_t arg_count, wrun_val_t* results, size_t result_count) {
  CHECK(arg_count == 2 && result_count == 1 && results[0].kind == WASM_I32);
  wasm_extern_t* memory = NULL;
  wrun_error_t* error = wrun_caller_get(caller, "memory", &memory);
  if (error) return error;
  char text[64] = {0};
  const uint64_t size = (uint32_t)args[1].of.i32;
  error = size < sizeof text ? wrun_memory_read(wasm_extern_as_memory(memory),
                                                (uint32_t)args[0].of.i32, text, (size_t)size)
                             : wrun_error_new(WRUN_ERROR_HOST, "too long");
  wasm_extern_delete(memory);
  if (error) return error;
  printf("%s %s\n", (const char*)env, text);
  wasm_instance_t* instance = wrun_caller_instance(caller);
  CHECK(instance != NULL);
  wasm_instance_delete(instance);
  wrun_error_t* trace = wrun_caller_backtrace(caller);
  CHECK(wrun_error_frame_count(trace) == 1);
  wrun_error_delete(trace);
  wrun_caller_report(caller, size, 0, 5);
  results[0].of.i32 = (int32_t)size;
  return NULL;
}

static wrun_error_t* leave(void* env, wrun_caller_t* caller, const wrun_val_t* args,
                           size_t arg_count, wrun_val_t* results, size_t result_count) {
  (void)env, (void)args, (void)arg_count, (void)results, (void)result_count;
  CHECK(wrun_caller_store(caller) != NULL);
  return wrun_error_new_exit(9);
}

static const char* guest =
    "(module (import \"host\" \"print\" (func $print (param i32 i32) (result i32)))"
    " (import \"host\" \"leave\" (func $leave))"
    " (memory (export \"memory\") 1)"
    " (data (i32.const 8) \"from the guest\")"
    " (func (export \"run\") (result i32) (call $print (i32.const 8) (i32.const 14)))"
    " (func (export \"far\") (result i32) (call $print (i32.const 65530) (i32.const 14)))"
    " (func (export \"leave\") (call $leave)))";

static void define(wrun_linker_t* linker) {
  wasm_functype_t* type =
      wasm_functype_new_2_1(wasm_valtype_new_i32(), wasm_valtype_new_i32(), wasm_valtype_new_i32());
  OK(wrun_linker_define_func(linker, "env", "print", type, print, (void*)"hello", finalize));
  FAILS(WRUN_ERROR_USAGE, wrun_linker_define_func(linker, "env", "null", type, NULL, NULL, NULL));
  wasm_functype_delete(type);
  type = wasm_functype_new_0_0();
  OK(wrun_linker_define_func(linker, "env", "leave", type, leave, NULL, NULL));
  wasm_functype_delete(type);
  OK(wrun_linker_alias_module(linker, "env", "host"));
  CHECK(wrun_linker_defines(linker, "host", "print"));
  CHECK(!wrun_linker_defines(linker, "host", "null"));
}

static void run(wasm_store_t* store, wasm_instance_t* instance) {
  wasm_extern_t* function = get_export(instance, "run");
  wrun_val_t result;
  OK(wrun_func_call(wasm_extern_as_func(function), NULL, 0, &result, 1));
  CHECK(result.kind == WASM_I32 && result.of.i32 == 14);
  wasm_extern_delete(function);

  function = get_export(instance, "far");
  FAILS(WRUN_ERROR_TRAP, wrun_func_call(wasm_extern_as_func(function), NULL, 0, &result, 1));
  wasm_extern_delete(function);

  function = get_export(instance, "leave");
  wrun_error_t* error = wrun_func_call(wasm_extern_as_func(function), NULL, 0, NULL, 0);
  int status = 0;
  CHECK(error && wrun_error_exit_status(error, &status) && status == 9);
  wrun_error_delete(error);
  wasm_extern_delete(function);

  wrun_usage_t usage = WRUN_USAGE_INIT;
  OK(wrun_store_usage(store, &usage));
  CHECK(usage.host_bytes_in % 14 == 0 && usage.host_time_ns % 5 == 0 && usage.host_calls >= 3);
}

/* Objects and instances of one store. */
static void test_objects(wasm_engine_t* engine, const wrun_linker_t* base) {
  wasm_store_t* store = wasm_store_new(engine);
  wrun_linker_t* linker = wrun_linker_copy(base);
  wasm_instance_t* library =
      instantiate(engine, store,
                  "(module (func (export \"seven\") (result i32) (i32.const 7))"
                  " (global (export \"g\") i32 (i32.const 5)))");
  OK(wrun_linker_define_instance(linker, "library", library));
  wasm_extern_t* seven = get_export(library, "seven");
  OK(wrun_linker_define(linker, "alone", "seven", seven));
  wasm_extern_delete(seven);
  wasm_instance_delete(library);
  OK(wrun_store_collect(store));

  wasm_shared_module_t* module = NULL;
  const char* text =
      "(module (import \"library\" \"seven\" (func $a (result i32)))"
      " (import \"alone\" \"seven\" (func $b (result i32)))"
      " (import \"library\" \"g\" (global $g i32))"
      " (func (export \"sum\") (result i32)"
      "  (i32.add (global.get $g) (i32.add (call $a) (call $b)))))";
  OK(wrun_module_from_text(engine, text, strlen(text), &module));
  wasm_instance_t* instance = NULL;
  FAILS(WRUN_ERROR_UNLINKABLE, wrun_linker_instantiate(base, store, module, &instance));
  OK(wrun_linker_instantiate(linker, store, module, &instance));
  wasm_shared_module_t* same = NULL;
  OK(wrun_instance_module(instance, &same));
  CHECK(wrun_module_same(same, module));
  wasm_extern_t* sum = get_export(instance, "sum");
  printf("sum %" PRId32 "\n", call_i32(wasm_extern_as_func(sum), 0, NULL));
  wasm_extern_delete(sum);
  wasm_extern_t* none = NULL;
  FAILS(WRUN_ERROR_USAGE, wrun_instance_get(instance, "none", &none));

  wasm_store_t* other = wasm_store_new(engine);
  FAILS(WRUN_ERROR_USAGE, wrun_linker_instantiate(linker, other, module, &instance));
  wasm_store_delete(other);

  wasm_shared_module_delete(same);
  wasm_shared_module_delete(module);
  wasm_instance_delete(instance);
  wrun_linker_delete(linker);
  wasm_store_delete(store);
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wrun_linker_t* linker = wrun_linker_new(engine);
  define(linker);
  wasm_shared_module_t* module = NULL;
  OK(wrun_module_from_text(engine, guest, strlen(guest), &module));
  wrun_prepared_t* prepared = NULL;
  OK(wrun_linker_prepare(linker, module, &prepared));
  test_objects(engine, linker);
  wrun_linker_delete(linker);
  wrun_prepared_t* copy = wrun_prepared_copy(prepared);
  wrun_prepared_delete(prepared);
  wasm_shared_module_t* same = wrun_prepared_module(copy);
  CHECK(wrun_module_same(same, module));
  wasm_shared_module_delete(same);
  for (int i = 0; i < 2; ++i) {
    wasm_store_t* store = wasm_store_new(engine);
    wasm_instance_t* instance = NULL;
    OK(wrun_prepared_instantiate(copy, store, &instance));
    run(store, instance);
    wasm_instance_delete(instance);
    wasm_store_delete(store);
  }
  CHECK(finalized == 0);
  wrun_prepared_delete(copy);
  wasm_shared_module_delete(module);
  wasm_engine_delete(engine);
  printf("finalized %d\n", finalized);
  return 0;
}
