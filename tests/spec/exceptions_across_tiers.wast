;; Exceptions between functions of different tiers, and what frames hold when they are caught. Each
;; function is called often enough to be compiled somewhere in the middle.

(module
  (tag $e (param i32))
  (tag $wide (param i64 v128 f64))
  (type $f (func (param i32) (result i32)))
  (table funcref (elem $even $odd))

  ;; Throws what it gets if that is odd.
  (func $even (type $f) (if (i32.and (local.get 0) (i32.const 1))
      (then (throw $e (local.get 0))))
    (i32.add (local.get 0) (i32.const 100)))
  (func $odd (type $f) (call $even (i32.xor (local.get 0) (i32.const 1))))

  ;; The locals are as they were at the call.
  (func (export "locals") (param $n i32) (result i32)
    (local $i i32) (local $sum i32) (local $before i32)
    (loop $next
      (local.set $before (local.get $sum))
      (block $caught (result i32)
        (local.set $sum (i32.add (local.get $sum) (i32.const 1)))
        (try_table (result i32) (catch $e $caught)
          (local.set $sum (i32.add (local.get $sum) (i32.const 10)))
          (drop (call $even (local.get $i)))
          (local.set $sum (i32.add (local.get $sum) (i32.const 1000)))
          (i32.const 0)))
      (drop)
      (if (i32.eq (i32.sub (local.get $sum) (local.get $before)) (i32.const 0)) (then unreachable))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (local.get $n))))
    (local.get $sum))

  ;; Far more throws than the host's stack has room for.
  (func (export "many") (param $n i32) (result i32)
    (local $caught i32)
    (loop $next
      (block $out (result i32)
        (try_table (catch $e $out) (throw $e (i32.const 1)))
        (i32.const 0))
      (local.set $caught (i32.add (local.get $caught)))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $caught))

  ;; Caught far out, past frames that have tries for something else.
  (func $deep (param $n i32) (result i32)
    (if (i32.eqz (local.get $n))
      (then (throw $wide (i64.const 7) (v128.const i64x2 1 2) (f64.const 3))))
    (block $other (result i32)
      (try_table (result i32) (catch $e $other)
        (i32.add (call_indirect (type $f) (i32.const 0) (i32.const 0))
          (call $deep (i32.sub (local.get $n) (i32.const 1)))))))
  (func (export "deep") (param $n i32) (result i64 v128 f64)
    (block $caught (result i64 v128 f64)
      (try_table (catch $wide $caught) (drop (call $deep (local.get $n))))
      (i64.const 0) (v128.const i64x2 0 0) (f64.const 0)))

  ;; Thrown again, with what the operands below hold.
  (func $again (param $n i32) (result i32)
    (block $caught (result i32 exnref)
      (try_table (result i32) (catch_ref $e $caught)
        (call_indirect (type $f) (local.get $n) (i32.and (local.get $n) (i32.const 1))))
      (return))
    (throw_ref))
  (func (export "again") (param $n i32) (result i32)
    (i32.mul (local.get $n)
      (block $caught (result i32)
        (try_table (result i32) (catch $e $caught)
          (i32.add (i32.const 1000) (call $again (local.get $n)))))))

  ;; Results in registers and on the stack.
  (func $results (param i32) (result i32 i64 f32 f64 i32 i32 i32 i32)
    (drop (call $even (local.get 0)))
    (i32.const 1) (i64.const 2) (f32.const 3) (f64.const 4) (i32.const 5) (i32.const 6)
    (i32.const 7) (i32.const 8))
  (func (export "results") (param $n i32) (result i32)
    (block $caught (result i32)
      (try_table (result i32 i64 f32 f64 i32 i32 i32 i32) (catch $e $caught)
        (call $results (local.get $n)))
      (i32.add) (i32.add) (i32.add)
      (i32.trunc_sat_f64_s (f64.add (f64.convert_i32_s)))
      (i32.trunc_sat_f32_s (f32.add (f32.convert_i32_s)))
      (i32.wrap_i64 (i64.add (i64.extend_i32_s)))
      (i32.add)))

  ;; Traps are no exceptions.
  (func (export "trap") (param $n i32) (result i32)
    (block $caught
      (try_table (catch_all $caught)
        (return (i32.div_u (i32.const 12) (local.get $n)))))
    (i32.const -1))
  (func (export "uncaught") (param i32) (result i32) (call $even (local.get 0))))

