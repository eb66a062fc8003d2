;; Asks for more than it may have, until it gets an error; answers how often it got what it asked
;; for, and the error's number. The directory is its descriptor 3.
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (memory (export "memory") 65536)
  (data (i32.const 0) "nameaaaaaaaa")

  ;; Opens the file at 0 for reading and writing, with O_CREAT; its descriptor goes to 16.
  (func $open (param $length i32) (result i32)
    (call $path_open (i32.const 3) (i32.const 0) (i32.const 0) (local.get $length) (i32.const 1)
      (i64.const 66) (i64.const 0) (i32.const 0) (i32.const 16)))

  (func (export "open_files") (result i32 i32)
    (local $count i32) (local $error i32)
    (loop $next
      (local.set $error (call $open (i32.const 4)))
      (if (i32.eqz (local.get $error))
        (then
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
          (br $next))))
    (local.get $count) (local.get $error))

  (func (export "fill_file") (result i32 i32)
    (local $count i32) (local $error i32)
    (drop (call $open (i32.const 4)))
    (i32.store (i32.const 32) (i32.const 4096))
    (i32.store (i32.const 36) (i32.const 4096))
    (loop $next
      (local.set $error
        (call $fd_write (i32.load (i32.const 16)) (i32.const 32) (i32.const 1) (i32.const 40)))
      (if (i32.eqz (local.get $error))
        (then
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
          (br $next))))
    (local.get $count) (local.get $error))

  (func (export "make_files") (result i32 i32)
    (local $count i32) (local $error i32)
    (loop $next
      (i32.store8 (i32.const 4) (i32.add (i32.const 65) (i32.and (local.get $count) (i32.const 31))))
      (i32.store8 (i32.const 5) (i32.add (i32.const 65)
        (i32.and (i32.shr_u (local.get $count) (i32.const 5)) (i32.const 31))))
      (local.set $error (call $open (i32.const 6)))
      (if (i32.eqz (local.get $error))
        (then
          (drop (call $fd_close (i32.load (i32.const 16))))
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
          (br $next))))
    (local.get $count) (local.get $error))

  ;; All that an address can say.
  (func (export "random") (result i32)
    (call $random_get (i32.const 0) (i32.const 0xffffffff)))

  ;; Prints until that fails.
  (func (export "print") (result i32 i32)
    (local $count i32) (local $error i32)
    (i32.store (i32.const 32) (i32.const 0))
    (i32.store (i32.const 36) (i32.const 4))
    (loop $next
      (local.set $error
        (call $fd_write (i32.const 1) (i32.const 32) (i32.const 1) (i32.const 40)))
      (if (i32.eqz (local.get $error))
        (then
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
          (br $next))))
    (local.get $count) (local.get $error)))
