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
