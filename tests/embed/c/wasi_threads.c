/* WASI: a guest with threads, whose callbacks run on them. */

#include <pthread.h>

#include "support.h"

static const char* text =
    "(module"
    " (import \"wasi\" \"thread-spawn\" (func $spawn (param i32) (result i32)))"
    " (import \"env\" \"memory\" (memory 1 2 shared))"
    " (import \"env\" \"note\" (func $note (param i32)))"
    " (export \"memory\" (memory 0))"
    " (func (export \"wasi_thread_start\") (param $id i32) (param $arg i32)"
    "  (call $note (local.get $arg))"
    "  (drop (i32.atomic.rmw.add (i32.const 0) (local.get $arg)))"
    "  (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))"
    " (func (export \"run\") (result i32)"
    "  (drop (call $spawn (i32.const 1)))"
    "  (drop (call $spawn (i32.const 2)))"
    "  (loop $wait"
    "   (drop (memory.atomic.wait32 (i32.const 0) (i32.atomic.load (i32.const 0))"
    "    (i64.const 1000000)))"
    "   (br_if $wait (i32.lt_u (i32.atomic.load (i32.const 0)) (i32.const 3))))"
    "  (i32.atomic.load (i32.const 0))))";

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int32_t notes = 0;

static wrun_error_t* note(void* env, wrun_caller_t* caller, const wrun_val_t* args,
                          size_t arg_count, wrun_val_t* results, size_t result_count) {
  (void)env, (void)arg_count, (void)results, (void)result_count;
  wasm_extern_t* memory = NULL;
  wrun_error_t* error = wrun_caller_get(caller, "memory", &memory);
  if (error) return error;
  wasm_extern_delete(memory);
  /* Traps and objects of the thread's own store. */
  wasm_foreign_t* object = wasm_foreign_new(wrun_caller_store(caller));
  CHECK(object != NULL);
  wasm_foreign_delete(object);
  CHECK(!wrun_store_interrupt_pending(wrun_caller_store(caller)));
  pthread_mutex_lock(&mutex);
  notes += args[0].of.i32;
  pthread_mutex_unlock(&mutex);
  return NULL;
}

/* Threads of the program's, for the guest. */
typedef struct {
  pthread_t thread;
  void (*body)(void* arg);
  void* arg;
} started_t;
static int joined = 0;
static int finalized = 0;

static void* run_thread(void* arg) {
  started_t* started = (started_t*)arg;
  started->body(started->arg);
  return NULL;
}
static bool start_thread(void* env, void (*body)(void* arg), void* arg, void** thread) {
  started_t* started = (started_t*)malloc(sizeof *started);
  CHECK(started != NULL && env == &joined);
  started->body = body;
  started->arg = arg;
  *thread = started;
  return pthread_create(&started->thread, NULL, run_thread, started) == 0;
}
static void join_thread(void* env, void* thread) {
  pthread_join(((started_t*)thread)->thread, NULL);
  free(thread);
  pthread_mutex_lock(&mutex);
  ++*(int*)env;
  pthread_mutex_unlock(&mutex);
}
static void end_threads(void* env) {
  CHECK(env == &joined);
  ++finalized;
}

int main(void) {
  wasm_config_t* config = wasm_config_new();
  OK(wrun_config_set_features(config, "wasm3,+threads"));
  wasm_engine_t* engine = wasm_engine_new_with_config(config);
  wasm_shared_module_t* module = NULL;
  OK(wrun_module_from_text(engine, text, strlen(text), &module));
  wrun_linker_t* linker = wrun_linker_new(engine);
  wasm_functype_t* type = wasm_functype_new_1_0(wasm_valtype_new_i32());
  OK(wrun_linker_define_func(linker, "env", "note", type, note, NULL, NULL));
  wasm_functype_delete(type);
  wrun_budget_t* budget = NULL;
  OK(wrun_budget_new(NULL, &budget));

  wrun_limits_t limits = WRUN_LIMITS_INIT;
  limits.instances = 1;
  wrun_wasi_threads_options_t options = WRUN_WASI_THREADS_OPTIONS_INIT;
  options.limits = &limits;
  options.most = 4;
  options.start = start_thread;
  options.env = &joined;
  options.finalizer = end_threads;
  wrun_wasi_threads_t* threads = NULL;
  FAILS(WRUN_ERROR_USAGE, wrun_wasi_threads_add_to(linker, module, budget, &options, &threads));
  CHECK(finalized == 1);
  /* Those of the library's don't need it. */
  options.start = NULL;
  wrun_linker_t* other = wrun_linker_new(engine);
  OK(wrun_wasi_threads_add_to(other, module, budget, &options, &threads));
  CHECK(finalized == 2);
  wrun_wasi_threads_delete(threads);
  wrun_linker_delete(other);
  options.start = start_thread;
  options.join = join_thread;
  /* Whose size makes no sense has no finalizer that could be known. */
  ++options.struct_size;
  FAILS(WRUN_ERROR_USAGE, wrun_wasi_threads_add_to(linker, module, budget, &options, &threads));
  CHECK(finalized == 2);
  --options.struct_size;
  limits.struct_size = 1;
  FAILS(WRUN_ERROR_USAGE, wrun_wasi_threads_add_to(linker, module, budget, &options, &threads));
  CHECK(finalized == 3);
  limits.struct_size = sizeof limits;
  OK(wrun_wasi_threads_add_to(linker, module, budget, &options, &threads));
  wrun_prepared_t* prepared = NULL;
  OK(wrun_linker_prepare(linker, module, &prepared));
  wasm_store_t* store = wrun_store_new_with_budget(engine, budget);
  wasm_instance_t* instance = NULL;
  OK(wrun_wasi_threads_start(threads, store, prepared, &instance));
  wasm_extern_t* run = get_export(instance, "run");
  printf("run %" PRId32 "\n", call_i32(wasm_extern_as_func(run), 0, NULL));
  OK(wrun_wasi_threads_finish(threads));
  printf("notes %" PRId32 ", joined %d\n", notes, joined);

  wasm_extern_delete(run);
  wasm_instance_delete(instance);
  wrun_wasi_threads_delete(threads);
  wasm_store_delete(store);
  wrun_prepared_delete(prepared);
  wrun_linker_delete(linker);
  wrun_budget_delete(budget);
  wasm_shared_module_delete(module);
  wasm_engine_delete(engine);
  CHECK(finalized == 4);
  return 0;
}
