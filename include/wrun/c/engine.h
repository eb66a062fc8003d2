#ifndef WRUN_C_ENGINE_H
#define WRUN_C_ENGINE_H

/* What is fixed when an engine is made, because it selects what code is generated. A configuration
 * is for one thread at a time; engines are thread-safe. */

#include <wasm.h>
#include <wrun/c/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define own

/** What relaxed vector instructions compute; the same in every tier and on every CPU. */
typedef uint8_t wrun_relaxed_simd_t;
enum wrun_relaxed_simd_enum {
  WRUN_RELAXED_SIMD_DETERMINISTIC, /**< what the specification's deterministic profile says */
  WRUN_RELAXED_SIMD_FUSED          /**< the same, but relaxed_madd and relaxed_nmadd round once */
};

/** What wrun_config_set() sets. */
typedef struct wrun_config_options_t {
  size_t struct_size; /**< sizeof(wrun_config_options_t) */
  bool fuel;          /**< count instructions, so that stores can limit them */
  bool interruptible; /**< let interruptions and deadlines stop loops, not calls only */
  uint8_t reserved1[6];
  uint64_t stack_bytes; /**< for each store's WebAssembly stack; at least 65536 */
  bool canonical_nans;  /**< each NaN that an instruction makes is the positive canonical one */
  uint8_t reserved2[7];
  bool deterministic; /**< the same results, traps and costs in every tier and on every CPU */
  wrun_relaxed_simd_t relaxed_simd;
  uint8_t reserved3[6];
} wrun_config_options_t;
#define WRUN_CONFIG_OPTIONS_INIT                                                                  \
  {                                                                                               \
    sizeof(wrun_config_options_t), false, true, WRUN_RESERVED, 1024 * 1024, false, WRUN_RESERVED, \
        false, WRUN_RELAXED_SIMD_DETERMINISTIC, WRUN_RESERVED                                     \
  }

/** Replaces these options. Errors: usage. */
WASM_API_EXTERN own wrun_error_t* wrun_config_set(wasm_config_t*, const wrun_config_options_t*);

/** What these options are. False if struct_size is wrong. */
WASM_API_EXTERN bool wrun_config_get(const wasm_config_t*, wrun_config_options_t* out);

/** Which parts of WebAssembly modules may use: "wasm3", "all", or a list such as
 * "wasm2,+simd,-threads", read from left to right; one that doesn't begin with a set changes
 * "wasm3". Errors: usage (an unknown word). */
WASM_API_EXTERN own wrun_error_t* wrun_config_set_features(wasm_config_t*, const char* features);
/** Whether modules may use the feature of that name. */
WASM_API_EXTERN bool wrun_config_has_feature(const wasm_config_t*, const char* feature);

/** The name of the feature of that number, from 0, as the functions above take it; NULL if there
 * are not so many. Lives as long as the process. */
WASM_API_EXTERN const char* wrun_feature_name(size_t index);
/** Whether a list of features, as wrun_config_set_features() reads it, has the feature of that
 * name. False for no list. */
WASM_API_EXTERN bool wrun_features_have(const char* features, const char* feature);

/** How large a module may be. */
typedef struct wrun_module_limits_t {
  size_t struct_size;   /**< sizeof(wrun_module_limits_t) */
  uint64_t module_size; /**< bytes, of the text and unpacked form too */
  uint32_t types;
  uint32_t functions;
  uint32_t imports;
  uint32_t exports;
  uint32_t globals;
  uint32_t tables;
  uint32_t memories;
  uint32_t data_segments;
  uint32_t element_segments;
  uint32_t function_size; /**< bytes of one body */
  uint32_t locals;        /**< of one function */
  uint32_t reserved;
} wrun_module_limits_t;
/** Those of the JS embedding API. */
#define WRUN_MODULE_LIMITS_INIT                                                                    \
  {                                                                                                \
    sizeof(wrun_module_limits_t), 1073741824, 1000000, 1000000, 1000000, 1000000, 1000000, 100000, \
        100, 100000, 10000000, 7654321, 50000, 0                                                   \
  }

/** Replaces these limits. Errors: usage. */
WASM_API_EXTERN own wrun_error_t* wrun_config_set_module_limits(wasm_config_t*,
                                                                const wrun_module_limits_t*);

/** What these limits are. False if struct_size is wrong. */
WASM_API_EXTERN bool wrun_config_get_module_limits(const wasm_config_t*, wrun_module_limits_t* out);

/** What an engine was made with: a copy, to read, to change, to make another engine of. NULL
 * without memory. */
WASM_API_EXTERN own wasm_config_t* wrun_engine_config(const wasm_engine_t*);
/** Another reference to the same engine. */
WASM_API_EXTERN own wasm_engine_t* wrun_engine_copy(const wasm_engine_t*);
/** Whether both are the same engine. */
WASM_API_EXTERN bool wrun_engine_same(const wasm_engine_t*, const wasm_engine_t*);

/** What wrun_engine_info() tells. */
typedef uint8_t wrun_engine_info_t;
enum wrun_engine_info_enum {
  WRUN_INFO_VERSION,             /**< of the library */
  WRUN_INFO_TIER,                /**< "interpreter", "compiler" or "automatic" */
  WRUN_INFO_TIER_REASON,         /**< why */
  WRUN_INFO_DISPATCH,            /**< how the interpreter gets from instruction to instruction */
  WRUN_INFO_MEMORY_CHECKS,       /**< "guard pages" or "explicit" */
  WRUN_INFO_MEMORY_CHECKS_REASON /**< why */
};

/** What the engine chose, in words, NUL-terminated. Empty if there is no such item. */
WASM_API_EXTERN void wrun_engine_info(const wasm_engine_t*, wrun_engine_info_t which,
                                      own wasm_name_t* out);

#undef own

#ifdef __cplusplus
}
#endif

#endif
