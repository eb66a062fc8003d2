/* Structures of options and answers as programs of other versions have them. */

#include <stddef.h>

#include "support.h"

/* What a program that knows `size` bytes of a structure has behind them: anything. */
static void forget(void* structure, size_t size, size_t whole) {
  memset((char*)structure + size, 0xee, whole - size);
  memcpy(structure, &size, sizeof size);
}

static const size_t first_config = offsetof(wrun_config_options_t, canonical_nans);
static const size_t second_config = offsetof(wrun_config_options_t, deterministic);

static bool accepts(size_t size) {
  union {
    wrun_config_options_t known;
    char bytes[2 * sizeof(wrun_config_options_t)];
  } options = {WRUN_CONFIG_OPTIONS_INIT};
  wasm_config_t* config = wasm_config_new();
  memcpy(&options, &size, sizeof size);
  wrun_error_t* error = wrun_config_set(config, &options.known);
  const bool accepted = error == NULL;
  CHECK(accepted || wrun_error_kind(error) == WRUN_ERROR_USAGE);
  wrun_error_delete(error);
  wasm_config_delete(config);
  return accepted;
}

static void test_sizes(void) {
  for (size_t size = 0; size <= 2 * sizeof(wrun_config_options_t); ++size)
    CHECK(accepts(size) ==
          (size == first_config || size == second_config || size == sizeof(wrun_config_options_t)));
  CHECK(!accepts(SIZE_MAX));
}

/* What is set is used, what an older program doesn't know of has its default. */
static void test_options(void) {
  for (int version = 1; version <= 2; ++version) {
    wrun_config_options_t options = WRUN_CONFIG_OPTIONS_INIT;
    options.fuel = true;
    memset(options.reserved1, 0xee, sizeof options.reserved1);
    forget(&options, version == 1 ? first_config : second_config, sizeof options);
    wasm_config_t* config = wasm_config_new();
    OK(wrun_config_set(config, &options));
    wasm_engine_t* engine = wasm_engine_new_with_config(config);
    wasm_store_t* store = wasm_store_new(engine);
    uint64_t fuel = 0;
    OK(wrun_store_fuel(store, &fuel));
    wasm_store_delete(store);
    wasm_engine_delete(engine);
  }
}

/* Limits and usage as they were before there were limits of time. */
static void test_store(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_store_t* store = wasm_store_new(engine);
  wrun_limits_t limits = WRUN_LIMITS_INIT;
  limits.instances = 0;
  forget(&limits, offsetof(wrun_limits_t, wall_time_ns), sizeof limits);
  OK(wrun_store_set_limits(store, &limits));
  wasm_shared_module_t* module = NULL;
  OK(wrun_module_from_text(engine, "(module)", 8, &module));
  wrun_linker_t* linker = wrun_linker_new(engine);
  wasm_instance_t* instance = NULL;
  FAILS(WRUN_ERROR_LIMIT, wrun_linker_instantiate(linker, store, module, &instance));

  wrun_usage_t usage = WRUN_USAGE_INIT;
  const size_t known = offsetof(wrun_usage_t, wall_time_ns);
  forget(&usage, known, sizeof usage);
  OK(wrun_store_usage(store, &usage));
  CHECK(usage.struct_size == known && usage.instances == 0);
  for (size_t i = known; i < sizeof usage; ++i) CHECK(((const unsigned char*)&usage)[i] == 0xee);
  usage.struct_size = sizeof usage + 8;
  FAILS(WRUN_ERROR_USAGE, wrun_store_usage(store, &usage));
  usage.struct_size = known - 8;
  FAILS(WRUN_ERROR_USAGE, wrun_store_usage(store, &usage));

  wrun_budget_limits_t caps = WRUN_BUDGET_LIMITS_INIT;
  forget(&caps, offsetof(wrun_budget_limits_t, stack_bytes), sizeof caps);
  wrun_budget_t* budget = NULL;
  OK(wrun_budget_new(&caps, &budget));
  wrun_budget_delete(budget);
  caps.struct_size = 8;
  FAILS(WRUN_ERROR_USAGE, wrun_budget_new(&caps, &budget));
  wrun_linker_delete(linker);
  wasm_shared_module_delete(module);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
}

/* Limits of a budget as they were before it could be asked: nobody is called. */
static void test_budget(void) {
  wrun_budget_limits_t caps = WRUN_BUDGET_LIMITS_INIT;
  forget(&caps, offsetof(wrun_budget_limits_t, may_grow), sizeof caps);
  wrun_budget_t* budget = NULL;
  OK(wrun_budget_new(&caps, &budget));
  wasm_engine_t* engine = wasm_engine_new();
  wasm_store_t* store = wrun_store_new_with_budget(engine, budget);
  wasm_limits_t limits = {1, 2};
  wasm_memorytype_t* type = wasm_memorytype_new(&limits);
  wasm_memory_t* memory = wasm_memory_new(store, type);
  CHECK(memory != NULL && wasm_memory_grow(memory, 1));
  wasm_memory_delete(memory);
  wasm_memorytype_delete(type);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  wrun_budget_delete(budget);
}

int main(void) {
  test_sizes();
  test_options();
  test_store();
  test_budget();
  printf("ok\n");
  return 0;
}
