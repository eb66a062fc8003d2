/* Fresh instances, some made ahead. */

#include <pthread.h>

#include "support.h"

static wrun_error_t* seven(void* env, wrun_caller_t* caller, const wrun_val_t* args,
                           size_t arg_count, wrun_val_t* results, size_t result_count) {
  (void)env, (void)caller, (void)args, (void)arg_count, (void)result_count;
  results[0].of.i32 = 7;
  return NULL;
}

static int32_t next(wasm_instance_t* instance) {
  wasm_extern_t* function = get_export(instance, "next");
  const int32_t result = call_i32(wasm_extern_as_func(function), 0, NULL);
  wasm_extern_delete(function);
  return result;
}

static void* take_some(void* arg) {
  wrun_pool_t* pool = arg;
  for (int i = 0; i < 20; ++i) {
    wasm_store_t* store = NULL;
    wasm_instance_t* instance = NULL;
    OK(wrun_pool_take(pool, &store, &instance));
    CHECK(next(instance) == 7 && next(instance) == 14);
    wasm_instance_delete(instance);
    wasm_store_delete(store);
  }
  wrun_pool_delete(pool);
  return NULL;
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wrun_linker_t* linker = wrun_linker_new(engine);
  wasm_functype_t* type = wasm_functype_new_0_1(wasm_valtype_new_i32());
  OK(wrun_linker_define_func(linker, "host", "seven", type, seven, NULL, NULL));
  wasm_functype_delete(type);
  const char* text =
      "(module (import \"host\" \"seven\" (func $seven (result i32)))"
      " (memory 1) (func (export \"next\") (result i32)"
      "  (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (call $seven)))"
      "  (i32.load (i32.const 8))))";
  wasm_shared_module_t* module = NULL;
  OK(wrun_module_from_text(engine, text, strlen(text), &module));
  wrun_prepared_t* prepared = NULL;
  OK(wrun_linker_prepare(linker, module, &prepared));

  wrun_pool_options_t options = WRUN_POOL_OPTIONS_INIT;
  wrun_limits_t limits = WRUN_LIMITS_INIT;
  wrun_budget_limits_t most = WRUN_BUDGET_LIMITS_INIT;
  most.instances = 5;
  wrun_budget_t* budget = NULL;
  OK(wrun_budget_new(&most, &budget));
  limits.memory_bytes = 1 << 20;
  options.ready = 3;
  options.limits = &limits;
  options.budget = budget;
  wrun_pool_t* pool = NULL;
  OK(wrun_pool_new(prepared, &options, &pool));
  CHECK(wrun_pool_ready(pool) == 0);
  OK(wrun_pool_fill(pool));
  CHECK(wrun_pool_ready(pool) == 3);
  wasm_store_t* stores[5];
  wasm_instance_t* instances[5];
  for (int i = 0; i < 5; ++i) {
    OK(wrun_pool_take(pool, &stores[i], &instances[i]));
    CHECK(next(instances[i]) == 7);
  }
  CHECK(wrun_pool_ready(pool) == 0);
  wasm_store_t* refused = NULL;
  wasm_instance_t* none = NULL;
  FAILS(WRUN_ERROR_LIMIT, wrun_pool_take(pool, &refused, &none));
  for (int i = 0; i < 5; ++i) {
    wasm_instance_delete(instances[i]);
    wasm_store_delete(stores[i]);
  }
  wrun_pool_delete(pool);
  options.struct_size = 1;
  FAILS(WRUN_ERROR_USAGE, wrun_pool_new(prepared, &options, &pool));

  OK(wrun_pool_new(prepared, NULL, &pool));
  wrun_prepared_delete(prepared);
  wrun_linker_delete(linker);
  wasm_shared_module_delete(module);
  pthread_t threads[4];
  for (int i = 0; i < 4; ++i)
    CHECK(pthread_create(&threads[i], NULL, take_some, wrun_pool_copy(pool)) == 0);
  for (int i = 0; i < 4; ++i) pthread_join(threads[i], NULL);
  wrun_pool_delete(pool);
  wrun_budget_delete(budget);
  wasm_engine_delete(engine);
  printf("fresh every time\n");
  return 0;
}
