(module
  (type $node (struct (field $next (mut (ref null $node))) (field $number i64)))

  ;; A list of $n nodes, the last of which refers to the first one if $cyclic.
  (func $build (param $n i32) (param $cyclic i32) (result (ref null $node))
    (local $first (ref null $node)) (local $last (ref null $node))
    (local $i i32)
    (local.set $last (struct.new $node (ref.null $node) (i64.const 0)))
    (local.set $first (local.get $last))
    (loop $more
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (local.set $first
        (struct.new $node (local.get $first) (i64.extend_i32_u (local.get $i))))
      (br_if $more (i32.lt_u (local.get $i) (i32.sub (local.get $n) (i32.const 1)))))
    (if (local.get $cyclic)
      (then (struct.set $node $next (local.get $last) (local.get $first))))
    (local.get $first))

  ;; Makes a cycle and drops it, $times times; the last number of the last one.
  (func (export "cycles") (param $n i32) (param $times i32) (result i64)
    (local $cycle (ref null $node))
    (loop $again
      (local.set $cycle (ref.null $node))
      (local.set $cycle (call $build (local.get $n) (i32.const 1)))
      (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
    (struct.get $node $number (local.get $cycle)))

  ;; Makes a list and walks it: the sum of its numbers.
  (func (export "live") (param $n i32) (result i64)
    (local $at (ref null $node)) (local $sum i64)
    (local.set $at (call $build (local.get $n) (i32.const 0)))
    (block $done
      (loop $more
        (br_on_null $done (local.get $at))
        (drop)
        (local.set $sum (i64.add (local.get $sum) (struct.get $node $number (local.get $at))))
        (local.set $at (struct.get $node $next (local.get $at)))
        (br $more)))
    (local.get $sum)))
