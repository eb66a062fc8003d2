#include <stdio.h>
#include <wrun.h>

static wrun_error_t* print(void* env, wrun_caller_t* caller, const wrun_val_t* args,
                           size_t arg_count, wrun_val_t* results, size_t result_count) {
  (void)env, (void)caller, (void)arg_count, (void)results, (void)result_count;
  printf("%d\n", (int)args[0].of.i32);
  return NULL;
}

int main(int argc, char** argv) {
  (void)argc;
  wasm_engine_t* engine = wasm_engine_new();
  wasm_shared_module_t* module = NULL;
  wrun_error_t* error = wrun_module_from_file(engine, argv[1], &module);
  wasm_store_t* store = wasm_store_new(engine);
  wrun_linker_t* linker = wrun_linker_new(engine);
  wasm_functype_t* type = wasm_functype_new_1_0(wasm_valtype_new_i32());
  if (!error) error = wrun_linker_define_func(linker, "host", "print", type, print, NULL, NULL);
  wasm_functype_delete(type);
  wasm_instance_t* instance = NULL;
  if (!error) error = wrun_linker_instantiate(linker, store, module, &instance);
  wasm_extern_t* add = NULL;
  if (!error) error = wrun_instance_get(instance, "add", &add);
  const wrun_val_t args[] = {{WASM_I32, {2}}, {WASM_I32, {3}}};
  wrun_val_t sum;
  if (!error) error = wrun_func_call(wasm_extern_as_func(add), args, 2, &sum, 1);
  if (error) fprintf(stderr, "%s\n", wrun_error_message(error));
  const int failed = error != NULL || sum.of.i32 != 5;
  wrun_error_delete(error);
  wasm_extern_delete(add);
  wasm_instance_delete(instance);
  wasm_shared_module_delete(module);
  wrun_linker_delete(linker);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  return failed;
}