(assert_return (invoke "locals" (i32.const 10)) (i32.const 5110))
(assert_return (invoke "locals" (i32.const 1)) (i32.const 1011))
(assert_return (invoke "locals" (i32.const 1000)) (i32.const 511000))
(assert_return (invoke "many" (i32.const 200000)) (i32.const 200000))
(assert_return (invoke "deep" (i32.const 0)) (i64.const 7) (v128.const i64x2 1 2) (f64.const 3))
(assert_return (invoke "deep" (i32.const 1)) (i64.const 7) (v128.const i64x2 1 2) (f64.const 3))
(assert_return (invoke "deep" (i32.const 500)) (i64.const 7) (v128.const i64x2 1 2) (f64.const 3))
(assert_return (invoke "again" (i32.const 2)) (i32.const 2204))
(assert_return (invoke "again" (i32.const 3)) (i32.const 3306))
(assert_return (invoke "again" (i32.const 4)) (i32.const 4416))
(assert_return (invoke "results" (i32.const 2)) (i32.const 36))
(assert_return (invoke "results" (i32.const 3)) (i32.const 3))
(assert_return (invoke "results" (i32.const 4)) (i32.const 36))
(assert_return (invoke "trap" (i32.const 3)) (i32.const 4))
(assert_trap (invoke "trap" (i32.const 0)) "integer divide by zero")
(assert_trap (invoke "trap" (i32.const 0)) "integer divide by zero")
(assert_trap (invoke "trap" (i32.const 0)) "integer divide by zero")
(assert_exception (invoke "uncaught" (i32.const 3)))
(assert_return (invoke "uncaught" (i32.const 2)) (i32.const 102))

;; Legacy: loops in handlers that throw again what they caught, delegation, and handlers in the
;; middle of nested loops.
(module
  (tag $e (param i32))
  (tag $f)
  (func $throw (param i32) (throw $e (local.get 0)))

  (func (export "rethrow") (param $n i32) (result i32)
    (local $i i32)
    (try (result i32)
      (do
        (try (result i32)
          (do (call $throw (local.get $n)) (i32.const 0))
          (catch $f (i32.const 1))
          (catch $e
            (drop)
            (loop $next
              (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                (local.get $n))))
            (rethrow 0))))
      (catch $e (i32.add (local.get $i)))))

  (func (export "delegate") (param $n i32) (result i32)
    (local $count i32)
    (loop $next
      (try
        (do
          (try
            (do (try (do (call $throw (local.get $n))) (delegate 1)))
            (catch_all (local.set $count (i32.const -1000)))))
        (catch $e (local.set $count (i32.add (local.get $count)))))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $count))

  (func (export "loops") (param $n i32) (result i32)
    (local $i i32) (local $j i32) (local $sum i32)
    (local.set $i (i32.const 1))
    (loop $outer
      (local.set $j (i32.const 0))
      (try
        (do
          (loop $inner
            (local.set $sum (i32.add (local.get $sum) (i32.const 1)))
            (if (i32.eq (local.get $j) (local.get $i)) (then (call $throw (local.get $sum))))
            (local.set $j (i32.add (local.get $j) (i32.const 1)))
            (br $inner)))
        (catch $e
          (if (i32.ne (local.get $sum)) (then unreachable))
          (loop $again
            (local.set $sum (i32.add (local.get $sum) (i32.const 1)))
            (br_if $again (local.tee $j (i32.sub (local.get $j) (i32.const 1)))))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $outer (i32.lt_u (local.get $i) (local.get $n))))
    (local.get $sum)))

(assert_return (invoke "rethrow" (i32.const 1)) (i32.const 2))
(assert_return (invoke "rethrow" (i32.const 100)) (i32.const 200))
(assert_return (invoke "rethrow" (i32.const 5)) (i32.const 10))
(assert_return (invoke "delegate" (i32.const 10)) (i32.const 55))
(assert_return (invoke "delegate" (i32.const 1000)) (i32.const 500500))
(assert_return (invoke "loops" (i32.const 2)) (i32.const 3))
(assert_return (invoke "loops" (i32.const 40)) (i32.const 1599))
(assert_return (invoke "loops" (i32.const 4)) (i32.const 15))
