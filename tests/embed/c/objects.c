/* Globals, tables and memories with errors, vectors and 64-bit sizes. */

#include "support.h"

static void test_globals(wasm_store_t* store) {
  wasm_globaltype_t* type = wasm_globaltype_new(wasm_valtype_new(WRUN_V128), WASM_VAR);
  wrun_val_t value = {0};
  value.kind = WRUN_V128;
  for (int i = 0; i < 16; ++i) value.of.v128[i] = (uint8_t)i;
  wasm_global_t* global = NULL;
  OK(wrun_global_new(store, type, &value, &global));
  value.of.v128[15] = 99;
  OK(wrun_global_set(global, &value));
  wrun_val_t read;
  OK(wrun_global_get(global, &read));
  CHECK(read.kind == WRUN_V128 && memcmp(read.of.v128, value.of.v128, 16) == 0);
  wrun_val_t number = {0};
  number.kind = WASM_I32;
  FAILS(WRUN_ERROR_USAGE, wrun_global_set(global, &number));
  FAILS(WRUN_ERROR_USAGE, wrun_global_new(store, type, &number, &global));

  /* The standard's values have no room for it. */
  wasm_val_t narrow;
  CHECK(!wrun_val_to_wasm(&narrow, &read) && narrow.of.ref == NULL);
  wasm_global_get(global, &narrow);
  CHECK(narrow.kind == WASM_EXTERNREF && narrow.of.ref == NULL);
  CHECK(wrun_val_to_wasm(&narrow, &number) && narrow.kind == WASM_I32);
  wrun_val_from_wasm(&read, &narrow);
  CHECK(read.kind == WASM_I32 && read.of.i32 == 0);
  wasm_globaltype_delete(type);
  wasm_global_delete(global);
}

static void test_references(wasm_store_t* store) {
  wrun_val_t value = {0}, copy;
  value.kind = WASM_EXTERNREF;
  value.of.ref = wasm_foreign_as_ref(wasm_foreign_new(store));
  wrun_val_copy(&copy, &value);
  CHECK(wasm_ref_same(copy.of.ref, value.of.ref));
  wasm_val_t standard;
  CHECK(wrun_val_to_wasm(&standard, &copy) && copy.of.ref == NULL);
  wrun_val_from_wasm(&copy, &standard);
  CHECK(standard.of.ref == NULL && copy.of.ref == value.of.ref);
  wrun_val_delete(&value);
  wrun_val_delete(&copy);
  wrun_val_delete(NULL);
}

static void test_tables(wasm_store_t* store) {
  wrun_tabletype_info_t info = WRUN_TABLETYPE_INFO_INIT;
  info.min = 2;
  info.max = 6;
  info.is_64 = true;
  wasm_tabletype_t* type = wrun_tabletype_new(wasm_valtype_new_externref(), &info);
  wasm_table_t* table = NULL;
  OK(wrun_table_new(store, type, NULL, &table));
  wasm_tabletype_delete(type);
  wasm_ref_t* object = wasm_foreign_as_ref(wasm_foreign_new(store));
  OK(wrun_table_set(table, 1, object));
  uint64_t size = 0;
  OK(wrun_table_grow(table, 3, object, &size));
  CHECK(size == 2);
  OK(wrun_table_size(table, &size));
  CHECK(size == 5);
  wasm_ref_t* got = NULL;
  OK(wrun_table_get(table, 4, &got));
  CHECK(wasm_ref_same(got, object));
  wasm_ref_delete(got);
  OK(wrun_table_get(table, 0, &got));
  CHECK(got == NULL);
  FAILS(WRUN_ERROR_TRAP, wrun_table_get(table, 5, &got));
  FAILS(WRUN_ERROR_TRAP, wrun_table_set(table, 5, object));
  FAILS(WRUN_ERROR_LIMIT, wrun_table_grow(table, 2, NULL, NULL));

  type = wrun_tabletype_new(wasm_valtype_new_funcref(), &info);
  wasm_table_t* functions = NULL;
  FAILS(WRUN_ERROR_USAGE, wrun_table_new(store, type, object, &functions));
  wasm_tabletype_delete(type);
  wasm_ref_delete(object);
  wasm_table_delete(table);
}

static void test_memories(wasm_store_t* store) {
  wrun_memorytype_info_t info = WRUN_MEMORYTYPE_INFO_INIT;
  info.min = 100;
  info.max = 200;
  info.is_64 = true;
  info.page_size_log2 = 0;
  wasm_memorytype_t* type = wrun_memorytype_new(&info);
  wasm_memory_t* memory = NULL;
  OK(wrun_memory_new(store, type, &memory));
  uint64_t size = 0;
  OK(wrun_memory_size(memory, &size));
  CHECK(size == 100);
  OK(wrun_memory_grow(memory, 50, &size));
  CHECK(size == 100);
  FAILS(WRUN_ERROR_LIMIT, wrun_memory_grow(memory, 51, NULL));
  char text[6] = "";
  OK(wrun_memory_write(memory, 144, "hello", 6));
  OK(wrun_memory_read(memory, 144, text, 6));
  printf("%s\n", text);
  FAILS(WRUN_ERROR_TRAP, wrun_memory_write(memory, 145, "hello", 6));
  FAILS(WRUN_ERROR_TRAP, wrun_memory_read(memory, UINT64_MAX, text, 6));
  void* at = NULL;
  OK(wrun_memory_span(memory, 144, 6, &at));
  CHECK(strcmp((const char*)at, "hello") == 0);
  FAILS(WRUN_ERROR_TRAP, wrun_memory_span(memory, 144, 7, &at));
  wasm_memorytype_delete(type);
  wasm_memory_delete(memory);
  info.page_size_log2 = 5;
  type = wrun_memorytype_new(&info);
  FAILS(WRUN_ERROR_USAGE, wrun_memory_new(store, type, &memory));
  wasm_memorytype_delete(type);
}

static void expect_text(const wrun_val_t* value, const char* expected) {
  wasm_name_t text;
  wrun_val_to_string(value, &text);
  if (strcmp(expected, text.size > 0 ? text.data : "") != 0) printf("%s\n", text.data);
  CHECK(strcmp(expected, text.size > 0 ? text.data : "") == 0);
  wasm_byte_vec_delete(&text);
}

static void test_texts(wasm_store_t* store) {
  wrun_val_t value = {WASM_I32, {.i32 = -7}};
  expect_text(&value, "(i32.const -7)");
  value = (wrun_val_t){WASM_F64, {.f64 = 0.5}};
  expect_text(&value, "(f64.const 0.5)");
  value = (wrun_val_t){WASM_FUNCREF, {.ref = NULL}};
  expect_text(&value, "(ref.null func)");
  wasm_foreign_t* foreign = wasm_foreign_new(store);
  value = (wrun_val_t){WASM_EXTERNREF, {.ref = wasm_foreign_as_ref(foreign)}};
  expect_text(&value, "(ref.extern)");
  wasm_foreign_delete(foreign);
  value.kind = 99;
  expect_text(&value, "");
}

int main(void) {
  wasm_config_t* config = wasm_config_new();
  OK(wrun_config_set_features(config, "all"));
  wasm_engine_t* engine = wasm_engine_new_with_config(config);
  wasm_store_t* store = wasm_store_new(engine);
  test_globals(store);
  test_references(store);
  test_tables(store);
  test_memories(store);
  test_texts(store);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  return 0;
}
