/* A memory that two stores use on two threads. */

#include <pthread.h>

#include "support.h"

typedef struct {
  wasm_engine_t* engine;
  const wasm_shared_module_t* module;
  const wrun_shared_memory_t* memory;
} job_t;

static void* run(void* arg) {
  const job_t* job = (const job_t*)arg;
  wasm_store_t* store = wasm_store_new(job->engine);
  wrun_linker_t* linker = wrun_linker_new(job->engine);
  OK(wrun_linker_define_shared_memory(linker, "env", "memory", job->memory));
  wasm_instance_t* instance = NULL;
  OK(wrun_linker_instantiate(linker, store, job->module, &instance));
  wasm_extern_t* function = get_export(instance, "add");
  for (int i = 0; i < 1000; ++i) call_i32(wasm_extern_as_func(function), 0, NULL);
  wasm_extern_delete(function);
  wasm_extern_t* exported = get_export(instance, "memory");
  CHECK(wasm_memory_data(wasm_extern_as_memory(exported)) == NULL);
  wrun_shared_memory_t* shared = NULL;
  OK(wrun_memory_shared(wasm_extern_as_memory(exported), &shared));
  CHECK(wrun_shared_memory_same(shared, job->memory));
  wrun_shared_memory_delete(shared);
  wasm_extern_delete(exported);
  wasm_instance_delete(instance);
  wrun_linker_delete(linker);
  wasm_store_delete(store);
  return NULL;
}

static void* wake(void* arg) {
  uint32_t woken = 0;
  while (woken == 0) OK(wrun_shared_memory_notify((const wrun_shared_memory_t*)arg, 64, 1, &woken));
  return NULL;
}

static void test_access(const wrun_shared_memory_t* memory) {
  char text[4];
  OK(wrun_shared_memory_write(memory, 100, "abc", 4));
  OK(wrun_shared_memory_read(memory, 100, text, 4));
  CHECK(strcmp(text, "abc") == 0);
  FAILS(WRUN_ERROR_TRAP, wrun_shared_memory_read(memory, 1u << 30, text, 4));
  FAILS(WRUN_ERROR_TRAP, wrun_shared_memory_write(memory, 1u << 30, text, 4));
  uint64_t before = 0;
  for (size_t size = 1; size <= 8; size *= 2) {
    OK(wrun_shared_memory_atomic(memory, WRUN_ATOMIC_STORE, 32, size, 200, 0, NULL));
    OK(wrun_shared_memory_atomic(memory, WRUN_ATOMIC_ADD, 32, size, 5, 0, &before));
    CHECK(before == 200);
    OK(wrun_shared_memory_atomic(memory, WRUN_ATOMIC_EXCHANGE, 32, size, 7, 0, &before));
    CHECK(before == 205);
    OK(wrun_shared_memory_atomic(memory, WRUN_ATOMIC_COMPARE_EXCHANGE, 32, size, 9, 7, &before));
    CHECK(before == 7);
    OK(wrun_shared_memory_atomic(memory, WRUN_ATOMIC_LOAD, 32, size, 0, 0, &before));
    CHECK(before == 9);
  }
  FAILS(WRUN_ERROR_USAGE, wrun_shared_memory_atomic(memory, WRUN_ATOMIC_LOAD, 32, 3, 0, 0, NULL));
  FAILS(WRUN_ERROR_USAGE, wrun_shared_memory_atomic(memory, 77, 32, 4, 0, 0, NULL));
  FAILS(WRUN_ERROR_TRAP, wrun_shared_memory_atomic(memory, WRUN_ATOMIC_LOAD, 33, 4, 0, 0, NULL));
}

static void test_waiting(wrun_shared_memory_t* memory) {
  wrun_wait_t how = 77;
  OK(wrun_shared_memory_wait(memory, 64, 4, 1, 0, &how));
  CHECK(how == WRUN_WAIT_NOT_EQUAL);
  OK(wrun_shared_memory_wait(memory, 64, 8, 0, 1000, &how));
  CHECK(how == WRUN_WAIT_TIMED_OUT);
  FAILS(WRUN_ERROR_USAGE, wrun_shared_memory_wait(memory, 64, 2, 0, 0, &how));
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, wake, memory) == 0);
  OK(wrun_shared_memory_wait(memory, 64, 4, 0, WRUN_UNLIMITED, &how));
  CHECK(how == WRUN_WAIT_WOKEN);
  pthread_join(thread, NULL);
}

int main(void) {
  wasm_config_t* config = wasm_config_new();
  OK(wrun_config_set_features(config, "wasm3,+threads"));
  wasm_engine_t* engine = wasm_engine_new_with_config(config);
  wrun_memorytype_info_t info = WRUN_MEMORYTYPE_INFO_INIT;
  info.min = 1;
  info.max = 4;
  wasm_memorytype_t* type = wrun_memorytype_new(&info);
  wrun_shared_memory_t* memory = NULL;
  FAILS(WRUN_ERROR_USAGE, wrun_shared_memory_new(engine, type, NULL, &memory));
  wasm_memorytype_delete(type);
  info.is_shared = true;
  type = wrun_memorytype_new(&info);
  wrun_budget_t* budget = NULL;
  OK(wrun_budget_new(NULL, &budget));
  OK(wrun_shared_memory_new(engine, type, budget, &memory));
  wrun_budget_delete(budget);
  wasm_memorytype_delete(type);

  uint64_t former = 0;
  OK(wrun_shared_memory_grow(memory, 1, &former));
  CHECK(former == 1 && wrun_shared_memory_size(memory) == 2 * 65536);
  FAILS(WRUN_ERROR_LIMIT, wrun_shared_memory_grow(memory, 3, NULL));
  type = wrun_shared_memory_type(memory);
  CHECK(wasm_memorytype_limits(type)->min == 2);
  wasm_memorytype_delete(type);
  test_access(memory);
  test_waiting(memory);

  const char* text =
      "(module (import \"env\" \"memory\" (memory 1 4 shared)) (export \"memory\" (memory 0))"
      " (func (export \"add\") (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))))";
  wasm_shared_module_t* module = NULL;
  OK(wrun_module_from_text(engine, text, strlen(text), &module));
  pthread_t threads[2];
  job_t job = {engine, module, memory};
  for (int i = 0; i < 2; ++i) CHECK(pthread_create(&threads[i], NULL, run, &job) == 0);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  uint64_t sum = 0;
  OK(wrun_shared_memory_atomic(memory, WRUN_ATOMIC_LOAD, 0, 4, 0, 0, &sum));
  printf("sum %" PRIu64 "\n", sum);

  wasm_store_t* store = wasm_store_new(engine);
  wrun_shared_memory_t* copy = wrun_shared_memory_copy(memory);
  wrun_shared_memory_delete(memory);
  wasm_memory_t* in_store = NULL;
  OK(wrun_shared_memory_in(copy, store, &in_store));
  wrun_shared_memory_delete(copy);
  uint32_t word = 0;
  OK(wrun_memory_read(in_store, 0, &word, 4));
  CHECK(word == sum);
  wasm_memory_delete(in_store);
  wasm_store_delete(store);
  wasm_shared_module_delete(module);
  wasm_engine_delete(engine);
  return 0;
}
