(module
  ;; Allocates as many structures as it is told, each dead at once; sums what it read back.
  (type $pair (struct (field (mut i32)) (field (mut i32))))
  (func (export "run") (param $left i32) (result i32)
    (local $sum i32) (local $pair (ref null $pair))
    (loop $next
      (local.set $pair (struct.new $pair (local.get $left) (local.get $sum)))
      (local.set $sum
        (i32.add (local.get $sum) (struct.get $pair 0 (local.get $pair))))
      (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (local.get $sum)))
