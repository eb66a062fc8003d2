/* Limits, budgets, fuel, interruption, usage. */

#include <pthread.h>
#include <time.h>

#include "support.h"

static const char* text =
    "(module"
    " (memory (export \"memory\") 1)"
    " (table (export \"table\") 1 funcref)"
    " (func (export \"loop\") (loop $l (br $l)))"
    " (func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0))))";

static wrun_errorkind_t loop(wasm_instance_t* instance) {
  wasm_extern_t* function = get_export(instance, "loop");
  wrun_error_t* error = wrun_func_call(wasm_extern_as_func(function), NULL, 0, NULL, 0);
  CHECK(error != NULL);
  const wrun_errorkind_t kind = wrun_error_kind(error);
  printf("%s: %s\n", wrun_errorkind_text(kind), wrun_error_message(error));
  wrun_error_delete(error);
  wasm_extern_delete(function);
  return kind;
}

static int32_t grow(wasm_instance_t* instance, int32_t pages) {
  wasm_extern_t* function = get_export(instance, "grow");
  const int32_t result = call_i32(wasm_extern_as_func(function), 1, &pages);
  wasm_extern_delete(function);
  return result;
}

static void test_fuel(wasm_engine_t* engine) {
  wasm_store_t* store = wasm_store_new(engine);
  wasm_instance_t* instance = instantiate(engine, store, text);
  OK(wrun_store_set_fuel(store, 1000));
  CHECK(loop(instance) == WRUN_ERROR_LIMIT);
  uint64_t left = 1;
  OK(wrun_store_fuel(store, &left));
  CHECK(left < 10);
  wrun_usage_t usage = WRUN_USAGE_INIT;
  OK(wrun_store_usage(store, &usage));
  CHECK(usage.instructions > 900 && usage.memory_bytes == 65536 && usage.instances == 1);
  CHECK(usage.host_time_ns == WRUN_NOT_MEASURED);
  wasm_instance_delete(instance);
  OK(wrun_store_collect(store));
  OK(wrun_store_usage(store, &usage));
  CHECK(usage.instances == 0 && usage.memory_peak_bytes == 65536);
  usage.struct_size = 3;
  FAILS(WRUN_ERROR_USAGE, wrun_store_usage(store, &usage));
  wasm_store_delete(store);

  wasm_engine_t* plain = wasm_engine_new();
  store = wasm_store_new(plain);
  FAILS(WRUN_ERROR_USAGE, wrun_store_set_fuel(store, 5));
  FAILS(WRUN_ERROR_USAGE, wrun_store_fuel(store, &left));
  wasm_store_delete(store);
  wasm_engine_delete(plain);
}

static bool even_only(void* env, const wrun_growth_t* growth) {
  ++*(int*)env;
  return growth->is_table || growth->to / 65536 % 2 == 0;
}

static void test_limits(wasm_engine_t* engine) {
  wasm_store_t* store = wasm_store_new(engine);
  wasm_instance_t* instance = instantiate(engine, store, text);
  wrun_limits_t limits = WRUN_LIMITS_INIT;
  int asked = 0;
  limits.memory_bytes = 4 * 65536;
  limits.instances = 1;
  limits.may_grow = even_only;
  limits.may_grow_env = &asked;
  OK(wrun_store_set_limits(store, &limits));
  CHECK(grow(instance, 1) == 1 && grow(instance, 1) == -1 && grow(instance, 2) == 2);
  CHECK(grow(instance, 2) == -1 && asked == 3);
  wasm_module_t* module = load(engine, store, text);
  wasm_trap_t* trap = NULL;
  CHECK(wasm_instance_new(store, module, NULL, &trap) == NULL && trap != NULL);
  wasm_trap_delete(trap);
  wasm_module_delete(module);

  wrun_limits_t timed = WRUN_LIMITS_INIT;
  timed.timeout_ns = 20 * 1000 * 1000;
  OK(wrun_store_set_limits(store, &timed));
  CHECK(loop(instance) == WRUN_ERROR_LIMIT);
  timed.timeout_ns = WRUN_UNLIMITED;
  timed.stack_bytes = (uint64_t)1 << 40;
  FAILS(WRUN_ERROR_USAGE, wrun_store_set_limits(store, &timed));
  timed.struct_size = sizeof timed + 8;
  FAILS(WRUN_ERROR_USAGE, wrun_store_set_limits(store, &timed));
  wasm_instance_delete(instance);
  wasm_store_delete(store);
}

