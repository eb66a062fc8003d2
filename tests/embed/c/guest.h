#ifndef GUEST_H
#define GUEST_H

/* A WASI guest whose exports each make a call or two. */

#include "support.h"

static const char* const guest_text =
    "(module"
    " (import \"wasi_snapshot_preview1\" \"fd_read\" (func $read (param i32 i32 i32 i32) (result "
    "i32)))"
    " (import \"wasi_snapshot_preview1\" \"fd_write\""
    "  (func $write (param i32 i32 i32 i32) (result i32)))"
    " (import \"wasi_snapshot_preview1\" \"args_sizes_get\""
    "  (func $args (param i32 i32) (result i32)))"
    " (import \"wasi_snapshot_preview1\" \"environ_sizes_get\""
    "  (func $environ (param i32 i32) (result i32)))"
    " (import \"wasi_snapshot_preview1\" \"clock_time_get\""
    "  (func $time (param i32 i64 i32) (result i32)))"
    " (import \"wasi_snapshot_preview1\" \"random_get\" (func $random (param i32 i32) (result "
    "i32)))"
    " (import \"wasi_snapshot_preview1\" \"path_open\""
    "  (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))"
    " (import \"wasi_snapshot_preview1\" \"sock_accept\""
    "  (func $accept (param i32 i32 i32) (result i32)))"
    " (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))"
    " (memory (export \"memory\") 1)"
    " (data (i32.const 512) \"dir/note.txt\")"
    /* Copies what is read from one descriptor to another; the errno. */
    " (func (export \"copy\") (param $from i32) (param $to i32) (result i32) (local $errno i32)"
    "  (i32.store (i32.const 0) (i32.const 1024))"
    "  (i32.store (i32.const 4) (i32.const 256))"
    "  (local.set $errno (call $read (local.get $from) (i32.const 0) (i32.const 1) (i32.const 8)))"
    "  (if (local.get $errno) (then (return (local.get $errno))))"
    "  (i32.store (i32.const 4) (i32.load (i32.const 8)))"
    "  (call $write (local.get $to) (i32.const 0) (i32.const 1) (i32.const 8)))"
    " (func (export \"write\") (param i32) (result i32)"
    "  (i32.store (i32.const 0) (i32.const 516))"
    "  (i32.store (i32.const 4) (i32.const 8))"
    "  (call $write (local.get 0) (i32.const 0) (i32.const 1) (i32.const 8)))"
    " (func (export \"args\") (result i32)"
    "  (drop (call $args (i32.const 0) (i32.const 4))) (i32.load (i32.const 0)))"
    " (func (export \"environ\") (result i32)"
    "  (drop (call $environ (i32.const 0) (i32.const 4))) (i32.load (i32.const 0)))"
    /* Seconds; -1 if there is no time. */
    " (func (export \"seconds\") (result i32)"
    "  (if (result i32) (call $time (i32.const 0) (i64.const 0) (i32.const 0))"
    "   (then (i32.const -1))"
    "   (else (i32.wrap_i64 (i64.div_u (i64.load (i32.const 0)) (i64.const 1000000000))))))"
    " (func (export \"random\") (result i32)"
    "  (if (result i32) (call $random (i32.const 0) (i32.const 4))"
    "   (then (i32.const -1)) (else (i32.load (i32.const 0)))))"
    /* Opens dir/note.txt (flags 1: makes it; rights 2: reads, 64: writes) in the first directory; a
       descriptor, or -errno. */
    " (func (export \"open\") (param $flags i32) (param $rights i32) (result i32)"
    "  (local $errno i32)"
    "  (local.set $errno (call $open (i32.const 3) (i32.const 0) (i32.const 512) (i32.const 12)"
    "   (local.get $flags) (i64.extend_i32_u (local.get $rights)) (i64.const 0) (i32.const 0) "
    "(i32.const 0)))"
    "  (if (result i32) (local.get $errno)"
    "   (then (i32.sub (i32.const 0) (local.get $errno))) (else (i32.load (i32.const 0)))))"
    " (func (export \"accept\") (param i32) (result i32)"
    "  (call $accept (local.get 0) (i32.const 0) (i32.const 0)))"
    " (func (export \"exit\") (param i32) (call $exit (local.get 0))))";

/* One guest with what a configuration grants. */
typedef struct {
  wasm_store_t* store;
  wasm_instance_t* instance;
  wrun_wasi_context_t* context;
} guest_t;

static inline guest_t start_guest(wasm_engine_t* engine, const wrun_wasi_config_t* config) {
  guest_t guest = {wasm_store_new(engine), NULL, NULL};
  wrun_linker_t* linker = wrun_linker_new(engine);
  OK(wrun_wasi_context_new(config, &guest.context));
  OK(wrun_wasi_context_add_to(guest.context, linker));
  wasm_shared_module_t* module = NULL;
  OK(wrun_module_from_text(engine, guest_text, strlen(guest_text), &module));
  OK(wrun_linker_instantiate(linker, guest.store, module, &guest.instance));
  wasm_shared_module_delete(module);
  wrun_linker_delete(linker);
  return guest;
}

static inline void end_guest(guest_t* guest) {
  wasm_instance_delete(guest->instance);
  wrun_wasi_context_delete(guest->context);
  wasm_store_delete(guest->store);
}

static inline wrun_error_t* try_guest(const guest_t* guest, const char* name, size_t count,
                                      const int32_t* numbers, int32_t* out) {
  wasm_extern_t* function = get_export(guest->instance, name);
  wrun_val_t args[2] = {{0}, {0}}, result = {0};
  for (size_t i = 0; i < count; ++i) args[i].of.i32 = numbers[i];
  wrun_error_t* error = wrun_func_call(wasm_extern_as_func(function), args, count, &result,
                                       wasm_func_result_arity(wasm_extern_as_func(function)));
  if (out) *out = result.of.i32;
  wasm_extern_delete(function);
  return error;
}

/* Calls an export with up to two numbers. */
static inline int32_t call_guest(const guest_t* guest, const char* name, size_t count, int32_t a,
                                 int32_t b) {
  const int32_t numbers[2] = {a, b};
  int32_t result = 0;
  OK(try_guest(guest, name, count, numbers, &result));
  return result;
}

#endif
