;; Traps in memories that are addressed with 64 bits, or aren't the first, don't say where.
(module
  (memory (export "m0") i64 1)
  (memory (export "m1") 1)
  (func (export "wide") (param i64) (result i32)
    (i32.load offset=9830400 (local.get 0)))
  (func (export "wider") (param i64) (result i32)
    (i32.load offset=0xffffffffffff0000 (local.get 0)))
  (func (export "second") (param i32 i64)
    (i64.store 1 (local.get 0) (local.get 1))))
