/* Structures, arrays and integers of 31 bits. */

#include "support.h"

static const char* text =
    "(module"
    " (type $pair (struct (field (mut i32)) (field (mut (ref null any)))))"
    " (type $list (array (mut i64)))"
    " (type $frozen (struct (field f64)))"
    " (func (export \"first\") (param anyref) (result i32)"
    "  (struct.get $pair 0 (ref.cast (ref $pair) (local.get 0))))"
    " (func (export \"same\") (param anyref) (result anyref) (local.get 0)))";

static wrun_val_t number(int32_t value) {
  wrun_val_t made = {0};
  made.kind = WASM_I32;
  made.of.i32 = value;
  return made;
}

static wrun_val_t reference(wrun_anyref_t* object) {
  wrun_val_t made = {0};
  made.kind = WRUN_ANYREF;
  made.of.ref = object ? wrun_anyref_as_ref(object) : NULL;
  return made;
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_store_t* store = wasm_store_new(engine);
  wasm_shared_module_t* module = NULL;
  OK(wrun_module_from_text(engine, text, strlen(text), &module));
  wrun_linker_t* linker = wrun_linker_new(engine);
  wasm_instance_t* instance = NULL;
  OK(wrun_linker_instantiate(linker, store, module, &instance));
  wrun_linker_delete(linker);

  wrun_anyref_t* small = NULL;
  OK(wrun_anyref_new_i31(store, -5, &small));
  int32_t value = 0;
  CHECK(wrun_anyref_kind(small) == WRUN_HEAP_I31);
  OK(wrun_anyref_i31_value(small, &value));
  CHECK(value == -5);

  wrun_val_t fields[] = {number(11), reference(small)};
  wrun_anyref_t* pair = NULL;
  OK(wrun_anyref_new_struct(store, module, 0, fields, 2, &pair));
  FAILS(WRUN_ERROR_USAGE, wrun_anyref_new_struct(store, module, 1, fields, 2, &pair));
  CHECK(wrun_anyref_kind(pair) == WRUN_HEAP_STRUCT);
  uint32_t size = 0;
  OK(wrun_anyref_size(pair, &size));
  wrun_val_t field;
  OK(wrun_anyref_get(pair, 1, &field));
  CHECK(size == 2 && wasm_ref_same(field.of.ref, wrun_anyref_as_ref(small)));
  wrun_val_delete(&field);
  FAILS(WRUN_ERROR_USAGE, wrun_anyref_get(pair, 2, &field));
  FAILS(WRUN_ERROR_USAGE, wrun_anyref_i31_value(pair, &value));
  wrun_val_t twelve = number(12);
  OK(wrun_anyref_set(pair, 0, &twelve));
  FAILS(WRUN_ERROR_USAGE, wrun_anyref_set(pair, 1, &twelve));

  wasm_extern_t* first = get_export(instance, "first");
  wrun_val_t arg = reference(pair), result;
  OK(wrun_func_call(wasm_extern_as_func(first), &arg, 1, &result, 1));
  printf("first %" PRId32 "\n", result.of.i32);
  arg = reference(small);
  FAILS(WRUN_ERROR_TRAP, wrun_func_call(wasm_extern_as_func(first), &arg, 1, &result, 1));
  wasm_extern_delete(first);
  wasm_extern_t* same = get_export(instance, "same");
  arg = reference(pair);
  OK(wrun_func_call(wasm_extern_as_func(same), &arg, 1, &result, 1));
  CHECK(result.kind == WRUN_ANYREF && wrun_ref_as_anyref(result.of.ref) == pair);
  wrun_val_delete(&result);
  wasm_extern_delete(same);

  wrun_val_t elements[3] = {{0}, {0}, {0}};
  for (int i = 0; i < 3; ++i) elements[i].kind = WASM_I64, elements[i].of.i64 = i * 10;
  wrun_anyref_t* list = NULL;
  OK(wrun_anyref_new_array(store, module, 1, elements, 3, &list));
  OK(wrun_store_collect(store));
  OK(wrun_anyref_get(list, 2, &result));
  printf("list %" PRId64 "\n", result.of.i64);
  FAILS(WRUN_ERROR_TRAP, wrun_anyref_get(list, 3, &result));
  CHECK(wrun_anyref_kind(list) == WRUN_HEAP_ARRAY);

  wrun_anyref_delete(small);
  wrun_anyref_delete(pair);
  wrun_anyref_delete(list);
  wasm_instance_delete(instance);
  wasm_shared_module_delete(module);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  return 0;
}
