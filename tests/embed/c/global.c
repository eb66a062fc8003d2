/* Globals: shared between host and module, constant and variable. */

#include "support.h"

static wasm_global_t* make(wasm_store_t* store, wasm_valkind_t kind, wasm_mutability_t mutability,
                           const wasm_val_t* value) {
  wasm_globaltype_t* type = wasm_globaltype_new(wasm_valtype_new(kind), mutability);
  wasm_global_t* global = wasm_global_new(store, type, value);
  wasm_globaltype_delete(type);
  return global;
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_store_t* store = wasm_store_new(engine);
  wasm_val_t f32 = WASM_F32_VAL(1.5f);
  wasm_val_t i64 = WASM_I64_VAL(20);
  wasm_global_t* constant = make(store, WASM_F32, WASM_CONST, &f32);
  wasm_global_t* variable = make(store, WASM_I64, WASM_VAR, &i64);
  CHECK(constant != NULL && variable != NULL);
  CHECK(make(store, WASM_I32, WASM_VAR, &i64) == NULL);

  wasm_module_t* module = load(engine, store,
                               "(module"
                               " (import \"\" \"c\" (global $c f32))"
                               " (import \"\" \"v\" (global $v (mut i64)))"
                               " (export \"again\" (global $v))"
                               " (func (export \"twice\")"
                               "  (global.set $v (i64.add (global.get $v) (global.get $v)))))");
  wasm_extern_t* externs[] = {wasm_global_as_extern(constant), wasm_global_as_extern(variable)};
  wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
  wasm_instance_t* instance = wasm_instance_new(store, module, &imports, NULL);
  CHECK(instance != NULL);

  wasm_extern_vec_t exports;
  wasm_instance_exports(instance, &exports);
  CHECK(wasm_global_same(wasm_extern_as_global(exports.data[0]), variable));
  call_i32(wasm_extern_as_func(exports.data[1]), 0, NULL);
  wasm_val_t value;
  wasm_global_get(variable, &value);
  CHECK(value.kind == WASM_I64);
  printf("variable %" PRId64 "\n", value.of.i64);

  value.of.i64 = -5;
  wasm_global_set(variable, &value);
  call_i32(wasm_extern_as_func(exports.data[1]), 0, NULL);
  wasm_global_get(variable, &value);
  printf("variable %" PRId64 "\n", value.of.i64);

  /* Neither a constant nor a value of another type is written. */
  wasm_val_t other = WASM_F32_VAL(9);
  wasm_global_set(constant, &other);
  wasm_global_set(variable, &other);
  wasm_global_get(constant, &value);
  printf("constant %g\n", (double)value.of.f32);
  wasm_global_get(variable, &value);
  printf("variable %" PRId64 "\n", value.of.i64);

  wasm_globaltype_t* type = wasm_global_type(variable);
  CHECK(wasm_globaltype_mutability(type) == WASM_VAR);
  CHECK(wasm_valtype_kind(wasm_globaltype_content(type)) == WASM_I64);
  wasm_globaltype_delete(type);

  wasm_extern_vec_delete(&exports);
  wasm_instance_delete(instance);
  wasm_module_delete(module);
  wasm_global_delete(constant);
  wasm_global_delete(variable);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  return 0;
}
