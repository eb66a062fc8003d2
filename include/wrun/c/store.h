#ifndef WRUN_C_STORE_H
#define WRUN_C_STORE_H

/* Limits, budgets, fuel, interruption and usage. A store is for one thread at a time, but for
 * wrun_store_interrupt(); budgets are thread-safe. */

#include <wasm.h>
#include <wrun/c/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define own

/** What there may be limits of. Amounts are in bytes, elements, instructions and calls, times in
 * nanoseconds. */
typedef uint8_t wrun_resource_t;
enum wrun_resource_enum {
  WRUN_RESOURCE_MEMORY_BYTES,
  WRUN_RESOURCE_TABLE_ELEMENTS,
  WRUN_RESOURCE_INSTANCES,
  WRUN_RESOURCE_HEAP_BYTES,
  WRUN_RESOURCE_STACK_BYTES,
  WRUN_RESOURCE_FUEL,
  WRUN_RESOURCE_WALL_TIME,
  WRUN_RESOURCE_CPU_TIME,
  WRUN_RESOURCE_HOST_CALLS,
  WRUN_RESOURCE_HOST_BYTES
};

/** "memory_bytes", ...; static; NULL for what is none. */
WASM_API_EXTERN const char* wrun_resource_text(wrun_resource_t);

/** A soft limit was passed. */
typedef struct wrun_soft_limit_passed_t {
  wrun_resource_t resource;
  bool of_budget; /**< a budget's, not the store's own */
  uint64_t used;  /**< in the resource's unit */
  uint64_t limit; /**< the same */
} wrun_soft_limit_passed_t;

/** Amounts that may be passed, but somebody wants to know; WRUN_UNLIMITED isn't watched. */
typedef struct wrun_soft_limits_t {
  size_t struct_size; /**< sizeof(wrun_soft_limits_t) */
  uint64_t memory_bytes;
  uint64_t table_elements;
  uint64_t instances;
  uint64_t heap_bytes;
  uint64_t stack_bytes;
  uint64_t fuel; /**< instructions since the store was made; noticed when a call ends */
  uint64_t wall_time_ns;
  uint64_t cpu_time_ns;
  uint64_t host_calls;
  uint64_t host_bytes;
  /** May be NULL: wrun_usage_t.soft_limits_passed tells afterwards. Called on the thread that used
   * more, within WebAssembly: uses of its store fail; for times maybe on a thread of the engine's,
   * where it must neither run WebAssembly nor block: no deadline strikes meanwhile. A budget's may
   * be called on several threads at once. */
  void (*passed)(void* env, const wrun_soft_limit_passed_t*);
  /** Must live until wrun_store_set_limits replaced the limits, or the store ended: both wait for
   * calls of `passed` on other threads. A budget's as its may_grow_env. */
  void* passed_env;
} wrun_soft_limits_t;
#define WRUN_SOFT_LIMITS_INIT                                                                   \
  {                                                                                             \
    sizeof(wrun_soft_limits_t), WRUN_UNLIMITED, WRUN_UNLIMITED, WRUN_UNLIMITED, WRUN_UNLIMITED, \
        WRUN_UNLIMITED, WRUN_UNLIMITED, WRUN_UNLIMITED, WRUN_UNLIMITED, WRUN_UNLIMITED,         \
        WRUN_UNLIMITED, NULL, NULL                                                              \
  }

/** What is about to grow, or to be made (from 0). */
typedef struct wrun_growth_t {
  bool is_table;         /**< a table; else a memory */
  uint64_t from;         /**< bytes, or elements */
  uint64_t to;           /**< the same */
  uint64_t declared_max; /**< the same; WRUN_UNLIMITED: none */
} wrun_growth_t;

/** An account that several stores draw on: a tenant's. */
typedef struct wrun_budget_t wrun_budget_t;

