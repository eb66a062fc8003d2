/* Modules from text, bytes and files, and what is in them. */

#include "support.h"

static const char* text =
    "(module $sample (import \"a\" \"b\" (global i32)) (func (export \"f\") (param v128))"
    " (@custom \"note\" \"hi\"))";

static void look_into(const wasm_shared_module_t* module) {
  wasm_name_t name;
  CHECK(wrun_module_name(module, &name));
  printf("%.*s", (int)name.size, name.data);
  wasm_byte_vec_delete(&name);
  wasm_importtype_vec_t imports;
  wrun_module_imports(module, &imports);
  wasm_exporttype_vec_t exports;
  wrun_module_exports(module, &exports);
  printf(" imports %zu, exports %zu", imports.size, exports.size);
  wasm_importtype_vec_delete(&imports);
  wasm_exporttype_vec_delete(&exports);
  CHECK(wrun_module_uses_feature(module, "simd") && !wrun_module_uses_feature(module, "gc"));
  for (size_t i = 0; i < wrun_module_custom_section_count(module); ++i) {
    wrun_custom_section_t section = WRUN_CUSTOM_SECTION_INIT;
    CHECK(wrun_module_custom_section(module, i, &section));
    if (section.name_size == 4 && memcmp(section.name, "note", 4) == 0)
      printf(", note: %.*s", (int)section.size, (const char*)section.bytes);
  }
  wrun_custom_section_t none = WRUN_CUSTOM_SECTION_INIT;
  CHECK(!wrun_module_custom_section(module, 100, &none));
  printf("\n");
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_shared_module_t* module = NULL;
  OK(wrun_module_from_text(engine, text, strlen(text), &module));
  look_into(module);
  wasm_shared_module_t* copy = wrun_module_copy(module);
  CHECK(wrun_module_same(copy, module));
  wasm_shared_module_delete(copy);
  wasm_engine_t* its = wrun_module_engine(module);
  CHECK(wrun_engine_same(its, engine));
  wasm_engine_delete(its);

  size_t size = 0;
  const void* bytes = wrun_module_bytes(module, &size);
  wasm_shared_module_t* other = NULL;
  OK(wrun_module_from_bytes(engine, bytes, size, &other));
  CHECK(!wrun_module_same(other, module));
  look_into(other);
  wasm_shared_module_delete(other);
  OK(wrun_module_from_content(engine, bytes, size, &other));
  wasm_shared_module_delete(other);
  OK(wrun_module_from_content(engine, text, strlen(text), &other));
  wasm_shared_module_delete(other);

  char path[] = "/tmp/wrun-module-XXXXXX";
  FILE* file = fdopen(mkstemp(path), "wb");
  CHECK(file != NULL && fwrite(bytes, size, 1, file) == 1 && fclose(file) == 0);
  OK(wrun_module_from_file(engine, path, &other));
  remove(path);
  look_into(other);
  wasm_shared_module_delete(other);
  FAILS(WRUN_ERROR_IO, wrun_module_from_file(engine, path, &other));
  FAILS(WRUN_ERROR_MALFORMED, wrun_module_from_bytes(engine, "\0asm\2", 5, &other));
  FAILS(WRUN_ERROR_MALFORMED, wrun_module_from_text(engine, "(module", 7, &other));
  FAILS(WRUN_ERROR_MALFORMED, wrun_module_from_content(engine, "\1\2", 2, &other));
  wasm_shared_module_delete(module);
  wasm_engine_delete(engine);
  return 0;
}
