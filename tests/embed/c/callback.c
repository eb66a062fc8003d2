/* Functions of the host's with an environment, and without. */

#include "support.h"

static wasm_trap_t* print(const wasm_val_vec_t* args, wasm_val_vec_t* results) {
  printf("print %" PRId32 "\n", args->data[0].of.i32);
  wasm_val_copy(&results->data[0], &args->data[0]);
  return NULL;
}

static wasm_trap_t* add_env(void* env, const wasm_val_vec_t* args, wasm_val_vec_t* results) {
  results->data[0].kind = WASM_I32;
  results->data[0].of.i32 = args->data[0].of.i32 + *(int*)env;
  return NULL;
}

static wasm_trap_t* wrong_result(const wasm_val_vec_t* args, wasm_val_vec_t* results) {
  (void)args;
  results->data[0].kind = WASM_F64;
  results->data[0].of.f64 = 1;
  return NULL;
}

static void finalize(void* env) {
  printf("finalized with %d\n", *(int*)env);
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_store_t* store = wasm_store_new(engine);
  wasm_module_t* module = load(engine, store,
                               "(module"
                               " (import \"\" \"print\" (func $p (param i32) (result i32)))"
                               " (import \"\" \"env\" (func $c (param i32) (result i32)))"
                               " (import \"\" \"wrong\" (func $w (param i32) (result i32)))"
                               " (func (export \"run\") (param $x i32) (param $y i32) (result i32)"
                               "  (call $c (call $p (i32.add (local.get 0) (local.get 1)))))"
                               " (func (export \"wrong\") (param i32) (result i32)"
                               "  (call $w (local.get 0))))");
  int env = 42;
  wasm_functype_t* type = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
  wasm_func_t* functions[] = {wasm_func_new(store, type, print),
                              wasm_func_new_with_env(store, type, add_env, &env, finalize),
                              wasm_func_new(store, type, wrong_result)};
  wasm_functype_delete(type);
  CHECK(wasm_func_param_arity(functions[1]) == 1 && wasm_func_result_arity(functions[1]) == 1);

  wasm_extern_t* externs[3];
  for (int i = 0; i < 3; ++i) externs[i] = wasm_func_as_extern(functions[i]);
  wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
  wasm_trap_t* trap = NULL;
  wasm_instance_t* instance = wasm_instance_new(store, module, &imports, &trap);
  CHECK(instance != NULL && trap == NULL);
  for (int i = 0; i < 3; ++i) wasm_func_delete(functions[i]);
  wasm_module_delete(module);

  wasm_extern_t* run = get_export(instance, "run");
  printf("result %" PRId32 "\n", call_i32(wasm_extern_as_func(run), 2, (const int32_t[]){3, 4}));
  wasm_extern_delete(run);

  wasm_extern_t* wrong = get_export(instance, "wrong");
  wasm_val_t arg = WASM_I32_VAL(1);
  wasm_val_t result = WASM_INIT_VAL;
  wasm_val_vec_t args = {1, &arg};
  wasm_val_vec_t results = {1, &result};
  trap = wasm_func_call(wasm_extern_as_func(wrong), &args, &results);
  CHECK(trap != NULL);
  wasm_message_t message;
  wasm_trap_message(trap, &message);
  printf("%s\n", message.data);
  wasm_byte_vec_delete(&message);
  wasm_trap_delete(trap);

  /* Arguments are checked, too. */
  arg.kind = WASM_I64;
  trap = wasm_func_call(wasm_extern_as_func(wrong), &args, &results);
  CHECK(trap != NULL);
  wasm_trap_delete(trap);
  trap = wasm_func_call(wasm_extern_as_func(wrong), NULL, NULL);
  CHECK(trap != NULL);
  wasm_trap_delete(trap);
  wasm_extern_delete(wrong);

  wasm_instance_delete(instance);
  wasm_store_delete(store);
  printf("store deleted\n");
  wasm_engine_delete(engine);
  return 0;
}
