#ifndef WRUN_C_WASI_HOST_H
#define WRUN_C_WASI_HOST_H

/* Capabilities of WASI that the program implements itself: tables of functions, which begin with
 * their size as all options do, and a pointer of the program's, `env`, that each is called with.
 * Initialise a table with its WRUN_..._INIT and set the functions that there are; where one is
 * NULL, its comment says what happens, or else the guest gets WRUN_WASI_ERRNO_NOTSUP. Tables are
 * copied.
 *
 * Functions answer with an errno, 0 for success, and write what they give through pointers, which
 * are never NULL and point to zeros; structures there may grow at their end. None may block, but as
 * long as a disk takes: what can't be done now is WRUN_WASI_ERRNO_AGAIN, and `poll` says when to
 * try again. They are called on the guest's threads, several at once if several guests, or a guest
 * with threads, have the same object, and must not call the guest. `env` is
 * taken over at once: a `finalizer`, which may be NULL, is called with it when nobody needs the
 * object any more, also if the call that was to make it fails, with whatever error. */

#include <wasm.h>
#include <wrun/c/base.h>
#include <wrun/c/wasi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define own

/* ---- Waiting ---- */

/** Whether something is ready, and what to sleep on until it may be. */
typedef struct wrun_wasi_readiness_t {
  bool ready;
  bool hung_up;   /**< the other side of a pipe or connection has gone */
  int16_t events; /**< of the descriptor, as for poll(2) */
  int32_t fd;     /**< a descriptor of the program's; -1, as it is at first: none */
  uint64_t at;    /**< wrun_wasi_steady_now() when it is worth looking again; WRUN_UNLIMITED, as it
                       is at first: never, something else ends the sleep */
} wrun_wasi_readiness_t;

/** Nanoseconds of the clock that sleeps are measured by. */
WASM_API_EXTERN uint64_t wrun_wasi_steady_now(void);

/* ---- Clocks and random bytes ---- */

/** Numbered as preview 1's clockid. */
typedef uint32_t wrun_wasi_clockid_t;
enum wrun_wasi_clockid_enum {
  WRUN_WASI_CLOCK_WALL, /**< since 1970-01-01T00:00:00Z */
  WRUN_WASI_CLOCK_MONOTONIC,
  WRUN_WASI_CLOCK_PROCESS_CPU,
  WRUN_WASI_CLOCK_THREAD_CPU
};

/** Clocks; all times in nanoseconds. */
typedef struct wrun_wasi_clock_methods_t {
  size_t struct_size; /**< sizeof(wrun_wasi_clock_methods_t) */
  /** The time; the answer may be as stale as `precision` says, 0 is as exact as can be.
   * WRUN_WASI_ERRNO_INVAL if there is no such clock. */
  wrun_wasi_errno_t (*now)(void* env, wrun_wasi_clockid_t, uint64_t precision, uint64_t* out);
  /** Never 0. NULL: 1 for clocks that have a time. */
  wrun_wasi_errno_t (*resolution)(void* env, wrun_wasi_clockid_t, uint64_t* out);
  /** Whether the clock has got to `when`. NULL: `now` is asked every millisecond. */
  void (*poll)(void* env, wrun_wasi_clockid_t, uint64_t when, wrun_wasi_readiness_t* out);
} wrun_wasi_clock_methods_t;
#define WRUN_WASI_CLOCK_METHODS_INIT \
  { sizeof(wrun_wasi_clock_methods_t), NULL, NULL, NULL }
/** A clock of the program's. Errors: usage, limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_clock_implement(const wrun_wasi_clock_methods_t*,
                                                            void* env, void (*finalizer)(void* env),
                                                            own wrun_wasi_clock_t** out);

/** Random bytes from a callback, which fills all of them. Errors: limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_set_random(
    wrun_wasi_config_t*, wrun_wasi_errno_t (*fill)(void* env, void* bytes, size_t size), void* env,
    void (*finalizer)(void* env));

/* ---- Arguments and environment ---- */