static void* interrupt_soon(void* store) {
  const struct timespec pause = {0, 30 * 1000 * 1000};
  nanosleep(&pause, NULL);
  wrun_store_interrupt((wasm_store_t*)store);
  return NULL;
}

static void test_interrupt(wasm_engine_t* engine) {
  wasm_store_t* store = wasm_store_new(engine);
  wasm_store_t* copy = wrun_store_copy(store);
  wasm_instance_t* instance = instantiate(engine, store, text);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, interrupt_soon, store) == 0);
  CHECK(loop(instance) == WRUN_ERROR_INTERRUPTED);
  pthread_join(thread, NULL);
  wrun_store_interrupt(store);
  CHECK(wrun_store_interrupt_pending(store) && wrun_store_interrupt_fd(store) >= 0);
  wrun_store_clear_interrupt(store);
  CHECK(!wrun_store_interrupt_pending(store));
  CHECK(grow(instance, 0) == 1);
  wasm_instance_delete(instance);
  wasm_store_delete(store);
  wasm_store_delete(copy);
}

struct growths {
  wasm_store_t* store;
  uint64_t asked, most;
};

static bool may_grow_to(void* env, const wrun_growth_t* growth) {
  struct growths* growths = env;
  ++growths->asked;
  CHECK(growth->is_table || growth->to - growth->from >= 65536);
  wrun_error_t* error = wrun_store_collect(growths->store);
  CHECK(wrun_error_kind(error) == WRUN_ERROR_USAGE);
  wrun_error_delete(error);
  return growth->to <= growths->most;
}

static void test_budget_growth(wasm_engine_t* engine) {
  struct growths growths = {NULL, 0, 2 * 65536};
  wrun_budget_limits_t limits = WRUN_BUDGET_LIMITS_INIT;
  limits.may_grow = may_grow_to;
  limits.may_grow_env = &growths;
  wrun_budget_t* budget = NULL;
  OK(wrun_budget_new(&limits, &budget));
  growths.store = wrun_store_new_with_budget(engine, budget);
  wasm_instance_t* instance = instantiate(engine, growths.store, text);
  CHECK(grow(instance, 2) == -1 && grow(instance, 1) == 1);
  CHECK(growths.asked == 4); /* its table, its memory, and each growth */
  wrun_usage_t usage = WRUN_USAGE_INIT;
  OK(wrun_budget_usage(budget, &usage));
  CHECK(usage.memory_peak_bytes == 2 * 65536);
  wasm_instance_delete(instance);
  wasm_store_delete(growths.store);
  wrun_budget_delete(budget);
}

static void test_budget(wasm_engine_t* engine) {
  wrun_budget_limits_t limits = WRUN_BUDGET_LIMITS_INIT;
  limits.memory_bytes = 3 * 65536;
  wrun_budget_t* budget = NULL;
  OK(wrun_budget_new(&limits, &budget));
  wrun_budget_t* copy = wrun_budget_copy(budget);
  wasm_store_t* stores[2];
  wasm_instance_t* instances[2];
  for (int i = 0; i < 2; ++i) {
    stores[i] = wrun_store_new_with_budget(engine, i ? copy : budget);
    instances[i] = instantiate(engine, stores[i], text);
  }
  CHECK(grow(instances[0], 1) == 1 && grow(instances[1], 1) == -1);
  wrun_usage_t usage = WRUN_USAGE_INIT;
  OK(wrun_budget_usage(budget, &usage));
  CHECK(usage.memory_bytes == 3 * 65536 && usage.instances == 2);
  for (int i = 0; i < 2; ++i) {
    wasm_instance_delete(instances[i]);
    wasm_store_delete(stores[i]);
  }
  OK(wrun_budget_usage(copy, &usage));
  CHECK(usage.memory_bytes == 0);
  wrun_budget_delete(budget);
  wrun_budget_delete(copy);
  OK(wrun_budget_new(NULL, &budget));
  wrun_budget_delete(budget);
}

static wrun_error_t* read_some(void* env, wrun_caller_t* caller, const wrun_val_t* args,
                               size_t arg_count, wrun_val_t* results, size_t result_count) {
  (void)env, (void)args, (void)arg_count, (void)results, (void)result_count;
  wrun_caller_report(caller, 100, 0, WRUN_NOT_MEASURED);
  return NULL;
}

