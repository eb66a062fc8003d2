#ifndef WRUN_C_BASE_H
#define WRUN_C_BASE_H

/* What all of <wrun.h> has in common: versions, amounts, errors.
 *
 * Functions that can fail return an error, NULL for success; what they would have given is written
 * to their last parameter, `out`, in case of success only.
 *
 * Structures of options and answers begin with their size, so that a program compiled with an older
 * header works with a newer library: initialise them with the WRUN_..._INIT of their type, then set
 * what you want. What the program doesn't know of has its default. New members come behind all that
 * was there, and nothing lies between members: `reserved` ones are ignored, whatever is in them. A
 * size that no version of the structure had up to the library's is an error of kind
 * WRUN_ERROR_USAGE. */

#include <wasm.h>

#ifdef __cplusplus
extern "C" {
#endif

#define own

/** An amount without a limit; as an answer: not measured. */
#define WRUN_UNLIMITED UINT64_MAX
#define WRUN_NOT_MEASURED UINT64_MAX

/** What WRUN_..._INIT have for members named `reserved`. */
#define WRUN_RESERVED \
  { 0 }

/** Of the library that runs, "0.1.0"; lives as long as the process. */
WASM_API_EXTERN const char* wrun_version(void);

/** Why something failed. Belongs to no store, but for an exception that it may hold. */
typedef struct wrun_error_t wrun_error_t;

/** The first five are what the specification's tests tell apart; the others are the host's. */
typedef uint8_t wrun_errorkind_t;
enum wrun_errorkind_enum {
  WRUN_ERROR_MALFORMED,   /**< the bytes or the text are not a module */
  WRUN_ERROR_INVALID,     /**< the module doesn't validate, or uses a feature that is off */
  WRUN_ERROR_UNLINKABLE,  /**< an import is missing or has another type */
  WRUN_ERROR_TRAP,        /**< WebAssembly trapped; wrun_error_trap_code() says why */
  WRUN_ERROR_EXHAUSTION,  /**< the call stack is used up */
  WRUN_ERROR_EXCEPTION,   /**< an exception left the call; wrun_error_exception() has it */
  WRUN_ERROR_LIMIT,       /**< a limit struck: memory, fuel, deadline, ... */
  WRUN_ERROR_INTERRUPTED, /**< wrun_store_interrupt() was called */
  WRUN_ERROR_DENIED,      /**< a capability was asked for that wasn't granted */
  WRUN_ERROR_EXIT,        /**< the guest ended itself; wrun_error_exit_status() */
  WRUN_ERROR_IO,          /**< a file couldn't be read or written */
  WRUN_ERROR_USAGE,       /**< the program broke a rule */
  WRUN_ERROR_HOST         /**< a function of the host's reported failure */
};

/** Why WebAssembly trapped; wrun_trapcode_text() has the texts. */
typedef uint8_t wrun_trapcode_t;
enum wrun_trapcode_enum {
  WRUN_TRAP_UNREACHABLE,
  WRUN_TRAP_INTEGER_DIVIDE_BY_ZERO,
  WRUN_TRAP_INTEGER_OVERFLOW,
  WRUN_TRAP_INVALID_CONVERSION_TO_INTEGER,
  WRUN_TRAP_OUT_OF_BOUNDS_MEMORY_ACCESS,
  WRUN_TRAP_OUT_OF_BOUNDS_TABLE_ACCESS,
  WRUN_TRAP_OUT_OF_BOUNDS_ARRAY_ACCESS,
  WRUN_TRAP_INDIRECT_CALL_TYPE_MISMATCH,
  WRUN_TRAP_UNDEFINED_ELEMENT,
  WRUN_TRAP_UNINITIALIZED_ELEMENT,
  WRUN_TRAP_NULL_REFERENCE,
  WRUN_TRAP_NULL_FUNCTION_REFERENCE,
  WRUN_TRAP_NULL_STRUCT_REFERENCE,
  WRUN_TRAP_NULL_ARRAY_REFERENCE,
  WRUN_TRAP_NULL_I31_REFERENCE,
  WRUN_TRAP_NULL_EXCEPTION_REFERENCE,
  WRUN_TRAP_CAST_FAILURE,
  WRUN_TRAP_UNALIGNED_ATOMIC,
  WRUN_TRAP_EXPECTED_SHARED_MEMORY,
  WRUN_TRAP_WAIT_FORBIDDEN,
  WRUN_TRAP_STACK_EXHAUSTED,
  WRUN_TRAP_OUT_OF_FUEL,
  WRUN_TRAP_INTERRUPTED,
  WRUN_TRAP_DEADLINE,
  WRUN_TRAP_ALLOCATION_FAILED,
  WRUN_TRAP_HOST_ERROR
};

/** An error to return from a callback; the message, UTF-8, is copied. */
WASM_API_EXTERN own wrun_error_t* wrun_error_new(wrun_errorkind_t kind, const char* message);
/** A trap to return from a callback, with the code's text. */
WASM_API_EXTERN own wrun_error_t* wrun_error_new_trap(wrun_trapcode_t code);
/** What a guest's exit is: returned from a callback it ends the guest with that status. */
WASM_API_EXTERN own wrun_error_t* wrun_error_new_exit(int status);
/** An equal one. */
WASM_API_EXTERN own wrun_error_t* wrun_error_copy(const wrun_error_t*);
/** Whether both say the same: of one kind and place, with one message. */
WASM_API_EXTERN bool wrun_error_equal(const wrun_error_t*, const wrun_error_t*);
/** Gives up ownership. NULL is allowed. */
WASM_API_EXTERN void wrun_error_delete(own wrun_error_t*);

/** Which of the kinds. */
WASM_API_EXTERN wrun_errorkind_t wrun_error_kind(const wrun_error_t*);
/** A sentence for a person, NUL-terminated, borrowed from the error. */
WASM_API_EXTERN const char* wrun_error_message(const wrun_error_t*);
/** The place of a malformed or invalid module, in bytes from its start or that of the text. False
 * if it has none. */
WASM_API_EXTERN bool wrun_error_offset(const wrun_error_t*, uint64_t* out);
/** Of traps, exhaustion, limits and interruptions. False if it has none. */
WASM_API_EXTERN bool wrun_error_trap_code(const wrun_error_t*, wrun_trapcode_t* out);
/** Of WRUN_ERROR_EXIT. False if it has none. */
WASM_API_EXTERN bool wrun_error_exit_status(const wrun_error_t*, int* out);
/** Of an access of memory out of bounds: its address and the memory's size, both in bytes. False if
 * it was something else. */
WASM_API_EXTERN bool wrun_error_memory_access(const wrun_error_t*, uint64_t* address,
                                              uint64_t* memory_size);

/** How many WebAssembly frames its backtrace has. */
WASM_API_EXTERN size_t wrun_error_frame_count(const wrun_error_t*);

/** One frame of a backtrace. */
typedef struct wrun_frame_info_t {
  size_t struct_size;      /**< sizeof(wrun_frame_info_t) */
  const char* module_name; /**< borrowed from the error; "" if it has none */
  const char* func_name;   /**< the same */
  uint32_t func_index;     /**< in the module's function index space */
  uint32_t reserved;
  uint64_t offset; /**< of the instruction, in bytes from the module's start */
} wrun_frame_info_t;
#define WRUN_FRAME_INFO_INIT \
  { sizeof(wrun_frame_info_t), NULL, NULL, 0, 0, 0 }
/** The frame of that number, innermost 0. False if there is none, or struct_size is wrong. */
WASM_API_EXTERN bool wrun_error_frame(const wrun_error_t*, size_t index, wrun_frame_info_t* out);

/** "malformed", "invalid", ...; lives as long as the process. "" if there is no such kind. */
WASM_API_EXTERN const char* wrun_errorkind_text(wrun_errorkind_t);
/** "integer divide by zero", ...; lives as long as the process. "" if there is no such code. */
WASM_API_EXTERN const char* wrun_trapcode_text(wrun_trapcode_t);

/** Why a call failed, in full. */
WASM_API_EXTERN own wrun_error_t* wrun_trap_error(const wasm_trap_t*);
/** As what a callback of <wasm.h> may return. */
WASM_API_EXTERN own wasm_trap_t* wrun_error_to_trap(wasm_store_t*, const wrun_error_t*);

#undef own

#ifdef __cplusplus
}
#endif

#endif
