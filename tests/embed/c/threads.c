/* A module shared by threads, each with a store of its own. */

#include <pthread.h>

#include "support.h"

enum { threads = 8, rounds = 20 };

typedef struct {
  wasm_engine_t* engine;
  const wasm_shared_module_t* module;
  int id;
  int64_t sum;
} job_t;

static wasm_trap_t* add(void* env, const wasm_val_vec_t* args, wasm_val_vec_t* results) {
  (void)results;
  ((job_t*)env)->sum += args->data[0].of.i32;
  return NULL;
}

static void* run(void* arg) {
  job_t* job = (job_t*)arg;
  wasm_store_t* store = wasm_store_new(job->engine);
  wasm_module_t* module = wasm_module_obtain(store, job->module);
  CHECK(module != NULL);
  for (int i = 0; i < rounds; ++i) {
    wasm_functype_t* type = wasm_functype_new_1_0(wasm_valtype_new_i32());
    wasm_func_t* function = wasm_func_new_with_env(store, type, add, job, NULL);
    wasm_functype_delete(type);
    wasm_val_t id = WASM_I32_VAL(job->id);
    wasm_globaltype_t* globaltype = wasm_globaltype_new(wasm_valtype_new_i32(), WASM_CONST);
    wasm_global_t* global = wasm_global_new(store, globaltype, &id);
    wasm_globaltype_delete(globaltype);
    wasm_extern_t* externs[] = {wasm_func_as_extern(function), wasm_global_as_extern(global)};
    wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
    wasm_instance_t* instance = wasm_instance_new(store, module, &imports, NULL);
    CHECK(instance != NULL);
    wasm_func_delete(function);
    wasm_global_delete(global);
    wasm_extern_t* entry = get_export(instance, "run");
    call_i32(wasm_extern_as_func(entry), 0, NULL);
    wasm_extern_delete(entry);
    wasm_instance_delete(instance);
  }
  wasm_module_delete(module);
  wasm_store_delete(store);
  return NULL;
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_store_t* store = wasm_store_new(engine);
  wasm_module_t* module = load(engine, store,
                               "(module"
                               " (import \"\" \"add\" (func $add (param i32)))"
                               " (import \"\" \"id\" (global $id i32))"
                               " (func (export \"run\") (call $add (global.get $id))))");
  wasm_shared_module_t* shared = wasm_module_share(module);
  wasm_module_delete(module);

  /* A store of another engine can't have it. */
  wasm_engine_t* other = wasm_engine_new();
  wasm_store_t* foreign = wasm_store_new(other);
  CHECK(wasm_module_obtain(foreign, shared) == NULL);
  wasm_store_delete(foreign);
  wasm_engine_delete(other);

  pthread_t ids[threads];
  job_t jobs[threads];
  for (int i = 0; i < threads; ++i) {
    jobs[i] = (job_t){engine, shared, i, 0};
    CHECK(pthread_create(&ids[i], NULL, run, &jobs[i]) == 0);
  }
  for (int i = 0; i < threads; ++i) {
    pthread_join(ids[i], NULL);
    printf("thread %d: %" PRId64 "\n", i, jobs[i].sum);
  }
  wasm_shared_module_delete(shared);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  return 0;
}
