/* Configurations, and what engines tell. */

#include "support.h"

static bool accepts(wasm_engine_t* engine, const char* text) {
  wasm_shared_module_t* module = NULL;
  wrun_error_t* error = wrun_module_from_text(engine, text, strlen(text), &module);
  const bool accepted = error == NULL;
  wrun_error_delete(error);
  wasm_shared_module_delete(module);
  return accepted;
}

/* (1 + 2^-30)^2 - 1, where the product is rounded or not. */
static void run_relaxed(wrun_relaxed_simd_t relaxed_simd, double expected) {
  wasm_config_t* config = wasm_config_new();
  wrun_config_options_t options = WRUN_CONFIG_OPTIONS_INIT;
  options.relaxed_simd = relaxed_simd;
  OK(wrun_config_set(config, &options));
  wasm_engine_t* engine = wasm_engine_new_with_config(config);
  wasm_store_t* store = wasm_store_new(engine);
  wasm_instance_t* instance =
      instantiate(engine, store,
                  "(module (func (export \"f\") (param f64) (result f64)"
                  " (f64x2.extract_lane 1 (f64x2.relaxed_madd (f64x2.splat (local.get 0))"
                  " (f64x2.splat (local.get 0)) (f64x2.splat (f64.const -1))))))");
  wasm_extern_t* f = get_export(instance, "f");
  wasm_val_t args[] = {WASM_F64_VAL(0x1.00000004p0)}, results[] = {WASM_INIT_VAL};
  wasm_val_vec_t in = WASM_ARRAY_VEC(args), out = WASM_ARRAY_VEC(results);
  CHECK(wasm_func_call(wasm_extern_as_func(f), &in, &out) == NULL);
  CHECK(results[0].of.f64 == expected);
  wasm_extern_delete(f);
  wasm_instance_delete(instance);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
}

/* Every feature has a name, and is on or off. */
static void test_features(void) {
  size_t count = 0;
  bool has_gc = false;
  for (const char* name; (name = wrun_feature_name(count)) != NULL; ++count) {
    has_gc = has_gc || strcmp(name, "gc") == 0;
    CHECK(wrun_features_have("all", name));
  }
  CHECK(count > 10 && has_gc);
  CHECK(wrun_features_have("wasm3,-simd", "gc") && !wrun_features_have("wasm3,-simd", "simd"));
  CHECK(!wrun_features_have("nonsense", "gc") && !wrun_features_have("all", "nonsense"));
}

/* What an engine was made with. */
static void check_config(const wasm_engine_t* engine) {
  wasm_config_t* config = wrun_engine_config(engine);
  wrun_config_options_t options = WRUN_CONFIG_OPTIONS_INIT;
  CHECK(wrun_config_get(config, &options));
  CHECK(options.fuel && options.interruptible && options.canonical_nans && options.deterministic);
  CHECK(options.stack_bytes == 1024 * 1024);
  CHECK(options.relaxed_simd == WRUN_RELAXED_SIMD_DETERMINISTIC);
  wrun_module_limits_t limits = WRUN_MODULE_LIMITS_INIT;
  CHECK(wrun_config_get_module_limits(config, &limits));
  CHECK(limits.functions == 2 && limits.locals == 50000 && limits.module_size == 1073741824);
  options.struct_size = limits.struct_size = 4;
  CHECK(!wrun_config_get(config, &options) && !wrun_config_get_module_limits(config, &limits));
  CHECK(!wrun_config_has_feature(config, "simd"));
  wasm_config_delete(config);
}

int main(void) {
  test_features();
  run_relaxed(WRUN_RELAXED_SIMD_DETERMINISTIC, 0x1p-29);
  run_relaxed(WRUN_RELAXED_SIMD_FUSED, 0x1.00000002p-29);
  const char* vectors = "(module (func (param v128)))";
  wasm_config_t* config = wasm_config_new();
  OK(wrun_config_set_features(config, "wasm3,-simd,-relaxed-simd"));
  CHECK(!wrun_config_has_feature(config, "simd") && wrun_config_has_feature(config, "gc"));
  CHECK(!wrun_config_has_feature(config, "nonsense"));
  FAILS(WRUN_ERROR_USAGE, wrun_config_set_features(config, "nonsense"));
  wrun_config_options_t options = WRUN_CONFIG_OPTIONS_INIT;
  options.fuel = options.canonical_nans = options.deterministic = true;
  OK(wrun_config_set(config, &options));
  options.relaxed_simd = WRUN_RELAXED_SIMD_FUSED + 1;
  FAILS(WRUN_ERROR_USAGE, wrun_config_set(config, &options));
  options.struct_size = 4;
  FAILS(WRUN_ERROR_USAGE, wrun_config_set(config, &options));
  wrun_module_limits_t limits = WRUN_MODULE_LIMITS_INIT;
  limits.functions = 2;
  OK(wrun_config_set_module_limits(config, &limits));
  limits.struct_size = 0;
  FAILS(WRUN_ERROR_USAGE, wrun_config_set_module_limits(config, &limits));

  wasm_engine_t* engine = wasm_engine_new_with_config(config);
  CHECK(!accepts(engine, vectors));
  CHECK(accepts(engine, "(module (func) (func))"));
  CHECK(!accepts(engine, "(module (func) (func) (func))"));
  check_config(engine);
  wasm_engine_t* copy = wrun_engine_copy(engine);
  CHECK(wrun_engine_same(copy, engine));
  wasm_store_t* store = wasm_store_new(engine);
  wasm_engine_delete(engine);
  uint64_t fuel = 0;
  OK(wrun_store_fuel(store, &fuel));
  CHECK(fuel > 1000000);
  engine = wrun_store_engine(store);
  CHECK(wrun_engine_same(copy, engine));
  wasm_engine_delete(engine);
  wasm_engine_delete(copy);
  wasm_store_delete(store);

  engine = wasm_engine_new();
  CHECK(accepts(engine, vectors));
  for (wrun_engine_info_t i = WRUN_INFO_VERSION; i <= WRUN_INFO_MEMORY_CHECKS_REASON; ++i) {
    wasm_name_t text;
    wrun_engine_info(engine, i, &text);
    CHECK(text.size > 1 && text.data[text.size - 1] == 0);
    wasm_byte_vec_delete(&text);
  }
  wasm_engine_delete(engine);
  printf("ok\n");
  return 0;
}
