/* Traps: messages, frames, identity. */

#include "support.h"

static wasm_trap_t* fail(void* env, const wasm_val_vec_t* args, wasm_val_vec_t* results) {
  (void)args, (void)results;
  wasm_message_t message;
  wasm_name_new_from_string_nt(&message, "callback failed");
  wasm_trap_t* trap = wasm_trap_new((wasm_store_t*)env, &message);
  wasm_byte_vec_delete(&message);
  wasm_trap_set_host_info(trap, env);
  return trap;
}

static void show(wasm_trap_t* trap, const wasm_instance_t* instance) {
  CHECK(trap != NULL);
  wasm_message_t message;
  wasm_trap_message(trap, &message);
  CHECK(message.data[message.size - 1] == 0);
  printf("message: %s\n", message.data);
  wasm_byte_vec_delete(&message);
  wasm_frame_vec_t trace;
  wasm_trap_trace(trap, &trace);
  for (size_t i = 0; i < trace.size; ++i) {
    const wasm_frame_t* frame = trace.data[i];
    CHECK(wasm_instance_same(wasm_frame_instance(frame), instance));
    printf("  func %" PRIu32 " at 0x%zx of the module, 0x%zx of the function\n",
           wasm_frame_func_index(frame), wasm_frame_module_offset(frame),
           wasm_frame_func_offset(frame));
  }
  wasm_frame_t* origin = wasm_trap_origin(trap);
  CHECK(origin != NULL);
  wasm_frame_t* copy = wasm_frame_copy(origin);
  CHECK(wasm_frame_func_index(copy) == wasm_frame_func_index(trace.data[0]));
  wasm_frame_vec_t copies;
  wasm_frame_vec_copy(&copies, &trace);
  CHECK(copies.size == trace.size);
  wasm_frame_vec_delete(&copies);
  wasm_frame_delete(copy);
  wasm_frame_delete(origin);
  wasm_frame_vec_delete(&trace);
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_store_t* store = wasm_store_new(engine);
  wasm_module_t* module = load(engine, store,
                               "(module"
                               " (import \"\" \"fail\" (func $fail (result i32)))"
                               " (func (export \"callback\") (result i32) (call $fail))"
                               " (func (export \"unreachable\") (result i32)"
                               "  (call $inner (i32.const 1)))"
                               " (func $inner (param i32) (result i32) (unreachable)))");
  wasm_functype_t* type = wasm_functype_new_0_1(wasm_valtype_new_i32());
  wasm_func_t* function = wasm_func_new_with_env(store, type, fail, store, NULL);
  wasm_functype_delete(type);
  wasm_extern_t* externs[] = {wasm_func_as_extern(function)};
  wasm_extern_vec_t imports = WASM_ARRAY_VEC(externs);
  wasm_instance_t* instance = wasm_instance_new(store, module, &imports, NULL);
  CHECK(instance != NULL);

  wasm_extern_vec_t exports;
  wasm_instance_exports(instance, &exports);
  wasm_val_vec_t none = WASM_EMPTY_VEC;
  wasm_trap_t* traps[2];
  for (size_t i = 0; i < 2; ++i) {
    traps[i] = wasm_func_call(wasm_extern_as_func(exports.data[i]), &none, &none);
    show(traps[i], instance);
  }
  /* What the callback hung on its trap is still there. */
  CHECK(wasm_trap_get_host_info(traps[0]) == store);
  CHECK(!wasm_trap_same(traps[0], traps[1]));

  /* A trap outlives what it came from. */
  wasm_extern_vec_delete(&exports);
  wasm_instance_delete(instance);
  wasm_func_delete(function);
  /* Missing imports are a trap of instantiation. */
  wasm_trap_t* trap = NULL;
  CHECK(wasm_instance_new(store, module, NULL, &trap) == NULL && trap != NULL);
  wasm_message_t message;
  wasm_trap_message(trap, &message);
  printf("message: %s\n", message.data);
  wasm_byte_vec_delete(&message);
  CHECK(wasm_trap_origin(trap) == NULL);
  wasm_trap_delete(trap);
  CHECK(wasm_instance_new(store, module, NULL, NULL) == NULL);

  wasm_module_delete(module);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  for (size_t i = 0; i < 2; ++i) wasm_trap_delete(traps[i]);
  return 0;
}