/** Caps over the sum of a budget's stores; WRUN_UNLIMITED: none. */
typedef struct wrun_budget_limits_t {
  size_t struct_size;      /**< sizeof(wrun_budget_limits_t) */
  uint64_t memory_bytes;   /**< of all memories together */
  uint64_t table_elements; /**< of all tables together */
  uint64_t instances;      /**< alive at once */
  uint64_t heap_bytes;     /**< of structures, arrays and foreign objects */
  uint64_t fuel;           /**< instructions granted to its stores (wrun_limits_t.fuel) */
  uint64_t stack_bytes;    /**< reserved for the stacks of its stores' calls */
  uint64_t wall_time_ns;   /**< inside calls, summed over stores, also where they run at once */
  uint64_t cpu_time_ns;    /**< the same in CPU time */
  uint64_t host_calls;     /**< calls into the host */
  uint64_t host_bytes;     /**< given to and taken from guests, as far as callbacks report it */
  bool measure_time;       /**< of all its stores' calls, also where no time is limited */
  uint8_t reserved[7];
  const wrun_soft_limits_t* soft; /**< may be NULL; copied */
  /** As wrun_limits_t's, for all its stores and shared memories, after the store's own. May be
   * NULL, and called on several threads at once. */
  bool (*may_grow)(void* env, const wrun_growth_t*);
  /** Must live until the budget, the stores that draw on it, and all shared memories made with it
   * or in them are gone. */
  void* may_grow_env;
} wrun_budget_limits_t;
#define WRUN_BUDGET_LIMITS_INIT                                                                   \
  {                                                                                               \
    sizeof(wrun_budget_limits_t), WRUN_UNLIMITED, WRUN_UNLIMITED, WRUN_UNLIMITED, WRUN_UNLIMITED, \
        WRUN_UNLIMITED, WRUN_UNLIMITED, WRUN_UNLIMITED, WRUN_UNLIMITED, WRUN_UNLIMITED,           \
        WRUN_UNLIMITED, false, WRUN_RESERVED, NULL, NULL, NULL                                    \
  }

/** NULL stands for no limits. Errors: usage, limit. */
WASM_API_EXTERN own wrun_error_t* wrun_budget_new(const wrun_budget_limits_t*,
                                                  own wrun_budget_t** out);
/** Another reference to the same budget. */
WASM_API_EXTERN own wrun_budget_t* wrun_budget_copy(const wrun_budget_t*);
/** Gives up ownership; its stores keep it. NULL is allowed. */
WASM_API_EXTERN void wrun_budget_delete(own wrun_budget_t*);

/** A store that draws on an account shared with others. NULL without memory. */
WASM_API_EXTERN own wasm_store_t* wrun_store_new_with_budget(wasm_engine_t*, const wrun_budget_t*);
/** Another reference to the same store. */
WASM_API_EXTERN own wasm_store_t* wrun_store_copy(wasm_store_t*);
/** Its engine. NULL without memory, or while another thread is inside. */
WASM_API_EXTERN own wasm_engine_t* wrun_store_engine(const wasm_store_t*);

/** Amounts that a store may use; WRUN_UNLIMITED: no limit. Growth beyond one fails as WebAssembly
 * says; time and fuel stop the running call. */
