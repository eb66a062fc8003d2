;; Loops whose headers, and ways back to them, are empty blocks of machine code.
(module
  (memory 1)
  (func (export "by_if") (param i32) (result i32)
    (local $n i32)
    (loop $outer
      (loop $inner
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (i32.store (local.get $n) (local.get $n))
        (br_if $inner (i32.and (local.get $n) (local.get 0)))
        (if (i32.lt_u (local.get $n) (i32.const 30))
          (then (br_if $outer (i32.and (local.get $n) (i32.const 2))) (br $outer)))))
    (local.get $n))
  (func (export "by_block") (param i32) (result i32)
    (local $n i32)
    (loop $outer
      (loop $inner
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (block $on
          (br_if $on (i32.and (local.get $n) (local.get 0)))
          (br_if $outer (i32.lt_u (local.get $n) (i32.const 30)))
          (return (local.get $n)))
        (br_if $inner (i32.lt_u (local.get $n) (i32.const 77)))
        (if (i32.gt_u (local.get $n) (i32.const 200)) (then (return (i32.const -1))))
        (br $outer)))
    (unreachable))
  (func (export "by_table") (param i32) (result i32)
    (local $n i32)
    (loop $outer
      (block $b
      (loop $inner
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (if (i32.gt_u (local.get $n) (i32.const 200)) (then (return (i32.const -1))))
        (br_if $b (i32.ge_u (local.get $n) (i32.const 77)))
        (block $x (block $y (block $z
          (br_table $x $y $z $outer $inner (i32.and (local.get $n) (i32.const 7))))
           (br_if $outer (local.get 0)) (br $outer))
           (br $outer))
        (br $inner)))
      (br_if $outer (i32.lt_u (local.get $n) (i32.const 100))))
    (local.get $n))
)
