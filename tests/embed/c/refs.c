/* What references of all kinds have: copies, identity, host info, casts. */

#include "support.h"

static int finalized = 0;
static void finalize(void* info) {
  CHECK(info == &finalized);
  ++finalized;
}

/* All of a kind's functions, on a reference that the caller keeps. */
#define TEST_REF(prefix, name)                                                           \
  static void test_##name(prefix##_##name##_t* object, const wasm_ref_t* other) {        \
    prefix##_##name##_t* copy = prefix##_##name##_copy(object);                          \
    CHECK(prefix##_##name##_same(copy, object));                                         \
    prefix##_##name##_set_host_info(object, &finalized);                                 \
    CHECK(prefix##_##name##_get_host_info(copy) == &finalized);                          \
    const int before = finalized;                                                        \
    prefix##_##name##_set_host_info_with_finalizer(copy, &finalized, finalize);          \
    CHECK(prefix##_##name##_get_host_info(object) == &finalized && finalized == before); \
    prefix##_##name##_set_host_info(copy, NULL);                                         \
    CHECK(prefix##_##name##_get_host_info(object) == NULL && finalized == before + 1);   \
    prefix##_##name##_set_host_info_with_finalizer(copy, &finalized, finalize);          \
    prefix##_##name##_delete(copy);                                                      \
    CHECK(finalized == before + 1);                                                      \
    wasm_ref_t* ref = prefix##_##name##_as_ref(object);                                  \
    CHECK(prefix##_ref_as_##name(ref) == object);                                        \
    CHECK(prefix##_##name##_as_ref_const(object) == ref);                                \
    CHECK(prefix##_ref_as_##name##_const(ref) == object);                                \
    CHECK(prefix##_ref_as_##name##_const(other) == NULL);                                \
    CHECK(!wasm_ref_same(ref, other));                                                   \
    printf(#name "\n");                                                                  \
  }

TEST_REF(wasm, trap)
TEST_REF(wasm, foreign)
TEST_REF(wasm, module)
TEST_REF(wasm, instance)
TEST_REF(wasm, func)
TEST_REF(wasm, global)
TEST_REF(wasm, table)
TEST_REF(wasm, memory)
TEST_REF(wasm, extern)
TEST_REF(wrun, tag)
TEST_REF(wrun, exception)
TEST_REF(wrun, anyref)

/* The casts of one kind of external, and that the others fail. */
#define TEST_EXTERN(prefix, name)                                                   \
  {                                                                                 \
    wasm_extern_t* object = get_export(instance, #name);                            \
    const wasm_extern_t* const_object = object;                                     \
    prefix##_##name##_t* cast = prefix##_extern_as_##name(object);                  \
    CHECK(cast != NULL && prefix##_extern_as_##name##_const(const_object) == cast); \
    CHECK(prefix##_##name##_as_extern(cast) == object);                             \
    CHECK(prefix##_##name##_as_extern_const(cast) == object);                       \
    int casts = 0;                                                                  \
    casts += wasm_extern_as_func(object) != NULL;                                   \
    casts += wasm_extern_as_global(object) != NULL;                                 \
    casts += wasm_extern_as_table(object) != NULL;                                  \
    casts += wasm_extern_as_memory(object) != NULL;                                 \
    casts += wrun_extern_as_tag(object) != NULL;                                    \
    CHECK(casts == 1);                                                              \
    wasm_externtype_t* type = wasm_extern_type(object);                             \
    CHECK(wasm_externtype_kind(type) == wasm_extern_kind(object));                  \
    wasm_externtype_delete(type);                                                   \
    test_##name(cast, other);                                                       \
    wasm_extern_delete(object);                                                     \
  }

static wasm_trap_t* make_trap(wasm_store_t* store) {
  wasm_message_t message;
  wasm_name_new_from_string(&message, "no NUL");
  wasm_trap_t* trap = wasm_trap_new(store, &message);
  wasm_byte_vec_delete(&message);
  wasm_trap_message(trap, &message);
  CHECK(strcmp(message.data, "no NUL") == 0);
  wasm_byte_vec_delete(&message);
  return trap;
}

static void test_base(wasm_store_t* store) {
  wasm_ref_t* ref = wasm_foreign_as_ref(wasm_foreign_new(store));
  wasm_ref_t* copy = wasm_ref_copy(ref);
  const int before = finalized;
  wasm_ref_set_host_info(ref, &finalized);
  CHECK(wasm_ref_get_host_info(copy) == &finalized);
  wasm_ref_set_host_info_with_finalizer(ref, &finalized, finalize);
  wasm_ref_delete(ref);
  CHECK(finalized == before && wasm_ref_get_host_info(copy) == &finalized);
  wasm_ref_delete(copy);
  wasm_ref_delete(NULL);
  CHECK(wasm_ref_copy(NULL) == NULL);
  OK(wrun_store_collect(store));
  CHECK(finalized == before + 1);
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_store_t* store = wasm_store_new(engine);
  wasm_module_t* module = load(engine, store,
                               "(module"
                               " (func (export \"func\"))"
                               " (global (export \"global\") i32 (i32.const 0))"
                               " (table (export \"table\") 1 funcref)"
                               " (memory (export \"memory\") 1)"
                               " (tag (export \"tag\")))");
  wasm_instance_t* instance = wasm_instance_new(store, module, NULL, NULL);
  wasm_foreign_t* different = wasm_foreign_new(store);
  const wasm_ref_t* other = wasm_foreign_as_ref_const(different);

  TEST_EXTERN(wasm, func)
  TEST_EXTERN(wasm, global)
  TEST_EXTERN(wasm, table)
  TEST_EXTERN(wasm, memory)
  TEST_EXTERN(wrun, tag)
  test_instance(instance, other);
  test_module(module, other);
  wasm_trap_t* trap = make_trap(store);
  test_trap(trap, other);
  wasm_foreign_t* foreign = wasm_foreign_new(store);
  test_foreign(foreign, wasm_trap_as_ref(trap));
  wasm_extern_t* object = get_export(instance, "memory");
  wasm_extern_set_host_info(object, NULL);
  test_extern(object, other);
  wrun_anyref_t* number = NULL;
  OK(wrun_anyref_new_i31(store, 7, &number));
  test_anyref(number, other);
  wasm_extern_t* tag = get_export(instance, "tag");
  wrun_exception_t* exception = NULL;
  OK(wrun_exception_new(wrun_extern_as_tag(tag), NULL, 0, &exception));
  test_exception(exception, other);
  test_base(store);

  /* In whatever order they are deleted. */
  wasm_engine_delete(engine);
  wasm_store_delete(store);
  wasm_module_delete(module);
  wasm_instance_delete(instance);
  wasm_foreign_delete(foreign);
  wasm_foreign_delete(different);
  wasm_extern_delete(object);
  wasm_extern_delete(tag);
  wrun_exception_delete(exception);
  wrun_anyref_delete(number);
  const int before = finalized;
  wasm_trap_delete(trap);
  CHECK(finalized > before);
  /* Twelve were replaced, twelve ended with their objects, and one in test_base(). */
  printf("finalized %d\n", finalized);
  return 0;
}
