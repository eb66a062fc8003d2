;; Two of the same type and with the same fields are two.
(module
  (type $s (struct (field (mut i32))))
  (func (export "equal") (param i32) (result i32)
    (ref.eq (struct.new $s (local.get 0)) (struct.new $s (local.get 0))))
  (func (export "written") (param i32) (result i32) (local $a (ref null $s)) (local $b (ref null $s))
    (local.set $a (struct.new $s (local.get 0)))
    (local.set $b (struct.new $s (local.get 0)))
    (struct.set $s 0 (local.get $a) (i32.const 7))
    (struct.get $s 0 (local.get $b))))
