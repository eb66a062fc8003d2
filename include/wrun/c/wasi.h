#ifndef WRUN_C_WASI_H
#define WRUN_C_WASI_H

/* WASI: what a program compiled for wasm32-wasi finds, capability by capability. Say in a
 * configuration what the guest may use, add it to a linker, instantiate. Everything that isn't
 * named is denied: without a clock there is no time, without directories there are no files, and
 * what is written to an output that wasn't given goes nowhere.
 *
 * A configuration is for one thread at a time. Streams, clocks, directories and contexts are
 * references, thread-safe, whose copies belong to whatever they were added to. Callbacks run on the
 * guest's thread, within its calls, and must not call the guest. Paths and names are NUL-terminated
 * UTF-8. */

#include <wasm.h>
#include <wrun/c/base.h>
#include <wrun/c/linker.h>
#include <wrun/c/store.h>
#include <wrun/c/wasi_errno.h>

#ifdef __cplusplus
extern "C" {
#endif

#define own

/** What becomes one of these is deleted with wrun_wasi_X_delete(); NULL is allowed. */
#define WRUN_DECLARE_WASI(name)                             \
  typedef struct wrun_wasi_##name##_t wrun_wasi_##name##_t; \
  WASM_API_EXTERN void wrun_wasi_##name##_delete(own wrun_wasi_##name##_t*);

/** What a guest is granted. */
WRUN_DECLARE_WASI(config)
/** Where a guest reads from. */
WRUN_DECLARE_WASI(input)
/** Where a guest writes to. */
WRUN_DECLARE_WASI(output)
/** A directory of the host's, or one in memory. */
WRUN_DECLARE_WASI(directory)
/** Files in memory, within a quota. */
WRUN_DECLARE_WASI(files)
/** Clocks: the host's, the program's, or ones that stand still or are turned by hand. */
WRUN_DECLARE_WASI(clock)
/** One guest's state: its open files, its capabilities, what it used. */
WRUN_DECLARE_WASI(context)
/** The threads of a guest. */
WRUN_DECLARE_WASI(threads)
/** A stream connection that the program implements (wasi_host.h). */
WRUN_DECLARE_WASI(connection)
/** Which hosts and ports may be reached, or listened at. */
WRUN_DECLARE_WASI(socket_rules)

/* ---- Configuration ---- */

/** One that grants nothing. NULL without memory. */
WASM_API_EXTERN own wrun_wasi_config_t* wrun_wasi_config_new(void);
/** An equal one, which shares what was added. */
WASM_API_EXTERN own wrun_wasi_config_t* wrun_wasi_config_copy(const wrun_wasi_config_t*);
/** The arguments, the program's name first. Errors: limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_set_args(wrun_wasi_config_t*, size_t count,
                                                            const char* const args[]);
/** Adds a variable of the environment. Errors: usage (a name that can't be), limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_add_env(wrun_wasi_config_t*, const char* name,
                                                           const char* value);
/** Standard input; the stream stays the caller's. */
WASM_API_EXTERN void wrun_wasi_config_set_stdin(wrun_wasi_config_t*, const wrun_wasi_input_t*);
/** Standard output; the stream stays the caller's. */
WASM_API_EXTERN void wrun_wasi_config_set_stdout(wrun_wasi_config_t*, const wrun_wasi_output_t*);
/** Standard error; the stream stays the caller's. */
WASM_API_EXTERN void wrun_wasi_config_set_stderr(wrun_wasi_config_t*, const wrun_wasi_output_t*);
/** The host's own standard streams, all three. Errors: limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_inherit_stdio(wrun_wasi_config_t*);

/** The host's clocks. Errors: limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_set_system_clock(wrun_wasi_config_t*);
/** Clocks that stand still, in nanoseconds; `wall` counts from 1970. Errors: limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_set_fixed_clock(wrun_wasi_config_t*,
                                                                   uint64_t wall,
                                                                   uint64_t monotonic);
/** Any clock, which stays the caller's. */
WASM_API_EXTERN void wrun_wasi_config_set_clock(wrun_wasi_config_t*, const wrun_wasi_clock_t*);
/** The host's clocks. NULL without memory. */
WASM_API_EXTERN own wrun_wasi_clock_t* wrun_wasi_clock_system(void);
/** Clocks that stand still. NULL without memory. */
WASM_API_EXTERN own wrun_wasi_clock_t* wrun_wasi_clock_fixed(uint64_t wall, uint64_t monotonic);
/** One that the program turns, and that begins there, in nanoseconds. NULL without memory. */
WASM_API_EXTERN own wrun_wasi_clock_t* wrun_wasi_clock_new(uint64_t wall, uint64_t monotonic);
/** What a clock says, as preview 1 numbers them: 0 is the wall's, 1 the monotonic one. */
WASM_API_EXTERN wrun_wasi_errno_t wrun_wasi_clock_now(const wrun_wasi_clock_t*, uint32_t which,
                                                      uint64_t* out);
/** Lets time pass on a clock of wrun_wasi_clock_new(), not on others; guests whose time has come
 * wake up. */
WASM_API_EXTERN void wrun_wasi_clock_advance(wrun_wasi_clock_t*, uint64_t nanoseconds);

/** The host's cryptographic generator. Errors: limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_set_system_random(wrun_wasi_config_t*);
/** The same bytes for the same seed, on every machine; not for secrets. Errors: limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_set_seeded_random(wrun_wasi_config_t*,
                                                                     uint64_t seed);

/** What a directory is granted for: a set. */
typedef uint8_t wrun_wasi_access_t;
enum wrun_wasi_access_enum {
  WRUN_WASI_READ = 1,   /**< open for reading, list, stat, read links */
  WRUN_WASI_WRITE = 2,  /**< change contents, size and times of what exists */
  WRUN_WASI_CREATE = 4, /**< make files, directories and links */
  WRUN_WASI_REMOVE = 8, /**< unlink, remove directories, rename away or over */
  WRUN_WASI_READ_WRITE = 15
};

/** How wrun_wasi_directory_host() opens a directory. */
typedef struct wrun_wasi_host_directory_options_t {
  size_t struct_size; /**< sizeof(wrun_wasi_host_directory_options_t) */
  bool special_files; /**< device nodes and FIFOs in it may be opened */
  bool force_walk;    /**< walk paths component by component even where the kernel could */
  uint8_t reserved[6];
} wrun_wasi_host_directory_options_t;
#define WRUN_WASI_HOST_DIRECTORY_OPTIONS_INIT \
  { sizeof(wrun_wasi_host_directory_options_t), false, false, WRUN_RESERVED }

/** A directory of the host's, under a path of the guest's. `options` may be NULL. Errors: io (it
 * can't be opened), usage. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_add_dir(
    wrun_wasi_config_t*, const char* host_path, const char* guest_path, wrun_wasi_access_t,
    const wrun_wasi_host_directory_options_t*);
/** The same with a directory that stays the caller's. Errors: limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_add_directory(wrun_wasi_config_t*,
                                                                 const wrun_wasi_directory_t*,
                                                                 const char* guest_path,
                                                                 wrun_wasi_access_t);

/** A listening stream socket, which becomes the library's and non-blocking. Sockets follow the
 * directories in the guest's descriptors. Errors: io (it is none). */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_add_listener(wrun_wasi_config_t*, int fd);
/** A connected stream socket, in the same way. Errors: io. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_add_connection(wrun_wasi_config_t*, int fd);
/** Listens at "ADDRESS:PORT", if the rules allow it; port 0 is one that is free. The port is
 * written to `out`, if that isn't NULL. Errors: malformed, denied, io. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_listen(wrun_wasi_config_t*,
                                                          const wrun_wasi_socket_rules_t*,
                                                          const char* endpoint, uint16_t* out);
/** Connects to "ADDRESS:PORT", if the rules allow it. Errors: malformed, denied, io. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_connect(wrun_wasi_config_t*,
                                                           const wrun_wasi_socket_rules_t*,
                                                           const char* endpoint);

/** Rules that allow nothing. NULL without memory. */
WASM_API_EXTERN own wrun_wasi_socket_rules_t* wrun_wasi_socket_rules_new(void);
/** Rules that allow this host's own addresses, both ways, and nothing else. NULL without memory. */
WASM_API_EXTERN own wrun_wasi_socket_rules_t* wrun_wasi_socket_rules_loopback_only(void);
/** Whether there are none. */
WASM_API_EXTERN bool wrun_wasi_socket_rules_empty(const wrun_wasi_socket_rules_t*);
/** Adds a rule `[listen|connect] HOST[:PORTS]`; HOST is an address, a network (10.0.0.0/8), a name
 * (example.com, *.example.com), `loopback` or `*`; PORTS is 80, 8000-8999 or `*`. Errors:
 * usage. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_socket_rules_allow(wrun_wasi_socket_rules_t*,
                                                               const char* rule);
/** The same for a rule that denies, which beats all that allow. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_socket_rules_deny(wrun_wasi_socket_rules_t*,
                                                              const char* rule);
/** Whether the rules allow an endpoint, to listen at or to connect to. */
WASM_API_EXTERN bool wrun_wasi_socket_rules_judge(const wrun_wasi_socket_rules_t*, bool listens,
                                                  const char* endpoint);
/** The rule that decides that, without a NUL; empty if there is none. */
WASM_API_EXTERN void wrun_wasi_socket_rules_deciding(const wrun_wasi_socket_rules_t*, bool listens,
                                                     const char* endpoint, own wasm_name_t* out);

/** What one guest may hold or ask at once; beyond that it gets an errno. */
typedef struct wrun_wasi_bounds_t {
  size_t struct_size; /**< sizeof(wrun_wasi_bounds_t) */
  uint32_t open_files;
  uint32_t subscriptions; /**< of one poll_oneoff */
  uint64_t random_bytes;  /**< of one random_get */
} wrun_wasi_bounds_t;
#define WRUN_WASI_BOUNDS_INIT \
  { sizeof(wrun_wasi_bounds_t), 1024, 16384, 16777216 }
/** Replaces the bounds. Errors: usage. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_set_bounds(wrun_wasi_config_t*,
                                                              const wrun_wasi_bounds_t*);
/** Whether the time that calls take is measured. */
WASM_API_EXTERN void wrun_wasi_config_measure_time(wrun_wasi_config_t*, bool measure);

/** What a guest asked for and wasn't given; the texts are borrowed for the call. */
typedef struct wrun_wasi_denial_t {
  const char* call;   /**< "path_open" */
  const char* what;   /**< "/etc/passwd"; "" where the call has no object */
  const char* reason; /**< "no directory granted covers it" */
  const char* grant;  /**< the command's flag that would allow it: "--dir /etc::/etc:ro" */
} wrun_wasi_denial_t;
/** `denied: path_open "/etc/passwd": no directory granted covers it; add --dir /etc::/etc:ro`, NUL-
 * terminated. Bytes of the guest's that aren't printable are escaped. */
WASM_API_EXTERN void wrun_wasi_denial_to_string(const wrun_wasi_denial_t*, own wasm_name_t* out);
/** Called for each denied call. With it set and nothing mounted on `/` or `.`, the guest sees a
 * directory `/` in which everything is denied. `finalizer`, if it isn't NULL, is called with `env`
 * when the callback isn't needed any more. Errors: limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_on_denied(
    wrun_wasi_config_t*, void (*callback)(void* env, const wrun_wasi_denial_t*), void* env,
    void (*finalizer)(void* env));
/** Asked for the error that ends the guest when it exits; by default one of kind WRUN_ERROR_EXIT.
 * Errors: limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_on_exit(
    wrun_wasi_config_t*, own wrun_error_t* (*callback)(void* env, uint32_t status), void* env,
    void (*finalizer)(void* env));

/* ---- Streams. Constructors give NULL without memory. ---- */

/** The host's standard input. */
WASM_API_EXTERN own wrun_wasi_input_t* wrun_wasi_input_host(void);
/** A descriptor, which stays the caller's to close. */
WASM_API_EXTERN own wrun_wasi_input_t* wrun_wasi_input_fd(int fd);
/** A file of the host's. Errors: io. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_input_file(const char* path,
                                                       own wrun_wasi_input_t** out);
/** A copy of these bytes. */
WASM_API_EXTERN own wrun_wasi_input_t* wrun_wasi_input_bytes(const void* bytes, size_t size);
/** One that is at its end. */
WASM_API_EXTERN own wrun_wasi_input_t* wrun_wasi_input_empty(void);
/** Asks a callback, which writes at most `size` bytes and how many these are, 0 for the end, and
 * returns 0, or an errno. `finalizer` as above. */
WASM_API_EXTERN own wrun_wasi_input_t* wrun_wasi_input_callback(
    wrun_wasi_errno_t (*callback)(void* env, void* bytes, size_t size, size_t* done), void* env,
    void (*finalizer)(void* env));

/** The host's standard output. */
WASM_API_EXTERN own wrun_wasi_output_t* wrun_wasi_output_host(void);
/** The host's standard error. */
WASM_API_EXTERN own wrun_wasi_output_t* wrun_wasi_output_host_error(void);
/** A descriptor, which stays the caller's to close. */
WASM_API_EXTERN own wrun_wasi_output_t* wrun_wasi_output_fd(int fd);
/** A file of the host's, which is replaced, up to `cap` bytes. Errors: io. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_output_file(const char* path, uint64_t cap,
                                                        own wrun_wasi_output_t** out);
/** Passes `cap` bytes on to a stream that stays the caller's; then there is no space left. */
WASM_API_EXTERN own wrun_wasi_output_t* wrun_wasi_output_capped(const wrun_wasi_output_t*,
                                                                uint64_t cap);
/** Takes everything. */
WASM_API_EXTERN own wrun_wasi_output_t* wrun_wasi_output_null(void);
/** Collects up to `cap` bytes; then there is no space left. */
WASM_API_EXTERN own wrun_wasi_output_t* wrun_wasi_output_buffer(size_t cap);
/** Keeps the last `capacity` bytes. */
WASM_API_EXTERN own wrun_wasi_output_t* wrun_wasi_output_ring(size_t capacity);
/** Hands what is written to a callback, which writes how many bytes it took and returns 0, or an
 * errno. `finalizer` as above. */
WASM_API_EXTERN own wrun_wasi_output_t* wrun_wasi_output_callback(
    wrun_wasi_errno_t (*callback)(void* env, const void* bytes, size_t size, size_t* done),
    void* env, void (*finalizer)(void* env));
/** What a buffer or ring has, without a NUL. False for other streams. */
WASM_API_EXTERN bool wrun_wasi_output_text(const wrun_wasi_output_t*, own wasm_byte_vec_t* out);
/** The same of a buffer, which starts anew. False for other streams. */
WASM_API_EXTERN bool wrun_wasi_output_take(wrun_wasi_output_t*, own wasm_byte_vec_t* out);

/* ---- Directories ---- */

/** A directory of the host's, and nothing outside of it. `options` may be NULL. Errors: io, usage.
 */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_directory_host(
    const char* path, const wrun_wasi_host_directory_options_t*, own wrun_wasi_directory_t** out);
/** The same files, and no way to change them. NULL without memory. */
WASM_API_EXTERN own wrun_wasi_directory_t* wrun_wasi_directory_read_only(
    const wrun_wasi_directory_t*);
/** A writable directory over one that is never changed; changes go to `upper`, which nothing else
 * may change. NULL without memory. */
WASM_API_EXTERN own wrun_wasi_directory_t* wrun_wasi_directory_overlay(
    const wrun_wasi_directory_t* lower, const wrun_wasi_directory_t* upper);
/** Copies what is in a directory into another; stops at the first error. Errors: io. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_directory_copy_tree(const wrun_wasi_directory_t* from,
                                                                const wrun_wasi_directory_t* to);

/** Of files in memory. */
typedef struct wrun_wasi_quota_t {
  size_t struct_size; /**< sizeof(wrun_wasi_quota_t) */
  uint64_t bytes;     /**< of contents, in blocks of 4096, and of names */
  uint64_t files;     /**< files, directories and links */
} wrun_wasi_quota_t;
#define WRUN_WASI_QUOTA_INIT \
  { sizeof(wrun_wasi_quota_t), 268435456, 65536 }

/** What is in a .tar, .tar.gz or .zip, read-only, unpacked into memory. `quota` may be NULL.
 * Errors: malformed, limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_directory_archive(const void* bytes, size_t size,
                                                              const wrun_wasi_quota_t* quota,
                                                              own wrun_wasi_directory_t** out);
/** The same from a file of the host's. Errors as above, and io. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_directory_archive_file(const char* path,
                                                                   const wrun_wasi_quota_t* quota,
                                                                   own wrun_wasi_directory_t** out);

/** A file system in memory. `quota` may be NULL. Errors: usage, limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_files_new(const wrun_wasi_quota_t* quota,
                                                      own wrun_wasi_files_t** out);
/** The same with a clock for the times of files, which stays the caller's; without one they are 0
 * until they are set. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_files_new_with_clock(const wrun_wasi_quota_t* quota,
                                                                 const wrun_wasi_clock_t*,
                                                                 own wrun_wasi_files_t** out);
/** Its root, which may be granted to several guests. NULL without memory. */
WASM_API_EXTERN own wrun_wasi_directory_t* wrun_wasi_files_root(const wrun_wasi_files_t*);
/** Makes or replaces a file, and the directories on the way to it. Errors: io. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_files_write(wrun_wasi_files_t*, const char* path,
                                                        const void* bytes, size_t size);
/** A file's content. Errors: io (also if it is larger than `most`). */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_files_read(const wrun_wasi_files_t*, const char* path,
                                                       uint64_t most, own wasm_byte_vec_t* out);
/** How much of the quota is used; both as in wrun_wasi_quota_t. False if struct_size is wrong. */
WASM_API_EXTERN bool wrun_wasi_files_usage(const wrun_wasi_files_t*, wrun_wasi_quota_t* out);

/* ---- Guests ---- */

/** One guest's state. Errors: usage, limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_context_new(const wrun_wasi_config_t*,
                                                        own wrun_wasi_context_t** out);
/** Defines the functions of wasi_snapshot_preview1. All instances made through the linker share the
 * context. Errors: limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_context_add_to(const wrun_wasi_context_t*,
                                                           wrun_linker_t*);
/** wrun_wasi_context_new() and wrun_wasi_context_add_to() in one. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_add_to(const wrun_wasi_config_t*,
                                                          wrun_linker_t*);
/** Ends the guest's blocking call at once, with WRUN_ERROR_INTERRUPTED. Any thread, also a signal
 * handler. Interrupting the store does the same. */
WASM_API_EXTERN void wrun_wasi_context_interrupt(wrun_wasi_context_t*);
/** Forgets an interruption: the next call blocks again. */
WASM_API_EXTERN void wrun_wasi_context_clear_interrupt(wrun_wasi_context_t*);

/** What a guest used of its host since it started. */
typedef struct wrun_wasi_usage_t {
  size_t struct_size; /**< sizeof(wrun_wasi_usage_t) */
  uint64_t calls;
  uint64_t time_ns;        /**< in the host; WRUN_NOT_MEASURED unless that was asked for */
  uint64_t time_asleep_ns; /**< that part of it that was sleep; the same */
  uint64_t bytes_in;       /**< read by the guest */
  uint64_t bytes_out;      /**< written by the guest */
  uint32_t open_files;     /**< now */
  uint32_t reserved;
} wrun_wasi_usage_t;
#define WRUN_WASI_USAGE_INIT \
  { sizeof(wrun_wasi_usage_t), 0, 0, 0, 0, 0, 0, 0 }
/** False if struct_size is wrong. */
WASM_API_EXTERN bool wrun_wasi_context_usage(const wrun_wasi_context_t*, wrun_wasi_usage_t* out);

/** What a call of the guest's is about. */
typedef uint8_t wrun_wasi_callkind_t;
enum wrun_wasi_callkind_enum {
  WRUN_WASI_CALLS_ARGUMENTS,
  WRUN_WASI_CALLS_ENVIRONMENT,
  WRUN_WASI_CALLS_CLOCKS,
  WRUN_WASI_CALLS_RANDOM,
  WRUN_WASI_CALLS_STREAMS,
  WRUN_WASI_CALLS_FILES,
  WRUN_WASI_CALLS_SOCKETS,
  WRUN_WASI_CALLS_POLLING,
  WRUN_WASI_CALLS_PROCESS
};
/** "arguments", ...; lives as long as the process. NULL if there is no such kind. */
WASM_API_EXTERN const char* wrun_wasi_callkind_text(wrun_wasi_callkind_t);
/** How many of the guest's calls were of that kind. 0 if there is no such kind. */
WASM_API_EXTERN uint64_t wrun_wasi_context_calls(const wrun_wasi_context_t*, wrun_wasi_callkind_t);

/** How many threads besides its first a guest may have at once, and what each of their stores may
 * use. */
typedef struct wrun_wasi_threads_options_t {
  size_t struct_size; /**< sizeof(wrun_wasi_threads_options_t) */
  uint32_t most;
  uint32_t reserved;
  const wrun_limits_t* limits; /**< NULL: no limits */
  /** Has body(arg) run on a thread of its own, and writes what `join` is to wait for. False if
   * there is no thread to be had. NULL: threads of the library's. Called by several threads at
   * once. */
  bool (*start)(void* env, void (*body)(void* arg), void* arg, void** thread);
  /** Waits for the end of a thread; once for each. With `start` only. */
  void (*join)(void* env, void* thread);
  void* env; /**< of both */
  /** May be NULL; called when both aren't needed any more, also if the call that was given them
   * fails, unless the size of this structure can't be read. */
  void (*finalizer)(void* env);
} wrun_wasi_threads_options_t;
#define WRUN_WASI_THREADS_OPTIONS_INIT \
  { sizeof(wrun_wasi_threads_options_t), 64, 0, NULL, NULL, NULL, NULL, NULL }

/** Grants a guest threads, each a thread of the host's with a store of its own, counted by the
 * budget: defines `thread-spawn`, and the shared memories that the module imports and nobody
 * defined. Callbacks of the linker are called on any of them. `options` may be NULL. Errors: usage,
 * limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_threads_add_to(wrun_linker_t*,
                                                           const wasm_shared_module_t*,
                                                           const wrun_budget_t*,
                                                           const wrun_wasi_threads_options_t*,
                                                           own wrun_wasi_threads_t** out);
/** Makes the first instance; once. The store must live until wrun_wasi_threads_finish(). Errors: as
 * wrun_prepared_instantiate(). */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_threads_start(wrun_wasi_threads_t*, wasm_store_t* first,
                                                          const wrun_prepared_t*,
                                                          own wasm_instance_t** out);
/** After the first thread's last call: stops the other threads and waits for them. If one of them
 * had ended the group before, this is its error. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_threads_finish(wrun_wasi_threads_t*);

#undef own

#ifdef __cplusplus
}
#endif

#endif
