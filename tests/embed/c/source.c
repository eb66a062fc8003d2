/* Where a trap is in the source of a module that was compiled with -g. */

#include "support.h"

/* outer() in a.c, into which inner() was inlined at line 3; what is left of inner() is its line 7.
 * DWARF 4, by hand: https://dwarfstd.org/doc/DWARF4.pdf, chapters 7.5 and 6.2. */
static const char* text =
    "(module (func (export \"f\") (unreachable))"
    " (@custom \".debug_abbrev\""
    "  \"\\01\\11\\01\\10\\17\\11\\01\\12\\06\\00\\00\"" /* unit: lines, begin, size */
    "  \"\\02\\2e\\00\\03\\08\\00\\00\""                 /* function: name */
    "  \"\\03\\2e\\01\\03\\08\\11\\01\\12\\06\\00\\00\"" /* function: name, begin, size */
    "  \"\\04\\1d\\00\\31\\13\\11\\01\\12\\06\\58\\0b\\59\\0b\\00\\00\\00\")" /* inlined: ... */
    " (@custom \".debug_info\" \"\\3b\\00\\00\\00\\04\\00\\00\\00\\00\\00\\04\""
    "  \"\\01\\00\\00\\00\\00\\01\\00\\00\\00\\63\\00\\00\\00\""
    "  \"\\02inner\\00\""
    "  \"\\03outer\\00\\01\\00\\00\\00\\63\\00\\00\\00\""
    "  \"\\04\\18\\00\\00\\00\\01\\00\\00\\00\\63\\00\\00\\00\\01\\03\\00\\00\")"
    " (@custom \".debug_line\" \"\\27\\00\\00\\00\\04\\00\\0f\\00\\00\\00\""
    "  \"\\01\\01\\01\\fb\\0e\\01\\00a.c\\00\\00\\00\\00\\00\""
    "  \"\\00\\05\\02\\01\\00\\00\\00\\0c\""            /* address 1, line 7 */
    "  \"\\00\\05\\02\\64\\00\\00\\00\\00\\01\\01\"))"; /* up to 100 */

/* Where f() traps, in bytes from the module's begin. */
static uint64_t trap_offset(wasm_engine_t* engine) {
  wasm_store_t* store = wasm_store_new(engine);
  wasm_instance_t* instance = instantiate(engine, store, text);
  wasm_extern_t* function = get_export(instance, "f");
  wasm_val_vec_t none = WASM_EMPTY_VEC;
  wasm_trap_t* trap = wasm_func_call(wasm_extern_as_func(function), &none, &none);
  CHECK(trap != NULL);
  wasm_frame_t* frame = wasm_trap_origin(trap);
  CHECK(frame != NULL);
  const uint64_t offset = wasm_frame_module_offset(frame);
  wasm_frame_delete(frame);
  wasm_trap_delete(trap);
  wasm_extern_delete(function);
  wasm_instance_delete(instance);
  wasm_store_delete(store);
  return offset;
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_shared_module_t* module = NULL;
  OK(wrun_module_from_text(engine, text, strlen(text), &module));
  const uint64_t offset = trap_offset(engine);
  wasm_name_t function;
  wasm_name_t file;
  uint32_t line = 0;
  uint32_t column = 0;
  CHECK(wrun_module_source_location(module, offset, &file, &line, &column));
  printf("%.*s:%" PRIu32 "\n", (int)file.size, file.data, line);
  wasm_name_delete(&file);
  for (size_t i = 0; wrun_module_source_frame(module, offset, i, &function, &file, &line, &column);
       ++i) {
    printf("%.*s at %.*s:%" PRIu32 "\n", (int)function.size, function.data, (int)file.size,
           file.data, line);
    wasm_name_delete(&function);
    wasm_name_delete(&file);
  }
  CHECK(function.size == 0 && file.size == 0);
  CHECK(!wrun_module_source_frame(module, 0, 0, &function, &file, &line, &column));
  wasm_shared_module_delete(module);
  wasm_engine_delete(engine);
  return 0;
}
