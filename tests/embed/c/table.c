/* Tables of functions: read, written and grown by both sides. */

#include "support.h"

static wasm_trap_t* negate(const wasm_val_vec_t* args, wasm_val_vec_t* results) {
  results->data[0].of.i32 = -args->data[0].of.i32;
  return NULL;
}

static void call_indirect(const wasm_func_t* function, int32_t index) {
  wasm_val_t args[] = {WASM_I32_VAL(7), WASM_I32_VAL(index)};
  wasm_val_t results[] = {WASM_INIT_VAL};
  wasm_val_vec_t arg_vec = WASM_ARRAY_VEC(args);
  wasm_val_vec_t result_vec = WASM_ARRAY_VEC(results);
  wasm_trap_t* trap = wasm_func_call(function, &arg_vec, &result_vec);
  if (!trap) {
    printf("[%" PRId32 "](7) = %" PRId32 "\n", index, results[0].of.i32);
    return;
  }
  wasm_message_t message;
  wasm_trap_message(trap, &message);
  printf("[%" PRId32 "](7): %s\n", index, message.data);
  wasm_byte_vec_delete(&message);
  wasm_trap_delete(trap);
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_store_t* store = wasm_store_new(engine);
  wasm_instance_t* instance =
      instantiate(engine, store,
                  "(module"
                  " (type $t (func (param i32) (result i32)))"
                  " (table (export \"table\") 2 5 funcref)"
                  " (elem (i32.const 1) $double)"
                  " (func $double (export \"double\") (type $t)"
                  "  (i32.mul (local.get 0) (i32.const 2)))"
                  " (func (export \"call\") (param i32 i32) (result i32)"
                  "  (call_indirect (type $t) (local.get 0) (local.get 1))))");
  wasm_extern_vec_t exports;
  wasm_instance_exports(instance, &exports);
  wasm_table_t* table = wasm_extern_as_table(exports.data[0]);
  wasm_func_t* twice = wasm_extern_as_func(exports.data[1]);
  const wasm_func_t* call = wasm_extern_as_func_const(exports.data[2]);

  printf("size %" PRIu32 "\n", wasm_table_size(table));
  CHECK(wasm_table_get(table, 0) == NULL);
  wasm_ref_t* element = wasm_table_get(table, 1);
  CHECK(wasm_ref_same(element, wasm_func_as_ref(twice)));
  wasm_ref_delete(element);
  call_indirect(call, 0);
  call_indirect(call, 1);

  wasm_functype_t* type = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
  wasm_func_t* host = wasm_func_new(store, type, negate);
  wasm_functype_delete(type);
  CHECK(wasm_table_set(table, 0, wasm_func_as_ref(host)));
  CHECK(!wasm_table_set(table, 2, wasm_func_as_ref(host)));
  call_indirect(call, 0);
  call_indirect(call, 2);
  CHECK(wasm_table_grow(table, 2, wasm_func_as_ref(host)));
  wasm_func_delete(host);
  call_indirect(call, 3);
  CHECK(!wasm_table_grow(table, 2, NULL));
  CHECK(wasm_table_set(table, 3, NULL));
  call_indirect(call, 3);

  wasm_limits_t limits = {2, wasm_limits_max_default};
  wasm_tabletype_t* tabletype = wasm_tabletype_new(wasm_valtype_new_funcref(), &limits);
  wasm_table_t* other = wasm_table_new(store, tabletype, wasm_func_as_ref(twice));
  wasm_tabletype_delete(tabletype);
  element = wasm_table_get(other, 1);
  CHECK(wasm_ref_as_func(element) == twice);
  wasm_ref_delete(element);
  tabletype = wasm_table_type(other);
  CHECK(wasm_tabletype_limits(tabletype)->min == 2);
  wasm_tabletype_delete(tabletype);
  wasm_table_delete(other);

  wasm_extern_vec_delete(&exports);
  wasm_instance_delete(instance);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  return 0;
}
