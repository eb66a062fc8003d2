/* A start function that traps. */

#include "support.h"

int main(void) {
  wasm_engine_t* engine = wasm_engine_new_with_config(wasm_config_new());
  wasm_store_t* store = wasm_store_new(engine);
  wasm_module_t* module =
      load(engine, store, "(module (func $start (unreachable)) (start $start))");
  wasm_trap_t* trap = NULL;
  CHECK(wasm_instance_new(store, module, NULL, &trap) == NULL && trap != NULL);
  wasm_message_t message;
  wasm_trap_message(trap, &message);
  printf("%s\n", message.data);
  wasm_byte_vec_delete(&message);
  wasm_frame_t* frame = wasm_trap_origin(trap);
  printf("func %" PRIu32 "\n", wasm_frame_func_index(frame));
  wasm_frame_delete(frame);
  wasm_trap_delete(trap);
  wasm_module_delete(module);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  return 0;
}