/** Takes an argument, which is copied. `list` is the callback's. */
typedef void (*wrun_wasi_add_argument_t)(void* list, const char* argument);
/** Takes a variable, which is copied. `list` is the callback's. */
typedef void (*wrun_wasi_add_variable_t)(void* list, const char* name, const char* value);
/** Arguments from a callback, which adds them when a guest's context is made. Errors: limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_set_args_callback(
    wrun_wasi_config_t*, void (*callback)(void* env, wrun_wasi_add_argument_t, void* list),
    void* env, void (*finalizer)(void* env));
/** The environment from a callback, in the same way; variables that are set in the configuration
 * are added to its. Errors: limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_set_env_callback(
    wrun_wasi_config_t*, void (*callback)(void* env, wrun_wasi_add_variable_t, void* list),
    void* env, void (*finalizer)(void* env));

/* ---- Streams ---- */

/** Standard input. */
typedef struct wrun_wasi_input_methods_t {
  size_t struct_size; /**< sizeof(wrun_wasi_input_methods_t) */
  /** Reads at most `size` bytes; 0 is the end. */
  wrun_wasi_errno_t (*read)(void* env, void* bytes, size_t size, size_t* done);
  /** Whether `read` has something to say. NULL: always. */
  void (*poll)(void* env, wrun_wasi_readiness_t* out);
  bool is_terminal;
  uint8_t reserved[7];
} wrun_wasi_input_methods_t;
#define WRUN_WASI_INPUT_METHODS_INIT \
  { sizeof(wrun_wasi_input_methods_t), NULL, NULL, false, WRUN_RESERVED }
/** A stream of the program's. Errors: usage, limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_input_implement(const wrun_wasi_input_methods_t*,
                                                            void* env, void (*finalizer)(void* env),
                                                            own wrun_wasi_input_t** out);

/** Standard output or error. */
typedef struct wrun_wasi_output_methods_t {
  size_t struct_size; /**< sizeof(wrun_wasi_output_methods_t) */
  /** Writes a first part of the bytes. */
  wrun_wasi_errno_t (*write)(void* env, const void* bytes, size_t size, size_t* done);
  /** Whether `write` takes something. NULL: always. */
  void (*poll)(void* env, wrun_wasi_readiness_t* out);
  bool is_terminal;
  uint8_t reserved[7];
} wrun_wasi_output_methods_t;
#define WRUN_WASI_OUTPUT_METHODS_INIT \
  { sizeof(wrun_wasi_output_methods_t), NULL, NULL, false, WRUN_RESERVED }
/** A stream of the program's. Errors: usage, limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_output_implement(const wrun_wasi_output_methods_t*,
                                                             void* env,
                                                             void (*finalizer)(void* env),
                                                             own wrun_wasi_output_t** out);

/* ---- Files ---- */

/** Numbered as preview 1's filetype. */
typedef uint8_t wrun_wasi_filetype_t;
enum wrun_wasi_filetype_enum {
  WRUN_WASI_FILETYPE_UNKNOWN,
  WRUN_WASI_FILETYPE_BLOCK_DEVICE,
  WRUN_WASI_FILETYPE_CHARACTER_DEVICE,
  WRUN_WASI_FILETYPE_DIRECTORY,
  WRUN_WASI_FILETYPE_REGULAR_FILE,
  WRUN_WASI_FILETYPE_SOCKET_DGRAM,
  WRUN_WASI_FILETYPE_SOCKET_STREAM,
  WRUN_WASI_FILETYPE_SYMBOLIC_LINK
};

/** What there is to know of a file; times in nanoseconds since 1970. */
typedef struct wrun_wasi_filestat_t {
  uint64_t device;
  uint64_t inode;
  uint64_t links;
  uint64_t size;
  uint64_t accessed;
  uint64_t modified;
  uint64_t changed;
  wrun_wasi_filetype_t type;
} wrun_wasi_filestat_t;

/** What a time becomes. */
typedef uint8_t wrun_wasi_time_change_t;
enum wrun_wasi_time_change_enum {
  WRUN_WASI_TIME_KEEP, /**< what it is */
  WRUN_WASI_TIME_NOW,  /**< the current time */
  WRUN_WASI_TIME_SET   /**< that time */
};
/** Times of a file to be set. */
typedef struct wrun_wasi_times_t {
  uint64_t accessed;
  uint64_t modified;
  wrun_wasi_time_change_t change_accessed;
  wrun_wasi_time_change_t change_modified;
} wrun_wasi_times_t;

