/* Objects of the host's as externrefs, and what else goes through one. */

#include "support.h"

static wasm_trap_t* pass(const wasm_val_vec_t* args, wasm_val_vec_t* results) {
  const wasm_ref_t* ref = args->data[0].of.ref;
  printf("passed %d\n", ref ? (int)(intptr_t)wasm_ref_get_host_info(ref) : 0);
  wasm_val_copy(&results->data[0], &args->data[0]);
  return NULL;
}

static int finalized = 0;
static void finalize(void* info) {
  (void)info;
  ++finalized;
}

/* The result of a call with one reference. */
static wasm_ref_t* call_ref(const wasm_func_t* function, wasm_ref_t* ref) {
  wasm_val_t args[] = {WASM_REF_VAL(ref)};
  wasm_val_t results[] = {WASM_INIT_VAL};
  wasm_val_vec_t arg_vec = WASM_ARRAY_VEC(args);
  wasm_val_vec_t result_vec = WASM_ARRAY_VEC(results);
  CHECK(wasm_func_call(function, &arg_vec, &result_vec) == NULL);
  return results[0].of.ref;
}

static void expect(wasm_ref_t* got, const wasm_ref_t* expected) {
  CHECK(got ? expected != NULL && wasm_ref_same(got, expected) : expected == NULL);
  wasm_ref_delete(got);
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_store_t* store = wasm_store_new(engine);
  wasm_module_t* module =
      load(engine, store,
           "(module"
           " (import \"\" \"pass\" (func $pass (param externref) (result externref)))"
           " (global $g (export \"global\") (mut externref) (ref.null extern))"
           " (table $t (export \"table\") 10 externref)"
           " (func (export \"keep\") (param externref) (result externref)"
           "  (global.set $g (local.get 0))"
           "  (table.set $t (i32.const 3) (local.get 0))"
           "  (call $pass (global.get $g))))");
  wasm_functype_t* type =
      wasm_functype_new_1_1(wasm_valtype_new(WASM_EXTERNREF), wasm_valtype_new_externref());
  wasm_func_t* callback = wasm_func_new(store, type, pass);
  wasm_functype_delete(type);
  wasm_extern_t* externs[] = {wasm_func_as_extern(callback)};
  wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
  wasm_instance_t* instance = wasm_instance_new(store, module, &imports, NULL);
  CHECK(instance != NULL);

  wasm_extern_vec_t exports;
  wasm_instance_exports(instance, &exports);
  wasm_global_t* global = wasm_extern_as_global(exports.data[0]);
  wasm_table_t* table = wasm_extern_as_table(exports.data[1]);
  wasm_func_t* keep = wasm_extern_as_func(exports.data[2]);

  wasm_ref_t* objects[2];
  for (int i = 0; i < 2; ++i) {
    objects[i] = wasm_foreign_as_ref(wasm_foreign_new(store));
    wasm_ref_set_host_info_with_finalizer(objects[i], (void*)(intptr_t)(i + 1), finalize);
  }
  CHECK(!wasm_ref_same(objects[0], objects[1]));
  expect(call_ref(keep, NULL), NULL);
  expect(call_ref(keep, objects[0]), objects[0]);
  expect(call_ref(keep, objects[1]), objects[1]);
  expect(wasm_table_get(table, 3), objects[1]);
  CHECK(wasm_table_set(table, 4, objects[0]));
  expect(wasm_table_get(table, 4), objects[0]);

  /* The host info stays with the object while only WebAssembly has it. */
  wasm_ref_delete(objects[1]);
  wasm_val_t value;
  wasm_global_get(global, &value);
  CHECK(value.kind == WASM_EXTERNREF && wasm_ref_as_foreign(value.of.ref) != NULL);
  printf("global %d\n", (int)(intptr_t)wasm_ref_get_host_info(value.of.ref));
  wasm_val_delete(&value);

  /* A function, an instance and a module go through an externref, too. */
  expect(call_ref(keep, wasm_func_as_ref(keep)), wasm_func_as_ref(keep));
  expect(call_ref(keep, wasm_instance_as_ref(instance)), wasm_instance_as_ref(instance));
  expect(call_ref(keep, wasm_module_as_ref(module)), wasm_module_as_ref(module));
  CHECK(finalized == 0);
  OK(wrun_store_collect(store));
  CHECK(finalized == 1);

  wasm_val_t null = WASM_INIT_VAL;
  wasm_global_set(global, &null);
  wasm_ref_delete(objects[0]);
  wasm_func_delete(callback);
  wasm_extern_vec_delete(&exports);
  wasm_instance_delete(instance);
  wasm_module_delete(module);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  printf("finalized %d\n", finalized);
  return 0;
}
