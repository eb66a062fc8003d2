/* Every vector: made empty, of zeros and of elements, copied, deleted. */

#include "support.h"

#define TEST_VECTOR(name, make)                                            \
  static void test_##name(void) {                                          \
    wasm_##name##_vec_t vec, copy;                                         \
    wasm_##name##_vec_new_empty(&vec);                                     \
    CHECK(vec.size == 0);                                                  \
    wasm_##name##_vec_delete(&vec);                                        \
    wasm_##name##_vec_new_uninitialized(&vec, 3);                          \
    CHECK(vec.size == 3 && vec.data[2] == NULL);                           \
    vec.data[1] = make;                                                    \
    wasm_##name##_vec_copy(&copy, &vec);                                   \
    CHECK(copy.size == 3 && copy.data[0] == NULL && copy.data[1] != NULL); \
    wasm_##name##_vec_delete(&vec);                                        \
    CHECK(vec.size == 0);                                                  \
    wasm_##name##_vec_delete(&copy);                                       \
    wasm_##name##_t* elements[2] = {NULL, NULL};                           \
    elements[0] = make;                                                    \
    elements[1] = wasm_##name##_copy(elements[0]);                         \
    CHECK(elements[1] != NULL);                                            \
    wasm_##name##_vec_new(&vec, 2, elements);                              \
    CHECK(vec.size == 2 && vec.data[1] == elements[1]);                    \
    wasm_##name##_vec_delete(&vec);                                        \
    wasm_##name##_delete(NULL);                                            \
    printf(#name "\n");                                                    \
  }

static wasm_limits_t limits = {1, 2};
static wasm_store_t* store;

static wasm_importtype_t* make_import(void) {
  wasm_name_t module, name;
  wasm_name_new_from_string(&module, "m");
  wasm_name_new_from_string(&name, "n");
  return wasm_importtype_new(&module, &name,
                             wasm_memorytype_as_externtype(wasm_memorytype_new(&limits)));
}

static wasm_exporttype_t* make_export(void) {
  wasm_name_t name;
  wasm_name_new_from_string(&name, "n");
  return wasm_exporttype_new(&name, wasm_functype_as_externtype(wasm_functype_new_0_0()));
}

static wasm_trap_t* trap_of_unreachable(wasm_engine_t* engine) {
  wasm_module_t* module = load(engine, store, "(module (func $f unreachable) (start $f))");
  wasm_trap_t* trap = NULL;
  CHECK(wasm_instance_new(store, module, NULL, &trap) == NULL);
  wasm_module_delete(module);
  return trap;
}

static wasm_extern_t* make_extern(void) {
  wasm_memorytype_t* type = wasm_memorytype_new(&limits);
  wasm_extern_t* memory = wasm_memory_as_extern(wasm_memory_new(store, type));
  wasm_memorytype_delete(type);
  return memory;
}

static wasm_trap_t* trap;

TEST_VECTOR(valtype, wasm_valtype_new_i32())
TEST_VECTOR(functype, wasm_functype_new_1_0(wasm_valtype_new_f32()))
TEST_VECTOR(globaltype, wasm_globaltype_new(wasm_valtype_new_i64(), WASM_VAR))
TEST_VECTOR(tabletype, wasm_tabletype_new(wasm_valtype_new_funcref(), &limits))
TEST_VECTOR(memorytype, wasm_memorytype_new(&limits))
TEST_VECTOR(externtype,
            wasm_globaltype_as_externtype(wasm_globaltype_new(wasm_valtype_new_i64(), WASM_VAR)))
TEST_VECTOR(importtype, make_import())
TEST_VECTOR(exporttype, make_export())
TEST_VECTOR(frame, wasm_trap_origin(trap))
TEST_VECTOR(extern, make_extern())

static void test_values(void) {
  wasm_val_vec_t vec, copy;
  wasm_val_vec_new_empty(&vec);
  wasm_val_vec_new_uninitialized(&vec, 2);
  CHECK(vec.size == 2 && vec.data[0].kind == WASM_I32);
  wasm_val_t ref = WASM_REF_VAL(wasm_foreign_as_ref(wasm_foreign_new(store)));
  vec.data[1] = ref;
  wasm_val_vec_copy(&copy, &vec);
  CHECK(wasm_ref_same(copy.data[1].of.ref, ref.of.ref));
  wasm_val_vec_delete(&vec);
  wasm_val_vec_new(&vec, copy.size, copy.data);
  copy.data[1].kind = WASM_I32;
  wasm_val_vec_delete(&copy);
  wasm_val_vec_delete(&vec);
  wasm_val_t pointer;
  wasm_val_init_ptr(&pointer, &vec);
  CHECK(wasm_val_ptr(&pointer) == &vec);
  printf("val\n");
}

static void test_bytes(void) {
  wasm_name_t name, copy;
  wasm_name_new_empty(&name);
  CHECK(name.size == 0);
  wasm_name_new_uninitialized(&name, 4);
  CHECK(name.size == 4 && name.data[3] == 0);
  wasm_name_delete(&name);
  wasm_name_new_from_string_nt(&name, "abc");
  wasm_name_copy(&copy, &name);
  CHECK(copy.size == 4 && strcmp(copy.data, "abc") == 0);
  wasm_name_delete(&name);
  wasm_name_delete(&copy);
  printf("byte\n");
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  store = wasm_store_new(engine);
  trap = trap_of_unreachable(engine);
  test_bytes();
  test_values();
  test_valtype();
  test_functype();
  test_globaltype();
  test_tabletype();
  test_memorytype();
  test_externtype();
  test_importtype();
  test_exporttype();
  test_frame();
  test_extern();
  wasm_trap_delete(trap);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  wasm_store_delete(NULL);
  wasm_engine_delete(NULL);
  wasm_config_delete(NULL);
  return 0;
}
