#ifndef SUPPORT_H
#define SUPPORT_H

/* What the C clients share: checks that end the program, and modules from text. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <wrun.h>

#define CHECK(condition)                                                   \
  do {                                                                     \
    if (!(condition)) {                                                    \
      printf("%s:%d: check failed: %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                             \
    }                                                                      \
  } while (0)

/* A call of <wrun.h> that succeeds. */
#define OK(call) succeed((call), __FILE__, __LINE__)
static inline void succeed(wrun_error_t* error, const char* file, int line) {
  if (!error) return;
  printf("%s:%d: %s: %s\n", file, line, wrun_errorkind_text(wrun_error_kind(error)),
         wrun_error_message(error));
  exit(1);
}

/* A call of <wrun.h> that fails with that kind of error. */
#define FAILS(kind, call) fail_as((kind), (call), __FILE__, __LINE__)
static inline void fail_as(wrun_errorkind_t kind, wrun_error_t* error, const char* file, int line) {
  if (error && wrun_error_kind(error) == kind) {
    wrun_error_delete(error);
    return;
  }
  printf("%s:%d: expected %s, got %s: %s\n", file, line, wrun_errorkind_text(kind),
         error ? wrun_errorkind_text(wrun_error_kind(error)) : "success",
         error ? wrun_error_message(error) : "");
  exit(1);
}

/* The binary format of a text. */
static inline void assemble(wasm_engine_t* engine, const char* text, wasm_byte_vec_t* out) {
  wasm_shared_module_t* module = NULL;
  OK(wrun_module_from_text(engine, text, strlen(text), &module));
  size_t size = 0;
  const void* bytes = wrun_module_bytes(module, &size);
  wasm_byte_vec_new(out, size, (const char*)bytes);
  wasm_shared_module_delete(module);
}

/* A module of a store from its text. */
static inline wasm_module_t* load(wasm_engine_t* engine, wasm_store_t* store, const char* text) {
  wasm_byte_vec_t binary;
  assemble(engine, text, &binary);
  wasm_module_t* module = wasm_module_new(store, &binary);
  CHECK(module != NULL);
  wasm_byte_vec_delete(&binary);
  return module;
}

/* An instance of a module's text without imports. */
static inline wasm_instance_t* instantiate(wasm_engine_t* engine, wasm_store_t* store,
                                           const char* text) {
  wasm_module_t* module = load(engine, store, text);
  wasm_extern_vec_t imports = WASM_EMPTY_VEC;
  wasm_instance_t* instance = wasm_instance_new(store, module, &imports, NULL);
  CHECK(instance != NULL);
  wasm_module_delete(module);
  return instance;
}

/* An export that is there; the caller's. */
static inline wasm_extern_t* get_export(wasm_instance_t* instance, const char* name) {
  wasm_extern_t* found = NULL;
  OK(wrun_instance_get(instance, name, &found));
  return found;
}

/* Calls a function of i32s that succeeds; its only result, or 0. */
static inline int32_t call_i32(const wasm_func_t* function, size_t count, const int32_t* numbers) {
  wasm_val_t args[4];
  wasm_val_t results[1] = {WASM_INIT_VAL};
  CHECK(function != NULL && count <= 4);
  for (size_t i = 0; i < count; ++i) {
    args[i].kind = WASM_I32;
    args[i].of.i32 = numbers[i];
  }
  wasm_val_vec_t arg_vec = {count, args};
  wasm_val_vec_t result_vec = WASM_ARRAY_VEC(results);
  wasm_trap_t* trap = wasm_func_call(function, &arg_vec, &result_vec);
  if (trap) {
    wasm_message_t message;
    wasm_trap_message(trap, &message);
    printf("trap: %s\n", message.data);
    exit(1);
  }
  return results[0].kind == WASM_I32 ? results[0].of.i32 : 0;
}

#endif
