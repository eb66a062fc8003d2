/* A C program that runs a WASI guest: what it writes is captured, a function of the program's is
 * among its imports, its fuel is limited, and its trap is shown. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <wrun.h>

static const char* const guest =
    "(module $guest"
    " (import \"wasi_snapshot_preview1\" \"fd_write\""
    "  (func $write (param i32 i32 i32 i32) (result i32)))"
    " (import \"host\" \"scale\" (func $scale (param i32) (result i32)))"
    " (memory (export \"memory\") 1)"
    " (data (i32.const 16) \"hello, host\\n\")"
    " (data (i32.const 0) \"\\10\\00\\00\\00\\0c\\00\\00\\00\")"
    " (func (export \"greet\") (result i32)"
    "  (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))"
    "  (call $scale (i32.const 14)))"
    " (func $spin (export \"spin\") (loop $l (br $l)))"
    " (func (export \"crash\") (drop (i32.load (i32.const -1)))))";

/* Ends the program if there is an error. */
static void check(wrun_error_t* error) {
  if (!error) return;
  fprintf(stderr, "%s\n", wrun_error_message(error));
  wrun_error_delete(error);
  exit(1);
}

/* A function for guests: env points to the factor. */
static wrun_error_t* scale(void* env, wrun_caller_t* caller, const wrun_val_t* args,
                           size_t arg_count, wrun_val_t* results, size_t result_count) {
  (void)caller, (void)arg_count, (void)result_count;
  results[0].of.i32 = args[0].of.i32 * *(const int*)env;
  return NULL;
}

static wrun_linker_t* make_linker(wasm_engine_t* engine, const wrun_wasi_output_t* output,
                                  int* factor) {
  wrun_linker_t* linker = wrun_linker_new(engine);
  wasm_functype_t* type = wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
  check(wrun_linker_define_func(linker, "host", "scale", type, scale, factor, NULL));
  wasm_functype_delete(type);

  wrun_wasi_config_t* wasi = wrun_wasi_config_new();
  wrun_wasi_config_set_stdout(wasi, output);
  check(wrun_wasi_config_add_to(wasi, linker));
  wrun_wasi_config_delete(wasi);
  return linker;
}

/* Calls an export without parameters; its result, if it has one, is written to `out`. */
static wrun_error_t* call(const wasm_instance_t* instance, const char* name, wrun_val_t* out) {
  wasm_extern_t* found = NULL;
  wrun_error_t* error = wrun_instance_get(instance, name, &found);
  if (error) return error;
  error = wrun_func_call(wasm_extern_as_func(found), NULL, 0, out, out ? 1 : 0);
  wasm_extern_delete(found);
  return error;
}

static void show(wrun_error_t* error) {
  printf("%s: %s\n", wrun_errorkind_text(wrun_error_kind(error)), wrun_error_message(error));
  for (size_t i = 0; i < wrun_error_frame_count(error); ++i) {
    wrun_frame_info_t frame = WRUN_FRAME_INFO_INIT;
    wrun_error_frame(error, i, &frame);
    printf("  in %s of %s\n", frame.func_name, frame.module_name);
  }
  wrun_error_delete(error);
}

int main(void) {
  wasm_config_t* config = wasm_config_new();
  wrun_config_options_t options = WRUN_CONFIG_OPTIONS_INIT;
  options.fuel = true;
  check(wrun_config_set(config, &options));
  wasm_engine_t* engine = wasm_engine_new_with_config(config);

  int factor = 3;
  wrun_wasi_output_t* output = wrun_wasi_output_buffer(4096);
  wrun_linker_t* linker = make_linker(engine, output, &factor);
  wasm_shared_module_t* module = NULL;
  check(wrun_module_from_text(engine, guest, strlen(guest), &module));

  wasm_store_t* store = wasm_store_new(engine);
  wrun_limits_t limits = WRUN_LIMITS_INIT;
  limits.memory_bytes = 1 << 20;
  limits.fuel = 100000;
  check(wrun_store_set_limits(store, &limits));
  wasm_instance_t* instance = NULL;
  check(wrun_linker_instantiate(linker, store, module, &instance));

  wrun_val_t result;
  check(call(instance, "greet", &result));
  wasm_byte_vec_t text;
  wrun_wasi_output_text(output, &text);
  printf("guest wrote: %.*sgreet returned %" PRId32 "\n", (int)text.size, text.data, result.of.i32);
  wasm_byte_vec_delete(&text);
  show(call(instance, "crash", NULL));
  show(call(instance, "spin", NULL));

  wrun_usage_t usage = WRUN_USAGE_INIT;
  check(wrun_store_usage(store, &usage));
  printf("used: %" PRIu64 " instructions, %" PRIu64 " bytes of memory\n", usage.instructions,
         usage.memory_bytes);

  wasm_instance_delete(instance);
  wasm_store_delete(store);
  wasm_shared_module_delete(module);
  wrun_linker_delete(linker);
  wrun_wasi_output_delete(output);
  wasm_engine_delete(engine);
  return 0;
}
