;; Out of bounds comes before waiting on a memory that isn't shared.
(module
  (memory 1)
  (func (export "outside") (result i32)
    (memory.atomic.wait32 (i32.const 0xfffffff0) (i32.const 0) (i64.const 0)))
  (func (export "unaligned") (result i32)
    (memory.atomic.wait64 (i32.const 4) (i64.const 0) (i64.const 0)))
  (func (export "inside") (result i32)
    (memory.atomic.wait32 (i32.const 16) (i32.const 0) (i64.const 0))))
