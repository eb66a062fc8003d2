;; Traps in the first memory say where, whatever was checked before.
(module
  (memory (export "m0") 1)
  (func (export "load") (param i32) (result i64)
    (i64.add
      (i64.load8_u (local.get 0))
      (i64.load offset=70000 (local.get 0))))
  (func (export "far") (param i32) (result i32)
    (i32.load16_s offset=0xfffffff0 (local.get 0))))
