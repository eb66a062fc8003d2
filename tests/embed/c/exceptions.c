/* Exceptions: thrown by either side, caught by the other. */

#include "support.h"

static wrun_error_t* throw_it(void* env, wrun_caller_t* caller, const wrun_val_t* args,
                              size_t arg_count, wrun_val_t* results, size_t result_count) {
  (void)caller, (void)results, (void)result_count;
  wrun_exception_t* exception = NULL;
  wrun_error_t* error = wrun_exception_new((wrun_tag_t*)env, args, arg_count, &exception);
  if (error) return error;
  error = wrun_exception_error(exception);
  wrun_exception_delete(exception);
  return error;
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_store_t* store = wasm_store_new(engine);
  wasm_valtype_t* i32 = wasm_valtype_new_i32();
  wasm_valtype_vec_t params;
  wasm_valtype_vec_new(&params, 1, &i32);
  wrun_tagtype_t* tagtype = wrun_tagtype_new(&params);
  wrun_tag_t* tag = NULL;
  OK(wrun_tag_new(store, tagtype, &tag));
  wrun_tagtype_delete(tagtype);
  tagtype = wrun_tag_type(tag);
  CHECK(wrun_tagtype_params(tagtype)->size == 1);
  wrun_tagtype_delete(tagtype);

  wasm_functype_t* type = wasm_functype_new_1_0(wasm_valtype_new_i32());
  wasm_func_t* thrower = NULL;
  OK(wrun_func_new(store, type, throw_it, tag, NULL, &thrower));
  wasm_functype_delete(type);
  wasm_module_t* module =
      load(engine, store,
           "(module (import \"\" \"tag\" (tag $t (param i32)))"
           " (import \"\" \"throw\" (func $f (param i32)))"
           " (func (export \"catch\") (param i32) (result i32)"
           "  (block $h (result i32)"
           "   (try_table (catch $t $h) (call $f (local.get 0))) (i32.const -1)))"
           " (func (export \"throw\") (param i32) (throw $t (local.get 0))))");
  wasm_extern_t* externs[] = {wrun_tag_as_extern(tag), wasm_func_as_extern(thrower)};
  wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
  wasm_instance_t* instance = wasm_instance_new(store, module, &imports, NULL);
  CHECK(instance != NULL);
  wasm_module_delete(module);

  wasm_extern_t* catcher = get_export(instance, "catch");
  printf("caught %" PRId32 "\n", call_i32(wasm_extern_as_func(catcher), 1, (const int32_t[]){31}));
  wasm_extern_delete(catcher);

  wasm_extern_t* throws = get_export(instance, "throw");
  const wrun_val_t arg = {WASM_I32, {.i32 = 17}};
  wrun_error_t* error = wrun_func_call(wasm_extern_as_func(throws), &arg, 1, NULL, 0);
  CHECK(error != NULL && wrun_error_kind(error) == WRUN_ERROR_EXCEPTION);
  wrun_exception_t* exception = wrun_error_exception(store, error);
  CHECK(exception != NULL);
  wrun_tag_t* same = wrun_exception_tag(exception);
  CHECK(wrun_tag_same(same, tag));
  CHECK(wrun_exception_value_count(exception) == 1);
  wrun_val_t values[2];
  OK(wrun_exception_values(exception, values, 1));
  printf("thrown %" PRId32 "\n", values[0].of.i32);
  FAILS(WRUN_ERROR_USAGE, wrun_exception_values(exception, values, 2));
  FAILS(WRUN_ERROR_USAGE, wrun_exception_new(tag, NULL, 0, &exception));
  wasm_store_t* other = wasm_store_new(engine);
  CHECK(wrun_error_exception(other, error) == NULL);
  wasm_store_delete(other);

  wrun_error_delete(error);
  wrun_exception_delete(exception);
  wrun_tag_delete(same);
  wrun_tag_delete(tag);
  wasm_extern_delete(throws);
  wasm_func_delete(thrower);
  wasm_instance_delete(instance);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  return 0;
}
