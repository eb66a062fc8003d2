/* Calls that callbacks set aside, continued here and on another thread. */

#include <pthread.h>

#include "support.h"

static int asked;

static wrun_error_t* ask(void* env, wrun_caller_t* caller, const wrun_val_t* args, size_t arg_count,
                         wrun_val_t* results, size_t result_count) {
  (void)env, (void)args, (void)arg_count, (void)results, (void)result_count;
  ++asked;
  CHECK(wrun_caller_can_pause(caller) == (asked < 100));
  wrun_caller_pause(caller);
  return NULL;
}

static wrun_val_t i32(int32_t number) {
  wrun_val_t value = {WASM_I32, {0}};
  value.of.i32 = number;
  return value;
}

static wrun_resumable_t* start(const wasm_func_t* function, int32_t number) {
  const wrun_val_t arg = i32(number);
  wrun_resumable_t* call = NULL;
  OK(wrun_func_start(function, &arg, 1, &call));
  CHECK(wrun_resumable_is_paused(call) && !wrun_resumable_is_finished(call));
  return call;
}

static void* resume_elsewhere(void* arg) {
  const wrun_val_t value = i32(40);
  OK(wrun_resumable_resume(arg, &value, 1));
  return NULL;
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_store_t* store = wasm_store_new(engine);
  wrun_linker_t* linker = wrun_linker_new(engine);
  wasm_functype_t* type = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
  OK(wrun_linker_define_func(linker, "host", "ask", type, ask, NULL, NULL));
  wasm_functype_delete(type);
  const char* text =
      "(module (import \"host\" \"ask\" (func $ask (param i32) (result i32)))"
      " (func (export \"run\") (param i32) (result i32 i64)"
      "  (i32.add (call $ask (local.get 0)) (call $ask (i32.const 1))) (i64.const 5)))";
  wasm_shared_module_t* module = NULL;
  wasm_instance_t* instance = NULL;
  OK(wrun_module_from_text(engine, text, strlen(text), &module));
  OK(wrun_linker_instantiate(linker, store, module, &instance));
  wasm_shared_module_delete(module);
  wrun_linker_delete(linker);
  wasm_extern_t* run = get_export(instance, "run");
  const wasm_func_t* function = wasm_extern_as_func(run);

  wrun_resumable_t* call = start(function, 1);
  wrun_val_t wrong = {WASM_I64, {0}}, two = i32(2), results[2];
  FAILS(WRUN_ERROR_USAGE, wrun_resumable_resume(call, &wrong, 1));
  FAILS(WRUN_ERROR_USAGE, wrun_resumable_results(call, results, 2));
  OK(wrun_resumable_resume(call, &two, 1));
  CHECK(wrun_resumable_is_paused(call) && asked == 2);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, resume_elsewhere, call) == 0);
  pthread_join(thread, NULL);
  CHECK(wrun_resumable_is_finished(call));
  FAILS(WRUN_ERROR_USAGE, wrun_resumable_results(call, results, 1));
  OK(wrun_resumable_results(call, results, 2));
  CHECK(results[0].of.i32 == 42 && results[1].kind == WASM_I64 && results[1].of.i64 == 5);
  FAILS(WRUN_ERROR_USAGE, wrun_resumable_results(call, results, 2));
  FAILS(WRUN_ERROR_USAGE, wrun_resumable_resume(call, &two, 1));
  wrun_resumable_delete(call);

  call = start(function, 1);
  FAILS(WRUN_ERROR_DENIED,
        wrun_resumable_fail(call, wrun_error_new(WRUN_ERROR_DENIED, "not today")));
  CHECK(!wrun_resumable_is_paused(call) && !wrun_resumable_is_finished(call));
  wrun_resumable_delete(call);

  /* An ordinary call can't be paused. */
  asked = 100;
  FAILS(WRUN_ERROR_USAGE, wrun_func_call(function, &two, 1, results, 2));

  /* One that is given up frees its frames, and keeps its store until then. */
  asked = 0;
  call = start(function, 1);
  wasm_extern_delete(run);
  wasm_instance_delete(instance);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  CHECK(wrun_resumable_is_paused(call));
  wrun_resumable_delete(call);
  wrun_resumable_delete(NULL);
  printf("waited for by nobody\n");
  return 0;
}