typedef struct wrun_limits_t {
  size_t struct_size;      /**< sizeof(wrun_limits_t) */
  uint64_t memory_bytes;   /**< of all its memories together */
  uint64_t table_elements; /**< of all its tables together */
  uint64_t instances;      /**< alive at once */
  uint64_t heap_bytes;     /**< of structures, arrays and foreign objects */
  uint64_t fuel;           /**< instructions from now on; needs wrun_config_options_t.fuel */
  uint64_t stack_bytes;    /**< at most the engine's, which WRUN_UNLIMITED stands for */
  uint64_t timeout_ns;     /**< from now on; then running code is stopped and no more is started */
  bool may_wait;           /**< whether memory.atomic.wait may block the thread; else it traps */
  uint8_t reserved1[7];
  /** Asked before anything grows within the limits; false refuses. May be NULL. Called on the
   * store's thread, within WebAssembly: uses of the store fail. */
  bool (*may_grow)(void* env, const wrun_growth_t*);
  void* may_grow_env;    /**< must live until the limits are replaced, or the store ends */
  uint64_t wall_time_ns; /**< inside calls of the program's, from now on; then as the timeout */
  uint64_t cpu_time_ns;  /**< the same in CPU time */
  uint64_t host_calls;   /**< from now on; the next one ends the call */
  uint64_t host_bytes;   /**< given to and taken from the guest, as far as callbacks report it */
  const wrun_soft_limits_t* soft; /**< may be NULL; copied */
  bool measure_time;              /**< of calls, also where no time is limited */
  bool count_calls_by_name;       /**< of linkers' functions instantiated from now on */
  uint8_t reserved2[6];
} wrun_limits_t;
#define WRUN_LIMITS_INIT                                                                    \
  {                                                                                         \
    sizeof(wrun_limits_t), WRUN_UNLIMITED, WRUN_UNLIMITED, WRUN_UNLIMITED, WRUN_UNLIMITED,  \
        WRUN_UNLIMITED, WRUN_UNLIMITED, WRUN_UNLIMITED, true, WRUN_RESERVED, NULL, NULL,    \
        WRUN_UNLIMITED, WRUN_UNLIMITED, WRUN_UNLIMITED, WRUN_UNLIMITED, NULL, false, false, \
        WRUN_RESERVED                                                                       \
  }

/** Replaces all limits. The first timeout starts a thread, which the engine owns. Errors: usage
 * (fuel that the engine doesn't count, more stack than the engine's, another thread inside), limit
 * (no thread could be started). */
WASM_API_EXTERN own wrun_error_t* wrun_store_set_limits(wasm_store_t*, const wrun_limits_t*);

/** Stops the running call, or else the next one, with WRUN_ERROR_INTERRUPTED; a callback runs on to
 * its end. Any thread, also a signal handler, but not while the store is being deleted. */
WASM_API_EXTERN void wrun_store_interrupt(wasm_store_t*);
/** Forgets an interruption that hasn't struck yet. */
WASM_API_EXTERN void wrun_store_clear_interrupt(wasm_store_t*);
/** For callbacks that sleep: whether the running call is to be stopped. Return then. */
WASM_API_EXTERN bool wrun_store_interrupt_pending(wasm_store_t*);
/** A descriptor that is readable (as poll(2) says) while wrun_store_interrupt_pending(); -1 if the
 * system has none left. It stays the store's. */
WASM_API_EXTERN int wrun_store_interrupt_fd(wasm_store_t*);

/** Instructions left, exact. Errors: usage (the engine doesn't count fuel). */
WASM_API_EXTERN own wrun_error_t* wrun_store_fuel(const wasm_store_t*, uint64_t* out);
/** Instructions from now on. Errors: usage, limit (of the budget). */
WASM_API_EXTERN own wrun_error_t* wrun_store_set_fuel(wasm_store_t*, uint64_t instructions);
/** Frees what neither the program nor WebAssembly reaches. Errors: usage. */
WASM_API_EXTERN own wrun_error_t* wrun_store_collect(wasm_store_t*);

