/* Exports of one kind, by name, from outside and from a callback. */

#include "support.h"

static const char* guest =
    "(module (import \"host\" \"look\" (func $look))"
    " (func (export \"function\") (call $look)) (memory (export \"memory\") 3)"
    " (table (export \"table\") 7 funcref) (global (export \"global\") i32 (i32.const 5))"
    " (tag (export \"tag\") (param i64)))";

/* What is behind each of the names; ends them. */
static void look_at(wasm_func_t* function, wasm_memory_t* memory, wasm_table_t* table,
                    wasm_global_t* global, wrun_tag_t* tag) {
  CHECK(wasm_func_param_arity(function) == 0);
  uint64_t size = 0;
  OK(wrun_memory_size(memory, &size));
  CHECK(size == 3 * 65536);
  OK(wrun_table_size(table, &size));
  CHECK(size == 7);
  wrun_val_t value;
  OK(wrun_global_get(global, &value));
  CHECK(value.of.i32 == 5);
  wrun_tagtype_t* type = wrun_tag_type(tag);
  CHECK(wrun_tagtype_params(type)->size == 1);
  wrun_tagtype_delete(type);
  wasm_func_delete(function);
  wasm_memory_delete(memory);
  wasm_table_delete(table);
  wasm_global_delete(global);
  wrun_tag_delete(tag);
}

static wrun_error_t* look(void* env, wrun_caller_t* caller, const wrun_val_t* args,
                          size_t arg_count, wrun_val_t* results, size_t result_count) {
  (void)env, (void)args, (void)arg_count, (void)results, (void)result_count;
  wasm_func_t* function = NULL;
  wasm_memory_t* memory = NULL;
  wasm_table_t* table = NULL;
  wasm_global_t* global = NULL;
  wrun_tag_t* tag = NULL;
  OK(wrun_caller_func(caller, "function", &function));
  OK(wrun_caller_memory(caller, "memory", &memory));
  OK(wrun_caller_table(caller, "table", &table));
  OK(wrun_caller_global(caller, "global", &global));
  OK(wrun_caller_tag(caller, "tag", &tag));
  look_at(function, memory, table, global, tag);
  FAILS(WRUN_ERROR_USAGE, wrun_caller_func(caller, "none", &function));
  FAILS(WRUN_ERROR_USAGE, wrun_caller_memory(caller, "table", &memory));
  return NULL;
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_store_t* store = wasm_store_new(engine);
  wrun_linker_t* linker = wrun_linker_new(engine);
  wasm_functype_t* type = wasm_functype_new_0_0();
  OK(wrun_linker_define_func(linker, "host", "look", type, look, NULL, NULL));
  wasm_functype_delete(type);
  wasm_shared_module_t* module = NULL;
  OK(wrun_module_from_text(engine, guest, strlen(guest), &module));
  wasm_instance_t* instance = NULL;
  OK(wrun_linker_instantiate(linker, store, module, &instance));
  wrun_linker_delete(linker);
  wasm_shared_module_delete(module);

  wasm_func_t* function = NULL;
  wasm_memory_t* memory = NULL;
  wasm_table_t* table = NULL;
  wasm_global_t* global = NULL;
  wrun_tag_t* tag = NULL;
  OK(wrun_instance_func(instance, "function", &function));
  OK(wrun_func_call(function, NULL, 0, NULL, 0));
  OK(wrun_instance_memory(instance, "memory", &memory));
  OK(wrun_instance_table(instance, "table", &table));
  OK(wrun_instance_global(instance, "global", &global));
  OK(wrun_instance_tag(instance, "tag", &tag));
  look_at(function, memory, table, global, tag);
  FAILS(WRUN_ERROR_USAGE, wrun_instance_global(instance, "none", &global));
  wrun_error_t* error = wrun_instance_tag(instance, "global", &tag);
  printf("%s\n", wrun_error_message(error));
  wrun_error_delete(error);
  wasm_instance_delete(instance);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  return 0;
}