static void soft_passed(void* env, const wrun_soft_limit_passed_t* passed) {
  CHECK(passed->resource == WRUN_RESOURCE_HOST_CALLS && passed->used == 3 && passed->limit == 2);
  ++*(int*)env;
}

static void count_calls(void* env, const char* name, uint64_t calls) {
  CHECK(strcmp(name, "host.read") == 0);
  *(uint64_t*)env += calls;
}

static wasm_instance_t* make_reader(wasm_engine_t* engine, wasm_store_t* store) {
  wrun_linker_t* linker = wrun_linker_new(engine);
  wasm_functype_t* type = wasm_functype_new_0_0();
  OK(wrun_linker_define_func(linker, "host", "read", type, read_some, NULL, NULL));
  wasm_functype_delete(type);
  const char* reader =
      "(module (import \"host\" \"read\" (func $read))"
      " (func (export \"loop\") (loop $l (call $read) (br $l)))"
      " (func (export \"forever\") (loop $l (br $l))))";
  wasm_shared_module_t* module = NULL;
  wasm_instance_t* instance = NULL;
  OK(wrun_module_from_text(engine, reader, strlen(reader), &module));
  OK(wrun_linker_instantiate(linker, store, module, &instance));
  wasm_shared_module_delete(module);
  wrun_linker_delete(linker);
  return instance;
}

static void test_used_up(wasm_engine_t* engine) {
  wrun_budget_limits_t most = WRUN_BUDGET_LIMITS_INIT;
  most.host_calls = 1000;
  most.measure_time = true;
  wrun_budget_t* budget = NULL;
  OK(wrun_budget_new(&most, &budget));
  wasm_store_t* store = wrun_store_new_with_budget(engine, budget);
  int told = 0;
  wrun_soft_limits_t soft = WRUN_SOFT_LIMITS_INIT;
  soft.host_calls = 2;
  soft.passed = soft_passed;
  soft.passed_env = &told;
  wrun_limits_t limits = WRUN_LIMITS_INIT;
  limits.host_calls = 5;
  limits.soft = &soft;
  limits.count_calls_by_name = true;
  OK(wrun_store_set_limits(store, &limits));
  wasm_instance_t* instance = make_reader(engine, store);
  CHECK(loop(instance) == WRUN_ERROR_LIMIT && told == 1);
  limits.soft = NULL;
  limits.host_calls = WRUN_UNLIMITED;
  limits.host_bytes = 1000;
  OK(wrun_store_set_limits(store, &limits));
  CHECK(loop(instance) == WRUN_ERROR_LIMIT);
  limits.host_bytes = WRUN_UNLIMITED;
  OK(wrun_store_set_limits(store, &limits));
  CHECK(loop(instance) == WRUN_ERROR_LIMIT);

  wrun_usage_t usage = WRUN_USAGE_INIT;
  OK(wrun_budget_usage(budget, &usage));
  CHECK(usage.host_calls == 1000 && usage.host_bytes_in == 100000);
  CHECK(usage.wall_time_ns != WRUN_NOT_MEASURED && usage.stack_bytes > 0);
  uint64_t calls = 0;
  OK(wrun_store_calls_by_name(store, count_calls, &calls));
  CHECK(calls == 1000);
  OK(wrun_budget_calls_by_name(budget, count_calls, &calls));
  CHECK(calls == 2000);
  wasm_name_t text;
  OK(wrun_store_usage_json(store, &text));
  CHECK(strstr(text.data, "\"host_calls_by_name\":{\"host.read\":1000}") != NULL);
  wasm_name_delete(&text);
  OK(wrun_budget_usage_json(budget, &text));
  CHECK(strstr(text.data, "\"host_calls\":1000") != NULL);
  wasm_name_delete(&text);
  const wrun_budget_t* const budgets[] = {budget, budget};
  const char* const names[] = {"a", "b"};
  OK(wrun_budgets_usage_prometheus(budgets, names, 2, "tenant", &text));
  CHECK(strstr(text.data, "wrun_host_calls_total{tenant=\"b\"} 1000\n") != NULL);
  wasm_name_delete(&text);
  wasm_instance_delete(instance);
  wasm_store_delete(store);
  wrun_budget_delete(budget);
}

