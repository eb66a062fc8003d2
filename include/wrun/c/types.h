#ifndef WRUN_C_TYPES_H
#define WRUN_C_TYPES_H

/* Types beyond those of <wasm.h>: vectors, references of any kind, 64-bit and shared memories,
 * tags. Types are values that belong to no store; any thread may use one that nobody deletes. */

#include <wasm.h>
#include <wrun/c/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define own

/** More wasm_valkind_enum: v128, any reference of the any hierarchy (structures, arrays, i31),
 * exceptions. */
enum wrun_valkind_enum {
  WRUN_V128 = 4,
  WRUN_ANYREF = 130,
  WRUN_EXNREF = 131,
};

/** One more wasm_externkind_enum. */
enum wrun_externkind_enum { WRUN_EXTERN_TAG = 4 };

/** What a reference refers to. */
typedef uint8_t wrun_heapkind_t;
enum wrun_heapkind_enum {
  WRUN_HEAP_FUNC,
  WRUN_HEAP_EXTERN,
  WRUN_HEAP_ANY,
  WRUN_HEAP_EQ,
  WRUN_HEAP_I31,
  WRUN_HEAP_STRUCT,
  WRUN_HEAP_ARRAY,
  WRUN_HEAP_EXN,
  WRUN_HEAP_NONE,
  WRUN_HEAP_NOFUNC,
  WRUN_HEAP_NOEXTERN,
  WRUN_HEAP_NOEXN,
  /** A type of some module's. A program gets it from that module or an object of its types, and may
   * make functions, tables and globals of it as long as one of these is there. */
  WRUN_HEAP_DEFINED
};

/** (ref null? heap). NULL for WRUN_HEAP_DEFINED and for what is no heap kind. */
WASM_API_EXTERN own wasm_valtype_t* wrun_valtype_new_ref(wrun_heapkind_t heap, bool nullable);
/** Of a reference type: what it refers to. WRUN_HEAP_FUNC for others. */
WASM_API_EXTERN wrun_heapkind_t wrun_valtype_heap(const wasm_valtype_t*);
/** Whether it is a reference type that has null. */
WASM_API_EXTERN bool wrun_valtype_is_nullable(const wasm_valtype_t*);
/** Whether both are the same type. */
WASM_API_EXTERN bool wrun_valtype_equal(const wasm_valtype_t*, const wasm_valtype_t*);
/** As the text format has it, NUL-terminated: "i32", "funcref", "(ref null 3)". */
WASM_API_EXTERN void wrun_valtype_to_string(const wasm_valtype_t*, own wasm_name_t* out);
/** As the text format has it, NUL-terminated: "(func (param i32) (result i32))". */
WASM_API_EXTERN void wrun_externtype_to_string(const wasm_externtype_t*, own wasm_name_t* out);

/** All there is to a memory's type. */
typedef struct wrun_memorytype_info_t {
  size_t struct_size;     /**< sizeof(wrun_memorytype_info_t) */
  uint64_t min;           /**< pages */
  uint64_t max;           /**< pages; WRUN_UNLIMITED: none */
  bool is_64;             /**< addressed by i64 */
  bool is_shared;         /**< needs a maximum */
  uint8_t page_size_log2; /**< 16, or 0 for pages of a byte */
  uint8_t reserved[5];
} wrun_memorytype_info_t;
#define WRUN_MEMORYTYPE_INFO_INIT \
  { sizeof(wrun_memorytype_info_t), 0, WRUN_UNLIMITED, false, false, 16, WRUN_RESERVED }

/** NULL if struct_size is wrong. Whether there is such a memory is checked when one is made. */
WASM_API_EXTERN own wasm_memorytype_t* wrun_memorytype_new(const wrun_memorytype_info_t*);
/** False if struct_size is wrong. */
WASM_API_EXTERN bool wrun_memorytype_get(const wasm_memorytype_t*, wrun_memorytype_info_t* out);

/** All there is to a table's type but the type of its elements. */
typedef struct wrun_tabletype_info_t {
  size_t struct_size; /**< sizeof(wrun_tabletype_info_t) */
  uint64_t min;       /**< elements */
  uint64_t max;       /**< elements; WRUN_UNLIMITED: none */
  bool is_64;         /**< indexed by i64 */
  uint8_t reserved[7];
} wrun_tabletype_info_t;
#define WRUN_TABLETYPE_INFO_INIT \
  { sizeof(wrun_tabletype_info_t), 0, WRUN_UNLIMITED, false, WRUN_RESERVED }

/** Takes the element type. NULL if struct_size is wrong. */
WASM_API_EXTERN own wasm_tabletype_t* wrun_tabletype_new(own wasm_valtype_t* element,
                                                         const wrun_tabletype_info_t*);
/** False if struct_size is wrong. */
WASM_API_EXTERN bool wrun_tabletype_get(const wasm_tabletype_t*, wrun_tabletype_info_t* out);

/** The type of a tag: the values that its exceptions carry. */
typedef struct wrun_tagtype_t wrun_tagtype_t;

/** Takes the vector and leaves it empty. */
WASM_API_EXTERN own wrun_tagtype_t* wrun_tagtype_new(own wasm_valtype_vec_t* params);
/** Gives up ownership. NULL is allowed. */
WASM_API_EXTERN void wrun_tagtype_delete(own wrun_tagtype_t*);
/** An equal one. */
WASM_API_EXTERN own wrun_tagtype_t* wrun_tagtype_copy(const wrun_tagtype_t*);
/** Its values' types, borrowed. */
WASM_API_EXTERN const wasm_valtype_vec_t* wrun_tagtype_params(const wrun_tagtype_t*);

/* Casts borrow, as those of <wasm.h> do. */
WASM_API_EXTERN wasm_externtype_t* wrun_tagtype_as_externtype(wrun_tagtype_t*);
WASM_API_EXTERN wrun_tagtype_t* wrun_externtype_as_tagtype(wasm_externtype_t*);
WASM_API_EXTERN const wasm_externtype_t* wrun_tagtype_as_externtype_const(const wrun_tagtype_t*);
WASM_API_EXTERN const wrun_tagtype_t* wrun_externtype_as_tagtype_const(const wasm_externtype_t*);

#undef own

#ifdef __cplusplus
}
#endif

#endif
