;; Waking touches no memory: guard pages don't see addresses that are out of bounds.
(module
  (memory 1 2)
  (func (export "inside") (result i32) (memory.atomic.notify (i32.const 65532) (i32.const 1)))
  (func (export "outside") (result i32) (memory.atomic.notify (i32.const 65536) (i32.const 1)))
  (func (export "offset") (param i32) (result i32)
    (memory.atomic.notify offset=65536 (local.get 0) (i32.const 1))))
