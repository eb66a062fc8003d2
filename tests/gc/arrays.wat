(module
  (type $bytes (array (mut i8)))
  (type $refs (array (mut (ref null $bytes))))

  ;; An array of that length; its last element.
  (func (export "one") (param $length i32) (result i32)
    (array.get_u $bytes
      (array.new $bytes (i32.const 7) (local.get $length))
      (i32.sub (local.get $length) (i32.const 1))))

  ;; $n arrays of each length from 0 to $longest, of which the last 100 stay; what they hold.
  (func (export "many") (param $n i32) (param $longest i32) (result i32)
    (local $kept (ref $refs)) (local $length i32) (local $i i32) (local $sum i32)
    (local.set $kept (array.new_default $refs (i32.const 100)))
    (loop $rounds
      (local.set $length (i32.const 0))
      (loop $lengths
        (array.set $refs (local.get $kept)
          (i32.rem_u (local.get $length) (i32.const 100))
          (array.new $bytes (local.get $length) (local.get $length)))
        (local.set $length (i32.add (local.get $length) (i32.const 1)))
        (br_if $lengths (i32.le_u (local.get $length) (local.get $longest))))
      (br_if $rounds (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (loop $add
      (local.set $sum
        (i32.add (local.get $sum)
          (array.len (array.get $refs (local.get $kept) (local.get $i)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $add (i32.lt_u (local.get $i) (i32.const 100))))
    (local.get $sum)))
