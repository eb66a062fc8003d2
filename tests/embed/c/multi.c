/* Several results. */

#include "support.h"

static wasm_trap_t* rotate(const wasm_val_vec_t* args, wasm_val_vec_t* results) {
  CHECK(args->size == 4 && results->size == 4);
  for (size_t i = 0; i < 4; ++i) wasm_val_copy(&results->data[i], &args->data[(i + 1) % 4]);
  return NULL;
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_store_t* store = wasm_store_new(engine);
  wasm_module_t* module =
      load(engine, store,
           "(module"
           " (import \"\" \"r\" (func $r (param i32 i64 f32 f64) (result i64 f32 f64 i32)))"
           " (func (export \"g\") (param i32 i64 f32 f64) (result i64 f32 f64 i32)"
           "  (call $r (local.get 0) (local.get 1) (local.get 2) (local.get 3))))");
  wasm_valtype_t* types[4] = {wasm_valtype_new_i32(), wasm_valtype_new_i64(),
                              wasm_valtype_new_f32(), wasm_valtype_new_f64()};
  wasm_valtype_vec_t params, results_type;
  wasm_valtype_vec_new(&params, 4, types);
  wasm_valtype_t* rotated[4];
  for (size_t i = 0; i < 4; ++i) rotated[i] = wasm_valtype_copy(types[(i + 1) % 4]);
  wasm_valtype_vec_new(&results_type, 4, rotated);
  wasm_functype_t* type = wasm_functype_new(&params, &results_type);
  wasm_func_t* function = wasm_func_new(store, type, rotate);
  wasm_functype_delete(type);

  wasm_extern_t* externs[] = {wasm_func_as_extern(function)};
  wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
  wasm_instance_t* instance = wasm_instance_new(store, module, &imports, NULL);
  CHECK(instance != NULL);
  wasm_extern_t* g = get_export(instance, "g");
  wasm_val_t args[] = {WASM_I32_VAL(1), WASM_I64_VAL(2), WASM_F32_VAL(3.5f), WASM_F64_VAL(4.25)};
  wasm_val_t results[4] = {WASM_INIT_VAL, WASM_INIT_VAL, WASM_INIT_VAL, WASM_INIT_VAL};
  wasm_val_vec_t arg_vec = WASM_ARRAY_VEC(args);
  wasm_val_vec_t result_vec = WASM_ARRAY_VEC(results);
  CHECK(wasm_func_call(wasm_extern_as_func(g), &arg_vec, &result_vec) == NULL);
  CHECK(results[0].kind == WASM_I64 && results[3].kind == WASM_I32);
  printf("%" PRId64 " %g %g %" PRId32 "\n", results[0].of.i64, (double)results[1].of.f32,
         results[2].of.f64, results[3].of.i32);

  /* No room for all results. */
  result_vec.size = 3;
  wasm_trap_t* trap = wasm_func_call(wasm_extern_as_func(g), &arg_vec, &result_vec);
  CHECK(trap != NULL);
  wasm_trap_delete(trap);

  wasm_extern_delete(g);
  wasm_func_delete(function);
  wasm_instance_delete(instance);
  wasm_module_delete(module);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  return 0;
}