/** What a store or a budget has used; WRUN_NOT_MEASURED isn't 0. */
typedef struct wrun_usage_t {
  size_t struct_size;      /**< sizeof(wrun_usage_t) */
  uint64_t instructions;   /**< measured where the engine counts fuel */
  uint64_t host_calls;     /**< calls into the host */
  uint64_t waits;          /**< times that memory.atomic.wait slept, or tried to */
  uint64_t host_bytes_in;  /**< given to the guest, as far as callbacks report it */
  uint64_t host_bytes_out; /**< taken from it, the same */
  uint64_t host_time_ns;   /**< spent in the host, the same */
  uint64_t memory_bytes;   /**< now */
  uint64_t memory_peak_bytes;
  uint64_t heap_bytes; /**< now, with what the next collection will free */
  uint64_t heap_peak_bytes;
  uint64_t table_elements;    /**< now */
  uint64_t instances;         /**< now */
  uint64_t wall_time_ns;      /**< inside calls; measured where it is limited or asked for */
  uint64_t cpu_time_ns;       /**< the same */
  double memory_byte_seconds; /**< the sum of memory_bytes over time */
  uint64_t stack_bytes;       /**< reserved for stacks now */
  uint64_t stack_peak_bytes;
  uint64_t table_peak_elements;
  uint64_t instances_peak;
  uint32_t soft_limits_passed; /**< bits, 1 << wrun_resource_t */
  uint32_t reserved;
} wrun_usage_t;
#define WRUN_USAGE_INIT \
  { sizeof(wrun_usage_t), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/** What the store used. Errors: usage. */
WASM_API_EXTERN own wrun_error_t* wrun_store_usage(const wasm_store_t*, wrun_usage_t* out);
/** The sum over its stores, also over those that are gone where an amount adds up. Errors: usage.
 */
WASM_API_EXTERN own wrun_error_t* wrun_budget_usage(const wrun_budget_t*, wrun_usage_t* out);

/** Told of each host function, "module.name", and how often it was called. The name is good during
 * the call. */
typedef void (*wrun_call_count_t)(void* env, const char* name, uint64_t calls);
/** Tells all that were counted (wrun_limits_t.count_calls_by_name), by name. Errors: usage (nothing
 * is counted). */
WASM_API_EXTERN own wrun_error_t* wrun_store_calls_by_name(const wasm_store_t*, wrun_call_count_t,
                                                           void* env);
/** The same of a budget's stores. Errors: usage (nothing was counted). */
WASM_API_EXTERN own wrun_error_t* wrun_budget_calls_by_name(const wrun_budget_t*, wrun_call_count_t,
                                                            void* env);

/** What a store used as a JSON object on one line, NUL-terminated, with calls by name. Errors:
 * usage.
 */
WASM_API_EXTERN own wrun_error_t* wrun_store_usage_json(const wasm_store_t*, own wasm_name_t* out);
/** The same of a budget. Errors: limit (no memory). */
WASM_API_EXTERN own wrun_error_t* wrun_budget_usage_json(const wrun_budget_t*,
                                                         own wasm_name_t* out);
/** What budgets used in Prometheus's text format, NUL-terminated; each sample has one label, whose
 * value tells the budgets apart. Errors: limit (no memory). */
WASM_API_EXTERN own wrun_error_t* wrun_budgets_usage_prometheus(
    const wrun_budget_t* const budgets[], const char* const values[], size_t count,
    const char* label, own wasm_name_t* out);

/** What stores and budgets used, each with labels that tell it from the others. */
typedef struct wrun_usages_t wrun_usages_t;

/** A label of Prometheus's. The name begins with a letter or underscore and goes on with these and
 * digits: whatever else is in it becomes an underscore. The value may be anything. */
typedef struct wrun_label_t {
  const char* name;
  const char* value;
} wrun_label_t;

/** None as yet. NULL without memory. */
WASM_API_EXTERN own wrun_usages_t* wrun_usages_new(void);
/** Gives up ownership. NULL is allowed. */
WASM_API_EXTERN void wrun_usages_delete(own wrun_usages_t*);
/** Adds what the store used so far; the labels are copied. Errors: usage, limit (no memory). */
WASM_API_EXTERN own wrun_error_t* wrun_usages_add_store(wrun_usages_t*, const wasm_store_t*,
                                                        const wrun_label_t labels[], size_t count);
/** The same of a budget. Errors: limit (no memory). */
WASM_API_EXTERN own wrun_error_t* wrun_usages_add_budget(wrun_usages_t*, const wrun_budget_t*,
                                                         const wrun_label_t labels[], size_t count);
/** All of them in Prometheus's text format, NUL-terminated. Errors: limit (no memory). */
WASM_API_EXTERN own wrun_error_t* wrun_usages_prometheus(const wrun_usages_t*,
                                                         own wasm_name_t* out);

#undef own

#ifdef __cplusplus
}
#endif

#endif