/** How a file or directory is opened. */
typedef struct wrun_wasi_open_t {
  bool read;
  bool write;
  bool create;    /**< if it isn't there */
  bool exclusive; /**< only if it isn't there */
  bool truncate;
  bool directory; /**< only a directory */
  bool follow;    /**< where the last component is a symbolic link */
} wrun_wasi_open_t;

/** An entry of a directory. */
typedef struct wrun_wasi_entry_t {
  uint64_t next; /**< where to go on after this entry; never 0 */
  uint64_t inode;
  const char* name; /**< read at once; NULL, as it is at first: the end */
  wrun_wasi_filetype_t type;
} wrun_wasi_entry_t;

/** Numbered as preview 1's advice. */
typedef uint8_t wrun_wasi_advice_t;
enum wrun_wasi_advice_enum {
  WRUN_WASI_ADVICE_NORMAL,
  WRUN_WASI_ADVICE_SEQUENTIAL,
  WRUN_WASI_ADVICE_RANDOM,
  WRUN_WASI_ADVICE_WILL_NEED,
  WRUN_WASI_ADVICE_DONT_NEED,
  WRUN_WASI_ADVICE_NO_REUSE
};

/** A file system. `node` is whatever `open` gave for a file or directory that is open, `directory`
 * one that is a directory; files have no position. Paths are relative to their directory, UTF-8,
 * and may have a trailing slash. One that leads out of it, by `..`, as an absolute path or through
 * a link, is to be WRUN_WASI_ERRNO_NOTCAPABLE: nobody else checks that. What the guest is granted
 * is checked by the library. */
typedef struct wrun_wasi_filesystem_methods_t {
  size_t struct_size; /**< sizeof(wrun_wasi_filesystem_methods_t) */

  /** Writes the node and whether it is a directory. */
  wrun_wasi_errno_t (*open)(void* env, void* directory, const char* path, const wrun_wasi_open_t*,
                            void** node, bool* is_directory);
  /** The node isn't used any more; also the root, at the end. May be NULL. */
  void (*close)(void* env, void* node);

  wrun_wasi_errno_t (*stat)(void* env, void* node, wrun_wasi_filestat_t* out);
  wrun_wasi_errno_t (*set_times)(void* env, void* node, const wrun_wasi_times_t*);
  /** NULL: done at once. */
  wrun_wasi_errno_t (*sync)(void* env, void* node, bool data_only);

  /* Of files. */

  /** 0 bytes are the end of the file. */
  wrun_wasi_errno_t (*read)(void* env, void* node, uint64_t offset, void* bytes, size_t size,
                            size_t* done);
  wrun_wasi_errno_t (*write)(void* env, void* node, uint64_t offset, const void* bytes, size_t size,
                             size_t* done);
  /** Writes at the end, in one step with finding it; `end` is where the file ends then. */
  wrun_wasi_errno_t (*append)(void* env, void* node, const void* bytes, size_t size, size_t* done,
                              uint64_t* end);
  wrun_wasi_errno_t (*set_size)(void* env, void* node, uint64_t size);
  /** Makes sure that there is space there; grows the file if need be. */
  wrun_wasi_errno_t (*allocate)(void* env, void* node, uint64_t offset, uint64_t length);
  /** A hint. May be NULL. */
  void (*advise)(void* env, void* node, uint64_t offset, uint64_t length, wrun_wasi_advice_t);
  /** False for pipes and devices: then offsets are ignored. NULL: true. */
  bool (*is_seekable)(void* env, void* node);
  /** Whether reading, or writing, answers something else than WRUN_WASI_ERRNO_AGAIN. NULL:
   * always. */
  void (*poll)(void* env, void* node, bool writing, wrun_wasi_readiness_t* out);

  /* Of directories, as POSIX's functions of about these names. */

  wrun_wasi_errno_t (*stat_at)(void* env, void* directory, const char* path, bool follow,
                               wrun_wasi_filestat_t* out);
  wrun_wasi_errno_t (*set_times_at)(void* env, void* directory, const char* path, bool follow,
                                    const wrun_wasi_times_t*);
  wrun_wasi_errno_t (*create_directory)(void* env, void* directory, const char* path);
  wrun_wasi_errno_t (*remove_directory)(void* env, void* directory, const char* path);
  wrun_wasi_errno_t (*unlink)(void* env, void* directory, const char* path);
  wrun_wasi_errno_t (*symlink)(void* env, void* directory, const char* target, const char* path);
  /** Writes a first part of the target, and how long that is. */
  wrun_wasi_errno_t (*read_link)(void* env, void* directory, const char* path, char* target,
                                 size_t size, size_t* done);
  /** `to` is a directory of the same file system. */
  wrun_wasi_errno_t (*link)(void* env, void* directory, const char* path, bool follow, void* to,
                            const char* to_path);
  wrun_wasi_errno_t (*rename)(void* env, void* directory, const char* path, void* to,
                              const char* to_path);
  /** The entry after the place that an entry's `next` named, 0 for the start, with "." and ".."
   * among them. Places survive changes of the directory. */
  wrun_wasi_errno_t (*entry)(void* env, void* directory, uint64_t after, wrun_wasi_entry_t* out);
} wrun_wasi_filesystem_methods_t;
#define WRUN_WASI_FILESYSTEM_METHODS_INIT                                                         \
  {                                                                                               \
    sizeof(wrun_wasi_filesystem_methods_t), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, \
        NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL        \
  }
