;; Starts a thread, if it may, and waits for it, for ever. The thread does what its argument says: 0 traps, 1
;; waits as well, 2 exits with 7.
(module
  (import "env" "memory" (memory 1 1 shared))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (export "memory" (memory 0))
  (func $sleep (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))
  (func $act (param i32)
    (if (i32.eqz (local.get 0)) (then unreachable))
    (if (i32.eq (local.get 0) (i32.const 1)) (then (call $sleep)))
    (call $exit (i32.const 7)))
  (func (export "wasi_thread_start") (param i32 i32) (call $act (local.get 1)))
  (func (export "go") (param i32) 
    (if (i32.ge_s (call $spawn (local.get 0)) (i32.const 0)) (then (call $sleep)))))
