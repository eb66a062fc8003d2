;; Calls that never return, for whoever looks on from outside, by way of a table, so that they aren't
;; inlined; and a Fibonacci number.
(module
  (type $f (func (param i32) (result i32)))
  (table funcref (elem $innermost))
  (func $innermost (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
    (loop $forever
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br $forever))
    (unreachable))
  (func $outermost (export "spin") (result i32)
    ;; Has machine code from then on.
    (call_indirect (type $f) (i32.const 0) (i32.const 0))
    (call_indirect (type $f) (i32.const 1) (i32.const 0))
    (i32.add))
  (func $fib (export "fib") (param i32) (result i32)
    (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
      (then (local.get 0))
      (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                     (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
  (func $table (export "table") (param i32) (result f64)
    (block (block (block (block (br_table 0 1 2 3 (local.get 0)))
      (return (f64.const 1.5))) (return (f64.const 2.5))) (return (f64.const 3.5)))
    (f64.const 4.5)))