/** The root of a file system of the program's. `root` is taken over with `env`, and closed before
 * that is finalized, also if the call fails, but for one reason: a table whose size can't be read
 * doesn't say how. Links and renames between directories are possible
 * where these come from one such root. Errors: usage, limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_directory_implement(
    const wrun_wasi_filesystem_methods_t*, void* env, void* root, void (*finalizer)(void* env),
    own wrun_wasi_directory_t** out);

/* ---- Sockets ---- */

/** A stream connection. */
typedef struct wrun_wasi_connection_methods_t {
  size_t struct_size; /**< sizeof(wrun_wasi_connection_methods_t) */
  /** 0 bytes are the end. `peek` leaves them in place. */
  wrun_wasi_errno_t (*receive)(void* env, void* bytes, size_t size, bool peek, size_t* done);
  wrun_wasi_errno_t (*send)(void* env, const void* bytes, size_t size, size_t* done);
  wrun_wasi_errno_t (*shutdown)(void* env, bool receiving, bool sending);
  /** Whether `receive`, or `send`, answers something else than WRUN_WASI_ERRNO_AGAIN. NULL:
   * always. */
  void (*poll)(void* env, bool sending, wrun_wasi_readiness_t* out);
} wrun_wasi_connection_methods_t;
#define WRUN_WASI_CONNECTION_METHODS_INIT \
  { sizeof(wrun_wasi_connection_methods_t), NULL, NULL, NULL, NULL }
/** A connection of the program's. Errors: usage, limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_connection_implement(
    const wrun_wasi_connection_methods_t*, void* env, void (*finalizer)(void* env),
    own wrun_wasi_connection_t** out);

/** Where connections come in. */
typedef struct wrun_wasi_listener_methods_t {
  size_t struct_size; /**< sizeof(wrun_wasi_listener_methods_t) */
  /** A connection, which becomes the library's. */
  wrun_wasi_errno_t (*accept)(void* env, own wrun_wasi_connection_t** out);
  /** Whether `accept` answers something else than WRUN_WASI_ERRNO_AGAIN. NULL: always. */
  void (*poll)(void* env, wrun_wasi_readiness_t* out);
} wrun_wasi_listener_methods_t;
#define WRUN_WASI_LISTENER_METHODS_INIT \
  { sizeof(wrun_wasi_listener_methods_t), NULL, NULL }
/** A listener of the program's, and what it accepts, is granted to the guest after the sockets
 * before. Errors: usage, limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_implement_listener(
    wrun_wasi_config_t*, const wrun_wasi_listener_methods_t*, void* env,
    void (*finalizer)(void* env));
/** Grants a connection, which stays the caller's. Errors: limit. */
WASM_API_EXTERN own wrun_error_t* wrun_wasi_config_grant_connection(wrun_wasi_config_t*,
                                                                    const wrun_wasi_connection_t*);

#undef own

#ifdef __cplusplus
}
#endif

#endif
