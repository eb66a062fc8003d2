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

int main(void) {
  const char* vectors = "(module (func (param v128)))";
  wasm_config_t* config = wasm_config_new();
  OK(wrun_config_set_features(config, "wasm3,-simd,-relaxed-simd"));
  CHECK(!wrun_config_has_feature(config, "simd") && wrun_config_has_feature(config, "gc"));
  CHECK(!wrun_config_has_feature(config, "nonsense"));
  FAILS(WRUN_ERROR_USAGE, wrun_config_set_features(config, "nonsense"));
  wrun_config_options_t options = WRUN_CONFIG_OPTIONS_INIT;
  options.fuel = options.canonical_nans = options.deterministic = true;
  OK(wrun_config_set(config, &options));
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
