;; What an array is filled with is used by nothing else: making room for the array may not free it.
(module
  (type $s (struct (field i32) (field i64)))
  (type $a (array (mut (ref null $s))))
  (func (export "first") (param i32) (result i32)
    (local $a (ref null $a)) (local $n i32)
    (local.set $n (i32.const 30))
    (loop
      (local.set $a (array.new $a (struct.new $s (local.get $n) (i64.const 5))
        (i32.add (i32.and (local.get 0) (i32.const 31)) (i32.const 1))))
      (array.set $a (local.get $a) (i32.const 0) (struct.new $s (i32.const 1) (i64.const 2)))
      (local.set 0 (i32.add (local.get 0)
        (struct.get $s 0 (array.get $a (local.get $a)
          (i32.sub (array.len (local.get $a)) (i32.const 1))))))
      (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get 0)))
