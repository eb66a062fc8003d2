#ifndef WRUN_C_COMPILER_H
#define WRUN_C_COMPILER_H

/* How an engine's modules become machine code, who is told of it, and where it is kept. What
 * modules compute never depends on it. */

#include <wasm.h>
#include <wrun/c/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define own

/** How code is run. */
typedef uint8_t wrun_tier_t;
enum wrun_tier_enum {
  WRUN_TIER_AUTOMATIC,   /**< interpreted, and compiled when it is hot */
  WRUN_TIER_INTERPRETER, /**< no machine code is ever made */
  WRUN_TIER_COMPILER     /**< each function is compiled at its first call, where it can be */
};

/** What wrun_config_set_compiler() sets. */
typedef struct wrun_compiler_options_t {
  size_t struct_size;   /**< sizeof(wrun_compiler_options_t) */
  wrun_tier_t tier;     /**< WRUN_TIER_... */
  bool explicit_checks; /**< stay inside memories by comparing, never by guard pages */
  uint8_t reserved1[2];
  uint32_t hot_after;       /**< calls and turns of loops after which a function is compiled */
  uint32_t compile_threads; /**< how many threads compile what is hot; 0: whoever runs it does */
  uint32_t reserved2;
  uint64_t code_bytes; /**< the most machine code there may be at a time */
  bool perf_map;       /**< tell perf the names of functions, in /tmp/perf-PID.map */
  bool jitdump;        /**< write functions to jit-PID.dump, for perf inject --jit */
  bool debugger;       /**< tell debuggers of functions, by gdb's JIT interface */
  uint8_t reserved3[5];
  bool guard_pages; /**< where there can be machine code and no guard pages, no module loads
                       (limit) */
  uint8_t reserved4[7];
} wrun_compiler_options_t;
#define WRUN_COMPILER_OPTIONS_INIT                                                          \
  {                                                                                         \
    sizeof(wrun_compiler_options_t), WRUN_TIER_AUTOMATIC, false, WRUN_RESERVED, 2000, 0, 0, \
        536870912, false, false, false, WRUN_RESERVED, false, WRUN_RESERVED                 \
  }

/** Replaces these options. Errors: usage. */
WASM_API_EXTERN own wrun_error_t* wrun_config_set_compiler(wasm_config_t*,
                                                           const wrun_compiler_options_t*);

/** What these options are. False if struct_size is wrong. */
WASM_API_EXTERN bool wrun_config_get_compiler(const wasm_config_t*, wrun_compiler_options_t* out);

/** A directory for machine code, which any number of processes may share, so that modules that were
 * compiled before load with theirs; made with mode 0700 where there is none. One that others may
 * use is an error (io) when a module is loaded. Beyond `max_bytes`, what wasn't used for longest is
 * removed; 0: 1 GiB. Empty: no cache. Errors: limit. */
WASM_API_EXTERN own wrun_error_t* wrun_config_set_cache(wasm_config_t*, const char* directory,
                                                        uint64_t max_bytes);
/** The directory, without a NUL, empty if there is none, and how much it may hold. Either may be
 * NULL. */
WASM_API_EXTERN void wrun_config_get_cache(const wasm_config_t*, own wasm_name_t* directory,
                                           uint64_t* max_bytes);

#undef own

#ifdef __cplusplus
}
#endif

#endif
