/* Types: made, taken apart, cast, copied, printed. */

#include "support.h"

static void print_val(const wasm_valtype_t* type) {
  wasm_name_t text;
  wrun_valtype_to_string(type, &text);
  printf("%s kind %d heap %d %s\n", text.data, wasm_valtype_kind(type), wrun_valtype_heap(type),
         wrun_valtype_is_nullable(type) ? "nullable" : "");
  wasm_byte_vec_delete(&text);
}

static void print_extern(const wasm_externtype_t* type) {
  wasm_name_t text;
  wrun_externtype_to_string(type, &text);
  printf("%s\n", text.data);
  wasm_byte_vec_delete(&text);
}

static void test_values(void) {
  const wasm_valkind_t kinds[] = {WASM_I32,       WASM_I64,     WASM_F32,    WASM_F64,   WRUN_V128,
                                  WASM_EXTERNREF, WASM_FUNCREF, WRUN_ANYREF, WRUN_EXNREF};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; ++i) {
    wasm_valtype_t* type = wasm_valtype_new(kinds[i]);
    print_val(type);
    CHECK(wasm_valtype_is_num(type) == (kinds[i] < 128));
    CHECK(wasm_valtype_is_ref(type) == (kinds[i] >= 128));
    wasm_valtype_t* copy = wasm_valtype_copy(type);
    CHECK(wrun_valtype_equal(type, copy));
    wasm_valtype_delete(copy);
    wasm_valtype_delete(type);
  }
  CHECK(wasm_valtype_new(77) == NULL && wasm_valtype_new(255) == NULL);
  wasm_valtype_t* ref = wrun_valtype_new_ref(WRUN_HEAP_STRUCT, false);
  print_val(ref);
  wasm_valtype_delete(ref);
  CHECK(wrun_valtype_new_ref(WRUN_HEAP_DEFINED, true) == NULL);
}

/* Whether exactly one of the casts succeeds, and leads back. */
static void test_casts(wasm_externtype_t* type) {
  wasm_externtype_t* copy = wasm_externtype_copy(type);
  const wasm_externtype_t* const_copy = copy;
  int casts = 0;
#define TEST_CAST(prefix, name)                                                              \
  if (prefix##_externtype_as_##name(copy)) {                                                 \
    CHECK(prefix##_##name##_as_externtype(prefix##_externtype_as_##name(copy)) == copy);     \
    CHECK(prefix##_##name##_as_externtype_const(                                             \
              prefix##_externtype_as_##name##_const(const_copy)) == copy);                   \
    prefix##_##name##_t* same = prefix##_##name##_copy(prefix##_externtype_as_##name(copy)); \
    CHECK(same != NULL);                                                                     \
    prefix##_##name##_delete(same);                                                          \
    ++casts;                                                                                 \
  }
  TEST_CAST(wasm, functype)
  TEST_CAST(wasm, globaltype)
  TEST_CAST(wasm, tabletype)
  TEST_CAST(wasm, memorytype)
  TEST_CAST(wrun, tagtype)
  CHECK(casts == 1);
  print_extern(copy);
  wasm_externtype_delete(type);
  wasm_externtype_delete(copy);
}

static wasm_valtype_t* i32(void) {
  return wasm_valtype_new_i32();
}
static wasm_valtype_t* f64(void) {
  return wasm_valtype_new_f64();
}

static void test_functions(void) {
  wasm_functype_t* types[] = {
      wasm_functype_new_0_0(),
      wasm_functype_new_1_0(i32()),
      wasm_functype_new_2_0(i32(), f64()),
      wasm_functype_new_3_0(i32(), f64(), i32()),
      wasm_functype_new_0_1(f64()),
      wasm_functype_new_1_1(i32(), f64()),
      wasm_functype_new_2_1(i32(), f64(), f64()),
      wasm_functype_new_3_1(i32(), f64(), i32(), f64()),
      wasm_functype_new_0_2(f64(), i32()),
      wasm_functype_new_1_2(i32(), f64(), i32()),
      wasm_functype_new_2_2(i32(), f64(), f64(), i32()),
      wasm_functype_new_3_2(i32(), f64(), i32(), f64(), i32()),
  };
  for (size_t i = 0; i < sizeof types / sizeof *types; ++i) {
    CHECK(wasm_functype_params(types[i])->size == i % 4);
    CHECK(wasm_functype_results(types[i])->size == i / 4);
    test_casts(wasm_functype_as_externtype(types[i]));
  }
}

static void test_sizes(void) {
  wrun_memorytype_info_t memory = WRUN_MEMORYTYPE_INFO_INIT;
  memory.min = 5000000000u;
  memory.is_64 = true;
  wasm_memorytype_t* type = wrun_memorytype_new(&memory);
  CHECK(wasm_memorytype_limits(type)->min == 0xffffffff);
  wrun_memorytype_info_t read = WRUN_MEMORYTYPE_INFO_INIT;
  CHECK(wrun_memorytype_get(type, &read));
  CHECK(read.min == memory.min && read.max == WRUN_UNLIMITED && read.is_64 && !read.is_shared);
  test_casts(wasm_memorytype_as_externtype(type));
  memory.struct_size = 1000;
  CHECK(wrun_memorytype_new(&memory) == NULL);

  wrun_tabletype_info_t table = WRUN_TABLETYPE_INFO_INIT;
  table.max = 7;
  wasm_tabletype_t* tabletype = wrun_tabletype_new(wasm_valtype_new_externref(), &table);
  table.max = 0;
  CHECK(wrun_tabletype_get(tabletype, &table) && table.max == 7);
  test_casts(wasm_tabletype_as_externtype(tabletype));

  wasm_valtype_t* param = i32();
  wasm_valtype_vec_t params;
  wasm_valtype_vec_new(&params, 1, &param);
  wrun_tagtype_t* tag = wrun_tagtype_new(&params);
  CHECK(wrun_tagtype_params(tag)->size == 1);
  test_casts(wrun_tagtype_as_externtype(tag));
  test_casts(wasm_globaltype_as_externtype(wasm_globaltype_new(f64(), WASM_VAR)));
}

/* A size that no version had. */
static void test_versions(void) {
  wrun_memorytype_info_t memory = WRUN_MEMORYTYPE_INFO_INIT;
  memory.struct_size = offsetof(wrun_memorytype_info_t, max);
  CHECK(wrun_memorytype_new(&memory) == NULL);
}

int main(void) {
  test_values();
  test_functions();
  test_sizes();
  test_versions();
  return 0;
}
