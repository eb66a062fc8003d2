;; Accepts a connection on descriptor 3, and sends back in capitals the first thing that it hears.
(module
  (import "wasi_snapshot_preview1" "sock_accept"
    (func $accept (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_recv"
    (func $recv (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_send"
    (func $send (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func $check (param $error i32)
    (if (local.get $error) (then (call $exit (local.get $error)))))
  (func (export "_start")
    (local $at i32)
    (call $check (call $accept (i32.const 3) (i32.const 0) (i32.const 0)))
    (i32.store (i32.const 8) (i32.const 64))
    (i32.store (i32.const 12) (i32.const 64))
    (call $check
      (call $recv (i32.load (i32.const 0)) (i32.const 8) (i32.const 1) (i32.const 0)
        (i32.const 4) (i32.const 16)))
    (loop $next
      (if (i32.lt_u (local.get $at) (i32.load (i32.const 4)))
        (then
          (i32.store8 (i32.add (i32.const 64) (local.get $at))
            (i32.sub (i32.load8_u (i32.add (i32.const 64) (local.get $at))) (i32.const 32)))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $next))))
    (i32.store (i32.const 12) (i32.load (i32.const 4)))
    (call $check
      (call $send (i32.load (i32.const 0)) (i32.const 8) (i32.const 1) (i32.const 0)
        (i32.const 4)))))
