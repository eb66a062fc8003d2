;; Prints the file `file` of its descriptor 3, then tries to write an x at its start and prints the
;; file again; exits with the first error's number.
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_pread"
    (func $pread (param i32 i32 i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_pwrite"
    (func $pwrite (param i32 i32 i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "filex")
  (func $check (param $error i32)
    (if (local.get $error) (then (call $exit (local.get $error)))))
  (func $open (param $rights i64)
    (call $check
      (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
        (local.get $rights) (i64.const 0) (i32.const 0) (i32.const 8))))
  (func $print
    (i32.store (i32.const 16) (i32.const 64))
    (i32.store (i32.const 20) (i32.const 1000))
    (call $check
      (call $pread (i32.load (i32.const 8)) (i32.const 16) (i32.const 1) (i64.const 0)
        (i32.const 12)))
    (i32.store (i32.const 20) (i32.load (i32.const 12)))
    (call $check (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 12))))
  (func (export "_start")
    (call $open (i64.const 6))
    (call $print)
    (call $open (i64.const 70))
    (i32.store (i32.const 16) (i32.const 4))
    (i32.store (i32.const 20) (i32.const 1))
    (call $check
      (call $pwrite (i32.load (i32.const 8)) (i32.const 16) (i32.const 1) (i64.const 0)
        (i32.const 12)))
    (call $print)))
