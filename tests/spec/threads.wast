;; Threads of a script: each has a store of its own and shares what it is given.

(module $Mem
  (memory (export "shared") 1 4 shared)
)

;; Message passing: what was written before an atomic store is there after an atomic load of it.
(thread $Writer (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "shared") 1 4 shared)
    (func (export "run")
      (i32.store (i32.const 64) (i32.const 42))
      (i32.atomic.store (i32.const 0) (i32.const 1))))
  (invoke "run")
)
(thread $Reader (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "shared") 1 10 shared)
    (func (export "run") (result i32)
      (loop (br_if 0 (i32.eqz (i32.atomic.load (i32.const 0)))))
      (i32.load (i32.const 64))))
  (assert_return (invoke "run") (i32.const 42))
)
(wait $Writer)
(wait $Reader)

;; A notification reaches one that waits.
(thread $Sleeper (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "shared") 1 4 shared)
    (func (export "run") (result i32)
      (memory.atomic.wait32 (i32.const 128) (i32.const 0) (i64.const -1))))
  (assert_return (invoke "run") (i32.const 0))
)
(thread $Waker (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "shared") 1 4 shared)
    (func (export "none") (result i32)
      (memory.atomic.notify (i32.const 128) (i32.const 0)))
    (func (export "one")
      (loop
        (br_if 0 (i32.ne (memory.atomic.notify (i32.const 128) (i32.const 1)) (i32.const 1))))))
  (assert_return (invoke "none") (i32.const 0))
  (assert_return (invoke "one"))
)
(wait $Sleeper)
(wait $Waker)

;; Growth is everybody's.
(thread $Grower (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "shared") 1 4 shared)
    (func (export "grow") (result i32) (memory.grow (i32.const 2))))
  (assert_return (invoke "grow") (i32.const 1))
)
(wait $Grower)

(register "mem" $Mem)
(module
  (memory (import "mem" "shared") 3 4 shared)
  (func (export "size") (result i32) memory.size)
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
)
(assert_return (invoke "size") (i32.const 3))
(assert_return (invoke "load" (i32.const 64)) (i32.const 42))
(assert_trap (invoke "load" (i32.const 196608)) "out of bounds memory access")

;; Vectors in a memory that is shared, whole and by lanes.

(module
  (memory 1 1 shared)
  (func (export "store") (param i32 v128) (v128.store (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result v128) (v128.load (local.get 0)))
  (func (export "load32_lane") (param i32 v128) (result v128)
    (v128.load32_lane offset=4 2 (local.get 0) (local.get 1)))
  (func (export "store16_lane") (param i32 v128)
    (v128.store16_lane offset=2 5 (local.get 0) (local.get 1)))
  (func (export "splat") (param i32) (result v128) (v128.load8_splat (local.get 0))))
(assert_return (invoke "store" (i32.const 3) (v128.const i32x4 1 2 3 0x04050607)))
(assert_return (invoke "load" (i32.const 3)) (v128.const i32x4 1 2 3 0x04050607))
(assert_return (invoke "load32_lane" (i32.const 11) (v128.const i32x4 9 9 9 9))
  (v128.const i32x4 9 9 0x04050607 9))
(assert_return (invoke "store16_lane" (i32.const 1) (v128.const i16x8 0 1 2 3 4 0x1234 6 7)))
(assert_return (invoke "load" (i32.const 3)) (v128.const i32x4 0x1234 2 3 0x04050607))
(assert_return (invoke "splat" (i32.const 4)) (v128.const i8x16
  0x12 0x12 0x12 0x12 0x12 0x12 0x12 0x12 0x12 0x12 0x12 0x12 0x12 0x12 0x12 0x12))
(assert_trap (invoke "load32_lane" (i32.const 65530) (v128.const i64x2 0 0))
  "out of bounds memory access")
(assert_trap (invoke "store16_lane" (i32.const 65533) (v128.const i64x2 0 0))
  "out of bounds memory access")
