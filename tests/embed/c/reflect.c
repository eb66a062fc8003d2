/* What is exported, and its types. */

#include "support.h"

static const char* kind_name(wasm_valkind_t kind) {
  switch (kind) {
    case WASM_I32:
      return "i32";
    case WASM_I64:
      return "i64";
    case WASM_F32:
      return "f32";
    case WASM_F64:
      return "f64";
    case WASM_EXTERNREF:
      return "externref";
    case WASM_FUNCREF:
      return "funcref";
    default:
      return "?";
  }
}

static void print_limits(const wasm_limits_t* limits) {
  printf(" %" PRIu32, limits->min);
  if (limits->max != wasm_limits_max_default) printf("..%" PRIu32, limits->max);
}

static void print_list(const wasm_valtype_vec_t* types) {
  for (size_t i = 0; i < types->size; ++i)
    printf(" %s", kind_name(wasm_valtype_kind(types->data[i])));
}

static void print_type(const wasm_externtype_t* type) {
  switch (wasm_externtype_kind(type)) {
    case WASM_EXTERN_FUNC: {
      const wasm_functype_t* func = wasm_externtype_as_functype_const(type);
      printf("func");
      print_list(wasm_functype_params(func));
      printf(" ->");
      print_list(wasm_functype_results(func));
      break;
    }
    case WASM_EXTERN_GLOBAL: {
      const wasm_globaltype_t* global = wasm_externtype_as_globaltype_const(type);
      printf("global %s %s", wasm_globaltype_mutability(global) == WASM_VAR ? "var" : "const",
             kind_name(wasm_valtype_kind(wasm_globaltype_content(global))));
      break;
    }
    case WASM_EXTERN_TABLE: {
      const wasm_tabletype_t* table = wasm_externtype_as_tabletype_const(type);
      printf("table %s", kind_name(wasm_valtype_kind(wasm_tabletype_element(table))));
      print_limits(wasm_tabletype_limits(table));
      break;
    }
    case WASM_EXTERN_MEMORY:
      printf("memory");
      print_limits(wasm_memorytype_limits(wasm_externtype_as_memorytype_const(type)));
      break;
    default:
      printf("tag");
  }
  printf("\n");
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  wasm_store_t* store = wasm_store_new(engine);
  const char* text =
      "(module"
      " (import \"env\" \"log\" (func (param i64 externref)))"
      " (func (export \"func\") (param i32 f64 f32) (result i32 i64) (unreachable))"
      " (global (export \"global\") f64 (f64.const 0))"
      " (global (export \"variable\") (mut i32) (i32.const 0))"
      " (table (export \"table\") 1 50 funcref)"
      " (memory (export \"memory\") 1)"
      " (tag (export \"tag\") (param i32)))";
  wasm_module_t* module = load(engine, store, text);

  wasm_importtype_vec_t imports;
  wasm_module_imports(module, &imports);
  for (size_t i = 0; i < imports.size; ++i) {
    const wasm_name_t* from = wasm_importtype_module(imports.data[i]);
    const wasm_name_t* name = wasm_importtype_name(imports.data[i]);
    printf("import %.*s.%.*s: ", (int)from->size, from->data, (int)name->size, name->data);
    print_type(wasm_importtype_type(imports.data[i]));
  }
  wasm_importtype_vec_delete(&imports);

  wasm_functype_t* type = wasm_functype_new_2_0(wasm_valtype_new_i64(), wasm_valtype_new_anyref());
  wasm_func_t* log = wasm_func_new(store, type, (wasm_func_callback_t)0);
  CHECK(log == NULL);
  wasm_functype_delete(type);

  wasm_exporttype_vec_t exports;
  wasm_module_exports(module, &exports);
  for (size_t i = 0; i < exports.size; ++i) {
    const wasm_name_t* name = wasm_exporttype_name(exports.data[i]);
    printf("export %.*s: ", (int)name->size, name->data);
    print_type(wasm_exporttype_type(exports.data[i]));
  }
  wasm_exporttype_vec_delete(&exports);

  wasm_module_delete(module);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  return 0;
}