static void test_time(wasm_engine_t* engine) {
  wasm_store_t* store = wasm_store_new(engine);
  wasm_instance_t* instance = make_reader(engine, store);
  wrun_limits_t limits = WRUN_LIMITS_INIT;
  limits.cpu_time_ns = 10 * 1000 * 1000;
  OK(wrun_store_set_limits(store, &limits));
  CHECK(loop(instance) == WRUN_ERROR_LIMIT);
  wrun_usage_t usage = WRUN_USAGE_INIT;
  OK(wrun_store_usage(store, &usage));
  CHECK(usage.cpu_time_ns >= 10 * 1000 * 1000 && usage.soft_limits_passed == 0);
  FAILS(WRUN_ERROR_USAGE, wrun_store_calls_by_name(store, count_calls, NULL));
  CHECK(strcmp(wrun_resource_text(WRUN_RESOURCE_CPU_TIME), "cpu_time") == 0);
  CHECK(wrun_resource_text(200) == NULL);
  wasm_instance_delete(instance);
  wasm_store_delete(store);
}

/* A store and a budget, told apart by two labels. */
static void test_prometheus(wasm_engine_t* engine) {
  wrun_budget_t* budget = NULL;
  OK(wrun_budget_new(NULL, &budget));
  wasm_store_t* store = wasm_store_new(engine);
  wrun_usages_t* usages = wrun_usages_new();
  const wrun_label_t of_store[] = {{"tenant", "a"}, {"part", "\"store\""}};
  const wrun_label_t of_budget[] = {{"tenant", "a"}, {"part", "budget"}};
  OK(wrun_usages_add_store(usages, store, of_store, 2));
  OK(wrun_usages_add_budget(usages, budget, of_budget, 2));
  wasm_store_delete(store);
  wrun_budget_delete(budget);
  wasm_name_t text;
  OK(wrun_usages_prometheus(usages, &text));
  CHECK(strstr(text.data, "wrun_host_calls_total{tenant=\"a\",part=\"\\\"store\\\"\"} 0\n"));
  CHECK(strstr(text.data, "wrun_host_calls_total{tenant=\"a\",part=\"budget\"} 0\n"));
  wasm_byte_vec_delete(&text);
  wrun_usages_delete(usages);
}

/* A second thread may not use a store that is in use, and is told so. */
static void* use_busy(void* arg) {
  wasm_func_t* function = (wasm_func_t*)arg;
  FAILS(WRUN_ERROR_USAGE, wrun_func_call(function, NULL, 0, NULL, 0));
  wasm_trap_t* trap = wasm_func_call(function, NULL, NULL);
  CHECK(trap != NULL);
  wasm_trap_delete(trap);
  CHECK(wasm_func_type(function) == NULL);
  wasm_func_t* copy = wasm_func_copy(function);
  wasm_func_delete(copy);
  wasm_func_delete(function);
  return NULL;
}

static wrun_error_t* busy(void* env, wrun_caller_t* caller, const wrun_val_t* args,
                          size_t arg_count, wrun_val_t* results, size_t result_count) {
  (void)caller, (void)args, (void)arg_count, (void)results, (void)result_count;
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, use_busy, *(wasm_func_t**)env) == 0);
  pthread_join(thread, NULL);
  return NULL;
}

static void test_busy(wasm_engine_t* engine) {
  wasm_store_t* store = wasm_store_new(engine);
  wasm_functype_t* type = wasm_functype_new_0_0();
  wasm_func_t* target = NULL;
  wasm_func_t* function = NULL;
  OK(wrun_func_new(store, type, busy, &target, NULL, &target));
  OK(wrun_func_new(store, type, busy, &target, NULL, &function));
  wasm_functype_delete(type);
  OK(wrun_func_call(function, NULL, 0, NULL, 0));
  wasm_func_delete(function);
  wasm_store_delete(store);
}

int main(void) {
  wasm_config_t* config = wasm_config_new();
  wrun_config_options_t options = WRUN_CONFIG_OPTIONS_INIT;
  options.fuel = true;
  OK(wrun_config_set(config, &options));
  wasm_engine_t* engine = wasm_engine_new_with_config(config);
  test_fuel(engine);
  test_limits(engine);
  test_interrupt(engine);
  test_budget(engine);
  test_budget_growth(engine);
  test_busy(engine);
  test_prometheus(engine);
  test_used_up(engine);
  test_time(engine);
  wasm_engine_delete(engine);
  return 0;
}
